"""Reading what a person typed: a query in the topic language or in plain words, and a date."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.ui import text
from bot.ui.errors import UserError
from papers import topics
from papers.search import is_expression
from papers.topics import Branch, Field, FieldName, Phrase, Topic, TopicError
from storage.search import SearchRequest
from storage.sessions import Question

QUERY_LENGTH: Final = 200
"""Characters of a query: a long sentence. The Hub's search takes 250."""

_AROUND: Final = 12
"""Characters shown on both sides of the place where a query's syntax breaks."""

_AGO: Final = re.compile(
    r"(?:(?:past|last)\s+)?(?P<count>\d{1,3})?\s*"
    r"(?P<unit>d|days?|w|weeks?|m|months?|y|years?)(?:\s+ago)?",
    re.IGNORECASE,
)
_DAY: Final = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?")
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_FIRST_YEAR: Final = 1991
"""arXiv's."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as it is searched for."""

    query: str
    topic: Topic
    syntax: str | None = None
    """Why it was read as plain words, where it was meant as more: a sentence."""

    def request(self, question: Question) -> SearchRequest:
        """Return what to ask the index for."""
        plain = self.topic.plain
        return SearchRequest(
            # A title is found by its exact words: of a plain query none is dropped or moved.
            text=self.query if plain else self.topic.text,
            since=question.since,
            categories=question.categories,
            sort=question.sort,
            expression=None if plain else self.topic,
        )

    @property
    def words(self) -> str:
        """What the sources are asked for: words and quoted phrases, of one alternative.

        They search for all of the words, so a second alternative would find nothing more.
        """
        if self.topic.plain:
            return self.query
        return next((words for words in map(_words, self.topic.branches) if words), "")


def read(query: str) -> Reading:
    """Read a query; wrong syntax makes it plain words.

    Raises:
        UserError: there is no word in it.
    """
    query = " ".join(query.split())
    try:
        parsed = topics.parse(query)
    except TopicError as error:
        wrong = error
    else:
        # A title or a question with a quote in it stays words, as conditions it would find nothing.
        meant = parsed.plain or is_expression(query)
        return Reading(query, parsed if meant else topics.parse_plain(query))
    try:
        topic = topics.parse_plain(query)
    except TopicError:
        raise UserError(
            f"There is no word to search for in “{text.escape(query, 100)}”. Try a few words, a"
            " title, an author, or an arXiv link."
        ) from None
    return Reading(
        topic.text, topic, f"{_located(wrong, query)}, so I searched for the plain words."
    )


def parse_since(typed: str, today: date) -> date:
    """Return the day that a person means: `2025`, `2025-03`, `2025-03-31`, `7d`, `past month`.

    Raises:
        UserError: it is none, or has not come yet.
    """
    clean = typed.strip().lower()
    day: date | None = None
    if (ago := _AGO.fullmatch(clean)) is not None:
        day = today - timedelta(days=int(ago["count"] or 1) * _DAYS[ago["unit"][0]])
    elif (named := _DAY.fullmatch(clean)) is not None:
        try:
            day = date(int(named["year"]), int(named["month"] or 1), int(named["day"] or 1))
        except ValueError:
            day = None
    if day is None or day.year < _FIRST_YEAR:
        raise UserError(
            f"“{text.escape(typed, 40)}” is no date that I can read. Write 2025, 2025-03,"
            " 2025-03-31, or 7d, 6m, 1y for the past days, months or years."
        )
    if day > today:
        raise UserError(f"{day.isoformat()} has not come yet: there is no paper since then.")
    return day


def since_choices(typed: str, today: date) -> list[tuple[str, str]]:
    """Return what `since` offers: names and what to write for them."""
    offered = [
        ("Past week", "7d"),
        ("Past month", "1m"),
        ("Past 3 months", "3m"),
        ("Past year", "1y"),
        *((f"Since {year}", str(year)) for year in range(today.year, today.year - 5, -1)),
    ]
    wanted = typed.strip().lower()
    found = [choice for choice in offered if wanted in choice[0].lower() or wanted == choice[1]]
    if found:
        return found
    try:
        return [(f"Since {parse_since(typed, today).isoformat()}", typed.strip())]
    except UserError:
        return []


def _words(branch: Branch) -> str:
    parts = [f'"{part.text}"' if isinstance(part, Phrase) else part.text for part in branch.parts]
    named = (FieldName.TITLE, FieldName.ABSTRACT, FieldName.AUTHOR, FieldName.ORGANIZATION)
    parts += [
        condition.leaf.value
        for condition in branch.conditions
        if condition.wanted and isinstance(condition.leaf, Field) and condition.leaf.name in named
    ]
    return " ".join(dict.fromkeys(parts))


def _located(error: TopicError, query: str) -> str:
    start = max(error.position - _AROUND, 0)
    end = error.position + _AROUND
    around = ("…" if start else "") + query[start:end] + ("…" if end < len(query) else "")
    return f"{str(error).rstrip('.')} (at character {error.position + 1}: {around})"
