"""What a match is, and how it says why it is one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from papers.matching._words import phrases_of, shown_words
from papers.messages import Message
from papers.model import Paper
from papers.terms import sentences
from papers.text import readable
from papers.topics import Condition, Strictness, Topic

LAST_SENTENCE = 63
"""Sentence 0 is the title; what follows the 62nd of an abstract counts as one sentence."""

_ALL = 0.999
"""Coverage, but for rounding, of all words in the title."""

VOTE_WEIGHT = 0.02
"""What doubling the interest in a paper adds to a match's score, which is about 1: it decides
between papers that match about equally well."""

_READ = 4_096  # rows made into objects at a time


class Rule(IntEnum):
    """What made a paper match, the surest first."""

    PHRASE = 0
    """The topic's words stand in the text together and in order."""
    WORDS = 1
    """The topic's words are there, most of their weight in the title."""
    MEANING = 2
    """The text is close in meaning; shared words count too."""
    BROAD = 3
    """All words are there and the text is fairly close; for broad topics only."""
    FILTER = 4
    """The topic is nothing but conditions, and they hold."""


_RULES = tuple(Rule)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One topic to be matched."""

    topic: Topic
    strictness: Strictness = Strictness.STRICT
    vectors: NDArray[np.float32] | None = None
    """Unit rows for `topic.texts`; None matches by words alone."""


class Match(NamedTuple):
    """One paper that one topic wants, with the evidence.

    A tuple because a pass makes hundreds of thousands: it takes a third of a dataclass's time.
    """

    wanted: int
    """The topic's place in what was asked."""
    paper: Paper
    rule: Rule
    score: float
    """Comparable between topics: what ranks a digest."""
    similarity: float | None
    """Cosine of the topic's and the paper's text; None without vectors."""
    coverage: float
    """The share of the topic's words, by weight, that the text holds: all in the title is 1."""
    words: tuple[str, ...]
    """Those of the topic's words that the text holds; for a phrase, the phrase as one."""
    conditions: tuple[Condition, ...]
    """The conditions that hold, for a topic of conditions alone."""
    sentence: int | None
    """Where most of the words are: 0 is the title, then the abstract; None is nowhere."""

    @property
    def passage(self) -> str | None:
        """The sentence that holds most of the topic's words; None for a match by meaning alone."""
        if self.sentence is None:
            return None
        if self.sentence == 0:
            return readable(self.paper.title)
        found = sentences(readable(self.paper.abstract))
        if self.sentence < LAST_SENTENCE:
            return found[self.sentence - 1]
        return " ".join(found[LAST_SENTENCE - 1 :])

    def reason(self) -> str:
        """Return why this paper came, in a few words, for the line beneath it; not escaped.

        A `Message`, but for the conditions of a filter, which are the topic's own words.
        """
        if self.rule is Rule.FILTER:
            return " ".join([f"{'' if c.wanted else '-'}{c.leaf}" for c in self.conditions])
        listed, similarity = self.words, self.similarity
        match self.rule:
            case Rule.PHRASE if self.sentence == 0:
                return Message("{words} in the title", words=listed)
            case Rule.PHRASE:
                return Message("{words} in the abstract", words=listed)
            case Rule.WORDS if self.coverage < _ALL:
                return Message("{words} in the title, most of your topic", words=listed)
            case Rule.WORDS:
                return Message("{words} in the title", words=listed)
            case Rule.MEANING if listed and similarity is not None:
                return Message(
                    "close in meaning ({similarity}), with {words}",
                    similarity=similarity,
                    words=listed,
                )
            case Rule.MEANING:
                return Message("close in meaning ({similarity})", similarity=similarity)
            case _ if similarity is not None:
                return Message(
                    "has {words}, close in meaning ({similarity})",
                    words=listed,
                    similarity=similarity,
                )
            case _:
                return Message("has {words}", words=listed)


