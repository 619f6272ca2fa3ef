"""Questions to one snapshot of the full-text index, asked as query objects, never as text."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import tantivy
from tantivy import Occur, Query

from papers.search import RARE, TITLE_WORDS, Analysis, QueryWords, Tier, idf, readings, split
from storage.index import PaperIndex

TITLE_BOOST = 0.25
"""What a word in the title adds beyond its two places in the scored text.

nDCG@10 of cranfield .390 → .398, csfcube .373 → .378; more costs cacm, half of it titles alone.
"""

AUTHOR_BOOST = 0.5
"""What a word counts for as a name: enough to find an author, not to make one of "long"."""

READING_BOOST = 0.8
"""What a corrected word counts for against the word as it was written."""

_NUMBERED = re.compile(r"([a-z]{3,})(\d[a-z0-9]*)")
_TIER_POOL = 50  # of which at most `TITLE_HITS` go first for their titles
_NAME_WORDS = 4
_READ_CLOSELY = 12  # words; in a longer text one odd word changes little, and is often no slip
_LONGEST_TITLE = 24  # words of a title that is asked for as it stands


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query, with the stems that answer it, likeliest first, and its repeats."""

    word: str
    stems: tuple[str, ...]
    times: int
    weight: float
    """Its idf."""
    joined: tuple[str, ...] = ()
    """Stems of the words that it is also written as together with a neighbour."""
    parts: tuple[str, ...] = ()
    """Stems of the two words that it is also written as ("llama 3")."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query asks of the index."""

    words: QueryWords
    terms: tuple[Term, ...]
    corrections: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """What unknown words were read as."""
    missing: tuple[str, ...] = ()
    """Words that no paper has, and that were not read as others."""

    @property
    def weight(self) -> float:
        """The idf of all words together, repeats included."""
        return sum(term.weight * term.times for term in self.terms)


