"""Digests over the wire: killed anywhere and started again, everybody has exactly one.

`pytest --full tests/wire/test_digests.py` kills at every request; otherwise at a selection.
`python -m benchmarks.digests` does the fan-out with 500 people and Discord's real limits.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import reliability
from tests.discord_server import DiscordServer
from tests.discord_server.faults import When
from tests.wire.digesting import OPENING, READING, SENDING, Kill, Readers

PEOPLE = 30


class Boundary(NamedTuple):
    """A request that a digest makes; the last ones only after a first kill."""

    name: str
    kill: Kill
    first: Kill | None = None


LOST = Kill(SENDING, when="after")
BOUNDARIES: list[tuple[str, str, Kill | None]] = [
    ("request 1 (opening the conversation)", OPENING, None),
    ("request 2 (the message)", SENDING, None),
    ("request 3 (reading back what a kill left open)", READING, LOST),
    ("request 4 (the message, sent again)", SENDING, Kill(SENDING)),
]
SELECTED = {(0, "after"), (2, "before")}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Kill at every request, or at those that stand for all."""
    if "boundary" not in metafunc.fixturenames:
        return
    full = metafunc.config.getoption("--full")
    moments = [
        (Boundary(name, Kill(pattern, when=when), first), when)
        for number, (name, pattern, first) in enumerate(BOUNDARIES)
        for when in ("before", "after")
        if full or (number, when) in SELECTED
    ]
    metafunc.parametrize(
        ("boundary", "when"), moments, ids=[f"{each.name}-{when}" for each, when in moments]
    )


@pytest.fixture
async def quick_discord() -> AsyncIterator[DiscordServer]:
    """A Discord with short rate limits; it must have heard nothing unheard of."""
    async with DiscordServer() as server:
        server.buckets.pace = 0.02
        yield server
    server.assert_clean()


@pytest.mark.timeout(180)
async def test_a_digest_killed_at_any_request_arrives_once(
    quick_discord: DiscordServer, tmp_path: Path, boundary: Boundary, when: When
) -> None:
    readers = Readers(quick_discord, tmp_path, 1)
    kills = [kill for kill in (boundary.first, boundary.kill) if kill is not None]
    for kill in kills:
        assert await readers.run_bot(kill) == -9
        if kill.when == "after":
            # The nonce is forgotten by then: only the conversation itself can tell.
            readers.pass_over(3_600)
    assert await readers.run_bot() == 0
    (received,) = readers.received()
    moment = "not carried out" if when == "before" else "carried out, answer lost"
    row = f"digest, {boundary.name}: {moment}"
    assert received == 1, row
    assert readers.recorded() == readers.expected()
    reliability.record(
        "kills",
        row,
        f"{received} direct message",
        str(max(0, 1 - received)),
        str(max(0, received - 1)),
    )


@pytest.mark.timeout(180)
async def test_a_digest_is_known_again_however_much_its_reader_wrote_meanwhile(
    quick_discord: DiscordServer, tmp_path: Path
) -> None:
    readers = Readers(quick_discord, tmp_path, 1)
    assert await readers.run_bot(LOST) == -9
    (reader,) = readers.people
    conversation = quick_discord.world.dm_of(reader)
    assert conversation is not None
    for number in range(120):
        quick_discord.world.say(reader, conversation, f"hello? {number}")
    readers.pass_over(3_600)
    assert await readers.run_bot() == 0
    assert readers.received() == [1]


def test_the_page_has_every_request_of_a_digest_and_no_other() -> None:
    recorded = [row for row in reliability.rows("kills") if row.startswith("digest")]
    assert len(recorded) == 2 * len(BOUNDARIES)


@pytest.mark.timeout(180)
async def test_a_fan_out_killed_on_the_way_reaches_everybody_once(
    quick_discord: DiscordServer, tmp_path: Path
) -> None:
    readers = Readers(quick_discord, tmp_path, PEOPLE, strangers=3)
    assert await readers.run_bot(Kill(SENDING, PEOPLE // 2, "after")) == -9
    arrived = sum(readers.received())
    assert 0 < arrived < PEOPLE
    assert await readers.run_bot() == 0
    assert readers.received() == [1] * PEOPLE
    assert readers.recorded() == readers.expected()
    posted = quick_discord.count(SENDING)
    assert await readers.run_bot() == 0
    assert quick_discord.count(SENDING) == posted, "a third start finds nothing left to do"
