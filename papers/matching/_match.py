"""What a match is, and how it says why it is one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from papers.messages import Message
from papers.model import Paper
from papers.spelling import joins, located, may_join
from papers.terms import STOPWORDS, sentences, unique, words
from papers.text import readable
from papers.topics import Branch, Condition, Phrase, Strictness, Topic

MAX_TERMS = 48
"""Distinct words of one alternative that are compared; a topic of more is matched by its first."""
LAST_SENTENCE = 63
"""Sentence 0 is the title; what follows the 62nd of an abstract counts as one sentence."""


_ALL = 0.999
"""Coverage, but for rounding, of all words in the title."""

VOTE_WEIGHT = 0.02
"""What doubling the interest in a paper adds to a match's score, which is about 1: it decides
between papers that match about equally well."""

_PIECES = 16_384
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
        places: list[int] = c.wanted.tolist()
        numbers: list[int] = c.branch.tolist()
        papers: list[int] = c.paper.tolist()
        rules: list[int] = c.rule.tolist()
        scores: list[float] = c.score.tolist()
        cosines: list[float] = c.similarity.tolist()
        coverages: list[float] = c.coverage.tolist()
        held: list[int] = c.words.tolist()
        where: list[int] = c.sentence.tolist()
        branches: dict[tuple[int, int], tuple[Branch, list[str]]] = {}
        for row, place in enumerate(places):
            key = (place, numbers[row])
            if key not in branches:
                branch = self._wanted[place].topic.branches[numbers[row]]
                branches[key] = branch, shown_words(branch)
            branch, terms = branches[key]
            rule, cosine, bits = _RULES[rules[row]], cosines[row], held[row]
            yield Match(
                wanted=place,
                paper=self._papers[papers[row]],
                rule=rule,
                score=scores[row],
                similarity=cosine if cosine == cosine else None,  # NaN equals nothing
                coverage=coverages[row],
                words=_phrases(branch)
                if rule is Rule.PHRASE
                else tuple([word for at, word in enumerate(terms) if bits >> at & 1]),
                conditions=branch.conditions if rule is Rule.FILTER else (),
                sentence=where[row] if where[row] >= 0 else None,
            )

    def of(self, wanted: int) -> list[Match]:
        """Return the matches of one topic, best first."""
        start, end = np.searchsorted(self.columns.wanted, [wanted, wanted + 1])
        return self[int(start) : int(end)]


def pieces_of(branch: Branch) -> list[str]:
    """Return the texts of a branch, those that make one word ("fine", "tuning") as one."""
    parts = branch.parts
    if len(parts) == 1:
        return [parts[0].text]
    texts = [part.text for part in parts]
    if not any(map(may_join, texts)):
        return texts
    pieces = texts[:1]
    for text in texts[1:]:
        if joins(pieces[-1], text):
            pieces[-1] = f"{pieces[-1]} {text}"
        else:
            pieces.append(text)
    return pieces


def branch_words(branch: Branch) -> list[str]:
    """Return the words of a branch in order, as its papers are compared with them."""
    return [word for piece in pieces_of(branch) for word in _words_of(piece)]


@lru_cache(maxsize=_PIECES)
def _words_of(piece: str) -> tuple[str, ...]:
    """Return the words of a piece: topics share most of them."""
    return tuple(words(piece))


def shown_words(branch: Branch) -> list[str]:
    """Return the words that are compared, as they were written."""
    pieces = pieces_of(branch)
    compared = [word for piece in pieces for word in _words_of(piece)]
    content = content_of(compared)
    if " ".join(compared) == branch.text.lower():
        return content
    shown: dict[str, str] = {}
    for piece in pieces:
        written = _written(piece)
        if written is None:
            return content
        for word, text in zip(_words_of(piece), written, strict=True):
            shown.setdefault(word, text)
    return [shown[word] for word in content]


@lru_cache(maxsize=_PIECES)
def _written(piece: str) -> tuple[str, ...] | None:
    """Return the words of a piece as they stand there; None where no place is a word's own."""
    text = readable(piece)
    found = located(text)
    if tuple(each.word for each in found) != _words_of(piece):
        return None
    return tuple(text[each.start : each.end].lower() for each in found)


def content_of(folded: Sequence[str]) -> list[str]:
    """Return those words of a text that are compared; stopwords if it has no other."""
    return list(dict.fromkeys([w for w in folded if w not in STOPWORDS] or folded))[:MAX_TERMS]


def _phrases(branch: Branch) -> tuple[str, ...]:
    quoted = all(isinstance(part, Phrase) for part in branch.parts)
    return unique(part.text for part in branch.parts) if quoted else (branch.text,)
