"""`/paper trending`, as a reader meets it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.bot.topics import follow
from tests.bot.world import FRIDAY, MONDAY, TUESDAY, at, votes, world
from tests.cogs.test_feeds import answer

ONE_DAY = timedelta(days=1)
DAYS = {MONDAY: votes(MONDAY, *range(40, 10, -1)), TUESDAY: votes(TUESDAY, 50, 5)}


async def test_the_newest_batch_is_shown_best_first(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.tick(at(TUESDAY, 9))
        result = await here.member.slash(here.channel, "paper trending")
        text = answer(result.response)
        assert result.response is not None
        assert result.response.ephemeral
        assert "Trending: Tuesday 10 June 2025" in text
        assert text.index("Paper number 1000") < text.index("Paper number 1001")


JUNE_WEEK = "9 \N{EN DASH} 13 Jun 2025"


async def test_a_list_is_turned_page_by_page_also_after_a_restart(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.tick(at(TUESDAY, 9))
        result = await here.member.slash(
            here.channel, "paper trending", date="2025-06-09", public=True
        )
        assert "page 1 of 3" in answer(result.response)
        assert result.response is not None
        await here.restart()
        await here.member.click(result.response, label="Next →")
        assert "page 2 of 3" in answer(result.response)
        assert "**11.**" in answer(result.response)


async def test_a_week_joins_its_days_and_a_month_its_weeks(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.tick(at(TUESDAY, 9))
        result = await here.member.slash(here.channel, "paper trending", period="week")
        assert JUNE_WEEK in answer(result.response)
        assert result.response is not None
        assert "32 papers" in answer(result.response)
        await here.member.click(result.response, label="Show the month")
        assert "June 2025" in answer(result.response)


async def test_days_that_cannot_be_are_named(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        nothing = await here.member.slash(here.channel, "paper trending")
        assert "no papers yet" in answer(nothing.response)
        await here.tick(at(TUESDAY, 9))
        for day, complaint in (
            (
                "noonish",
                "I couldn't read “noonish” as a date. Try 2025-06-09, 9 June or yesterday.",
            ),
            ("03/04/2025", "Write 2025-04-03 or 2025-03-04"),
            ("2025", "Pick a day, a week or a month, e.g. January 2025."),
            ("tomorrow", "Wednesday 11 June 2025 is in the future"),
            ("2031-01-01", "is in the future"),
            ("2025-03-03", "No papers for Monday 3 March 2025"),
            ("March 2025", "No papers for March 2025"),
            ("2025-W10", "No papers for 3 \N{EN DASH} 7 Mar 2025"),
        ):
            result = await here.member.slash(here.channel, "paper trending", date=day)
            assert complaint in answer(result.response)


async def test_a_weekend_says_which_day_is_shown_and_why(tmp_path: Path) -> None:
    days = {FRIDAY: votes(FRIDAY, *range(20)), **DAYS}
    async with world(tmp_path, days, now=at(FRIDAY + 3 * ONE_DAY, 9)) as here:
        await here.tick(at(FRIDAY, 9))
        await here.tick(at(FRIDAY + 3 * ONE_DAY, 9))
        why = "No papers come out on weekends (Sunday 15 June 2025)."
        seen = await here.member.slash(here.channel, "paper trending", date="2025-06-15")
        text = answer(seen.response)
        assert "Trending: Friday 13 June 2025" in text
        assert f"{why} Showing Friday 13 June 2025." in text
        assert seen.response is not None
        await here.member.click(seen.response, label="Next →")
        assert "weekend" not in answer(seen.response)
        week = await here.member.slash(
            here.channel, "paper trending", date="2025-06-15", period="week"
        )
        assert "weekend" not in answer(week.response)
        unknown = await here.member.slash(here.channel, "paper trending", date="2025-03-02")
        assert "on weekends (Sunday 2 March 2025)" in answer(unknown.response)
        assert "No papers for Friday 28 February 2025" in answer(unknown.response)


async def test_week_53_has_a_name(tmp_path: Path) -> None:
    day = date(2026, 12, 31)
    async with world(tmp_path, {day: votes(day, 5)}, now=at(day, 9)) as here:
        await here.tick(at(day, 9))
        result = await here.member.slash(here.channel, "paper trending", period="week")
        assert "28 Dec 2026 \N{EN DASH} 1 Jan 2027" in answer(result.response)


@pytest.mark.parametrize("period", ["day", "week", "month"])
async def test_a_day_before_the_first_batch_or_after_today_is_answered_in_words(
    tmp_path: Path, period: str
) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.tick(at(TUESDAY, 9))
        for day, words in (
            ("0001-01-01", "begin on Thursday 4 May 2023"),
            ("2023-05-03", "begin on Thursday 4 May 2023"),
            ("2025-06-11", "is in the future"),
            ("9999-12-31", "is in the future"),
        ):
            result = await here.member.slash(
                here.channel, "paper trending", date=day, period=period
            )
            assert words in answer(result.response)


async def test_what_people_ask_of_other_days_leaves_the_threads_own_prior(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.add_feed()
        await here.tick(at(TUESDAY, 9))
        drafter = here.bot.services.ranking
        async with here.bot.services.database.read() as conn:
            ours = await drafter.prior(conn, TUESDAY)
            for number in range(1, 20):
                await drafter.prior_asked_for(conn, TUESDAY - timedelta(days=number))
            assert await drafter.prior(conn, TUESDAY) is ours
            assert await drafter.prior_asked_for(conn, TUESDAY) is ours


async def test_a_date_is_a_day_a_week_or_a_month_as_people_write_it(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.tick(at(TUESDAY, 9))
        for typed, heading in (
            ("yesterday", "Trending: Monday 9 June 2025"),
            ("today", "Trending: Tuesday 10 June 2025"),
            ("monday", "Trending: Monday 9 June 2025"),
            ("9 June", "Trending: Monday 9 June 2025"),
            ("10.06.2025", "Trending: Tuesday 10 June 2025"),
            ("this week", f"Trending: {JUNE_WEEK}"),
            ("June 2025", "Trending: June 2025"),
            ("2025-06", "Trending: June 2025"),
        ):
            result = await here.member.slash(here.channel, "paper trending", date=typed)
            assert heading in answer(result.response), typed
        named = await here.member.slash(
            here.channel, "paper trending", date="9 June", period="month"
        )
        assert "Trending: June 2025" in answer(named.response)


async def test_typing_a_date_offers_what_it_can_mean_and_days_with_a_batch(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.tick(at(TUESDAY, 9))

        async def offered(typed: str) -> list[str]:
            found = await here.member.autocomplete(here.channel, "paper trending", "date", typed)
            return [str(choice["value"]) for choice in found]

        assert await offered("") == ["2025-06-10", "2025-06-09"]
        assert await offered("yesterday") == ["2025-06-09"]
        assert await offered("june") == ["2025-06", "2025-06-10", "2025-06-09"]
        assert await offered("last week") == ["2025-W23"]
        assert await offered("03/04/2025") == ["2025-04-03", "2025-03-04"]
        assert await offered("tues") == ["2025-06-10"]
        assert await offered("noonish") == []
        assert await offered("9999-12") == []


async def test_today_is_the_persons_own_date_and_no_batch_that_has_not_come(
    tmp_path: Path,
) -> None:
    late = at(TUESDAY, 3)  # 23:00 on Monday in New York: Tuesday's batch has opened
    async with world(tmp_path, DAYS, now=late) as here:
        await here.tick(late)
        seen = await here.member.slash(here.channel, "paper trending", date="today")
        assert "Tuesday 10 June 2025" in answer(seen.response)
        await follow(here, here.member)
        for zone, day in (("Los Angeles", "Monday 9"), ("Auckland", "Tuesday 10")):
            await here.member.slash(here.channel, "paper digest settings", timezone=zone)
            seen = await here.member.slash(here.channel, "paper trending", date="today")
            assert f"{day} June 2025" in answer(seen.response)
