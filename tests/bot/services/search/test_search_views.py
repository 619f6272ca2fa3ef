"""Pages of results hold whatever there is inside Discord's limits."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import limits
from bot.services.search import FromSources, ResultsPage, SimilarPage, SourceState
from cogs.paper_search import card_view, results_view, similar_view
from papers.folding import MOST_FOLDED
from papers.model import Author, Metrics, Paper
from storage.papers import StoredPaper
from storage.search import Passage, Similar, Sort
from storage.search_sessions import Question, Remarks, Session
from storage.source_searches import SourceAnswer
from tests.bot.ui.layout import assert_sendable
from tests.bot.ui.papers import counts, days, ids, moments, people, titles, urls
from tests.bot.ui.texts import anything, long_anything

NOW = datetime(2025, 6, 9, tzinfo=UTC)
slow = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def stored(draw: st.DrawFn) -> StoredPaper:
    paper = Paper(
        id=draw(ids),
        title=draw(titles),
        abstract=draw(long_anything),
        authors=tuple(Author(name) for name in draw(people)),
        published_at=draw(st.one_of(st.none(), moments)),
        categories=draw(st.lists(anything, max_size=4).map(tuple)),
        summary=draw(st.one_of(st.none(), long_anything)),
        repository=draw(urls),
        media=draw(st.lists(anything, max_size=6).map(tuple)),
        comment=draw(st.one_of(st.none(), long_anything)),
        version=draw(st.one_of(st.none(), st.integers(1, 40))),
        linked_models=draw(counts),
    )
    return StoredPaper(1, paper, Metrics(draw(counts), draw(counts), draw(counts)), NOW, 1)


@st.composite
def passages(draw: st.DrawFn) -> Passage:
    text = draw(long_anything)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    return Passage(text, tuple(zip(cuts[::2], cuts[1::2], strict=False)))


hits = st.lists(
    st.tuples(stored(), st.one_of(st.none(), passages())),
    max_size=limits.PAGE_HITS,
    unique_by=lambda pair: pair[0].paper.id,
).map(tuple)
sources = st.builds(
    FromSources,
    state=st.sampled_from(SourceState),
    answers=st.lists(
        st.builds(
            SourceAnswer,
            source=st.sampled_from(["Hugging Face", "arXiv"]),
            found=st.integers(0, 30),
            failure=st.one_of(st.none(), st.just("rate limited")),
        ),
        max_size=3,
    ).map(tuple),
    names=st.just(("Hugging Face", "arXiv")),
    papers=st.lists(ids, max_size=40, unique=True).map(tuple),
)
sessions = st.builds(
    Session,
    id=st.integers(1, 2**62),
    question=st.builds(
        Question,
        query=titles.map(lambda title: title[:200]),
        since=st.one_of(st.none(), days),
        categories=st.lists(anything, max_size=4).map(tuple),
        sort=st.sampled_from(Sort),
    ),
    hits=st.just(tuple(map(str, range(250)))),
    remarks=st.builds(
        Remarks,
        syntax=st.one_of(st.none(), long_anything),
        corrections=st.dictionaries(
            anything, st.lists(anything, max_size=4).map(tuple), max_size=4
        ),
        rebuilding=st.booleans(),
    ),
    fresh=st.booleans(),
    used=st.booleans(),
    created_at=st.just(NOW),
)


@slow
@given(sessions, st.integers(0, 49), hits, sources, st.lists(ids, max_size=MOST_FOLDED))
def test_a_page_of_results_fits_whatever_it_shows(
    session: Session,
    number: int,
    found: tuple[tuple[StoredPaper, Passage | None], ...],
    told: FromSources,
    behind: list[str],
) -> None:
    folded = {entry.paper.id: tuple(behind) for entry, _ in found if behind}
    session = replace(session, remarks=replace(session.remarks, folded=folded))
    assert_sendable(results_view(ResultsPage(session, number, 50, found, told)))


@slow
@given(stored(), hits, st.lists(anything, max_size=5), people)
def test_a_page_of_similar_papers_fits_whatever_it_shows(
    paper: StoredPaper,
    found: tuple[tuple[StoredPaper, Passage | None], ...],
    words: list[str],
    authors: tuple[str, ...],
) -> None:
    pairs = tuple(
        (entry, Similar(entry.paper.id, 1.0, 0.5, tuple(words), authors)) for entry, _ in found
    )
    assert_sendable(similar_view(SimilarPage(paper, 1, 5, 25, pairs)))


@slow
@given(stored())
def test_a_card_fits_whatever_it_shows(paper: StoredPaper) -> None:
    assert_sendable(card_view(paper))
