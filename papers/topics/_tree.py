"""The syntax tree of the query language: what a topic is made of, printable and comparable."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

QUOTES = '"“”„«»'
BLANKS = r"\s\x00-\x1f\x7f-\x9f\ud800-\udfff"
"""White space, control characters, and halves of a character that was cut, for patterns."""


class FieldName(StrEnum):
    """The fields a topic can name, as they are written."""

    TITLE = "title"
    ABSTRACT = "abstract"
    AUTHOR = "author"
    ORGANIZATION = "org"
    CATEGORY = "cat"
    CODE = "code"
    SINCE = "since"
    SOURCE = "source"
    VENUE = "venue"


TEXT_FIELDS = frozenset({FieldName.TITLE, FieldName.ABSTRACT})
FILTERS = frozenset(
    {FieldName.CATEGORY, FieldName.CODE, FieldName.SINCE, FieldName.SOURCE, FieldName.VENUE}
)
"""Fields that say nothing about a paper's words."""


@dataclass(frozen=True, slots=True)
class Word:
    """A plain word, matched by meaning and by stem."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand together in this order."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Field:
    """A condition on one field; for title and abstract the value is a word or a phrase."""

    name: FieldName
    value: str

    def __str__(self) -> str:
        bare = self.value and not any(c.isspace() or c in "()" or c in QUOTES for c in self.value)
        if self.value.endswith((",", ";")):  # which would part alternatives
            bare = False
        return f"{self.name}:{self.value}" if bare else f'{self.name}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Not:
    """What a paper must not be."""

    node: "Node"

    def __str__(self) -> str:
        inner = f"({self.node})" if isinstance(self.node, All | Either | Not) else str(self.node)
        return f"-{inner}"


@dataclass(frozen=True, slots=True)
class All:
    """Everything in it at once; made by `both`, never empty, never nested."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " ".join(f"({n})" if isinstance(n, Either) else str(n) for n in self.nodes)


@dataclass(frozen=True, slots=True)
class Either:
    """One of these is enough; made by `either`, never empty, never nested."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(str(n) for n in self.nodes)


Leaf = Word | Phrase | Field
Node = Leaf | Not | All | Either


def both(nodes: Iterable[Node]) -> Node:
    """Return the conjunction of the nodes, flat; a single node stays itself."""
    flat = [part for n in nodes for part in (n.nodes if isinstance(n, All) else (n,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def either(nodes: Iterable[Node]) -> Node:
    """Return the disjunction of the nodes, flat and without repeats; a single node stays itself."""
    flat = [part for n in nodes for part in (n.nodes if isinstance(n, Either) else (n,))]
    once = tuple(dict.fromkeys(flat))
    return once[0] if len(once) == 1 else Either(once)


def as_phrases(node: Node) -> Node:
    """Return the node with plain words side by side as phrases; one word alone stays a word."""
    match node:
        case All(nodes):
            runs = (
                (kind, list(run)) for kind, run in groupby(nodes, lambda n: isinstance(n, Word))
            )
            return both(
                part
                for plain, run in runs
                for part in ([_joined(run)] if plain else map(as_phrases, run))
            )
        case Either(nodes):
            return either(map(as_phrases, nodes))
        case _:
            return node


def _joined(run: list[Node]) -> Node:
    """Return plain words as one phrase; one word alone is no phrase."""
    return Phrase(" ".join(map(str, run))) if len(run) > 1 else run[0]


@dataclass(frozen=True, slots=True)
class Condition:
    """One leaf that a paper must, or must not, satisfy."""

    leaf: Leaf
    wanted: bool


def alternatives(node: Node, limit: int, *, wanted: bool = True) -> list[tuple[Condition, ...]]:
    """Return the ways to satisfy a node: one of them, with all of its conditions, is enough.

    Raises:
        OverflowError: there are more than `limit`.
    """
    match node:
        case Not(inner):
            return alternatives(inner, limit, wanted=not wanted)
        case All(nodes) if wanted:
            return _crossed(nodes, limit, wanted=True)
        case Either(nodes) if not wanted:
            return _crossed(nodes, limit, wanted=False)
        case All(nodes) | Either(nodes):
            ways = [way for n in nodes for way in alternatives(n, limit, wanted=wanted)]
        case _:
            ways = [(Condition(node, wanted),)]
    if len(ways) > limit:
        raise OverflowError
    return ways


def _crossed(nodes: Iterable[Node], limit: int, *, wanted: bool) -> list[tuple[Condition, ...]]:
    ways: list[tuple[Condition, ...]] = [()]
    for node in nodes:
        more = alternatives(node, limit, wanted=wanted)
        if len(ways) * len(more) > limit:
            raise OverflowError
        ways = [(*left, *right) for left in ways for right in more]
    return ways


def normal(node: Node) -> str:
    """Return a text that is equal for topics that ask the same.

    Case, order and repeats do not count; only the order of plain words does, which are a phrase.
    """
    match node:
        case Word(text):
            return _fold(text)
        case Phrase(text):
            return f'"{_fold(text)}"'
        case Field(name, value):
            return f'{name}:"{_fold(value)}"'
        case Not(inner):
            return f"-({normal(inner)})"
        case All(nodes):
            plain = [normal(n) for n in nodes if isinstance(n, Word)]
            rest = sorted({normal(n) for n in nodes if not isinstance(n, Word)})
            return " ".join([*plain, *(f"({part})" for part in rest)])
        case Either(nodes):
            return " OR ".join(sorted({f"({normal(n)})" for n in nodes}))


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
