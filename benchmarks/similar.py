"""Measure "papers like this one": `python -m benchmarks.similar DIR` for CSFCube.

Each query is a paper of the corpus with a facet (`ID_facet`), whose pool of candidates is judged
from 0 to 3. Prints JSON lines: `map` counts papers from grade 2 on as like it, `ndcg%20` looks at
the first fifth of the pool. Candidates that are not found come last.
"""

import argparse
import asyncio
import os
from pathlib import Path
from typing import Final

from benchmarks._collections import read_collection
from benchmarks._engine import Remembering, engine_with
from benchmarks._measures import mean, name_of, ndcg, say
from papers.embedding import MiniLMEmbedder

_LIKE: Final = 2.0
_DEPTH: Final = 500
"""Papers that are asked for; the engine has at most so many candidates."""


async def measure(folder: Path, cache: Path) -> None:
    """Measure our likeness on the queries of a collection."""
    collection = read_collection(folder)
    embedder = Remembering(MiniLMEmbedder(threads=os.cpu_count() or 1), cache)
    precisions: list[float] = []
    gains: list[float] = []
    async with engine_with(collection.papers, embedder) as (_, engine):
        for query, grades in collection.grades.items():
            asked = query.partition("_")[0]
            pool = grades.keys() - {asked}
            found = [each.paper_id for each in await engine.similar(asked, _DEPTH)]
            ranked = [paper for paper in found if paper in pool]
            ranked += sorted(pool.difference(ranked))
            precisions.append(_precision([grades[paper] >= _LIKE for paper in ranked]))
            gains.append(ndcg(ranked, {paper: grades[paper] for paper in pool}, len(pool) // 5))
    say(collection.name, "ours-similar", "map", mean(precisions), name_of(embedder))
    say(collection.name, "ours-similar", "ndcg%20", mean(gains), name_of(embedder))


def _precision(like: list[bool]) -> float:
    """Return the average precision of a ranking, 0 where nothing is like the paper."""
    hits = [place for place, each in enumerate(like, 1) if each]
    return mean([number / place for number, place in enumerate(hits, 1)]) if hits else 0.0


def main() -> None:
    """Measure the folder that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.similar", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("build/benchmarks/vectors.db"))
    asked = parser.parse_args()
    asyncio.run(measure(asked.folder, asked.cache))


if __name__ == "__main__":
    main()
