"""`/feed insights`: what members saved, and what other settings would have done."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import simcord
from sqlalchemy import insert, literal, null, select, update

from papers.model import Metrics, Record
from storage.tables import post_papers, posts
from tests.bot.library_fakes import SAVE, answer, said
from tests.bot.topics import working_days
from tests.bot.world import MONDAY, TUESDAY, WEDNESDAY, World, at, paper, text_of, votes, world

DAYS = (MONDAY, TUESDAY, WEDNESDAY)


@asynccontextmanager
async def threads(
    folder: Path, days: Sequence[date] = DAYS, *, size: int = 4, **known: Any
) -> AsyncGenerator[World]:
    """Open a world with a thread on each day."""
    batches = {day: votes(day, 30, 20, 10, 2, 1) for day in days}
    async with world(folder, batches) as here:
        await here.add_feed(size=size, **known)
        for day in days:
            await here.tick(at(day, 9))
        yield here


def card(here: World, thread: int, place: int) -> Any:
    """Return a card of a thread, both counted from 0."""
    found = sorted(here.channel.threads, key=lambda each: each.id)[thread]
    return [message for message in found.history() if text_of(message)][place]


async def save(here: World, people: int, *places: tuple[int, int]) -> list[simcord.MemberActor]:
    """Let some members save cards."""
    some = [here.guild.add_member(here.env.create_user(f"reader {n}")) for n in range(people)]
    for person in some:
        for thread, place in places:
            await person.react(card(here, thread, place), SAVE)
    return some


async def insights(here: World) -> str:
    return said(await here.admin.slash(here.channel, "feed insights"))


async def test_saves_and_members_are_counted_for_each_thread(tmp_path: Path) -> None:
    async with threads(tmp_path) as here:
        await save(here, 4, (0, 0), (1, 0), (2, 0))
        await here.member.react(card(here, 0, 1), SAVE)
        text = await insights(here)
        assert "3 threads, 12 papers\n13 saves, 5 members\n8 papers that no one saved" in text
        assert text.index("11 Jun 2025") < text.index("9 Jun 2025")
        assert "): 2 of 4 papers saved, 5 saves, 5 members" in text
        assert "1 of 4 papers saved, 4 saves, 4 members" in text


async def test_what_stricter_settings_would_have_done_is_computed_from_the_threads(
    tmp_path: Path,
) -> None:
    async with threads(tmp_path) as here:
        await save(here, 4, (0, 0), (1, 0), (2, 0))
        await here.member.react(card(here, 0, 1), SAVE)
        text = await insights(here)
        assert (
            "With `min_votes: 30`, threads would have been 75% shorter and kept 92% of what was"
            " saved." in text
        )
        assert "With `papers: 3`, threads would have been 25% shorter and kept 100%" in text
        assert "known for" not in text


async def test_upvotes_are_those_of_the_time(tmp_path: Path) -> None:
    async with threads(tmp_path) as here:
        await save(here, 4, (0, 0), (1, 0), (2, 0))
        before = await insights(here)
        for day in DAYS:
            here.source.days[day] = votes(day, 1, 90, 90, 90, 90)
        await here.tick(at(WEDNESDAY, 12))
        assert "`min_votes: 30`" in before
        assert await insights(here) == before


async def test_threads_without_noted_upvotes_are_left_out_and_said_so(tmp_path: Path) -> None:
    async with threads(tmp_path) as here:
        await save(here, 4, (0, 0), (1, 0), (2, 0))
        async with here.bot.services.database.write() as conn:
            old = update(posts).where(posts.c.batch_day == MONDAY)
            await conn.execute(old.values(rest=null()))
        text = await insights(here)
        assert "The upvotes of the time are known for 2 of 3 threads." in text
        assert "`min_votes: 30`" in text


async def test_settings_that_fit_are_left_as_they_are(tmp_path: Path) -> None:
    async with threads(tmp_path, size=3) as here:
        await save(here, 2, *((thread, place) for thread in range(3) for place in range(3)))
        text = await insights(here)
        assert "No stricter setting would have kept most of what was saved." in text
        assert "0 papers that no one saved" in text


async def test_a_topic_that_brings_little_that_is_saved_is_named(tmp_path: Path) -> None:
    titles = ["Walking robots", "Robots at home", "Protein folding", "Folding enzymes"]
    batch = [Record(paper(n, title), Metrics(9), MONDAY) for n, title in enumerate(titles)]
    async with world(tmp_path, {MONDAY: batch}) as here:
        await here.add_feed(topics=("robots", "folding"))
        await here.tick(at(MONDAY, 9))
        (thread,) = here.channel.threads
        robots = [m for m in thread.history() if "obots" in text_of(m)]
        for number in range(5):
            person = here.guild.add_member(here.env.create_user(f"reader {number}"))
            for message in robots:
                await person.react(message, SAVE)
        text = await insights(here)
        assert "Without *folding*, threads would have been 50% shorter and kept 100%" in text


async def test_topics_of_what_was_saved_are_proposed(tmp_path: Path) -> None:
    batch = [
        Record(paper(n, title, keywords=(word,)), Metrics(9), MONDAY)
        for n, (title, word) in enumerate(
            [
                ("Walking robots", "robots"),
                ("Robots at home", "robots"),
                ("Protein folding", "biology"),
                ("Tax law", "law"),
            ]
        )
    ]
    async with world(tmp_path, {MONDAY: batch}) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        (thread,) = here.channel.threads
        robots = [m for m in thread.history() if "obots" in text_of(m)]
        for number in range(5):
            person = here.guild.add_member(here.env.create_user(f"reader {number}"))
            for message in robots:
                await person.react(message, SAVE)
        text = await insights(here)
        assert "With `topics:` *robots*, threads would have been 50% shorter and kept 100%" in text


async def test_without_threads_or_saves_it_says_what_would_be_here(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        text = await insights(here)
        assert "got no thread in the last four weeks" in text
        assert "feed list" in text
        await here.tick(at(MONDAY, 9))
        text = await insights(here)
        assert "1 thread, 3 papers\n3 papers that no one saved" in text
        assert "Members save a paper by reacting to its card with 🔖." in text
        assert "0 of 3 papers saved" in text
        await here.member.react(card(here, 0, 0), SAVE)
        text = await insights(here)
        assert "1 save, 1 member" in text
        assert "once there are 10 saves" in text


async def test_saves_elsewhere_and_of_who_opted_out_do_not_count(tmp_path: Path) -> None:
    async with threads(tmp_path, [MONDAY]) as here:
        (reader,) = await save(here, 1, (0, 0))
        shown = await here.member.slash(here.channel, "paper show", id_or_link="2506.00901")
        await here.member.click(answer(shown), label="Save")
        assert "Paper number 901" in said(await here.member.slash(here.channel, "library show"))
        assert "1 save, 1 member" in await insights(here)
        await reader.slash(here.channel, "privacy settings", count_my_saves=False)
        assert "4 papers that no one saved" in await insights(here)


async def test_threads_of_more_than_four_weeks_ago_are_left_out(tmp_path: Path) -> None:
    async with threads(tmp_path, [MONDAY]) as here:
        here.clock.at = at(MONDAY + timedelta(days=28), 12)
        assert "1 thread" in await insights(here)
        here.clock.at = at(MONDAY + timedelta(days=29), 12)
        assert "got no thread" in await insights(here)


async def test_more_than_ten_threads_take_pages(tmp_path: Path) -> None:
    async with threads(tmp_path, [MONDAY]) as here:
        days = list(working_days(MONDAY, 11))
        async with here.bot.services.database.write() as conn:
            for day in days[1:]:
                post = {"feed_id": 1, "guild_id": here.guild.id, "channel_id": here.channel.id}
                post |= {"batch_day": day, "state": "done", "planned_at": at(day, 9)}
                await conn.execute(insert(posts).values(**post))
            shown = select(posts.c.id, literal(0), literal("2506.00900"), posts.c.id + 1)
            columns = ["post_id", "position", "paper_id", "message_id"]
            later = shown.where(posts.c.batch_day > MONDAY)
            await conn.execute(insert(post_papers).from_select(columns, later))
        here.clock.at = at(days[-1], 12)
        result = await here.admin.slash(here.channel, "feed insights")
        assert "11 threads" in said(result)
        assert "[9 Jun 2025]" not in said(result)
        await here.admin.click(answer(result), label="Next →")
        assert "[9 Jun 2025]" in said(result)
        assert "11 threads" not in said(result)


async def test_the_button_of_a_thread_shows_its_insights(tmp_path: Path) -> None:
    async with threads(tmp_path, [MONDAY]) as here:
        listed = await here.admin.slash(here.channel, "feed list")
        pressed = await here.admin.click(answer(listed), label="Insights")
        assert "1 thread, 4 papers" in said(pressed)