class Lexicon:
    """The words of the index at one moment."""

    def __init__(self, index: PaperIndex) -> None:
        self._analysis: Analysis = index.analysis
        self._schema = index.schema
        self.searcher = index.searcher()
        self.papers = self.searcher.num_docs

    def plan(self, text: str) -> Plan:
        """Read a query: its words, their stems and weights, and what misspelt ones may mean."""
        words = self._analysis.query(text)
        times = Counter(words.content)
        known = list(times)
        brief = len(known) <= _READ_CLOSELY
        joined = self._joined(words) if brief else {}
        terms: list[Term] = []
        corrections: dict[str, tuple[str, ...]] = {}
        missing: list[str] = []
        for word, stem in zip(known, self._analysis.stem(known), strict=True):
            meant = self._meant(word, stem) if brief else ()
            if meant:
                corrections[word] = meant
            stems = tuple(dict.fromkeys((stem, *self._analysis.stem(meant))))
            papers_with = max(self._named(word), *(self._frequency(each) for each in stems))
            weight = idf(self.papers, papers_with)
            parts = self._parts(word) if brief else ()
            terms.append(Term(word, stems, times[word], weight, joined.get(word, ()), parts))
            if not (papers_with or parts or joined.get(word)):
                missing.append(word)
        return Plan(words, tuple(terms), corrections, tuple(missing))

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
        if (author := self._author(plan)) is not None:
            written = self._titled(plan, author, within)
            scores |= written
            found |= dict.fromkeys(written, Tier.AUTHOR)
        if 1 < len(plan.words.all) <= _LONGEST_TITLE:
            phrase = Query.phrase_query(self._schema, "title_words", [*plan.words.all])
            if held := self._titled(plan, phrase, within):
                scores |= held
                lengths = self._values("title_length", phrase, within)
                for row in held:
                    exact = lengths.get(row) == len(plan.words.all)
                    found[row] = Tier.EXACT if exact else Tier.PHRASE
        return found, scores

    def holding_all(self, plan: Plan, within: Query | None, limit: int) -> list[int]:
        """Return the rows of papers that hold every word of the query, newest first."""
        if not plan.terms:
            return []
        every = [self._any_field(term) for term in plan.terms]
        query = _all([*every, *([within] if within is not None else [])])
        hits = self.searcher.search(query, limit=limit, count=False, order_by_field="day").hits
        return self._rows([address for _, address in hits])

    def matching(self, within: Query, limit: int) -> list[int]:
        """Return the rows of at most `limit` papers that meet a condition, newest first."""
        hits = self.searcher.search(within, limit=limit, count=False, order_by_field="day").hits
        return self._rows([address for _, address in hits])

    def meeting(self, within: Query, rows: Sequence[int]) -> list[int]:
        """Return those of `rows` that meet a condition."""
        if not rows:
            return []
        among = Query.term_set_query(self._schema, "row", list(rows))
        hits = self.searcher.search(_all([within, among]), limit=len(rows), count=False).hits
        return self._rows([address for _, address in hits])

    def telling(self, text: str, limit: int) -> Plan:
        """Return a plan of the words that tell a text from others: highest tf · idf."""
        words = self._analysis.query(text).content
        all_words = [w for w in self._analysis.words.analyze(text) if w in set(words)] or words
        stems = self._analysis.stem(list(all_words))
        first = dict(zip(reversed(stems), reversed(all_words), strict=True))
        counted = Counter(stems)
        terms = [
            Term(first[stem], (stem,), times, idf(self.papers, self._frequency(stem)))
            for stem, times in counted.items()
            if len(stem) > 1
        ]
        terms.sort(key=lambda term: (-term.times * term.weight, term.word))
        return Plan(QueryWords((), ()), tuple(terms[:limit]))

    def held(self, plan: Plan, row: int) -> list[str]:
        """Return the words of a plan that a paper holds, most telling first."""
        found: list[str] = []
        for term in plan.terms:
            query = _all([Query.term_query(self._schema, "row", row), self._stem(term.stems[0])])
            if self.searcher.search(query, limit=1, count=False).hits:
                found.append(term.word)
        return found

    def snippet(self, plan: Plan, text: str, length: int) -> tuple[str, list[tuple[int, int]]]:
        """Return the passage of a text that holds most of the query, and where its words stand."""
        stems = [
            self._stem(stem)
            for term in plan.terms
            for stem in (*term.stems, *term.joined, *term.parts)
        ]
        if not stems or not text:
            return "", []
        generator = tantivy.SnippetGenerator.create(
            self.searcher, _any(stems), self._schema, "text"
        )
        generator.set_max_num_chars(length)
        snippet = generator.snippet_from_doc(tantivy.Document(text=text))
        fragment = snippet.fragment()
        raw = fragment.encode()
        marks = [
            (len(raw[: mark.start].decode()), len(raw[: mark.end].decode()))
            for mark in snippet.highlighted()
        ]
        return fragment, marks

    def _meant(self, word: str, stem: str) -> tuple[str, ...]:
        if self._frequency(stem) > max(self._papers_with(word), RARE):
            # Another form of the same word is known.
            return ()
        if meant := readings(word, self._papers_with):
            return meant
        if self._frequency(stem) == 0 and (parts := split(word, self._papers_with)):
            return parts
        return ()

    def _joined(self, words: QueryWords) -> dict[str, tuple[str, ...]]:
        """Return for neighbours that are also written as one ("alpha fold") the stem of that."""
        found: dict[str, tuple[str, ...]] = {}
        content = set(words.content)
        for left, right in pairwise(words.all):
            if left in content and right in content:
                (one,) = self._analysis.stem([left + right])
                if self._frequency(one):
                    found[left] = (*found.get(left, ()), one)
                    found[right] = (*found.get(right, ()), one)
        return found

    def _parts(self, word: str) -> tuple[str, ...]:
        """Return the two words that a name with a number is also written as, if both are known."""
        if (numbered := _NUMBERED.fullmatch(word)) is None:
            return ()
        parts = tuple(self._analysis.stem(numbered.groups()))
        return parts if all(map(self._frequency, parts)) else ()

    def _papers_with(self, word: str) -> int:
        return self.searcher.doc_freq("title_words", word) + self._named(word)

    def _named(self, word: str) -> int:
        return self.searcher.doc_freq("authors", word)

    def _frequency(self, stem: str) -> int:
        return self.searcher.doc_freq("text", stem)

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
            # Most words name nobody, and each clause costs time.
            if self._named(term.word):
                author = Query.term_query(self._schema, "authors", term.word)
                clauses.append((Occur.Should, _boosted(author, AUTHOR_BOOST)))
        return Query.boolean_query(clauses)

    def _spelled(self, asked: Query, field: str, term: Term) -> Query:
        """Return what counts a word in any of its spellings, each for as much as the word."""
        weights = [idf(self.papers, self._frequency(stem)) for stem in term.joined]
        if term.parts:
            weights.append(sum(idf(self.papers, self._frequency(part)) for part in term.parts))
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

    def _author(self, plan: Plan) -> Query | None:
        """Return what finds the papers of the author that a query names; None if it names none."""
        words = list(plan.words.all)
        if len(words) == 1:
            # "Long" is a name and a word: what it is more often counts.
            (term,) = plan.terms
            if self._named(words[0]) <= self._frequency(term.stems[0]):
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
