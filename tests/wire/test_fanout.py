"""Many channels due in the same minute, against Discord's own rate limits at their own pace."""

import asyncio
from collections.abc import Sequence
from datetime import time
from pathlib import Path

import pytest

from storage import feeds
from tests.bot.world import MONDAY, at, votes
from tests.discord_server import Channel, DiscordServer, FakeDiscord
from tests.discord_server.app import Request
from tests.discord_server.buckets import GLOBAL, Verdict
from tests.wire.bot import Connected, connected

PAPERS = 3
REQUESTS = 2 + PAPERS
"""A header, a thread and the cards."""


async def add_channels(here: Connected, *sizes: int) -> list[list[Channel]]:
    """Make servers with so many channels that are due, and return them."""
    servers: list[list[Channel]] = []
    for number, size in enumerate(sizes):
        guild = here.world.add_guild(f"Server {number}")
        servers.append([here.world.add_channel(guild, f"papers-{n}") for n in range(size)])
    last = servers[-1][-1]
    await here.server.until(lambda: here.bot.get_channel(last.id) is not None)
    async with here.bot.services.database.write() as conn:
        for channels in servers:
            for channel in channels:
                await feeds.add(
                    conn,
                    guild_id=channel.guild_id or 0,
                    channel_id=channel.id,
                    at=time(9),
                    timezone="UTC",
                    size=PAPERS,
                    now=here.clock.now(),
                )
    return servers


def last_of(requests: Sequence[Request], world: FakeDiscord, channels: Sequence[Channel]) -> int:
    """Return at which place the last request to these channels and their threads came."""
    ids = {channel.id for channel in channels}
    ids |= {thread.id for channel in channels for thread in world.threads_of(channel)}
    return max(
        place
        for place, request in enumerate(requests)
        if request.path.startswith("/channels/") and int(request.path.split("/")[2]) in ids
    )


def is_posting(request: Request) -> bool:
    """Tell posts from answers, and from the word with which the bot introduces itself."""
    return request.path.startswith("/channels/") and "I'm Paperboy" not in str(request.body)


def refusals(requests: Sequence[Request]) -> int:
    return sum(request.status == 429 for request in requests)


async def test_many_channels_due_at_once_keep_to_the_limits_and_take_turns(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    days = {MONDAY: votes(MONDAY, 30, 20, 10)}
    async with connected(
        discord_server, tmp_path, days, save_reactions=False, send_workers=16
    ) as here:
        big, *small = await add_channels(here, 12, *[1] * 18)
        discord_server.buckets.pace = 1.0
        before = len(discord_server.requests)
        loop = asyncio.get_running_loop()
        began = loop.time()
        ticking = asyncio.create_task(here.tick(at(MONDAY, 9)))
        await discord_server.until(lambda: len(discord_server.requests) > before + 60)
        here.bot.limiter.pause(1.0)
        asked = len(discord_server.requests)
        trending = await here.world.slash(here.member, here.office, "paper trending")
        others = discord_server.requests[asked:]
        await ticking
        took = loop.time() - began
        requests = discord_server.requests[before:]
        posted = [request for request in requests if is_posting(request)]
    assert "Paper number 900" in trending.text
    assert len([each for each in others if is_posting(each)]) <= 16
    assert len(posted) == (12 + 18) * REQUESTS
    for channel in (*big, *(channel for channels in small for channel in channels)):
        (thread,) = here.world.threads_of(channel)
        assert len(thread.history) == PAPERS
    assert refusals(requests) == 0
    assert len(posted) / took < GLOBAL.limit
    # One server with as many channels as all the others has no more than its turn among them.
    ends = sorted(last_of(posted, here.world, channels) for channels in small)
    assert ends[-1] < last_of(posted, here.world, big)
    assert last_of(posted, here.world, big) == len(posted) - 1


async def test_a_minute_that_begins_while_a_post_is_under_way_asks_discord_for_nothing_more(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    days = {MONDAY: votes(MONDAY, 30, 20, 10)}
    async with connected(discord_server, tmp_path, days, save_reactions=False) as here:
        ((channel,),) = await add_channels(here, 1)
        await here.server.until(lambda: len(channel.history) == 1)  # the word of introduction
        before = len(discord_server.requests)
        for pattern in ("POST /channels/*/threads", "POST /channels/*/messages"):
            discord_server.fail(pattern, skip=pattern.endswith("messages"), hang=0.3, when="after")
        ticking = asyncio.create_task(here.tick(at(MONDAY, 9)))
        for _ in range(4):
            await asyncio.sleep(0.1)
            await here.bot.services.publisher.claim(at(MONDAY, 9, 1))
        await ticking
        requests = [each for each in discord_server.requests[before:] if is_posting(each)]
        assert len(requests) == REQUESTS


def use_up_before_the_next(server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody else with the same token ask as often as one may, just before the next request.

    That lasts a second only, in which a slow machine does not come to its first request.
    """
    take = server.buckets.take

    def late(method: str, template: str, major: str) -> Verdict:
        monkeypatch.setattr(server.buckets, "take", take)
        for number in range(GLOBAL.limit):
            take("GET", "/elsewhere", str(number))
        return take(method, template, major)

    monkeypatch.setattr(server.buckets, "take", late)


async def test_when_discord_counts_too_many_requests_all_of_them_wait(
    discord_server: DiscordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(discord_server, tmp_path, save_reactions=False) as here:
        (channels,) = await add_channels(here, 8)
        discord_server.buckets.pace = 1.0
        before = len(discord_server.requests)
        use_up_before_the_next(discord_server, monkeypatch)
        await here.tick(at(MONDAY, 9))
        requests = discord_server.requests[before:]
        for channel in channels:
            assert len(here.world.threads_of(channel)) == 1
    # Those that were under way by then, and hardly one that came back too early.
    assert 1 <= refusals(requests) <= 1.5 * len(channels)
