"""A bot killed at any request of a post, and started again, neither repeats nor loses anything.

`pytest --full tests/wire/test_killed.py` kills at every request; otherwise at a selection.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import reliability
from tests.databases import put_empty, url_in
from tests.discord_server import Channel, DiscordServer, FakeDiscord
from tests.discord_server.faults import When
from tests.looking import look
from tests.wire import processes
from tests.wire.bot_process import TOKEN

PAPERS = 10
SAVE = "🔖"
POSTING = "POST /channels/*"
SEEDING = "PUT /channels/*/reactions/*"


class Boundary(NamedTuple):
    """A request of a post: what it asks for, and the how-manieth it is of its kind."""

    number: int
    name: str
    pattern: str
    at: int


BOUNDARIES = [
    Boundary(number, name, pattern, at)
    for number, (name, pattern, at) in enumerate(
        [
            ("header", POSTING, 1),
            ("thread", POSTING, 2),
            *((f"card {card}", POSTING, 2 + card) for card in range(1, PAPERS + 1)),
            *((f"first reaction of card {card}", SEEDING, card) for card in range(1, PAPERS + 1)),
        ],
        1,
    )
]
BACK = [
    ("header", 1, "reading the channel back", 0),
    ("card 1", 3, "reading the thread back", 1),
]
"""What is lost by the first kill, and what the second one interrupts."""
SELECTED = {(1, "before"), (1, "after"), (2, "before"), (2, "after")} | {
    (3, "before"),
    (8, "after"),
    (13, "before"),
    (22, "after"),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Kill at every request, or at those that stand for all."""
    full = metafunc.config.getoption("--full")
    if "reading" in metafunc.fixturenames:
        again = [(each, when) for each in BACK for when in ("before", "after")]
        metafunc.parametrize(("reading", "when"), again if full else again[1:2])
    if "boundary" not in metafunc.fixturenames:
        return
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
    """A server with a channel, and the folder of the bot that posts there."""

    server: DiscordServer
    folder: Path
    guild_id: int
    channel: Channel
    feed: Mapping[str, object] = field(default_factory=dict[str, object])
    """What the feed is beside its channel and size."""
    minutes: Sequence[int] = (0,)
    """The minutes after nine whose work the bot does."""

    @property
    def world(self) -> FakeDiscord:
        """What is there."""
        return self.server.world

    async def run_bot(self, boundary: Boundary | None = None, when: When = "before") -> int:
        """Run the bot to its end, killed at a request if one is given; return its code."""
        server = self.server
        put_empty(self.folder)
        process = await processes.start(
            "tests.wire.bot_process",
            *(self.folder, server.api_url, server.gateway_url),
            *(self.guild_id, self.channel.id, PAPERS, json.dumps(self.feed), *self.minutes),
            folder=self.folder,
        )
        if boundary is not None:
            server.kill(process.pid, boundary.pattern, at=boundary.at, when=when)
        log = await process.end()
        server.heal()
        if process.returncode not in (0, -9) or "Traceback" in log:
            raise AssertionError(log)
        assert not [secret for secret in self.world.secrets() if secret in log]
        return process.returncode or 0

    def ends_with(self) -> tuple[str, int, int]:
        """Return what is there, in words, and how much of it is lost and doubled."""
        threads = self.world.threads_of(self.channel)
        shown: Counter[str] = Counter()
        seeds = folding = 0
        for message in (each for thread in threads for each in thread.history):
            folding += "Show 1 more about this" in str(message.components)
            shown.update(
                f"2506.{number:05}"
                for number in range(900, 900 + PAPERS)
                if f"2506.{number:05}" in str(message.components)
            )
            seeds += self.world.bot.id in message.reactions.get(SAVE, [])
        headers = len(self.channel.messages)
        whole = [headers, len(threads), sum(shown.values()), seeds]
        lost = sum(max(0, wanted - there) for wanted, there in zip((1, 1), whole, strict=False))
        lost += PAPERS - len(shown) + max(0, PAPERS - seeds) + (folding == 0)
        doubled = max(0, headers - 1) + max(0, len(threads) - 1) + shown.total() - len(shown)
        words = zip(whole, ("header", "thread", "cards", "first reactions"), strict=True)
        return ", ".join(f"{count} {word}" for count, word in words), lost, doubled

    def recorded(self) -> tuple[str, int, int]:
        """Return the state of the only post in the database, and how many cards it knows of, and
        how many papers behind them."""
        with closing(look(url_in(self.folder))) as database:
            ((state,),) = database.rows("SELECT state FROM posts")
            ((cards, behind),) = database.rows(
                "SELECT count(message_id), count(behind) FROM post_papers"
            )
        return state, cards, behind


@pytest.fixture
async def lab(tmp_path: Path):
    """A quick Discord with one channel; it must have heard nothing unheard of."""
    async with DiscordServer() as server:
        server.buckets.pace = 0.01
        server.world.token = TOKEN
        guild = server.world.add_guild("Lab")
        yield Lab(server, tmp_path, guild.id, server.world.add_channel(guild, "papers"))
    server.assert_clean()


@pytest.mark.timeout(180)
async def test_a_post_killed_at_any_request_ends_whole_and_without_repetition(
    lab: Lab, boundary: Boundary, when: When
) -> None:
    assert await lab.run_bot(boundary, when) == -9
    if when == "after":
        # The nonce is forgotten by then: only what the channel shows can tell.
        lab.world.advance(3_600)
    assert await lab.run_bot() == 0
    there, lost, doubled = lab.ends_with()
    moment = "not carried out" if when == "before" else "carried out, answer lost"
    row = f"daily post, request {boundary.number} ({boundary.name}): {moment}"
    assert (lost, doubled) == (0, 0), f"{row}: {there}"
    assert lab.recorded() == ("done", PAPERS, 1)
    reliability.record("kills", row, there, str(lost), str(doubled))
    if boundary is BOUNDARIES[-1]:
        asked = len(lab.server.requests)
        posted = lab.server.count(POSTING)
        assert await lab.run_bot() == 0
        assert lab.server.count(POSTING) == posted, "a third start finds nothing left to do"
        assert not [
            request.line for request in lab.server.requests[asked:] if request.method == "PUT"
        ]


@pytest.mark.timeout(180)
async def test_a_post_killed_again_while_it_looks_for_what_was_lost_ends_whole(
    lab: Lab, reading: tuple[str, int, str, int], when: When
) -> None:
    lost, at, what, place = reading
    assert await lab.run_bot(Boundary(0, lost, POSTING, at), "after") == -9
    lab.world.advance(3_600)
    places = [lab.channel, *lab.world.threads_of(lab.channel)]
    back = f"GET /channels/{places[place].id}/messages"
    assert await lab.run_bot(Boundary(0, what, back, 1), when) == -9
    assert await lab.run_bot() == 0
    there, missing, doubled = lab.ends_with()
    moment = "not carried out" if when == "before" else "carried out, answer lost"
    row = f"daily post, killed at its {lost} and again at {what}: {moment}"
    assert (missing, doubled) == (0, 0), f"{row}: {there}"
    assert lab.recorded() == ("done", PAPERS, 1)
    reliability.record("kills", row, there, str(missing), str(doubled))


def test_the_page_has_every_request_of_a_post_and_no_other() -> None:
    recorded = [row for row in reliability.rows("kills") if row.startswith("daily post")]
    assert len(recorded) == 2 * len(BOUNDARIES) + 2 * len(BACK)
