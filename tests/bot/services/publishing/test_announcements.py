"""Announcement channels: overviews that other servers' channels get too."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import feeds, posts
from storage.posts import Crosspost
from tests.bot.topics import answer
from tests.bot.world import MONDAY, World, at, headers, text_of, world

SIX = at(MONDAY, 15)
"""Six hours after nine: the first refresh."""


def published(here: World) -> int:
    """Return how many requests to publish a message there were."""
    return sum(request.path.endswith("/crosspost") for request in here.env.http_requests)


async def announced(here: World) -> Any:
    """Give an announcement channel its feed, and let it post."""
    news = here.guild.create_news_channel("news")
    await here.env.settle()
    await here.add_feed(news, publish=True)
    await here.tick(at(MONDAY, 9))
    assert len(headers(news)) == 1
    return news


async def stored(here: World) -> posts.Post:
    async with here.bot.services.database.read() as conn:
        post = await posts.of_batch(conn, 1, MONDAY)
    assert post is not None
    return post


async def test_an_overview_is_published_once_after_its_numbers_settled(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        news = await announced(here)
        assert len(news.threads) == 1
        await here.tick(SIX - timedelta(minutes=1))
        assert published(here) == 0
        await here.tick(SIX)
        assert (await stored(here)).refreshes == 1
        assert published(here) == 0
        await here.tick(SIX + timedelta(minutes=1))
        assert published(here) == 1
        assert (await stored(here)).crosspost == Crosspost.DONE
        for hour in (16, 20, 23):
            await here.tick(at(MONDAY, hour))
        await here.restart()
        await here.tick(at(MONDAY, 23, 30))
        assert published(here) == 1


async def test_what_an_admin_published_by_hand_counts_as_published(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        news = await announced(here)
        here.env.backend.crosspost_message(news.id, news.history()[0].id)
        await here.tick(SIX)
        await here.tick(SIX + timedelta(minutes=1))
        assert published(here) == 1
        assert (await stored(here)).crosspost == Crosspost.DONE
        assert len(here.channel.history()) == 0


async def test_nothing_is_published_without_the_option_or_once_it_is_off(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        news = await announced(here)
        result = await here.admin.slash(here.channel, "feed edit", channel=news, publish=False)
        assert "Publishes" not in answer(result)
        await here.tick(SIX)
        await here.tick(SIX + timedelta(minutes=1))
        assert published(here) == 0
        assert (await stored(here)).crosspost is None


async def test_a_limit_of_discords_is_waited_for_and_a_day_later_the_admin_hears_of_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        news = await announced(here)
        path = f"/channels/{news.id}/messages/{news.history()[0].id}/crosspost"
        here.env.inject_error("POST", path, status=503, times=100)
        await here.tick(SIX)
        await here.tick(SIX + timedelta(minutes=1))
        post = await stored(here)
        assert (post.state, post.crosspost) == (posts.DONE, Crosspost.CLAIMED)
        assert post.next_try_at is not None
        asked = published(here)
        await here.tick(SIX + timedelta(minutes=1, seconds=5))
        assert published(here) == asked, "not before its time"
        await here.tick(SIX + timedelta(hours=25))
        assert (await stored(here)).crosspost == Crosspost.FAILED
        (notice,) = map(text_of, here.channel.history())
        assert "Overview not published" in notice
        assert "Discord isn't answering." in notice
        async with here.bot.services.database.read() as conn:
            feed = await feeds.get(conn, 1)
        assert feed is not None
        assert feed.publish, "that was Discord's fault"


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (403, 50013, "I don't have all the permissions"),
        (400, 50024, "That isn't possible in this kind of channel."),
    ],
)
async def test_what_cannot_be_published_turns_the_option_off_and_says_how_to_turn_it_on(
    tmp_path: Path, status: int, code: int, why: str
) -> None:
    async with world(tmp_path) as here:
        news = await announced(here)
        path = f"/channels/{news.id}/messages/{news.history()[0].id}/crosspost"
        here.env.inject_error("POST", path, status=status, code=code, times=1)
        await here.tick(SIX)
        await here.tick(SIX + timedelta(minutes=1))
        (notice,) = map(text_of, here.channel.history())
        assert why in notice
        assert "I turned publishing off." in notice
        result = await here.admin.slash(here.channel, "feed settings", channel=news)
        assert "Publishes" not in answer(result)
        await here.tick(at(MONDAY, 20))
        assert published(here) == 1


async def test_a_deleted_overview_is_not_missed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        news = await announced(here)
        here.env.backend.delete_message(news.id, news.history()[0].id)
        await here.tick(SIX)
        await here.tick(SIX + timedelta(minutes=1))
        assert (await stored(here)).crosspost == Crosspost.FAILED
        assert len(here.channel.history()) == 0


async def test_only_an_announcement_channel_can_publish(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        refused = await here.admin.slash(
            here.channel, "feed add", channel=here.channel, publish=True
        )
        assert "Only announcement channels publish" in answer(refused)
        news = here.guild.create_news_channel("news")
        set_up = await here.admin.slash(here.channel, "feed add", channel=news, publish=True)
        assert "Publishes each overview" in answer(set_up)
        copied = await here.admin.slash(
            here.channel, "feed copy", to=here.channel, **{"from": news}
        )
        assert "Settings copied" in answer(copied)
        assert "Publishes" not in answer(copied)
        refused = await here.admin.slash(
            here.channel, "feed edit", channel=here.channel, publish=True
        )
        assert "Only announcement channels publish" in answer(refused)
