"""A bot killed at any request of a roundup neither repeats nor loses anything.

Its cards are sent like those of a daily post, which is killed at each: here at the first and last.
`pytest --full tests/wire/test_killed_roundup.py` kills at all of these; otherwise at a selection.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests import reliability
from tests.discord_server import DiscordServer
from tests.discord_server.faults import When
from tests.wire.test_killed import BOUNDARIES, PAPERS, POSTING, SAVE, TOKEN, Boundary, Lab

NAME = "Best papers of 2 \u2013 6 Jun 2025"
KILLED = [each for each in BOUNDARIES if each.number in (1, 2, 3, 12, 13, 22)]
SELECTED = {(1, "before"), (1, "after"), (12, "after"), (22, "after")}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Kill at every request, or at those that stand for all."""
    if "boundary" not in metafunc.fixturenames:
        return
    full = metafunc.config.getoption("--full")
    moments: list[tuple[Boundary, When]] = [
        (boundary, when)
        for boundary in KILLED
        for when in ("before", "after")
        if full or (boundary.number, when) in SELECTED
    ]
    metafunc.parametrize(
        ("boundary", "when"), moments, ids=[f"{each.name}-{when}" for each, when in moments]
    )


class Monday(Lab):
    """A server whose channel gets last week's roundup."""

    def what_is_there(self) -> tuple[str, int, int]:
        """Return what is there, in words, and how much of it is lost and doubled."""
        threads = [each for each in self.world.threads_of(self.channel) if each.name == NAME]
        cards = [message for thread in threads for message in thread.history]
        shown = Counter(
            f"2506.{number:05}"
            for message in cards
            for number in range(600, 600 + PAPERS)
            if f"v1:save:2506.{number:05}" in str(message.components)
        )
        seeds = sum(self.world.bot.id in message.reactions.get(SAVE, []) for message in cards)
        headers = [each for each in self.channel.history if NAME in each.text]
        pictures = sum(len(each.attachments) for each in headers)
        words = (
            f"{len(headers)} header with {pictures} picture, {len(threads)} thread,"
            f" {len(cards)} cards, {seeds} first reactions"
        )
        wanted = [(len(headers), 1), (pictures, 1), (len(threads), 1), (seeds, PAPERS)]
        lost = sum(max(0, most - there) for there, most in wanted) + PAPERS - len(shown)
        doubled = sum(max(0, there - most) for there, most in wanted[:3])
        doubled += shown.total() - len(shown) + len(self.channel.history) - len(headers)
        return words, lost, doubled


@pytest.fixture
async def monday(tmp_path: Path):
    """A quick Discord with one channel; it must have heard nothing unheard of."""
    async with DiscordServer() as server:
        server.buckets.pace = 0.01
        server.world.token = TOKEN
        guild = server.world.add_guild("Lab")
        channel = server.world.add_channel(guild, "papers")
        yield Monday(server, tmp_path, guild.id, channel, {"every": "week"})
    server.assert_clean()


@pytest.mark.timeout(180)
async def test_a_roundup_killed_at_any_request_ends_whole_and_without_repetition(
    monday: Monday, boundary: Boundary, when: When
) -> None:
    assert await monday.run_bot(boundary, when) == -9
    if when == "after":
        # The nonce is forgotten by then: only what the channel shows can tell.
        monday.world.advance(3_600)
    assert await monday.run_bot() == 0
    there, lost, doubled = monday.what_is_there()
    moment = "not carried out" if when == "before" else "carried out, answer lost"
    row = f"roundup, request {boundary.number} ({boundary.name}): {moment}"
    assert (lost, doubled) == (0, 0), f"{row}: {there}"
    assert monday.recorded() == ("done", PAPERS, 1)
    reliability.record("kills", row, there, str(lost), str(doubled))
    if boundary is KILLED[-1]:
        posted = monday.server.count(POSTING)
        assert await monday.run_bot() == 0
        assert monday.server.count(POSTING) == posted, "a third start finds nothing left to do"


def test_the_page_has_these_requests_of_a_roundup_and_no_other() -> None:
    recorded = [row for row in reliability.rows("kills") if row.startswith("roundup")]
    assert len(recorded) == 2 * len(KILLED)
