"""Telling a question from an expression of the query language."""

import re

from papers.spelling import STOPWORDS
from papers.topics import Field as TopicField
from papers.topics import Topic, parse, reads_commas

LONGEST_EXPRESSION = 16
"""Words of the longest text that is an expression: a quote in a sentence is only a quote."""

_EXPRESSION = re.compile(
    r'["“„«]\s*\w[^"“”„«»]*["”“»]'  # a quoted phrase
    r"|(?:^|\s)[-\u2212\u2013\u2014](?:[^\W\d_]|[\"“„«(])",  # something excluded
    re.UNICODE,
)
_OPERATOR = re.compile(r"(\S+)\s+(OR|AND|NOT|ANDNOT|\|\|?|&&)\s+(\S+)")
_FIELD = re.compile(r"(?:^|[\s(-])(?:[A-Za-z]+:\S|[a-z]+:\s)")
"""A name with its value; "Title: of a paper" is none."""
_STRESSING = """
am are be can could did do does has have is may might must need shall should was were will would why
"""
_STRESSED = frozenset(_STRESSING.split())
"""Words after which a NOT in capitals only stresses: "Attention is NOT Explanation"."""


def is_expression(text: str) -> bool:
    """Tell whether a text clearly is meant as an expression.

    That is: quotes, OR, AND, NOT, a minus, a field, a category's code, or a list of alternatives.
    Titles and questions hold colons, hyphens, parentheses and now and then a quote or, in capitals
    throughout, an OR: as conditions those would make the answer empty.
    """
    if len(text.split()) > LONGEST_EXPRESSION or (text.isupper() and ":" not in text):
        return False
    if _EXPRESSION.search(text) is not None or any(map(_combines, _OPERATOR.finditer(text))):
        return True
    return reads_commas(text) or _names_field(text)


def _combines(match: re.Match[str]) -> bool:
    before, operator, after = match.groups()
    if not any(c.isalnum() for c in before) or not any(c.isalnum() for c in after):
        return False
    if operator != "NOT":
        return True
    return before.lower() not in _STRESSED and after.lower() not in STOPWORDS


def _names_field(text: str) -> bool:
    if ":" in text and _FIELD.search(text) is None and "." not in text:
        return False
    try:
        return _has_field(parse(text))
    except ValueError:
        return False


def _has_field(topic: Topic) -> bool:
    return any(
        isinstance(condition.leaf, TopicField)
        for branch in topic.branches
        for condition in branch.conditions
    )
