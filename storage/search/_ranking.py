"""From a request to ranked rows: the words' half and the meaning's half brought together."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from tantivy import Query

from papers.embedding import paper_text
from papers.search import (
    FEEDBACK_PAPERS,
    TOGETHER_AMONG,
    Ranked,
    Tier,
    alike,
    feedback,
    fuse,
    likeness,
    score,
)
from storage.papers import StoredPaper
from storage.search._conditions import Conditions
from storage.search._index import PaperIndex
from storage.search._index_queries import IndexQueries
from storage.search._matrix import dots
from storage.search._plan import Plan
from storage.search._types import SearchRequest, Sort
from storage.search._vectors import VectorCache
from storage.vectors import Floats

DEPTH = 250
"""Candidates of each half, and hits of an answer: fifty pages of five."""

_NEAREST = 100
"""Of the nearest papers, those whose words count even if 250 others have more of them: looking
that up takes longer than all other words do, and none beyond ever came among the first ten.
"""

_WIDE = 2_000  # nearest papers that are looked through for those that meet conditions
_NARROW = 3_000  # conditions that so few papers meet are searched by meaning completely
_DISTINCTIVE_WORDS = 30  # of a paper, to find papers like it by
_EVERY_WORD = 10  # hits with every word that make the others superfluous when sorted otherwise


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranked rows with how the query was read."""

    plan: Plan
    hits: list[Ranked]
    by_meaning: bool


def rank(index: PaperIndex, memory: VectorCache | None, request: SearchRequest) -> Ranking:
    """Rank the index's papers for a request, by `Sort.BEST` order. Blocking."""
    lexicon = IndexQueries(index)
    plan = lexicon.plan(request.text)
    within = Conditions(index.schema, index.analysis).within(
        request.since, request.categories, request.expression, request.among
    )
    if not plan.terms:
        rows = lexicon.matching(within, DEPTH) if within is not None else []
        return Ranking(plan, [Ranked(row, 0.0, None) for row in rows], by_meaning=False)
    if plan.words.common:
        # Words that every text has say nothing, but in a title's own order.
        scores, named = lexicon.named_titles(plan, within)
        hits = fuse(scores, plan.weight, {}, named)
        return Ranking(plan, _sortable(lexicon, plan, within, request, hits), by_meaning=False)
    if request.expression is not None and request.expression.excludes_words:
        within = lexicon.about(plan, within)
    if memory is None or not len(memory.matrix) or not lexicon.sensible(plan):
        words, tiers = _by_words(lexicon, plan, within)
        words = _answering(words, request)
        hits = _of_author(lexicon, plan, tiers, fuse(words, plan.weight, {}, tiers))
        return Ranking(plan, _sortable(lexicon, plan, within, request, hits), by_meaning=False)
    # The halves need nothing of each other: where there are two cores they take the time of one.
    found_by_words = memory.helper.submit(_by_words, lexicon, plan, within)
    query = memory.of_query(plan.words.all, request.text)
    near = _near(lexicon, memory, query, within)
    words, tiers = found_by_words.result()
    lacking = [row for row in near[:_NEAREST] if row not in words]
    words |= lexicon.best(plan, within, _NEAREST, rows=lacking)
    words = _answering(words, request)
    rows, found = memory.matrix.of(list(dict.fromkeys((*words, *near))))
    # Once to know the best papers, and again from where they draw the query.
    covered = np.array([words.get(row, 0.0) for row in rows], dtype=np.float32)
    first = score(covered, plan.weight, dots(found, query))
    best = np.argsort(-first, kind="stable")[:FEEDBACK_PAPERS]
    moved = feedback(query, found[best], first[best])
    cosines = dict(zip(rows, dots(found, moved).tolist(), strict=True))
    vectors = dict(zip(rows, found, strict=True))
    hits = _of_author(lexicon, plan, tiers, fuse(words, plan.weight, cosines, tiers, vectors))
    return Ranking(plan, _sortable(lexicon, plan, within, request, hits), by_meaning=True)


def _by_words(
    lexicon: IndexQueries, plan: Plan, within: Query | None
) -> tuple[dict[int, float], dict[int, Tier]]:
    words = lexicon.best(plan, within, DEPTH)
    tiers, titled = lexicon.tiers(plan, within)
    words |= titled
    best = sorted(words, key=words.__getitem__, reverse=True)[:TOGETHER_AMONG]
    for row, points in lexicon.together(plan, best).items():
        words[row] += points
    return words, tiers


