from datetime import date, time, timedelta

from sqlalchemy import func, insert, select

from storage import feeds, guilds, papers
from storage.database import Database
from storage.feeds import FeedState
from storage.tables import cards, posts
from tests.storage.shared import NOON, record

DAY = timedelta(days=1)


async def add_feed(database: Database, guild_id: int, channel_id: int) -> int:
    async with database.write() as connection:
        feed = await feeds.add(
            connection,
            guild_id=guild_id,
            channel_id=channel_id,
            at=time(9),
            timezone="UTC",
            size=10,
            now=NOON,
        )
    assert feed is not None
    return feed.id


async def states(database: Database, guild_id: int) -> list[FeedState]:
    async with database.read() as connection:
        return [feed.state for feed in await feeds.of_guild(connection, guild_id)]


async def test_a_new_server_is_welcomed_once(database: Database):
    async with database.write() as connection:
        assert await guilds.joined(connection, 1, NOON) is True
        assert await guilds.joined(connection, 1, NOON) is True, "not welcomed yet"
        assert await guilds.unwelcomed(connection) == [1]
        await guilds.welcomed(connection, 1, NOON)
        assert await guilds.joined(connection, 1, NOON + DAY) is False
        assert await guilds.unwelcomed(connection) == []


async def test_the_feeds_of_a_server_we_left_stop_and_return_with_us(database: Database):
    kept = await add_feed(database, 1, 11)
    paused = await add_feed(database, 1, 12)
    broken = await add_feed(database, 1, 13)
    async with database.write() as connection:
        await feeds.set_state(connection, paused, FeedState.PAUSED)
        await feeds.set_state(connection, broken, FeedState.DISABLED, "the channel is gone")
        await guilds.left(connection, 1, NOON)
    assert await states(database, 1) == ["disabled", "paused", "disabled"]

    async with database.write() as connection:
        assert await guilds.joined(connection, 1, NOON + DAY) is True
        feed = await feeds.get(connection, kept)
    assert await states(database, 1) == ["active", "paused", "disabled"]
    assert feed is not None
    assert feed.disabled_reason is None


async def test_what_happened_while_we_were_away_is_made_up_for(database: Database):
    await add_feed(database, 1, 11)
    await add_feed(database, 2, 21)
    async with database.write() as connection:
        assert await guilds.reconcile(connection, [2, 3], NOON) == ([3], [1])
        assert await guilds.reconcile(connection, [2, 3], NOON) == ([], [])
    assert await states(database, 1) == ["disabled"]
    assert await states(database, 2) == ["active"]
    async with database.write() as connection:
        assert await guilds.reconcile(connection, [1, 2, 3], NOON) == ([1], [])
    assert await states(database, 1) == ["active"]


async def test_a_server_is_forgotten_some_time_after_we_left_and_not_before(database: Database):
    feed_id = await add_feed(database, 1, 11)
    await add_feed(database, 2, 21)
    async with database.write() as connection:
        await papers.upsert(connection, [record()], now=NOON)
        await connection.execute(
            insert(posts).values(
                feed_id=feed_id,
                guild_id=1,
                channel_id=11,
                batch_day=date(2026, 3, 4),
                state="done",
                planned_at=NOON,
            )
        )
        for message_id, guild_id in [(100, 1), (200, 2), (300, None)]:
            await connection.execute(
                insert(cards).values(
                    message_id=message_id,
                    paper_id="2603.00001",
                    channel_id=11,
                    guild_id=guild_id,
                    posted_at=NOON,
                )
            )
        await guilds.left(connection, 1, NOON)
        await guilds.left(connection, 1, NOON + 20 * DAY)
        assert await guilds.forget_left(connection, NOON + guilds.LEFT_KEPT) == 0
        while await guilds.forget_left(connection, NOON + guilds.LEFT_KEPT + DAY, most=10):
            pass
        assert await feeds.of_guild(connection, 1) == []
        assert await connection.scalar(select(func.count()).select_from(posts)) == 0
        kept = await connection.execute(select(cards.c.message_id).order_by(cards.c.message_id))
        assert kept.scalars().all() == [200, 300]
    assert await states(database, 2) == ["active"]
