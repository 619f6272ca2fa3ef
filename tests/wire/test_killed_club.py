"""A bot killed at any request of a journal club's session, and started again, repeats nothing.

`pytest --full tests/wire/test_killed_club.py` kills at every request; otherwise at a selection.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from papers.club_schedule import DECIDED_BEFORE, POLL_BEFORE, REMINDED_BEFORE
from tests import reliability
from tests.databases import put_empty, url_in
from tests.discord_server import Channel, DiscordServer
from tests.discord_server.faults import When
from tests.looking import rows
from tests.wire import processes
from tests.wire.club_process import HELD_AFTER, MEMBERS, TOKEN

COUNTED = timedelta(minutes=16)
"""How long after a poll's end its count is taken as it is."""
SENDING = "POST /channels/*/messages"
EVENT = "* /guilds/*/scheduled-events*"


class Boundary(NamedTuple):
    """A request: what it is for, at which of the session's moments, and the how-manieth it is."""

    number: int
    name: str
    stage: int
    pattern: str
    at: int = 1


BOUNDARIES = [
    Boundary(number, *parts)
    for number, parts in enumerate(
        [
            ("call for nominations", 0, SENDING, 1),
            ("question to the presenter", 0, SENDING, 2),
            ("poll", 1, SENDING, 1),
            ("reading the poll", 2, "GET /channels/*/messages/*", 1),
            ("paper", 2, SENDING, 1),
            ("event", 2, "POST /guilds/*/scheduled-events", 1),
            ("looking for the event", 3, EVENT, 1),
            ("reminder", 3, SENDING, 1),
            ("discussion", 4, SENDING, 1),
            ("thread", 4, "POST /channels/*/threads", 1),
            ("card", 4, SENDING, 2),
            ("pin", 4, "PUT /channels/*/pins/*", 1),
        ],
        1,
    )
]
SELECTED = {(2, "after"), (3, "after"), (6, "after"), (10, "before"), (11, "after")}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Kill at every request, or at those that stand for all."""
    if "boundary" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        moments: list[tuple[Boundary, When]] = [
            (boundary, when)
            for boundary in BOUNDARIES
            for when in ("before", "after")
            if full or (boundary.number, when) in SELECTED
        ]
        metafunc.parametrize(
            ("boundary", "when"), moments, ids=[f"{each.name}-{when}" for each, when in moments]
        )


@dataclass
class Lab:
    """A server with a channel, and the folder of the bot whose club meets there."""

    server: DiscordServer
    folder: Path
    channel: Channel
    stages: Sequence[Sequence[datetime]]
    """The moments at which something is due."""

    async def run_bot(
        self, stages: Sequence[int], boundary: Boundary | None = None, when: When = "before"
    ) -> int:
        """Run the bot through stages to its end, killed at a request if one is given."""
        moments = [moment for stage in stages for moment in self.stages[stage]]
        if not moments:
            return 0
        server = self.server
        put_empty(self.folder)
        process = await processes.start(
            "tests.wire.club_process",
            *(self.folder, server.api_url, server.gateway_url),
            *(self.channel.guild_id, self.channel.id),
            *(moment.isoformat() for moment in moments),
            folder=self.folder,
        )
        if boundary is not None:
            server.kill(process.pid, boundary.pattern, at=boundary.at, when=when)
        log = await process.end()
        server.heal()
        if process.returncode not in (0, -9) or "Traceback" in log:
            raise AssertionError(log)
        return process.returncode or 0

    def ends_with(self) -> dict[str, int]:
        """Return how many of each thing are there."""
        texts = [message.text for message in self.channel.history]
        threads = self.server.world.threads_of(self.channel)
        cards = [message for thread in threads for message in thread.history]

        def beginning(start: str) -> int:
            return sum(text.startswith(f"### {start}") for text in texts)

        return {
            "call": beginning("Journal club of"),
            "question": beginning("Who presents"),
            "poll": sum(message.poll is not None for message in self.channel.history),
            "paper": beginning("We'll discuss this paper"),
            "event": len(self.server.world.events),
            "reminder": beginning("Journal club soon"),
            "discussion": beginning("Discussion of"),
            "thread": len(threads),
            "card": len(cards),
            "pin": sum(message.pinned for message in cards),
        }

    def recorded(self) -> set[str]:
        """Return what the database says of the steps."""
        found = rows(url_in(self.folder), "SELECT state FROM club_steps")
        return {state for (state,) in found}


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    """A quick Discord with one channel; it must have heard nothing unheard of."""
    async with DiscordServer() as server:
        server.buckets.pace = 0.01
        server.world.token = TOKEN
        server.world.pingable.update(MEMBERS)
        guild = server.world.add_guild("Lab")
        begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        held = begins + HELD_AFTER
        decided = held - DECIDED_BEFORE
        stages = (
            (begins,),
            (held - POLL_BEFORE,),
            (decided, decided + COUNTED),
            (held - REMINDED_BEFORE,),
            (held,),
        )
        yield Lab(server, tmp_path, server.world.add_channel(guild, "papers"), stages)
    server.assert_clean()


@pytest.mark.timeout(180)
async def test_a_session_killed_at_any_request_ends_whole_and_without_repetition(
    lab: Lab, boundary: Boundary, when: When
) -> None:
    last = range(boundary.stage, len(lab.stages))
    assert await lab.run_bot(range(boundary.stage)) == 0
    assert await lab.run_bot([boundary.stage], boundary, when) == -9
    if when == "after":
        # Only what is there can tell then.
        lab.server.world.nonces.clear()
    assert await lab.run_bot(last) == 0
    there = lab.ends_with()
    moment = "not carried out" if when == "before" else "carried out, answer lost"
    row = f"journal club, request {boundary.number} ({boundary.name}): {moment}"
    lost = sum(count == 0 for count in there.values())
    doubled = sum(max(0, count - 1) for count in there.values())
    words = ", ".join(f"{count} {name}" for name, count in there.items())
    assert (lost, doubled) == (0, 0), f"{row}: {words}"
    assert lab.recorded() == {"done"}
    reliability.record("kills", row, words, str(lost), str(doubled))


def test_the_page_has_every_request_of_a_session_and_no_other() -> None:
    recorded = [row for row in reliability.rows("kills") if row.startswith("journal club")]
    assert len(recorded) == 2 * len(BOUNDARIES)
