"""What a roundup brings: the week's best, what rose, what was saved and what gained code."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.runtime.charts import Charts
from bot.services.taste import LEAST_SAVERS
from papers.cadence import Every
from papers.model import Metrics, Record
from storage import library, posts
from storage.feeds import Feed, Kind, Layout
from storage.library import Via
from storage.posts import Post, PostState
from tests.bot.library_fakes import SAVE
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

DAY = timedelta(days=1)
WEEK = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
SATURDAY, SUNDAY, NEXT = (FRIDAY + n * DAY for n in (1, 2, 3))
NAME = "Best papers of 9 \u2013 13 Jun 2025"


def week() -> dict[date, list[Record]]:
    """Return five batches; Wednesday's best paper has most upvotes, 50."""
    best = {MONDAY: 40, TUESDAY: 20, WEDNESDAY: 50, THURSDAY: 30, FRIDAY: 10}
    days = {day: votes(day, most, 3, 2) for day, most in best.items()}
    return days | {NEXT: votes(NEXT, 8, 4)}


@asynccontextmanager
async def after_a_week(
    folder: Path, *, weekly: dict[str, Any] | None = None, daily: bool = True
) -> AsyncGenerator[tuple[World, Feed]]:
    """Open a world in which a channel has got a week of daily threads and awaits its roundup."""
    async with world(folder, week(), now=at(MONDAY, 8)) as here:
        if daily:
            await here.add_feed(size=3)
        feed = await here.add_feed(every=Every.WEEK, **(weekly or {}))
        for day in WEEK:
            await here.tick(at(day, 9))
        yield here, feed


async def weekend(here: World) -> None:
    """Let the bot look at its source often enough to read every batch of the week again."""
    for day in (SATURDAY, SUNDAY):
        for hour in range(0, 24, 4):
            await here.tick(at(day, hour))


def roundups(channel: simcord.ChannelHandle) -> list[str]:
    return [text for text in map(text_of, channel.history()) if "Best papers of" in text]


async def listed(here: World) -> str:
    result = await here.admin.slash(here.channel, "feed list")
    assert result.response is not None
    return text_of(result.response.message)


async def newest(here: World, feed: Feed) -> Post:
    async with here.bot.services.database.read() as conn:
        found = await posts.newest(conn, feed.id)
    assert found is not None
    return found


async def test_the_week_s_best_come_on_monday_in_a_thread_of_their_own(tmp_path: Path) -> None:
    async with after_a_week(tmp_path) as (here, _):
        await here.tick(at(NEXT, 8, 59))
        assert roundups(here.channel) == []
        await here.tick(at(NEXT, 9))
        (header,) = roundups(here.channel)
        assert NAME in header
        assert "The best 10 of 15 papers" in header
        order = [header.index(f"Paper number {n}") for n in (1100, 900, 1200, 1000, 1300)]
        assert order == sorted(order)
        (thread,) = [each for each in here.channel.threads if (each.name or "") == NAME]
        shown = [text for text in map(text_of, thread.history()) if text]
        assert len(shown) == 10
        assert "Paper number 1100" in shown[0]
        # Monday's own thread comes as ever, and what the roundup repeats is not new in it.
        assert len(headers(here.channel)) == 6
        assert "Paper number 1600" in headers(here.channel)[-1]


async def test_a_paper_of_a_daily_thread_says_when_it_was_posted_and_links_to_its_card(
    tmp_path: Path,
) -> None:
    async with after_a_week(tmp_path) as (here, _):
        await here.tick(at(NEXT, 9))
        thread = next(each for each in here.channel.threads if (each.name or "") == NAME)
        best = next(text for text in map(text_of, thread.history()) if "number 1100" in text)
        daily = next(each for each in here.channel.threads if "Wednesday" in (each.name or ""))
        card = next(each for each in daily.history() if "number 1100" in text_of(each))
        url = f"https://discord.com/channels/{here.guild.id}/{daily.id}/{card.id}"
        assert f"[Posted here on 11 June]({url})" in best


async def test_what_a_roundup_showed_still_comes_in_a_daily_thread(tmp_path: Path) -> None:
    async with after_a_week(tmp_path, daily=False) as (here, _):
        await here.tick(at(NEXT, 9))
        assert len(roundups(here.channel)) == 1
        await here.add_feed()
        late = Record(paper(1100), Metrics(400), NEXT + DAY)
        here.source.days[NEXT + DAY] = [late, *votes(NEXT + DAY, 1)]
        await here.tick(at(NEXT + DAY, 9))
        (header,) = headers(here.channel)
        assert "Paper number 1100" in header


