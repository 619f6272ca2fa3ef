"""A feed's hour, on the wall clock of its own zone, as its channel and its admin see it."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from papers import zones
from storage import feeds, posts
from storage.feeds import Feed, FeedState
from storage.tables import posts as post_table
from tests.bot.topics import about, answer, brought, follower, working_days
from tests.bot.world import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    World,
    at,
    headers,
    votes,
    world,
)

HOUR = timedelta(hours=1)


async def planned(here: World, feed: Feed) -> list[tuple[str, str, bool]]:
    """Return a feed's batches, each with the local time of its post and whether it was late."""
    zone = zones.zone(feed.timezone)
    columns = (post_table.c.batch_day, post_table.c.planned_at, post_table.c.late)
    done = select(*columns).where(post_table.c.state == posts.DONE).order_by(post_table.c.id)
    async with here.bot.services.database.read() as conn:
        rows = (await conn.execute(done)).all()
    return [
        (row.batch_day.isoformat(), f"{row.planned_at.astimezone(zone):%m-%d %H:%M}", row.late)
        for row in rows
    ]


async def listed(here: World) -> str:
    return answer(await here.admin.slash(here.channel, "feed list"))


SOME_ZONES = {
    "America/Los_Angeles": 0,
    "America/St_Johns": 0,
    "Asia/Kathmandu": 1,
    "Asia/Tokyo": 1,
    "Pacific/Kiritimati": 1,
}


@pytest.mark.parametrize("zone", SOME_ZONES)
async def test_a_feed_at_nine_posts_at_nine_and_said_so_before(tmp_path: Path, zone: str) -> None:
    days = {day: votes(day, 30, 20, 10) for day in working_days(MONDAY, 3)}
    async with world(tmp_path, days, now=at(MONDAY, 0)) as here:
        feed = await here.add_feed(timezone=zone)
        said: list[int] = []
        minute = at(MONDAY, 0).astimezone(zones.zone(zone)).minute
        start = at(MONDAY, 1) - timedelta(minutes=minute)
        for step in range(4 * 24):
            now = start + step * HOUR
            before = len(headers(here.channel))
            if step % 4 == 3:
                found = re.search(r"Next thread: .*\(<t:(\d+):R>\)", await listed(here))
                said += [int(found[1])] if found else []
            await here.tick(now)
            if len(headers(here.channel)) > before:
                assert int(now.timestamp()) in said
        later = timedelta(days=SOME_ZONES[zone])
        assert await planned(here, feed) == [
            (day.isoformat(), f"{day + later:%m-%d} 09:00", False)
            for day in (MONDAY, TUESDAY, WEDNESDAY)
        ]


