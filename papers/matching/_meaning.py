"""Vectors of papers made comparable with vectors of topics."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from papers.embedding import Embedder, paper_text, unit_rows
from papers.model import Paper

Floats = NDArray[np.float32]

NEIGHBOURS = 20
BEGINNING = 300
"""Characters; title included."""
AXES = 192
"""Directions that are compared: the other half of a vector's 384 changes no ranking."""
SUBJECTS = 256
"""Groups of near papers that topics are drawn to: more cost time and change nothing."""
CALIBRATES = 300
"""Papers from which an archive tells how near is near."""
_CENTRE = np.float32(0.5)
_FAR = 2.5
_ROUNDS = 3  # of moving the groups' centres
_DRAWN_WEIGHT = np.float32(0.4)
_OWN_WEIGHT = np.float32(0.03)
_AROUND_WEIGHT = np.float32(0.04)
_USUAL_SPREAD = np.float32(0.11)
"""Of a topic's cosines over an archive; used where there is no archive to measure."""
_LEAST_SPREAD = np.float32(0.05)
_ROWS = 512  # rows of the archive compared at a time: 512 x 20,000 cosines are 40 MB


class Archive:
    """Vectors of papers seen before, as `embed_papers` makes them: what a batch is compared with.

    A sample of some thousands does; the batch's own papers may be among them. Keep one as long as
    its papers are fresh enough: a tenth of a second for 20,000 papers.
    """

    def __init__(self, vectors: Floats) -> None:
        """Take the unit rows of at least two papers.

        Raises:
            ValueError: there are fewer.
        """
        if len(vectors) < 2:
            raise ValueError("an archive needs two papers at least")
        self._mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        self.vectors = self.centred(vectors)
        """The rows as `centred` gives them."""
        self.centre = self.vectors.mean(axis=0)
        """What is left of the mean: the direction in which a topic is near to everything."""
        shifted = self.vectors - self.centre
        covariance = shifted.T @ shifted / np.float32(len(vectors))
        # Ascending by variance, and all at right angles: along them there is no covariance.
        variances, axes = np.linalg.eigh(covariance)
        self.axes = axes[:, -AXES:].astype(np.float32)
        """The directions, as columns, in which the archive's papers differ most."""
        self._variances = variances[-AXES:].astype(np.float32)
        self._subjects = _centroids(self.vectors) @ self.axes
        self._apart = self._subjects - self._subjects.mean(axis=0)

    @property
    def calibrates(self) -> bool:
        """Whether there are so many papers that a score says how sure a match is."""
        return len(self.vectors) >= CALIBRATES

    def centred(self, vectors: Floats) -> Floats:
        """Return unit vectors without half of the archive's mean; rows of zeros stay zeros.

        All abstracts share a direction that says nothing. Taking it off whole would make coarse
        themes better still, and fine topics worse.
        """
        known = np.any(vectors, axis=1, keepdims=True)
        return unit_rows(np.where(known, vectors - _CENTRE * self._mean, np.float32(0)))

    def drawn(self, topics: Floats) -> Floats:
        """Return topics, along `axes`, drawn towards the archive's subjects that are nearest.

        The topic's text is some words; the papers say what else belongs to it. A subject counts by
        how far its cosine is beyond 2.5 deviations, and all together .4 of what the text counts.
        """
        cosines = topics @ self._apart.T
        deviation = np.sqrt(np.einsum("ij,ij->i", cosines, cosines) / cosines.shape[1])
        cosines -= (_FAR * deviation)[:, None].astype(np.float32)
        np.maximum(cosines, 0, out=cosines)
        near = unit_rows(cosines @ self._subjects)
        near *= _DRAWN_WEIGHT
        near += topics
        return unit_rows(near)

    def spread(self, topics: Floats) -> Floats:
        """Return for each topic along `axes` the deviation of its products over the archive.

        It makes cosines of different topics comparable: .4 is nothing much to a topic that is
        somewhat near to everything, such as "vision transformers", and a lot to "image fusion".
        """
        return np.sqrt(np.maximum(np.square(topics) @ self._variances, 0))

    def along_axes(self, topics: Floats) -> Floats:
        """Return what `centred` gives of topics, along `axes`; sooner."""
        shift = _CENTRE * self._mean
        squares = np.einsum("ij,ij->i", topics, topics)
        found = topics @ self.axes
        found -= shift @ self.axes
        lengths = np.sqrt(np.maximum(squares - 2 * (topics @ shift) + shift @ shift, 0))
        found /= np.maximum(lengths, np.finfo(np.float32).tiny)[:, None]
        found[squares == 0] = 0
        return found


