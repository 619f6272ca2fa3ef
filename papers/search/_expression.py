"""Telling a question from an expression of the query language."""

import re

from papers.topics import FieldName

LONGEST_EXPRESSION = 16
"""Words of the longest text that is an expression: a quote in a sentence is only a quote."""

_EXPRESSION = re.compile(
    r'["“„«]\s*\w[^"“”„«»]*["”“»]'  # a quoted phrase
    r"|(?:^|\s)[-\u2212\u2013\u2014](?:[^\W\d_]|[\"“„«(])"  # something excluded
    r"|[^\W_]\S*\s+OR\s+\S*[^\W_]"
    r"|(?:^|[\s(])(?:" + "|".join(FieldName) + r"|ti|abs|au):\S",
    re.UNICODE,
)


def is_expression(text: str) -> bool:
    """Tell whether a text clearly is meant as an expression: quotes, OR, a minus, or a field.

    Titles and questions hold colons, hyphens, parentheses and now and then a quote or, in capitals
    throughout, an OR: as conditions those would make the answer empty.
    """
    if len(text.split()) > LONGEST_EXPRESSION or (text.isupper() and ":" not in text):
        return False
    return _EXPRESSION.search(text) is not None