async def test_adding_a_feed_says_when_the_days_papers_are_ready_there(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        result = await here.admin.slash(
            here.channel, "feed add", channel=here.channel, time="9", timezone="Kolkata"
        )
        text = answer(result)
        assert "Papers are ready at 11:00 in Kolkata." in text
        assert "At 09:00 you get the previous day's." in text


async def test_without_an_hour_the_first_one_with_the_days_own_papers_is_chosen(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        result = await here.admin.slash(
            here.channel, "feed add", channel=here.channel, timezone="Kolkata"
        )
        assert "a day at 12:00 (Asia/Kolkata)" in answer(result)  # ready at 12:00 in winter


async def test_while_todays_batch_is_missing_the_list_says_that_it_is_awaited(
    tmp_path: Path,
) -> None:
    days = {MONDAY: votes(MONDAY, 30, 20, 10)}
    async with world(tmp_path, days) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        here.source.failing = True
        await here.tick(at(TUESDAY, 9, 55))
        assert "Waiting for the papers of Tuesday 10 June" in await listed(here)


async def test_a_batch_that_misses_its_day_comes_at_the_next_hour_and_is_late(
    tmp_path: Path,
) -> None:
    saturday = FRIDAY + timedelta(days=1)
    async with world(tmp_path, {FRIDAY: votes(FRIDAY, 30, 20, 10)}, now=at(FRIDAY, 8)) as here:
        feed = await here.add_feed()
        here.source.failing = True
        for hour in (9, 23):
            await here.tick(at(FRIDAY, hour))
        here.source.failing = False
        for hour in (1, 8):
            await here.tick(at(saturday, hour))
        assert headers(here.channel) == []
        await here.tick(at(saturday, 9))
        assert await planned(here, feed) == [("2025-06-13", "06-14 09:00", True)]
        assert "late" in headers(here.channel)[0]


async def test_an_admins_own_edit_makes_no_thread_late(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: votes(MONDAY, 30, 20, 10)}) as here:
        feed = await here.add_feed(hour=18)
        await here.tick(at(MONDAY, 9))
        here.clock.at = at(MONDAY, 14)
        assert "within a minute" in answer(
            await here.admin.slash(here.channel, "feed edit", time="9")
        )
        await here.tick(at(MONDAY, 14, 1))
        assert [late for *_, late in await planned(here, feed)] == [False]
        assert "late" not in headers(here.channel)[0]


async def test_a_pause_of_days_ends_with_the_newest_thread_and_no_complaint(
    tmp_path: Path,
) -> None:
    days = {day: votes(day, 30, 20, 10) for day in working_days(MONDAY, 4)}
    async with world(tmp_path, days) as here:
        feed = await here.add_feed()
        # It is under way when the admin pauses it.
        here.env.inject_error(
            "POST", f"/channels/{here.channel.id}/messages", status=503, times=None
        )
        await here.tick(at(MONDAY, 9))
        here.clock.at = at(MONDAY, 9, 1)
        await here.admin.slash(here.channel, "feed pause")
        here.env.backend.faults.clear()
        for day in (TUESDAY, WEDNESDAY):
            await here.tick(at(day, 9))
        here.clock.at = at(THURSDAY, 10)
        await here.admin.slash(here.channel, "feed resume")
        for minute in (1, 2, 30):
            await here.tick(at(THURSDAY, 10, minute))
        (header,) = headers(here.channel)
        assert "Thursday" in header
        assert "late" not in header
        assert not [
            text for text in map(str, here.channel.history()) if "Thread not posted" in text
        ]
        async with here.bot.services.database.read() as conn:
            old = await posts.of_batch(conn, feed.id, MONDAY)
        assert old is not None
        assert old.state == posts.SKIPPED


async def test_a_zone_that_is_unknown_here_stops_its_own_feed_and_an_admin_reads_why(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        other = here.guild.create_text_channel("other")
        bad, good = await here.add_feed(), await here.add_feed(other)
        async with here.bot.services.database.write() as conn:
            await feeds.update(conn, replace(bad, timezone="Mars/Olympus"))
        await here.tick(at(MONDAY, 9))
        assert len(headers(other)) == 1
        assert headers(here.channel) == []
        async with here.bot.services.database.read() as conn:
            stopped, still = await feeds.get(conn, bad.id), await feeds.get(conn, good.id)
        assert stopped is not None
        assert still is not None
        assert (stopped.state, still.state) == (FeedState.DISABLED, FeedState.ACTIVE)
        text = await listed(here)
        assert "Mars/Olympus" in text
        resumed = await here.admin.slash(here.channel, "feed resume", channel=here.channel)
        assert "Choose another with" in answer(resumed)
        await here.admin.slash(here.channel, "feed edit", channel=here.channel, timezone="UTC")
        await here.admin.slash(here.channel, "feed resume", channel=here.channel)
        await here.tick(at(MONDAY, 10))
        assert len(headers(here.channel)) == 1


@pytest.mark.parametrize(
    ("zone", "old_moment", "old_date"),
    [
        # An earlier version posted Tuesday's batch the evening before, or the same afternoon.
        ("America/Los_Angeles", at(TUESDAY, 5, 30), MONDAY),
        ("Asia/Tokyo", at(TUESDAY, 5, 30), TUESDAY),
        ("UTC", at(TUESDAY, 9), TUESDAY),
    ],
)
async def test_what_an_earlier_version_posted_is_neither_repeated_nor_followed_by_a_gap(
    tmp_path: Path, zone: str, old_moment: datetime, old_date: date
) -> None:
    days = {day: votes(day, 30, 20, 10) for day in working_days(MONDAY, 4)}
    async with world(tmp_path, days, now=at(TUESDAY, 0)) as here:
        feed = await here.add_feed(timezone=zone)
        await here.bot.app.cycle.ingest(old_moment)
        here.clock.at = old_moment
        await here.admin.slash(here.channel, "feed post-now")
        async with here.bot.services.database.write() as conn:
            await conn.execute(update(post_table).values(local_date=old_date))
        start = old_moment.replace(minute=0)
        for step in range(1, 24 * 4):
            await here.tick(start + step * HOUR)
        assert [row[0] for row in await planned(here, feed)][:3] == [
            day.isoformat() for day in (TUESDAY, WEDNESDAY, THURSDAY)
        ]
        later = timedelta(days=zone == "Asia/Tokyo")
        assert [row[1] for row in await planned(here, feed)][1:3] == [
            f"{day + later:%m-%d} 09:00" for day in (WEDNESDAY, THURSDAY)
        ]


async def test_many_digests_a_minute_before_midnight_all_come(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, "Flow Matching at Night")}
    async with world(tmp_path, days, dm_opens_per_day=100, dm_spread_minutes=30) as here:
        people = [here.guild.add_member(here.env.create_user(f"p{n}")) for n in range(25)]
        for person in people:
            await follower(here, person.id)
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("UPDATE subscribers SET at = '23:59'")
        for minute in range(58, 58 + 65):
            await here.tick(at(MONDAY, 23) + timedelta(minutes=minute))
        assert [len(brought(person)) for person in people] == [1] * 25


async def test_a_batch_of_one_paper_on_an_ordinary_day_waits_some_hours_for_its_rest(
    tmp_path: Path,
) -> None:
    before = [MONDAY - timedelta(days=7 - n) for n in range(5)]
    days = {day: votes(day, *range(30, 20, -1)) for day in (*before, MONDAY)}
    days[TUESDAY] = votes(TUESDAY, 9)
    async with world(tmp_path, days, now=at(MONDAY, 8)) as here:
        for day in before:
            await here.bot.app.cycle.ingest(at(day, 12))
        await here.add_feed(hour=9)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(TUESDAY, 9))
        assert len(headers(here.channel)) == 1
        assert "Waiting for the papers of Tuesday" in await listed(here)
        days[TUESDAY] = votes(TUESDAY, *range(30, 20, -1))
        await here.tick(at(TUESDAY, 10))
        assert len(headers(here.channel)) == 2
        assert "10 papers" in headers(here.channel)[1]


async def test_a_batch_that_stays_small_comes_when_nothing_more_is_expected(tmp_path: Path) -> None:
    before = [MONDAY - timedelta(days=7 - n) for n in range(5)]
    days = {day: votes(day, *range(30, 20, -1)) for day in before}
    days[MONDAY] = votes(MONDAY, 9)
    async with world(tmp_path, days, now=at(MONDAY, 8)) as here:
        for day in before:
            await here.bot.app.cycle.ingest(at(day, 12))
        await here.add_feed(hour=9)
        for hour, threads in ((9, 0), (11, 0), (12, 1)):
            await here.tick(at(MONDAY, hour))
            assert len(headers(here.channel)) == threads
