"""Measure a start and a post in the simulated Discord: `python -m benchmarks.start [--starts N]`.

Each start is a process of its own, on a fresh database, with the default settings. Prints JSON
lines `{"bench", "figure", "value", "embedder"}`:

- `start`, `ready_s`: seconds from before the interpreter starts until the bot is READY and idle,
  the median of the starts; `rss_mb`: the most memory that the process had by then.
- `post`, `requests`: what the bot asked of Discord for one day's thread, once it was READY;
  `papers`: the cards in it; `post_s`, `rss_mb`: the seconds that it took, the sources' batches
  included, and the most memory afterwards.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

STARTS = 5


def measure(starts: int) -> dict[tuple[str, str, str], float]:
    """Return the median of each figure over some starts, by bench, figure and embedder."""
    figures: dict[tuple[str, str, str], list[float]] = {}
    for _ in range(starts):
        # The clock of `perf_counter` may differ between processes; the wall's does not.
        child = [sys.executable, "-m", "benchmarks.start", "--since", repr(time.time())]
        printed = subprocess.run(child, check=True, capture_output=True, text=True).stdout
        for line in printed.splitlines():
            known = json.loads(line)
            key = (known["bench"], known["figure"], known["embedder"])
            figures.setdefault(key, []).append(known["value"])
    return {figure: median(values) for figure, values in figures.items()}


async def start(since: float) -> None:
    """Start once, post once, and print the figures."""
    # Here, because importing is a part of what is measured.
    from bot.client import create_bot
    from bot.demo import DemoClock, staged
    from bot.settings import Settings
    from papers.sources.sample import SampleSource

    source = SampleSource()
    clock = DemoClock(source.recorded_at[source.newest_day])
    with tempfile.TemporaryDirectory(prefix="paperboy-start-") as folder:
        settings = Settings(database_url=f"sqlite+aiosqlite:///{Path(folder, 'paperboy.db')}")
        bot = create_bot(settings, clock=clock, sources=[source])
        async with staged(bot, clock) as stage:
            ready, most = time.time() - since, peak()
            embedder = (await bot.services.search.engine.status()).embedder or "none"
            say("start", "ready_s", ready, embedder)
            say("start", "rss_mb", most, embedder)
            before, began = len(stage.env.http_requests), time.perf_counter()
            await bot.tick(clock.now())
            say("post", "post_s", time.perf_counter() - began, embedder)
            say("post", "requests", len(stage.env.http_requests) - before, embedder)
            say("post", "papers", len(stage.threads[-1].history()), embedder)
            say("post", "rss_mb", peak(), embedder)


def peak() -> float:
    """Return the most memory that this process had so far, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


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
    parser.add_argument("--since", type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.since is not None:
        asyncio.run(start(arguments.since))
        return
    for (bench, figure, embedder), value in measure(arguments.starts).items():
        say(bench, figure, value, embedder)


if __name__ == "__main__":
    main()
