"""Roundups as an admin sets them up, changes and removes them."""

from pathlib import Path
from typing import Any

import pytest

from papers.cadence import Every
from storage import feeds
from storage.feeds import Feed, FeedState
from tests.bot.world import FRIDAY, MONDAY, World, at, text_of, votes, world
from tests.cogs.test_feed_setup import form_fields
from tests.cogs.test_feeds import answer, said

MONDAY_NEXT = "Monday 16 June 2025 at 09:00"


async def all_feeds(here: World) -> list[Feed]:
    async with here.bot.services.database.read() as conn:
        return await feeds.of_guild(conn, here.guild.id)


async def with_both(here: World) -> None:
    await said(here, "feed add", channel=here.channel, time="8", papers=5)
    await said(here, "feed add", channel=here.channel, every="week", time="9")


async def test_a_weekly_roundup_is_set_up_beside_the_daily_thread(tmp_path: Path) -> None:
    async with world(tmp_path, now=at(MONDAY, 12) + (at(FRIDAY, 0) - at(MONDAY, 0))) as here:
        await said(here, "feed add", channel=here.channel)
        text = await said(here, "feed add", channel=here.channel, every="week", time="9")
        assert "### Roundup set up" in text
        assert "roundup of the week · Every Monday at 09:00 (UTC)" in text
        assert f"Next roundup: {MONDAY_NEXT}" in text
        assert "“Best papers of 9 \u2013 13 Jun 2025”" in text
        listed = await said(here, "feed list")
        assert "10 papers a day" in listed
        assert "roundup of the week" in listed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"every": "weekdays"}, "10 papers a day, Monday to Friday at 09:00 (UTC)"),
        ({"every": "week", "weekday": 4}, "Every Friday at 09:00 (UTC)"),
        ({"weekday": 6}, "Every Sunday at 09:00 (UTC)"),
        ({"every": "month"}, "roundup of the month · On the first of each month at 09:00 (UTC)"),
    ],
)
async def test_each_cadence_says_when_it_posts(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    async with world(tmp_path) as here:
        assert words in await said(here, "feed add", channel=here.channel, time="9", **options)


@pytest.mark.parametrize(
    ("every", "words"),
    [
        ("weekdays", "already has a daily thread"),
        ("week", "already has a weekly roundup"),
        ("month", "already has a monthly roundup"),
    ],
)
async def test_a_channel_gets_each_only_once(tmp_path: Path, every: str, words: str) -> None:
    async with world(tmp_path) as here:
        for first in ("day", "week", "month"):
            await said(here, "feed add", channel=here.channel, every=first)
        assert words in await said(here, "feed add", channel=here.channel, every=every)
        assert len(await all_feeds(here)) == 3


async def test_a_day_of_the_week_belongs_to_a_weekly_roundup_only(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        text = await said(here, "feed add", channel=here.channel, every="month", weekday=2)
        assert "Only a weekly roundup takes a `weekday`" in text
        assert await all_feeds(here) == []


async def test_every_says_which_one_is_changed_and_the_days_of_a_daily_thread(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await with_both(here)
        assert "### Roundup updated" in await said(here, "feed edit", every="week", weekday=3)
        await said(here, "feed edit", every="weekdays", papers=7)
        daily, weekly = await all_feeds(here)
        assert (daily.every, daily.size, daily.at.hour) == (Every.WEEKDAYS, 7, 8)
        assert (weekly.every, weekly.weekday, weekly.size) == (Every.WEEK, 3, 10)
        assert "no such roundup yet" in await said(here, "feed edit", every="month", papers=5)


async def test_a_command_that_could_mean_both_asks_which(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await with_both(here)
        asked = await here.admin.slash(here.channel, "feed pause")
        assert asked.response is not None
        assert "has several. Which one do you mean?" in answer(asked.response)
        assert "Every Monday at 09:00" in str(asked.response.message.components)
        daily, weekly = await all_feeds(here)
        paused = await here.admin.select(asked.response, [str(weekly.id)])
        assert "### Roundup paused" in answer(paused.response)
        daily, weekly = await all_feeds(here)
        assert (daily.state, weekly.state) == (FeedState.ACTIVE, FeedState.PAUSED)


async def test_insights_and_a_channel_with_one_thread_are_as_before(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await with_both(here)
        assert "Which one" not in await said(here, "feed insights")
        other = here.guild.create_text_channel("other")
        await said(here, "feed add", channel=other)
        assert "Which one" not in await said(here, "feed settings", channel=other)


async def test_the_form_of_a_weekly_roundup_chooses_its_day(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await said(here, "feed add", channel=here.channel, every="week")
        form = await here.admin.slash(here.channel, "feed edit")
        fields = form_fields(form)
        assert set(fields) == {"hour", "weekday", "timezone", "fields", "role"}
        await here.admin.submit_modal(
            form, {"hour": "09:00", "timezone": ["UTC"], "weekday": ["5"], "fields": []}
        )
        (weekly,) = await all_feeds(here)
        assert weekly.weekday == 5


async def test_a_press_under_a_daily_thread_sets_up_its_weekly_roundup_once(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await said(here, "feed add", channel=here.channel, time="7", categories="cs.CV")
        for _ in range(2):
            shown = await here.admin.slash(here.channel, "feed settings", channel=here.channel)
            assert shown.response is not None
            if len(await all_feeds(here)) == 1:
                pressed = await here.admin.click(shown.response, label="Weekly roundup")
                assert "Every Monday at 07:00" in answer(pressed.response)
        daily, weekly = await all_feeds(here)
        assert weekly.categories == daily.categories == ("cs.CV",)


async def test_a_roundup_is_posted_now_and_removed(tmp_path: Path) -> None:
    days = {MONDAY: votes(MONDAY, 9, 8), FRIDAY: votes(FRIDAY, 7)}
    async with world(tmp_path, days, now=at(FRIDAY, 12)) as here:
        await here.tick(at(FRIDAY, 12))
        await said(here, "feed add", channel=here.channel, every="week", weekday=6)
        early = await said(here, "feed post-now")
        assert "No roundup “Best papers of 2 \u2013 6 Jun 2025”." in early
        here.clock.at = at(MONDAY, 10) + 7 * (at(FRIDAY, 0) - at(MONDAY, 0)) / 4
        now = await said(here, "feed post-now")
        assert "The roundup “Best papers of 9 \u2013 13 Jun 2025” is in" in now
        gone = await here.admin.slash(here.channel, "feed remove")
        assert gone.response is not None
        assert "### Remove this roundup?" in answer(gone.response)
        done = await here.admin.click(gone.response, label="Remove")
        assert done.response is not None
        assert "### Roundup removed" in text_of(done.response.message)
        assert await all_feeds(here) == []
