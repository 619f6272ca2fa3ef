"""The server's taste: what members saved from earlier threads moves the order of the next."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import simcord
from sqlalchemy.exc import OperationalError

from bot.services.taste import LEAST_SAVERS
from papers.model import Metrics, Record
from storage import library, shelves, thread_saves
from storage.feeds import Taste
from storage.library import Via
from storage.shelves import AddedVia
from tests.bot.library_fakes import SAVE, said
from tests.bot.world import MONDAY, TUESDAY, World, at, cards, headers, paper, text_of, world

WHY = "Members here saved similar papers"
LIKED = ["Robots that walk", "Legged robots climb stairs", "A gait for walking robots"]
ALIKE = "Walking robots on ice with a new gait"
FIRST = "cache lock graph query rain crop market soil"
SECOND = "orbit lens galaxy dust choir tariff speech accent"
NEW = {ALIKE: 6, FIRST: 20, SECOND: 12, "price steel bridge load archive ballot museum vote": 2}
OTHERS = [
    "graph query cache lock",
    "galaxy dust orbit lens",
    "soil rain crop market",
    "speech accent choir tariff",
    "hash proof cipher kernel",
    "bridge steel load price",
    "museum archive ballot vote",
    "neuron synapse cortex laser",
    "tide reef plankton fibre",
    "auction index thread catalogue",
]


@asynccontextmanager
async def after_monday(
    folder: Path, taste: Taste = Taste.STRONG, *, savers: int = LEAST_SAVERS, **known: Any
) -> AsyncGenerator[tuple[World, list[simcord.MemberActor]]]:
    """Open a world where members saved papers about walking robots from Monday's thread."""
    others = [" ".join(two) for two in product(OTHERS, repeat=2)]
    monday = [Record(paper(n, title), Metrics(50), MONDAY) for n, title in enumerate(LIKED, 1)]
    monday += [Record(paper(n, title), Metrics(0), MONDAY) for n, title in enumerate(others, 100)]
    tuesday = [
        Record(paper(n, title), Metrics(votes), TUESDAY)
        for n, (title, votes) in enumerate(NEW.items(), 31)
    ]
    async with world(folder, {MONDAY: monday, TUESDAY: tuesday}) as here:
        await here.add_feed(taste=taste, size=3, **known)
        await here.tick(at(MONDAY, 9))
        (thread,) = here.channel.threads
        shown = [message for message in thread.history() if text_of(message)]
        people = [
            here.guild.add_member(here.env.create_user(f"reader {number}"))
            for number in range(savers)
        ]
        for person in people:
            for message in shown:
                await person.react(message, SAVE)
        yield here, people


def order(texts: list[str]) -> list[str]:
    """Return the titles of Tuesday's papers in the order of a thread's cards."""
    return [title for text in texts for title in NEW if title in text]


@pytest.mark.parametrize(
    ("taste", "place"), [(Taste.OFF, 2), (Taste.MILD, 1), (Taste.STRONG, 0)], ids=str
)
async def test_papers_like_those_that_members_saved_move_up_and_say_why(
    tmp_path: Path, taste: Taste, place: int
) -> None:
    async with after_monday(tmp_path, taste) as (here, _):
        await here.tick(at(TUESDAY, 9))
        shown = cards(here.channel)
        assert order(shown).index(ALIKE) == place
        assert [WHY in text for text in shown] == [
            taste is not Taste.OFF and ALIKE in text for text in shown
        ]
        assert headers(here.channel)[-1].count(WHY) == (0 if taste is Taste.OFF else 1)


async def test_fewer_than_five_savers_move_nothing(tmp_path: Path) -> None:
    async with after_monday(tmp_path, savers=LEAST_SAVERS - 1) as (here, _):
        await here.tick(at(TUESDAY, 9))
        assert order(cards(here.channel)).index(ALIKE) == 2
        assert WHY not in "".join(cards(here.channel))


async def test_taste_brings_no_paper_that_the_filters_exclude(tmp_path: Path) -> None:
    async with after_monday(tmp_path, min_votes=10) as (here, _):
        await here.tick(at(TUESDAY, 9))
        assert order(cards(here.channel)) == [FIRST, SECOND]


async def test_in_a_thread_about_topics_taste_orders_what_matches(tmp_path: Path) -> None:
    async with after_monday(tmp_path, topics=("robots", "soil")) as (here, _):
        await here.tick(at(TUESDAY, 9))
        shown = cards(here.channel)
        assert order(shown)[:2] == [ALIKE, FIRST]
        assert SECOND not in "".join(shown)
        assert WHY in shown[0]
        assert "*robots*" in shown[0]


async def test_a_paper_that_comes_into_the_thread_by_taste_says_so(tmp_path: Path) -> None:
    async with after_monday(tmp_path) as (here, _):
        other = "kernel hash proof cipher tide plankton reef fibre"
        here.source.days[TUESDAY].append(Record(paper(50, other), Metrics(9), TUESDAY))
        await here.tick(at(TUESDAY, 9))
        shown = cards(here.channel)
        assert ALIKE in shown[0]
        assert WHY in shown[0]
        assert len(shown) == 3


async def test_only_saves_on_the_servers_own_threads_count(tmp_path: Path) -> None:
    async with after_monday(tmp_path, savers=LEAST_SAVERS - 1) as (here, _):
        now = here.clock.now()
        async with here.bot.services.database.write() as conn:
            mine = (await library.ensure(conn, here.member.id, now))[0]
            saved = {"2506.00001": now, "2506.00002": now}
            place = library.Place(None, here.channel.id, here.guild.id)
            await library.save(conn, here.member.id, mine.id, saved, via=Via.COMMAND, place=place)
        await here.tick(at(TUESDAY, 9))
        assert WHY not in "".join(cards(here.channel))


