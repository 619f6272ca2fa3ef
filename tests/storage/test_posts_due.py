"""Which feed owes a post at which minute, and what a post is frozen as."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.calendar import SETTLE
from papers.shards import Shards
from storage import feeds, papers, posts
from storage.database import Database
from storage.feeds import Feed, FeedState
from storage.posts import DueFeed, Post, Step, Used
from storage.tables import batches, post_papers
from storage.tables import posts as rows
from tests.storage.shared import record

TUESDAY = date(2025, 6, 10)
NINE = datetime(2025, 6, 10, 9, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
PAPERS = ["2506.00001", "2506.00002"]


async def added(
    conn: AsyncConnection,
    channel: int = 11,
    *,
    at: time = time(9),
    timezone: str = "UTC",
    server: int = 1,
) -> Feed:
    feed = await feeds.add(
        conn,
        guild_id=server,
        channel_id=channel,
        at=at,
        timezone=timezone,
        size=10,
        now=NINE - DAY,
    )
    assert feed is not None
    return feed


async def due(conn: AsyncConnection, now: datetime, *days: date) -> list[DueFeed]:
    return await posts.claim_due(conn, now, SETTLE, dict.fromkeys(days or (TUESDAY,), True))


async def planned(
    conn: AsyncConnection,
    feed: Feed,
    batch: date = TUESDAY,
    day: date | None = None,
    *,
    paper_ids: list[str] = PAPERS,
    folded: dict[str, list[str]] | None = None,
    sources: tuple[str, ...] = ("Hub",),
    now: datetime = NINE,
) -> int | None:
    every = [*paper_ids, *(each for some in (folded or {}).values() for each in some)]
    await papers.upsert(conn, [record(each) for each in every], now=now)
    return await posts.plan(
        conn,
        DueFeed(feed.id, 1, feed.channel_id, day or batch, batch),
        now=now,
        late=False,
        payload={"a": 1},
        paper_ids=paper_ids,
        folded=folded or {},
        sources=sources,
    )


async def batch(conn: AsyncConnection, day: date, source: str = "Hub", state: str = "complete"):
    values = {"day": day, "source": source, "state": state, "papers": 1, "broken": 0}
    await conn.execute(insert(batches).values(values | {"fetched_at": NINE}))


async def kept(conn: AsyncConnection, feed: Feed) -> list[tuple[date, str]]:
    query = select(rows.c.batch_day, rows.c.state).where(rows.c.feed_id == feed.id)
    return [(row.batch_day, row.state) for row in await conn.execute(query.order_by("batch_day"))]


async def test_a_feed_owes_its_batch_from_its_hour_until_midnight(database: Database) -> None:
    async with database.write() as conn:
        feed = await added(conn)
        owed = [DueFeed(feed.id, 1, 11, TUESDAY, TUESDAY)]
        assert await due(conn, NINE - SECOND) == []
        assert await due(conn, NINE) == owed
        assert await due(conn, NINE + 15 * HOUR - SECOND) == owed
        assert await due(conn, NINE + 15 * HOUR) == []


async def test_each_hour_and_zone_is_asked_for_its_own_feeds(database: Database) -> None:
    async with database.write() as conn:
        first = await added(conn, 11)
        second = await added(conn, 12, at=time(8))
        third = await added(conn, 13, at=time(11), timezone="Europe/Berlin")
        await added(conn, 14, at=time(12), timezone="Europe/Berlin")
        await added(conn, 15, at=time(10))
        found = {each.feed_id for each in await due(conn, NINE)}
        assert found == {first.id, second.id, third.id}


async def test_feeds_come_batch_by_batch_and_then_in_the_order_they_were_set_up(
    database: Database,
) -> None:
    async with database.write() as conn:
        zones = ("UTC", "Pacific/Kiritimati", "UTC", "Pacific/Kiritimati")
        made = [
            await added(conn, 11 + number, at=time(0), timezone=zone)
            for number, zone in enumerate(zones)
        ]
        found = await due(conn, NINE + 4 * HOUR, TUESDAY - DAY, TUESDAY)
        assert [(each.batch_day, each.feed_id) for each in found] == [
            *((TUESDAY - DAY, each.id) for each in (made[0], made[2])),
            *((TUESDAY, each.id) for each in (made[1], made[3])),
        ]


async def test_of_several_processes_each_is_given_the_feeds_of_its_own_servers(
    database: Database,
) -> None:
    async with database.write() as conn:
        made = [await added(conn, 11 + number, server=number << 22) for number in range(6)]
        known = {TUESDAY: True}
        for shards, own in ((Shards(0, 1, 4), made[:2] + made[4:]), (Shards(2, 3, 4), made[2:4])):
            found = await posts.claim_due(conn, NINE, SETTLE, known, shards=shards)
            assert [each.feed_id for each in found] == [each.id for each in own]


async def test_feeds_that_are_paused_or_misplaced_owe_nothing(database: Database) -> None:
    async with database.write() as conn:
        paused = await added(conn, 11)
        active = await added(conn, 12)
        await added(conn, 13, timezone="Moon/Tycho")
        await feeds.set_state(conn, paused.id, FeedState.PAUSED)
        assert [each.feed_id for each in await due(conn, NINE)] == [active.id]


async def test_a_batch_that_has_not_come_is_not_owed(database: Database) -> None:
    async with database.write() as conn:
        await added(conn)
        assert await posts.claim_due(conn, NINE, SETTLE, {}) == []
        assert await posts.claim_due(conn, NINE, SETTLE, {TUESDAY: False}) == []


async def test_a_batch_or_a_newer_one_that_was_planned_is_not_owed_again(
    database: Database,
) -> None:
    async with database.write() as conn:
        same, newer, older = [await added(conn, n) for n in (11, 12, 13)]
        await planned(conn, same, TUESDAY, TUESDAY - DAY)
        await planned(conn, newer, TUESDAY + DAY, TUESDAY - DAY)
        await planned(conn, older, TUESDAY - DAY, TUESDAY - DAY)
        assert [each.feed_id for each in await due(conn, NINE)] == [older.id]


async def test_a_local_date_or_a_later_one_that_was_used_is_not_used_again(
    database: Database,
) -> None:
    async with database.write() as conn:
        same, later, earlier = [await added(conn, n) for n in (11, 12, 13)]
        await planned(conn, same, TUESDAY - DAY, TUESDAY)
        await planned(conn, later, TUESDAY - DAY, TUESDAY + DAY)
        await planned(conn, earlier, TUESDAY - DAY, TUESDAY - DAY)
        assert [each.feed_id for each in await due(conn, NINE)] == [earlier.id]


async def test_what_a_feed_used_up_is_its_newest_batch_and_its_last_date(
    database: Database,
) -> None:
    async with database.write() as conn:
        feed, other = await added(conn), await added(conn, 12)
        assert await posts.used(conn, feed.id) == Used(None, None)
        await planned(conn, feed, TUESDAY, TUESDAY)
        await planned(conn, feed, TUESDAY - DAY, TUESDAY + DAY)
        await planned(conn, other, TUESDAY + 5 * DAY)
        assert await posts.used(conn, feed.id) == Used(TUESDAY, TUESDAY + DAY)


async def test_a_planned_post_comes_back_as_it_was_frozen(database: Database) -> None:
    async with database.write() as conn:
        await planned(conn, await added(conn, 12))
        feed = await added(conn)
        await papers.upsert(conn, [record(each) for each in PAPERS], now=NINE)
        found = await posts.plan(
            conn,
            DueFeed(feed.id, 1, 11, TUESDAY + DAY, TUESDAY),
            now=NINE,
            late=True,
            payload={"a": 1},
            paper_ids=PAPERS,
            sources=(),
            reason="why",
        )
        assert found is not None
        assert await posts.get(conn, found) == Post(
            id=found,
            feed_id=feed.id,
            guild_id=1,
            channel_id=11,
            batch_day=TUESDAY,
            local_date=TUESDAY + DAY,
            state=posts.PLANNED,
            late=True,
            payload={"a": 1},
            header_message_id=None,
            thread_id=None,
            planned_at=NINE,
            started_at=None,
            sent_at=None,
            finished_at=None,
            attempts=0,
            next_try_at=None,
            refreshes=0,
            reason="why",
        )
        assert await posts.steps(conn, found) == [
            Step(0, PAPERS[0], None),
            Step(1, PAPERS[1], None),
        ]
        assert await posts.get(conn, found + 1) is None
        assert await planned(conn, feed) is None


async def test_folded_papers_are_shown_without_a_card_of_their_own(database: Database) -> None:
    async with database.write() as conn:
        feed = await added(conn)
        post_id = await planned(conn, feed, folded={PAPERS[1]: ["x", "y"], PAPERS[0]: ["z"]})
        assert post_id is not None
        assert [step.paper_id for step in await posts.steps(conn, post_id)] == PAPERS
        assert await posts.shown(conn, 11) == {*PAPERS, "x", "y", "z"}
        places = select(post_papers.c.paper_id, post_papers.c.behind)
        found = await conn.execute(places.order_by(post_papers.c.position))
        assert [tuple(row) for row in found] == [
            (PAPERS[0], None),
            (PAPERS[1], None),
            ("z", 0),
            ("x", 1),
            ("y", 1),
        ]
        later = NINE + posts.POSTS_KEPT + 9 * DAY
        await posts.finish(conn, post_id, posts.DONE, NINE)
        assert await posts.fold(conn, later) == 1
        assert await posts.shown(conn, 11) == {*PAPERS, "x", "y", "z"}


async def test_an_empty_day_is_on_record_and_may_be_planned_again(database: Database) -> None:
    async with database.write() as conn:
        other = await added(conn, 12)
        await planned(conn, other, paper_ids=[])
        feed = await added(conn)
        await planned(conn, feed, TUESDAY - DAY, paper_ids=[])
        empty = await planned(conn, feed, paper_ids=[])
        assert empty is not None
        found = await posts.get(conn, empty)
        assert found is not None
        assert (found.state, found.finished_at) == (posts.EMPTY, NINE)
        assert await posts.steps(conn, empty) == []
        assert await planned(conn, feed) is not None
        assert await kept(conn, feed) == [(TUESDAY - DAY, "empty"), (TUESDAY, "planned")]
        assert await kept(conn, other) == [(TUESDAY, "empty")]


async def test_a_second_batch_of_one_date_leaves_the_date_to_the_first(
    database: Database,
) -> None:
    async with database.write() as conn:
        feed, other = await added(conn), await added(conn, 12)
        await planned(conn, other, TUESDAY - DAY, TUESDAY)
        first = await planned(conn, feed, TUESDAY - DAY, TUESDAY)
        second = await planned(conn, feed, TUESDAY, TUESDAY)
        assert first is not None
        assert second is not None
        found = [await posts.get(conn, each) for each in (first, second)]
        assert [each and each.local_date for each in found] == [TUESDAY, None]


async def test_batches_that_a_feed_never_got_are_recorded_as_skipped(database: Database) -> None:
    days = [TUESDAY + n * DAY for n in range(6)]
    async with database.write() as conn:
        feed, other = await added(conn), await added(conn, 12)
        for day in days:
            await batch(conn, day)
        await batch(conn, days[2], "arXiv")
        await batch(conn, TUESDAY + 10 * DAY)
        await planned(conn, other, days[3])
        await planned(conn, feed, days[1])
        await planned(conn, feed, days[4], now=NINE + HOUR)
        assert await kept(conn, feed) == [
            (days[1], "planned"),
            (days[2], "skipped"),
            (days[3], "skipped"),
            (days[4], "planned"),
        ]
        assert await kept(conn, other) == [(days[3], "planned")]
        found = await posts.of_batch(conn, feed.id, days[2])
        assert found == Post(
            id=found.id if found else 0,
            feed_id=feed.id,
            guild_id=1,
            channel_id=11,
            batch_day=days[2],
            local_date=None,
            state=posts.SKIPPED,
            late=False,
            payload=None,
            header_message_id=None,
            thread_id=None,
            planned_at=NINE + HOUR,
            started_at=None,
            sent_at=None,
            finished_at=NINE + HOUR,
            attempts=0,
            next_try_at=None,
            refreshes=0,
            reason="a newer batch took its place",
        )


async def test_only_complete_batches_of_the_feeds_sources_are_skipped(database: Database) -> None:
    async with database.write() as conn:
        feed = await added(conn)
        await batch(conn, TUESDAY + DAY, state="empty")
        await batch(conn, TUESDAY + 2 * DAY, "arXiv")
        await planned(conn, feed)
        await planned(conn, feed, TUESDAY + 3 * DAY)
        assert [state for _, state in await kept(conn, feed)] == ["planned", "planned"]


async def test_a_batch_of_the_past_is_no_reason_to_skip_what_follows_it(
    database: Database,
) -> None:
    async with database.write() as conn:
        feed = await added(conn)
        await batch(conn, TUESDAY + DAY)
        await planned(conn, feed, TUESDAY + 3 * DAY)
        assert [state for _, state in await kept(conn, feed)] == ["planned"]
        await planned(conn, feed, TUESDAY)
        assert [state for _, state in await kept(conn, feed)] == ["planned", "planned"]
