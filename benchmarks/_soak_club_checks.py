"""What must hold of journal clubs and discussions: a sentence for each thing that does not.

Messages are known by their headings, which name the session's day. Each is there once; a second
one is right only where an admin deleted the first before the bot had recorded it.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise

from benchmarks._soak_clubs import ClubPlace, Clubs
from bot.i18n import long_date
from bot.ui.clubs import ClubPost
from papers import zones
from papers.club_schedule import Moments, moments
from tests.discord_server import Message

LATE = timedelta(hours=3)
"""How late a step may be: the bot looks once an hour here, in the tests less often."""
HEADINGS = {
    "open": ("Journal club of {day}",),
    "volunteers": ("Volunteer wanted for {day}",),
    "poll": ("Which paper should we discuss on {day}?",),
    "result": ("We'll discuss this paper on {day}", "No paper yet for {day}"),
    "remind": ("Journal club soon: {day}",),
    "start": ("Discussion of {day}",),
    "cancel": ("Journal club of {day} cancelled",),
}
CARD = "Questions to begin with"
ASKED = "Who presents on {day}?"
MAY_LACK = {"poll": "fewer than two nominations"}
"""Steps that a club goes on without, and why."""


@dataclass(frozen=True)
class Session:
    """A session as the database and Discord have it."""

    clubs: Clubs
    place: ClubPlace
    row: sqlite3.Row
    steps: dict[str, sqlite3.Row]
    turns: Sequence[sqlite3.Row]

    @property
    def day(self) -> date:
        """Its local date."""
        return date.fromisoformat(self.row["day"])

    @property
    def name(self) -> str:
        """How sentences name it."""
        return f"#{self.place.channel.name} on {self.day}"

    @cached_property
    def moments(self) -> Moments:
        """When its steps are due."""
        at = time.fromisoformat(self.row["at"])
        return moments(self.day, at, zones.zone(self.row["timezone"]))

    def excused(self, since: datetime, until: datetime) -> bool:
        """Tell whether the bot was away then, or could not write there."""
        return any(
            each.channel_id in (None, self.place.channel.id)
            and each.since <= until
            and each.until >= since
            for each in self.clubs.outages
        )

    def headed(self, headings: Sequence[str], *, removed: bool = False) -> list[Message]:
        """Return the messages with one of these headings; or those an admin deleted."""
        day = long_date(self.day)
        lines = {f"### {each.format(day=day)}" for each in headings}
        channel, world = self.place.channel, self.clubs.people.server.world
        messages = (
            [each for each in self.clubs.removed if each.channel_id == channel.id]
            if removed
            else channel.history
        )
        return [
            each
            for each in messages
            if each.author is world.bot and lines & set(each.text.splitlines())
        ]

    def done(self, step: str) -> int | None:
        """Return what a step left, `None` if it was not taken."""
        row = self.steps.get(step)
        return row["made_id"] if row is not None and row["state"] == "done" else None


def clubs_broken(conn: sqlite3.Connection, clubs: Clubs) -> Iterator[str]:
    """Say what does not hold of the clubs."""
    now = clubs.now
    for place in clubs.places:
        club = conn.execute(
            "SELECT * FROM clubs WHERE channel_id = ?", (place.channel.id,)
        ).fetchone()
        if club is None or club["state"] != "active":
            yield f"#{place.channel.name} is {'gone' if club is None else club['reason']}"
            continue
        sessions = _sessions(conn, clubs, place, club["id"])
        yield from _series(sessions, now)
        yield from _fair(conn, club["id"], sessions)
        for session in sessions:
            yield from _messages(session)
            yield from _asked(session)
            yield from _steps(session)
            yield from _ending(session)
            yield from _chosen(session)
    yield from _events(conn, clubs)
    notices = [
        each
        for office in clubs.people.offices.values()
        for each in office.history
        if "Journal club stopped" in each.text
    ]
    if len(notices) > clubs.forbids:
        yield f"the admins got {len(notices)} notices of {clubs.forbids} stops"


def _sessions(
    conn: sqlite3.Connection, clubs: Clubs, place: ClubPlace, club_id: int
) -> list[Session]:
    rows = conn.execute(
        "SELECT * FROM club_sessions WHERE club_id = ? ORDER BY day", (club_id,)
    ).fetchall()
    return [
        Session(
            clubs,
            place,
            row,
            {
                step["step"]: step
                for step in conn.execute(
                    "SELECT * FROM club_steps WHERE session_id = ?", (row["id"],)
                )
            },
            conn.execute(
                "SELECT * FROM club_turns WHERE session_id = ? ORDER BY planned_at", (row["id"],)
            ).fetchall(),
        )
        for row in rows
    ]


def _series(sessions: Sequence[Session], now: datetime) -> Iterator[str]:
    """Say where a week is missing: each has one session, and the last one is open."""
    for before, after in pairwise(sessions):
        if after.day - before.day != timedelta(days=7) and not before.excused(
            before.moments.ends, before.moments.ends + timedelta(days=7)
        ):
            yield f"{before.name}: the next session is on {after.day}"
    open_ones = [each for each in sessions if each.row["state"] == "open"]
    if open_ones != list(sessions[-1:]):
        yield f"{sessions[-1].name} is {sessions[-1].row['state']}, {len(open_ones)} are open"
    if open_ones and open_ones[0].moments.ends + LATE < now:
        yield f"{open_ones[0].name} is over, and open"


def _messages(session: Session) -> Iterator[str]:
    """Say which messages are missing or doubled."""
    for step, headings in HEADINGS.items():
        there = session.headed(headings)
        removed = session.headed(headings, removed=True)
        made = session.done(step)
        ids = {each.id for each in (*there, *removed)}
        if step == "volunteers":  # says who presents once someone does
            ids |= set(session.place.channel.messages)
        if len(there) > 1:
            yield f"{session.name} has {step} {len(there)} times"
        if made is None and there:
            yield f"{session.name} has {step}, which is not on record"
        if made is not None and made not in ids:
            yield f"{session.name} lacks {step}, which is on record"


def _asked(session: Session) -> Iterator[str]:
    """Say who was asked to present twice, or not at all."""
    called = session.done("volunteers")
    questions = [each for each in session.headed([ASKED]) if each.id != called]
    for turn in session.turns:
        mention = f"<@{turn['user_id']}>"
        there = [each for each in questions if mention in each.text]
        if len(there) != (1 if turn["message_id"] else 0):
            yield f"{session.name}: {mention} was asked {len(there)} times"


def _fair(conn: sqlite3.Connection, club_id: int, sessions: Sequence[Session]) -> Iterator[str]:
    """Say who was asked before someone who has waited longer."""
    members = [
        row["user_id"]
        for row in conn.execute(
            "SELECT user_id FROM club_members WHERE club_id = ? ORDER BY position", (club_id,)
        )
    ]
    last: dict[int, date] = {}
    for session in sessions:
        queue = sorted(members, key=lambda each: (each in last, last.get(each, date.min)))
        known = {turn["user_id"] for turn in session.turns}
        asked = [turn["user_id"] for turn in session.turns if turn["message_id"]]
        for user_id in asked:
            before = queue[: queue.index(user_id)] if user_id in queue else []
            if not set(before) <= known:
                yield f"{session.name}: {user_id} was asked before {set(before) - known}"
        presenter = next(
            (
                turn["user_id"]
                for answer in ("yes", "none")
                for turn in session.turns
                if turn["answer"] == answer
            ),
            None,
        )
        forgotten = {each.id for each in session.place.presenters}
        forgotten &= session.clubs.people.ever_erased
        lacks = presenter is None and session.done("volunteers") is None
        if members and lacks and not forgotten:
            yield f"{session.name}: no one was asked to present"
        if session.row["state"] == "held" and presenter is not None:
            last[presenter] = session.day


def _steps(session: Session) -> Iterator[str]:
    """Say which steps were left out, late or unfinished without a reason."""
    when = session.moments
    due = {
        "poll": when.poll,
        "result": when.decided,
        "event": when.decided,
        "remind": when.reminded,
        "start": when.starts,
        "thread": when.starts,
        "card": when.starts,
        "pin": when.starts,
    }
    gone = session.clubs.gone.get(session.row["thread_id"] or 0)
    for step, row in session.steps.items():
        at = due.get(step, datetime.fromtimestamp(row["planned_at"] / 1e6, UTC))
        planned = datetime.fromtimestamp(row["planned_at"] / 1e6, UTC)
        excused = session.excused(at - LATE, planned)
        if planned - at > LATE and not excused:
            yield f"{session.name}: {step} was due {at}, taken {planned}"
        if row["state"] == "planned" and session.row["state"] == "held":
            yield f"{session.name}: {step} was never finished"
        excused = excused or row["reason"] == MAY_LACK.get(step, "")
        excused = excused or (gone is not None and step in ("card", "pin"))
        if row["state"] == "left out" and not excused:
            yield f"{session.name}: {step} was left out, {row['reason']}"
    if session.row["state"] != "held":
        return
    needed = ("open", *due)
    lacking = [each for each in needed if each not in session.steps]
    if lacking and not session.excused(when.poll - LATE, when.starts + LATE):
        yield f"{session.name} was held without {', '.join(lacking)}"


def _ending(session: Session) -> Iterator[str]:
    """Say where a session ended otherwise than the admins had it."""
    when, state = session.moments, session.row["state"]
    event = session.done("event")
    deleted = None if event is None else session.clubs.gone.get(event)
    skipped = (session.place.channel.id, long_date(session.day)) in session.clubs.skipped
    wanted = skipped or (deleted is not None and deleted < when.starts)
    checked = session.excused(when.starts, when.starts + timedelta(hours=1))
    if state == "skipped" and not wanted:
        yield f"{session.name} was cancelled, and no admin wanted that"
    if wanted and state not in ("skipped", "open") and not (checked and not skipped):
        yield f"{session.name} was {state}, and an admin had cancelled it"
    if state == "missed" and not session.excused(when.starts, when.ends):
        yield f"{session.name} was missed"
    if state == "skipped" and session.done("cancel") is None:
        finished = datetime.fromtimestamp(session.row["finished_at"] / 1e6, UTC)
        if not session.excused(finished, finished):
            yield f"{session.name} was cancelled without a word"
    yield from _thread(session)


def _thread(session: Session) -> Iterator[str]:
    """Say what is wrong with the thread of a session that was held."""
    thread_id = session.done("thread")
    if thread_id is None:
        return
    if thread_id in session.clubs.gone:
        return
    thread = session.clubs.people.server.world.channels.get(thread_id)
    if thread is None:
        yield f"{session.name} has lost its thread"
        return
    cards = [each for each in thread.history if CARD in each.text]
    if len(cards) != 1:
        yield f"{session.name} has {len(cards)} cards in its thread"
    elif session.done("pin") and not cards[0].pinned:
        yield f"{session.name}: the card is noted as pinned, and is not"


def _chosen(session: Session) -> Iterator[str]:
    """Say where another paper is read than the votes chose."""
    step = session.steps.get("poll")
    if step is None or step["state"] != "done" or session.row["decided_at"] is None:
        return
    polled = ClubPost.from_json(json.loads(step["payload"])).papers
    papers = [each.paper_id for each in polled]
    message = session.place.channel.messages.get(step["made_id"])
    voters = {} if message is None or message.poll is None else message.poll.voters
    votes = {paper: len(voters.get(number, ())) for number, paper in enumerate(papers, 1)}
    if message is None and session.row["paper_id"] in papers:
        return  # deleted before or after it was counted
    best = max(papers, key=lambda each: votes[each])
    if session.row["paper_id"] != best:
        yield f"{session.name} reads {session.row['paper_id']}, and {best} won"


def _events(conn: sqlite3.Connection, clubs: Clubs) -> Iterator[str]:
    """Say which events there are twice, or without a session, or still after a cancellation."""
    times = Counter(
        (each["guild_id"], each["scheduled_start_time"]) for each in clubs.events.values()
    )
    yield from (f"{n} events of {key} were made" for key, n in times.items() if n > 1)
    world = clubs.people.server.world
    rows = conn.execute(
        "SELECT made_id, club_sessions.state FROM club_steps"
        " JOIN club_sessions ON club_sessions.id = session_id WHERE step = 'event'"
    ).fetchall()
    states = {row["made_id"]: row["state"] for row in rows if row["made_id"]}
    for number in world.events:
        if states.get(number) not in ("open", "held", "missed"):
            yield f"the event {number} is there, its session is {states.get(number)}"
    for number, state in states.items():
        if state in ("open", "held") and number not in world.events and number not in clubs.gone:
            yield f"the event {number} of a session that is {state} is gone"


def discussions_broken(conn: sqlite3.Connection, clubs: Clubs) -> Iterator[str]:
    """Say which papers have two threads in a server, or one that is lost."""
    world = clubs.people.server.world
    titles = {row["title"]: row["id"] for row in conn.execute("SELECT id, title FROM papers")}
    threads = [each for each in clubs.threads.values() if each.name in titles]
    live = Counter((each.guild_id, each.name) for each in threads if each.id not in clubs.gone)
    yield from (f"{name} is discussed in {n} threads" for (_, name), n in live.items() if n > 1)
    hour_ago = (clubs.now - timedelta(hours=1)).timestamp() * 1e6
    for row in conn.execute("SELECT * FROM discussions"):
        if row["thread_id"] is None:
            if row["claimed_at"] < hour_ago:
                yield f"the discussion of {row['paper_id']} was never opened"
        elif row["thread_id"] not in world.channels and row["thread_id"] not in clubs.gone:
            yield f"the discussion of {row['paper_id']} has lost its thread"
