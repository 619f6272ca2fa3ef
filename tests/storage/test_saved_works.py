"""What people saved by several keys of one work is one paper, whenever the keys were joined."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.model import Record
from storage import discussions, feed_links, hidden, library, news, papers, picks, shelves
from storage.database import Database
from storage.feed_links import OfList
from storage.hidden import Dismissal
from storage.library import NoteBack, Place, Sort, Via
from storage.shelves import AddedVia
from tests.storage.shared import NOON, paper

ADA, GRACE, HERE = 1001, 1002, 7
ARXIV: Final = "2601.00001"
PREPRINT: Final = "doi:10.64898/2026.01.05.700001"
ARTICLE: Final = "doi:10.1038/s41586-026-00001-1"
OTHER: Final = "2601.00002"
"""A paper that is none of the others."""
KEYS: Final = (ARXIV, PREPRINT, ARTICLE, OTHER)
PLACE: Final = Place(None, 70, HERE)
MINUTE: Final = timedelta(minutes=1)
LATER: Final = NOON + timedelta(days=1)

LINKS: Final = {
    # By the link of its own record, by that of the other one, and by a DOI that it only states.
    (PREPRINT, ARXIV): Record(paper(PREPRINT), aliases=(ARXIV,)),
    (ARXIV, PREPRINT): Record(paper(ARXIV), aliases=(PREPRINT,)),
    (PREPRINT, ARTICLE): Record(paper(PREPRINT, doi=ARTICLE.removeprefix("doi:"))),
    (ARTICLE, PREPRINT): Record(paper(ARTICLE), aliases=(PREPRINT,)),
    (ARXIV, ARTICLE): Record(paper(ARXIV, doi=ARTICLE.removeprefix("doi:"))),
}


@dataclass(slots=True)
class Model:
    """The same in memory, with each key as it was used."""

    works: dict[str, set[str]] = field(default_factory=lambda: {key: {key} for key in KEYS})
    saved: dict[tuple[int, int, str], datetime] = field(default_factory=dict)
    notes: dict[tuple[int, str], tuple[datetime, str]] = field(default_factory=dict)
    added: dict[tuple[int, str], datetime] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def join(self, one: str, other: str) -> None:
        both = self.works[one] | self.works[other]
        for key in both:
            self.works[key] = both

    def of(self, user_id: int, list_id: int | None = None) -> dict[frozenset[str], datetime]:
        """Return a person's papers, or those of a list, each with its first save."""
        found: dict[frozenset[str], datetime] = {}
        for (user, on, key), at in self.saved.items():
            if user == user_id and list_id in (None, on):
                work = frozenset(self.works[key])
                found[work] = min(at, found.get(work, at))
        return found

    def people(self, on_shelf: bool) -> dict[frozenset[str], set[int]]:
        """Return who saved each paper, or added it to the shelf."""
        found: dict[frozenset[str], set[int]] = {}
        pairs = self.added if on_shelf else {(user, key) for user, _, key in self.saved}
        for user, key in pairs:
            found.setdefault(frozenset(self.works[key]), set()).add(user)
        return found

    def note(self, user_id: int, work: frozenset[str]) -> str | None:
        texts = sorted(
            value for (user, key), value in self.notes.items() if user == user_id and key in work
        )
        return "\n\n".join(text for _, text in texts) or None


PEOPLE, KEY, LIST = st.sampled_from((ADA, GRACE)), st.sampled_from(KEYS), st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("save"), PEOPLE, KEY, LIST),
    st.tuples(st.just("note"), PEOPLE, KEY),
    st.tuples(st.just("add"), PEOPLE, KEY),
    st.tuples(st.just("refuse"), KEY),
    st.tuples(st.just("remove"), PEOPLE, KEY),
    st.tuples(st.just("take off"), PEOPLE, KEY, LIST),
    st.tuples(st.just("take back"), PEOPLE, KEY),
    st.tuples(st.just("join"), st.sampled_from(list(LINKS))),
)


