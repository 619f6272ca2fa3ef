"""News about saved papers: found once, brought once, to those who want it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.services.digests import MoreEntry
from papers.model import Record
from storage import news as news_store
from storage.tables import news, person_news
from tests.bot.library_fakes import card, change_paper, posted, slash
from tests.bot.topics import about, answer, brought, digest_of, dms, follower
from tests.bot.world import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    World,
    at,
    paper,
    text_of,
    votes,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SECTION = "News on papers you saved"
CODE = "https://github.com/ada/nine"


async def saved(here: World, *people: Any) -> None:
    """Save Monday's best paper, and let the source say what it knows of it."""
    for person in people or (here.member,):
        await person.click(card(here), label="Save")
    await here.tick(here.clock.at + MINUTE)


def get_code(here: World) -> None:
    change_paper(here, stars=240, repository=CODE)


async def inbox(here: World, person: Any = None) -> str:
    return answer(await (person or here.member).slash(here.channel, "paper inbox"))


async def rows(here: World, table: Any) -> int:
    async with here.bot.services.database.read() as conn:
        return await conn.scalar(select(func.count()).select_from(table)) or 0


async def test_a_saved_paper_gets_code_and_the_next_digest_says_so_once(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        await here.tick(at(TUESDAY, 9))
        (digest,) = brought(here.member)
        assert SECTION in digest
        assert "Paper number 900" in digest
        assert f"[Code is available · 240 stars]({CODE})" in digest
        assert "because you saved these papers" in digest
        for day in (WEDNESDAY, THURSDAY, FRIDAY):
            await here.tick(at(day, 9))
        assert brought(here.member) == [digest]
        assert await rows(here, news) == 1


async def test_news_stands_after_the_papers_of_a_digest_on_its_first_page(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        get_code(here)
        titles = [f"Flow Matching {number}" for number in range(7)]
        here.source.days[TUESDAY] = about(TUESDAY, *titles)
        await here.tick(at(TUESDAY, 8))
        await here.tick(at(TUESDAY, 9))
        (message,) = here.member.user.dm_channel.history()
        text = text_of(message)
        assert text.index("Flow Matching") < text.index(SECTION)
        assert "because you follow 1 topic" in text
        await here.member.user.click(message, label="Next →")
        (message,) = here.member.user.dm_channel.history()
        assert SECTION not in text_of(message)


async def test_what_was_known_when_the_paper_was_saved_is_no_news(tmp_path: Path) -> None:
    days = {MONDAY: [Record(paper(900, repository=CODE), votes(MONDAY, 30)[0].metrics, MONDAY)]}
    async with posted(tmp_path, days=days) as here:
        await follower(here, here.member.id)
        await saved(here)
        for day in (TUESDAY, WEDNESDAY):
            await here.tick(at(day, 9))
        assert dms(here.member) == []
        assert await rows(here, news) == 0


async def test_who_follows_no_topic_finds_it_in_the_inbox_and_gets_no_message(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await saved(here)
        get_code(here)
        await here.tick(at(TUESDAY, 9))
        assert dms(here.member) == []
        shown = await inbox(here)
        assert "News: Code is available · 240 stars" in shown
        assert "Paper number 900" in shown
        assert await inbox(here) == shown, "it stays there for a while"
        here.clock.at += 15 * DAY
        assert "Your inbox is empty" in await inbox(here)


async def test_what_was_read_in_the_inbox_is_not_in_the_next_digest(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        assert "Code is available" in await inbox(here)
        await here.tick(at(TUESDAY, 9))
        assert brought(here.member) == []


async def test_a_digest_that_was_asked_for_brings_it_and_the_next_one_does_not(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        asked = answer(await here.member.slash(here.channel, "paper digest now"))
        assert SECTION in asked
        for day in (TUESDAY, WEDNESDAY):
            await here.tick(at(day, 9))
        assert brought(here.member) == []


async def test_a_day_that_had_nothing_in_the_morning_brings_what_came_since(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        await here.tick(at(TUESDAY, 9))
        get_code(here)
        await here.tick(at(TUESDAY, 12))
        asked = answer(await here.member.slash(here.channel, "paper digest now"))
        assert SECTION in asked
        await here.tick(at(WEDNESDAY, 9))
        assert brought(here.member) == []


# Off means off.


@pytest.mark.parametrize("settings", ["paper digest settings", "library lists news"])
async def test_off_means_off_and_on_again_brings_what_comes_from_then_on(
    tmp_path: Path, settings: str
) -> None:
    def options(news: str) -> dict[str, str]:
        return {"news": news} | ({"list": "to read"} if "lists" in settings else {})

    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        said = answer(await slash(here, settings, **options("off")))
        assert "off" in said
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        await here.tick(at(TUESDAY, 9))
        assert brought(here.member) == []
        assert "Your inbox is empty" in await inbox(here)
        said = answer(await slash(here, settings, **options("on")))
        assert "on" in said
        change_paper(here, linked_models=2)
        await here.tick(at(WEDNESDAY, 8))
        await here.tick(at(WEDNESDAY, 9))
        (digest,) = brought(here.member)
        assert "2 models on Hugging Face" in digest
        assert "Code is available" not in digest


async def test_the_settings_say_whether_news_comes_also_without_a_digest(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        off = answer(await slash(here, "paper digest settings", news="off"))
        assert "News on papers you saved: off" in off
        assert "follow any topics" in answer(await slash(here, "paper digest settings", hour="9"))
        await follower(here, here.member.id)
        assert "News on papers you saved: off" in answer(
            await slash(here, "paper digest settings", hour="10")
        )
        refused = answer(await slash(here, "paper digest settings", news="on", hour="noonish"))
        assert "noonish" in refused
        assert "News on papers you saved: off" in answer(await slash(here, "paper digest settings"))
        assert "no news" not in answer(await slash(here, "library lists show"))
        shown = answer(await slash(here, "library lists news", list="read", news="off"))
        assert "News on ✅ read is off" in shown
        assert shown.count("no news") == 1


# Two of everything, and both halves of a crash.


async def test_two_people_each_get_it_once_in_their_own_language(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        for person in (here.member, here.admin):
            await follower(here, person.id)
        await here.admin.slash(here.channel, "paper digest settings", language="de")
        await saved(here, here.member, here.admin)
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        for minute in (0, 1):
            await here.tick(at(TUESDAY, 9, minute))
        assert ["Code is available" in text for text in dms(here.member)] == [True]
        assert ["Code ist verfügbar" in text for text in dms(here.admin)] == [True]
        assert await rows(here, news) == 1
        assert await rows(here, person_news) == 2


async def test_a_digest_that_is_interrupted_before_it_is_sent_is_sent_once(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        here.env.inject_error("POST", "/channels/*/messages", status=500)
        await here.tick(at(TUESDAY, 9))
        assert brought(here.member) == []
        here.env.backend.faults.clear()
        await here.restart()
        for minute in (10, 20, 40):
            await here.tick(at(TUESDAY, 9, minute))
        await here.tick(at(WEDNESDAY, 9))
        assert [SECTION in text for text in brought(here.member)] == [True]


async def test_a_digest_that_cannot_be_delivered_leaves_its_news_in_the_inbox(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        here.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
        await here.tick(at(TUESDAY, 9))
        here.env.backend.faults.clear()
        await here.tick(at(WEDNESDAY, 9))
        assert brought(here.member) == []
        assert "Code is available" in await inbox(here)


async def test_a_digest_of_news_that_is_not_wanted_any_more_owes_it_again(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        here.env.inject_error("POST", "/channels/*/messages", status=500)
        await here.tick(at(TUESDAY, 9))
        here.env.backend.faults.clear()
        await slash(here, "paper unsubscribe", topic="flow matching")
        await here.tick(at(TUESDAY, 9, 30))
        assert brought(here.member) == []
        assert await digest_of(here, here.member.id, TUESDAY) is None
        await follower(here, here.member.id)
        await here.tick(at(WEDNESDAY, 9))
        (digest,) = brought(here.member)
        assert "Code is available" in digest


async def test_a_digest_leaves_out_what_the_inbox_brought_while_it_was_made(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        services = here.bot.services
        entries = await services.digester.inbox(here.member.id, here.clock.now())
        async with services.database.write() as conn:  # the digest waits for the writer
            made = asyncio.create_task(services.digester.now(here.member.id, here.clock.now()))
            done, _ = await asyncio.wait({made}, timeout=0.5)
            assert not done
            ids = [each.news_id for each in entries if isinstance(each, MoreEntry) and each.news_id]
            await news_store.claim_for(conn, here.member.id, ids, at(TUESDAY, 8))
        assert await made is None
        await here.tick(at(WEDNESDAY, 9))
        assert brought(here.member) == []


async def test_a_restart_between_the_sources_answers_and_the_look_at_them_loses_nothing(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await saved(here)
        get_code(here)
        await here.bot.app.cycle.ingest(at(TUESDAY, 8))  # stored, and not compared yet
        assert await rows(here, news) == 0
        await here.restart()
        await here.tick(at(TUESDAY, 8, 1))
        assert await rows(here, news) == 1
