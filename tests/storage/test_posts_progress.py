"""How far a post has got, what a channel was shown, and what is kept of it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import feeds, papers, posts
from storage.database import Database
from storage.feeds import FeedState
from storage.posts import DueFeed, Post, Step
from storage.tables import cards, shown_papers
from storage.tables import posts as rows
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


async def test_each_step_of_a_post_is_recorded_of_that_post_alone(database: Database) -> None:
    async with database.write() as conn:
        other = await planned(conn, channel=12)
        untouched = await got(conn, other)
        mine = await planned(conn)
        await posts.mark_retry(conn, mine, at=NINE + HOUR, reason="full")
        await posts.mark_retry(conn, mine, at=NINE + 2 * HOUR, reason="full again")
        post = await got(conn, mine)
        assert (post.attempts, post.next_try_at) == (2, NINE + 2 * HOUR)
        assert post.reason == "full again"

        await posts.mark_sending(conn, mine, NINE)
        await posts.mark_sending(conn, mine, NINE + SECOND)
        post = await got(conn, mine)
        assert (post.state, post.started_at, post.sent_at) == (posts.SENDING, NINE, NINE + SECOND)

        await posts.mark_header(conn, mine, 500)
        post = await got(conn, mine)
        assert (post.header_message_id, post.attempts, post.payload) == (500, 0, {"a": 1})
        await posts.mark_retry(conn, mine, at=NINE, reason="full")
        await posts.mark_header(conn, mine, 501, {"b": 2})
        post = await got(conn, mine)
        assert (post.header_message_id, post.attempts, post.payload) == (501, 0, {"b": 2})

        await posts.mark_retry(conn, mine, at=NINE, reason="full")
        await posts.mark_thread(conn, mine, 600)
        post = await got(conn, mine)
        assert (post.thread_id, post.attempts) == (600, 0)

        await posts.mark_retry(conn, mine, at=NINE, reason="full")
        await posts.mark_card(conn, post, Step(1, PAPERS[1], None), 700, NINE + HOUR)
        post = await got(conn, mine)
        assert (post.attempts, post.sent_at) == (0, NINE + HOUR)
        assert await posts.steps(conn, mine) == [Step(0, PAPERS[0], None), Step(1, PAPERS[1], 700)]
        card = (await conn.execute(select(cards))).one()
        assert (card.message_id, card.paper_id, card.channel_id) == (700, PAPERS[1], 600)
        assert (card.guild_id, card.posted_at) == (1, NINE + HOUR)
        await posts.mark_card(conn, post, Step(1, PAPERS[1], None), 700, NINE + HOUR)

        await posts.finish(conn, mine, posts.DONE, NINE + DAY, "some cards are missing")
        post = await got(conn, mine)
        assert (post.state, post.finished_at) == (posts.DONE, NINE + DAY)
        assert (post.next_try_at, post.reason) == (None, "some cards are missing")
        await posts.finish(conn, mine, posts.DONE, NINE)
        assert (await got(conn, mine)).reason is None

        assert await got(conn, other) == untouched
        assert [step.message_id for step in await posts.steps(conn, other)] == [None, None]


async def test_posts_wait_in_order_and_each_until_its_next_try(database: Database) -> None:
    async with database.write() as conn:
        waiting = await planned(conn, channel=12)
        sending = await planned(conn)
        await posts.mark_sending(conn, sending, NINE)
        done = await planned(conn, channel=13)
        await posts.finish(conn, done, posts.DONE, NINE)
        await posts.mark_retry(conn, waiting, at=NINE + HOUR, reason="full")
        assert await posts.unfinished(conn, NINE + HOUR - SECOND) == [sending]
        assert await posts.unfinished(conn, NINE + HOUR) == [waiting, sending]


async def test_posts_of_a_paused_feed_wait_and_those_of_a_removed_one_go_on(
    database: Database,
) -> None:
    async with database.write() as conn:
        paused, removed = await planned(conn), await planned(conn, channel=12)
        await feeds.set_state(conn, await feed_in(conn), FeedState.PAUSED)
        await feeds.remove(conn, await feed_in(conn, 12))
        assert await posts.unfinished(conn, NINE) == [removed]
        await feeds.set_state(conn, await feed_in(conn), FeedState.ACTIVE)
        assert await posts.unfinished(conn, NINE) == [paused, removed]


async def test_headers_are_refreshed_each_time_its_hour_has_come(database: Database) -> None:
    offsets = [HOUR, 5 * HOUR]
    async with database.write() as conn:
        post = await planned(conn)
        await posts.mark_header(conn, post, 500)
        assert await posts.refresh_due(conn, NINE + DAY, offsets) == []
        await posts.finish(conn, post, posts.DONE, NINE)
        assert await posts.refresh_due(conn, NINE + HOUR - SECOND, offsets) == []
        assert await posts.refresh_due(conn, NINE + HOUR, offsets) == [post]
        await posts.mark_refreshed(conn, post, 1, {"votes": 3})
        assert (await got(conn, post)).payload == {"votes": 3}
        assert await posts.refresh_due(conn, NINE + 5 * HOUR - SECOND, offsets) == []
        assert await posts.refresh_due(conn, NINE + 5 * HOUR, offsets) == [post]
        await posts.mark_refreshed(conn, post, 2)
        assert (await got(conn, post)).payload == {"votes": 3}
        assert await posts.refresh_due(conn, NINE + DAY, offsets) == []


async def test_what_has_no_header_or_no_text_or_failed_is_not_refreshed(
    database: Database,
) -> None:
    async with database.write() as conn:
        bare, blank, failed = [await planned(conn, channel=n) for n in (11, 12, 13)]
        for post in (blank, failed):
            await posts.mark_header(conn, post, 500 + post)
        for post in (bare, blank):
            await posts.finish(conn, post, posts.DONE, NINE)
        await posts.finish(conn, failed, posts.FAILED, NINE)
        assert await posts.refresh_due(conn, NINE + DAY, [HOUR]) == [blank]
        assert await posts.forget_payloads(conn, NINE + posts.PAYLOADS_KEPT + SECOND) == 3
        assert await posts.refresh_due(conn, NINE + DAY, [HOUR]) == []
        await posts.mark_refreshed(conn, blank, 1)
        assert (await got(conn, failed)).refreshes == 0


async def test_a_feeds_posts_are_found_by_batch_and_by_age(database: Database) -> None:
    async with database.write() as conn:
        feed = await feed_in(conn)
        assert await posts.newest(conn, feed) is None
        assert await posts.last_planned(conn, feed) is None
        await planned(conn, TUESDAY + 9 * DAY, 12, now=NINE + 9 * DAY)
        newest = await planned(conn, TUESDAY + DAY, now=NINE)
        older = await planned(conn, now=NINE + DAY)
        await planned(conn, channel=13)
        assert await posts.newest(conn, feed) == await got(conn, newest)
        assert await posts.last_planned(conn, feed) == NINE + DAY
        assert await posts.of_batch(conn, feed, TUESDAY) == await got(conn, older)
        assert await posts.of_batch(conn, feed, TUESDAY - DAY) is None


async def test_the_outcomes_of_posts_are_the_newest_that_had_something_to_post(
    database: Database,
) -> None:
    states = [posts.DONE, posts.FAILED, posts.EMPTY, posts.SKIPPED, posts.DONE, posts.PLANNED]
    async with database.write() as conn:
        for number, state in enumerate([*states, posts.SENDING]):
            post = await planned(conn, TUESDAY + number * DAY)
            if state != posts.PLANNED:
                await posts.finish(conn, post, state, NINE, f"reason {number}")
        other = await planned(conn, TUESDAY + 9 * DAY, 12)
        await posts.finish(conn, other, posts.DONE, NINE)
        feed = await feed_in(conn)
        assert await posts.last_outcomes(conn, feed, 2) == [
            (posts.DONE, "reason 4"),
            (posts.FAILED, "reason 1"),
        ]
        assert len(await posts.last_outcomes(conn, feed, 9)) == 3


async def test_a_channel_knows_what_it_was_shown_and_since_when(database: Database) -> None:
    async with database.write() as conn:
        first, second = await planned(conn), await planned(conn, TUESDAY + DAY, paper_ids=["x"])
        await planned(conn, TUESDAY - 9 * DAY, 12, paper_ids=["y"])
        await planned(conn, TUESDAY - DAY, paper_ids=[])
        assert await posts.shown(conn, 11) == {*PAPERS, "x"}
        assert await posts.first_batch(conn, 11) is None
        await posts.mark_sending(conn, second, NINE)
        assert await posts.first_batch(conn, 11) == TUESDAY + DAY
        await posts.finish(conn, first, posts.DONE, NINE)
        assert await posts.first_batch(conn, 11) == TUESDAY


async def test_texts_of_old_posts_go_the_oldest_first(database: Database) -> None:
    async with database.write() as conn:
        made = [
            await planned(conn, TUESDAY + n * DAY, now=NINE - n * SECOND, paper_ids=[])
            for n in range(3)
        ]
        unsent = await planned(conn, TUESDAY + 5 * DAY, now=NINE - HOUR)
        now = NINE + posts.PAYLOADS_KEPT
        assert await posts.forget_payloads(conn, now, most=1) == 1
        texts = [(await got(conn, each)).payload for each in (*made, unsent)]
        assert texts == [{"a": 1}, {"a": 1}, None, {"a": 1}]
        assert await posts.forget_payloads(conn, now) == 1
        assert await posts.forget_payloads(conn, now) == 0
        assert (await got(conn, made[0])).payload == {"a": 1}


async def test_old_posts_are_folded_into_what_the_channel_was_shown(database: Database) -> None:
    new_year = date(2024, 12, 31)
    now = NINE + posts.POSTS_KEPT + 7 * DAY
    async with database.write() as conn:
        await planned(conn, new_year, now=NINE - 99 * DAY, paper_ids=["x"])
        await planned(conn, now=NINE)
        await planned(conn, TUESDAY - DAY, now=NINE, paper_ids=["z"])
        await planned(conn, TUESDAY + DAY, now=NINE, paper_ids=[])
        await planned(conn, TUESDAY, 12, now=NINE, paper_ids=["y"])
        await conn.execute(update(rows).values(state=posts.DONE))
        unsent = await planned(conn, TUESDAY + 2 * DAY, now=NINE)
        fresh = await planned(conn, TUESDAY + 9 * DAY, now=NINE + 9 * DAY, paper_ids=["v"])
        await posts.finish(conn, fresh, posts.DONE, NINE)
        assert await posts.fold(conn, now, most=1) == 4
        assert await posts.fold(conn, now) == 1
        assert await posts.fold(conn, now) == 0
        assert sorted((await conn.execute(select(rows.c.id))).scalars()) == [unsent, fresh]
        kept = await conn.execute(select(shown_papers).order_by("channel_id", "year"))
        assert [
            (row.channel_id, row.year, row.guild_id, row.since, sorted(row.papers)) for row in kept
        ] == [
            (11, 2024, 1, new_year, ["x"]),
            (11, 2025, 1, TUESDAY - DAY, [*PAPERS, "z"]),
            (12, 2025, 1, TUESDAY, ["y"]),
        ]
        assert await posts.shown(conn, 11) == {*PAPERS, "v", "x", "z"}
        assert await posts.first_batch(conn, 11) == new_year
        assert await posts.first_batch(conn, 12) == TUESDAY
        assert await posts.fold(conn, now + 14 * DAY) == 1
        known = select(shown_papers.c.papers, shown_papers.c.since).where(
            shown_papers.c.channel_id == 11, shown_papers.c.year == 2025
        )
        row = (await conn.execute(known)).one()
        assert (sorted(row.papers), row.since) == ([*PAPERS, "v", "z"], TUESDAY - DAY)
        assert await conn.scalar(select(func.count()).select_from(rows)) == 1


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (NINE, datetime(2025, 6, 9, tzinfo=UTC)),
        (datetime(2025, 6, 9, tzinfo=UTC), datetime(2025, 6, 9, tzinfo=UTC)),
        (datetime(2025, 6, 8, 23, 59, tzinfo=UTC), datetime(2025, 6, 2, tzinfo=UTC)),
    ],
)
def test_a_week_begins_on_monday_at_midnight(moment: datetime, week: datetime) -> None:
    assert posts.week_before(moment) == week
