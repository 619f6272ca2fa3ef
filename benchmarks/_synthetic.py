"""Papers beyond those of a file: made of its papers, with the vocabulary growing as it does there.

They stand for size, not for relevance. A made paper is a real one with 30 % of its words replaced
by words of others, as frequent as those are, and some by new ones. A real collection gets new
words, names and keywords as it grows (Heaps' law: their number is proportional to a power of its
size); so do these, with the powers measured on 27,035 papers of arXiv and the Hub.
"""

import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import overload

from papers.model import Author, Paper
from papers.terms import STOPWORDS

SHORT = 300
LONG = 100
TYPED = 60
"""Queries of each kind: two words of a title, a sentence of an abstract, a title being typed."""

WORDS_GROW = 0.52
NAMES_GROW = 0.77
KEYWORDS_GROW = 0.83
"""Powers of Heaps' law: words 35,836 → 51,864 and names 37,195 → 63,462 from 8,000 to 16,000 papers
of both files, keywords 8,113 → 15,168."""

_SEED = 20261123
_REPLACED = 0.3  # of the words of a made paper
_COINED = 2  # new words in a made abstract
_COINED_IN_TITLES = 0.3  # titles with a new word
_SAMPLE = 2_000  # papers whose words replace others
_FIRST_DAY = datetime(2016, 1, 1, tzinfo=UTC)


class SyntheticPapers(Sequence[Paper]):
    """`number` papers: those given, then made ones; each is made when it is asked for."""

    def __init__(self, number: int, source: Sequence[Paper] = ()) -> None:
        self._number = number
        self._source = source or list(_invented(random.Random(_SEED)))
        papers = self._source
        # With repeats: a common word takes another's place as often as it is said.
        self._words = [word for paper in papers[:_SAMPLE] for word in paper.abstract.split()]
        self._known = sorted({word for word in self._words if word.isalpha() and len(word) > 3})
        names = {author.name for paper in papers for author in paper.authors}
        self._names = sorted(name for name in names if len(name.split()) > 1)
        self._keywords = sorted({k for paper in papers for k in paper.keywords if k.strip()})

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, index: int) -> Paper: ...
    @overload
    def __getitem__(self, index: slice) -> list[Paper]: ...
    def __getitem__(self, index: int | slice) -> Paper | list[Paper]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(self._number))]
        if not 0 <= index < self._number:
            raise IndexError(index)
        paper = self._source[index % len(self._source)]
        made = index >= len(self._source)
        dice = random.Random(_SEED + index)
        return Paper(
            id=self.id_of(index),
            title=self._title(paper.title, index, dice) if made else paper.title,
            abstract=self._abstract(paper.abstract, index, dice) if made else paper.abstract,
            authors=self._authors(paper.authors, index, dice) if made else paper.authors,
            keywords=self._about(paper.keywords, index, dice) if made else paper.keywords,
            categories=paper.categories,
            published_at=_FIRST_DAY + timedelta(hours=index % 90_000),
        )

    def id_of(self, index: int) -> str:
        """Return the id of a paper without making it."""
        again, place = divmod(index, len(self._source))
        return f"{again:02d}{place:05d}.{index:06d}"

    def _title(self, text: str, index: int, dice: random.Random) -> str:
        words = self._changed(text, dice)
        if words and dice.random() < _COINED_IN_TITLES:
            words[dice.randrange(len(words))] = self._coined(index, dice)
        return " ".join(words)

    def _abstract(self, text: str, index: int, dice: random.Random) -> str:
        words = self._changed(text, dice)
        for _ in range(_COINED if words else 0):
            words[dice.randrange(len(words))] = self._coined(index, dice)
        return " ".join(words)

    def _changed(self, text: str, dice: random.Random) -> list[str]:
        known = self._words
        count = len(known)
        return [
            known[int(dice.random() * count)] if dice.random() < _REPLACED else word
            for word in text.split()
        ]

    def _coined(self, index: int, dice: random.Random) -> str:
        """Return one of the words that a collection of this size has and the source has not."""
        known = self._known
        number = dice.randrange(self._grown(len(known), WORDS_GROW, index))
        left = known[number % len(known)]
        right = known[(number // len(known) * 7_919 + number * 31) % len(known)]
        return left[: len(left) - len(left) // 3] + right[len(right) // 2 :]

    def _authors(
        self, authors: Sequence[Author], index: int, dice: random.Random
    ) -> tuple[Author, ...]:
        names = self._names
        pool = self._grown(len(names), NAMES_GROW, index)
        made: list[Author] = []
        for _ in authors if names else ():
            number = int(pool * dice.random() ** 2)  # some write more than others
            given = names[number % len(names)].split()[0]
            family = names[(number // len(names) * 7_919 + number) % len(names)].split()[-1]
            made.append(Author(f"{given} {family}"))
        return tuple(made)

    def _about(self, keywords: Sequence[str], index: int, dice: random.Random) -> tuple[str, ...]:
        known = self._keywords
        pool = self._grown(len(known), KEYWORDS_GROW, index)
        made: list[str] = []
        for _ in keywords if known else ():
            number = int(pool * dice.random() ** 2)
            keyword = known[number % len(known)]
            if other := number // len(known):
                keyword = f"{keyword} {known[(number + other * 7_919) % len(known)].split()[-1]}"
            made.append(keyword)
        return tuple(made)

    def _grown(self, count: int, power: float, index: int) -> int:
        return max(int(count * (index / len(self._source)) ** power), 1)


def questions(papers: Sequence[Paper]) -> tuple[list[str], list[str], list[str]]:
    """Return short queries, long ones, and titles as they are being typed."""
    dice = random.Random(_SEED)
    shorts: list[str] = []
    longs: list[str] = []
    typed: list[str] = []
    while len(shorts) < SHORT or len(longs) < LONG:
        paper = dice.choice(papers)
        words = [
            word for word in re.findall(r"[^\W_]{3,}", paper.title.lower()) if word not in STOPWORDS
        ]
        if len(words) > 1:
            shorts.append(
                " ".join(dice.sample(words, dice.choice((1, 2, 2, 3)) if len(words) > 2 else 2))
            )
        said = paper.abstract.split()
        if len(said) > 25:
            start = dice.randrange(len(said) - 25)
            longs.append(" ".join(said[start : start + 25]))
    while len(typed) < TYPED * 5:
        title = " ".join(dice.choice(papers).title.split())
        typed += [title[:length] for length in (1, 3, 6, 12, 25)]
    return shorts[:SHORT], longs[:LONG], typed


def _invented(dice: random.Random) -> Iterator[Paper]:
    """Yield papers of made-up words, as frequent as Zipf's law has them, where no file is given."""
    syllables = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er")]
    words = ["".join(dice.choices(syllables, k=dice.randint(2, 4))) for _ in range(30_000)]
    weights = [1 / (place + 10) for place in range(len(words))]
    for _ in range(10_000):
        title = " ".join(dice.choices(words, weights, k=9))
        abstract = " ".join(dice.choices(words, weights, k=180))
        authors = tuple(Author(f"{dice.choice(words)} {dice.choice(words)}") for _ in range(4))
        yield Paper(id="", title=title.capitalize(), abstract=abstract, authors=authors)
