"""Size and speed of search with N papers, against FTS5 and plain tantivy in the same run.

Beyond the papers of the files they are made (`benchmarks._synthetic`), and so are the vectors: real
ones of the first papers with noise.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks._baselines import Baseline, fts5, tantivy_bm25
from benchmarks._collections import read_papers
from benchmarks._engine import fill, ranking
from benchmarks._measures import name_of, percentile, say
from benchmarks._memory import memory_mb, resident_mb
from benchmarks._synthetic import SyntheticPapers, questions
from papers.embedding import Embedder, load_embedder, paper_text
from papers.model import Paper, Record
from storage import papers as stored_papers
from storage import vectors
from storage.database import Database
from storage.search import SearchEngine
from storage.vectors import Embedded, model_key

_SEED = 20261123
_EMBEDDED = 500  # real vectors; the others are these with noise, which costs a search the same
_TOP = 20
_PORTION = 5_000


@dataclass(frozen=True, slots=True)
class _Lines:
    """Says figures of one set, each with the embedder that ours has."""

    name: str
    embedder: str

    def say(self, system: str, figure: str, value: float, **more: object) -> None:
        say(self.name, system, figure, value, self.embedder, **more)

    def times(self, system: str, what: str, times: Sequence[float]) -> None:
        for share in (0.50, 0.95, 0.99):
            self.say(system, f"{what}-p{share * 100:.0f}_ms", percentile(times, share))


async def measure_scale(
    number: int, files: Sequence[Path], setting: str, *, most: int, keep: Path | None
) -> None:
    """Measure building, disk, memory and latency with `number` papers.

    Args:
        number: of papers.
        files: of papers, which the others are made of.
        setting: of the embedder.
        most: papers that are searched by meaning.
        keep: where what is built is kept, to be measured again without building it.
    """
    embedder = load_embedder(setting)
    lines = _Lines(f"scale-{number}", name_of(embedder))
    with TemporaryDirectory(prefix="paperboy-scale-") as temporary:
        folder = keep or Path(temporary)
        papers = SyntheticPapers(number, [paper for file in files for paper in read_papers(file)])
        shorts, longs, typed = questions(papers)
        # These papers are ours, not the search's: the collector need not look at them each time.
        gc.freeze()
        path = folder / "papers.db"
        whole = folder / "built"
        if not whole.exists():
            await _build(lines, path, papers, embedder)
            whole.touch()
        await _settle(lines, path, setting, most)
        kinds = {"short": shorts, "long": longs}
        for label, used in (("", setting), ("-none", "none")):
            if label and setting == "none":
                continue
            of = replace(lines, embedder="none") if used == "none" else lines
            memory = _memory_of(path, used, most, [*shorts[::10], *longs[::10]])
            of.say(f"ours{label}", "memory_mb", memory.pop("kept_mb"), **memory)
        started = time.perf_counter()
        embedder = load_embedder(setting)
        database = await Database.open(f"sqlite+aiosqlite:///{path}")
        opened = time.perf_counter() - started
        engine = await SearchEngine.open(database, embedder=embedder, max_vectors=most)
        elapsed = time.perf_counter() - started
        lines.say("ours", "start_s", elapsed, database_s=round(opened, 3), ready=engine.ready)
        lines.say("ours", "follow_none_ms", await _timed(engine.follow))
        lines.say("ours", "first_search_ms", await _timed(lambda: ranking(engine, shorts[-1])))
        await _ours_latency(lines, engine, kinds, typed)
        await _update(lines, database, engine, papers)
        await engine.close()
        await database.close()
        for system, build in _baselines(papers, folder).items():
            began = time.perf_counter()
            baseline = build()
            lines.say(system, "build_s", time.perf_counter() - began)
            _baseline_latency(lines, system, baseline, kinds)
            lines.say(system, "disk_mb", _size(folder / system))


async def _build(
    lines: _Lines, path: Path, papers: SyntheticPapers, embedder: Embedder | None
) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    began = time.perf_counter()
    await fill(database, papers)
    stored = time.perf_counter() - began
    lines.say("ours", "store_s", stored, papers_per_s=round(len(papers) / stored))
    if embedder is not None:
        await _vectors(lines, database, papers, embedder)
    await database.optimize()
    engine = await SearchEngine.open(database, embedder=None)
    began = time.perf_counter()
    await engine.follow()
    indexed = time.perf_counter() - began
    lines.say("ours", "build_s", indexed, papers_per_s=round(len(papers) / indexed))
    await engine.close()
    await database.close()
    lines.say("ours", "disk_mb", _size(path.with_suffix(".index")))
    lines.say("ours", "database_mb", _size(path))


async def _settle(lines: _Lines, path: Path, setting: str, most: int) -> None:
    """Do what a bot does once after its start, when all is indexed and embedded."""
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    engine = await SearchEngine.open(database, embedder=load_embedder(setting), max_vectors=most)
    lines.say("ours", "settle_s", await _timed(engine.embed_next) / 1_000)
    await engine.close()
    await database.close()


async def _update(
    lines: _Lines, database: Database, engine: SearchEngine, papers: Sequence[Paper]
) -> None:
    """Change one old paper and add one, as an hour's ingest does, and follow."""
    await engine.embed_next()  # as a running bot has, which so knows what is embedded
    old = replace(papers[0], title=f"{papers[0].title}, {time.time():.0f}")
    new = replace(papers[len(papers) - 1], id=f"{time.time():.0f}.00001")
    async with database.write() as conn:
        await stored_papers.upsert(conn, [Record(old), Record(new)], now=datetime.now(UTC))
    lines.say("ours", "follow_two_ms", await _timed(engine.follow))
    lines.say("ours", "embed_two_ms", await _timed(engine.embed_next))
    lines.say("ours", "embed_none_ms", await _timed(engine.embed_next))


