"""A bot killed while it opens the thread about a paper opens it once in the end.

`pytest --full tests/wire/test_killed_discussions.py` kills at every request.
"""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from tests import reliability
from tests.databases import url_in
from tests.discord_server import Channel, Message
from tests.discord_server.faults import When
from tests.looking import rows
from tests.wire.test_reactions import Place, a_bot, a_place, ready

PAPER = "2506.00900"
TITLE = "Paper number 900"
STEPS = [("message", "POST /channels/{channel}/messages"), ("thread", "POST /channels/*/threads")]
BACK = "GET /channels/{channel}/messages"


def card_of(place: Place) -> Message:
    """Return the card of the paper in the day's thread."""
    day = next(each for each in place.world.threads_of(channel_of(place)) if each.name != TITLE)
    return next(each for each in day.history if PAPER in str(each.components))


def channel_of(place: Place) -> Channel:
    """Return the channel that the day's thread is in."""
    return place.world.channels[place.ids[1]]


def ends_with(place: Place) -> tuple[int, int]:
    """Return how many messages begin a discussion, and how many threads there are about it."""
    begun = [each for each in channel_of(place).history if "Discussion: " in str(each.components)]
    threads = [each for each in place.world.threads_of(channel_of(place)) if each.name == TITLE]
    assert not threads or threads[0].id == begun[0].id
    return len(begun), len(threads)


def recorded(place: Place) -> list[tuple[int | None, int | None]]:
    """Return the message and the thread of every discussion that is recorded."""
    return rows(url_in(place.folder), "SELECT message_id, thread_id FROM discussions")


async def press(place: Place) -> None:
    """Press Discuss, whatever becomes of the answer."""
    with suppress(Exception):
        async with asyncio.timeout(10):
            await place.world.click(place.people[0], card_of(place), f"v1:discuss:{PAPER}")


async def killed_at(place: Place, pattern: str, when: When, *, pressing: bool) -> None:
    """Run the bot until it is killed at a request."""
    if pressing:
        channel, ada = channel_of(place), place.people[0]
        place.world.set_permissions(channel, ada, allow=("create_public_threads",))
    async with a_bot(place) as bot:
        if pressing:
            await ready(bot)
        place.server.kill(bot.pid, pattern.format(channel=place.ids[1]), when=when)
        pressed = asyncio.create_task(press(place)) if pressing else None
        assert await asyncio.wait_for(bot.wait(), 30) == -9
        if pressed is not None:
            pressed.cancel()
            await asyncio.wait({pressed})
    place.server.heal()


async def finished(place: Place) -> None:
    """Start the bot again: its first minute finishes what was begun, and a press finds it."""
    async with a_bot(place) as bot:
        await ready(bot)
        assert ends_with(place) == (1, 1)
        answer = await place.world.click(place.people[1], card_of(place), f"v1:discuss:{PAPER}")
        assert "Open thread" in str(answer.message.components)
    assert ends_with(place) == (1, 1)
    ((message_id, thread_id),) = recorded(place)
    assert message_id == thread_id is not None


def record(place: Place, row: str) -> None:
    """Compare how it ended with the page."""
    messages, threads = ends_with(place)
    there = f"{messages} message, {threads} thread"
    lost = (messages < 1) + (threads < 1)
    doubled = max(0, messages - 1) + max(0, threads - 1)
    reliability.record("kills", row, there, str(lost), str(doubled))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Kill at every request, or at those that stand for all."""
    full = metafunc.config.getoption("--full")
    if "number" in metafunc.fixturenames:
        every = [(1, "before"), (1, "after"), (2, "before"), (2, "after")]
        metafunc.parametrize(("number", "when"), every if full else every[1:3])
    elif "when" in metafunc.fixturenames:
        metafunc.parametrize("when", ["before", "after"] if full else ["after"])


@pytest.mark.timeout(180)
async def test_a_discussion_killed_at_any_request_is_opened_once(
    tmp_path: Path, number: int, when: When
) -> None:
    name, pattern = STEPS[number - 1]
    async with a_place(tmp_path) as place:
        await killed_at(place, pattern, when, pressing=True)
        if when == "after":
            # The nonce is forgotten by then: only what the channel shows can tell.
            place.world.advance(3_600)
        await finished(place)
        moment = "not carried out" if when == "before" else "carried out, answer lost"
        record(place, f"discussion, request {number} ({name}): {moment}")


@pytest.mark.timeout(180)
async def test_a_discussion_killed_again_while_its_message_is_looked_for_is_opened_once(
    tmp_path: Path, when: When
) -> None:
    async with a_place(tmp_path) as place:
        await killed_at(place, STEPS[0][1], "after", pressing=True)
        place.world.advance(3_600)
        await killed_at(place, BACK, when, pressing=False)
        await finished(place)
        moment = "not carried out" if when == "before" else "carried out, answer lost"
        record(
            place,
            f"discussion, killed at its message and again at reading the channel back: {moment}",
        )
