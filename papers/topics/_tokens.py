"""Cut the text of a topic into the tokens of its language."""

import re
from dataclasses import dataclass

from papers import categories
from papers.messages import Message
from papers.topics._dialects import translated
from papers.topics._errors import TopicError
from papers.topics._fields import ALL_FIELDS, field_name
from papers.topics._since import end_of_date
from papers.topics._tree import BLANKS, QUOTES, FieldName

_CLOSING = {'"': '"”', "“": '"”', "”": '"”', "„": '"“”', "«": '"»', "»": '"«»'}
_DASHES = "-\u2212\u2013\u2014"
"""A hyphen, and what keyboards make of it: minus sign, en dash, em dash."""
_FIELD = re.compile(r"([^\W\d]+)[:\uff1a]")
"""What may be the name of a field, also with the colon of Chinese and Japanese."""
_BLANK = re.compile(f"[{BLANKS}]")
"""White space, control characters, and halves of a character that was cut."""
_END_OF_VALUE = re.compile(f"[{BLANKS}(){QUOTES}]")
"""What ends the bare value of a field."""
_NEXT_WORD = re.compile(r" +(?!(?:OR|AND|NOT|ANDNOT)\b)[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*(?![\w:])")
_MORE_WORDS = 4
"""Words of the longest name of a category but the first, nearly."""
_SAYING = re.compile(r"[^\W_]")
_LISTING = re.compile(r"[;\uff1b\u3001\uff0c]|,(?!(?<=\d,)\d)")
"""Commas and semicolons, also Chinese ones; a comma within a number is none."""
_END = re.compile(f"[{BLANKS}(){QUOTES}]|{_LISTING.pattern}")
"""What ends a bare text."""
OPERATORS = frozenset({"OR", "AND", "NOT", "ANDNOT"})
_SIGNS = frozenset({"phrase", "category", "(", ")"})
_CODES = {code.lower() for code in categories.NAMES if "." in code}


@dataclass(frozen=True, slots=True)
class Token:
    """One sign or text of a topic."""

    kind: str
    """`word`, `phrase`, `field`, `category`, `or`, `and`, `not`, `list`, `(`, `)` or `end`."""
    text: str
    position: int


def tokens_of(source: str) -> list[Token]:
    """Return the tokens of a topic, the last one an `end`.

    Raises:
        TopicError: a quotation mark is not closed, or a field has no value or another name.
    """
    source = translated(source)
    found: list[Token] = []
    at = 0
    while at < len(source):
        char = source[at]
        if char.isalnum():
            at = _bare(source, at, found)
        elif _blank(char):
            at += 1
        elif char in "()":
            found.append(Token(char, char, at))
            at += 1
        elif char in QUOTES:
            text, after = _quoted(source, at)
            found.append(Token("phrase", text, at))
            at = after
        elif _LISTING.match(source, at):
            found.append(Token("list", char, at))
            at += 1
        elif char in _DASHES:
            start = at
            while at < len(source) and source[at] in _DASHES:
                at += 1
            # A dash that stands alone is punctuation.
            if at < len(source) and not _blank(source[at]) and not _LISTING.match(source, at):
                found.append(Token("not", char, start))
        else:
            at = _bare(source, at, found)
    found.append(Token("end", "", len(source)))
    return _with_small_operators(found)


def _with_small_operators(tokens: list[Token]) -> list[Token]:
    """Return the tokens with "or" and "and" read as operators beside what is no plain word."""
    if not any(token.kind == "word" and token.text in ("or", "and") for token in tokens):
        return tokens
    read: list[Token] = []
    in_field = 0
    for at, token in enumerate(tokens):
        if token.kind == "(":
            in_field += bool(in_field or (at and tokens[at - 1].kind == "field"))
        elif token.kind == ")":
            in_field = max(in_field - 1, 0)
        elif token.kind == "word" and token.text in ("or", "and") and at:
            before, after = tokens[at - 1], tokens[at + 1]
            sides = (
                before.kind in _SIGNS or (at > 1 and tokens[at - 2].kind == "field"),
                after.kind in _SIGNS or after.kind == "field",
            )
            between = before.kind not in ("field", "(") and after.kind not in ("end", ")")
            beside = any(sides) if token.text == "or" else all(sides)
            if between and (in_field or beside):
                token = Token(token.text, token.text, token.position)
        read.append(token)
    return read