def _answering(words: dict[int, float], request: SearchRequest) -> dict[int, float]:
    """Return the papers that hold a word, or that meet all conditions that a person spelt out.

    To meet a date or a category alone is no answer.
    """
    if request.expression is not None:
        return words
    return {row: points for row, points in words.items() if points > 0}


@dataclass(frozen=True, slots=True)
class Candidates:
    """Papers like one, as far as their texts say."""

    plan: Plan
    """The paper's distinctive words."""
    likeness: dict[int, float]
    """By row, most alike first."""
    cosines: dict[int, float]
    vectors: dict[int, Floats]


def like(index: PaperIndex, memory: VectorCache | None, entry: StoredPaper) -> Candidates:
    """Return papers like one. Blocking."""
    lexicon = IndexQueries(index)
    text = paper_text(entry.paper)
    plan = lexicon.distinctive(text, _DISTINCTIVE_WORDS)
    words = lexicon.best(plan, None, DEPTH)
    vectors: dict[int, Floats] = {}
    cosines: dict[int, float] = {}
    if memory is not None and len(memory.matrix):
        known, own = memory.matrix.of([entry.row])
        vector = own[0] if known else memory.embed([text])[0]
        near = memory.nearest(vector, DEPTH)
        lacking = [row for row in near[:_NEAREST] if row not in words]
        words |= lexicon.best(plan, None, _NEAREST, rows=lacking)
        rows, found = memory.matrix.of(list(dict.fromkeys((*words, *near))))
        cosines = dict(zip(rows, dots(found, vector).tolist(), strict=True))
        vectors = dict(zip(rows, found, strict=True))
    for scores in (words, cosines, vectors):
        scores.pop(entry.row, None)
    return Candidates(plan, likeness(words, cosines), cosines, vectors)


def like_by_title(
    index: PaperIndex,
    memory: VectorCache | None,
    found: Candidates,
    title: str,
    titles: Mapping[int, str],
    limit: int,
) -> list[tuple[int, float, float | None, list[str]]]:
    """Return papers like one in their order: row, likeness, cosine, shared words. Blocking.

    Args:
        index: of all papers.
        memory: their vectors.
        found: as `like` returned it.
        title: the paper's.
        titles: of the papers found, by row.
        limit: how many are returned.
    """
    lexicon = IndexQueries(index)
    near: dict[int, float] = {}
    if memory is not None and found.vectors and titles:
        own, *others = memory.of_titles([title, *titles.values()])
        near = dict(zip(titles, dots(np.stack(others), own).tolist(), strict=True))
    return [
        (row, score, found.cosines.get(row), lexicon.held(found.plan, row))
        for row, score in alike(found.likeness, near, found.vectors)[:limit]
    ]


def _near(
    lexicon: IndexQueries, memory: VectorCache, query: Floats, within: Query | None
) -> list[int]:
    """Return the rows of the nearest papers that meet the conditions."""
    if within is None:
        return memory.nearest(query, DEPTH)
    few = lexicon.matching(within, _NARROW)
    if len(few) < _NARROW:
        rows, found = memory.matrix.of(few)
        scores = dots(found, query).tolist()
    else:
        wide = memory.nearest(query, _WIDE)
        rows, found = memory.matrix.of(lexicon.meeting(within, wide))
        scores = dots(found, query).tolist()
    ranked = sorted(zip(scores, rows, strict=True), reverse=True)
    return [row for _, row in ranked[:DEPTH]]


def _of_author(
    lexicon: IndexQueries, plan: Plan, tiers: dict[int, Tier], hits: list[Ranked]
) -> list[Ranked]:
    """Return the papers of an author alone, where a query is a full name and nothing else."""
    if len(plan.words.all) < 2 or set(tiers.values()) != {Tier.AUTHOR} or lexicon.written(plan):
        return hits
    return [hit for hit in hits if hit.tier is Tier.AUTHOR]


def _sortable(
    lexicon: IndexQueries,
    plan: Plan,
    within: Query | None,
    request: SearchRequest,
    hits: list[Ranked],
) -> list[Ranked]:
    """Return the hits that may be put in another order without the poor ones coming first."""
    if request.sort is Sort.BEST:
        return hits[:DEPTH]
    every = lexicon.holding_all(plan, within, DEPTH * 4)
    if len(every) < _EVERY_WORD:
        return hits[: _EVERY_WORD * 5]
    ranked = {hit.row: hit for hit in hits}
    return [ranked.get(row) or Ranked(row, 0.0, None) for row in every]
