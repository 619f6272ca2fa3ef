"""Read the query language: a recursive-descent parser with sentences and positions for errors."""

import re
from collections.abc import Iterable
from datetime import date
from typing import NoReturn

from papers import categories, dates
from papers.messages import Message
from papers.origin import declared_key
from papers.sources.declared import DECLARED
from papers.topics._errors import TopicError
from papers.topics._lists import with_lists_read
from papers.topics._since import day_of, is_date
from papers.topics._tokens import OPERATORS, Token, says_something, tokens_of
from papers.topics._tree import All, Field, FieldName, Node, Not, Phrase, Word, both, either

MAX_LENGTH = 500
"""Longer texts are abstracts, not topics; ours, so that a hundred thousand topics stay small."""
MAX_DEPTH = 20
"""Parentheses within parentheses; keeps the parser off the recursion limit."""

_PLAIN = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")
"""Most topics by far: words, a space or hyphen between; read without a look at each character."""
_CATEGORY = re.compile(r"([a-z-]+)(?:\.(\*|[a-z-]+))?")
_ARCHIVE_NAMES = """
astro-ph cond-mat cs econ eess gr-qc hep-ex hep-lat hep-ph hep-th math math-ph nlin nucl-ex nucl-th
physics q-bio q-fin quant-ph stat
"""
_ARCHIVES = frozenset(_ARCHIVE_NAMES.split())
_YES = {"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no"}


def parse_tree(source: str, today: date | None = None) -> Node:
    """Return the tree of a topic.

    Args:
        source: what a person wrote.
        today: what `since:7d` is counted from; without it that stays as it is.

    Raises:
        TopicError: the text breaks the language's rules, is empty, or is too long.
    """
    if len(source) > MAX_LENGTH:
        raise TopicError(
            Message(
                "A topic can have up to {most} characters. This one has {length}.",
                most=MAX_LENGTH,
                length=len(source),
            ),
            MAX_LENGTH,
        )
    if plain := plain_words(source):
        words = tuple(map(Word, plain))
        return words[0] if len(words) == 1 else All(words)
    tokens, _ = with_lists_read(tokens_of(source))
    return _Parser(tokens, today).whole()


def plain_words(source: str) -> list[str]:
    """Return the words of a topic that is nothing else, as most are; none of any other."""
    if len(source) <= MAX_LENGTH and _PLAIN.fullmatch(source):
        found = source.split(" ")
        if OPERATORS.isdisjoint(found):
            return found
    return []


def reads_commas(source: str) -> bool:
    """Tell whether commas or semicolons of a topic were read as OR."""
    try:
        return with_lists_read(tokens_of(source))[1]
    except TopicError:
        return False


class _Parser:
    """One pass over the tokens; `field` is set while the parentheses of a field are read."""

    def __init__(self, tokens: list[Token], today: date | None) -> None:
        self._tokens = tokens
        self._today = today
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        if self._next.kind == "end":
            raise TopicError(Message("Write at least one word."), 0)
        node = self._either(None)
        if self._next.kind == ")":
            raise TopicError(
                Message("This closing parenthesis has no opening one."), self._next.position
            )
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
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
        spelt_out = False
        while self._next.kind not in ("or", ")", "end"):
            if self._next.kind == "and":
                spelt_out |= bool(parts)
                self._take()
            else:
                parts.append(self._one(field))
        if not parts:
            self._nothing_here()
        # AND asks for each word, and not for what is near in meaning.
        return both(_demanded(parts) if spelt_out else parts)

    def _nothing_here(self) -> NoReturn:
        here, before = self._next, self._tokens[self._at - 1] if self._at else None
        if here.kind == "or":
            raise TopicError(Message("OR needs a word on both sides."), here.position)
        if before is not None and before.kind == "or":
            raise TopicError(Message("OR needs a word on both sides."), before.position)
        if before is not None and before.kind == "(":
            raise TopicError(Message("Write something between these parentheses."), before.position)
        raise TopicError(Message("This closing parenthesis has no opening one."), here.position)

    def _one(self, field: FieldName | None) -> Node:
        token = self._take()
        if token.kind == "not":
            while self._next.kind == "and":
                self._take()
            if self._next.kind in ("or", ")", "end"):
                raise TopicError(Message("Write a word after this minus sign."), token.position)
            inner = self._one(field)
            return inner.node if isinstance(inner, Not) else Not(inner)
        if token.kind == "category":
            return self._categories(token, field)
        if token.kind == "(":
            return self._group(token, field)
        if token.kind == "field":
            if field is not None:
                raise TopicError(Message("A field can't be inside another field."), token.position)
            name = FieldName(token.text)
            value = self._take()
            if value.kind == "(":
                return self._group(value, name)
            return _leaf(name, value, self._today)
        return _leaf(field, token, self._today)

    def _categories(self, token: Token, field: FieldName | None) -> Node:
        """Read codes that stand without a field, side by side: a paper has one of them."""
        if field not in (None, FieldName.CATEGORY):
            return _leaf(field, token, self._today)
        found = [token]
        while self._next.kind == "category":
            found.append(self._take())
        return either(_leaf(FieldName.CATEGORY, each, self._today) for each in found)

    def _group(self, opened: Token, field: FieldName | None) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TopicError(Message("These parentheses are nested too deeply."), opened.position)
        inner = self._either(field)
        if self._take().kind != ")":
            raise TopicError(Message("This parenthesis is never closed."), opened.position)
        self._depth -= 1
        return inner


