"""A topic as the rest of the bot holds it: a tree, its alternatives, and its filters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from papers._resting import collector_resting
from papers.messages import Message
from papers.model import Paper
from papers.spelling import spelled
from papers.terms import PaperTerms, Stemmer, analyse, unique, words
from papers.topics._errors import TopicError
from papers.topics._holds import holds
from papers.topics._parse import MAX_LENGTH, parse_tree, plain_words
from papers.topics._tree import (
    TEXT_FIELDS,
    All,
    Condition,
    Either,
    Field,
    Node,
    Phrase,
    Word,
    alternatives,
    as_phrases,
    normal,
)

MAX_BRANCHES = 32
"""Alternatives of one topic; each costs what a topic costs."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative of a topic: what is to be matched by meaning, and what must simply hold."""

    parts: tuple[Word | Phrase, ...]
    """The wanted words and phrases outside of fields, in the order written."""
    conditions: tuple[Condition, ...]
    """Wanted phrases and fields, and everything that is excluded."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the parts."""
        return tuple([part.text for part in self.parts])

    @property
    def text(self) -> str:
        """The text that is compared by meaning; empty for a branch of filters alone."""
        return " ".join(self.texts)


class Topic:
    """What a reader wants. Two topics of one tree are equal; see also `key`. None ever changes.

    A topic of words alone holds nothing else until more is asked of it: a pass reads a hundred
    thousand, and nearly all are such.
    """

    __slots__ = ("_branches", "_root", "alone")

    def __init__(self, root: Node) -> None:
        """Take a tree.

        Raises:
            TopicError: it has too many alternatives.
        """
        nodes = root.nodes if isinstance(root, All) else (root,)
        found = tuple(node.text for node in nodes if isinstance(node, Word))
        self._root: Node | None = root
        self._branches: tuple[Branch, ...] | None = None
        self.alone = found if len(found) == len(nodes) else ()
        """The words of a topic that is nothing else."""
        if not self.alone:
            self._branches = _branches(root)

    @classmethod
    def of_words(cls, words: Sequence[str]) -> "Topic":
        """Return the topic of at least one plain word, in their order."""
        topic = object.__new__(cls)
        topic._root, topic._branches, topic.alone = None, None, tuple(words)
        return topic

    @property
    def root(self) -> Node:
        """The tree."""
        if self._root is None:
            nodes = tuple(map(Word, self.alone))
            self._root = nodes[0] if len(nodes) == 1 else All(nodes)
        return self._root

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The alternatives; a paper that one of them wants is wanted."""
        return self._branches or (Branch(tuple(map(Word, self.alone)), ()),)

    def __eq__(self, other: object) -> bool:
        """Tell whether two topics are of one tree."""
        return isinstance(other, Topic) and (
            self.alone == other.alone if self.alone else self.root == other.root
        )

    def __hash__(self) -> int:
        """Return the same number for equal topics."""
        return hash(self.alone or self.root)

    def __repr__(self) -> str:
        """Return the tree as the program writes it."""
        return f"Topic({self.root!r})"

    def __str__(self) -> str:
        """Return the topic as it could have been written; parsing this gives an equal topic."""
        return str(self.root)

    @property
    def key(self) -> str:
        """A text that is the same for topics that ask the same, whatever their case and order."""
        return normal(self.root)

    @property
    def text(self) -> str:
        """The words and phrases outside of fields and exclusions, of all alternatives, in order."""
        return " ".join(unique(part.text for branch in self.branches for part in branch.parts))

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each alternative that has one: what to embed, in the order of `branches`."""
        if self.alone:
            return (" ".join(self.alone),)
        return tuple(branch.text for branch in self.branches if branch.parts)

    @property
    def words(self) -> tuple[str, ...]:
        """The plain words, each once."""
        return self._texts_of(Word)

    @property
    def phrases(self) -> tuple[str, ...]:
        """The quoted phrases outside of fields, each once."""
        return self._texts_of(Phrase)

    @property
    def required(self) -> tuple[Condition, ...]:
        """The conditions that every matching paper satisfies, whichever alternative it matches."""
        first, *others = self.branches
        return tuple(
            c for c in first.conditions if c.wanted and all(c in o.conditions for o in others)
        )

    @property
    def excluded(self) -> tuple[Condition, ...]:
        """The conditions that rule a paper out, whichever alternative it would match."""
        first, *others = self.branches
        return tuple(
            c for c in first.conditions if not c.wanted and all(c in o.conditions for o in others)
        )

    @property
    def excludes_words(self) -> bool:
        """Whether words are excluded from title or abstract, and others are wanted as words."""
        return any(
            not condition.wanted
            and (not isinstance(condition.leaf, Field) or condition.leaf.name in TEXT_FIELDS)
            for branch in self.branches
            for condition in branch.conditions
        ) and not isinstance(self.root, Either)

    @property
    def lists_words(self) -> bool:
        """Whether the topic is alternatives of words and nothing else."""
        return isinstance(self.root, Either) and all(
            isinstance(c, Word)
            for node in self.root.nodes
            for c in (node.nodes if isinstance(node, All) else (node,))
        )

    @property
    def plain(self) -> bool:
        """Whether the topic is words and nothing else."""
        return bool(self.alone)

    def allows(self, paper: Paper) -> bool:
        """Tell whether the topic's phrases, fields and exclusions let the paper through.

        Plain words are left to the matcher, which also weighs meaning: here they always hold.
        """
        return allows(self, paper, analyse(paper, stemmer := Stemmer()), stemmer)

    def _texts_of(self, kind: type[Word | Phrase]) -> tuple[str, ...]:
        return unique(p.text for b in self.branches for p in b.parts if isinstance(p, kind))