async def take(
    conn: AsyncConnection,
    model: Model,
    step: tuple[Any, ...],
    at: datetime,
    mine: dict[int, list[int]],
) -> None:
    """Take a step in the database and in the model."""
    match step:
        case "save", int(user), str(key), int(place):
            list_id = mine[user][place]
            await library.save(conn, user, list_id, {key: at}, via=Via.BUTTON, place=PLACE)
            if frozenset(model.works[key]) not in model.of(user, list_id):
                model.saved[user, list_id, key] = at
        case "note", user, key:
            if await library.set_note(conn, user, key, f"note at {at:%M}", at):
                for each in model.works[key]:
                    model.notes.pop((user, each), None)
                model.notes[user, key] = at, f"note at {at:%M}"
        case "add", user, key:
            await shelves.add_on_purpose(conn, HERE, user, key, via=AddedVia.BUTTON, now=at)
            model.added.setdefault((user, key), at)
        case "refuse", key:
            await hidden.dismiss(conn, ADA, [key], Dismissal.UNWANTED, at)
            model.refused.add(key)
        case "remove", user, key:
            held = frozenset(model.works[key]) in model.of(user)
            assert await library.remove(conn, user, [key]) == held
            for each in model.works[key]:
                for list_id in mine[user]:
                    model.saved.pop((user, list_id, each), None)
                if held:
                    model.notes.pop((user, each), None)
        case "take off", int(user), str(key), int(place):
            work, list_id = frozenset(model.works[key]), mine[user][place]
            held = work in model.of(user, list_id)
            assert await library.remove(conn, user, [key], list_id) == held
            for each in model.works[key]:
                model.saved.pop((user, list_id, each), None)
            if held and work not in model.of(user):
                for each in work:
                    model.notes.pop((user, each), None)
        case "take back", user, key:
            await shelves.take_back(conn, HERE, user, key)
            for each in model.works[key]:
                model.added.pop((user, each), None)
        case "join", link:
            await papers.upsert(conn, [LINKS[link]], now=at)
            model.join(*link)
        case _:
            raise AssertionError(step)


