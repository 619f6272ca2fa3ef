"""Read the query language: a recursive-descent parser with sentences and positions for errors."""

import difflib
import re
from dataclasses import dataclass
from typing import NoReturn

from papers.topics._tree import (
    QUOTES,
    Field,
    FieldName,
    Leaf,
    Node,
    Not,
    Phrase,
    Word,
    both,
    either,
)

MAX_LENGTH = 500
"""Longer texts are abstracts, not topics; ours, so that a hundred thousand topics stay small."""
MAX_DEPTH = 20
"""Parentheses within parentheses; keeps the parser off the recursion limit."""

_ALIASES = {
    **{name.value: name for name in FieldName},
    "ti": FieldName.TITLE,
    "abs": FieldName.ABSTRACT,
    "au": FieldName.AUTHOR,
    "authors": FieldName.AUTHOR,
    "organization": FieldName.ORGANIZATION,
    "organisation": FieldName.ORGANIZATION,
    "category": FieldName.CATEGORY,
}
_CLOSING = {'"': '"”', "“": '"”', "”": '"”', "„": '"“”', "«": '"»', "»": '"«»'}
_DASHES = "-\u2212\u2013\u2014"
"""A hyphen, and what keyboards make of it: minus sign, en dash, em dash."""
_FIELD = re.compile(r"([A-Za-z]+):")
_PLAIN = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")
"""Most topics by far: words, a space or hyphen between; read without a look at each character."""
_BLANKS = r"\s\x00-\x1f\x7f-\x9f\ud800-\udfff"
_BLANK = re.compile(f"[{_BLANKS}]")
"""White space, control characters, and halves of a character that was cut."""
_END = re.compile(f"[{_BLANKS}(){QUOTES}]")
"""What ends a bare text."""
_OPERATORS = frozenset({"OR", "AND", "NOT"})
_CATEGORY = re.compile(r"([a-z-]+)(?:\.(\*|[a-z-]+))?")
_ARCHIVE_NAMES = """
astro-ph cond-mat cs econ eess gr-qc hep-ex hep-lat hep-ph hep-th math math-ph nlin nucl-ex nucl-th
physics q-bio q-fin quant-ph stat
"""
_ARCHIVES = frozenset(_ARCHIVE_NAMES.split())
_YES = {"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no"}


