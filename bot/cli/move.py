"""`paperboy move`: everything from one database to another."""

import asyncio
import shutil
import sys
from contextlib import AsyncExitStack

import click

from bot.runtime.lease import LeaseLostError, leased
from bot.settings import Settings
from storage import leases, moving
from storage.database import Database
from storage.database_file import DatabaseError, DriverError, file_error
from storage.engines.errors import cause_of
from storage.engines.urls import label_of, parsed, same

_DOING = {"copying": "Copying", "comparing": "Comparing"}


async def move(settings: Settings, source_url: str, target_url: str) -> None:
    """Move a database, and say how far it is and what to do next.

    Raises:
        DatabaseError: it was not moved; says why, and what to do.
    """
    try:
        await _move(settings, source_url, target_url)
    except DatabaseError as error:  # as the bot itself would say it
        raise DatabaseError(str(error).replace("DATABASE_URL", "its URL")) from error


async def _move(settings: Settings, source_url: str, target_url: str) -> None:
    source, target = _label(source_url, "SOURCE_URL"), _label(target_url, "TARGET_URL")
    if same(source_url, target_url):
        raise DatabaseError("SOURCE_URL and TARGET_URL name the same database")
    for url, label in ((source_url, source), (target_url, target)):
        await _refuse_running(url, label)
    # Before anything is made at the target.
    database = await Database.open(source_url, migrate=False, files=settings.index_dir)
    await database.close()
    if database.ahead:
        raise DatabaseError(
            f"{source} was changed by a newer version of this program: move it with that version"
        )
    stop = asyncio.Event()
    progress = _Progress()
    try:
        async with AsyncExitStack() as stack:
            # The target comes first: a refusal there leaves no trace in the source.
            into = await stack.enter_async_context(
                leased(target_url, stop, _lost, files=settings.index_dir, moving=True)
            )
            out_of = await stack.enter_async_context(
                leased(source_url, stop, _lost, files=settings.index_dir, migrate=False)
            )
            if await moving.begin(out_of.database, into.database):
                click.echo("Continuing the move that was interrupted.")
            moved = await moving.move(out_of.database, into.database, progress.show)
            index, other = (each.database.beside(".index") for each in (into, out_of))
    except DriverError as error:
        reason = file_error(error) or str(cause_of(error)) or type(error).__name__
        raise DatabaseError(
            f"the move stopped: {reason.splitlines()[0]}. Run the same command again to go on"
        ) from error
    except LeaseLostError as error:
        raise DatabaseError(str(error)) from error
    finally:
        progress.end()
    if index.absolute() != other.absolute():
        await asyncio.to_thread(shutil.rmtree, index, ignore_errors=True)
    click.echo(
        f"Moved {moved.rows:,} rows of {moved.tables} tables from {source} to {target}; counts and"
        " hashes are the same."
    )
    if moved.cleaned:
        click.echo(
            f"Removed characters that cannot be written from {moved.cleaned:,}"
            f" {'text' if moved.cleaned == 1 else 'texts'}."
        )
    click.echo(
        "Now set DATABASE_URL to the second URL and start the bot. It builds its search index by"
        f" itself. Keep {source} until you have seen it run, but start no bot on it: both would"
        " send."
    )


def _label(url: str, name: str) -> str:
    try:
        return label_of(parsed(url))
    except DatabaseError as error:
        raise DatabaseError(str(error).replace("DATABASE_URL", name)) from None


async def _refuse_running(url: str, label: str) -> None:
    lease = await leases.read_at(url)
    if lease is not None and lease.is_held():
        raise DatabaseError(
            f"a bot, or another move, is running on {label}: {lease.holder}. Stop it first"
        )


def _lost(_: str) -> None:
    """Go on to the error that the lease raises."""


class _Progress:
    """Shows a line that changes on a terminal, and elsewhere one for each table."""

    def __init__(self) -> None:
        self._changing = sys.stderr.isatty()
        self._shown = ""

    def show(self, step: moving.Step) -> None:
        line = (
            f"{step.share:4.0%}  {_DOING[step.doing]} {step.table}: {step.rows:,} of"
            f" {step.of:,} rows"
        )
        if self._changing:
            click.echo(f"\r{line:<{len(self._shown)}}", err=True, nl=False)
            self._shown = line
        elif step.rows == step.of and line != self._shown:
            self._shown = line
            click.echo(line, err=True)

    def end(self) -> None:
        if self._changing and self._shown:
            click.echo(err=True)