async def agree(conn: AsyncConnection, model: Model, mine: dict[int, list[int]]) -> None:
    """Compare everything that counts or lists saved papers with the model."""
    works = await papers.keys_of(conn, KEYS)
    whole = {works[key]: frozenset(model.works[key]) for key in KEYS}
    assert len(whole) == len({frozenset(each) for each in model.works.values()})
    for user in (ADA, GRACE):
        for list_id in (None, *mine[user]):
            wanted = model.of(user, list_id)
            for sort in Sort if list_id is None else (Sort.UNREAD,):
                entries, total = await library.page(conn, user, list_id=list_id, sort=sort, limit=9)
                assert total == len(entries) == len(wanted)
                assert {whole[each.paper_id] for each in entries} == wanted.keys()
            entries = await library.all_of(conn, user, list_id)
            assert [whole[each.paper_id] for each in entries] == [
                whole[each]
                for _, each in sorted(
                    (wanted[whole[work]], work) for work in whole if whole[work] in wanted
                )
            ]
            every = {key for work in wanted for key in work}
            assert await library.saved_papers(conn, user, list_id) == every
            if list_id is None:
                for each in entries:
                    work = whole[each.paper_id]
                    assert each.saved_at == wanted[work]
                    assert each.lists == tuple(
                        on for on in mine[user] if work in model.of(user, on)
                    )
                    assert each.note == model.note(user, work)
                    assert each.read == (work in model.of(user, mine[user][2]))
                assert await library.describe(conn, user, [*every, *every]) != [] or not every
                rows = await library.rows(conn, user)
                noted = {frozenset(model.works[key]) for who, key in model.notes if who == user}
                assert {whole[each] for each in rows} == wanted.keys() | noted
                titles = await library.titles(conn, user, "", 9)
                assert len(titles) == len(wanted.keys() | noted)
            else:
                assert await library.on_list(conn, list_id, KEYS) == every
                found = await picks.saved(conn, user, list_id, 9)
                assert sorted(each.paper.id for each in found) == sorted(
                    work for work in whole if whole[work] in wanted
                )
                linked = await feed_links.papers_in(conn, OfList(user, list_id), 9)
                assert len(linked) == len(wanted)
        for each in await library.of_user(conn, user):
            assert each.papers == len(model.of(user, each.id))
    saved, added = model.people(on_shelf=False), model.people(on_shelf=True)
    top, total = await library.top(conn, HERE, NOON, limit=9)
    assert total == len(saved)
    assert {whole[each.paper.id]: members for each, members in top} == {
        work: len(people) for work, people in saved.items()
    }
    both = await shelves.saved_here(conn, HERE, KEYS, NOON, 0)
    for key in KEYS:
        work = frozenset(model.works[key])
        assert await library.saved_count(conn, HERE, key) == len(saved.get(work, ()))
        assert both.get(key, 0) == len(saved.get(work, set()) | added.get(work, set()))
        on = await shelves.of_paper(conn, HERE, ADA, key)
        assert (on.people, on.mine) == (len(added.get(work, ())), ADA in added.get(work, ()))
    shown = await shelves.papers_on(conn, HERE)
    assert {whole[each.stored.paper.id]: each.people for each in shown} == {
        work: len(people) for work, people in added.items()
    }
    assert await shelves.count(conn, HERE) == len(added)
    known = {key for work in model.of(ADA) for key in work}
    known |= {key for refused in model.refused for key in model.works[refused]}
    assert await hidden.known(conn, ADA) == known
    unwanted = await picks.dismissed(conn, ADA, 9)
    assert len(unwanted) == len({frozenset(model.works[key]) for key in model.refused})
    followed = await news.unfollowed(conn)
    assert sorted(paper_id for paper_id, _ in followed) == sorted(
        work for work in whole if whole[work] in saved
    )


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.permutations(KEYS), st.lists(STEPS, max_size=14))
async def test_in_whatever_order_keys_are_saved_and_joined_everything_counts_works(
    database: Database, stored: Sequence[str], steps: list[tuple[Any, ...]]
) -> None:
    model = Model()
    async with database.write() as conn, conn.begin_nested() as undone:
        for key in stored:
            await papers.upsert(conn, [Record(paper(key))], now=NOON)
        mine = {
            user: [each.id for each in await library.ensure(conn, user, NOON)]
            for user in (ADA, GRACE)
        }
        await shelves.put(conn, shelves.Shelf(HERE, shows_saves=True), NOON)
        for number, step in enumerate(steps):
            await take(conn, model, step, NOON + number * MINUTE, mine)
        await agree(conn, model, mine)
        await undone.rollback()


async def two_saved(conn: AsyncConnection) -> list[int]:
    """Save a work by two of its keys, on two lists with two notes, and then join them."""
    await papers.upsert(conn, [Record(paper(ARXIV)), Record(paper(PREPRINT))], now=NOON)
    mine = [each.id for each in await library.ensure(conn, ADA, NOON)]
    await library.save(conn, ADA, mine[0], {PREPRINT: NOON}, via=Via.COMMAND, place=PLACE)
    await library.save(conn, ADA, mine[1], {ARXIV: LATER}, via=Via.COMMAND, place=PLACE)
    await library.set_note(conn, ADA, PREPRINT, "the preprint's", NOON)
    await library.set_note(conn, ADA, ARXIV, "arXiv's", LATER)
    await papers.upsert(conn, [LINKS[PREPRINT, ARXIV]], now=LATER)
    return mine


async def test_a_paper_that_was_taken_out_comes_back_with_both_saves_and_notes(
    database: Database,
) -> None:
    async with database.write() as conn:
        mine = await two_saved(conn)
        before = await library.all_of(conn, ADA)
        held = await library.holding(conn, ADA, PREPRINT)
        assert await library.remove(conn, ADA, [PREPRINT]) == 1
        removal = await library.remember(conn, ADA, PREPRINT, held, LATER)
        assert await library.all_of(conn, ADA) == []
        assert removal == await library.latest_removal(conn, ADA, ARXIV)
        back = await library.put_back(conn, ADA, removal or 0, LATER)
        assert back is not None and back.note is NoteBack.RESTORED
        assert {each.id for each in back.on} == set(mine[:2])
        assert await library.all_of(conn, ADA) == before


