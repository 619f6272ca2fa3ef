"""The digest: once, at the person's hour, with nothing twice, whatever happens on the way."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import discord
import pytest

from storage import digests, library, subscriptions
from storage.subscriptions import Every, Mode
from tests.bot.topics import (
    FLOW,
    about,
    answer,
    brought,
    digest_of,
    dms,
    follow,
    follower,
    subscriber,
    working_days,
)
from tests.bot.world import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    World,
    at,
    votes,
    world,
)

OTHER = "Proteins at Night"


def close_messages(here: World, times: int | None = None) -> None:
    here.env.inject_error("POST", "/channels/*/messages", status=403, code=50007, times=times)


def open_messages(here: World) -> None:
    here.env.backend.faults.clear()


@pytest.mark.engines
async def test_from_the_preview_to_one_digest_at_the_local_hour(tmp_path: Path) -> None:
    days = {
        MONDAY: about(MONDAY, FLOW, OTHER),
        TUESDAY: about(TUESDAY, "More Flow Matching", OTHER),
    }
    async with world(tmp_path, days, now=at(MONDAY, 10)) as here:
        await here.tick(at(MONDAY, 10))
        await follow(here, here.member)
        await here.tick(at(MONDAY, 10, 1))
        await here.tick(at(TUESDAY, 8, 59))
        assert brought(here.member) == []
        for minute in (0, 1, 30):
            await here.tick(at(TUESDAY, 9, minute))
        (digest,) = brought(here.member)
        assert "Your papers of Tuesday 10 June 2025" in digest
        assert "More Flow Matching" in digest
        assert "flow matching: “flow matching” in the title" in digest
        assert "because you follow 1 topic" in digest
        assert FLOW not in digest  # the preview showed that one
        assert OTHER not in digest


async def test_three_zones_keep_their_hour_across_a_change_of_clocks(tmp_path: Path) -> None:
    # Europe leaves summer time on 26 October 2025; the United States a week later.
    friday, monday = date(2025, 10, 24), date(2025, 10, 27)
    days = {
        friday: about(friday, "Flow Matching One"),
        monday: about(monday, "Flow Matching Two"),
    }
    async with world(tmp_path, days, now=at(friday - timedelta(days=1), 12)) as here:
        zones = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
        people = [here.env.create_user(zone.replace("/", "-").lower()) for zone in zones]
        for person, zone in zip(people, zones, strict=True):
            await follower(here, person.id, timezone=zone)

        def counts() -> list[int]:
            return [len(brought(person)) for person in people]

        # The batch of Friday opens at 01:30 UTC: too late for Tokyo's Friday morning.
        for hour, minute, expected in (
            (0, 0, [0, 0, 0]),
            (6, 59, [0, 0, 0]),
            (7, 0, [1, 0, 0]),
            (12, 59, [1, 0, 0]),
            (13, 0, [1, 1, 0]),
        ):
            await here.tick(at(friday, hour, minute))
            assert counts() == expected
        await here.tick(at(friday + timedelta(days=1), 0))
        assert counts() == [1, 1, 1]
        for hour, minute, expected in (
            (0, 0, [1, 1, 1]),
            (7, 59, [1, 1, 1]),
            (8, 0, [2, 1, 1]),
            (12, 59, [2, 1, 1]),
            (13, 0, [2, 2, 1]),
        ):
            await here.tick(at(monday, hour, minute))
            assert counts() == expected
        await here.tick(at(monday + timedelta(days=1), 0))
        assert counts() == [2, 2, 2]


async def test_there_is_no_empty_digest(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, OTHER), TUESDAY: about(TUESDAY, OTHER)}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        for day in (MONDAY, TUESDAY, WEDNESDAY):
            await here.tick(at(day, 9))
        assert dms(here.member) == []


async def test_nothing_is_repeated_over_two_weeks_of_papers_that_come_back(tmp_path: Path) -> None:
    days = {
        day: [
            *about(day, f"Flow Matching, part {number}", upvotes=number),
            # These two come back every day.
            *about(MONDAY, "Flow Matching Forever", "Matching Flow Again", first=50),
        ]
        for number, day in enumerate(working_days(MONDAY, 10))
    }
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await follower(here, here.member.id, "matching")
        for day in days:
            for hour in (9, 15):
                await here.tick(at(day, hour))
            if day == WEDNESDAY:
                await here.restart()
        texts = brought(here.member)
        assert len(texts) == len(days)
        whole = "\n".join(texts)
        for number in range(len(days)):
            assert whole.count(f"Flow Matching, part {number}\n") <= 1
        assert whole.count("Flow Matching Forever") == 1
        assert whole.count("Matching Flow Again") == 1


async def test_closed_messages_put_the_digest_into_the_inbox_and_three_pause_them(
    tmp_path: Path,
) -> None:
    days = {day: about(day, f"Flow Matching {day:%A}") for day in (*working_days(MONDAY, 5),)}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        close_messages(here)
        for day in (MONDAY, TUESDAY, WEDNESDAY):
            await here.tick(at(day, 9))
        assert (await subscriber(here, here.member.id)).closed_at is not None
        sent = len(here.env.http_requests)
        await here.tick(at(THURSDAY, 9))
        assert len(here.env.http_requests) == sent
        assert dms(here.member) == []
        open_messages(here)

        result = await here.member.slash(here.channel, "paper inbox")
        text = answer(result)
        assert result.ephemeral
        assert [name for name in ("Monday", "Tuesday", "Thursday") if name in text]
        assert "didn't reach you" in text
        again = await here.member.slash(here.channel, "paper inbox")
        assert "didn't reach you" not in answer(again)

        await here.tick(at(FRIDAY, 9))
        (digest,) = brought(here.member)
        assert "Flow Matching Friday" in digest
        assert "Flow Matching Monday" not in digest


async def test_everybody_gets_exactly_one_after_a_restart_in_the_middle(
    tmp_path: Path, full: bool
) -> None:
    people = 500 if full else 150
    async with world(
        tmp_path,
        {MONDAY: about(MONDAY, FLOW)},
        dm_sends_per_hour=10_000,
        dm_opens_per_day=10_000,
        dm_spread_minutes=0,
        requests_per_second=50,
    ) as here:
        users = [here.env.create_user(f"reader{number}") for number in range(people)]
        for user in users:
            await follower(here, user.id)
        real = discord.abc.Messageable.send
        sent = 0

        async def dying(self: discord.abc.Messageable, *args: object, **known: object) -> object:
            nonlocal sent
            if sent >= people // 2:
                raise asyncio.CancelledError
            sent += 1
            message = await real(self, *args, **known)  # pyright: ignore[reportCallIssue, reportArgumentType]
            if sent % 10 == 0:
                raise asyncio.CancelledError  # Discord has it, and we never hear of it
            return message

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(discord.abc.Messageable, "send", dying)
            await here.tick(at(MONDAY, 9))
        await here.restart()
        for minute in range(1, 4):
            await here.tick(at(MONDAY, 9, minute))
        assert {len(brought(user)) for user in users} == {1}


async def test_a_spent_budget_makes_digests_wait_and_midnight_puts_them_into_the_inbox(
    tmp_path: Path,
) -> None:
    days = {MONDAY: about(MONDAY, FLOW)}
    async with world(tmp_path, days, dm_opens_per_day=1) as here:
        people = [here.env.create_user(f"reader{number}") for number in range(3)]
        for person in people:
            await follower(here, person.id)
        await here.tick(at(MONDAY, 9))
        assert sum(len(brought(person)) for person in people) == 1
        await here.tick(at(MONDAY, 20))
        assert sum(len(brought(person)) for person in people) == 1
        await here.tick(at(TUESDAY, 0, 1))
        states = [await digest_of(here, person.id, MONDAY) for person in people]
        assert sorted(state.state for state in states if state) == ["inbox", "inbox", "sent"]
        await here.tick(at(TUESDAY, 12))
        assert sum(len(brought(person)) for person in people) == 1


async def test_an_hours_budget_is_waited_for(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW)}
    async with world(tmp_path, days, dm_sends_per_hour=2) as here:
        people = [here.env.create_user(f"reader{number}") for number in range(5)]
        for person in people:
            await follower(here, person.id)

        def arrived() -> int:
            return sum(len(brought(person)) for person in people)

        await here.tick(at(MONDAY, 9))
        assert arrived() == 2
        status = await here.member.slash(here.channel, "paper status")
        assert "3 waiting to be sent" in answer(status)
        await here.tick(at(MONDAY, 9, 59))
        assert arrived() == 2
        await here.tick(at(MONDAY, 10))
        assert arrived() == 4
        await here.tick(at(MONDAY, 11))
        assert arrived() == 5


async def test_a_word_from_discord_stops_all_direct_messages_for_a_day(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW), TUESDAY: about(TUESDAY, "Flow Matching Two")}
    async with world(tmp_path, days) as here:
        people = [here.env.create_user(f"reader{number}") for number in range(3)]
        for person in people:
            await follower(here, person.id)
        here.env.inject_error("POST", "/users/@me/channels", status=403, code=40003, times=1)
        await here.tick(at(MONDAY, 9))
        for minute in (1, 30):
            await here.tick(at(MONDAY, 9, minute))
        early = sum(len(brought(person)) for person in people)
        status = answer(await here.member.slash(here.channel, "paper status"))
        assert "is holding back my DMs until" in status
        await here.tick(at(MONDAY, 20))
        assert sum(len(brought(person)) for person in people) == early
        await here.tick(at(TUESDAY, 9, 31))
        assert all(len(brought(person)) >= 1 for person in people)


async def test_unsubscribing_from_the_message_ends_it_also_after_a_restart(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW), TUESDAY: about(TUESDAY, "Flow Matching Two")}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        await here.restart()
        message = here.member.user.dm_channel.history()[-1]
        settings = await here.member.user.click(message, label="Settings")
        assert "Every day at 09:00" in answer(settings)
        asked = await here.member.user.click(message, label="Unsubscribe…")
        assert asked.response is not None
        topic_id = (await _topics(here))[0]
        ended = await here.member.user.select(asked.response, [str(topic_id)])
        assert "You don't follow any other topics" in answer(ended)
        await here.tick(at(TUESDAY, 9))
        assert len(brought(here.member)) == 1


async def _topics(here: World) -> list[int]:
    async with here.bot.services.database.read() as conn:
        return [
            subscription.topic.id
            for subscription in await subscriptions.of_user(conn, here.member.id)
        ]


async def test_a_new_time_zone_never_reopens_a_date(tmp_path: Path) -> None:
    days = {day: about(day, f"Flow Matching {day:%A}") for day in (MONDAY, TUESDAY, WEDNESDAY)}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id, timezone="Pacific/Auckland")
        await here.tick(at(MONDAY, 21))  # Tuesday 09:00 in Auckland: Tuesday is used
        assert len(brought(here.member)) == 1
        await here.member.slash(
            here.channel, "paper digest settings", timezone="America/Los_Angeles"
        )
        await here.tick(at(TUESDAY, 16))  # Tuesday 09:00 in Los Angeles
        assert len(brought(here.member)) == 1
        await here.tick(at(WEDNESDAY, 16))
        assert len(brought(here.member)) == 2


async def test_digest_now_takes_the_place_of_the_one_at_the_hour(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}, now=at(MONDAY, 0)) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 8))
        result = await here.member.slash(here.channel, "paper digest now")
        assert result.ephemeral
        assert FLOW in answer(result)
        assert FLOW in answer(await here.member.slash(here.channel, "paper digest now"))
        await here.tick(at(MONDAY, 9))
        assert dms(here.member) == []
        assert FLOW in answer(await here.member.slash(here.channel, "paper inbox"))


async def test_digest_now_has_what_came_after_an_empty_morning(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, OTHER)}
    async with world(tmp_path, days, now=at(MONDAY, 0)) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        nothing = await here.member.slash(here.channel, "paper digest now")
        assert "No new papers today" in answer(nothing)
        here.source.days[MONDAY] += about(MONDAY, FLOW, first=20)
        await here.tick(at(MONDAY, 12))
        assert dms(here.member) == []
        assert FLOW in answer(await here.member.slash(here.channel, "paper digest now"))
        here.clock.at = at(TUESDAY, 9)
        await here.tick(at(TUESDAY, 9))
        assert dms(here.member) == []


async def test_a_long_digest_has_pages(tmp_path: Path) -> None:
    titles = [f"Flow Matching, volume {number}" for number in range(12)]
    async with world(tmp_path, {MONDAY: about(MONDAY, *titles)}) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        (digest,) = brought(here.member)
        assert "1 to 5 of 12 papers" in digest
        message = here.member.user.dm_channel.history()[-1]
        turned = await here.member.user.click(message, label="Next →")
        assert "6 to 10 of 12 papers" in answer(turned)
        stranger = here.admin
        async with here.bot.services.database.read() as conn:
            mine = await digests.inbox(conn, stranger.id, MONDAY)
        assert mine == []


async def test_trending_brings_the_days_best_without_any_topic(tmp_path: Path) -> None:
    days = {MONDAY: votes(MONDAY, 30, 20, 10), TUESDAY: votes(TUESDAY, 9, 8)}
    async with world(tmp_path, days, now=at(MONDAY, 1)) as here:
        preview = await here.member.slash(here.channel, "paper subscribe", topic="Trending")
        assert preview.response is not None
        assert "No papers yet." in answer(preview)
        await here.member.click(preview.response, label="Subscribe")
        await here.tick(at(MONDAY, 9))
        await here.tick(at(TUESDAY, 9))
        monday, tuesday = brought(here.member)
        order = [monday.index(f"Paper number {number}") for number in (900, 901, 902)]
        assert order == sorted(order)
        assert "Paper number 1000" in tuesday
        assert "Paper number 900" not in tuesday


async def test_a_weekly_digest_comes_on_monday_with_the_most_voted_first(tmp_path: Path) -> None:
    days = {
        TUESDAY: about(TUESDAY, "Flow Matching Small", upvotes=2),
        THURSDAY: about(THURSDAY, "Matching Flow with Flow Matching", upvotes=90),
    }
    async with world(tmp_path, days, now=at(MONDAY, 12)) as here:
        await follower(here, here.member.id, every=Every.WEEK)
        for day in (TUESDAY, WEDNESDAY, THURSDAY, FRIDAY):
            await here.tick(at(day, 9))
        assert dms(here.member) == []
        await here.tick(at(MONDAY + timedelta(days=7), 9))
        (digest,) = brought(here.member)
        assert digest.index("Matching Flow with") < digest.index("Flow Matching Small")


async def test_many_digests_of_one_hour_are_spread_over_it(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW)}
    async with world(tmp_path, days, dm_opens_per_day=100, dm_spread_minutes=30) as here:
        people = [here.env.create_user(f"reader{number}") for number in range(40)]
        for person in people:
            await follower(here, person.id)
        arrived: list[int] = []
        for minute in (0, 15, 30):
            await here.tick(at(MONDAY, 9, minute))
            arrived.append(sum(len(brought(person)) for person in people))
        assert arrived[0] < 10
        assert 10 < arrived[1] < 40
        assert arrived[2] == 40


async def test_late_hours_are_not_spread_past_midnight(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW)}
    async with world(tmp_path, days, dm_opens_per_day=100, dm_spread_minutes=60) as here:
        people = [here.env.create_user(f"reader{number}") for number in range(40)]
        for person in people:
            await follower(here, person.id, hour=23)
        for minute in (0, 30, 59):
            await here.tick(at(MONDAY, 23, minute))
        assert all(len(brought(person)) == 1 for person in people)


async def test_what_somebody_saved_is_not_brought(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW, "Matching Flow Again")}
    async with world(tmp_path, days, now=at(MONDAY, 7)) as here:
        await follower(here, here.member.id, "matching")
        await here.tick(at(MONDAY, 8))
        (saved, *_) = days[MONDAY]
        async with here.bot.services.database.write() as conn:
            await library.toggle(conn, here.member.id, saved.paper.id, now=here.clock.now())
        await here.tick(at(MONDAY, 9))
        (digest,) = brought(here.member)
        assert FLOW not in digest
        assert "Matching Flow Again" in digest


async def test_while_discord_holds_messages_back_subscribing_writes_to_nobody(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follow(here, here.member)
        until = at(TUESDAY, 8)
        async with here.bot.services.database.write() as conn:
            await digests.break_until(conn, until, "too many")
        here.clock.at += timedelta(hours=1)  # or the first message would say it
        text = await follow(here, here.member, "proteins")
        assert "couldn't send you the confirmation" in text
        assert len(dms(here.member)) == 1
        async with here.bot.services.database.read() as conn:
            assert await digests.broken_until(conn, here.clock.now()) == until


async def test_the_papers_of_a_digest_can_be_saved_from_it(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        message = here.member.user.dm_channel.history()[-1]
        await here.member.user.click(message, label="Save")
        async with here.bot.services.database.read() as conn:
            saved = await library.saved_papers(conn, here.member.id)
        assert len(saved) == 1


async def test_the_topic_trending_is_not_matched_like_words(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, "Trending Topics in Graphs", OTHER)}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id, "trending", mode=Mode.TRENDING)
        await here.tick(at(MONDAY, 9))
        (digest,) = brought(here.member)
        assert OTHER in digest
