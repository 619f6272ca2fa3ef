"""What `paperboy run` holds of its database before it logs in: all of it, or a part of the work."""

import asyncio
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import click

from bot.monitor import Monitor
from bot.runtime.lease import Lease, leased
from bot.runtime.own_folder import own_folder
from bot.runtime.part import WHOLE, Part
from bot.runtime.shared_work import sharing
from bot.settings import Settings
from papers.shards import shards_of
from storage.database_file import DatabaseError


def end_at_once(sentence: str) -> None:
    """End a process that lost its lease.

    Not even what is under way may be completed: it is another process's work by now. What SIGKILL
    leaves behind is what that process expects.
    """
    click.echo(f"paperboy: {sentence}.", err=True)
    os._exit(1)


@asynccontextmanager
async def holding(
    settings: Settings, stop: asyncio.Event, monitor: Monitor, life: timedelta
) -> AsyncGenerator[Lease]:
    """Hold the database, or this process's part of the work on it."""
    url, observe, files = settings.database_url, monitor.instruments.statement, settings.index_dir
    if settings.role == "all":
        async with leased(url, stop, end_at_once, observe=observe, files=files, life=life) as lease:
            yield lease
        return
    with _own_folder(files or Path()) as files:
        async with sharing(
            url,
            settings.shards,
            stop,
            end_at_once,
            observe=observe,
            files=files,
            life=life,
            waiting=monitor.waits,
        ) as lease:
            monitor.takes(_slot_of(lease))
            yield lease


def _slot_of(lease: Lease) -> str:
    shards = shards_of(lease.name)
    return lease.name if shards is None else str(shards)


@contextmanager
def _own_folder(beside: Path) -> Generator[Path]:
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(own_folder(beside))
        except OSError as error:
            raise DatabaseError(
                f"cannot keep a search index in {beside}: {error.strerror}. The folder must be"
                " writable; INDEX_DIR names another"
            ) from error
        yield folder


def part_of(settings: Settings, lease: Lease) -> Part:
    """Return what of the bot's work a process does that holds a lease."""
    match settings.role:
        case "all":
            return WHOLE
        case "keeper":
            return Part(listens=False)
        case "gateway":
            return Part(shards_of(lease.name), keeps=False)
