"""Reading what a person typed: a query in the topic language or in plain words, and a date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.i18n import gettext as _
from bot.i18n import long_date, ngettext, sentences, short_date
from bot.interactions.dates import complaint, readings
from bot.interactions.errors import UserError
from bot.limits import CHOICE_VALUE
from bot.ui import text
from bot.ui.syntax_errors import located
from papers import topics
from papers.query_names import query_names
from papers.search import is_expression
from papers.topics import Branch, Field, FieldName, Phrase, Topic, TopicError, day_of
from storage.search import SearchRequest
from storage.search_sessions import Question

QUERY_LENGTH: Final = 200
"""Characters of a query: a long sentence. The Hub's search takes 250."""

PASTED_LENGTH: Final = 1_000
"""Characters of what may be typed for a query: redirect links are several times as long as one."""

_AROUND: Final = 12
"""Characters shown on both sides of the place where a query's syntax breaks."""

_LATEST: Final = query_names("latest")
_NEWEST: Final = re.compile(
    rf"(?:(?:the\s+)?(?:{'|'.join(_LATEST['words'])})\s+|(?:{'|'.join(_LATEST['prefixes'])})\s*)"
    rf"(?:(?:{'|'.join(_LATEST['papers'])})\s+(?:(?:{'|'.join(_LATEST['about'])})\s+)?)?(?P<rest>\S.*)",
    re.IGNORECASE,
)
"""A query that asks for an order: "latest papers on diffusion"."""