def says_something(text: str) -> bool:
    """Tell whether there is a letter or a digit in a text."""
    return _SAYING.search(text) is not None


def is_word(text: str) -> bool:
    """Tell whether a text is read as one plain word."""
    try:
        return [(token.kind, token.text) for token in tokens_of(text)][:-1] == [("word", text)]
    except TopicError:
        return False


def _bare(source: str, at: int, found: list[Token]) -> int:
    """Add the tokens of the bare text that starts at `at`; return where it ends."""
    field = _FIELD.match(source, at)
    if field and (name := field_name(field, source)):
        at = _value_of(source, field)
        if name != ALL_FIELDS:
            found.append(Token("field", name, field.start()))
            if source[at] not in "(" + QUOTES:
                return _value(source, at, name, found)
        if source[at] in "(" + QUOTES:
            return at
    ending = _END.search(source, at)
    end = ending.start() if ending else len(source)
    text = _clean(source[at:end])
    if text in ("OR", "|", "||"):
        found.append(Token("or", text, at))
    elif text in ("NOT", "ANDNOT"):
        found.append(Token("not", text, at))
    elif text in ("AND", "&&"):
        found.append(Token("and", text, at))
    elif text.lower() in _CODES:
        found.append(Token("category", text, at))
    elif says_something(text):
        found.append(Token("word", text, at))
    return max(end, at + 1)


def _value_of(source: str, field: re.Match[str]) -> int:
    """Return where the value of a field begins: after the colon, or after blanks behind it."""
    at = field.end()
    while at < len(source) and _blank(source[at]):
        at += 1
    if at == len(source) or source[at] == ")":
        raise TopicError(
            Message("“{field}:” needs a value, e.g. title:diffusion.", field=field[1]),
            field.end(),
        )
    return at


def _value(source: str, at: int, name: str, found: list[Token]) -> int:
    """Add the bare value of a field, or the values between commas of categories and sources."""
    ending = _END_OF_VALUE.search(source, at)
    end = ending.start() if ending else len(source)
    if name == FieldName.CATEGORY:
        end = _end_of_name(source, at, end)
    elif name == FieldName.SINCE and not (end - at == 4 and source[at:end].isdecimal()):
        end = end_of_date(source, at, end)
    text = _clean(source[at:end])
    kept = text.rstrip(",;") or text
    values = [part for part in re.split(r"[,;]", kept) if part]
    if name not in (FieldName.CATEGORY, FieldName.SOURCE) or len(values) < 2:
        found.append(Token("word", kept, at))
    else:
        found.append(Token("(", "(", at))
        for value in values:
            found += [Token("word", value, at), Token("or", "OR", at)]
        found[-1] = Token(")", ")", at)
    if kept != text:
        found.append(Token("list", text[-1], end - 1))
    return end


def _end_of_name(source: str, at: int, end: int) -> int:
    """Return where a category's name ends, which may be several words: cat:computer vision."""
    if categories.is_known(source[at:end]):
        return end
    for _ in range(_MORE_WORDS):
        following = _NEXT_WORD.match(source, end)
        if following is None:
            break
        end = following.end()
        if categories.is_known(source[at:end]):
            return end
    ending = _END_OF_VALUE.search(source, at)
    return ending.start() if ending else len(source)


def _quoted(source: str, at: int) -> tuple[str, int]:
    ends = _CLOSING[source[at]]
    close = next((i for i in range(at + 1, len(source)) if source[i] in ends), None)
    if close is None:
        raise TopicError(Message("This quotation mark is never closed."), at)
    inside = "".join(c for c in source[at + 1 : close] if c not in QUOTES)
    text = " ".join(_clean(inside).split())
    if not says_something(text):
        raise TopicError(Message("Write something between these quotation marks."), at)
    return text, close + 1


def _blank(char: str) -> bool:
    return _BLANK.match(char) is not None


def _clean(text: str) -> str:
    """Return the text with control characters as spaces."""
    if text.isascii() and text.isprintable():
        return text
    return _BLANK.sub(" ", text)
