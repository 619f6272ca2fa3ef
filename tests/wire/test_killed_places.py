"""A bot killed at any request of a post in a forum or a thread neither repeats nor loses anything.

`pytest --full tests/wire/test_killed_places.py` kills at every request; otherwise at a selection.
"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import reliability
from tests.discord_server import Channel, DiscordServer
from tests.discord_server.faults import When
from tests.discord_server.objects import FORUM
from tests.wire.test_killed import PAPERS, POSTING, SAVE, SEEDING, TOKEN, Boundary, Lab

MINUTES = (0, 2, 4)
"""A forum is read back a minute after something was sent to it at the earliest."""


class Place(NamedTuple):
    """What a feed posts in, and what one post of it is in the end."""

    name: str
    feed: dict[str, object]
    first: str
    """What its first request is."""
    words: str


DAY = Place(
    "forum, a post a day",
    {"kind": "forum"},
    "the post",
    "1 post, 10 cards, 10 first reactions",
)
PAPER = Place(
    "forum, a post per paper",
    {"kind": "forum", "layout": "paper"},
    "",
    "10 posts, 10 cards, 10 first reactions",
)
THREAD = Place(
    "thread",
    {"kind": "thread"},
    "header",
    "1 header, 10 cards, 10 first reactions",
)


def boundaries(place: Place) -> list[Boundary]:
    """Return the requests of a post."""
    each = "post" if place is PAPER else "card"
    cards = [(f"{each} {number}", POSTING) for number in range(1, PAPERS + 1)]
    seeds = [(f"first reaction of card {number}", SEEDING) for number in range(1, PAPERS + 1)]
    named = [*([(place.first, POSTING)] if place.first else []), *cards, *seeds]
    seen: Counter[str] = Counter()
    found: list[Boundary] = []
    for number, (name, pattern) in enumerate(named, 1):
        seen[pattern] += 1
        found.append(Boundary(number, name, pattern, seen[pattern]))
    return found


SELECTED = {(1, "before"), (1, "after"), (2, "after"), (12, "after")}
AGAIN = [
    (DAY, "the forum's active posts", "GET /guilds/*/threads/active"),
    (DAY, "the forum's archived posts", "GET /channels/*/threads/archived/public"),
    (DAY, "the post's first message", "GET /channels/*/messages/*"),
    (PAPER, "the forum's active posts", "GET /guilds/*/threads/active"),
    (PAPER, "the posts' first messages", "GET /channels/*/messages/*"),
]
"""What a second kill interrupts, after the first lost the answer of the first request."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Kill at every request, or at those that stand for all."""
    full = metafunc.config.getoption("--full")
    if "reading" in metafunc.fixturenames:
        metafunc.parametrize("reading", AGAIN if full else AGAIN[2:4])
    if "boundary" in metafunc.fixturenames:
        moments = [
            (place, boundary, when)
            for place in (DAY, PAPER, THREAD)
            for boundary in boundaries(place)
            for when in ("before", "after")
            if full or (boundary.number, when) in SELECTED
        ]
        metafunc.parametrize(
            ("place", "boundary", "when"),
            moments,
            ids=[f"{place.name}-{boundary.name}-{when}" for place, boundary, when in moments],
        )