@pytest.mark.parametrize("way", ["erased", "opted out", "took back"])
async def test_who_no_longer_counts_is_left_out_at_once(tmp_path: Path, way: str) -> None:
    async with after_monday(tmp_path) as (here, people):
        last = people[-1]
        await here.tick(at(TUESDAY, 8))
        assert WHY in await previewed(here)
        match way:
            case "erased":
                await here.bot.services.personal_data.erase(last.id, None)
            case "opted out":
                await last.slash(here.channel, "privacy settings", count_my_saves=False)
            case _:
                (thread,) = here.channel.threads
                for message in thread.history():
                    if text_of(message):
                        await last.unreact(message, SAVE)
        assert WHY not in await previewed(here)


async def previewed(here: World) -> str:
    result = await here.admin.slash(here.channel, "feed preview")
    return "".join(text_of(each.message) for each in result.followups)


async def test_a_taste_that_fails_stops_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*given: Any, **known: Any) -> Any:
        raise RuntimeError("no taste")

    async with after_monday(tmp_path) as (here, _):
        monkeypatch.setattr(thread_saves, "of_guild", failing)
        await here.tick(at(TUESDAY, 9))
        assert order(cards(here.channel)).index(ALIKE) == 2


async def test_a_thread_waits_for_its_taste_where_the_database_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(*given: Any, **known: Any) -> Any:
        raise OperationalError("SELECT 1", {}, ConnectionRefusedError(111, "refused"))

    async with after_monday(tmp_path) as (here, _):
        there = len(headers(here.channel))
        with monkeypatch.context() as away:
            away.setattr(thread_saves, "of_guild", failing)
            await here.tick(at(TUESDAY, 9))
        assert len(headers(here.channel)) == there
        assert "Traceback" not in caplog.text
        await here.tick(at(TUESDAY, 9, 1))
        assert len(headers(here.channel)) == there + 1
        assert order(cards(here.channel)).index(ALIKE) < 2


async def test_the_reason_stays_when_the_numbers_are_brought_up_to_date(tmp_path: Path) -> None:
    async with after_monday(tmp_path) as (here, _):
        await here.tick(at(TUESDAY, 9))
        await here.restart()
        await here.tick(at(TUESDAY, 16))
        assert "upvotes as of" in headers(here.channel)[-1]
        assert WHY in headers(here.channel)[-1]


async def test_no_member_counts_with_more_papers_than_the_others_may(tmp_path: Path) -> None:
    async with after_monday(tmp_path, savers=2) as (here, people):
        since = here.clock.now() - timedelta(days=28)
        async with here.bot.services.database.read() as conn:
            every = await thread_saves.of_guild(conn, here.guild.id, since, each=9, limit=9)
            one = await thread_saves.of_guild(conn, here.guild.id, since, each=1, limit=9)
            most = await thread_saves.of_guild(conn, here.guild.id, since, each=9, limit=1)
            elsewhere = await thread_saves.of_guild(conn, 1, since, each=9, limit=9)
        assert every.savers == one.savers == len(people)
        assert sorted(members for _, members in every.papers) == [2, 2, 2]
        assert sum(members for _, members in one.papers) == len(people)
        assert len(most.papers) == 1
        assert (elsewhere.savers, elsewhere.papers) == (0, ())


async def test_the_settings_say_what_the_taste_is(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        added = await here.admin.slash(here.channel, "feed add", channel=here.channel, taste="mild")
        assert "move up a little" in said(added)
        edited = await here.admin.slash(here.channel, "feed edit", taste="strong")
        assert "move up a lot" in said(edited)
        listed = await here.admin.slash(here.channel, "feed list")
        assert "Strong taste" in said(listed)
        off = await here.admin.slash(here.channel, "feed edit", taste="off")
        assert "taste" not in said(off)


async def test_a_copied_thread_has_the_same_taste(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed(taste=Taste.MILD)
        other = here.guild.create_text_channel("other")
        assert "Mild taste" in said(await here.admin.slash(here.channel, "feed copy", to=other))


@pytest.mark.parametrize(
    ("taste", "place"),
    [(Taste.STRONG, 2), (Taste.SHELF_MILD, 1), (Taste.SHELF_STRONG, 0)],
    ids=str,
)
async def test_the_servers_shelf_steers_a_feed_that_follows_it_without_any_saver(
    tmp_path: Path, taste: Taste, place: int
) -> None:
    async with after_monday(tmp_path, taste, savers=0) as (here, _):
        async with here.bot.services.database.write() as conn:
            for number in range(1, len(LIKED) + 1):
                paper_id = f"2506.{number:05}"
                await shelves.add_on_purpose(
                    conn,
                    here.guild.id,
                    here.member.id,
                    paper_id,
                    via=AddedVia.COMMAND,
                    now=here.clock.now(),
                )
        await here.tick(at(TUESDAY, 9))
        assert order(cards(here.channel)).index(ALIKE) == place


async def test_what_was_taken_off_the_shelf_steers_no_more(tmp_path: Path) -> None:
    async with after_monday(tmp_path, Taste.SHELF_STRONG, savers=0) as (here, _):
        async with here.bot.services.database.write() as conn:
            for number in range(1, len(LIKED) + 1):
                await shelves.pin(conn, here.guild.id, f"2506.{number:05}", here.clock.now())
                await shelves.take_off(conn, here.guild.id, f"2506.{number:05}")
        await here.tick(at(TUESDAY, 9))
        assert order(cards(here.channel)).index(ALIKE) == 2
