"""How far a post has got, and what a channel was shown."""

import pytest
from sqlalchemy import insert, select, update

from papers.shards import Shards
from storage import feeds, guilds, papers, posts
from storage.database import Database
from storage.feeds import FeedState
from storage.posts import Step
from storage.tables import cards, post_papers
from storage.tables import posts as table
from tests.storage.posted import DAY, HOUR, NINE, PAPERS, SECOND, TUESDAY, feed_in, got, planned
from tests.storage.shared import record

pytestmark = pytest.mark.engines


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
        await posts.mark_sending(conn, waiting, NINE)
        fresh = await planned(conn, channel=14)
        assert await posts.unfinished(conn, NINE + HOUR) == [waiting, sending, fresh]


async def test_of_several_processes_each_is_given_the_posts_of_its_own_servers(
    database: Database,
) -> None:
    shards = [Shards(0, 1, 4), Shards(2, 3, 4)]
    async with database.write() as conn:
        mine = [await planned(conn, channel=channel) for channel in range(11, 17)]
        for number, post_id in enumerate(mine):
            server = (number << 22) + 5
            await guilds.joined(conn, server, NINE)
            change = update(table).where(table.c.id == post_id)
            await conn.execute(change.values(guild_id=server, crosspost="owed"))
        for found, own in zip((mine[:2] + mine[4:], mine[2:4]), shards, strict=True):
            assert await posts.unfinished(conn, NINE, own) == found
        for post_id in mine:
            await posts.mark_header(conn, post_id, 500 + post_id)
            await posts.finish(conn, post_id, posts.DONE, NINE)
        for found, own in zip((mine[:2] + mine[4:], mine[2:4]), shards, strict=True):
            assert await posts.refresh_due(conn, NINE + DAY, [HOUR], own) == found
        await conn.execute(update(table).values(refreshes=1))
        for found, own in zip((mine[:2] + mine[4:], mine[2:4]), shards, strict=True):
            assert await posts.crossposts_due(conn, NINE + DAY, own) == found


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
        elsewhere = await planned(conn, TUESDAY - 9 * DAY, 12, paper_ids=["y"])
        await planned(conn, TUESDAY - DAY, paper_ids=[])
        assert await posts.shown(conn, 11) == {*PAPERS, "x"}
        assert await posts.first_batch(conn, 11) is None
        await posts.mark_sending(conn, second, NINE)
        assert await posts.first_batch(conn, 11) == TUESDAY + DAY
        await posts.finish(conn, first, posts.DONE, NINE)
        assert await posts.first_batch(conn, 11) == TUESDAY
        assert await posts.first_batch(conn, 12) is None
        await posts.finish(conn, elsewhere, posts.DONE, NINE)
        assert await posts.first_batch(conn, 11) == TUESDAY
        assert await posts.first_batch(conn, 12) == TUESDAY - 9 * DAY


async def test_cards_come_in_the_order_of_their_places(database: Database) -> None:
    async with database.write() as conn:
        post = await planned(conn, paper_ids=[])
        await papers.upsert(conn, [record(each) for each in PAPERS], now=NINE)
        for place in (1, 0):
            values = {"post_id": post, "position": place, "paper_id": PAPERS[place]}
            await conn.execute(insert(post_papers).values(values))
        assert await posts.steps(conn, post) == [Step(n, PAPERS[n], None) for n in range(2)]