async def test_a_button_on_either_key_takes_back_what_the_other_saved(database: Database) -> None:
    async with database.write() as conn:
        await two_saved(conn)
        done = await library.toggle(conn, ADA, ARXIV, now=LATER)
        assert (done.saved, done.saved_at) == (False, NOON)
        (entry,) = await library.all_of(conn, ADA)
        assert (entry.paper_id, entry.saved_at) == (ARXIV, LATER)


async def test_another_note_takes_the_place_of_both(database: Database) -> None:
    async with database.write() as conn:
        await two_saved(conn)
        (entry,) = await library.all_of(conn, ADA)
        assert entry.note == "the preprint's\n\narXiv's"
        assert await library.matching(conn, ADA, "preprint's arXiv's") == [ARXIV]
        assert await library.set_note(conn, ADA, ARXIV, "of both", LATER)
        (entry,) = await library.all_of(conn, ADA)
        assert entry.note == "of both"
        await library.add_notes(conn, ADA, {PREPRINT: "imported"}, LATER)
        (entry,) = await library.all_of(conn, ADA)
        assert entry.note == "of both"


async def test_what_an_admin_said_of_one_key_holds_for_the_other(database: Database) -> None:
    async with database.write() as conn:
        await two_saved(conn)
        await shelves.block(conn, HERE, PREPRINT, NOON)
        assert not await shelves.add_on_purpose(
            conn, HERE, ADA, ARXIV, via=AddedVia.BUTTON, now=NOON
        )
        assert [paper_id for paper_id, _ in await shelves.blocked(conn, HERE, 9)] == [ARXIV]
        await shelves.pin(conn, HERE, ARXIV, NOON)
        assert await shelves.blocked(conn, HERE, 9) == []
        (pinned,) = await shelves.papers_on(conn, HERE)
        assert pinned.pinned
        await shelves.take_off(conn, HERE, PREPRINT)
        assert await shelves.papers_on(conn, HERE) == []


async def test_a_server_has_one_discussion_of_a_work(database: Database) -> None:
    async with database.write() as conn:
        await papers.upsert(conn, [Record(paper(ARXIV)), Record(paper(PREPRINT))], now=NOON)
        first = await discussions.claim(
            conn, HERE, PREPRINT, channel_id=70, payload={}, message_id=None, now=NOON
        )
        await papers.upsert(conn, [LINKS[PREPRINT, ARXIV]], now=LATER)
        again = await discussions.claim(
            conn, HERE, ARXIV, channel_id=71, payload={}, message_id=None, now=NOON
        )
        assert again == first


async def test_a_link_joins_all_that_both_works_were_joined_with(database: Database) -> None:
    async with database.write() as conn:
        for key in (ARTICLE, PREPRINT, ARXIV):
            await papers.upsert(conn, [Record(paper(key))], now=NOON)
        await papers.upsert(conn, [LINKS[PREPRINT, ARXIV]], now=NOON)
        assert set((await papers.keys_of(conn, KEYS)).values()) == {ARTICLE, PREPRINT, OTHER}
        await papers.upsert(conn, [LINKS[ARXIV, ARTICLE]], now=NOON)
        assert set((await papers.keys_of(conn, KEYS)).values()) == {ARTICLE, OTHER}


async def test_two_arxiv_papers_that_state_one_doi_are_two(database: Database) -> None:
    same = ARTICLE.removeprefix("doi:")
    async with database.write() as conn:
        for record in (
            Record(paper(ARTICLE)),
            Record(paper(ARXIV, doi=same)),
            Record(paper(OTHER, doi=same)),
        ):
            for _ in range(2):
                await papers.upsert(conn, [record], now=NOON)
        works = await papers.keys_of(conn, KEYS)
        assert (works[ARXIV], works[ARTICLE], works[OTHER]) == (ARTICLE, ARTICLE, OTHER)
