"""Match papers against topics one by one: phrase, coverage of the words, or nearness in meaning.

The bounds come from judged pairs: what passes a strict topic is relevant in 88 of 100 cases.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from papers.model import Paper
from papers.terms import PaperTerms, Stemmer, analyse, holds_run, unique
from papers.topics import Branch, Phrase, Strictness, Topic, Word, holds

Floats = NDArray[np.float32]

COVERED: Final = 0.883
"""Nearly all words present, most of them in the title, too."""
NEAR: Final = 0.675
"""Cosine and a quarter of the coverage."""
BROADLY_NEAR: Final = 0.40
_IN_TEXT, _IN_TITLE = 0.7, 0.3
_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic to match, with a unit vector for each of `topic.texts`, or none at all."""

    topic: Topic
    strictness: Strictness = Strictness.STRICT
    vectors: Floats | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A match: places of topic and paper in what was asked, how good it is, and why, plain text."""

    topic: int
    paper: int
    score: float
    reason: str


@dataclass
class Frequencies:
    """In how many papers each stem occurs: rare words weigh more."""

    papers: int = 0
    counts: Counter[str] = field(default_factory=Counter[str])

    def add(self, terms: PaperTerms) -> None:
        """Count one paper."""
        self.papers += 1
        self.counts.update({*terms.title, *terms.abstract})

    def weight(self, stem: str) -> float:
        """Return the inverse document frequency, above 0 for every word."""
        return math.log(1 + (self.papers + 1) / (self.counts[stem] + 0.5))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One alternative of a topic, prepared for many papers."""

    branch: Branch
    run: tuple[str, ...]
    stems: tuple[str, ...]
    spelled: dict[str, str]


def match(
    wanted: Sequence[Wanted],
    papers: Sequence[Paper],
    *,
    background: Iterable[Paper],
    vectors: Floats | None = None,
) -> list[Found]:
    """Return every pair that matches, by topic and then by paper.

    Args:
        wanted: the topics.
        papers: the papers.
        background: the papers that say how rare a word is.
        vectors: one unit row per paper, of the model of the topics' vectors.
    """
    stemmer = Stemmer()
    frequencies = Frequencies()
    for paper in background:
        frequencies.add(analyse(paper, stemmer))
    terms = [analyse(paper, stemmer) for paper in papers]
    found: list[Found] = []
    for number, asked in enumerate(wanted):
        near = None
        if asked.vectors is not None and vectors is not None and len(vectors):
            near = asked.vectors @ vectors.T
        prepared = _prepared(asked.topic, stemmer)
        for place, paper in enumerate(papers):
            best: tuple[float, str] | None = None
            text = -1
            for branch in prepared:
                text += bool(branch.branch.parts)
                cosine = None
                if near is not None and branch.branch.parts:
                    cosine = float(near[text, place])
                if not all(
                    holds(condition.leaf, paper, terms[place], stemmer) is condition.wanted
                    for condition in branch.branch.conditions
                ):
                    continue
                result = _judge(branch, terms[place], frequencies, cosine, asked.strictness)
                if result is not None and (best is None or result > best):
                    best = result
            if best is not None:
                found.append(Found(number, place, *best))
    return found


def _prepared(topic: Topic, stemmer: Stemmer) -> list[_Asked]:
    prepared: list[_Asked] = []
    for branch in topic.branches:
        plain = " ".join(part.text for part in branch.parts if isinstance(part, Word))
        stems = unique(stemmer.content(branch.text)) if branch.parts else ()
        spelled = {
            stem: word
            for part in branch.parts
            for word in part.text.split()
            for stem in stemmer.terms(word)
        }
        prepared.append(_Asked(branch, tuple(stemmer.terms(plain)), stems, spelled))
    return prepared


def _judge(
    asked: _Asked,
    terms: PaperTerms,
    frequencies: Frequencies,
    cosine: float | None,
    strictness: Strictness,
) -> tuple[float, str] | None:
    """Return the score and the reason of one alternative whose conditions hold."""
    if not asked.branch.parts:
        return 0.5, "what you asked for"
    title, text = set(terms.title), {*terms.title, *terms.abstract}
    weights = [frequencies.weight(stem) for stem in asked.stems]
    covered = sum(
        weight * (_IN_TEXT * (stem in text) + _IN_TITLE * (stem in title))
        for weight, stem in zip(weights, asked.stems, strict=True)
    ) / sum(weights)
    score = (covered + (covered if cosine is None else max(cosine, 0.0))) / 2
    phrases = [part.text for part in asked.branch.parts if isinstance(part, Phrase)]
    if not asked.run:
        return 0.3 + score, _named(phrases, "")
    for place, run in (("the title", terms.title), ("the abstract", terms.abstract)):
        if holds_run(run, asked.run):
            plain = " ".join(p.text for p in asked.branch.parts if isinstance(p, Word))
            return 0.3 + score, f"{_named([plain, *phrases], '')} in {place}"
    present = [asked.spelled.get(stem, stem) for stem in asked.stems if stem in text]
    if covered >= COVERED:
        return score, _named(present, " in title and abstract")
    if cosine is not None and cosine + covered / 4 >= NEAR:
        meaning = f"close in meaning ({cosine:.2f})"
        return score, f"{meaning}; {_named(present, '')}" if present else meaning
    broadly = strictness is Strictness.BROAD and len(present) == len(asked.stems)
    if broadly and (cosine is None or cosine >= BROADLY_NEAR):
        return score, _named(present, " in title or abstract")
    return None


def _named(texts: Sequence[str], where: str) -> str:
    shown = [f"“{text}”" for text in texts[:_NAMED]]
    more = "…" if len(texts) > _NAMED else ""
    return ", ".join(shown) + more + where
