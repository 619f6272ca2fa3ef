"""What a person typed, read as a request: plain words, or the query language where it shows."""

import re
from dataclasses import dataclass
from datetime import date

from papers.topics import Field, FieldName, Topic, TopicError, parse
from storage.search._types import SearchRequest, Sort

_TEXT_FIELDS = frozenset({FieldName.TITLE, FieldName.ABSTRACT})

_LONGEST_EXPRESSION = 16
"""Words of the longest text that is an expression: a quote in a sentence is only a quote."""

_EXPRESSION = re.compile(
    r'["“„«]\s*\w[^"“”„«»]*["”“»]'  # a quoted phrase
    r"|(?:^|\s)-(?:[^\W\d_]|[\"“(])"  # something excluded
    r"|\w\S*\s+OR\s+\S*\w"
    r"|(?:^|[\s(-])(?:" + "|".join(FieldName) + r"|ti|abs|au):\S",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A request, and what was wrong with the syntax if it was read as plain words instead."""

    request: SearchRequest
    problem: str | None = None


def read(
    text: str,
    *,
    since: date | None = None,
    categories: tuple[str, ...] = (),
    sort: Sort = Sort.BEST,
) -> Reading:
    """Return the request that a text makes, with the filters chosen beside it.

    The query language counts only where it clearly is meant: quotes, OR, a minus before a word,
    or a field. Parentheses, hyphens and colons of prose do not make an expression.
    """
    plain = SearchRequest(text, since, categories, sort)
    if not _EXPRESSION.search(text) or len(text.split()) > _LONGEST_EXPRESSION:
        return Reading(plain)
    try:
        topic = parse(text)
    except TopicError as error:
        return Reading(plain, str(error))
    return Reading(SearchRequest(_ranked_by(topic), since, categories, sort, topic))


def _ranked_by(topic: Topic) -> str:
    """Return the words to rank by: everything wanted but names, organizations and categories."""
    fields = [c.leaf for c in topic.required if isinstance(c.leaf, Field)]
    named = [leaf.value for leaf in fields if leaf.name in _TEXT_FIELDS]
    return " ".join((topic.text, *named)).strip()