class TopicError(ValueError):
    """A topic cannot be read. `str(error)` is a sentence for its writer.

    `position` is the index of the character in their text at which reading stopped.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """`word`, `phrase`, `field`, `or`, `not`, `(`, `)` or `end`."""
    text: str
    position: int


def parse_tree(source: str) -> Node:
    """Return the tree of a topic.

    Raises:
        TopicError: the text breaks the language's rules, is empty, or is too long.
    """
    if len(source) > MAX_LENGTH:
        raise TopicError(
            f"A topic can be {MAX_LENGTH} characters long; this one has {len(source)}.", MAX_LENGTH
        )
    if _PLAIN.fullmatch(source) and not _OPERATORS.intersection(plain := source.split(" ")):
        return both([Word(word) for word in plain])
    return _Parser(_tokens(source)).whole()


def _tokens(source: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(source):
        char = source[at]
        if _blank(char):
            at += 1
        elif char in "()":
            found.append(_Token(char, char, at))
            at += 1
        elif char in QUOTES:
            text, after = _quoted(source, at)
            found.append(_Token("phrase", text, at))
            at = after
        elif char in _DASHES:
            start = at
            while at < len(source) and source[at] in _DASHES:
                at += 1
            # A dash that stands alone is punctuation.
            if at < len(source) and not _blank(source[at]):
                found.append(_Token("not", char, start))
        else:
            at = _bare(source, at, found)
    found.append(_Token("end", "", len(source)))
    return found


def _bare(source: str, at: int, found: list[_Token]) -> int:
    """Add the tokens of the bare text that starts at `at`; return where it ends."""
    field = _FIELD.match(source, at)
    if field and (name := _field_name(field, source)):
        found.append(_Token("field", name, at))
        at = field.end()
        if at == len(source) or _blank(source[at]) or source[at] == ")":
            raise TopicError(f"Write the value of “{name}:” right after the colon.", at)
        if source[at] in "(" + QUOTES:
            return at
    ending = _END.search(source, at)
    end = ending.start() if ending else len(source)
    text = _clean(source[at:end])
    after_field = bool(found) and found[-1].kind == "field"
    if after_field:
        found.append(_Token("word", text, at))
    elif text in ("OR", "|", "||"):
        found.append(_Token("or", text, at))
    elif text == "NOT":
        found.append(_Token("not", text, at))
    elif text != "AND" and _says_something(text):
        found.append(_Token("word", text, at))
    return end


def _field_name(match: re.Match[str], source: str) -> str | None:
    """Return the field that `name:` means, None if it is only a word with a colon."""
    written = match[1].lower()
    if written in _ALIASES:
        return _ALIASES[written].value
    if match.end() == len(source) or _blank(source[match.end()]) or source[match.end()] in "/:)":
        return None
    near = difflib.get_close_matches(written, _ALIASES, n=1, cutoff=0.75)
    if near:
        raise TopicError(
            f"There is no field “{match[1]}:”; did you mean “{_ALIASES[near[0]]}:”?", match.start()
        )
    return None


def _quoted(source: str, at: int) -> tuple[str, int]:
    ends = _CLOSING[source[at]]
    close = next((i for i in range(at + 1, len(source)) if source[i] in ends), None)
    if close is None:
        raise TopicError("This quotation mark is never closed.", at)
    inside = "".join(c for c in source[at + 1 : close] if c not in QUOTES)
    text = " ".join(_clean(inside).split())
    if not _says_something(text):
        raise TopicError("There is nothing between these quotation marks.", at)
    return text, close + 1


def _blank(char: str) -> bool:
    return _BLANK.match(char) is not None


def _clean(text: str) -> str:
    """Return the text with control characters as spaces."""
    return _BLANK.sub(" ", text)


def _says_something(text: str) -> bool:
    return any(c.isalnum() for c in text)


class _Parser:
    """One pass over the tokens; `field` is set while the parentheses of a field are read."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        if self._next.kind == "end":
            raise TopicError("A topic needs at least one word.", 0)
        node = self._either(None)
        if self._next.kind == ")":
            raise TopicError("This parenthesis was never opened.", self._next.position)
        return node

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def _either(self, field: FieldName | None) -> Node:
        parts = [self._all(field)]
        while self._next.kind == "or":
            self._take()
            parts.append(self._all(field))
        return either(parts)

    def _all(self, field: FieldName | None) -> Node:
        parts: list[Node] = []
        while self._next.kind not in ("or", ")", "end"):
            parts.append(self._one(field))
        if not parts:
            self._nothing_here()
        return both(parts)

    def _nothing_here(self) -> NoReturn:
        here, before = self._next, self._tokens[self._at - 1] if self._at else None
        if here.kind == "or":
            raise TopicError("OR needs something on both sides.", here.position)
        if before is not None and before.kind == "or":
            raise TopicError("OR needs something on both sides.", before.position)
        if before is not None and before.kind == "(":
            raise TopicError("There is nothing between these parentheses.", before.position)
        raise TopicError("This parenthesis was never opened.", here.position)

    def _one(self, field: FieldName | None) -> Node:
        token = self._take()
        if token.kind == "not":
            if self._next.kind in ("or", ")", "end"):
                raise TopicError("There is nothing after this minus sign.", token.position)
            inner = self._one(field)
            return inner.node if isinstance(inner, Not) else Not(inner)
        if token.kind == "(":
            return self._group(token, field)
        if token.kind == "field":
            if field is not None:
                raise TopicError("A field cannot stand within another field.", token.position)
            name = FieldName(token.text)
            value = self._take()
            if value.kind == "(":
                return self._group(value, name)
            return _leaf(name, value)
        return _leaf(field, token)

    def _group(self, opened: _Token, field: FieldName | None) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TopicError("These parentheses are nested too deeply.", opened.position)
        inner = self._either(field)
        if self._take().kind != ")":
            raise TopicError("This parenthesis is never closed.", opened.position)
        self._depth -= 1
        return inner


def _leaf(field: FieldName | None, token: _Token) -> Leaf:
    if field is None:
        return Phrase(token.text) if token.kind == "phrase" else Word(token.text)
    if field is FieldName.CATEGORY:
        return Field(field, _category(token))
    if field is FieldName.CODE:
        answer = _YES.get(token.text.lower())
        if answer is None:
            raise TopicError("Write “code:yes” or “code:no”.", token.position)
        return Field(field, answer)
    if not _says_something(token.text):
        raise TopicError(f"“{field}:” needs a word after the colon.", token.position)
    return Field(field, token.text)


def _category(token: _Token) -> str:
    """Return the category as arXiv writes it (`cs.CL`, `astro-ph.GA`), or the archive (`cs`)."""
    match = _CATEGORY.fullmatch(token.text.lower())
    if match is None or match[1] not in _ARCHIVES:
        raise TopicError(
            f"“{token.text}” is not an arXiv category; they look like cs.CL, "
            "and cat:cs stands for all of computer science.",
            token.position,
        )
    archive, subject = match[1], match[2]
    if subject in (None, "*"):
        return archive
    return f"{archive}.{subject.upper() if len(subject) == 2 else subject}"
