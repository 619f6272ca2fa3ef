from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import limits
from bot.interactions.components import page_buttons
from bot.interactions.folded_button import MOST, folded_on_page, render_folded
from bot.interactions.save_select import SaveSome
from bot.ui.full_card import render_paper
from bot.ui.notices import render_notice
from bot.ui.pages import (
    Fragment,
    Hit,
    HitsPage,
    highlighted,
    hit_of,
    render_hits,
    render_list,
)
from bot.ui.payloads import HeaderEntry
from papers.folding import MOST_FOLDED
from papers.model import Author, Metrics, Paper
from papers.trending import Reason
from storage.papers import StoredPaper
from tests.bot.ui import layout
from tests.bot.ui.items import Keep, Turn
from tests.bot.ui.markdown import read
from tests.bot.ui.papers import (
    NUMBERS,
    a_paper,
    counts,
    days,
    entries,
    ids,
    moments,
    people,
    titles,
    urls,
)
from tests.bot.ui.texts import anything, long_anything

slow = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
fragments = st.lists(st.builds(Fragment, anything, st.booleans()), max_size=8).map(tuple)
hits = st.builds(
    Hit,
    paper_id=ids,
    title=titles,
    authors=people,
    published=st.one_of(st.none(), days),
    upvotes=counts,
    stars=counts,
    repository=urls,
    passage=fragments,
    notes=st.lists(anything, max_size=4).map(tuple),
    folded=st.lists(ids, max_size=MOST_FOLDED).map(tuple),
    mark=st.one_of(st.sampled_from(["", "✅", "👩\u200d🔬"]), anything),
)


def hit_id(hit: Hit) -> str:
    return hit.paper_id


pages = st.builds(
    HitsPage,
    title=anything,
    hits=st.lists(hits, max_size=limits.PAGE_HITS, unique_by=hit_id).map(tuple),
    first=st.integers(1, 200),
    total=counts,
    notes=st.lists(anything, max_size=4).map(tuple),
    footer=anything,
)
some_papers = st.builds(
    Paper,
    id=ids,
    title=titles,
    abstract=long_anything,
    authors=people.map(lambda names: tuple(map(Author, names))),
    published_at=st.one_of(st.none(), moments),
    categories=st.lists(anything, max_size=8).map(tuple),
    summary=st.one_of(st.none(), long_anything),
    organization=st.one_of(st.none(), anything),
    repository=urls,
    project_page=urls,
    media=st.lists(st.one_of(anything, st.just("https://a.example/x.png")), max_size=12).map(tuple),
    comment=st.one_of(st.none(), long_anything),
    doi=st.one_of(st.none(), anything, st.just("10.1000/182")),
    journal_ref=st.one_of(st.none(), anything),
    version=st.one_of(st.none(), st.integers(1, 99)),
    updated_at=st.one_of(st.none(), moments),
    withdrawn_at=st.one_of(st.none(), moments),
    linked_models=counts,
    linked_datasets=counts,
    linked_spaces=counts,
)


def save_some(page: HitsPage) -> SaveSome:
    return SaveSome((page.first + i, hit.paper_id, hit.title) for i, hit in enumerate(page.hits))


@slow
@given(pages)
def test_every_page_of_hits_can_be_sent_with_all_its_buttons(page: HitsPage) -> None:
    view = render_hits(
        page,
        accessory=lambda hit: Keep(hit.paper_id),
        select=save_some(page) if page.hits else None,
        buttons=[*folded_on_page(page.hits), *(Turn(number) for number in range(9))],
    )
    layout.assert_sendable(view)
    acted = set[str]().union(*(reading.acted for reading in layout.reading(view)))
    assert acted <= {"heading", "subtext", "bold", "link", "quote"}


@slow
@given(some_papers, st.integers(1, MOST))
def test_every_list_of_folded_papers_can_be_sent(paper: Paper, number: int) -> None:
    # One paper for all of a list: of a dozen, most would be more than hypothesis draws.
    now = datetime(2025, 6, 12, 15, tzinfo=UTC)
    found = [replace(paper, id=f"2506.{n:05}") for n in range(number)]
    entries = [StoredPaper(n, each, Metrics(9, 9), now, n) for n, each in enumerate(found)]
    layout.assert_sendable(render_folded(entries))


def test_a_hit_says_how_many_papers_stand_behind_it() -> None:
    hit = hit_of(a_paper(), NUMBERS, folded=["2406.00001", "2406.00002"])
    view = render_hits(HitsPage("x", (hit,)), buttons=folded_on_page([hit]))
    assert "251 stars · code · and 2 more about this" in layout.seen(view)
    assert folded_on_page([hit_of(a_paper())]) == []


