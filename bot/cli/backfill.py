"""`paperboy ingest` and `paperboy import`: fetching and importing papers by hand, with progress."""

import gzip
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, cast

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    track,
)

from bot.runtime.clock import SystemClock
from bot.runtime.logs import logging_to_stderr
from bot.runtime.source_memory import restore
from bot.runtime.sources import live_sources
from bot.services.ingest import Ingester, IngestReport, working_days
from bot.settings import Settings
from papers import calendar, dump
from papers.sources import SourceError
from storage import leases, papers, watermarks
from storage.database import Database
from storage.search import SearchEngine

LINES = 2_000
"""Lines imported at a time: a transaction each."""


async def ingest(settings: Settings, since: date | None) -> int:
    """Fetch the newest batches, or every one since a day; return 1 if a source failed."""
    now = datetime.now(UTC)
    database = await Database.open(settings.database_url)
    sources = live_sources(settings)
    ingester = Ingester(database, sources, interval=timedelta(minutes=settings.ingest_minutes))
    try:
        with logging_to_stderr(settings.model_copy(update={"log_level": "WARNING"})):
            await restore(sources, database, SystemClock())
            if since is None:
                reports = [await ingester.run(now)]
            else:
                reports = await _day_by_day(ingester, since, now)
    finally:
        for source in sources:
            await source.close()
        await database.close()
    return _say(reports)


async def _day_by_day(ingester: Ingester, since: date, now: datetime) -> list[IngestReport]:
    """Read one day after the other; a second start skips the days that are stored."""
    days = working_days(since, calendar.batch_day(now))
    missing = await ingester.unread(days)
    reports: list[IngestReport] = []
    bar = track(
        missing,
        description="Batches",
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    for day in bar:
        reports.append(await ingester.read_day(day, now))
        if reports[-1].failures:
            break
    return reports


def _say(reports: Sequence[IngestReport]) -> int:
    failures: list[SourceError] = [error for report in reports for error in report.failures]
    days = {day for report in reports for day in report.days}
    new, changed = (sum(getattr(report, name) for report in reports) for name in ("new", "changed"))
    click.echo(
        f"{_count(len(days), 'batch', 'batches')} fetched:"
        f" {_count(new, 'new paper', 'new papers')}, {changed:,} changed."
    )
    for error in failures:
        click.echo(f"paperboy: {error}. Run the command again to continue.", err=True)
    return int(bool(failures))


async def import_file(settings: Settings, path: Path) -> int:
    """Import a file of JSON lines; started again, it continues where it was stopped."""
    now = datetime.now(UTC)
    database = await Database.open(settings.database_url)
    name = _name(path)
    tally = [0, 0, 0]
    try:
        async with database.read() as conn:
            done = await watermarks.get(conn, name)
        if done:
            click.echo(
                f"Continuing after line {done:,}, where the last import of this file stopped."
            )
        with _progress() as progress, _opened(path, progress) as lines:
            for read, records, broken in dump.batches(lines, LINES, skip=done):
                async with database.write() as conn:
                    report = await papers.upsert(conn, records, now=now)
                    await watermarks.put(conn, name, read)
                tally = [
                    tally[0] + report.new,
                    tally[1] + report.changed,
                    tally[2] + broken,
                ]
            # Two processes on one index would clear it under each other's feet.
            if not await leases.in_use(settings.database_url):
                await _index(database, progress)
        async with database.write() as conn:
            await watermarks.put(conn, name, 0)
    finally:
        await database.close()
    new, changed, broken = tally
    click.echo(
        f"{_count(new, 'new paper', 'new papers')}, {changed:,} changed." + _unreadable(broken)
    )
    return 0


def _name(path: Path) -> str:
    """Name an import so that the same unchanged file is recognised."""
    # A file's name may be in another encoding than UTF-8.
    name = os.fsencode(path.resolve()).decode(errors="backslashreplace")
    return f"import {name} {path.stat().st_size}"


async def _index(database: Database, progress: Progress) -> None:
    """Let the search index follow."""
    async with database.read() as conn:
        total = await papers.count(conn)
    engine = await SearchEngine.open(database, embedder=None)
    task = progress.add_task("Index", total=total)
    try:
        await engine.follow(lambda count: progress.advance(task, count))
    finally:
        await engine.close()


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )


@contextmanager
def _opened(path: Path, progress: Progress) -> Generator[IO[bytes]]:
    """Open the file behind a bar that follows its bytes, packed or not."""
    with progress.open(path, "rb", description="Papers") as raw:
        if path.suffix == ".gz":
            with gzip.open(cast("IO[bytes]", raw), "rb") as lines:
                yield cast("IO[bytes]", lines)
        else:
            yield cast("IO[bytes]", raw)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _unreadable(lines: int) -> str:
    if not lines:
        return ""
    return f" {_count(lines, 'line', 'lines')} couldn't be read."
