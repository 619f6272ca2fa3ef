"""Which step of a session comes next: a pure function of what is on record and the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from papers import club_schedule, zones
from papers.club_schedule import Moments, moments
from storage.clubs import Answer, Club, Member, Session, Step, StepState, Turn

LONGEST_WAIT: Final = timedelta(days=1)
"""A session is looked at once a day at least: what its zone's clock shows may change meanwhile."""


class Part(StrEnum):
    """The steps of a session, by the names that the database has."""

    CANCEL = "cancel"
    OPEN = "open"
    ASK = "ask"
    VOLUNTEERS = "volunteers"
    """Asks for volunteers once all members have declined."""
    POLL = "poll"
    DECIDE = "decide"
    RESULT = "result"
    EVENT = "event"
    REMIND = "remind"
    START = "start"
    THREAD = "thread"
    CARD = "card"
    PIN = "pin"
    END = "end"


@dataclass(frozen=True, slots=True)
class Known:
    """All that is on record of a session."""

    club: Club
    session: Session
    steps: Mapping[str, Step]
    turns: Sequence[Turn]
    members: Sequence[Member]
    restored: bool = False
    """Whether the database is a backup: what is not on record may be there all the same."""

    @property
    def moments(self) -> Moments:
        """When its steps are due."""
        session = self.session
        return moments(session.day, session.at, zones.zone_or_utc(session.timezone))

    @property
    def presenter(self) -> int | None:
        """Who presents: who agreed, else who was asked."""
        for answer in (Answer.YES, Answer.NONE):
            for turn in self.turns:
                if turn.answer is answer:
                    return turn.user_id
        return None

    @property
    def asking(self) -> Turn | None:
        """Whose turn it is and who has not been asked yet."""
        waiting = (turn for turn in self.turns if turn.answer is Answer.NONE)
        return next((turn for turn in waiting if turn.message_id is None), None)

    @property
    def candidate(self) -> int | None:
        """The member to ask next, `None` if all were."""
        asked = {turn.user_id for turn in self.turns}
        return next((each.user_id for each in self.members if each.user_id not in asked), None)

    def next_day(self, now: datetime) -> date:
        """Return the date of the session after this one, in the future."""
        club, zone, day = self.club, zones.zone_or_utc(self.club.timezone), self.session.day
        while True:
            day = club_schedule.next_day(club.anchor, club.every, day)
            if club_schedule.starts_at(day, club.at, zone) > now:
                return day

    def is_open(self, part: Part) -> bool:
        """Tell whether a step is neither taken nor left out."""
        step = self.steps.get(part)
        return step is None or step.state is StepState.PLANNED

    def attempts(self, part: Part) -> int:
        """Return how often a step was tried."""
        tried = self.asking if part is Part.ASK else self.steps.get(part)
        return 0 if tried is None else tried.attempts

    def made(self, part: Part) -> int | None:
        """Return the message that a step left."""
        step = self.steps.get(part)
        return None if step is None else step.made_id


def next_part(known: Known, now: datetime) -> Part | datetime:
    """Return the step that is due, or when to look again."""
    when, session = known.moments, known.session
    if Part.CANCEL in known.steps:
        return Part.CANCEL
    if now >= when.ends:
        return Part.END
    decided = session.decided_at is not None
    if now >= when.starts:
        due = (Part.START, Part.THREAD, Part.CARD, Part.PIN) if decided else (Part.DECIDE,)
        return next((part for part in due if known.is_open(part)), _later(when.ends, now))
    if known.is_open(Part.OPEN):
        return Part.OPEN
    if (asking := _asking(known)) is not None:
        return asking
    if now >= when.decided and not decided:
        return Part.DECIDE
    if decided:
        due = (
            *((Part.RESULT,) if Part.RESULT in known.steps else ()),
            Part.EVENT,
            *((Part.REMIND,) if now >= when.reminded else ()),
        )
        return next(
            (part for part in due if known.is_open(part)),
            _later(when.starts if now >= when.reminded else when.reminded, now),
        )
    if now >= when.poll:
        return Part.POLL if known.is_open(Part.POLL) else _later(when.decided, now)
    return _later(when.poll, now)


def _asking(known: Known) -> Part | None:
    if not known.club.rotates:
        return None
    if known.asking is not None or (known.presenter is None and known.candidate is not None):
        return Part.ASK
    if known.presenter is None and known.is_open(Part.VOLUNTEERS):
        return Part.VOLUNTEERS
    return None


def _later(moment: datetime, now: datetime) -> datetime:
    return min(moment, now + LONGEST_WAIT)
