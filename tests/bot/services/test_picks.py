"""Picks: new papers like those on a person's lists, each with why."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import simcord
from discord import ui

from bot.services.digests import render_entries
from papers.model import Metrics, Record
from storage import library
from storage.library import Via
from storage.subscriptions import Every
from tests.bot.library_fakes import answer, items, refuse, said, slash
from tests.bot.topics import brought, follower
from tests.bot.world import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, World, at, paper, world

WALKING = ["Robots that walk", "Legged robots climb stairs", "A gait for walking robots"]
PROTEINS = ["Folding of proteins", "Protein structures at scale", "Enzymes and their folding"]
NEW = {
    31: "Walking robots on ice with a new gait",
    32: "Predicting how proteins fold",
    33: "A survey of database joins",
    34: "Compilers for graph queries",
    35: "Legged robots learn stairs from video",
    36: "Tax law for beginners",
}

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
"""Words of papers about other things."""


@asynccontextmanager
async def readers(folder: Path) -> AsyncGenerator[World]:
    """Open a world with six older papers about two things, six new ones, and many others."""
    others = [" ".join(two) for two in product(OTHERS, repeat=2)]
    old = [paper(n, title) for n, title in enumerate([*WALKING, *PROTEINS], 1)]
    old += [paper(n, title) for n, title in enumerate(others, 100)]
    new = [paper(number, title) for number, title in NEW.items()]
    days = {
        MONDAY: [Record(each, Metrics(5), MONDAY) for each in old],
        TUESDAY: [Record(each, Metrics(3), TUESDAY) for each in new],
    }
    async with world(folder, days) as here:
        await here.tick(at(MONDAY, 9))
        await here.tick(at(TUESDAY, 9))
        yield here


async def save(here: World, *numbers: int, on: str = "to read", person: Any = None) -> None:
    who = person or here.member
    async with here.bot.services.database.write() as conn:
        mine = await library.ensure(conn, who.id, here.clock.now())
        found = next((each.id for each in mine if each.name == on), None)
        if found is None:
            found = await library.create(conn, who.id, on, None, here.clock.now())
        assert found is not None
        saved = {f"2506.{number:05}": here.clock.now() for number in numbers}
        await library.save(conn, who.id, found, saved, via=Via.COMMAND)


def titles(result: simcord.InteractionResult) -> list[str]:
    return [title for title in NEW.values() if title in said(result)]


async def test_new_papers_like_those_on_a_list_come_with_the_saved_paper_they_are_near_to(
    tmp_path: Path,
) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        result = await slash(here, "paper picks")
        text = said(result)
        assert text.index("Walking robots on ice") < text.index("Legged robots learn stairs")
        assert "Compilers" not in text[: text.index("Legged robots learn stairs")]
        assert "Learned from 3 papers on 🔖 to read." in text
        assert "Nothing stands out" not in text
        assert "Near “A gait for walking robots”, which you saved: " in text
        assert "Near “Legged robots climb stairs”, which you saved: " in text


async def test_picks_that_say_the_same_are_one_with_the_others_behind_a_button(
    tmp_path: Path,
) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        again = paper(37, "Walking Robots on Ice: with a new Gait")
        here.source.days[TUESDAY].append(Record(again, Metrics(4), TUESDAY))
        await here.tick(at(TUESDAY, 9, 40))
        result = await slash(here, "paper picks")
        text = said(result).casefold()
        assert text.count("walking robots on ice") == 1
        assert text.index("walking robots on ice") < text.index("and 1 more about this")
        assert text.index("and 1 more about this") < text.index("legged robots learn stairs")
        listed = said(await here.member.click(answer(result), label="Show 1 more about these"))
        assert listed.casefold().count("walking robots on ice") == 1
        assert (again.title in listed) is ("walking robots on ice: with" not in text)


async def test_each_list_is_an_interest_of_its_own(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        await save(here, 4, 5, 6, on="biology")
        both = said(await slash(here, "paper picks"))
        assert "🔖 to read · Near “A gait for walking robots”" in both
        assert "biology · Near “Folding of proteins”" in both
        one = said(await slash(here, "paper picks", list_="biology"))
        assert "Predicting how proteins fold" in one
        assert "Walking robots on ice" not in one


async def test_a_list_that_is_left_out_does_not_count(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        await save(here, 4, 5, 6, on="biology")
        changed = said(await slash(here, "library lists learn", list_="biology", learn="off"))
        assert "Picks for biology are off" in changed
        text = said(await slash(here, "paper picks"))
        assert "Predicting how proteins fold" not in text
        assert "Walking robots on ice" in text


async def test_a_paper_that_is_not_for_me_comes_no_more_until_i_take_it_back(
    tmp_path: Path,
) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        result = await slash(here, "paper picks")
        hidden = await refuse(here, answer(result), "2506.00031")
        assert "Walking robots on ice" in said(hidden)
        assert "Walking robots on ice" not in said(await slash(here, "paper picks"))
        await here.member.click(answer(hidden), label="Undo")
        assert "Walking robots on ice" in said(await slash(here, "paper picks"))


async def test_hidden_authors_and_words_and_opened_papers_are_no_picks(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        await here.bot.services.hidden.mute_word(here.member.id, "gaits")
        text = said(await slash(here, "paper picks"))
        assert "Walking robots on ice" not in text
        assert "Legged robots learn stairs" in text
        await slash(here, "paper show", id_or_link="2506.00035")
        assert "Legged robots learn stairs" not in said(await slash(here, "paper picks"))
        await here.bot.services.hidden.mute_author(here.member.id, "Ada Lovelace")
        assert "No new papers came" in said(await slash(here, "paper picks"))


async def test_all_hidden_papers_come_back_by_one_button(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        result = await slash(here, "paper picks")
        assert "Allow hidden papers" not in items(result)
        await refuse(here, answer(result), "2506.00031")
        await refuse(here, answer(result), "2506.00035")
        again = await slash(here, "paper picks")
        pressed = await here.member.click(answer(again), label="Allow hidden papers")
        assert "I may suggest 2 papers again that you hid." in said(pressed)
        assert "Walking robots on ice" in said(await slash(here, "paper picks"))


async def test_what_is_saved_already_is_no_pick(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        await save(here, 31, on="favourites")
        assert "Walking robots on ice" not in said(await slash(here, "paper picks"))


@pytest.mark.parametrize(
    ("numbers", "advice"),
    [
        ((), "Save 3 more papers to one of your lists"),
        ((1, 2), "Save 1 more paper to one of your lists"),
    ],
)
async def test_who_saved_too_little_reads_how_much_is_missing(
    tmp_path: Path, numbers: tuple[int, ...], advice: str
) -> None:
    async with readers(tmp_path) as here:
        if numbers:
            await save(here, *numbers)
        assert advice in said(await slash(here, "paper picks"))


async def test_a_list_that_was_asked_for_counts_with_one_paper(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 4)
        text = said(await slash(here, "paper picks", list_="to read"))
        assert "Predicting how proteins fold" in text


async def test_a_quiet_time_says_so(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        here.clock.at += timedelta(days=20)
        assert "No new papers came in the last 7 days" in said(await slash(here, "paper picks"))


async def test_another_person_gets_their_own_and_erasing_forgets_what_was_hidden(
    tmp_path: Path,
) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        await save(here, 1, 2, 3, person=here.admin)
        result = await slash(here, "paper picks")
        await refuse(here, answer(result), "2506.00031")
        other = await here.admin.slash(here.channel, "paper picks")
        assert "Walking robots on ice" in said(other)
        erasing = await slash(here, "privacy delete")
        await here.member.click(answer(erasing), label="Delete everything")
        assert (await here.bot.services.hidden.all_of(here.member.id)).papers == 0


async def test_a_digest_brings_picks_because_of_a_list_once(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await follower(here, here.member.id)
        await save(here, 1, 2, 3)
        await here.tick(at(WEDNESDAY, 9))
        (digest,) = brought(here.member)
        assert "Walking robots on ice" in digest
        assert "Because of 🔖 to read: Near “A gait for walking robots”" in digest
        await here.tick(at(THURSDAY, 9))
        await here.tick(at(FRIDAY, 9))
        assert all("Walking robots on ice" not in each for each in brought(here.member)[1:])


async def test_who_wants_no_picks_gets_none(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await follower(here, here.member.id)
        await save(here, 1, 2, 3)
        changed = said(await slash(here, "paper digest settings", picks=0))
        assert "Picks from your lists: off" in changed
        await here.tick(at(WEDNESDAY, 9))
        assert brought(here.member) == []


async def test_a_digest_brings_no_more_picks_than_its_reader_wants(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await follower(here, here.member.id)
        await save(here, 1, 2, 3)
        assert "at most 1" in said(await slash(here, "paper digest settings", picks=1))
        await here.tick(at(WEDNESDAY, 9))
        (digest,) = brought(here.member)
        assert digest.count("Because of") == 1


async def test_undo_brings_back_what_was_just_hidden_and_nothing_else(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        await here.bot.services.hidden.dismiss(here.member.id, ["2506.00036"])
        here.clock.at += timedelta(minutes=1)
        result = await slash(here, "paper picks")
        hidden = await refuse(here, answer(result), "2506.00031")
        await here.member.click(answer(hidden), label="Undo")
        assert "I may suggest 1 paper again that you hid." in said(hidden)
        assert (await here.bot.services.hidden.all_of(here.member.id)).papers == 1


async def test_a_paper_that_came_minutes_ago_is_picked(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        assert "Walking robots on ice" in said(await slash(here, "paper picks"))
        late = paper(40, "Walking robots in snow with a steady gait")
        here.source.days[TUESDAY].append(Record(late, Metrics(4), TUESDAY))
        await here.tick(at(TUESDAY, 9, 40))
        assert "Walking robots in snow" in said(await slash(here, "paper picks"))


async def test_a_paper_with_a_new_title_is_read_again(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3)
        assert "Walking robots in snow" not in said(await slash(here, "paper picks"))
        renamed = paper(33, "Walking robots in snow with a steady gait")
        here.source.days[TUESDAY].append(Record(renamed, Metrics(4), TUESDAY))
        await here.tick(at(TUESDAY, 9, 40))
        assert "Walking robots in snow" in said(await slash(here, "paper picks"))


async def test_a_weekly_digest_picks_among_the_papers_of_its_week(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await follower(here, here.member.id, every=Every.WEEK)
        await save(here, 1, 2, 3)
        await here.tick(at(MONDAY + timedelta(days=7), 9))
        (digest,) = brought(here.member)
        assert "Walking robots on ice" in digest
        assert "because of the papers on your lists" in digest


async def test_lists_that_are_switched_off_do_not_hide_how_much_is_missing(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await save(here, 1, 2, 3, on="robots")
        await save(here, 4, 5, on="biology")
        await slash(here, "library lists learn", list_="robots", learn="off")
        assert "Save 1 more paper" in said(await slash(here, "paper picks"))
        for name in ("biology", "to read", "favourites", "read"):
            await slash(here, "library lists learn", list_=name, learn="off")
        assert "switched off for picks" in said(await slash(here, "paper picks"))


async def test_news_and_picks_are_set_together_also_to_none(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await follower(here, here.member.id)
        changed = said(await slash(here, "paper digest settings", news="off", picks=0))
        assert "News on papers you saved: off" in changed
        assert "Picks from your lists: off" in changed


def shown_text(view: ui.LayoutView) -> str:
    """Return the text of a message that was not sent."""
    return "\n".join(
        each.content for each in view.walk_children() if isinstance(each, ui.TextDisplay)
    )


async def explorers(here: World) -> None:
    """Add a paper just below the threshold, for someone who likes robots that walk."""
    await save(here, 1, 2, 3)
    near = Record(paper(51, "A gait for horses"), Metrics(2), TUESDAY)
    here.source.days[TUESDAY].append(near)
    await here.tick(at(TUESDAY, 10))


HORSES = "A little off 🔖 to read, to widen it: near “A gait for walking robots”"


async def test_one_in_ten_picks_is_a_little_off_the_list_and_says_so(tmp_path: Path) -> None:
    async with readers(tmp_path) as here:
        await explorers(here)
        shown: list[str] = []
        for _ in range(10):
            shown.append(said(await slash(here, "paper picks", days=31)))
            if "A little off" in shown[-1]:
                assert shown[-1] == said(await slash(here, "paper picks", days=31))
            here.clock.at += timedelta(days=1)
        assert all("Legged robots learn stairs" in text for text in shown)
        exploring = [text for text in shown if "A little off" in text]
        assert len(exploring) == 2  # of 20 picks
        assert all(HORSES in text and "A gait for horses" in text for text in exploring)
        assert all("A gait for horses" not in text for text in shown if text not in exploring)


@pytest.mark.parametrize("most", [1, 3])
async def test_a_digest_brings_a_pick_from_the_edge_at_its_end_to_one_in_ten(
    tmp_path: Path, most: int
) -> None:
    async with readers(tmp_path) as here:
        await explorers(here)
        now, exploring = here.clock.now(), 0
        for number in range(10):
            person = SimpleNamespace(id=5_000 + number)
            await follower(here, person.id)
            await save(here, 1, 2, 3, person=person)
            await here.bot.services.picks.set_in_digest(person.id, most)
            made = await here.bot.services.digester.now(person.id, now)
            assert made is not None
            reasons = [entry.reason for entry in made[1].entries]
            if HORSES in reasons:
                exploring += 1
                assert reasons.index(HORSES) == len(reasons) - 1
                assert made[1].entries[-1].title == "A gait for horses"
                assert f"-# {HORSES}" in shown_text(render_entries("", made[1].entries))
            assert len(reasons) == min(most, 2 + (HORSES in reasons))
        assert exploring == min(most, 2)


async def test_a_day_on_which_nothing_is_near_enough_brings_nothing_from_the_edge_either(
    tmp_path: Path,
) -> None:
    async with readers(tmp_path) as here:
        await explorers(here)
        picks = here.bot.services.picks
        (all_day,) = await picks.of_person(here.member.id, at(TUESDAY, 8))
        assert [pick.paper.paper.title for pick in all_day.edge] == ["A gait for horses"]
        (later,) = await picks.of_person(here.member.id, at(TUESDAY, 9, 30))
        assert not later.near_enough
        assert later.edge == ()


async def test_a_digest_comes_although_picks_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with readers(tmp_path) as here:
        await follower(here, here.member.id, topic="walking robots")
        await save(here, 1, 2, 3)
        here.source.days[WEDNESDAY] = [
            Record(paper(41, "Walking robots, once more"), Metrics(4), WEDNESDAY)
        ]

        async def fail(*_: object) -> None:
            raise ValueError("no picks today")

        monkeypatch.setattr(here.bot.services.picks, "for_digest", fail)
        await here.tick(at(WEDNESDAY, 9))
        assert any("Walking robots, once more" in each for each in brought(here.member))
