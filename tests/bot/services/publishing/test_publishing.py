"""What a channel gets, and never gets twice."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import discord
import pytest

from papers.model import Metrics, Record
from storage import feeds, posts
from storage.feeds import FeedState
from tests.bot.world import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    World,
    at,
    cards,
    headers,
    paper,
    text_of,
    votes,
    world,
)


async def state_of(here: World, feed_id: int, day: date) -> posts.Post | None:
    async with here.bot.services.database.read() as conn:
        return await posts.of_batch(conn, feed_id, day)


async def feed_now(here: World, feed_id: int) -> feeds.Feed:
    async with here.bot.services.database.read() as conn:
        feed = await feeds.get(conn, feed_id)
    assert feed is not None
    return feed


async def test_the_day_is_posted_at_the_feeds_hour_best_first(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed(hour=9)
        await here.tick(at(MONDAY, 8, 59))
        assert headers(here.channel) == []

        await here.tick(at(MONDAY, 9))
        (header,) = headers(here.channel)
        assert "Monday 9 June 2025" in header
        order = [header.index(f"Paper number {number}") for number in (900, 901, 902)]
        assert order == sorted(order)
        assert "30 upvotes" in header
        (thread,) = here.channel.threads
        assert thread.name == "Papers of Monday 9 June 2025"
        assert ["Paper number 900" in card for card in cards(here.channel)] == [True, False, False]


async def test_nothing_is_posted_twice_however_often_the_clock_ticks(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        for minute in (0, 1, 2, 30):
            await here.tick(at(MONDAY, 9, minute))
        await here.restart()
        await here.tick(at(MONDAY, 12))
        assert len(headers(here.channel)) == 1
        assert len(here.channel.threads) == 1
        assert len(cards(here.channel)) == 3


async def test_a_paper_shown_yesterday_is_absent_today(tmp_path: Path) -> None:
    days = {
        MONDAY: votes(MONDAY, 300, 20, 10),
        TUESDAY: [*votes(TUESDAY, 9, 8), Record(paper(900), Metrics(300), TUESDAY)],
    }
    async with world(tmp_path, days) as here:
        await here.add_feed(size=2)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(TUESDAY, 9))
        tuesday = headers(here.channel)[1]
        assert "Paper number 900" not in tuesday
        assert "Paper number 1000" in tuesday


async def test_a_paper_of_yesterday_that_rose_since_comes_today(tmp_path: Path) -> None:
    monday = votes(MONDAY, 30, 20, 10, 2)
    async with world(tmp_path, {MONDAY: monday, TUESDAY: votes(TUESDAY, 3, 2)}) as here:
        await here.add_feed(size=3)
        await here.tick(at(MONDAY, 9))
        here.source.days[MONDAY] = [*monday[:3], Record(monday[3].paper, Metrics(90), MONDAY)]
        await here.tick(at(TUESDAY, 9))
        assert "+88 since yesterday" in headers(here.channel)[1]


async def test_auckland_reads_new_yorks_previous_day_at_breakfast(tmp_path: Path) -> None:
    async with world(tmp_path, now=at(MONDAY, 20)) as here:
        await here.add_feed(timezone="Pacific/Auckland")
        await here.tick(at(MONDAY, 21))  # Tuesday 09:00 in Auckland
        assert "Monday 9 June 2025" in headers(here.channel)[0]


async def test_two_feeds_in_two_zones_keep_their_hours_across_a_change_of_clocks(
    tmp_path: Path,
) -> None:
    # Europe leaves summer time on 26 October 2025; Phoenix has none.
    friday, monday = date(2025, 10, 24), date(2025, 10, 27)
    days = {friday: votes(friday, 5, 4), monday: votes(monday, 7, 6)}
    async with world(tmp_path, days, now=at(friday, 5)) as here:
        other = here.guild.create_text_channel("desert")
        await here.add_feed(timezone="Europe/Berlin")
        await here.add_feed(other, timezone="America/Phoenix")

        await here.tick(at(friday, 6, 59))
        assert headers(here.channel) == []
        await here.tick(at(friday, 7))  # 09:00 in summer
        assert len(headers(here.channel)) == 1
        await here.tick(at(friday, 16))
        assert len(headers(other)) == 1

        await here.tick(at(monday, 7, 59))
        assert len(headers(here.channel)) == 1
        await here.tick(at(monday, 8))  # 09:00 in winter
        assert len(headers(here.channel)) == 2
        await here.tick(at(monday, 15, 59))
        assert len(headers(other)) == 1
        await here.tick(at(monday, 16))
        assert len(headers(other)) == 2


async def test_a_failing_source_makes_the_post_late_and_the_post_says_so(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        here.source.failing = True
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 10))
        assert headers(here.channel) == []
        here.source.failing = False
        await here.tick(at(MONDAY, 15))
        (header,) = headers(here.channel)
        assert "late" in header


async def test_a_confirmed_empty_day_opens_no_thread(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: votes(MONDAY, 3), WEDNESDAY: votes(WEDNESDAY, 4)}) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        for hour in (9, 12, 23):
            await here.tick(at(TUESDAY, hour))
        assert len(headers(here.channel)) == 1
        await here.tick(at(WEDNESDAY, 9))
        assert "Wednesday" in headers(here.channel)[1]


async def test_a_weekend_is_silent(tmp_path: Path) -> None:
    async with world(tmp_path, {FRIDAY: votes(FRIDAY, 3, 2)}, now=at(FRIDAY, 8)) as here:
        await here.add_feed()
        for days in range(3):
            await here.tick(at(FRIDAY + timedelta(days=days), 9))
        assert len(headers(here.channel)) == 1


async def test_after_downtime_the_latest_batch_comes_once_and_late_older_ones_are_on_record(
    tmp_path: Path,
) -> None:
    days = {day: votes(day, 9, 8) for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)}
    async with world(tmp_path, days) as here:
        feed = await here.add_feed(size=2)
        await here.tick(at(MONDAY, 9))
        await here.restart()
        await here.tick(at(THURSDAY, 14))
        assert len(headers(here.channel)) == 2
        assert "Thursday" in headers(here.channel)[1]
        assert "late" in headers(here.channel)[1]
        for day in (TUESDAY, WEDNESDAY):
            missed = await state_of(here, feed.id, day)
            assert missed is not None
            assert missed.state == posts.SKIPPED


async def test_moving_a_feeds_clock_never_reopens_a_day(tmp_path: Path) -> None:
    days = {day: votes(day, 9) for day in (MONDAY, TUESDAY, WEDNESDAY)}
    async with world(tmp_path, days, now=at(MONDAY, 20)) as here:
        feed = await here.add_feed(timezone="Pacific/Auckland")
        await here.tick(at(MONDAY, 21))  # Tuesday there: that day is used
        async with here.bot.services.database.write() as conn:
            await feeds.update(conn, replace(feed, timezone="America/Los_Angeles"))
        await here.tick(at(TUESDAY, 16))  # Tuesday 09:00 in Los Angeles
        assert len(headers(here.channel)) == 1
        await here.tick(at(WEDNESDAY, 16))
        assert len(headers(here.channel)) == 2


async def test_a_restart_between_two_cards_sends_only_the_missing_ones(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        thread_posts = 0
        real = discord.abc.Messageable.send

        async def dying(self: discord.abc.Messageable, *args: object, **known: object) -> object:
            nonlocal thread_posts
            message = await real(self, *args, **known)  # pyright: ignore[reportCallIssue, reportArgumentType]
            thread_posts += 1
            if thread_posts == 3:
                raise asyncio.CancelledError  # Discord has it, and we never hear of it
            return message

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(discord.abc.Messageable, "send", dying)
            await here.tick(at(MONDAY, 9))
        assert len(cards(here.channel)) == 2
        await here.restart()
        await here.tick(at(MONDAY, 9, 10))
        assert len(headers(here.channel)) == 1
        assert len(cards(here.channel)) == 3


async def test_a_slow_or_broken_channel_holds_nobody_up(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        broken = here.guild.create_text_channel("broken")
        first = await here.add_feed(broken)
        await here.add_feed()
        here.env.inject_error("POST", f"/channels/{broken.id}/messages", status=500, times=None)
        await here.tick(at(MONDAY, 9))
        assert len(headers(here.channel)) == 1
        waiting = await state_of(here, first.id, MONDAY)
        assert waiting is not None
        assert waiting.state in posts.UNFINISHED
        assert waiting.next_try_at is not None


async def test_a_lost_permission_stops_the_feed_and_an_admin_is_told_once(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        me = here.guild.me
        assert me is not None
        closed = here.guild.create_text_channel(
            "closed", overwrites={me: discord.PermissionOverwrite(create_public_threads=False)}
        )
        feed = await here.add_feed(closed)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 9, 1))
        assert headers(closed) == []
        stopped = await feed_now(here, feed.id)
        assert stopped.state is FeedState.DISABLED
        assert "Create Public Threads" in (stopped.disabled_reason or "")
        told = [text_of(message) for message in here.channel.history()]
        assert len(told) == 1
        assert f"<#{closed.id}>" in told[0]
        assert "Create Public Threads" in told[0]


async def test_a_stopped_post_goes_on_when_its_feed_is_resumed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        feed = await here.add_feed()
        here.env.inject_error(
            "POST", f"/channels/{here.channel.id}/messages", status=403, code=50013
        )
        await here.tick(at(MONDAY, 9))
        assert headers(here.channel) == []
        await here.admin.slash(here.channel, "feed resume")
        await here.tick(at(MONDAY, 10))
        await here.tick(at(MONDAY, 11))
        assert len(headers(here.channel)) == 1
        assert len(cards(here.channel)) == 3
        assert (await feed_now(here, feed.id)).state is FeedState.ACTIVE


async def test_a_deleted_channel_stops_its_feed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        feed = await here.add_feed()
        here.env.inject_error(
            "POST", f"/channels/{here.channel.id}/messages", status=404, code=10003
        )
        await here.tick(at(MONDAY, 9))
        stopped = await feed_now(here, feed.id)
        assert stopped.state is FeedState.DISABLED
        assert stopped.disabled_reason == "the channel no longer exists"


async def test_a_server_full_of_threads_still_gets_the_overview(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        feed = await here.add_feed()
        here.env.inject_error("POST", "/channels/*/messages/*/threads", status=400, code=160006)
        await here.tick(at(MONDAY, 9))
        assert len(headers(here.channel)) == 1
        done = await state_of(here, feed.id, MONDAY)
        assert done is not None
        assert done.state == posts.DONE
        assert "active threads" in (done.reason or "")


async def test_the_headers_numbers_are_refreshed_twice_and_nothing_else_is(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        before = cards(here.channel)
        rising = [
            Record(r.paper, Metrics((r.metrics.upvotes or 0) + 7), MONDAY)
            for r in here.source.days[MONDAY]
        ]
        here.source.days[MONDAY] = rising
        await here.tick(at(MONDAY, 14))
        assert "37 upvotes" not in headers(here.channel)[0]
        await here.tick(at(MONDAY, 15))
        assert "37 upvotes (+7" in headers(here.channel)[0]
        here.source.days[MONDAY] = [
            Record(r.paper, Metrics((r.metrics.upvotes or 0) + 10), MONDAY) for r in rising
        ]
        await here.tick(at(MONDAY, 18))
        assert "37 upvotes (+7" in headers(here.channel)[0]
        await here.tick(at(TUESDAY, 9))
        assert "47 upvotes" in headers(here.channel)[0]
        assert cards(here.channel) == before


async def test_only_the_headers_own_role_can_be_pinged(tmp_path: Path) -> None:
    hostile = [
        Record(paper(1, "@everyone <@&1> [click](https://evil.example)"), Metrics(5), MONDAY)
    ]
    async with world(tmp_path, {MONDAY: hostile}) as here:
        role = here.guild.create_role("readers")
        await here.add_feed(ping_role_id=role.id)
        await here.tick(at(MONDAY, 9))
        sent = [
            request
            for request in here.env.http_requests
            if request.method == "POST" and request.path.endswith("/messages")
        ]
        allowed: list[object] = [
            dict(request.json or {}).get("allowed_mentions") for request in sent
        ]
        assert allowed[0] == {"parse": [], "roles": [role.id]}
        assert all(mentions == {"parse": []} for mentions in allowed[1:])


async def test_a_withdrawn_paper_is_left_out_and_marked_where_it_was_posted(tmp_path: Path) -> None:
    records = votes(MONDAY, 30, 20, 10)
    days = {MONDAY: records}

    def withdraw(place: int) -> None:
        gone = replace(records[place].paper, withdrawn_at=at(MONDAY, 5))
        records[place] = replace(records[place], paper=gone)

    withdraw(0)
    async with world(tmp_path, days) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        (header,) = headers(here.channel)
        assert "Paper number 900" not in header
        assert len(cards(here.channel)) == 2
        withdraw(1)
        await here.tick(at(MONDAY, 16))
        (header,) = headers(here.channel)
        assert "Paper number 901" in header
        assert header.count("Withdrawn by its authors") == 1