def embed_papers(embedder: Embedder, papers: Sequence[Paper]) -> Floats:
    """Return unit vectors to compare topics with: of each paper's beginning, and of its title.

    Of the beginning only, because what a paper is about stands there, and what it did comes after:
    with 300 characters instead of 1,200, average precision on fine topics rises from .55 to .60,
    with a share of the title's own direction to .62; coarse themes lose .01.
    """
    beginnings = embedder.embed([beginning(paper) for paper in papers])
    titles = embedder.embed([paper.title for paper in papers])
    return unit_rows(beginnings + np.multiply(titles, 0.5, dtype=np.float32))


def beginning(paper: Paper) -> str:
    """Return the title and the first sentences, cut between words."""
    text = paper_text(paper)
    if len(text) <= BEGINNING:
        return text
    return text[: BEGINNING + 1].rpartition(" ")[0] or text[:BEGINNING]


def directions(papers: Floats, archive: Archive | None) -> Floats:
    """Return for each paper what `questions` are multiplied with: a share of its score.

    Its own direction and its neighbourhood's, the mean of the twenty papers of the archive that are
    nearest: who wants "human-computer interaction" wants papers among such papers, whatever their
    own words.
    """
    if archive is None:
        return papers * (_OWN_WEIGHT + _AROUND_WEIGHT)
    own = archive.centred(papers)
    around = own
    if len(archive.vectors) > NEIGHBOURS:
        around = _neighbourhoods(own, archive.vectors)
    found = own * _OWN_WEIGHT + around * _AROUND_WEIGHT
    found -= archive.centre * (_OWN_WEIGHT + _AROUND_WEIGHT)
    return np.where(np.any(own, axis=1, keepdims=True), found @ archive.axes, np.float32(0))


def questions(topics: Floats, archive: Archive | None) -> Floats:
    """Return for each topic the vector whose product with a paper's direction is added to scores.

    It is as long as makes a product of one topic worth as much as the same of another.
    """
    if archive is None:
        return topics / _USUAL_SPREAD
    drawn = archive.drawn(archive.along_axes(topics))
    drawn /= np.maximum(archive.spread(drawn), _LEAST_SPREAD)[:, None]
    return drawn


def _neighbourhoods(texts: Floats, archive: Floats) -> Floats:
    means = np.zeros_like(texts)
    for start in range(0, len(texts), _ROWS):
        cosines = texts[start : start + _ROWS] @ archive.T
        cosines[cosines > 0.999] = -1  # the paper itself, which is counted already
        nearest = np.argpartition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
        means[start : start + _ROWS] = archive[nearest].mean(axis=1)
    known = np.any(texts, axis=1, keepdims=True)
    return unit_rows(np.where(known, means, np.float32(0)))


def _centroids(vectors: Floats) -> Floats:
    """Return unit vectors of at most `SUBJECTS` groups of near papers: k-means from even rows."""
    rows = np.linspace(0, len(vectors) - 1, min(len(vectors), SUBJECTS)).astype(np.int64)
    centres = vectors[rows]
    if len(rows) == len(vectors):
        return centres
    for _ in range(_ROUNDS):
        nearest = np.concatenate(
            [
                (vectors[start : start + _ROWS] @ centres.T).argmax(axis=1)
                for start in range(0, len(vectors), _ROWS)
            ]
        )
        order = np.argsort(nearest, kind="stable")
        first = np.flatnonzero(np.diff(nearest[order], prepend=-1))
        centres = unit_rows(np.add.reduceat(vectors[order], first, axis=0))
    return centres
