"""How large the database stays over years, and how long the statements of commands take.

    python -m benchmarks.years [--scale 0.1] [--years 3] [--feeds 1000] [--people 10000]

A simulated clock goes from day to day. Each weekday's rows are written in bulk, in the shapes that
the product writes (payloads are made by its own functions); every day its own upkeep prunes them.
Prints one JSON line per figure. `--scale` shrinks feeds and people alike; what a run of another
scale would take is extrapolated from the rows that come with feeds and people. Saves are left out:
libraries are kept for good.
"""

import argparse
import asyncio
import json
import random
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._years_rows import Rows
from bot.client import PaperBot, create_bot
from bot.monitor import Monitor
from bot.runtime.clock import FixedClock
from bot.settings import Settings
from papers.embedding import give_back_memory
from papers.model import Author, Batch, Metrics, Paper, Record
from storage import (
    batches,
    digests,
    library,
    personal_data,
    posts,
    search_sessions,
    topic_matches,
    vectors,
)
from storage.database import Database
from storage.search_sessions import Question, Remarks
from storage.vectors import Embedded

START = date(2026, 1, 5)
PAPERS = 50
"""Papers in a day's batch: what the Hub lists."""
DIMENSIONS = 384
FIXED = {"papers", "vectors", "batch_papers", "batches", "snapshots", "search_sessions"} | {
    "topics",
    "topic_matches",
}
"""Tables whose size does not depend on how many feeds and people there are."""
MB = 1e6


