"""One showing of the demo: which day it is, the thread of that day, then a page or a print-out."""

import asyncio
import tempfile
from collections.abc import Coroutine, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bot.client import create_bot
from bot.demo._clock import DemoClock
from bot.demo._page import PLACES, Pages
from bot.demo._stage import DemoError, Stage, kept_at, staged
from bot.demo._transcript import transcript
from bot.i18n import ENGLISH
from bot.runtime.logs import logging_to_stderr
from bot.runtime.signals import signals
from bot.runtime.sources import live_sources
from bot.settings import Settings
from papers import calendar
from papers.calendar import SourceDays
from papers.sources import PaperSource, SourceError, SourceErrorKind
from papers.sources.recorded import RECORDED, RecordedSource
from papers.sources.sample import SampleSource

MORNING = timedelta(hours=1)
"""How long after its batch has settled the demo's day begins, where nothing else says."""

ATTEMPTS = 3
"""How often the real sources are asked for the batch that the demo needs."""

PATIENCE = 10.0
"""The longest pause between two of these attempts, in seconds."""


async def run_demo(
    settings: Settings,
    *,
    once: bool,
    live: bool = False,
    source: str | None = None,
    invited: bool = False,
    port: int = 0,
    place: str = PLACES[0],
    language: str = ENGLISH.code,
    database: Path | None = None,
) -> int:
    """Post the newest batch in a simulated server; print it, or serve it to a browser.

    Args:
        settings: what the operator set; of it the sources and their addresses count.
        once: print what Discord shows instead of serving it.
        live: take the real sources instead of the sample.
        source: show a recorded day of this source instead, by its key in `RECORDED`.
        invited: begin where the bot has just joined, with its welcome and without a thread.
        port: where to serve, on this machine only; 0 for a free one.
        place: what the page shows first, one of `PLACES`.
        language: what the simulated server and its people speak.
        database: where to keep everything; a fresh temporary file by default.

    Returns:
        The exit code: 0 also when a signal ended the serving.
    """
    stop = asyncio.Event()
    with ExitStack() as stack:
        stack.enter_context(logging_to_stderr(settings.model_copy(update={"log_level": "WARNING"})))
        stack.enter_context(signals(stop))
        if database is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="paperboy-demo-"))
            path = Path(folder, "demo.db")
        else:
            path = database
        settings = settings.model_copy(
            update={
                "database_url": f"sqlite+aiosqlite:///{path}",
                "sync_commands": "always",
                "feeds_port": None,  # no server answers links here
            }
        )
        page = None if once else (port, place)
        kept = None if database is None else path
        try:
            sources = _sources(settings, live=live, key=source)
            showing = _show(
                settings, sources, invited=invited, page=page, language=language, kept=kept
            )
            stopped = await _until(stop, showing)
        except (DemoError, SourceError) as error:
            again = ". Try again later, or without --live" if isinstance(error, SourceError) else ""
            click.echo(f"paperboy: {error}{again}.", err=True)
            return 1
        return 130 if stopped and once else 0


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work, or leave it cleanly at the signal to stop; return whether that came first."""
    working = asyncio.create_task(work, name="demo")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            return False
        return True
    finally:
        working.cancel()
        stopping.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


def _sources(settings: Settings, *, live: bool, key: str | None) -> Sequence[PaperSource]:
    if key is None:
        return live_sources(settings) if live else [SampleSource()]
    if live:
        raise DemoError("--source shows a recorded day, and --live today's: choose one of them")
    if (known := key.strip().lower()) not in RECORDED:
        raise DemoError(f"there is no recorded day of “{key}”; choose {' or '.join(RECORDED)}")
    return [RecordedSource(known)]


async def _show(
    settings: Settings,
    sources: Sequence[PaperSource],
    *,
    invited: bool,
    page: tuple[int, str] | None,
    language: str,
    kept: Path | None,
) -> None:
    recorded = next((each for each in sources if isinstance(each, RecordedSource)), None)
    try:
        newest, now = await _newest(sources, settings.settle)
        left = None if kept is None else kept_at(kept)
    except BaseException:
        for source in sources:
            await source.close()
        raise
    if left is not None:
        now = max(now, left + timedelta(seconds=1))
    clock = DemoClock(now)
    _say_when(now, newest, _whose(sources), again=left is not None)
    bot = create_bot(settings, clock=clock, sources=sources)
    chosen = () if recorded is None else (recorded.key,)
    async with staged(
        bot, clock, language=language, database=kept, sources=chosen, invited=invited
    ) as stage:
        await _take_in(stage, newest)
        await bot.tick(clock.now())
        if not stage.threads and not invited:
            raise DemoError("no thread could be posted; see the log above")
        if page is None:
            for line in transcript(stage.channel):
                click.echo(line)
        else:
            await Pages(stage, *page).serve()


async def _newest(sources: Sequence[PaperSource], settle: timedelta) -> tuple[date, datetime]:
    """Return the day of the newest batch that the sources have, and when the demo plays."""
    for source in sources:
        if isinstance(source, RecordedSource):
            return source.day, SourceDays.DAILY.settles(source.day) + MORNING
    curated = next(source for source in sources if source.curated)
    if isinstance(curated, SampleSource):
        day = curated.newest_day
        return day, max(curated.recorded_at[day], calendar.begins(day) + settle)
    click.echo(f"Fetching papers from {' and '.join(source.name for source in sources)}…")
    for attempt in range(ATTEMPTS):
        try:
            day = (await curated.latest()).day
            break
        except SourceError as error:
            # No answer after all the source's own attempts: there will be none in a moment.
            if attempt + 1 == ATTEMPTS or error.kind is SourceErrorKind.UNREACHABLE:
                raise
            await asyncio.sleep(min(error.retry_after or 1.0, PATIENCE))
    else:
        raise AssertionError("the last attempt returns or raises")
    now = datetime.now(UTC)
    if calendar.expected_batch(now, settle) == day:
        return day, now
    return day, calendar.begins(day) + settle + MORNING


async def _take_in(stage: Stage, newest: date) -> None:
    """Bring in the newest batch, and what came before it where that costs nothing."""
    app = stage.bot.app
    ingester = app.services.ingester
    for source in app.services.sources:
        if isinstance(source, SampleSource):
            for day in await ingester.unread(source.days):
                # At its own time, so that growth and history are the real ones.
                await ingester.read_day(day, source.recorded_at[day])
            return
        if isinstance(source, RecordedSource):
            return  # the first minute reads it
    for attempt in range(ATTEMPTS):
        report = await app.cycle.ingest(stage.clock.now())
        if not await ingester.unread([newest]):
            return
        if attempt + 1 < ATTEMPTS:
            wanted = max((failure.retry_after or 1.0 for failure in report.failures), default=1.0)
            await asyncio.sleep(min(wanted, PATIENCE))
        elif report.failures:
            raise report.failures[0]
    raise DemoError(f"the sources have no batch for {newest}")


def _whose(sources: Sequence[PaperSource]) -> str:
    (first, *_) = sources
    if isinstance(first, RecordedSource):
        return f"what was recorded of {first.name}"
    return "the sample" if isinstance(first, SampleSource) else "the real sources"


def _say_when(now: datetime, newest: date, whose: str, *, again: bool) -> None:
    if abs(now - datetime.now(UTC)) < timedelta(minutes=1):
        click.echo(f"Newest batch of {whose}: {newest:%A} {newest.day} {newest:%B}.")
        return
    why = "where you left it" if again else f"the morning of the newest batch of {whose}"
    click.echo(f"In this demo it is {now:%A} {now.day} {now:%B %Y, %H:%M} UTC: {why}.")
