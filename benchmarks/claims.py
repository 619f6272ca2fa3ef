"""How many due posts processes claim a second on PostgreSQL: `python -m benchmarks.claims`.

So many feeds are due at once. Processes of their own do what a gateway does with each: read which
are due, and freeze one post after another in a transaction of its own. In a cluster each gateway
has its own servers, and so do they here; then all of them want every post, which must not happen,
and each post is still claimed once. The server writes to the disk before it says that it has.

Prints JSON lines, one for each figure.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy import delete, func, select

from benchmarks._ending import end_on_sigterm
from benchmarks._fanout_rows import add_feeds, add_servers
from benchmarks._measures import percentile
from papers.model import Batch
from storage import batches, posts, tables
from storage.database import Database
from storage.posts import DueFeed
from tests.bot.world import MONDAY, at, votes
from tests.postgresql import Server, program

SIZE = 10
"""Papers of each post."""
NOW = at(MONDAY, 12)
SETTLE = timedelta(hours=4)
BATCH = Batch(MONDAY, tuple(votes(MONDAY, *range(SIZE, 0, -1))))
PAPER_IDS = [record.paper.id for record in BATCH.records]

Figures = dict[str, float]


class Task(BaseModel, frozen=True):
    """What one process does."""

    url: str
    folder: Path
    seconds: float
    place: int
    """Which of the processes it is."""
    parts: int
    """Among how many the servers are divided; 1: it wants every post."""


async def claim(task: Task) -> None:
    """Read what is due, wait for the word, and claim until the time is up."""
    database = await Database.open(task.url, migrate=False, files=task.folder)
    try:
        began = time.perf_counter()
        async with database.read() as conn:
            due = await posts.claim_due(conn, NOW, SETTLE, {MONDAY: True})
        reading = time.perf_counter() - began
        own = [each for each in due if each.guild_id % task.parts == task.place % task.parts]
        _say(due=len(due), reading=reading)
        await asyncio.to_thread(sys.stdin.readline)
        waits: list[float] = []
        claimed, end = 0, time.perf_counter() + task.seconds
        for each in own:
            if (began := time.perf_counter()) >= end:
                break
            claimed += await _freeze(database, each)
            waits.append(time.perf_counter() - began)
        _say(claimed=claimed, tried=len(waits), waits=waits)
    finally:
        await database.close()


async def _freeze(database: Database, due: DueFeed) -> bool:
    """Freeze a post with the statements of the bot; return whether it is this process's."""
    async with database.write() as conn:
        post_id = await posts.plan(
            conn,
            due,
            now=datetime.now(UTC),
            late=False,
            payload={"cards": ["a card's text"] * SIZE},
            paper_ids=PAPER_IDS,
            sources=["Fake"],
        )
    return post_id is not None


async def measure(options: argparse.Namespace, server: Server, folder: Path) -> list[Figures]:
    """Let one, two and four processes claim."""
    url = await asyncio.to_thread(server.empty, folder)
    database = await Database.open(url, migrate=False, files=folder)
    found: list[Figures] = []
    try:
        await add_servers(database, range(options.posts), NOW)
        places = [(number, 10**15 + number) for number in range(options.posts)]
        await add_feeds(database, places, SIZE, NOW, hour=9)
        async with database.write() as conn:
            await batches.record(conn, BATCH, "Fake", now=NOW)
        await asyncio.to_thread(server.tend, folder)
        for processes in options.processes:
            for parts in sorted({1, processes}, reverse=True):
                tasks = [
                    Task(url=url, folder=folder, seconds=options.seconds, place=n, parts=parts)
                    for n in range(processes)
                ]
                figures = await _together(tasks)
                async with database.write() as conn:
                    kept = await conn.scalar(select(func.count()).select_from(tables.posts))
                    assert kept == figures["claimed"], "a post was claimed twice, or not kept"
                    await conn.execute(delete(tables.posts))
                found.append(figures)
                _print(figures)
    finally:
        await database.close()
        await asyncio.to_thread(server.clear)
    return found


async def _together(tasks: Sequence[Task]) -> Figures:
    """Let processes claim at the same time, and return what they came to."""
    running: list[Process] = []
    try:
        for task in tasks:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.claims", "--task", task.model_dump_json()),
                stdin=PIPE,
                stdout=PIPE,
                limit=1 << 26,
            )
            running.append(process)
        ready = [await _hear(process) for process in running]
        for process in running:
            assert process.stdin is not None
            process.stdin.write(b"\n")
        ended = [await _hear(process) for process in running]
    finally:
        for process in running:
            if process.returncode is None:
                process.kill()
            await process.wait()
    waits = [wait for each in ended for wait in each["waits"]]
    seconds = max(sum(each["waits"]) for each in ended)
    claimed = sum(each["claimed"] for each in ended)
    return {
        "processes": len(tasks),
        "want_the_same": tasks[0].parts < len(tasks),
        "due": ready[0]["due"],
        "reading_s": max(each["reading"] for each in ready),
        "claimed": claimed,
        "refused": len(waits) - claimed,
        "claims_per_s": claimed / seconds,
        "tries_per_s": len(waits) / seconds,
        "claim_p50_ms": 1_000 * percentile(waits, 0.5),
        "claim_p99_ms": 1_000 * percentile(waits, 0.99),
    }


def _say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def _hear(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise SystemExit(f"a process ended: {await process.wait()}")
    return json.loads(line)


def _print(figures: Figures) -> None:
    rounded = {name: round(value, 3) for name, value in figures.items()}
    sys.stdout.write(json.dumps({"bench": "claims", **rounded}) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    end_on_sigterm()
    parser = argparse.ArgumentParser(prog="benchmarks.claims", description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000, help="that are due")
    parser.add_argument("--seconds", type=float, default=10, help="for each number of processes")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--task", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        asyncio.run(claim(Task.model_validate_json(options.task)))
        return
    found = program(durable=True)
    if isinstance(found, str):
        raise SystemExit(f"benchmarks.claims: {found}")
    with tempfile.TemporaryDirectory(prefix="paperboy-claims-") as folder:
        asyncio.run(measure(options, Server(found.url), Path(folder)))


if __name__ == "__main__":
    main()
