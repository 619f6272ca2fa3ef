"""Measure a start and a post in the simulated Discord: `python -m benchmarks.start [--starts N]`.

Each start is a process of its own, with the default settings, on a fresh database or on a copy of
`--database FILE` with the index beside it. Prints JSON lines
`{"bench", "figure", "value", "embedder"}`:

- `start`, `ready_s`: seconds from before the interpreter starts until the bot is READY, the median
  of the starts; `settled_s`: until nothing is left to do in the background; `rss_mb`: the most
  memory that the process had by then, `idle_mb`: what it has then, its model not used yet.
- `post`, `requests`: what the bot asked of Discord for one day's thread, once it was READY;
  `papers`: the cards in it; `post_s`, `rss_mb`: the seconds that it took, the sources' batches
  included, and the most memory afterwards.
- `search`, `first_s`, `second_s`: seconds of two searches, the first of which may have to load the
  model; `loaded_mb`: the memory then; `idle_mb`: what is left of it once the model was idle for
  long enough to be dropped; `again_s`: a search after that.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks._memory import memory_mb

STARTS = 5


def measure(starts: int, database: Path | None) -> dict[tuple[str, str, str], float]:
    """Return the median of each figure over some starts, by bench, figure and embedder."""
    figures: dict[tuple[str, str, str], list[float]] = {}
    for _ in range(starts):
        with tempfile.TemporaryDirectory(prefix="paperboy-start-") as folder:
            copy = Path(folder, "paperboy.db")
            if database is not None:
                shutil.copy(database, copy)
                shutil.copytree(database.with_suffix(".index"), copy.with_suffix(".index"))
            # The clock of `perf_counter` may differ between processes; the wall's does not.
            child = [sys.executable, "-m", "benchmarks.start", "--database", str(copy), "--since"]
            child.append(repr(time.time()))
            printed = subprocess.run(child, check=True, capture_output=True, text=True).stdout
        for line in printed.splitlines():
            known = json.loads(line)
            key = (known["bench"], known["figure"], known["embedder"])
            figures.setdefault(key, []).append(known["value"])
    return {figure: median(values) for figure, values in figures.items()}


async def start(since: float, database: Path) -> None:
    """Start once, post once, search, and print the figures."""
    # Here, because importing is a part of what is measured; as `paperboy run` does it.
    from bot.runtime.imports import lasting_imports

    with lasting_imports():
        from bot.client import create_bot
        from bot.demo import DemoClock, staged
        from bot.settings import Settings
        from papers.embedding import IDLE
        from papers.sources.sample import SampleSource
        from storage.search import SearchRequest

    source = SampleSource()
    clock = DemoClock(source.recorded_at[source.newest_day])
    settings = Settings(database_url=f"sqlite+aiosqlite:///{database}")
    bot = create_bot(settings, clock=clock, sources=[source])
    ready: list[float] = []

    async def on_ready() -> None:
        ready.append(time.time() - since)

    bot.add_listener(on_ready)
    async with staged(bot, clock) as stage:
        settled, most = time.time() - since, memory_mb()[0]
        await asyncio.to_thread(bot.services.give_back_memory)  # as each minute's cycle begins
        idle = memory_mb()[1]
        engine = bot.services.search.engine
        embedder = (await engine.status()).embedder or "none"
        say("start", "ready_s", ready[0], embedder)
        say("start", "settled_s", settled, embedder)
        say("start", "rss_mb", most, embedder)
        say("start", "idle_mb", idle, embedder)
        before, began = len(stage.env.http_requests), time.perf_counter()
        await bot.tick(clock.now())
        say("post", "post_s", time.perf_counter() - began, embedder)
        say("post", "requests", len(stage.env.http_requests) - before, embedder)
        say("post", "papers", len(stage.threads[-1].history()), embedder)
        say("post", "rss_mb", memory_mb()[0], embedder)

        async def search(figure: str, text: str) -> None:
            began = time.perf_counter()
            await engine.search(SearchRequest(text))
            say("search", figure, time.perf_counter() - began, embedder)

        await search("first_s", "diffusion models for video")
        await search("second_s", "reasoning over long documents")
        say("search", "loaded_mb", memory_mb()[1], embedder)
        clock.put_forward(IDLE)
        await bot.tick(clock.now())
        say("search", "idle_mb", memory_mb()[1], embedder)
        await search("again_s", "robots that learn to walk")


def say(bench: str, figure: str, value: float, embedder: str) -> None:
    """Print one figure as a JSON line."""
    line = {"bench": bench, "figure": figure, "value": round(value, 2), "embedder": embedder}
    print(json.dumps(line), flush=True)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start")
    parser.add_argument(
        "--starts", type=int, default=STARTS, help="processes to start (%(default)s)"
    )
    parser.add_argument("--database", type=Path, metavar="FILE", help="start on a copy of it")
    parser.add_argument("--since", type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.since is not None:
        asyncio.run(start(arguments.since, arguments.database))
        return
    for (bench, figure, embedder), value in measure(arguments.starts, arguments.database).items():
        say(bench, figure, value, embedder)


if __name__ == "__main__":
    main()
