"""Near-duplicates: papers that say nearly the same are one card, the best-ranked one in front.

Two papers are near when their embeddings are (`NEAR`, and `NEAR_BY_AUTHORS` with an author in
common), or when one is another version of the other: the same DOI, or the same title and an author
in common. A group is a leader and papers that are each near to it; a paper that is near to a folded
one only is not folded, so there are no chains.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np
import simsimd
from numpy.typing import NDArray

from papers.model import Paper
from papers.same import title_key
from papers.short_ids import can_shorten

MODEL: Final = "all-MiniLM-L6-v2"
"""The model, in any form, whose cosines were measured: those of others lie elsewhere, and may be .9
for papers that have nothing in common."""

NEAR_BY_AUTHORS: Final = 0.85
"""Cosine of two papers' vectors from which on they say nearly the same, with an author in common.

Among 5,841 of the Hub's papers 58 pairs reach .85 (`benchmarks.folding`): of
the 22 with an author in common 18 are one work or its next version, of the other 36 only 3 are.
"""
NEAR: Final = 0.9
"""The same for papers of different people; none of those 36 pairs reaches it."""

MOST_FOLDED: Final = 3
"""Papers behind one leader: a page of five hits names them all in the id of one button."""

_ROWS: Final = 512
"""Rows of cosines computed at a time: 500 papers take a millisecond, 5,000 stay under 11 MB."""
AUTHORS: Final = 20
"""Names of a paper that are compared, in its order: some have three thousand, which are listed by
the alphabet, so that two papers of a collaboration share the first ones."""

_VERSION: Final = (
    r"(?:(?:extended|full|long|longer|short|journal|conference|preliminary|revised|updated|complete)"
    r" (?:version|paper|abstract|edition|report)|tech(?:nical)? report)"
)
_NUMBERED: Final = r"(?:version|ver\.?|v) ?[0-9]+"
"""Counts in brackets alone: "DeepThought-V2" is another model."""
_MARKED = re.compile(
    rf"\s*(?:[\[(]\s*(?:{_VERSION}|{_NUMBERED})\s*[\])]|(?::|\s[–—-])\s*{_VERSION})\s*$",  # noqa: RUF001 - dashes as authors write them
    re.IGNORECASE,
)

Floats = NDArray[np.float32]
Pairs = list[tuple[str, str]]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Group(Generic[Item]):
    """What is shown as one."""

    leader: Item
    folded: tuple[Item, ...] = ()
    """In their order; each is near to the leader."""


class Suspects(NamedTuple):
    """Pairs of papers that may say nearly the same."""

    near: list[tuple[str, str]]
    """Those that do, by any authors."""
    close: list[tuple[str, str]]
    """Those that do if one person wrote both."""
    same_title: list[tuple[str, str]]
    """Those that do if people of one family name wrote both."""

    @property
    def undecided(self) -> list[str]:
        """The papers whose authors decide."""
        pairs = (*self.close, *self.same_title)
        return list(dict.fromkeys(paper_id for pair in pairs for paper_id in pair))


class Likeness:
    """Which of some papers say nearly the same as which; by id."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._near: defaultdict[str, set[str]] = defaultdict(set)
        for one, other in pairs:
            self._near[one].add(other)
            self._near[other].add(one)

    @classmethod
    def decided(cls, suspects: Suspects, authors: Mapping[str, Sequence[str]]) -> "Likeness":
        """Decide by the first `AUTHORS` names of the papers that are `undecided`.

        A paper without known authors has none in common with another.
        """
        names = {
            paper_id: {
                key for name in authors.get(paper_id, ())[:AUTHORS] if (key := title_key(name))
            }
            for paper_id in suspects.undecided
        }
        families = {paper_id: {name.split()[-1] for name in of} for paper_id, of in names.items()}
        pairs = list(suspects.near)
        for some, known in ((suspects.close, names), (suspects.same_title, families)):
            pairs += [pair for pair in some if not known[pair[0]].isdisjoint(known[pair[1]])]
        return cls(pairs)

    def near(self, paper_id: str) -> Set[str]:
        """Return the papers that say nearly the same as this one."""
        return self._near.get(paper_id, frozenset())


def compare(papers: Sequence[Paper], vectors: Floats | None = None) -> Suspects:
    """Compare papers with each other, leaving their authors aside.

    Args:
        papers: each once; titles and DOIs are read.
        vectors: their unit vectors, a row of zeros for a paper without one; `None` without an
            embedder. Titles and DOIs are compared in any case.

    Raises:
        ValueError: there is not one vector for each paper.
    """
    if vectors is not None and len(vectors) != len(papers):
        raise ValueError(f"{len(vectors)} vectors for {len(papers)} papers")
    found = Suspects([], [], [])
    for same, pairs in ((_same_doi, found.near), (_same_title, found.same_title)):
        for places in same(papers).values():
            pairs += [(papers[one].id, papers[other].id) for one, other in combinations(places, 2)]
    for one, other, cosine in _by_meaning(vectors) if vectors is not None else ():
        pairs = found.near if cosine >= NEAR else found.close
        pairs.append((papers[one].id, papers[other].id))
    return found


def fold(
    ranked: Sequence[Item],
    likeness: Likeness,
    *,
    paper_id: Callable[[Item], str],
    within: Callable[[Item], Hashable] = lambda _: None,
    size: int | None = None,
) -> list[Group[Item]]:
    """Return the items as groups, the order kept: each in one group, after `size` groups in none.

    Greedy: the first item that is in no group leads the next one, and takes the first
    `MOST_FOLDED` of what comes later, is near to it, and is in no group yet.

    Args:
        ranked: the best first; a paper at most once.
        likeness: of all of them.
        paper_id: an item's paper.
        within: what both must have in common, such as a day.
        size: how many groups at most.
    """
    place = {paper_id(item): at for at, item in enumerate(ranked)}
    taken: set[str] = set()
    groups: list[Group[Item]] = []
    for item in ranked:
        if len(groups) == size:
            break
        mine = paper_id(item)
        if mine in taken:
            continue
        taken.add(mine)
        near = (other for other in likeness.near(mine) if other in place and other not in taken)
        follow = [
            other
            for other in sorted(near, key=place.__getitem__)
            if within(ranked[place[other]]) == within(item) and can_shorten(other)
        ][:MOST_FOLDED]
        taken.update(follow)
        groups.append(Group(item, tuple(ranked[place[other]] for other in follow)))
    return groups


def _by_meaning(vectors: Floats) -> Iterator[tuple[int, int, float]]:
    for start in range(0, len(vectors), _ROWS):
        # Without threads: those of a BLAS wait for each other while a model keeps the cores busy.
        cosines = np.asarray(
            simsimd.cdist(
                vectors[start : start + _ROWS], vectors, metric="dot", out_dtype="float32"
            )
        )
        for row, column in zip(*np.nonzero(cosines >= NEAR_BY_AUTHORS), strict=True):
            if start + row < column:
                yield int(start + row), int(column), float(cosines[row, column])


def _same_doi(papers: Sequence[Paper]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, paper in enumerate(papers):
        if paper.doi:
            found[paper.doi.casefold()].append(at)
    return found


def _same_title(papers: Sequence[Paper]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, paper in enumerate(papers):
        if key := title_key(_MARKED.sub("", paper.title)):
            found[key].append(at)
    return found