_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|(?<!\S)(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|edu|gov|co|dev|app)(?:/\S*)?(?!\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as it is searched for."""

    query: str
    topic: Topic
    syntax: str | None = None
    """How it was read, where that may not be what was meant: a sentence."""
    alternatives: Topic | None = None
    """The list that it is, if it is one of words."""

    @property
    def since(self) -> date | None:
        """The latest day that every paper has to be as new as."""
        days = [
            day_of(condition.leaf.value, None)
            for condition in self.topic.required
            if isinstance(condition.leaf, Field) and condition.leaf.name is FieldName.SINCE
        ]
        return max(filter(None, days), default=None)

    def request(self, question: Question) -> SearchRequest:
        """Return what to ask the index for."""
        plain = self.topic.plain
        return SearchRequest(
            # A title is found by its exact words: of a plain query none is dropped or moved.
            text=self.query if plain else self.topic.text,
            since=max(filter(None, (question.since, self.since)), default=None),
            categories=question.categories,
            sort=question.sort,
            expression=None if plain else self.topic,
        )

    @property
    def words(self) -> str:
        """What the sources are asked for: words and quoted phrases, of one alternative.

        They search for all of the words, so a second alternative would find nothing more.
        """
        if self.topic.plain and self.alternatives is None:
            return self.query
        branches = (self.alternatives or self.topic).branches
        return next((words for words in map(_words, branches) if words), "")


def read(query: str, today: date | None = None) -> Reading:
    """Read a query; wrong syntax makes it plain words.

    Args:
        query: what a person typed.
        today: what `since:7d` is counted from.

    Raises:
        UserError: there is no word in it.
    """
    query = " ".join(query.split())
    words = " ".join(_LINK.sub(" ", query).split())
    if words != query and any(c.isalnum() for c in words):
        # The parts of an address say nothing, if it is no paper's.
        reading = read(words, today)
        note = _("Ignored the link: it doesn't lead to a paper I can look up.")
        return replace(reading, syntax=sentences(reading.syntax or "", note))
    try:
        parsed = topics.parse(query, today)
    except TopicError as error:
        wrong = error
    else:
        # A title or a question with a quote in it stays words, as conditions it would find nothing.
        if parsed.plain and not is_expression(query):
            return Reading(query, parsed)
        if not is_expression(query):
            return Reading(query, topics.parse_plain(query))
        how = _how_read(query, parsed)
        if how and parsed.lists_words:
            # Ranked by all words a paper with any of them is found, and by its meaning, too.
            return Reading(query, topics.parse_plain(query), how, parsed)
        return Reading(query, parsed, how)
    try:
        topic = topics.parse_plain(query)
    except TopicError:
        raise UserError(
            _(
                "“{query}” has no words to search for. Try a few words, a title, an author or an"
                " arXiv link.",
                query=text.escape(query, 100),
            )
        ) from None
    return Reading(
        topic.text,
        topic,
        _(
            "{problem}. Searched for the plain words instead.",
            problem=located(wrong, query, reach=_AROUND),
        ),
    )


def newest_of(query: str) -> str | None:
    """Return what a query wants the newest papers of, "diffusion" of "latest papers on diffusion".

    `None` is any other query.
    """
    match = _NEWEST.fullmatch(query.strip())
    return None if match is None else match["rest"]


def _how_read(query: str, topic: Topic) -> str | None:
    if topics.reads_commas(query):
        return _("Commas were read as OR: {query}.", query=topic)
    return None


def brief(query: str, named: Sequence[str]) -> str:
    """Return what a long text asks for: the papers that it names, or its words without links.

    Raises:
        UserError: that is too long for a query.
    """
    if len(query) <= QUERY_LENGTH:
        return query
    asked = " ".join(named) or " ".join(_LINK.sub(" ", query).split()) or query[:QUERY_LENGTH]
    if len(asked) > QUERY_LENGTH:
        if named:
            raise UserError(
                ngettext(
                    "That's {count} paper at once, more than I can show. Paste fewer links.",
                    "That's {count} papers at once, more than I can show. Paste fewer links.",
                    len(named),
                )
            )
        raise UserError(
            _(
                "That query is too long: {length} of {most} characters. Use the most important"
                " words, or one link.",
                length=len(asked),
                most=QUERY_LENGTH,
            )
        )
    return asked


def refuse_link(query: str) -> None:
    """Let a query pass that is more than a link.

    Raises:
        UserError: it is a link, and names no paper as far as the caller knows.
    """
    link = _LINK.search(query)
    if link is not None and not any(c.isalnum() for c in _LINK.sub(" ", query)):
        raise UserError(
            _(
                "“{link}” isn't a link to a paper I can look up. Paste an arXiv link or number, or"
                " use words of the title.",
                link=text.escape(link[0], 100),
            )
        )


def parse_since(typed: str, today: date) -> date:
    """Return the day that a person means: any date, of which a month or year is the first day,
    and `7d` or `past month`.

    Raises:
        UserError: it is none, or has not come yet.
    """
    day = day_of(typed, today)
    if day is None:
        raise UserError(complaint(typed, today))
    if day > today:
        raise UserError(_("{day} is in the future.", day=long_date(day)))
    return day


def since_choices(typed: str, today: date) -> list[tuple[str, str]]:
    """Return what `since` offers: names and what to write for them."""
    offered = [
        (_("Past week"), "7d"),
        (_("Past month"), "1m"),
        (_("Past 3 months"), "3m"),
        (_("Past year"), "1y"),
        *(
            (_("Since {day}", day=str(year)), str(year))
            for year in range(today.year, today.year - 5, -1)
        ),
    ]
    wanted = typed.strip().lower()
    found = [choice for choice in offered if wanted in choice[0].lower() or wanted == choice[1]]
    if found:
        return found
    if (day := day_of(typed, today)) is not None:
        value = typed.strip() if len(typed) <= CHOICE_VALUE else day.isoformat()
        return [(_("Since {day}", day=short_date(day)), value)] if day <= today else []
    days = [span.first for span in readings(typed, today)]
    return [
        (_("Since {day}", day=short_date(day)), day.isoformat()) for day in days if day <= today
    ]


def _words(branch: Branch) -> str:
    parts = [f'"{part.text}"' if isinstance(part, Phrase) else part.text for part in branch.parts]
    named = (FieldName.TITLE, FieldName.ABSTRACT, FieldName.AUTHOR, FieldName.ORGANIZATION)
    parts += [
        condition.leaf.value
        for condition in branch.conditions
        if condition.wanted and isinstance(condition.leaf, Field) and condition.leaf.name in named
    ]
    return " ".join(dict.fromkeys(parts))
