"""What the tables of journal clubs hold, as values."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row

from papers.club_schedule import Every

SESSIONS_KEPT: Final = timedelta(days=180)
"""How long a finished session is kept: half a year, for the status."""


class ClubState(StrEnum):
    """Whether a club works."""

    ACTIVE = "active"
    STOPPED = "stopped"
    """By us, because it cannot work; see the reason."""


class SessionState(StrEnum):
    """What became of a session."""

    OPEN = "open"
    HELD = "held"
    SKIPPED = "skipped"
    """By someone who manages the server, who may have deleted its event."""
    MISSED = "missed"
    """Its time passed while the bot was not running."""


class StepState(StrEnum):
    """How far a step of a session is."""

    PLANNED = "planned"
    DONE = "done"
    LEFT_OUT = "left out"
    """There was nothing to do, or Discord refused it; see the reason."""


class LeftOut(StrEnum):
    """Why a step was left out; one that Discord refused has its reason instead."""

    TOO_LATE = "too late"
    TOO_FEW = "fewer than two nominations"
    NO_PERMISSION = "no permission"
    NOTHING_THERE = "nothing there"
    """What it needs was left out itself, or deleted."""


class Answer(StrEnum):
    """What someone who was asked to present said."""

    NONE = "none"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Club:
    """A journal club of a channel."""

    id: int
    guild_id: int
    channel_id: int
    anchor: date
    """The first date of its series."""
    every: Every
    at: time
    """The hour on the wall clock of `timezone`."""
    timezone: str
    rotates: bool
    """Whether its members take turns to present; else volunteers do."""
    state: ClubState
    reason: str | None
    created_at: datetime
    place: str | None = None
    """A room or a link to a call; `None` for the channel itself."""


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who takes turns to present."""

    user_id: int
    presented_on: date | None


@dataclass(frozen=True, slots=True)
class Session:
    """One meeting of a club."""

    id: int
    club_id: int
    day: date
    at: time
    timezone: str
    state: SessionState
    paper_id: str | None
    decided_at: datetime | None
    event_id: int | None
    thread_id: int | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was or will be sent for a session."""

    session_id: int
    step: str
    state: StepState
    payload: Any
    planned_at: datetime
    attempts: int
    made_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """Someone who was asked to present a session, or offered to."""

    session_id: int
    user_id: int
    answer: Answer
    planned_at: datetime
    attempts: int
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Nomination:
    """A paper that someone nominated."""

    paper_id: str
    user_id: int
    nominated_at: datetime


def club_of(row: Row[Any]) -> Club:
    """Return a row of `clubs` as a value."""
    return Club(
        row.id,
        row.guild_id,
        row.channel_id,
        row.anchor,
        Every(row.every),
        row.at,
        row.timezone,
        bool(row.rotates),
        ClubState(row.state),
        row.reason,
        row.created_at,
        row.place,
    )


def session_of(row: Row[Any]) -> Session:
    """Return a row of `club_sessions` as a value."""
    return Session(
        row.id,
        row.club_id,
        row.day,
        row.at,
        row.timezone,
        SessionState(row.state),
        row.paper_id,
        row.decided_at,
        row.event_id,
        row.thread_id,
        row.opened_at,
    )