async def test_what_rose_since_it_was_posted_is_named_with_its_upvotes_then_and_now(
    tmp_path: Path,
) -> None:
    async with after_a_week(tmp_path) as (here, _):
        here.source.days[MONDAY] = votes(MONDAY, 41, 64, 2)
        here.source.days[TUESDAY] = votes(TUESDAY, 29, 3, 2)
        await weekend(here)
        await here.tick(at(NEXT, 9))
        (header,) = roundups(here.channel)
        _, _, risen = header.partition("**Risen since they were posted**")
        first, second, *_ = risen.strip().splitlines()
        assert "Paper number 901" in first
        assert "3 → 64 upvotes" in first
        assert "discord.com/channels" in first
        assert "Paper number 1000" in second
        assert "20 → 29 upvotes" in second
        assert "Paper number 900](" not in risen  # one upvote is no rise


@pytest.mark.parametrize("savers", [LEAST_SAVERS - 1, LEAST_SAVERS])
async def test_what_members_saved_is_counted_from_five_on_and_never_says_who(
    tmp_path: Path, savers: int
) -> None:
    async with after_a_week(tmp_path) as (here, _):
        daily = next(each for each in here.channel.threads if "Wednesday" in (each.name or ""))
        card = next(each for each in daily.history() if "number 1101" in text_of(each))
        for number in range(savers):
            reader = here.guild.add_member(here.env.create_user(f"reader {number}"))
            await reader.react(card, SAVE)
        await here.tick(at(NEXT, 9))
        (header,) = roundups(here.channel)
        assert ("Saved most here" in header) == (savers == LEAST_SAVERS)
        assert "reader" not in header
        if savers == LEAST_SAVERS:
            _, _, saved = header.partition("Saved most here")
            assert "Paper number 1101" in saved
            assert "saved by 5 members" in saved


async def test_saves_that_were_made_elsewhere_or_before_do_not_count(tmp_path: Path) -> None:
    async with after_a_week(tmp_path) as (here, _):
        other = here.env.create_guild("Elsewhere", owner=here.env.create_user("owner of it"))
        channel = other.create_text_channel("papers")
        async with here.bot.services.database.write() as conn:
            for number in range(LEAST_SAVERS):
                person = here.env.create_user(f"stranger {number}")
                mine, *_ = await library.ensure(conn, person.id, at(FRIDAY, 12))
                place = library.Place(None, channel.id, other.id)
                saved = {"2506.01101": at(FRIDAY, 12)}
                await library.save(conn, person.id, mine.id, saved, via=Via.COMMAND, place=place)
        await here.tick(at(NEXT, 9))
        assert "Saved most here" not in roundups(here.channel)[0]


async def test_papers_whose_code_appeared_since_they_were_posted_link_to_it(
    tmp_path: Path,
) -> None:
    async with after_a_week(tmp_path) as (here, _):
        coded, *others = here.source.days[THURSDAY]
        address = "https://github.com/ada/engine"
        paper_now = replace(coded.paper, repository=address)
        here.source.days[THURSDAY] = [replace(coded, paper=paper_now), *others]
        await weekend(here)
        await here.tick(at(NEXT, 9))
        (header,) = roundups(here.channel)
        _, _, code = header.partition("New code")
        assert "Paper number 1200" in code
        assert f"[Code]({address})" in code


async def test_a_part_without_papers_is_left_out(tmp_path: Path) -> None:
    async with after_a_week(tmp_path) as (here, _):
        await here.tick(at(NEXT, 9))
        (header,) = roundups(here.channel)
        for heading in ("Risen since", "Saved most", "New code"):
            assert heading not in header


async def test_a_roundup_keeps_to_its_filters(tmp_path: Path) -> None:
    async with after_a_week(tmp_path, weekly={"min_votes": 30, "size": 5}) as (here, _):
        await here.tick(at(NEXT, 9))
        (header,) = roundups(here.channel)
        assert [n for n in (900, 1000, 1100, 1200, 1300) if f"number {n}]" in header] == [
            900,
            1100,
            1200,
        ]
        assert "at least 30 upvotes" in header