async def _vectors(
    lines: _Lines, database: Database, papers: SyntheticPapers, embedder: Embedder
) -> None:
    """Store a vector for every paper: real ones for the first, then those with noise."""
    noise = np.random.default_rng(_SEED)
    began = time.perf_counter()
    texts = [paper_text(paper) for paper in papers[:_EMBEDDED]]
    real = embedder.embed(texts)
    lines.say("ours", "embeddings_per_s", len(texts) / (time.perf_counter() - began))
    began = time.perf_counter()
    for start in range(0, len(papers), _PORTION):
        ids = [papers.id_of(place) for place in range(len(papers))[start : start + _PORTION]]
        async with database.read() as conn:
            known = await stored_papers.get_many(conn, ids)
        chosen = real[noise.integers(0, len(real), len(ids))]
        rows = chosen + noise.normal(0, 0.02, chosen.shape).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        async with database.write() as conn:
            await vectors.put(
                conn,
                model_key(embedder),
                [
                    Embedded(entry.paper.id, entry.row, entry.revision, row)
                    for entry, row in zip(known.values(), rows, strict=True)
                ],
            )


async def _ours_latency(
    lines: _Lines, engine: SearchEngine, kinds: dict[str, list[str]], typed: list[str]
) -> None:
    for temperature in ("cold", "warm"):
        everything: list[float] = []
        for kind, queries in kinds.items():
            # New words each time: the vectors of queries asked before are remembered.
            asked = queries[::2] if temperature == "cold" else queries[1::2]
            times = [await _timed(lambda q=q: ranking(engine, q)) for q in asked]
            everything += times
            lines.times("ours", f"search-{kind}-{temperature}", times)
        lines.times("ours", f"search-{temperature}", everything)
        times = [await _timed(lambda t=t: engine.suggest(t)) for t in typed]
        lines.times("ours", f"autocomplete-{temperature}", times)


async def _timed(call: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await call()
    return (time.perf_counter() - began) * 1_000


def _baseline_latency(
    lines: _Lines, system: str, baseline: Baseline, kinds: dict[str, list[str]]
) -> None:
    for temperature in ("cold", "warm"):
        everything: list[float] = []
        for kind, queries in kinds.items():
            times: list[float] = []
            for query in queries[::2] if temperature == "cold" else queries[1::2]:
                began = time.perf_counter()
                baseline(query, _TOP)
                times.append((time.perf_counter() - began) * 1_000)
            everything += times
            lines.times(system, f"search-{kind}-{temperature}", times)
        lines.times(system, f"search-{temperature}", everything)


def _baselines(papers: SyntheticPapers, folder: Path) -> dict[str, Callable[[], Baseline]]:
    return {
        "fts5-bm25": lambda: fts5(papers, folder / "fts5-bm25", papers.id_of),
        "tantivy-bm25": lambda: tantivy_bm25(papers, folder / "tantivy-bm25", papers.id_of),
    }


def _size(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else path.parent.glob(path.name + "*")
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def _memory_of(path: Path, setting: str, most: int, queries: list[str]) -> dict[str, float]:
    """Return the memory of a process that opens everything and is asked some queries."""
    command = [sys.executable, "-m", "benchmarks._scale", str(path), setting, str(most)]
    asked = json.dumps(queries)
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, input=asked)
    return json.loads(answer.stdout)


async def _use(path: Path, setting: str, most: int, queries: list[str]) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    embedder = load_embedder(setting)
    engine = await SearchEngine.open(database, embedder=embedder, max_vectors=most)
    for query in queries:
        await ranking(engine, query)
        await engine.suggest(query[:8])
    peak, kept = memory_mb()
    print(json.dumps({"kept_mb": kept, "peak_mb": peak, **resident_mb()}))
    await engine.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(_use(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), json.load(sys.stdin)))
