"""Looking for one known paper by its title: by its first words, by three, by three with a slip."""

import random
import re
import string
from collections.abc import Iterator, Sequence

from papers.model import Paper
from papers.terms import STOPWORDS

QUERIES = 400
"""Of each kind, as many as the measurements that the targets come from had."""

_SEED = 20261123
_FIRST_WORDS = 4  # of a title without a colon
_SHORTEST_TYPO = 5  # letters; shorter words are typed right, or cannot be told apart


def lookups(papers: Sequence[Paper], seed: int = _SEED) -> Iterator[tuple[str, str, str]]:
    """Yield kind, query and the id that is looked for; the same for the same papers and seed."""
    dice = random.Random(seed)
    order = sorted(papers, key=lambda paper: paper.id)
    dice.shuffle(order)
    made: dict[str, int] = dict.fromkeys(("first-words", "three-words", "typo"), 0)
    for paper in order:
        for kind, query in _queries(paper, dice):
            if made[kind] < QUERIES:
                made[kind] += 1
                yield kind, query, paper.id
        if min(made.values()) >= QUERIES:
            return


def _queries(paper: Paper, dice: random.Random) -> Iterator[tuple[str, str]]:
    title = " ".join(paper.title.split())
    name, colon, _ = title.partition(":")
    words = title.split()
    if first := name if colon else " ".join(words[:_FIRST_WORDS]):
        yield "first-words", first
    telling = sorted(
        {
            word
            for word in re.findall(r"[^\W_]+", title.lower())
            if word not in STOPWORDS and len(word) > 2
        }
    )
    if len(telling) < 3:
        return
    yield "three-words", " ".join(dice.sample(telling, 3))
    chosen = dice.sample(telling, 3)
    long = [word for word in chosen if len(word) >= _SHORTEST_TYPO]
    if long:
        wrong = dice.choice(long)
        yield "typo", " ".join(_slip(word, dice) if word == wrong else word for word in chosen)


def _slip(word: str, dice: random.Random) -> str:
    """Return the word with one letter swapped with the next, lost, doubled by another, or wrong."""
    while True:
        at = dice.randrange(len(word) - 1)
        letter = dice.choice(string.ascii_lowercase)
        slipped = dice.choice(
            (
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
            )
        )
        if slipped != word:
            return slipped
