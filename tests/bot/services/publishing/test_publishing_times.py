"""At which moment a post comes, counts as late, is brought up to date and is looked at no more."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from papers.model import Metrics, Record
from storage import feeds, posts
from storage.feeds import FeedState
from storage.posts import Post
from tests.bot.world import (
    FRIDAY,
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    World,
    at,
    headers,
    votes,
    world,
)

DAY = timedelta(days=1)


async def all_posts(here: World) -> list[Post]:
    """Return every post that was planned, in order."""
    async with here.bot.services.database.read() as conn:
        rows = await conn.exec_driver_sql("SELECT id FROM posts ORDER BY id")
        found = [await posts.get(conn, row[0]) for row in rows]
    return [post for post in found if post is not None]


@pytest.mark.parametrize(("minute", "late"), [(0, False), (1, True)])
async def test_a_post_more_than_an_hour_after_its_hour_says_that_it_is_late(
    tmp_path: Path, minute: int, late: bool
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 10, minute))
        (header,) = headers(here.channel)
        assert ("late" in header) is late
        (post,) = await all_posts(here)
        assert (post.late, post.local_date, post.batch_day) == (late, MONDAY, MONDAY)


async def test_post_now_uses_up_the_day_that_the_batch_was_due_on(tmp_path: Path) -> None:
    days = {FRIDAY: votes(FRIDAY, 5), FRIDAY + 3 * DAY: votes(FRIDAY + 3 * DAY, 6)}
    async with world(tmp_path, days, now=at(FRIDAY, 22)) as here:
        feed = await here.add_feed()
        sunday, monday = FRIDAY + 2 * DAY, FRIDAY + 3 * DAY
        await here.bot.app.cycle.ingest(at(FRIDAY, 22))
        here.clock.at = at(sunday, 12)
        post = await here.bot.services.publisher.post_now(feed, at(sunday, 12))
        assert post is not None
        assert (post.batch_day, post.local_date, post.late) == (FRIDAY, FRIDAY, False)
        assert post.state == posts.DONE
        assert "late" not in headers(here.channel)[0]
        await here.tick(at(monday, 9))
        assert ["Monday" in text for text in headers(here.channel)] == [False, True]


async def test_post_now_before_the_hour_uses_up_today(tmp_path: Path) -> None:
    async with world(tmp_path, now=at(MONDAY, 20)) as here:
        feed = await here.add_feed(timezone="Pacific/Auckland", hour=9)
        await here.bot.app.cycle.ingest(at(MONDAY, 20))
        post = await here.bot.services.publisher.post_now(feed, at(MONDAY, 20))
        assert post is not None
        assert post.local_date == TUESDAY
        again = await here.bot.services.publisher.post_now(feed, at(MONDAY, 20, 1))
        assert again == post
        assert len(headers(here.channel)) == 1


async def test_post_now_without_any_batch_posts_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        feed = await here.add_feed()
        assert await here.bot.services.publisher.post_now(feed, at(MONDAY, 8)) is None
        assert await all_posts(here) == []


async def test_post_now_sends_on_what_waits_and_looks_again_where_nothing_was_left(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        feed = await here.add_feed(include=("socks",))
        await here.tick(at(MONDAY, 9))
        (empty,) = await all_posts(here)
        assert empty.state == posts.EMPTY
        assert empty.payload is None
        assert empty.reason
        async with here.bot.services.database.write() as conn:
            await feeds.update(conn, replace(feed, include=()))
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=503, times=1)
        waiting = await here.bot.services.publisher.post_now(
            replace(feed, include=()), at(MONDAY, 10)
        )
        assert waiting is not None
        assert waiting.state in posts.UNFINISHED
        assert waiting.next_try_at == at(MONDAY, 10) + timedelta(seconds=30)
        done = await here.bot.services.publisher.post_now(feed, at(MONDAY, 10))
        assert done is not None
        assert done.state == posts.DONE
        assert len(headers(here.channel)) == 1


async def rising(here: World, votes_more: int) -> None:
    here.source.days[MONDAY] = [
        Record(each.paper, Metrics((each.metrics.upvotes or 0) + votes_more), MONDAY)
        for each in here.source.days[MONDAY]
    ]


def edits(here: World) -> int:
    return sum(request.method == "PATCH" for request in here.env.http_requests)


async def test_a_header_says_how_the_numbers_grew_and_in_how_many_hours(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        await rising(here, 7)
        for hour, minute, seen in ((14, 59, 0), (15, 0, 1), (16, 0, 1)):
            await here.tick(at(MONDAY, hour, minute))
            assert edits(here) == seen
        assert "37 upvotes (+7 in 6 hours)" in headers(here.channel)[0]
        (post,) = await all_posts(here)
        assert post.refreshes == 1
        await rising(here, 3)
        for hour, minute, seen in ((8, 59, 1), (9, 0, 2), (9, 1, 2), (20, 0, 2)):
            await here.tick(at(TUESDAY, hour, minute))
            assert edits(here) == seen
        (post, *_) = await all_posts(here)
        assert post.refreshes == 2


async def test_a_bot_that_was_away_for_both_refreshes_makes_one_edit(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        for minute in (0, 1):
            await here.tick(at(TUESDAY, 10, minute))
        assert edits(here) == 1
        assert [post.refreshes for post in await all_posts(here)] == [2]


async def test_a_header_that_is_gone_is_not_asked_for_again(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        path = f"/channels/{here.channel.id}/messages/*"
        here.env.inject_error("PATCH", path, status=404, code=10008, times=None)
        await here.tick(at(MONDAY, 15))
        tried = edits(here)
        await here.tick(at(MONDAY, 15, 1))
        assert edits(here) == tried == 1


async def test_a_header_that_discord_does_not_take_now_is_tried_for_two_days(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: votes(MONDAY, 30)}) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        path = f"/channels/{here.channel.id}/messages/*"
        here.env.inject_error("PATCH", path, status=503, times=None)
        seen = [edits(here)]
        almost, over = at(WEDNESDAY, 8, 59), at(WEDNESDAY, 9)
        for moment in (at(MONDAY, 15), almost, over, over + timedelta(minutes=1)):
            await here.tick(moment)
            seen.append(edits(here))
        assert seen[0] == 0
        assert seen[1] < seen[2] < seen[3] == seen[4]


async def test_a_zone_that_is_unknown_stops_its_feed_with_the_zone_named(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        feed = await here.add_feed()
        async with here.bot.services.database.write() as conn:
            await feeds.update(conn, replace(feed, timezone="Mars/Olympus"))
        await here.tick(at(MONDAY, 9))
        async with here.bot.services.database.read() as conn:
            found = await feeds.get(conn, feed.id)
        assert found is not None
        assert found.state is FeedState.DISABLED
        assert found.disabled_reason == "the time zone Mars/Olympus is unknown here"
        assert await here.bot.services.publisher.coming(found, at(MONDAY, 9)) is None


async def test_the_next_thread_is_that_of_the_next_batch_at_the_feeds_hour(tmp_path: Path) -> None:
    days: dict[date, list[Record]] = {day: votes(day, 3) for day in (MONDAY, TUESDAY)}
    async with world(tmp_path, days) as here:
        feed = await here.add_feed()
        publisher = here.bot.services.publisher
        await here.bot.app.cycle.ingest(at(MONDAY, 8))
        coming = await publisher.coming(feed, at(MONDAY, 8))
        assert coming is not None
        assert (coming.batch, coming.at) == (MONDAY, at(MONDAY, 9))
        assert await publisher.coming(replace(feed, timezone="Mars"), at(MONDAY, 8)) is None
        paused = replace(feed, state=FeedState.PAUSED)
        assert await publisher.coming(paused, at(MONDAY, 8)) is None
        await here.tick(at(MONDAY, 9))
        coming = await publisher.coming(feed, at(MONDAY, 9, 1))
        assert coming is not None
        assert (coming.batch, coming.at) == (TUESDAY, at(TUESDAY, 9))


async def test_a_batch_is_publishable_once_it_has_settled(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: votes(MONDAY, 3)}, now=at(MONDAY, 0)) as here:
        ranking = here.bot.services.ranking

        async def publishable(hour: int, minute: int = 0) -> date | None:
            async with here.bot.services.database.read() as conn:
                return await ranking.publishable(conn, at(MONDAY, hour, minute))

        assert await publishable(8) is None
        await here.bot.app.cycle.ingest(at(MONDAY, 8))
        assert await publishable(8) == MONDAY
        assert await publishable(1) is None
        async with here.bot.services.database.read() as conn:
            known = await ranking.known(conn, at(MONDAY, 8))
            assert known[MONDAY] is True
            assert await ranking.newest(conn, at(MONDAY, 8)) == MONDAY
            assert await ranking.newest(conn, at(MONDAY, 8) - 3 * DAY) is None


async def test_six_feeds_post_in_one_minute_each_its_own_thread(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: votes(MONDAY, 3)}) as here:
        channels = [here.guild.create_text_channel(f"room-{number}") for number in range(6)]
        for channel in channels:
            await here.add_feed(channel)
        await here.tick(at(MONDAY, 9))
        assert [len(headers(channel)) for channel in channels] == [1] * 6
        await here.tick(at(MONDAY, 15))
        assert edits(here) == 6


async def test_at_the_weekend_the_next_thread_is_mondays_in_the_feeds_own_zone(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {FRIDAY: votes(FRIDAY, 3)}, now=at(FRIDAY, 0)) as here:
        feed = await here.add_feed(timezone="America/Los_Angeles")
        await here.tick(at(FRIDAY, 16))
        saturday = at(FRIDAY + DAY, 12)
        coming = await here.bot.services.publisher.coming(feed, saturday)
        assert coming is not None
        assert (coming.batch, coming.at) == (FRIDAY + 3 * DAY, at(FRIDAY + 3 * DAY, 16))


async def test_a_post_whose_next_try_would_be_after_a_day_is_given_up_at_once(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=503, times=2)
        await here.tick(at(MONDAY, 9))
        last = at(TUESDAY, 9) - timedelta(seconds=59)
        await here.tick(last)
        (post, *_) = await all_posts(here)
        assert (post.state, post.reason) == (posts.FAILED, "Discord did not answer")
        assert post.finished_at == last


async def test_an_admin_is_told_once_why_a_feed_stopped(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=403, code=50013, times=1)
        await here.tick(at(MONDAY, 9))
        told = 0
        for _ in range(3):
            said = await here.admin.slash(here.channel, "paper help")
            told += sum("Daily thread stopped" in str(each.components) for each in said.followups)
        assert told == 1
