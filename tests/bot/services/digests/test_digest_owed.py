"""What a digest owes its reader: all that was matched since the last, once, while wanted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import digests, subscriptions
from storage.subscriptions import Every, Mode
from tests.bot.topics import (
    FLOW,
    about,
    answer,
    brought,
    digest_of,
    dms,
    follower,
    subscriber,
    working_days,
)
from tests.bot.world import MONDAY, TUESDAY, WEDNESDAY, World, at, votes, world

WEEK = timedelta(days=7)


def one_a_day(count: int) -> dict[date, list[str]]:
    return {day: [f"Flow Matching of {day}"] for day in working_days(MONDAY, count)}


async def live(
    here: World, days: int, meanwhile: Callable[[date], object] | None = None, *, away: str = ""
) -> None:
    """Let days pass from Tuesday on, with the bot away on those that are named."""
    for number in range(1, days):
        day = MONDAY + timedelta(days=number)
        if meanwhile is not None:
            await meanwhile(day)  # pyright: ignore[reportGeneralTypeIssues]
        if str(day) not in away.split():
            for hour in (7, 9):
                await here.tick(at(day, hour))


async def papers_brought(here: World, user_id: int) -> list[str]:
    """Return the titles of all papers that a person's digests brought, in order."""
    async with here.bot.services.database.read() as conn:
        rows = await conn.scalars(
            text(
                "SELECT p.title FROM digest_papers d JOIN digests g ON g.id = d.digest_id"
                " JOIN papers p ON p.id = d.paper_id WHERE g.user_id = :user_id"
                " ORDER BY g.local_date, d.position"
            ),
            {"user_id": user_id},
        )
        return list(rows)


async def unsubscribe_all(conn: AsyncConnection, user_id: int) -> None:
    for followed in await subscriptions.of_user(conn, user_id):
        await subscriptions.unsubscribe(conn, user_id, followed.topic.id)


def ready(titles: dict[date, list[str]]) -> dict[date, list[object]]:
    return {day: [*about(day, *named)] for day, named in titles.items()}


async def test_what_does_not_fit_is_counted_and_stands_behind_a_button(tmp_path: Path) -> None:
    days = {day: [f"Flow Matching {day} {n}" for n in range(8)] for day in working_days(TUESDAY, 5)}
    async with world(tmp_path, ready(days), now=at(MONDAY, 12)) as here:  # pyright: ignore[reportArgumentType]
        await follower(here, here.member.id, every=Every.WEEK)
        await live(here, 8)
        (digest,) = brought(here.member)
        assert "1 to 5 of 25 papers" in digest
        assert "15 more papers" in digest
        message = here.member.user.dm_channel.history()[-1]

        await here.restart()
        more = await here.member.user.click(message, label="Show 15 more")
        assert more.ephemeral
        assert "1 to 5 of 15 papers" in answer(more)
        assert more.response is not None
        turned = await here.member.user.click(more.response, label="Next →")
        assert "6 to 10 of 15 papers" in answer(turned)
        last = await here.member.user.click(more.response, label="Next →")
        assert "11 to 15 of 15 papers" in answer(last)

        got = await papers_brought(here, here.member.id)
        assert sorted(got) == sorted(title for named in days.values() for title in named)
        inbox = await here.member.slash(here.channel, "paper inbox")
        assert "of 40 papers" in answer(inbox)
        await live(here, 16)
        assert len(brought(here.member)) == 1


async def test_a_digest_that_is_asked_for_says_how_many_more_there_are(tmp_path: Path) -> None:
    titles = [f"Flow Matching no {n}" for n in range(30)]
    async with world(tmp_path, {MONDAY: about(MONDAY, *titles)}) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 8))
        shown = await here.member.slash(here.channel, "paper digest now")
        assert "5 more papers" in answer(shown)
        assert shown.response is not None
        more = await here.member.click(shown.response, label="Show 5 more")
        assert "1 to 5 of 5 papers" in answer(more)


@pytest.mark.parametrize("every", list(Every))
async def test_a_day_on_which_the_bot_was_away_costs_no_paper(tmp_path: Path, every: Every) -> None:
    days = one_a_day(15)
    async with world(tmp_path, ready(days)) as here:  # pyright: ignore[reportArgumentType]
        await follower(here, here.member.id, every=every)
        await here.tick(at(MONDAY, 9))
        await live(here, 29, away=f"{MONDAY + WEEK} {MONDAY + 2 * WEEK}")
        got = await papers_brought(here, here.member.id)
        assert sorted(got) == sorted(title for named in days.values() for title in named)
        assert len(got) == len(set(got))


async def test_after_quiet_weeks_everything_of_them_comes_at_once(tmp_path: Path) -> None:
    days = one_a_day(20)
    async with world(tmp_path, ready(days)) as here:  # pyright: ignore[reportArgumentType]
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        mine = await subscriber(here, here.member.id)
        loud = MONDAY + 3 * WEEK
        async with here.bot.services.database.write() as conn:
            await subscriptions.change_settings(conn, replace(mine, quiet_until=loud))
        await live(here, 21)
        assert len(brought(here.member)) == 1
        await live(here, 30)
        assert "of 15 papers" in brought(here.member)[1]
        got = await papers_brought(here, here.member.id)
        assert sorted(got) == sorted(title for named in days.values() for title in named)


