"""Size and speed of search with N papers, against FTS5 and plain tantivy in the same run."""

import asyncio
import gc
import random
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks._baselines import Baseline, fts5, tantivy_bm25
from benchmarks._collections import read_papers
from benchmarks._engine import fill, ranking
from benchmarks._measures import name_of, percentile, say
from benchmarks._memory import memory_mb
from papers.embedding import Embedder, load_embedder, paper_text
from papers.model import Author, Paper
from papers.terms import STOPWORDS
from storage import papers as stored_papers
from storage import vectors
from storage.database import Database
from storage.search import SearchEngine
from storage.vectors import Embedded, model_key

SHORT = 300
LONG = 100
TYPED = 60
"""Queries of each kind: two words of a title, a sentence of an abstract, a title being typed."""

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


async def measure_scale(number: int, file: Path | None, setting: str) -> None:
    """Measure building, disk, memory and latency with `number` papers."""
    embedder = load_embedder(setting)
    lines = _Lines(f"scale-{number}", name_of(embedder))
    with TemporaryDirectory(prefix="paperboy-scale-") as folder:
        papers = list(_papers(number, read_papers(file) if file else []))
        shorts, longs, typed = _questions(papers)
        # These papers are ours, not the search's: the collector need not look at them each time.
        gc.freeze()
        path = Path(folder) / "papers.db"
        await _build(lines, path, papers, embedder)
        kinds = {"short": shorts, "long": longs}
        for label, used in (("", setting), ("-none", "none")):
            if label and setting == "none":
                continue
            peak, kept = _memory_of(path, used)
            of = replace(lines, embedder="none") if used == "none" else lines
            of.say(f"ours{label}", "memory_mb", kept, peak_mb=peak)
        started = time.perf_counter()
        embedder = load_embedder(setting)
        database = await Database.open(f"sqlite+aiosqlite:///{path}")
        engine = await SearchEngine.open(database, embedder=embedder)
        lines.say("ours", "start_s", time.perf_counter() - started, ready=engine.ready)
        lines.say("ours", "first_search_ms", await _timed(lambda: ranking(engine, shorts[-1])))
        await _ours_latency(lines, engine, kinds, typed)
        await engine.close()
        await database.close()
        for system, build in _baselines(papers, Path(folder)).items():
            began = time.perf_counter()
            baseline = build()
            lines.say(system, "build_s", time.perf_counter() - began)
            _baseline_latency(lines, system, baseline, kinds)
            lines.say(system, "disk_mb", _size(Path(folder) / system))


async def _build(
    lines: _Lines, path: Path, papers: Sequence[Paper], embedder: Embedder | None
) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    began = time.perf_counter()
    await fill(database, papers)
    stored = time.perf_counter() - began
    lines.say("ours", "store_s", stored, papers_per_s=round(len(papers) / stored))
    if embedder is not None:
        await _vectors(lines, database, papers, embedder)
    engine = await SearchEngine.open(database, embedder=None)
    began = time.perf_counter()
    await engine.follow()
    indexed = time.perf_counter() - began
    lines.say("ours", "build_s", indexed, papers_per_s=round(len(papers) / indexed))
    await engine.close()
    await database.close()
    lines.say("ours", "disk_mb", _size(path.with_suffix(".index")))
    lines.say("ours", "database_mb", _size(path))


async def _vectors(
    lines: _Lines, database: Database, papers: Sequence[Paper], embedder: Embedder
) -> None:
    """Store a vector for every paper: real ones for the first, then those with noise."""
    noise = np.random.default_rng(_SEED)
    began = time.perf_counter()
    texts = [paper_text(paper) for paper in papers[:_EMBEDDED]]
    real = embedder.embed(texts)
    lines.say("ours", "embeddings_per_s", len(texts) / (time.perf_counter() - began))
    for start in range(0, len(papers), _PORTION):
        ids = [paper.id for paper in papers[start : start + _PORTION]]
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


def _baselines(papers: Sequence[Paper], folder: Path) -> dict[str, Callable[[], Baseline]]:
    (folder / "tantivy-bm25").mkdir()
    return {
        "fts5-bm25": lambda: fts5(papers, str(folder / "fts5-bm25")),
        "tantivy-bm25": lambda: tantivy_bm25(papers, str(folder / "tantivy-bm25")),
    }


def _size(path: Path) -> float:
    files = path.rglob("*") if path.is_dir() else path.parent.glob(path.name + "*")
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def _memory_of(path: Path, setting: str) -> tuple[float, float]:
    """Return the most and the last memory of a process that opens everything and is asked."""
    command = [sys.executable, "-m", "benchmarks._scale", str(path), setting]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    peak, kept = answer.stdout.split()
    return float(peak), float(kept)


async def _use(path: Path, setting: str) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    engine = await SearchEngine.open(database, embedder=load_embedder(setting))
    for query in ("diffusion models", "how do language models reason over long documents?"):
        await ranking(engine, query)
        await engine.suggest(query[:8])
    print(*memory_mb())
    await engine.close()
    await database.close()


def _papers(number: int, source: Sequence[Paper]) -> Iterator[Paper]:
    """Yield `number` papers: those given, then again with some of their words changed."""
    dice = random.Random(_SEED)
    source = source or list(_invented(dice))
    # With repeats: a common word takes another's place as often as it is said.
    vocabulary = [word for paper in source[:2_000] for word in paper.abstract.split()]
    first = datetime(2016, 1, 1, tzinfo=UTC)
    for place in range(number):
        paper = source[place % len(source)]
        again = place // len(source)
        change = dice.random if again else lambda: 1.0
        yield Paper(
            id=f"{again:02d}{place % len(source):05d}.{place:06d}",
            title=_changed(paper.title, vocabulary, dice) if again else paper.title,
            abstract=_changed(paper.abstract, vocabulary, dice) if again else paper.abstract,
            authors=paper.authors,
            keywords=paper.keywords if change() > 0.5 else (),
            categories=paper.categories,
            published_at=first + timedelta(hours=place % 90_000),
        )


def _changed(text: str, vocabulary: Sequence[str], dice: random.Random) -> str:
    words = text.split()
    for place in range(len(words)):
        if dice.random() < 0.3:
            words[place] = dice.choice(vocabulary)
    return " ".join(words)


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


def _questions(papers: Sequence[Paper]) -> tuple[list[str], list[str], list[str]]:
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


if __name__ == "__main__":
    asyncio.run(_use(Path(sys.argv[1]), sys.argv[2]))