def test_a_hit_shows_title_people_numbers_and_what_matched() -> None:
    hit = hit_of(
        a_paper(published_at=datetime(2024, 6, 11, tzinfo=UTC)),
        NUMBERS,
        passage=[Fragment("a framework for "), Fragment("automatic"), Fragment(" tests", True)],
        notes=["shares two authors"],
    )
    view = render_hits(HitsPage("textgrad", (hit,), first=6, total=187))
    shown = layout.texts(view)[1]
    assert read(shown).links[0] == (hit.title, "https://arxiv.org/abs/2406.07496")
    assert "6. TextGrad: Automatic Differentiation via Text" in layout.seen(view)
    assert (
        "Mert Yuksekgonul, Federico Bianchi and 1 more · 11 Jun 2024 · 118 upvotes · 251 stars"
        in shown
    )
    assert "a framework for automatic **tests**" in shown
    assert "shares two authors" in shown
    assert "Paper 6 of 187" in layout.seen(view)
    assert layout.buttons(view) == {"arXiv": "https://arxiv.org/abs/2406.07496"}


def test_more_hits_than_a_page_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="6 hits"):
        render_hits(HitsPage("x", tuple(Hit(f"2406.{n:05d}", "t") for n in range(6))))


@given(fragments, st.integers(0, 400))
def test_a_highlighted_passage_fits_and_only_matches_are_bold(
    passage: tuple[Fragment, ...], limit: int
) -> None:
    shown = highlighted(passage, limit)
    assert layout.length(shown) <= limit
    assert read(shown).acted <= {"bold"}
    if not any(fragment.matched for fragment in passage):
        assert read(shown).acted == set()


def test_neighbouring_matches_are_one_bold_stretch() -> None:
    passage = [Fragment("multi", True), Fragment("agent", True), Fragment(" systems")]
    assert highlighted(passage, 100) == "**multiagent** systems"


def test_a_select_names_the_papers_by_their_numbers() -> None:
    (option,) = save_some(HitsPage("x", (Hit("2406.07496", "TextGrad"),), first=6)).item.options
    assert (option.label, option.value) == ("6. TextGrad", "2406.07496")


@slow
@given(
    anything,
    st.lists(entries, max_size=10),
    st.lists(anything, max_size=4),
)
def test_every_ranked_list_can_be_sent_with_all_its_buttons(
    title: str, listed: list[HeaderEntry], notes: list[str]
) -> None:
    page = HitsPage("x", (Hit("2406.07496", "TextGrad"),))
    view = render_list(
        title,
        listed,
        notes=notes,
        select=save_some(page),
        buttons=[Turn(number) for number in range(10)],
    )
    layout.assert_sendable(view)


def test_a_ranked_list_shows_each_place_and_why() -> None:
    entry = HeaderEntry(
        rank=11,
        paper_id="2406.07496",
        title="TextGrad",
        url="https://arxiv.org/abs/2406.07496",
        reason=Reason(upvotes=118, stars=251),
    )
    seen = layout.seen(render_list("Trending this week", [entry], notes=["9 to 12 June 2025"]))
    assert "Trending this week\n9 to 12 June 2025" in seen
    assert "11. TextGrad\n118 upvotes · 251 stars" in seen


@slow
@given(some_papers, st.builds(Metrics, counts, counts, counts), counts)
def test_every_full_card_can_be_sent(paper: Paper, metrics: Metrics, saved: int | None) -> None:
    view = render_paper(paper, metrics, saved=saved, actions=[Keep("2406.07496")])
    layout.assert_sendable(view)
    acted = set[str]().union(*(reading.acted for reading in layout.reading(view)))
    assert acted <= {"heading", "subtext", "bold", "link"}


def test_a_full_card_tells_everything_known() -> None:
    paper = a_paper(
        summary="Text as gradient.",
        comment="12 pages, accepted at Nature",
        doi="10.1000/182",
        version=3,
        updated_at=datetime(2025, 3, 19, tzinfo=UTC),
        linked_models=3,
        linked_spaces=1,
        media=("https://a.example/figure.png",),
    )
    view = render_paper(paper, NUMBERS, saved=2)
    seen = layout.seen(view)
    assert "In short: Text as gradient." in seen
    assert "AI is undergoing a paradigm shift." in seen
    assert "118 upvotes · 251 stars · 4 comments · saved by 2 members here" in seen
    assert "12 pages, accepted at Nature" in seen
    assert "Version 3, 19 Mar 2025" in seen
    assert "3 models, 1 Space on Hugging Face" in seen
    links = [link for reading in layout.reading(view) for link in reading.links]
    assert ("DOI 10.1000/182", "https://doi.org/10.1000/182") in links
    media = [found["items"] for found in layout.components(view) if found["type"] == 12]
    assert [item["media"]["url"] for item in media[0]] == ["https://a.example/figure.png"]


@given(anything, long_anything, anything)
def test_every_notice_can_be_sent(title: str, body: str, footer: str) -> None:
    layout.assert_sendable(render_notice(title, body, footer=footer, actions=[Turn(1)]))


def test_pages_turn_both_ways_and_what_leads_nowhere_is_off() -> None:
    def button(page: int, label: str, off: bool) -> tuple[int, str, bool]:
        return page, label, off

    def made(page: int, pages: int | None) -> list[tuple[int, str, bool]]:
        return page_buttons(page, pages, button)

    assert made(0, 1) == []
    assert made(0, 3) == [(0, "← Back", True), (1, "Next →", False)]
    assert made(1, 3) == [(0, "← Back", False), (2, "Next →", False)]
    assert made(2, 3) == [(1, "← Back", False), (3, "Next →", True)]
    assert made(4, None)[1] == (5, "Next →", False)