async def test_a_week_without_anything_posts_nothing_and_the_list_says_why(
    tmp_path: Path,
) -> None:
    async with after_a_week(tmp_path, weekly={"min_votes": 300}) as (here, feed):
        for hour in (9, 10, 23):
            await here.tick(at(NEXT, hour))
        assert roundups(here.channel) == []
        post = await newest(here, feed)
        assert post.state == PostState.EMPTY
        why = f"No roundup “{NAME}”. No paper passed the filters."
        assert why in await listed(here)
        asked = await here.member.slash(here.channel, "paper status")
        assert asked.response is not None
        status = text_of(asked.response.message)
        assert why in status
        for wrong in ("late", "Late", "couldn't", "Stopped", "failed"):
            assert wrong not in status


async def test_a_roundup_is_posted_once_whatever_is_restarted_and_edited(tmp_path: Path) -> None:
    async with after_a_week(tmp_path) as (here, _):
        await here.tick(at(NEXT, 9))
        await here.restart()
        await here.tick(at(NEXT, 9, 1))
        for day in range(1, 6):
            await here.admin.slash(
                here.channel, "feed edit", every="week", weekday=day, time=f"{8 + day}"
            )
            await here.tick(at(NEXT + day * DAY, 12))
        assert len(roundups(here.channel)) == 1


@pytest.mark.parametrize("missed", [timedelta(hours=3), timedelta(days=1), timedelta(days=3)])
async def test_a_bot_that_was_away_posts_the_roundup_when_it_is_back_and_says_it_is_late(
    tmp_path: Path, missed: timedelta
) -> None:
    async with after_a_week(tmp_path) as (here, _):
        await here.tick(at(NEXT, 9) + missed)
        (header,) = roundups(here.channel)
        assert NAME in header
        assert "is late" in header


async def test_the_roundup_waits_for_friday_s_papers_and_goes_without_them_the_next_day(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, week(), now=at(MONDAY, 8)) as here:
        await here.add_feed(every=Every.WEEK)
        for day in WEEK[:-1]:
            await here.tick(at(day, 9))
        here.source.failing = True
        for hour in (9, 12, 23):
            await here.tick(at(NEXT, hour))
        assert roundups(here.channel) == []
        said = await listed(here)
        assert "Waiting for the papers of Friday 13 June 2025" in said
        await here.tick(at(NEXT + DAY, 9))
        (header,) = roundups(here.channel)
        assert "of 12 papers" in header


async def test_a_month_s_roundup_comes_on_the_first_and_is_of_the_month_before(
    tmp_path: Path,
) -> None:
    first = date(2025, 7, 1)
    async with world(tmp_path, week() | {first - DAY: votes(first - DAY, 9)}) as here:
        await here.add_feed(every=Every.MONTH)
        for day in (*WEEK, first - DAY):
            await here.tick(at(day, 9))
        assert roundups(here.channel) == []
        await here.tick(at(first, 9))
        (header,) = roundups(here.channel)
        assert "Best papers of June 2025" in header
        assert "The best 10 of 16 papers" in header


async def test_a_feed_of_weekdays_rests_at_weekends_and_brings_friday_s_papers_on_monday(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, week(), now=at(WEDNESDAY, 8)) as here:
        await here.add_feed(timezone="Asia/Tokyo", every=Every.WEEKDAYS)
        moment = at(THURSDAY, 0)
        while moment < at(NEXT, 0):
            await here.tick(moment)
            moment += timedelta(hours=3)
        days = [text.splitlines()[0] for text in headers(here.channel)]
        assert [day.split()[4] for day in days] == ["Wednesday", "Thursday"]  # on Saturday none
        await here.tick(at(NEXT, 0, 1))
        assert "Friday 13 June" in headers(here.channel)[-1]
        assert len(headers(here.channel)) == 3
        assert cards(here.channel)


async def test_a_changed_weekday_leaves_no_day_out_and_brings_none_twice(tmp_path: Path) -> None:
    async with after_a_week(tmp_path, daily=False) as (here, _):
        await here.tick(at(NEXT, 9))
        # From Monday to Wednesday: this week's Wednesday would repeat last week's papers.
        await here.admin.slash(here.channel, "feed edit", weekday=2)
        days = [NEXT + n * DAY for n in range(11)]
        for day in days:
            if day.weekday() < 5:
                here.source.days[day] = votes(day, 20 + day.day, 4)
            await here.tick(at(day, 9))
        first, second = roundups(here.channel)
        assert NAME in first
        assert "Best papers of 16 \u2013 23 Jun 2025" in second
        assert "Paper number 1600" in second
        assert "Paper number 1300" not in second