async def test_what_a_paused_topic_matched_comes_once_it_is_resumed(tmp_path: Path) -> None:
    days = one_a_day(15)
    async with world(tmp_path, ready(days)) as here:  # pyright: ignore[reportArgumentType]
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        async with here.bot.services.database.read() as conn:
            (mine,) = await subscriptions.of_user(conn, here.member.id)

        async def pause(day: date) -> None:
            if day in (TUESDAY, MONDAY + 2 * WEEK):
                async with here.bot.services.database.write() as conn:
                    await subscriptions.set_paused(
                        conn, here.member.id, mine.topic.id, paused=day == TUESDAY
                    )

        await live(here, 22, pause)
        got = await papers_brought(here, here.member.id)
        assert sorted(got) == sorted(title for named in days.values() for title in named)
        assert len(brought(here.member)) == 1 + 5


async def test_a_changed_rhythm_neither_loses_nor_repeats_a_paper(tmp_path: Path) -> None:
    days = one_a_day(20)
    rhythms = [Every.WEEK, Every.DAY, Every.WEEKDAYS, Every.WEEK]
    async with world(tmp_path, ready(days)) as here:  # pyright: ignore[reportArgumentType]
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))

        async def change(day: date) -> None:
            if day.weekday() == 2 and rhythms:
                wanted = replace(await subscriber(here, here.member.id), every=rhythms.pop(0))
                async with here.bot.services.database.write() as conn:
                    await subscriptions.change_settings(conn, wanted)

        await live(here, 36, change)
        got = await papers_brought(here, here.member.id)
        assert sorted(got) == sorted(title for named in days.values() for title in named)


async def test_a_new_reader_of_an_old_topic_gets_only_what_comes_from_then_on(
    tmp_path: Path,
) -> None:
    days = one_a_day(5)
    async with world(tmp_path, ready(days)) as here:  # pyright: ignore[reportArgumentType]
        await follower(here, here.admin.id)
        for day in (MONDAY, TUESDAY):
            await here.tick(at(day, 9))
        here.clock.at = at(TUESDAY, 12)
        await follower(here, here.member.id)
        await here.tick(at(WEDNESDAY, 9))
        assert await papers_brought(here, here.member.id) == days[WEDNESDAY]


async def test_trending_brings_each_batchs_best_once_and_nothing_at_the_weekend(
    tmp_path: Path,
) -> None:
    days = {day: votes(day, *range(90, 30, -1)) for day in working_days(MONDAY, 10)}
    missed = MONDAY + timedelta(days=8)
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id, "trending", mode=Mode.TRENDING)
        await here.tick(at(MONDAY, 9))
        await live(here, 11, away=str(missed))
        heads = [each.partition("\n")[0] for each in brought(here.member)]
        assert [head.split("Your papers of ")[1].split()[0] for head in heads] == [
            *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
            *("Monday", "Wednesday", "Thursday"),
        ]
        # Wednesday has the best of the missed Tuesday, too.
        numbers = {title.split()[-1][:-2] for title in await papers_brought(here, here.member.id)}
        assert numbers == {str(day.day) for day in (*days,)[:9]}


async def break_off(here: World) -> None:
    """Let Monday's digest wait: Discord does not take it."""
    await here.tick(at(MONDAY, 8))
    here.env.inject_error("POST", "/channels/*/messages", status=503, code=0, times=8)
    await here.tick(at(MONDAY, 9))
    here.env.backend.faults.clear()
    waiting = await digest_of(here, here.member.id, MONDAY)
    assert waiting is not None
    assert waiting.state in digests.UNFINISHED


async def test_a_waiting_digest_is_not_sent_to_who_follows_nothing_any_more(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        await break_off(here)
        async with here.bot.services.database.write() as conn:
            await unsubscribe_all(conn, here.member.id)
        await here.tick(at(MONDAY, 9, 10))
        assert dms(here.member) == []
        assert await digest_of(here, here.member.id, MONDAY) is None
        empty = answer(await here.member.slash(here.channel, "paper inbox"))
        assert "Your inbox is empty" in empty


async def test_a_waiting_digest_comes_after_the_quiet_that_its_reader_asked_for(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        await break_off(here)
        await here.member.slash(here.channel, "paper digest settings", quiet_until=str(WEDNESDAY))
        for moment in (at(MONDAY, 9, 10), at(TUESDAY, 9)):
            await here.tick(moment)
        assert dms(here.member) == []
        await here.tick(at(WEDNESDAY, 9))
        assert FLOW in brought(here.member)[0]


async def test_a_digest_that_was_never_tried_forgets_a_topic_that_has_ended(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW)}
    async with world(tmp_path, days, dm_sends_per_hour=1) as here:
        await follower(here, here.admin.id)
        await follower(here, here.member.id, hour=10)
        await follower(here, here.member.id, "proteins", hour=10)
        days[MONDAY] += about(MONDAY, "Proteins at Night", first=9)
        await here.tick(at(MONDAY, 9, 30))  # takes the only direct message of this hour
        await here.tick(at(MONDAY, 10))
        waiting = await digest_of(here, here.member.id, MONDAY)
        assert waiting is not None
        assert waiting.state == digests.PLANNED
        assert len(await papers_brought(here, here.member.id)) == 2
        result = await here.member.slash(here.channel, "paper unsubscribe", topic="proteins")
        assert "You follow 1 other topic" in answer(result)
        for minute in (30, 31):
            await here.tick(at(MONDAY, 10, minute))
        assert len(brought(here.member)) == 1
        assert await papers_brought(here, here.member.id) == [FLOW]


async def test_a_digest_that_had_arrived_unrecorded_is_known_though_its_reader_left(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("UPDATE digests SET state = 'sending', message_id = NULL")
            await unsubscribe_all(conn, here.member.id)
        await here.tick(at(MONDAY, 9, 10))
        assert len(brought(here.member)) == 1
        digest = await digest_of(here, here.member.id, MONDAY)
        assert digest is not None
        assert digest.state == digests.SENT
        assert digest.message_id is not None