class Room(Lab):
    """A server whose feed posts in a forum or a thread."""

    def what_is_there(self) -> tuple[str, int, int]:
        """Return what is there, in words, and how much of it is lost and doubled."""
        thread = self.channel.is_thread
        posts = [self.channel] if thread else self.world.threads_of(self.channel)
        messages = [message for post in posts for message in post.history]
        headers = [message for message in messages if "Papers of" in message.text]
        cards = [message for message in messages if message not in headers]
        shown = Counter(
            f"2506.{number:05}"
            for message in cards
            for number in range(900, 900 + PAPERS)
            if f"v1:save:2506.{number:05}" in str(message.components)
        )
        seeds = sum(self.world.bot.id in message.reactions.get(SAVE, []) for message in cards)
        each_paper = not headers
        first = f"{len(headers)} header" if thread else f"{len(posts)} post"
        first += "s" if each_paper else ""
        words = f"{first}, {len(cards)} cards, {seeds} first reactions"
        wanted = 0 if each_paper else 1
        lost = PAPERS - len(shown) + max(0, PAPERS - seeds) + max(0, wanted - len(headers))
        doubled = shown.total() - len(shown) + max(0, len(headers) - wanted)
        doubled += 0 if thread else max(0, len(posts) - (PAPERS if each_paper else 1))
        return words, lost, doubled


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A quick Discord; it must have heard nothing unheard of."""
    async with DiscordServer() as running:
        running.buckets.pace = 0.01
        running.world.token = TOKEN
        yield running
    running.assert_clean()


def room(server: DiscordServer, folder: Path, place: Place) -> Room:
    """Make the place that a feed posts in."""
    world = server.world
    guild = world.add_guild("Lab")
    channel: Channel
    if place is THREAD:
        person = world.add_member(guild, "ada")
        channel = world.add_thread(world.add_channel(guild, "papers"), "daily", person)
        channel.archive_minutes = 10_080
    else:
        channel = world.add_channel(guild, "papers", kind=FORUM)
    return Room(server, folder, guild.id, channel, place.feed, MINUTES)


@pytest.mark.timeout(180)
async def test_a_post_killed_at_any_request_ends_whole_and_without_repetition(
    server: DiscordServer, tmp_path: Path, place: Place, boundary: Boundary, when: When
) -> None:
    lab = room(server, tmp_path, place)
    assert await lab.run_bot(boundary, when) == -9
    if when == "after":
        lab.world.advance(3_600)
    assert await lab.run_bot() == 0
    there, lost, doubled = lab.what_is_there()
    moment = "not carried out" if when == "before" else "carried out, answer lost"
    row = f"{place.name}, request {boundary.number} ({boundary.name}): {moment}"
    assert (there, lost, doubled) == (place.words, 0, 0), row
    assert lab.recorded() == ("done", PAPERS, 1)
    reliability.record("kills", row, there, str(lost), str(doubled))


@pytest.mark.timeout(180)
async def test_a_post_killed_again_while_the_forum_is_read_back_ends_whole(
    server: DiscordServer, tmp_path: Path, reading: tuple[Place, str, str]
) -> None:
    place, what, pattern = reading
    lab = room(server, tmp_path, place)
    assert await lab.run_bot(boundaries(place)[0], "after") == -9
    assert await lab.run_bot(Boundary(0, what, pattern, 1), "before") == -9
    lab.minutes = (5, 7)
    assert await lab.run_bot() == 0
    there, lost, doubled = lab.what_is_there()
    row = f"{place.name}, killed at its first request and again at reading {what}"
    assert (there, lost, doubled) == (place.words, 0, 0), row
    assert lab.recorded() == ("done", PAPERS, 1)
    reliability.record("kills", row, there, str(lost), str(doubled))


@pytest.mark.timeout(180)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_bot_killed_while_it_creates_tags_creates_each_once(
    server: DiscordServer, tmp_path: Path, when: When
) -> None:
    lab = room(server, tmp_path, DAY._replace(feed={"kind": "forum", "tags": "created"}))
    lab.world.set_permissions(lab.channel, allow=("manage_channels",))
    assert await lab.run_bot(Boundary(1, "tags", "PATCH /channels/*", 1), when) == -9
    assert await lab.run_bot() == 0
    there, lost, doubled = lab.what_is_there()
    (post,) = lab.world.threads_of(lab.channel)
    names = [tag.name for tag in lab.channel.tags]
    lost += names.count("cs.CL") == 0
    doubled += max(0, len(names) - 1)
    assert post.applied == [tag.id for tag in lab.channel.tags]
    moment = "not carried out" if when == "before" else "carried out, answer lost"
    row = f"tags of a forum, request 1 (creating them): {moment}"
    assert (there, lost, doubled) == (DAY.words, 0, 0), row
    reliability.record("kills", row, f"{there}, 1 tag", str(lost), str(doubled))


def test_the_page_has_every_request_of_each_place_and_no_other() -> None:
    for place in (DAY, PAPER, THREAD):
        recorded = [row for row in reliability.rows("kills") if row.startswith(f"{place.name},")]
        again = sum(each is place for each, *_ in AGAIN)
        assert len(recorded) == 2 * len(boundaries(place)) + again