def _demanded(parts: Iterable[Node]) -> list[Node]:
    return [Phrase(part.text) if isinstance(part, Word) else part for part in parts]


def _leaf(field: FieldName | None, token: Token, today: date | None) -> Node:
    if field is None:
        return Phrase(token.text) if token.kind == "phrase" else Word(token.text)
    if field is FieldName.CATEGORY:
        return _category(token)
    if field is FieldName.SINCE:
        return Field(field, _since(token, today))
    if field is FieldName.SOURCE:
        return Field(field, _source(token))
    if field is FieldName.CODE:
        answer = _YES.get(token.text.lower())
        if answer is None:
            raise TopicError(Message("Write “code:yes” or “code:no”."), token.position)
        return Field(field, answer)
    if not says_something(token.text):
        raise TopicError(
            Message("“{field}:” needs a value, e.g. title:diffusion.", field=field),
            token.position,
        )
    return Field(field, token.text)


def _since(token: Token, today: date | None) -> str:
    day = day_of(token.text, today)
    if day is None and not is_date(token.text):
        raise TopicError(dates.complaint(token.text, today), token.position)
    return token.text.strip().lower() if day is None else day.isoformat()


def _source(token: Token) -> str:
    key = declared_key(token.text)
    if key is None:
        known = ", ".join(each.name for each in DECLARED.values())
        raise TopicError(
            Message(
                "There is no source “{text}”. Known are: {known}.", text=token.text, known=known
            ),
            token.position,
        )
    return key


def _category(token: Token) -> Node:
    """Return a condition on a category or archive, by code (`cs.CL`, `cs`) or name ("NLP")."""
    match = _CATEGORY.fullmatch(token.text.lower())
    known = match is not None and match[1] in _ARCHIVES
    if match is not None and known and (match[2] == "*" or categories.is_category(match[0])):
        archive, subject = match[1], match[2]
        if subject not in (None, "*"):
            archive += f".{subject.upper() if len(subject) == 2 else subject}"
        return Field(FieldName.CATEGORY, archive)
    try:
        codes = categories.parse(token.text)
    except categories.UnknownCategoryError as error:
        near = ", ".join(f"{code} ({categories.name_of(code) or code})" for code in error.near)
        message = (
            Message(
                "arXiv has no category “{text}”. Did you mean {near}?", text=token.text, near=near
            )
            if near
            else Message(
                "arXiv has no category “{text}”. Try cs.CL, or cs for all of computer science.",
                text=token.text,
            )
        )
        raise TopicError(message, token.position) from None
    if not codes:
        raise TopicError(Message("“cat:” needs a category, e.g. cat:cs.CL."), token.position)
    return either(Field(FieldName.CATEGORY, code.removesuffix(".*")) for code in codes)
