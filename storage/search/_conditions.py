"""Conditions on papers as index queries: dates, categories, and the query language's tree."""

from collections.abc import Iterator, Sequence
from datetime import date

from tantivy import FieldType, Occur, Query, Schema

from papers.search import Analysis
from papers.spelling import names, spelled
from papers.topics import (
    All,
    Either,
    Field,
    FieldName,
    Node,
    Not,
    Phrase,
    Topic,
    Word,
    as_phrases,
    day_of,
)

_RUNS = {"title": "title_run", "text": "run"}
"""Scored fields, and where the same texts have their compounds as one word."""


class Conditions:
    """Builds queries that papers either meet or do not."""

    def __init__(self, schema: Schema, analysis: Analysis) -> None:
        self._schema = schema
        self._analysis = analysis

    def within(
        self,
        since: date | None,
        categories: Sequence[str],
        expression: Topic | None,
        among: frozenset[int] | None = None,
    ) -> Query | None:
        """Return what all hits have to meet; None if nothing is asked."""
        asked: list[Query] = []
        if since is not None:
            asked.append(self._since(since))
        if categories:
            asked.append(_any([self._category(name) for name in categories]))
        if expression is not None:
            asked.extend(self._demands(expression.root))
        if among is not None:
            asked.append(Query.term_set_query(self._schema, "row", sorted(among)))
        return _all(asked) if asked else None

    def said(self, topic: Topic) -> Query:
        """Return what papers meet that hold a topic's words, plain ones side by side."""
        return self._met_by(as_phrases(topic.root))

    def between(self, first: date, last: date) -> Query:
        """Return what papers of these days meet."""
        return Query.range_query(
            self._schema,
            "day",
            FieldType.Integer,
            lower_bound=first.toordinal(),
            upper_bound=last.toordinal(),
        )

    def _demands(self, node: Node) -> Iterator[Query]:
        """Yield what a tree demands at its top: a plain word there is ranked by, not demanded."""
        match node:
            case Word():
                return
            case All(nodes):
                for part in nodes:
                    yield from self._demands(part)
            case _:
                yield self._met_by(node)

    def _met_by(self, node: Node) -> Query:
        match node:
            case Word(text) | Phrase(text):
                return self._text(text, "text")
            case Field(name, value):
                return self._field(name, value)
            case Not(inner):
                return Query.boolean_query(
                    [(Occur.Must, Query.all_query()), (Occur.MustNot, self._met_by(inner))]
                )
            case All(nodes):
                return _all([self._met_by(part) for part in nodes])
            case Either(nodes):
                return _any([self._met_by(part) for part in nodes])

    def _field(self, name: FieldName, value: str) -> Query:
        match name:
            case FieldName.TITLE:
                return self._text(value, "title")
            case FieldName.ABSTRACT:
                # The index shows only that it is in title or abstract: see `SearchEngine`.
                return self._text(value, "text")
            case FieldName.AUTHOR:
                return self._author(value)
            case FieldName.ORGANIZATION:
                words = spelled(value).parts
                return _all([Query.term_query(self._schema, "organization", w) for w in words])
            case FieldName.CATEGORY:
                return self._category(value)
            case FieldName.SOURCE:
                return Query.term_query(self._schema, "source", value)
            case FieldName.VENUE:
                return self._together("venue", spelled(value).words)
            case FieldName.SINCE:
                day = day_of(value, None)
                return Query.all_query() if day is None else self._since(day)
            case FieldName.CODE:
                has = Query.term_query(self._schema, "code", "yes")
                if value == "yes":
                    return has
                return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, has)])

    def _text(self, text: str, field: str) -> Query:
        words, parts = self._analysis.phrase(text)
        # A compound stands in one of these as it was written, and in the other as one word.
        ways = [self._together(field, parts)]
        if words != parts:
            ways.append(self._together(field, words))
        if words != parts or len(words) > 1:
            ways.append(self._together(_RUNS[field], words))
        return _any(ways)

    def _together(self, field: str, words: Sequence[str], slop: int = 0) -> Query:
        if not words:
            return Query.empty_query()
        if len(words) == 1:
            return Query.term_query(self._schema, field, words[0])
        return Query.phrase_query(self._schema, field, list(words), slop)

    def _author(self, name: str) -> Query:
        ways: list[Query] = []
        for words in names(name):
            # As "Y. LeCun", "Yann LeCun" and "LeCun Yann": an initial says nothing here.
            full = [word for word in words if len(word) > 1] or words
            ways += [self._together("authors", full, 1), self._together("authors", full[::-1], 1)]
        return _any(ways)

    def _since(self, day: date) -> Query:
        return Query.range_query(
            self._schema, "day", FieldType.Integer, lower_bound=day.toordinal()
        )

    def _category(self, name: str) -> Query:
        folded = name.strip().lower().removesuffix(".*")
        return Query.term_query(self._schema, "categories", folded)


def _all(queries: Sequence[Query]) -> Query:
    if not queries:
        return Query.empty_query()
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])
