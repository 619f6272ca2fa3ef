"""Posts of two papers at nine on a Tuesday, for the tests of the storage of posts."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from storage import feeds, papers, posts
from storage.posts import DueFeed, Post
from tests.storage.shared import record

TUESDAY = date(2025, 6, 10)
NINE = datetime(2025, 6, 10, 9, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
PAPERS = ["2506.00001", "2506.00002"]


async def feed_in(conn: AsyncConnection, channel: int = 11) -> int:
    known = [each for each in await feeds.of_guild(conn, 1) if each.channel_id == channel]
    feed = (
        known[0]
        if known
        else await feeds.add(
            conn, guild_id=1, channel_id=channel, at=time(9), timezone="UTC", size=10, now=NINE
        )
    )
    assert feed is not None
    return feed.id


async def planned(
    conn: AsyncConnection,
    day: date = TUESDAY,
    channel: int = 11,
    *,
    paper_ids: list[str] = PAPERS,
    now: datetime = NINE,
) -> int:
    feed = await feed_in(conn, channel)
    await papers.upsert(conn, [record(each) for each in paper_ids], now=now)
    found = await posts.plan(
        conn,
        DueFeed(feed, 1, channel, day, day),
        now=now,
        late=False,
        payload={"a": 1},
        paper_ids=paper_ids,
        sources=(),
    )
    assert found is not None
    return found


async def got(conn: AsyncConnection, post_id: int) -> Post:
    found = await posts.get(conn, post_id)
    assert found is not None
    return found