def main() -> None:
    """Run the simulation that the arguments describe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--years", type=float, default=3)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the database is made, else a new folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        asyncio.run(_Years(given, folder).run())


def say(figure: str, value: object, **more: object) -> None:
    """Print a figure as a line of JSON."""
    print(json.dumps({"figure": figure, "value": value, **more}), flush=True)


class _Years:
    """One simulation."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        self._scale: float = given.scale
        self._years: float = given.years
        self._feeds = max(1, round(given.feeds * given.scale))
        self._people = max(1, round(given.people * given.scale))
        self._chance = random.Random(given.seed)
        self._numbers = np.random.default_rng(given.seed)
        self._folder = folder
        self._longest: dict[str, float] = {}
        self._task: str | None = None
        self._count = 0

    async def run(self) -> None:
        """Live through the years."""
        say("scale", self._scale, feeds=self._feeds, people=self._people, years=self._years)
        settings = Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
            database_url=f"sqlite+aiosqlite:///{self._folder / 'years.db'}",
            embedder="none",
            backup_keep=0,
        )
        clock = FixedClock(datetime.combine(START, datetime.min.time(), UTC))
        monitor = Monitor()
        monitor.instruments.statement = self._observe
        bot = create_bot(settings, clock=clock, sources=[], monitor=monitor)
        await bot.open()
        rows = Rows(bot.services.database, self._feeds, self._people, self._chance)
        await rows.begin(clock.at)
        began = time.monotonic()
        for number in range(round(self._years * 365.25)):
            day = START + timedelta(days=number)
            clock.at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
            if day.weekday() < 5:
                await self._ingest(bot, day, clock.at)
                for message_id in await rows.day(day, clock.at):
                    bot.services.library.messages.add(message_id)
            for self._task, task in bot.services.maintenance.tasks.items():
                await task(clock.at + timedelta(hours=8))
            self._task = None
            if (number + 1) % 91 == 0:
                await self._measure(bot, (number + 1) / 365.25, began)
        await self._measure(bot, self._years, began)
        for task in sorted(self._longest, key=self._longest.__getitem__, reverse=True)[:5]:
            longest = round(self._longest[task] * 1_000, 1)
            say("longest transaction of the upkeep, ms", longest, task=task)
        await self._commands(bot, rows, clock.at)
        await bot.close()

    async def _ingest(self, bot: PaperBot, day: date, now: datetime) -> None:
        """Take in a day's papers as the ingest does, with their vectors and their snapshots."""
        records: list[Record] = []
        for _ in range(PAPERS):
            self._count += 1
            records.append(Record(self._paper(day), Metrics(self._chance.randrange(200)), day))
        async with bot.services.database.write() as conn:
            await batches.record(conn, Batch(day, tuple(records)), "Hugging Face", now=now)
            first = self._count - PAPERS + 1
            for model in ("bench@1", f"bench@1+{vectors.BEGINNING}"):
                made = self._numbers.standard_normal((PAPERS, DIMENSIONS), dtype=np.float32)
                kept = [
                    Embedded(record.paper.id, first + place, first + place, made[place])
                    for place, record in enumerate(records)
                ]
                await vectors.put(conn, model, kept)
        await bot.services.topics.match_new(now)

    def _paper(self, day: date) -> Paper:
        words = [f"word{int(self._chance.paretovariate(0.6)) % 200_000}" for _ in range(190)]
        return Paper(
            id=f"{day:%y%m}.{self._count % 100_000:05}",
            title=" ".join(words[:10]),
            abstract=" ".join(words[10:]),
            authors=tuple(
                Author(f"Name{n} Surname{self._chance.randrange(9_999)}") for n in range(8)
            ),
            published_at=datetime.combine(day, datetime.min.time(), UTC),
            categories=("cs.LG", "cs.CL"),
            summary=" ".join(words[:30]),
            keywords=tuple(words[:4]),
        )

    async def _measure(self, bot: PaperBot, years: float, began: float) -> None:
        async with bot.services.database.read() as conn:
            read = conn.exec_driver_sql
            pages = (await read("PRAGMA page_count")).scalar() or 0
            free = (await read("PRAGMA freelist_count")).scalar() or 0
            size = (await read("PRAGMA page_size")).scalar() or 0
            names: list[Any] = list(await read("SELECT name, tbl_name FROM sqlite_master"))
            taken: list[Any] = list(
                await read("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")
            )
        table_of = {row.name: row.tbl_name for row in names}
        sizes: dict[str, int] = {}
        for name, held in taken:
            table = table_of.get(name, name)
            sizes[table] = sizes.get(table, 0) + held
        used = pages * size
        fixed = sum(held for table, held in sizes.items() if table in FIXED)
        largest = sorted(sizes, key=sizes.__getitem__, reverse=True)[:8]
        await asyncio.to_thread(give_back_memory)
        say(
            "size, MB",
            round(used / MB, 1),
            years=round(years, 2),
            free_mb=round(free * size / MB, 1),
            at_full_scale_mb=round(((used - fixed) / self._scale + fixed) / MB),
            largest_mb={table: round(sizes[table] / MB, 1) for table in largest},
            memory_mb=round(_resident() / MB, 1),
            messages_known=len(bot.services.library.messages),
            seconds=round(time.monotonic() - began),
        )

    async def _commands(self, bot: PaperBot, rows: Rows, now: datetime) -> None:
        """Time the statements on the paths of commands, each the slowest of ten people."""
        slowest: dict[str, float] = {}

        def observe(kind: str, seconds: float) -> None:
            if kind not in ("transaction", "wait"):
                slowest["statement"] = max(slowest.get("statement", 0.0), seconds)

        database = await Database.open(
            f"sqlite+aiosqlite:///{bot.services.database.path}", observe=observe
        )

        async def timed(
            name: str, ask: Callable[[Any, int], Awaitable[object]], *, write: bool = False
        ) -> None:
            slowest["statement"] = longest = 0.0
            for _ in range(10):
                number = self._chance.randrange(10**9)
                began = time.perf_counter()
                async with database.write() if write else database.read() as conn:
                    await ask(conn, number)
                longest = max(longest, time.perf_counter() - began)
            say(
                name,
                round(longest * 1_000, 1),
                unit="ms",
                statement_ms=round(slowest["statement"] * 1_000, 1),
            )

        person, channel = rows.person, rows.channel
        await timed(
            "/privacy show", lambda c, n: personal_data.counts(c, person(n), rows.conversation(n))
        )
        await timed(
            "/privacy export", lambda c, n: personal_data.export(c, person(n), rows.conversation(n))
        )
        await timed("what a channel was shown", lambda c, n: posts.shown(c, channel(n)))
        await timed("a channel's first batch", lambda c, n: posts.first_batch(c, channel(n)))
        await timed("the newest post", lambda c, n: posts.newest(c, n % self._feeds + 1))
        await timed("what a person got", lambda c, n: topic_matches.brought(c, person(n)))
        await timed(
            "a person's matches",
            lambda c, n: topic_matches.unseen(c, person(n), now - timedelta(days=8)),
        )
        await timed(
            "the inbox", lambda c, n: digests.inbox(c, person(n), now.date() - digests.INBOX_KEPT)
        )
        await timed("a person's lists", lambda c, n: library.of_user(c, person(n)))
        await timed("who is owed a digest", lambda c, _: digests.claim_due(c, now))
        await timed(
            "a search's session",
            lambda c, _: search_sessions.add(c, Question("x"), ["2601.00001"], Remarks(), now=now),
            write=True,
        )
        await timed(
            "/privacy delete",
            lambda c, n: personal_data.erase(c, person(n), now, rows.conversation(n)),
            write=True,
        )
        await database.close()

    def _observe(self, kind: str, seconds: float) -> None:
        if kind == "transaction" and self._task is not None:
            self._longest[self._task] = max(self._longest.get(self._task, 0.0), seconds)


def _resident() -> float:
    """Return the bytes of memory that the process has now (Linux), else the most it ever had."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
