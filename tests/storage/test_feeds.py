from dataclasses import replace
from datetime import date, time, timedelta

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import feeds
from storage.database import Database
from storage.feeds import Feed, FeedState
from storage.tables import posts
from tests.storage.shared import NOON


async def added(connection: AsyncConnection, channel_id: int = 11, guild_id: int = 1) -> Feed:
    feed = await feeds.add(
        connection,
        guild_id=guild_id,
        channel_id=channel_id,
        at=time(9, 30),
        timezone="Pacific/Auckland",
        size=10,
        include=["agents"],
        topics=["flow matching", 'author:"Yann LeCun"'],
        now=NOON,
    )
    assert feed is not None
    return feed


async def test_a_feed_comes_back_as_it_was_added(database: Database):
    async with database.write() as connection:
        feed = await added(connection)
    assert feed == Feed(
        id=feed.id,
        guild_id=1,
        channel_id=11,
        at=time(9, 30),
        timezone="Pacific/Auckland",
        size=10,
        min_votes=0,
        include=("agents",),
        exclude=(),
        categories=(),
        topics=("flow matching", 'author:"Yann LeCun"'),
        ping_role_id=None,
        state=FeedState.ACTIVE,
        disabled_reason=None,
        told_at=None,
        created_at=NOON,
    )
    async with database.read() as connection:
        assert await feeds.get(connection, feed.id) == feed
        assert await feeds.of_guild(connection, 1) == [feed]
        assert await feeds.active(connection) == [feed]
        assert await feeds.of_guild(connection, 2) == []


async def test_a_channel_has_one_feed(database: Database):
    async with database.write() as connection:
        feed = await added(connection)
        again = await feeds.add(
            connection, guild_id=1, channel_id=11, at=time(7), timezone="UTC", size=3, now=NOON
        )
        assert again is None
        assert await feeds.of_guild(connection, 1) == [feed]


async def test_an_edit_changes_what_was_edited_and_nothing_else(database: Database):
    async with database.write() as connection:
        feed = await added(connection)
        other = await added(connection, 12)
        wanted = replace(feed, at=time(7), exclude=("survey",), ping_role_id=5, min_votes=3)
        assert await feeds.update(connection, wanted)
        assert await feeds.get(connection, feed.id) == wanted
        assert await feeds.get(connection, other.id) == other


async def test_an_edit_does_not_resume_a_feed_that_was_paused_meanwhile(database: Database):
    async with database.write() as connection:
        feed = await added(connection)
        await feeds.set_state(connection, feed.id, FeedState.PAUSED)
        await feeds.update(connection, replace(feed, size=5))
        now = await feeds.get(connection, feed.id)
    assert now == replace(feed, size=5, state=FeedState.PAUSED)


async def test_only_active_feeds_post(database: Database):
    async with database.write() as connection:
        first, second, third = [await added(connection, number) for number in (11, 12, 13)]
        await feeds.set_state(connection, first.id, FeedState.PAUSED)
        await feeds.set_state(connection, second.id, FeedState.DISABLED, "gone")
        assert await feeds.active(connection) == [third]
        await feeds.set_state(connection, first.id, FeedState.ACTIVE)
        assert await feeds.active(connection) == [first, third]


async def test_an_admin_is_told_once_for_each_reason(database: Database):
    async with database.write() as connection:
        feed = await added(connection)
        assert await feeds.untold(connection, feed.guild_id) == []
        assert await feeds.set_state(connection, feed.id, FeedState.DISABLED, "no permission")
        assert [each.disabled_reason for each in await feeds.untold(connection, feed.guild_id)] == [
            "no permission"
        ]
        await feeds.mark_told(connection, feed.id, NOON)
        assert await feeds.untold(connection, feed.guild_id) == []

        assert not await feeds.set_state(connection, feed.id, FeedState.DISABLED, "no permission")
        assert await feeds.untold(connection, feed.guild_id) == []
        assert await feeds.set_state(connection, feed.id, FeedState.DISABLED, "channel gone")
        assert [each.id for each in await feeds.untold(connection, feed.guild_id)] == [feed.id]


async def test_resuming_forgets_why_it_was_disabled(database: Database):
    async with database.write() as connection:
        feed = await added(connection)
        await feeds.set_state(connection, feed.id, FeedState.DISABLED, "no permission")
        await feeds.mark_told(connection, feed.id, NOON + timedelta(hours=1))
        await feeds.set_state(connection, feed.id, FeedState.ACTIVE)
        assert await feeds.get(connection, feed.id) == feed


async def test_a_removed_feed_leaves_its_posts(database: Database):
    async with database.write() as connection:
        feed = await added(connection)
        await connection.execute(
            insert(posts).values(
                feed_id=feed.id,
                guild_id=1,
                channel_id=11,
                batch_day=date(2026, 3, 4),
                state="done",
                planned_at=NOON,
            )
        )
        assert await feeds.remove(connection, feed.id)
        assert not await feeds.remove(connection, feed.id)
        assert not await feeds.update(connection, feed)
        left = (await connection.execute(select(posts.c.feed_id, posts.c.channel_id))).all()
    assert left == [(None, 11)]
