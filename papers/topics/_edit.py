"""Make a topic narrower or wider by one step, the way the preview's buttons do."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from papers.terms import words
from papers.topics._errors import TopicError
from papers.topics._tokens import is_word
from papers.topics._topic import Topic
from papers.topics._tree import (
    FILTERS,
    QUOTES,
    TEXT_FIELDS,
    All,
    Either,
    Field,
    FieldName,
    Node,
    Not,
    Phrase,
    Word,
    as_phrases,
    both,
    either,
)

_DROPPABLE = FILTERS | {FieldName.ORGANIZATION}
"""Filters that a wider topic may lack."""


class Strictness(StrEnum):
    """How sure a match must be."""

    STRICT = "strict"
    NORMAL = "normal"
    BROAD = "broad"


_ORDER = tuple(Strictness)
_QUOTES = re.compile(f"[{QUOTES}]")


def narrower(topic: Topic, strictness: Strictness) -> tuple[Topic, Strictness] | None:
    """Return the next narrower topic, None when there is none.

    First broad becomes normal, then strict, then words a phrase, then words and phrases must be in
    the title.
    """
    if strictness is not Strictness.STRICT:
        return topic, _ORDER[_ORDER.index(strictness) - 1] if topic.text else Strictness.STRICT
    for step in (as_phrases, _in_title):
        changed = _rebuilt(topic, step)
        if changed is not None:
            return changed, strictness
    return None


def wider(topic: Topic, strictness: Strictness) -> tuple[Topic, Strictness] | None:
    """Return the next wider topic, None when there is none.

    First what must be in the title may be anywhere, then phrases become words, then strict becomes
    normal and normal broad, then the conditions on category, organisation and code go. An author is
    what a topic is about, and an exclusion is a wish: both stay.
    """
    for step in (_out_of_fields, _as_words):
        changed = _rebuilt(topic, step)
        if changed is not None:
            return changed, strictness
    if strictness is not Strictness.BROAD and topic.text:
        return topic, _ORDER[_ORDER.index(strictness) + 1]
    changed = _rebuilt(topic, _without_filters)
    return (changed, strictness) if changed is not None else None


def by_author(name: str) -> Topic:
    """Return the topic of an author's papers."""
    # A quotation mark would end the name where the topic is written.
    return Topic(Field(FieldName.AUTHOR, " ".join(_QUOTES.sub(" ", name).split())))


def within(topic: Topic, categories: Sequence[str]) -> Topic:
    """Return the topic for papers of any of these categories alone; unchanged without one."""
    if not categories:
        return topic
    wanted = either(Field(FieldName.CATEGORY, category) for category in categories)
    return Topic(both((topic.root, wanted)))


def _rebuilt(topic: Topic, step: Callable[[Node], Node]) -> Topic | None:
    root = step(topic.root)
    if root == topic.root:
        return None
    try:
        return Topic(root)
    except TopicError:
        return None


def _in_title(node: Node) -> Node:
    match node:
        case Word(text) | Phrase(text):
            return Field(FieldName.TITLE, text)
        case All(nodes):
            return both(map(_in_title, nodes))
        case Either(nodes):
            return either(map(_in_title, nodes))
        case _:
            return node


def _out_of_fields(node: Node) -> Node:
    match node:
        case Field(name, value) if name in TEXT_FIELDS:
            # The value was one word if it has no space; "re-identification" stays one.
            return Phrase(value) if len(value.split()) > 1 else _word(value)
        case All(nodes):
            return both(map(_out_of_fields, nodes))
        case Either(nodes):
            return either(map(_out_of_fields, nodes))
        case _:
            return node


def _as_words(node: Node) -> Node:
    match node:
        case Phrase(text):
            return both([_word(part) for part in text.split() if words(part)] or [node])
        case All(nodes):
            return both(map(_as_words, nodes))
        case Either(nodes):
            return either(map(_as_words, nodes))
        case _:
            return node


def _word(text: str) -> Node:
    """Return a plain word; one that the language would read as a sign stays a phrase."""
    return Word(text) if text[0].isalnum() and is_word(text) else Phrase(text)


def _without_filters(node: Node) -> Node:
    if not isinstance(node, All):
        return node
    kept = [part for part in node.nodes if not _is_filter(part)]
    return both(kept) if any(not isinstance(part, Not) for part in kept) else node


def _is_filter(node: Node) -> bool:
    match node:
        case Field(name, _):
            return name in _DROPPABLE
        case Either(nodes):
            return all(_is_filter(part) for part in nodes)
        case _:
            return False
