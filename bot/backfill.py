"""`paperboy ingest`: taking in batches by hand, with progress."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import click
from rich.console import Console
from rich.progress import track

from bot.client import live_sources
from bot.ingest import Ingester, IngestReport, working_days
from bot.logs import logging_to_stderr
from bot.settings import Settings
from papers import calendar
from papers.sources import SourceError
from storage.database import Database


async def ingest(settings: Settings, since: date | None) -> int:
    """Take in the newest batches, or every one since a day; return 1 if a source failed."""
    now = datetime.now(UTC)
    database = await Database.open(settings.database_url)
    sources = live_sources(settings)
    ingester = Ingester(database, sources, interval=timedelta(minutes=settings.ingest_minutes))
    try:
        with logging_to_stderr(settings.model_copy(update={"log_level": "WARNING"})):
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
    """Read one day after the other; a second start passes over what is there already."""
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
    click.echo(f"{len(days)} batches read: {new:,} new papers, {changed:,} changed.")
    for error in failures:
        click.echo(f"paperboy: {error}; run it again to go on from there.", err=True)
    return int(bool(failures))
