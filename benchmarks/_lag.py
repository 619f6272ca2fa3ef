"""How late the event loop is while papers are embedded in the background."""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks._collections import read_papers
from benchmarks._engine import fill
from benchmarks._measures import name_of, percentile, say
from papers.embedding import load_embedder
from storage.database import Database
from storage.search import SearchEngine

PAPERS = 1_000
_TICK = 0.005


async def measure_lag(file: Path, setting: str) -> None:
    """Embed papers as the bot does, and measure how much later than asked a sleeper wakes."""
    embedder = load_embedder(setting)
    with TemporaryDirectory(prefix="paperboy-lag-") as folder:
        database = await Database.open(f"sqlite+aiosqlite:///{folder}/papers.db")
        await fill(database, read_papers(file)[:PAPERS])
        engine = await SearchEngine.open(database, embedder=embedder)
        late: list[float] = []
        ticking = asyncio.create_task(_tick(late))
        began = time.perf_counter()
        await engine.follow()
        done = 0
        while count := await engine.embed_next():
            done += count
        took = time.perf_counter() - began
        ticking.cancel()
        await engine.close()
        await database.close()
    name = f"lag-{done}"
    used = name_of(embedder)
    for share in (0.50, 0.99, 1.0):
        figure = f"loop-lag-p{share * 100:.0f}_ms"
        say(name, "ours", figure, percentile(late, share) * 1_000, used)
    say(name, "ours", "embeddings_per_s", done / took, used)


async def _tick(late: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK)
        late.append(time.perf_counter() - began - _TICK)
