"""The rules of `/feed …`: which feed a command means, and what it may do with it."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from bot.interactions.errors import UserError
from bot.services.feed_requirements import SeveralFeedsError, require_active
from storage.feeds import FeedState
from tests.bot.world import MONDAY, at, text_of, world

ELSEWHERE = 1


async def refused(asking: Awaitable[Any]) -> str:
    """Return why what is asked for is refused."""
    with pytest.raises(UserError) as refusal:
        await asking
    return refusal.value.sentence


async def test_a_command_means_the_feed_of_its_channel_or_the_only_one(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        feeds = here.bot.services.feeds
        assert "feed add" in await refused(feeds.find(here.guild.id, here.channel.id, None))

        feed = await here.add_feed()
        assert await feeds.find(here.guild.id, here.channel.id, None) == feed
        assert await feeds.find(here.guild.id, ELSEWHERE, None) == feed

        second = await here.add_feed(here.guild.create_text_channel("second"))
        assert await feeds.find(here.guild.id, second.channel_id, None) == second
        with pytest.raises(SeveralFeedsError) as several:
            await feeds.find(here.guild.id, ELSEWHERE, None)
        assert several.value.sentence.endswith("Which one do you mean?")
        assert several.value.feeds == [feed, second]


async def test_a_named_channel_without_a_feed_is_never_another_channels_feed(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        feed = await here.add_feed()
        other = here.guild.create_text_channel("other")
        answer = await here.admin.slash(here.channel, "feed pause", channel=other)
        assert answer.response is not None
        assert f"<#{other.id}> has no daily thread" in text_of(answer.response.message)
        assert (await here.bot.services.feeds.own(feed.id, here.guild.id)) == feed
        await here.admin.select(answer.response, values=[str(feed.id)])
        assert "Daily thread paused" in text_of(answer.response.message)


async def test_another_servers_feed_is_neither_shown_nor_removed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        feeds = here.bot.services.feeds
        feed = await here.add_feed()
        gone = "removed"
        assert gone in await refused(feeds.own(feed.id, ELSEWHERE))
        assert gone in await refused(feeds.remove(feed.id, feed.channel_id, ELSEWHERE))
        assert gone in await refused(feeds.remove(feed.id, ELSEWHERE, here.guild.id))
        assert await feeds.own(feed.id, here.guild.id) == feed


async def test_what_is_so_already_is_refused_with_the_way_on(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        feeds = here.bot.services.feeds
        guild = here.bot.get_guild(here.guild.id)
        assert guild is not None
        feed = await here.add_feed()
        assert "isn't paused" in await refused(feeds.resume(feed, guild))

        await feeds.pause(feed)
        paused = await feeds.own(feed.id, here.guild.id)
        assert paused.state is FeedState.PAUSED
        assert "feed resume" in await refused(feeds.pause(paused))
        with pytest.raises(UserError, match="feed resume"):
            require_active(paused, "/feed resume")


async def test_a_feed_resumes_only_where_it_can_post(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        feeds = here.bot.services.feeds
        guild = here.bot.get_guild(here.guild.id)
        assert guild is not None
        feed = replace(await here.add_feed(), state=FeedState.DISABLED)
        nowhere = replace(feed, timezone="Mars/Olympus")
        assert "Mars/Olympus" in await refused(feeds.resume(nowhere, guild))
        removed = replace(feed, channel_id=ELSEWHERE)
        assert "feed remove" in await refused(feeds.resume(removed, guild))
        assert (await feeds.resume(feed, guild)).state is FeedState.ACTIVE


async def test_a_new_hour_counts_from_now_on_and_other_settings_from_before(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        feeds = here.bot.services.feeds
        guild = here.bot.get_guild(here.guild.id)
        assert guild is not None
        feed = await here.add_feed()
        here.clock.at = at(MONDAY, 12)
        fewer = await feeds.change(feed, replace(feed, size=3), guild, None)
        assert fewer.set_at == feed.set_at
        moved = await feeds.change(fewer, replace(fewer, at=time(17)), guild, None)
        assert moved.set_at == at(MONDAY, 12)
        assert await feeds.own(feed.id, here.guild.id) == moved


async def test_a_preview_before_the_first_batch_says_that_there_is_none(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        feed = await here.add_feed()
        assert "no papers yet" in await refused(here.bot.services.feeds.preview(feed))
