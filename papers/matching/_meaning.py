"""Vectors of papers made comparable with vectors of topics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papers.embedding import Embedder, unit_rows
from papers.model import Paper

Floats = NDArray[np.float32]

NEIGHBOURS = 10
_CENTRE = 0.5
"""How much of the archive's mean is taken off: all abstracts share a direction that says nothing.

Half of it: taking all makes coarse themes better and fine topics worse."""
_ROWS = 512  # rows of the archive compared at a time: 512 x 20,000 cosines are 40 MB


@dataclass(frozen=True, slots=True)
class PaperVectors:
    """Unit vectors of papers in one order; a row of zeros is a paper that is not embedded."""

    texts: Floats
    """Of title and abstract."""
    titles: Floats | None = None
    """Of the title alone, which says what a paper is about with the least beside it."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Vectors (title and abstract) of papers seen before: what a batch is compared against.

    A sample of some thousands does; the batch's own papers may be among them.
    """

    vectors: Floats

    def mean(self) -> Floats:
        """Return the direction that all papers share."""
        return self.vectors.mean(axis=0, dtype=np.float64).astype(np.float32)


def paper_text(paper: Paper) -> str:
    """Return what is embedded of a paper."""
    return f"{paper.title}. {paper.abstract}" if paper.abstract else paper.title


def embed_papers(
    embedder: Embedder, papers: Sequence[Paper], texts: Floats | None = None
) -> PaperVectors:
    """Embed what is missing of a batch: the titles, and the texts unless they are given."""
    if texts is None:
        texts = embedder.embed([paper_text(paper) for paper in papers])
    return PaperVectors(texts, embedder.embed([paper.title for paper in papers]))


def centred(vectors: Floats, mean: Floats | None) -> Floats:
    """Return unit vectors without their share of the mean; rows of zeros stay zeros."""
    if mean is None:
        return vectors
    known = np.any(vectors, axis=1, keepdims=True)
    return unit_rows(np.where(known, vectors - _CENTRE * mean, np.float32(0)))


def directions(papers: PaperVectors, archive: Archive | None) -> Floats:
    """Return for each paper the mean of its text's, its title's and its neighbourhood's direction.

    The neighbourhood is the mean of the ten papers of the archive that are nearest: whoever wants
    "human-computer interaction" wants papers among such papers, whatever their own words. In
    average precision it adds .03 on coarse themes and takes nothing from fine topics.
    """
    mean = archive.mean() if archive is not None and len(archive.vectors) else None
    texts = centred(papers.texts, mean)
    parts = [texts]
    if papers.titles is not None:
        parts.append(centred(papers.titles, mean))
    if archive is not None and mean is not None and len(archive.vectors) > NEIGHBOURS:
        parts.append(_neighbourhoods(texts, centred(archive.vectors, mean)))
    return np.stack(parts).mean(axis=0, dtype=np.float32)


def _neighbourhoods(texts: Floats, archive: Floats) -> Floats:
    means = np.zeros_like(texts)
    for start in range(0, len(texts), _ROWS):
        cosines = texts[start : start + _ROWS] @ archive.T
        cosines[cosines > 0.999] = -1  # the paper itself, which is counted already
        nearest = np.argpartition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
        for row, places in enumerate(nearest):
            means[start + row] = archive[places].mean(axis=0)
    known = np.any(texts, axis=1, keepdims=True)
    return unit_rows(np.where(known, means, np.float32(0)))
