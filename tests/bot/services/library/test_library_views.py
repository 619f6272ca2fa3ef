"""Whatever people save, write and name, what they see of it stays inside Discord's limits."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.interactions import folded_button, removal_buttons, save_buttons, save_select
from bot.interactions.components import PaperboyButton, PaperboySelect
from bot.services.library import QUERY_LENGTH, LibraryPage, View
from cogs import library
from cogs.library import NOTE_LENGTH, PageLibrary, render_library
from papers.model import Author, Metrics, Paper
from storage.library import Place, ReadingList, Saved, Sort, Via
from storage.papers import StoredPaper
from tests.bot.ui.layout import assert_sendable

NOW = datetime(2026, 3, 4, tzinfo=UTC)
LONGEST_ID = "cond-mat/9901001"
TEXT = st.text(max_size=300)

LISTS = st.lists(
    st.builds(
        ReadingList,
        id=st.integers(1, 2**53),
        user_id=st.just(1),
        name=st.text(min_size=1, max_size=40),
        emoji=st.sampled_from((None, "🔖", "<:paper:1456074443980800013>")),
        is_default=st.booleans(),
        is_read=st.booleans(),
        papers=st.integers(0, 10**6),
    ),
    max_size=25,
    unique_by=lambda each: each.id,
)
PAPERS = st.builds(
    Paper,
    id=st.just(LONGEST_ID),
    title=TEXT,
    abstract=TEXT,
    authors=st.lists(st.builds(Author, st.text(max_size=80)), max_size=9).map(tuple),
    repository=st.just("https://github.com/" + "x" * 200),
)
ENTRIES = st.lists(
    st.tuples(
        st.builds(
            Saved,
            paper_id=st.just(LONGEST_ID),
            lists=st.lists(st.integers(1, 30), max_size=25).map(tuple),
            saved_at=st.just(NOW),
            via=st.sampled_from(Via),
            place=st.just(Place(2**62, 2**62, 2**62)),
            note=st.none() | st.text(max_size=NOTE_LENGTH),
            read=st.booleans(),
        ),
        st.builds(
            StoredPaper,
            row=st.just(1),
            paper=PAPERS,
            metrics=st.just(Metrics(10**6, 10**6, 10**6)),
            first_seen_at=st.just(NOW),
            revision=st.just(1),
        ),
    ),
    max_size=5,
)


@settings(max_examples=60)
@given(
    LISTS,
    ENTRIES,
    st.builds(
        View,
        list_id=st.none() | st.just(2**53),
        sort=st.sampled_from(Sort),
        query=st.text(max_size=QUERY_LENGTH),
    ),
    st.integers(0, 4_000),
    st.lists(st.tuples(st.just(LONGEST_ID), TEXT), max_size=30),
)
def test_a_page_of_any_library_fits(
    lists: list[ReadingList],
    entries: list[tuple[Saved, StoredPaper]],
    view: View,
    number: int,
    noted: list[tuple[str, str]],
) -> None:
    apart = [
        (replace(entry, paper_id=other), replace(each, paper=replace(each.paper, id=other)))
        for place, (entry, each) in enumerate(entries)
        for other in [f"cond-mat/990100{place}"]
    ]
    unsaved = tuple((f"2506.{place:05}", title) for place, (_, title) in enumerate(noted))
    page = LibraryPage(view, number, 4_001, 20_005, tuple(apart), tuple(lists), unsaved)
    assert_sendable(render_library(page))


@given(st.text(max_size=QUERY_LENGTH), st.sampled_from(Sort))
def test_a_query_comes_back_out_of_the_button_as_it_went_in(query: str, sort: Sort) -> None:
    view = View(2**53, sort, query)
    button = PageLibrary(view, 4_000, 1)
    match = type(button).__discord_ui_compiled_template__.fullmatch(button.custom_id)
    assert match is not None
    again = PageLibrary.from_match(match)
    assert (again.view_wanted, again.page) == (view, 4_000)


def test_every_custom_id_belongs_to_one_kind_of_item() -> None:
    kinds: tuple[type[PaperboyButton | PaperboySelect], ...] = library.ITEMS
    lists = [ReadingList(1, 1, "to read", "🔖", True, False)]
    made = [
        save_buttons.SaveButton(LONGEST_ID),
        save_buttons.UndoSave(NOW),
        removal_buttons.RestoreSave(LONGEST_ID, 2**53, NOW),
        removal_buttons.UndoRemoval(2**62),
        removal_buttons.RemoveFromLibrary(LONGEST_ID),
        save_buttons.ChooseLists(LONGEST_ID, lists, [1]),
        PageLibrary(View(), 0, 0),
        library.ChooseLibraryList(View(), lists),
        library.SortLibrary(View()),
        library.OpenSaved(LONGEST_ID),
        library.OpenNoted(),
        library.MarkRead(LONGEST_ID, read=True),
        library.WriteNote(LONGEST_ID),
        save_select.SaveSome(),
        folded_button.FoldedButton([LONGEST_ID] * folded_button.MOST),
        library.PageTop(library.Span.WEEK, 0, 0),
        library.PagePicks(2**62, 31, 9_999, "Next"),
        library.PageAuthor(2**62, 9_999, "x" * library.NAME_LENGTH, "Next"),
        library.SaveAllBy(2**62, 9_999, "x" * library.NAME_LENGTH),
        library.SaveSomeBy(2**62),
    ]
    assert {type(each) for each in made} == set(kinds)
    for item in made:
        assert len(item.custom_id) <= 100
        matching = [
            kind
            for kind in kinds
            if kind.__discord_ui_compiled_template__.fullmatch(item.custom_id)
        ]
        assert matching == [type(item)]
