"""Every request of a club's session, refused or lost: it goes on, or stops and says why.

Each case has a club of its own, in a server of its own; the clubs meet some minutes apart, so that
what goes wrong at one of them meets no other. `pytest --full` has all cases, otherwise a selection.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from logging import LogRecord
from pathlib import Path
from typing import Any

import pytest

from bot.i18n import long_date
from papers.club_schedule import DECIDED_BEFORE, POLL_BEFORE, REMINDED_BEFORE
from tests import reliability
from tests.discord_server import Channel, DiscordServer
from tests.looking import Rows, rows
from tests.wire.bot import Connected, connected
from tests.wire.club_process import HELD_AFTER, MEMBERS, add_club
from tests.wire.fault_recorder import FaultRecorder
from tests.wire.test_club import go_to
from tests.wire.test_killed_club import BOUNDARIES, Boundary

APART = timedelta(minutes=17)
"""Between two clubs: none is due within five minutes of what another one has to do."""
SOON = timedelta(minutes=5)
FAULTS: dict[str, dict[str, Any]] = {
    "403 a permission is missing": {"status": 403, "code": 50013},
    "404 it was deleted": {"status": 404},
    "429, wait a moment": {"status": 429, "retry_after": 0.02, "times": 2},
    "500 for a minute": {"status": 500, "times": 5},
    "the connection breaks, only the answer lost": {"drop": True, "when": "after"},
}
GONE = {
    **{"reading the poll": 10008, "thread": 10008, "pin": 10008},
    **{"event": 10004, "looking for the event": 10070},
}
"""What Discord answers to each request where it finds nothing; to the others, 10003."""
THINGS = (
    *(("call", 0), ("question", 0), ("poll", 1), ("paper", 2), ("event", 2), ("reminder", 3)),
    *(("discussion", 4), ("thread", 4), ("card", 4), ("pin", 4)),
)
"""What a session consists of, and at which of its moments each comes."""
HEADINGS = {
    "call": "Journal club of {}",
    "question": "Who presents on {}?",
    "poll": "Which paper should we discuss on {}?",
    "paper": "We'll discuss this paper on {}",
    "reminder": "Journal club soon: {}",
    "discussion": "Discussion of {}",
    "cancellation": "Journal club of {} cancelled",
}
SELECTED = {("reading the poll", 0), ("looking for the event", 0), ("event", 4)}
"""Requests, and the numbers of the faults that they meet without `--full`."""


@dataclass
class Case:
    """A club, and what goes wrong at one of its requests."""

    boundary: Boundary
    fault: str
    begins: datetime

    @property
    def name(self) -> str:
        """The row's name."""
        return f"journal club: {self.boundary.name}, {self.fault}"

    @property
    def held(self) -> datetime:
        """When its session starts."""
        return self.begins + HELD_AFTER

    @property
    def stages(self) -> Sequence[datetime]:
        """The moments at which something is due."""
        before = (POLL_BEFORE, DECIDED_BEFORE, REMINDED_BEFORE, timedelta(0))
        return (self.begins, *(self.held - each for each in before))

    def arm(self, server: DiscordServer) -> None:
        """Let the request meet its fault."""
        fault = dict(FAULTS[self.fault])
        if fault.get("status") == 404:
            fault["code"] = GONE.get(self.boundary.name, 10003)
        server.fail(self.boundary.pattern, skip=self.boundary.at - 1, **fault)


