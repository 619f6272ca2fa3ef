"""Roundups beside a channel's daily thread: which is owed, and what they leave behind."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.cadence import Every
from papers.calendar import SETTLE
from storage import feeds, migrations, papers, posts
from storage.database import Database
from storage.engines import sqlite
from storage.feeds import Feed
from storage.posts import DueFeed
from storage.tables import post_papers
from storage.tables import posts as rows
from tests.storage.shared import record

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 20)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KNOWN = dict.fromkeys((FRIDAY, MONDAY), True)
PAPERS = ["2611.00001", "2611.00002"]


async def added(
    conn: AsyncConnection,
    every: Every,
    *,
    channel: int = 11,
    timezone: str = "UTC",
    at: time = time(9),
    weekday: int = 0,
    now: datetime = NINE - 30 * DAY,
) -> Feed | None:
    return await feeds.add(
        conn,
        guild_id=1,
        channel_id=channel,
        at=at,
        timezone=timezone,
        size=10,
        now=now,
        every=every,
        weekday=weekday,
    )


async def planned(conn: AsyncConnection, due: DueFeed, now: datetime = NINE) -> int | None:
    await papers.upsert(conn, [record(each) for each in PAPERS], now=now)
    return await posts.plan(
        conn,
        due,
        now=now,
        late=False,
        payload={"a": 1},
        paper_ids=PAPERS,
        upvotes=dict.fromkeys(PAPERS, 3),
        code=PAPERS[:1],
        sources=(),
    )


async def test_a_channel_has_a_daily_thread_and_a_roundup_of_the_week_and_of_the_month(
    database: Database,
) -> None:
    async with database.write() as conn:
        made = [await added(conn, every) for every in (Every.WEEKDAYS, Every.WEEK, Every.MONTH)]
        assert None not in made
        again = [await added(conn, every) for every in Every]
        assert again == [None] * 4
        known = await feeds.of_guild(conn, 1)
        assert known == made
        assert feeds.of_kind(known, 11, Every.DAY) == made[0]
        assert feeds.of_kind(known, 11, Every.WEEK) == made[1]
        assert feeds.of_kind(known, 12, Every.WEEK) is None
        assert await feeds.longest_roundup(conn) is Every.MONTH


async def test_a_roundup_is_owed_once_on_its_date_and_later_if_it_was_missed(
    database: Database,
) -> None:
    async with database.write() as conn:
        feed = await added(conn, Every.WEEK)
        assert feed is not None
        due = DueFeed(feed.id, 1, 11, MONDAY, FRIDAY, Every.WEEK)
        assert await posts.claim_due(conn, NINE - MINUTE, SETTLE, KNOWN) == []
        assert await posts.claim_due(conn, NINE, SETTLE, KNOWN) == [due]
        later = due._replace(local_date=MONDAY + 2 * DAY)
        assert await posts.claim_due(conn, NINE + 2 * DAY, SETTLE, KNOWN) == [later]
        post_id = await planned(conn, due)
        assert post_id is not None
        post = await posts.get(conn, post_id)
        assert post is not None
        assert post.every is Every.WEEK
        assert await planned(conn, due) is None
        for days in range(7):
            assert await posts.claim_due(conn, NINE + days * DAY, SETTLE, KNOWN) == []
        week = await posts.claim_due(conn, NINE + 7 * DAY, SETTLE, {})
        assert week == []  # its last batch has not come
        week = await posts.claim_due(conn, NINE + 7 * DAY, SETTLE, {FRIDAY + 7 * DAY: True})
        assert [each.batch_day for each in week] == [FRIDAY + 7 * DAY]


async def test_a_roundup_whose_weekday_was_changed_waits_for_days_that_it_has_not_had(
    database: Database,
) -> None:
    async with database.write() as conn:
        feed = await added(conn, Every.WEEK)
        assert feed is not None
        assert await planned(conn, DueFeed(feed.id, 1, 11, MONDAY, FRIDAY, Every.WEEK))
        await feeds.update(conn, replace(feed, weekday=2))
        known = {MONDAY: True, FRIDAY + 10 * DAY: True}
        assert await posts.claim_due(conn, NINE + 2 * DAY, SETTLE, known) == []
        (due,) = await posts.claim_due(conn, NINE + 9 * DAY, SETTLE, known)
        assert due.batch_day == FRIDAY + 10 * DAY


@pytest.mark.engines
async def test_a_roundup_that_is_set_up_after_its_date_begins_with_the_next(
    database: Database,
) -> None:
    async with database.write() as conn:
        await added(conn, Every.WEEK, now=NINE + HOUR)
        await added(conn, Every.WEEK, channel=12, now=NINE + DAY)
        found = await posts.claim_due(conn, NINE + DAY + HOUR, SETTLE, KNOWN)
        assert [each.channel_id for each in found] == [11]
        known = {FRIDAY + 7 * DAY: True}
        found = await posts.claim_due(conn, NINE + 7 * DAY, SETTLE, known)
        assert [each.channel_id for each in found] == [11, 12]


async def test_what_a_roundup_showed_does_not_keep_a_paper_from_a_daily_thread(
    database: Database,
) -> None:
    async with database.write() as conn:
        feed = await added(conn, Every.WEEK)
        assert feed is not None
        post_id = await planned(conn, DueFeed(feed.id, 1, 11, MONDAY, FRIDAY, Every.WEEK))
        assert post_id is not None
        await posts.mark_header(conn, post_id, 5)
        await posts.finish(conn, post_id, posts.DONE, NINE)
        noted = select(post_papers.c.code).order_by(post_papers.c.position)
        assert list((await conn.execute(noted)).scalars()) == [1, 0]

        async def check() -> None:
            assert await posts.shown(conn, 11) == set()
            assert await posts.first_batch(conn, 11) is None

        await check()
        assert await posts.refresh_due(conn, NINE + DAY, [HOUR]) == []
        assert await posts.fold(conn, NINE + 60 * DAY) == 0
        assert await posts.fold(conn, NINE + posts.ROUNDUPS_KEPT + 7 * DAY) == 1
        await check()


async def test_a_month_s_roundup_is_known_until_the_next_is_due_in_the_last_zone(
    database: Database,
) -> None:
    first = datetime(2023, 10, 1, 20, tzinfo=UTC)  # a Sunday, ten o'clock in Honolulu
    async with database.write() as conn:
        feed = await added(conn, Every.MONTH, timezone="Pacific/Honolulu", now=first - DAY)
        (due,) = await posts.claim_due(conn, first, SETTLE, {date(2023, 9, 29): True})
        assert feed is not None
        assert await planned(conn, due, first) is not None
        await conn.execute(update(rows).values(state=posts.DONE))
        now = datetime(2023, 11, 1, 8, tzinfo=UTC)  # the evening before there
        assert await posts.fold(conn, now) == 0
        assert await posts.claim_due(conn, now, SETTLE, {date(2023, 9, 29): True}) == []


def test_feeds_from_before_stay_daily_and_no_number_is_given_out_again(tmp_path: Path) -> None:
    path = tmp_path / "paperboy.db"
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, connect_args=sqlite.DRIVER_ARGUMENTS
    )
    sqlite.set_up_writer(engine, foreign_keys=False)
    columns = (
        "INSERT INTO feeds (guild_id, channel_id, at, timezone, size, min_votes, include, exclude,"
        " categories, state, created_at{more}) VALUES (1, {channel}, '09:00', 'UTC', 10, 0, '[]',"
        " '[]', '[]', 'active', 0{values})"
    )

    def insert(channel: int, more: str = "", values: str = "") -> str:
        return columns.format(channel=channel, more=more, values=values)

    with engine.begin() as connection:
        migrations.upgrade(connection, "0029")
        for statement in (
            "INSERT INTO guilds (id, joined_at) VALUES (1, 0)",
            insert(70, ", taste", ", 'mild'"),
            insert(71),
            insert(72),
            "INSERT INTO posts (feed_id, guild_id, channel_id, batch_day, state, planned_at)"
            " VALUES (1, 1, 70, '2025-06-09', 'done', 0)",
            "INSERT INTO feed_links (token_hash, feed_id, host, created_at)"
            " VALUES (X'00', 1, 'h', 0)",
            "DELETE FROM feeds WHERE id IN (2, 3)",
        ):
            connection.exec_driver_sql(statement)
    with engine.begin() as connection:
        migrations.upgrade(connection)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA foreign_keys = ON")
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        before = file.execute("SELECT id, taste, every, weekday FROM feeds").fetchall()
        assert before == [(1, "mild", "day", 0)]
        assert file.execute("SELECT feed_id, every FROM posts").fetchall() == [(1, "day")]
        assert file.execute("SELECT feed_id FROM feed_links").fetchall() == [(1,)]
        file.execute(insert(73))
        assert file.execute("SELECT max(id) FROM feeds").fetchall() == [(4,)]
        file.execute(insert(70, ", every", ", 'week'"))
        with_two = file.execute("SELECT every FROM feeds WHERE channel_id = 70").fetchall()
        assert with_two == [("day",), ("week",)]
        file.execute("DELETE FROM feeds WHERE id = 1")
        assert file.execute("SELECT count(*) FROM feed_links").fetchall() == [(0,)]