@dataclass(frozen=True, slots=True)
class Columns:
    """Matches as columns of equal length: what a pass makes, 34 bytes each."""

    wanted: NDArray[np.int32]
    branch: NDArray[np.uint8]
    paper: NDArray[np.int32]
    rule: NDArray[np.uint8]
    score: NDArray[np.float32]
    similarity: NDArray[np.float32]
    """NaN where there is none."""
    coverage: NDArray[np.float32]
    words: NDArray[np.uint64]
    """Bit i: the branch's i-th term is in the text."""
    sentence: NDArray[np.int8]
    """-1 where there is none."""

    def take(self, rows: NDArray[np.int64]) -> "Columns":
        """Return some rows, in the order given."""
        return Columns(*(getattr(self, name)[rows] for name in self.__slots__))

    @staticmethod
    def joined(parts: Sequence["Columns"]) -> "Columns":
        """Return the rows of all parts, in their order."""
        return Columns(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in Columns.__slots__)
        )


class Matches(Sequence[Match]):
    """All matches of a pass: topics in the order asked, the best paper of each first."""

    def __init__(self, columns: Columns, wanted: Sequence[Wanted], papers: Sequence[Paper]) -> None:
        self.columns = columns
        self._wanted = wanted
        self._papers = papers

    def __len__(self) -> int:
        return len(self.columns.wanted)

    @overload
    def __getitem__(self, at: int) -> Match: ...
    @overload
    def __getitem__(self, at: slice) -> list[Match]: ...
    def __getitem__(self, at: int | slice) -> Match | list[Match]:
        rows = range(len(self))[at]
        if isinstance(rows, int):
            return next(self._read(np.array([rows])))
        return list(self._read(np.array(rows, dtype=np.int64)))

    def __iter__(self) -> Iterator[Match]:
        for start in range(0, len(self), _READ):
            yield from self._read(np.arange(start, min(start + _READ, len(self))))

    def _read(self, rows: NDArray[np.int64]) -> Iterator[Match]:
        c = self.columns.take(rows)
        wanted: list[int] = c.wanted.tolist()
        rules: list[int] = c.rule.tolist()
        cosines: list[float] = c.similarity.tolist()
        where: list[int] = c.sentence.tolist()
        keys = zip(wanted, c.branch.tolist(), rules, c.words.tolist(), strict=True)
        texts = list(map(_Shown(self._wanted).__getitem__, keys))
        columns = zip(
            wanted,
            map(self._papers.__getitem__, c.paper.tolist()),
            map(_RULES.__getitem__, rules),
            c.score.tolist(),
            [cosine if cosine == cosine else None for cosine in cosines],  # NaN equals nothing
            c.coverage.tolist(),
            [words for words, _ in texts],
            [conditions for _, conditions in texts],
            [sentence if sentence >= 0 else None for sentence in where],
            strict=True,
        )
        # A pass makes hundreds of thousands: with names of arguments it would take twice the time.
        return map(Match._make, columns)

    def of(self, wanted: int) -> list[Match]:
        """Return the matches of one topic, best first."""
        start, end = np.searchsorted(self.columns.wanted, [wanted, wanted + 1])
        return self[int(start) : int(end)]


class _Shown(dict[tuple[int, int, int, int], tuple[tuple[str, ...], tuple[Condition, ...]]]):
    """The words and the conditions of matches, by topic, alternative, rule and words held."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        super().__init__()
        self._wanted = wanted
        self._written: dict[tuple[int, int], list[str]] = {}

    def __missing__(
        self, key: tuple[int, int, int, int]
    ) -> tuple[tuple[str, ...], tuple[Condition, ...]]:
        place, number, rule, bits = key
        branch = self._wanted[place].topic.branches[number]
        if rule == Rule.PHRASE:
            found = phrases_of(branch), ()
        else:
            if (place, number) not in self._written:
                self._written[place, number] = shown_words(branch)
            terms = self._written[place, number]
            held = tuple([word for at, word in enumerate(terms) if bits >> at & 1])
            found = held, branch.conditions if rule == Rule.FILTER else ()
        self[key] = found
        return found