def parse(source: str, today: date | None = None) -> Topic:
    """Return the topic that a person wrote.

    Args:
        source: their text.
        today: what `since:7d` is counted from; without it that holds for every paper.

    Raises:
        TopicError: the text is empty, too long, or breaks a rule of the language.
    """
    plain = plain_words(source)
    return Topic.of_words(plain) if plain else Topic(parse_tree(source, today))


def parse_many(texts: Iterable[str]) -> list[Topic | None]:
    """Return the topics that were written, `None` for each that cannot be read.

    The garbage collector rests meanwhile: with a hundred thousand topics it would take twice the
    time of reading them.
    """
    with collector_resting():
        return [
            Topic.of_words(plain) if (plain := plain_words(text)) else _parse_or_none(text)
            for text in texts
        ]


def _parse_or_none(source: str) -> Topic | None:
    try:
        return parse(source)
    except TopicError:
        return None


def parse_literal(source: str) -> Topic | None:
    """Return a topic whose plain words must stand together as a phrase; `None` without a word.

    For a feed's include and exclude words: what breaks a rule of the language is one phrase.
    """
    try:
        return Topic(as_phrases(parse_tree(source)))
    except TopicError:
        found = words(source[:MAX_LENGTH])
        return Topic(Phrase(" ".join(found))) if found else None


def parse_plain(source: str) -> Topic:
    """Return the topic of the text's words alone, whatever signs stand between them.

    For a search box, where wrong syntax falls back to words.

    Raises:
        TopicError: the text has no word.
    """
    found = tuple(Word(word) for word in spelled(source[:MAX_LENGTH]).forms)
    if not found:
        raise TopicError(Message("Write at least one word."), 0)
    return Topic(found[0] if len(found) == 1 else All(found))


def allows(topic: Topic, paper: Paper, terms: PaperTerms, stemmer: Stemmer) -> bool:
    """Return the answer of `Topic.allows` for a paper whose terms are known."""
    return any(
        all(holds(c.leaf, paper, terms, stemmer) is c.wanted for c in branch.conditions)
        for branch in topic.branches
    )


def literally_holds(topic: Topic, paper: Paper, terms: PaperTerms, stemmer: Stemmer) -> bool:
    """Tell whether a paper has what a topic says word for word, plain words included."""
    return any(
        all(holds(part, paper, terms, stemmer) for part in branch.parts)
        and all(holds(c.leaf, paper, terms, stemmer) is c.wanted for c in branch.conditions)
        for branch in topic.branches
    )


def _branches(root: Node) -> tuple[Branch, ...]:
    try:
        ways = alternatives(root, MAX_BRANCHES)
    except OverflowError:
        message = Message(
            "This topic has more than {most} alternatives. Split it into several topics.",
            most=MAX_BRANCHES,
        )
        raise TopicError(message, 0) from None
    return tuple(dict.fromkeys(map(_branch, ways)))


def _branch(way: tuple[Condition, ...]) -> Branch:
    return Branch(
        parts=tuple(c.leaf for c in way if c.wanted and isinstance(c.leaf, Word | Phrase)),
        conditions=tuple(
            dict.fromkeys(c for c in way if not (c.wanted and isinstance(c.leaf, Word)))
        ),
    )