class ClubRecorder(FaultRecorder):
    """Looks at one club and its server."""

    club_id: int = 0
    stage: int = 0
    day: str = ""

    def channel(self, channel: Channel | None = None) -> str:
        """Return what there should be by now and is not, or is twice."""
        counted = self.counted()
        wrong = [
            f"no {name}" if not counted[name] else f"{counted[name]} times {name}"
            for name, stage in THINGS
            if counted[name] != 1 and stage <= self.stage
        ]
        cancelled = ["the session is cancelled"] if counted["cancellation"] else []
        return ", ".join((*cancelled, *wrong)) or "all is there"

    def counted(self) -> dict[str, int]:
        """Return how many of each thing are there."""
        here = self.here
        lines = [message.text.partition("\n")[0] for message in here.channel.history]
        threads = here.world.threads_of(here.channel)
        cards = [message for thread in threads for message in thread.history]
        guild = str(here.guild.id)
        return {
            name: lines.count(f"### {heading.format(self.day)}")
            for name, heading in HEADINGS.items()
        } | {
            "event": sum(each["guild_id"] == guild for each in here.world.events.values()),
            "thread": len(threads),
            "card": len(cards),
            "pin": sum(message.pinned for message in cards),
        }

    def stored(self) -> str:
        """Return what the database holds of the club, and of the steps that were not taken."""
        state, reason = self.club()
        steps = self.rows(
            "SELECT step, club_steps.state, reason FROM club_steps JOIN club_sessions"
            " ON club_sessions.id = session_id"
            " WHERE club_id = :club AND club_steps.state != 'done'"
            " AND session_id = (SELECT min(id) FROM club_sessions WHERE club_id = :club)"
            # A thread comes before its card.
            " ORDER BY club_steps.planned_at, CASE step WHEN 'thread' THEN 0 ELSE 1 END, step"
        )
        parts = [f"club {state}{f' ({reason})' if reason else ''}"]
        parts += [f"{step} {how}{f' ({why})' if why else ''}" for step, how, why in steps]
        return ", ".join(parts)

    def club(self) -> tuple[str, str | None]:
        """Return the club's state, and why it has stopped."""
        ((state, reason),) = self.rows("SELECT state, reason FROM clubs WHERE id = :club")
        return state, reason

    def rows(self, statement: str) -> Rows:
        """Ask for what is recorded, of this club as `:club`."""
        values = {"club": self.club_id} if ":club" in statement else {}
        return rows(self.here.bot.settings.database_url, statement, **values)

    def stopped(self) -> bool:
        """Tell whether the club has stopped."""
        return self.club()[0] == "stopped"

    def _logged(self) -> list[LogRecord]:
        return [
            each for each in super()._logged() if f"club_id={self.club_id} " in each.getMessage()
        ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have every request meet every fault, or those that stand for all."""
    if "cases" in metafunc.fixturenames:
        if metafunc.config.getoption("--full"):
            lots = [[(each, fault) for each in BOUNDARIES] for fault in FAULTS]
        else:
            names = list(FAULTS)
            some = {name: names[number] for name, number in SELECTED}
            lots = [[(each, some[each.name]) for each in BOUNDARIES if each.name in some]]
        metafunc.parametrize("cases", lots, ids=[str(number) for number in range(len(lots))])


async def settle(here: Connected, case: Case, caplog: pytest.LogCaptureFixture) -> ClubRecorder:
    """Make a server with a club, opened as its session is due to be."""
    world = here.world
    guild = world.add_guild("Club")
    office, channel = world.add_channel(guild, "office"), world.add_channel(guild, "papers")
    admin = world.add_member(guild, "ada", world.add_role(guild, "admins", "manage_guild"))
    guild.system_channel_id = office.id
    # The server is known with its channels once the bot is told of the whole of it again.
    world.emit("GUILD_CREATE", world.guild_json(guild), guild.id, 1)

    def known() -> bool:
        found = here.bot.get_guild(guild.id)
        return found is not None and found.system_channel is not None

    await here.server.until(known)
    own = replace(here, guild=guild, office=office, channel=channel, admin=admin)
    recorder = ClubRecorder(own, caplog)
    recorder.day = long_date(case.held.date())
    async with here.bot.services.database.write() as conn:
        await add_club(conn, guild.id, channel.id, case.begins)
    ((recorder.club_id,),) = rows(here.bot.settings.database_url, "SELECT max(id) FROM clubs")
    return recorder


async def test_faults_of_a_session_are_waited_for_left_out_or_told(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    quick_retries: None,
    cases: Sequence[tuple[Boundary, str]],
) -> None:
    discord_server.world.pingable.update(MEMBERS)
    async with connected(discord_server, tmp_path) as here:
        here.clock.at = now = datetime.now(UTC).replace(second=0, microsecond=0)
        known = [
            Case(boundary, fault, now + number * APART)
            for number, (boundary, fault) in enumerate(cases)
        ]
        recorders: dict[str, ClubRecorder] = {}
        due = sorted(
            (moment, number, stage)
            for number, case in enumerate(known)
            for stage, moment in enumerate(case.stages)
        )
        for moment, number, stage in due:
            case = known[number]
            if stage == 0:
                await go_to(here, moment)
                recorders[case.name] = await settle(here, case, caplog)
            recorder = recorders[case.name]
            recorder.stage = stage
            meets = stage == case.boundary.stage
            if meets:
                case.arm(discord_server)
            await go_to(here, moment)
            if stage == 2:
                await go_to(here, moment + SOON)  # the poll has been counted
            discord_server.heal()
            if not meets:
                continue
            await recorder.observe()
            if recorder.stopped():
                own = recorder.here
                await here.world.slash(own.admin, own.office, "club edit", channel=own.channel)
            await go_to(here, here.clock.at + SOON)
        for case in known:
            await recorders[case.name].observe()
            recorders[case.name].record(case.name)


def test_the_page_has_every_request_of_a_session_with_every_fault() -> None:
    recorded = {row for row in reliability.rows("faults") if row.startswith("journal club")}
    begins = datetime.now(UTC)
    assert recorded == {Case(each, fault, begins).name for each in BOUNDARIES for fault in FAULTS}
