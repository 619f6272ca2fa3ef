"""Measure search: `python -m benchmarks.search DIR… | --known-item FILE | --scale N [FILE…] | …`.

Prints JSON lines `{"bench":"search", "set":…, "system":…, "figure":…, "value":…}`.
"""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from benchmarks._baselines import all_baselines
from benchmarks._collections import read_collection, read_papers
from benchmarks._engine import Remembering, engine_with, ranking
from benchmarks._known_items import lookups
from benchmarks._lag import measure_lag
from benchmarks._measures import MEASURES, mean, name_of, ndcg, recall, reciprocal_rank, say
from benchmarks._scale import measure_scale
from benchmarks._synthetic import SyntheticPapers, questions
from papers.embedding import Embedder, MiniLMEmbedder, load_embedder
from storage.search import MAX_VECTORS

__all__ = [
    "SyntheticPapers",
    "engine_with",
    "lookups",
    "measure_collection",
    "ndcg",
    "questions",
    "ranking",
    "read_collection",
    "recall",
    "reciprocal_rank",
]

_DEPTH = 100


async def measure_collection(folder: Path, embedder: Embedder | None) -> None:
    """Measure ours and every baseline on one test collection."""
    collection = read_collection(folder)
    rankings: dict[str, dict[str, list[str]]] = {}
    async with engine_with(collection.papers, embedder) as (_, engine):
        rankings["ours"] = {
            key: await ranking(engine, text) for key, text in collection.queries.items()
        }
    for name, baseline in all_baselines(collection.papers, embedder).items():
        rankings[name] = {key: baseline(text, _DEPTH) for key, text in collection.queries.items()}
    for system, found in rankings.items():
        for figure, (measure, depth) in MEASURES.items():
            values = [
                measure(found[key], collection.grades[key], depth) for key in collection.queries
            ]
            say(collection.name, system, figure, mean(values), name_of(embedder))


async def measure_known_items(file: Path, embedder: Embedder | None) -> None:
    """Measure how high a paper stands when it is looked for by words of its title."""
    papers = read_papers(file)
    wanted = list(lookups(papers))
    async with engine_with(papers, embedder) as (_, engine):
        ours = [await ranking(engine, text) for _, text, _ in wanted]
    found = {"ours": ours}
    for name, baseline in all_baselines(papers, embedder).items():
        found[name] = [baseline(text, 10) for _, text, _ in wanted]
    for system, rankings in found.items():
        for kind in dict.fromkeys(kind for kind, _, _ in wanted):
            values = [
                reciprocal_rank(ranked, {paper: 1.0}, 10)
                for (of_kind, _, paper), ranked in zip(wanted, rankings, strict=True)
                if of_kind == kind
            ]
            say(f"{file.name}:{kind}", system, "mrr@10", mean(values), name_of(embedder))


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--known-item", type=Path, metavar="FILE")
    parser.add_argument(
        "--scale", nargs="+", metavar=("N", "FILE"), help="size and speed with N papers"
    )
    parser.add_argument("--keep", type=Path, help="where --scale keeps what it built")
    parser.add_argument("--max-vectors", type=int, default=MAX_VECTORS)
    parser.add_argument("--lag", type=Path, metavar="FILE", help="the loop while embedding")
    parser.add_argument("--embedder", default="minilm", help="minilm (default), none, or a model")
    parser.add_argument("--cache", type=Path, default=Path("build/benchmarks/vectors.db"))
    asked = parser.parse_args()
    if asked.lag:
        asyncio.run(measure_lag(asked.lag, asked.embedder))
        return
    if asked.scale:
        number, *files = asked.scale
        of = [*map(Path, files), *asked.folders]
        most, keep = asked.max_vectors, asked.keep
        asyncio.run(measure_scale(int(number), of, asked.embedder, most=most, keep=keep))
        return
    if not asked.folders and not asked.known_item:
        parser.error("name a folder, --known-item FILE or --scale N")
    embedder = _embedder(asked.embedder, asked.cache)
    for folder in asked.folders:
        asyncio.run(measure_collection(folder, embedder))
    if asked.known_item:
        asyncio.run(measure_known_items(asked.known_item, embedder))


def _embedder(setting: str, cache: Path) -> Embedder | None:
    # Nothing else runs here, so that embedding may have every core.
    if setting == "minilm":
        embedder: Embedder | None = MiniLMEmbedder(threads=os.cpu_count() or 1)
    else:
        embedder = load_embedder(setting)
    if embedder is None:
        print("no embedder: search by words only", file=sys.stderr)
        return None
    return Remembering(embedder, cache)


if __name__ == "__main__":
    main()
