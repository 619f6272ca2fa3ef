"""Filters and topics of a feed as people type them, read."""

import re

from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.interactions.errors import UserError
from bot.ui.syntax_errors import pointed
from bot.ui.text import escape
from papers.search import is_expression
from papers.topics import Topic, TopicError, parse
from storage.subscriptions import Mode

_WISH = re.compile(r'(?:"[^"]*"|\([^()]*\)|[^,;\n])+')
_TOPIC = re.compile(r'(?:"[^"]*"|[^;])+')
_POINTED = 36
"""Characters shown around a mistake: what a phone shows of a line of code."""

TOPICS = 10
"""Topics of one channel."""

WORDS = 20
"""Words or phrases in one filter: more are a topic search, not a filter."""
WORD = 60
"""Characters in one of them."""


def parse_words(text: str | None) -> tuple[str, ...]:
    """Read words, phrases and expressions between commas or semicolons, each once.

    A comma in quotes or parentheses parts nothing.

    Raises:
        UserError: there are too many, one is too long, or one breaks a rule of the query language.
    """
    parts = [(part[0].strip(), part.start()) for part in _WISH.finditer(text or "")]
    for part, at in parts:
        if is_expression(part) or part.count('"') % 2:
            _check(part, at, text or "")
    words = tuple(dict.fromkeys(part for part, _ in parts if part))
    if len(words) > WORDS:
        raise UserError(
            ngettext(
                "{count} word or phrase is too many. A filter takes up to {most}.",
                "{count} words or phrases are too many. A filter takes up to {most}.",
                len(words),
                most=WORDS,
            )
        )
    if long := next((word for word in words if len(word) > WORD), None):
        raise UserError(
            _(
                "“{word}” is too long for a filter. Put commas between words and phrases.",
                word=escape(long, 80),
            )
        )
    return words


def parse_topics(text: str | None) -> tuple[str, ...]:
    """Read topics between semicolons, each once; a semicolon in quotes parts nothing.

    Raises:
        UserError: one breaks a rule of their language, with the place; or there are too many.
    """
    text = text or ""
    topics: dict[str, str] = {}
    for part in _TOPIC.finditer(text):
        if not part[0].strip():
            continue
        if part[0].strip().casefold() == Mode.TRENDING:
            raise UserError(
                _(
                    "Without topics, a channel gets the day's trending papers anyway. Leave"
                    " `topics` out, or write `none`."
                )
            )
        topic = _check(part[0], part.start(), text)
        topics.setdefault(topic.key, str(topic))
    if len(topics) > TOPICS:
        raise UserError(
            ngettext(
                "{count} topic is too many. A channel takes up to {most}.",
                "{count} topics are too many. A channel takes up to {most}.",
                len(topics),
                most=TOPICS,
            )
        )
    return tuple(topics.values())


def _check(part: str, start: int, whole: str) -> Topic:
    """Read a part of a text, its mistakes shown where they stand in the whole."""
    try:
        return parse(part)
    except TopicError as error:
        raise UserError(pointed(error, whole, start=start, width=_POINTED)) from error