THREE = (("Agents", "robots"), ("agents", "speech"), ("speech", "robots", "$x^2$"))


def with_topics(about: Sequence[tuple[str, ...]] = THREE) -> dict[date, list[Record]]:
    """Return the week with keywords on its papers."""
    return {
        day: [
            replace(each, paper=replace(each.paper, keywords=about[number % 3]))
            for number, each in enumerate(records)
        ]
        for day, records in week().items()
    }


async def after_topics(here: World, **known: Any) -> Any:
    """Give the channel its roundup of a week with topics, and return the header's message."""
    await here.add_feed(every=Every.WEEK, **known)
    for day in WEEK:
        await here.tick(at(day, 9))
    await here.tick(at(NEXT, 9))
    (header,) = [each for each in here.channel.history() if "Best papers of" in text_of(each)]
    return header


def pictures_of(message: Any) -> list[str]:
    """Return what a message says of its pictures to those who cannot see them."""
    parts = (child for each in message.components for child in getattr(each, "children", ()))
    galleries = (child for child in parts if isinstance(child, discord.MediaGalleryComponent))
    return [item.description or "" for gallery in galleries for item in gallery.items]


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_picture_shows_the_topics_where_files_are_allowed(
    tmp_path: Path, allowed: bool
) -> None:
    async with world(tmp_path, with_topics(), now=at(MONDAY, 8)) as here:
        me = here.guild.me
        assert me is not None
        rights = discord.PermissionOverwrite(attach_files=allowed)
        here.channel = here.guild.create_text_channel("weekly", overwrites={me: rights})
        header = await after_topics(here)
        assert len(header.attachments) == allowed
        alt = "Bar chart of what the papers are about: agents 10, robots 10, speech 10"
        assert pictures_of(header) == ([alt] if allowed else [])
        if allowed:
            preview = await here.admin.slash(here.channel, "feed preview")
            assert preview.response is not None
            seen = [preview.response.message, *(each.message for each in preview.followups)]
            assert sum(len(message.attachments) for message in seen) == 1


async def test_an_acronym_counts_as_what_it_stands_for(tmp_path: Path) -> None:
    about = (
        ("LLMs", "robots"),
        ("large language models", "speech", "LLMs"),
        ("large language models", "speech", "robots"),
    )
    async with world(tmp_path, with_topics(about), now=at(MONDAY, 8)) as here:
        header = await after_topics(here)
        (alt,) = pictures_of(header)
        assert alt.endswith(": large language models 15, robots 10, speech 10")
        assert "**Most frequent topics, by number of papers**" in text_of(header)


async def test_a_picture_that_cannot_be_drawn_keeps_no_roundup_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr(Charts, "ranked", nothing)
    async with world(tmp_path, with_topics(), now=at(MONDAY, 8)) as here:
        header = await after_topics(here)
        assert header.attachments == []
        assert pictures_of(header) == []


async def test_a_roundup_in_a_forum_is_one_post_with_its_overview(tmp_path: Path) -> None:
    async with world(tmp_path, week(), now=at(MONDAY, 8)) as here:
        forum = here.guild.create_forum_channel("best-papers")
        await here.add_feed(forum, every=Every.WEEK, kind=Kind.FORUM, layout=Layout.PAPER)
        for day in WEEK:
            await here.tick(at(day, 9))
        await here.tick(at(NEXT, 9))
        (post,) = forum.threads
        assert post.name == NAME
        assert NAME in text_of(post.history()[0])
        assert len(post.history()) == 11
        said = await listed(here)
        assert "one post per paper" not in said
        assert "Posts get the forum's tags that fit." in said


async def test_the_votes_of_a_week_are_read_again_only_while_a_roundup_is_posted(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, week(), now=at(MONDAY, 8)) as here:
        for day in WEEK:
            await here.tick(at(day, 9))
        here.source.asked.clear()
        await here.tick(at(SATURDAY, 9))
        assert set(here.source.asked) == {WEDNESDAY, THURSDAY, FRIDAY}
        await here.add_feed(every=Every.WEEK)
        here.source.asked.clear()
        for hour in range(10, 18, 2):
            await here.tick(at(SATURDAY, hour))
        assert here.source.asked.count(MONDAY) == here.source.asked.count(TUESDAY) == 1
        await here.tick(at(SUNDAY, 14))
        assert here.source.asked.count(MONDAY) == 2
