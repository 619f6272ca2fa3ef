"""How late the event loop is, and how slow a search, while papers are embedded."""

import asyncio
import random
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks._collections import read_papers
from benchmarks._engine import fill, ranking
from benchmarks._measures import name_of, percentile, say
from papers.embedding import load_embedder
from papers.model import Paper
from storage.database import Database
from storage.search import SearchEngine

PAPERS = 1_000
"""Of a day, embedded twice: once alone, and as many others while someone searches."""

_TICK = 0.005
_READING = 0.02  # seconds between an answer and the next question
_SEED = 20261127


async def measure_lag(file: Path, setting: str) -> None:
    """Embed papers as the bot does, and measure how much later than asked a sleeper wakes.

    Then search: with nothing else to do, and while other papers are embedded.
    """
    embedder = load_embedder(setting)
    known = read_papers(file)[: 2 * PAPERS]
    used = name_of(embedder)
    with TemporaryDirectory(prefix="paperboy-lag-") as folder:
        database = await Database.open(f"sqlite+aiosqlite:///{folder}/papers.db")
        await fill(database, known[:PAPERS])
        engine = await SearchEngine.open(database, embedder=embedder)
        late: list[float] = []
        ticking = asyncio.create_task(_tick(late))
        began = time.perf_counter()
        done = await _embed(engine)
        took = time.perf_counter() - began
        ticking.cancel()
        name = f"lag-{done}"
        for share in (0.50, 0.99, 1.0):
            figure = f"loop-lag-p{share * 100:.0f}_ms"
            say(name, "ours", figure, percentile(late, share) * 1_000, used)
        say(name, "ours", "embeddings_per_s", done / took, used)
        questions = _questions(known[:PAPERS])
        ordinary = [await _timed(engine, text) for text in questions]
        await fill(database, known[PAPERS:])
        embedding = asyncio.create_task(_embed(engine))
        meanwhile: list[float] = []
        for text in _questions(known[PAPERS:]):
            if embedding.done():
                break
            meanwhile.append(await _timed(engine, text))
        await embedding
        for what, times in (("search", ordinary), ("search-meanwhile", meanwhile)):
            for share in (0.50, 0.95, 0.99):
                say(name, "ours", f"{what}-p{share * 100:.0f}_ms", percentile(times, share), used)
        await engine.close()
        await database.close()


async def _embed(engine: SearchEngine) -> int:
    await engine.follow()
    done = 0
    while count := await engine.embed_next():
        done += count
    return done


def _questions(papers: Sequence[Paper]) -> list[str]:
    """Return words of titles, each asked once: the vectors of queries asked before are known."""
    dice = random.Random(_SEED)
    questions: list[str] = []
    for paper in papers:
        words = paper.title.split()
        questions.append(" ".join(dice.sample(words, min(3, len(words)))))
    return questions


async def _timed(engine: SearchEngine, text: str) -> float:
    """Return the milliseconds of a search."""
    began = time.perf_counter()
    await ranking(engine, text)
    took = time.perf_counter() - began
    await asyncio.sleep(_READING)
    return took * 1_000


async def _tick(late: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK)
        late.append(time.perf_counter() - began - _TICK)
