"""Questions to one snapshot of the full-text index, asked as query objects, never as text."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import tantivy
from tantivy import Occur, Query

from papers.embedding import is_english
from papers.search import TITLE_WORDS, TOGETHER, WORDS_CEILING, Analysis, Tier, best_passage
from papers.spelling import STOPWORDS
from storage.search._index import PaperIndex
from storage.search._plan import Plan, Term, Words

TITLE_BOOST = 0.25
"""What a word in the title adds beyond its two places in the scored text.

nDCG@10 of cranfield .390 → .398, csfcube .373 → .378; more costs cacm, half of it titles alone.
"""

FORM_BOOST = 0.1
"""What a word of the title adds that is spelt as it was asked for, where there are two ways."""

AUTHOR_BOOST = 0.5
"""What a word counts for as a name: enough to find an author, not to make one of "long"."""

READING_BOOST = 0.8
"""What a corrected word counts for against the word as it was written."""

_TIER_POOL = 50  # of which at most `TITLE_HITS` go first for their titles
_DEMANDED = 3  # words beside an exclusion that must all be there
_NAME_WORDS = 4
_LONGEST_TITLE = 24  # words of a title that is asked for as it stands


class IndexQueries:
    """The words of the index at one moment."""

    def __init__(self, index: PaperIndex) -> None:
        self._analysis: Analysis = index.analysis
        self._schema = index.schema
        self.searcher = index.searcher()
        self._words = Words(self.searcher, index.analysis)

    def plan(self, text: str) -> Plan:
        """Read a query: its words, their stems and weights, and what misspelt ones may mean."""
        return self._words.plan(text)

    def distinctive(self, text: str, limit: int) -> Plan:
        """Return a plan of the words that distinguish a text: highest tf · idf."""
        return self._words.distinctive(text, limit)

    def best(
        self, plan: Plan, within: Query | None, limit: int, *, rows: Sequence[int] | None = None
    ) -> dict[int, float]:
        """Return BM25 scores of the best papers by row; of `rows` alone if given."""
        if not plan.terms or (rows is not None and not rows):
            return {}
        asked = self._scored(plan)
        conditions = [within] if within is not None else []
        if rows is not None:
            # A third of a term set's time, whose automaton walks the whole dictionary.
            conditions.append(_any([Query.term_query(self._schema, "row", row) for row in rows]))
        return self._run(_under(conditions, asked), limit)

    def together(self, plan: Plan, rows: Sequence[int]) -> dict[int, float]:
        """Return what words that stand side by side as in the query add to BM25, by row.

        Each such pair counts by its commoner word.
        """
        found: dict[int, float] = dict.fromkeys(rows, 0.0)
        if not rows:
            return found
        among = _any([Query.term_query(self._schema, "row", row) for row in rows])
        for left, right in pairwise(plan.terms):
            stems = left.stems[0], right.stems[0]
            # One by one: a union of phrases reads all of their papers, these a few each.
            phrase = Query.phrase_query(self._schema, "text", [*stems])
            worth = TOGETHER * WORDS_CEILING * min(left.weight, right.weight)
            for row in self._run(_all([among, phrase]), len(rows)) if stems[0] != stems[1] else ():
                found[row] += worth
        return found

    def written(self, plan: Plan) -> bool:
        """Tell whether any paper's text holds the query word for word."""
        stems = self._analysis.stem(plan.words.all)
        phrase = Query.phrase_query(self._schema, "text", [*stems])
        return bool(self.searcher.search(phrase, limit=1, count=False).hits)

    def tiers(self, plan: Plan, within: Query | None) -> tuple[dict[int, Tier], dict[int, float]]:
        """Return the papers whose titles or authors answer the query, and their BM25 scores."""
        found: dict[int, Tier] = {}
        scores: dict[int, float] = {}
        if 0 < len(plan.terms) <= TITLE_WORDS:
            scores |= self._titled(plan, self._in_title(plan), within)
            found |= dict.fromkeys(scores, Tier.WORDS)
            written = self._titled(plan, self._forms_in_title(plan), within)
            scores |= written
            found |= dict.fromkeys(written, Tier.FORMS)
        if (author := self._author(plan)) is not None:
            written = self._titled(plan, author, within)
            scores |= written
            found |= dict.fromkeys(written, Tier.AUTHOR)
        written, named = self.named_titles(plan, within)
        return found | named, scores | written

    def named_titles(
        self, plan: Plan, within: Query | None
    ) -> tuple[dict[int, float], dict[int, Tier]]:
        """Return the papers whose titles are the query or hold it word for word, with scores."""
        if not 1 < len(plan.words.all) <= _LONGEST_TITLE:
            return {}, {}
        phrase = Query.phrase_query(self._schema, "title_words", [*plan.words.forms])
        held = self._titled(plan, phrase, within)
        lengths = self._values("title_length", phrase, within) if held else {}
        whole = len(plan.words.all)
        return held, {row: Tier.EXACT if lengths.get(row) == whole else Tier.PHRASE for row in held}

    def holding(self, plan: Plan, within: Query | None) -> Query:
        """Return a condition, and that a paper holds every word of the query."""
        every = [self._any_field(term) for term in plan.terms]
        return _all([*every, *([within] if within is not None else [])])

    def about(self, plan: Plan, within: Query | None) -> Query:
        """Return a condition, and that a paper holds the words of a brief query, or one of many."""
        if len(plan.terms) <= _DEMANDED:
            return self.holding(plan, within)
        any_word = _any([self._any_field(term) for term in plan.terms])
        return _all([any_word, *([within] if within is not None else [])])

    def sensible(self, plan: Plan) -> bool:
        """Tell whether the query has a meaning: a word that a paper has, or that English has."""
        missing = set(plan.missing)
        forms = [form for form in plan.words.forms if form not in STOPWORDS]
        return any(form not in missing or is_english(form) for form in forms)

    def holding_all(self, plan: Plan, within: Query | None, limit: int) -> list[int]:
        """Return the rows of papers that hold every word of the query, newest first."""
        if not plan.terms:
            return []
        query = self.holding(plan, within)
        hits = self.searcher.search(query, limit=limit, count=False, order_by_field="day").hits
        return self._rows([address for _, address in hits])

    def matching(self, within: Query, limit: int) -> list[int]:
        """Return the rows of at most `limit` papers that meet a condition, newest first."""
        hits = self.searcher.search(within, limit=limit, count=False, order_by_field="day").hits
        return self._rows([address for _, address in hits])

    def count(self, *conditions: Query) -> int:
        """Return how many papers meet all of these conditions."""
        # The package's types leave the count out.
        found: Any = self.searcher.search(_all(conditions), limit=1, count=True)
        return int(found.count or 0)

    def meeting(self, within: Query, rows: Sequence[int]) -> list[int]:
        """Return those of `rows` that meet a condition."""
        if not rows:
            return []
        among = Query.term_set_query(self._schema, "row", list(rows))
        hits = self.searcher.search(_all([within, among]), limit=len(rows), count=False).hits
        return self._rows([address for _, address in hits])

    def held(self, plan: Plan, row: int) -> list[str]:
        """Return the words of a plan that a paper holds, most distinctive first."""
        found: list[str] = []
        for term in plan.terms:
            query = _all([Query.term_query(self._schema, "row", row), self._stem(term.stems[0])])
            if self.searcher.search(query, limit=1, count=False).hits:
                found.append(term.word)
        return found

    def snippet(self, plan: Plan, text: str, length: int) -> tuple[str, list[tuple[int, int]]]:
        """Return the passage of a text that holds most of the query, and where its words stand."""
        weights = {
            stem: term.weight
            for term in plan.terms
            for stem in (*term.stems, *term.joined, *term.parts)
        }
        return best_passage(text, weights, self._analysis.stem, length)

    def _scored(self, plan: Plan) -> Query:
        clauses: list[tuple[Occur, Query]] = []
        for term in plan.terms:
            for place, stem in enumerate(term.stems):
                boost = term.times * (1 if place == 0 else READING_BOOST)
                text, title = self._stem(stem), Query.term_query(self._schema, "title", stem)
                if place == 0 and (term.joined or term.parts):
                    text = self._spelled(text, "text", term)
                    title = self._spelled(title, "title", term)
                clauses.append((Occur.Should, _boosted(text, boost)))
                clauses.append((Occur.Should, _boosted(title, boost * TITLE_BOOST)))
            if term.form and term.form != term.word:
                # Of two spellings the one that was asked for comes first.
                form = Query.term_query(self._schema, "title_words", term.form)
                clauses.append((Occur.Should, _boosted(form, FORM_BOOST)))
            # Most words name no author, and each clause costs time.
            if self._words.named(term.word):
                author = Query.term_query(self._schema, "authors", term.word)
                clauses.append((Occur.Should, _boosted(author, AUTHOR_BOOST)))
        return Query.boolean_query(clauses)

    def _spelled(self, asked: Query, field: str, term: Term) -> Query:
        """Return what counts a word in any of its spellings, each for as much as the word."""
        weights = [self._words.idf(stem) for stem in term.joined]
        if term.parts:
            weights.append(sum(self._words.idf(part) for part in term.parts))
        spellings = self._spellings(field, term)
        return Query.disjunction_max_query(
            [
                asked,
                *(
                    _boosted(query, min(1.0, term.weight / max(weight, 1e-9)))
                    for query, weight in zip(spellings, weights, strict=True)
                ),
            ]
        )

    def _spellings(self, field: str, term: Term) -> list[Query]:
        found = [Query.term_query(self._schema, field, stem) for stem in term.joined]
        if term.parts:
            found.append(Query.phrase_query(self._schema, field, [*term.parts]))
        return found

    def _answers(self, field: str, term: Term) -> list[Query]:
        """Return everything that answers a word."""
        stems = [Query.term_query(self._schema, field, stem) for stem in term.stems]
        return [*stems, *self._spellings(field, term)]

    def _stem(self, stem: str) -> Query:
        return Query.term_query(self._schema, "text", stem, "freq")

    def _any_field(self, term: Term) -> Query:
        author = Query.term_query(self._schema, "authors", term.word)
        return _any([*self._answers("text", term), author])

    def _in_title(self, plan: Plan) -> Query:
        return _all(_any(self._answers("title", term)) for term in plan.terms)

    def _forms_in_title(self, plan: Plan) -> Query:
        forms = dict.fromkeys(form for form in plan.words.forms if form not in STOPWORDS)
        return _all(Query.term_query(self._schema, "title_words", form) for form in forms)

    def _author(self, plan: Plan) -> Query | None:
        """Return what finds the papers of the author that a query names; None if it names none."""
        words = list(plan.words.all)
        if len(words) == 1:
            # "Long" is a name and a word: what it is more often counts.
            (term,) = plan.terms
            if self._words.named(words[0]) <= self._words.frequency(term.stems[0]):
                return None
            return Query.term_query(self._schema, "authors", words[0])
        if not words or len(words) > _NAME_WORDS:
            return None
        orders = (words, words[::-1])
        return _any([Query.phrase_query(self._schema, "authors", [*each], 1) for each in orders])

    def _titled(self, plan: Plan, title: Query, within: Query | None) -> dict[int, float]:
        conditions = [title, *([within] if within is not None else [])]
        return self._run(_under(conditions, self._scored(plan)), _TIER_POOL)

    def _run(self, query: Query, limit: int) -> dict[int, float]:
        hits = self.searcher.search(query, limit=limit, count=False).hits
        rows = self._rows([address for _, address in hits])
        return {row: float(score) for row, (score, _) in zip(rows, hits, strict=True)}

    def _rows(self, addresses: list[tantivy.DocAddress]) -> list[int]:
        return [int(row or 0) for row in self.searcher.fast_field_values("row", addresses)]

    def _values(self, field: str, query: Query, within: Query | None) -> dict[int, int]:
        conditions = [query, *([within] if within is not None else [])]
        hits = self.searcher.search(_all(conditions), limit=_TIER_POOL * 4, count=False).hits
        addresses = [address for _, address in hits]
        values = self.searcher.fast_field_values(field, addresses)
        return {
            row: int(value or 0) for row, value in zip(self._rows(addresses), values, strict=True)
        }


def _boosted(query: Query, boost: float) -> Query:
    return query if boost == 1 else Query.boost_query(query, boost)


def _all(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _under(conditions: Sequence[Query], asked: Query) -> Query:
    """Return `asked` among the papers that meet all conditions, which add nothing to the scores."""
    if not conditions:
        return asked
    silent = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in conditions]
    return Query.boolean_query([*silent, (Occur.Should, asked)])
