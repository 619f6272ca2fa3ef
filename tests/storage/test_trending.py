"""What trends on the Hub, and what overviews named of it, in the database."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from papers.cadence import Every
from storage import feeds, papers, posts, trending
from storage.database import Database
from storage.feeds import FeedState
from storage.posts import DueFeed
from storage.tables import trending_named
from tests.storage.posted import DAY, HOUR, NINE, PAPERS, SECOND, TUESDAY, feed_in, planned
from tests.storage.shared import record

pytestmark = pytest.mark.engines

POST: dict[str, Any] = {"payload": {}, "paper_ids": PAPERS, "sources": (), "late": False}
TREND = [f"2412.{number:05}" for number in range(1, 5)]


async def test_the_newest_answer_replaces_the_one_before_and_keeps_its_order(
    database: Database,
) -> None:
    async with database.write() as conn:
        await papers.upsert(conn, [record(each) for each in TREND], now=NINE)
        await trending.keep(conn, TREND[:2], NINE)
        await trending.keep(conn, [TREND[3], TREND[1], TREND[3]], NINE + HOUR)
        found = await trending.papers(conn, NINE + HOUR)
        assert [each.paper.id for each in found] == [TREND[3], TREND[1]]
        assert await trending.papers(conn, NINE + HOUR + SECOND) == []


async def test_a_post_that_is_planned_notes_what_its_overview_names(database: Database) -> None:
    async with database.write() as conn:
        feed = await feed_in(conn)
        await papers.upsert(conn, [record(each) for each in (*PAPERS, *TREND)], now=NINE)

        async def plan(day: int, *names: str) -> int | None:
            due = DueFeed(feed, 1, 11, TUESDAY + day * DAY, TUESDAY + day * DAY)
            now = NINE + day * DAY
            return await posts.plan(conn, due, now=now, trending=names, **POST)

        assert await plan(0, TREND[0])
        assert await plan(0, TREND[3]) is None  # that batch was planned before
        assert await plan(1, TREND[0], TREND[1])
        assert await trending.named(conn, 11, TREND) == {TREND[0]: NINE, TREND[1]: NINE + DAY}
        assert await trending.named(conn, 12, TREND) == {}
        assert await posts.shown(conn, 11) == set(PAPERS)


async def test_what_was_named_is_forgotten_after_a_year_the_oldest_first(
    database: Database,
) -> None:
    async with database.write() as conn:
        await feed_in(conn)
        await papers.upsert(conn, [record(each) for each in TREND], now=NINE)
        for number, paper_id in enumerate(TREND):
            moment = NINE + number * DAY
            await trending.note_named(conn, [paper_id], channel_id=11, guild_id=1, now=moment)
        end = NINE + trending.NAMED_KEPT
        assert await trending.forget(conn, end) == 0
        assert await trending.forget(conn, end + 3 * DAY, most=1) == 1
        assert set(await trending.named(conn, 11, TREND)) == set(TREND[1:])
        assert await trending.forget(conn, end + 3 * DAY) == 2
        assert await conn.scalar(select(func.count()).select_from(trending_named)) == 1


async def test_the_thread_of_a_paper_is_the_channels_own_and_a_daily_one(
    database: Database,
) -> None:
    async with database.write() as conn:
        await planned(conn, TUESDAY)
        await planned(conn, TUESDAY + DAY, channel=12)
        due = DueFeed(await feed_in(conn), 1, 11, TUESDAY, TUESDAY + 2 * DAY, Every.WEEK)
        assert await posts.plan(conn, due, now=NINE, **POST)
        assert await trending.posted(conn, 11, PAPERS) == dict.fromkeys(PAPERS, TUESDAY)
        assert await trending.posted(conn, 12, [PAPERS[0]]) == {PAPERS[0]: TUESDAY + DAY}
        assert await trending.posted(conn, 13, PAPERS) == {}


async def test_the_hub_is_asked_only_for_feeds_that_post_and_want_it(database: Database) -> None:
    async with database.write() as conn:
        feed_id = await feed_in(conn)
        await feed_in(conn, 12)
        assert not await feeds.any_trending(conn)
        feed = await feeds.get(conn, feed_id)
        assert feed is not None
        assert not feed.trending
        wanting = replace(feed, trending=True)
        assert await feeds.update(conn, wanting)
        assert await feeds.get(conn, feed_id) == wanting
        assert await feeds.any_trending(conn)
        await feeds.set_state(conn, feed_id, FeedState.PAUSED)
        assert not await feeds.any_trending(conn)
