"""The command line. Every failure an operator can cause ends in one sentence and a non-zero
exit."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click
from click import ClickException

from bot.i18n import LANGUAGES
from bot.runtime.imports import lasting_imports
from bot.settings import Settings, SettingsError, load_settings
from papers import dates
from storage.database_file import DatabaseError
from storage.engines.urls import label_of, parsed

P = ParamSpec("P")


class Refusal(ClickException):
    """Something that an operator can fix: printed as one sentence."""

    def show(self, file: Any = None) -> None:
        """Print the sentence to standard error."""
        click.echo(f"paperboy: {self.message}", err=True)


def _guarded(command: Callable[P, None]) -> Callable[P, None]:
    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (SettingsError, DatabaseError) as error:
            raise Refusal(str(error)) from error

    return run


def _await(work: Coroutine[Any, Any, int | None]) -> None:
    try:
        code = asyncio.run(work)
    except KeyboardInterrupt:
        code = 130
    if code:
        sys.exit(code)


@contextmanager
def _progress(label: str, size: int) -> Generator[Callable[[int], None]]:
    """Show a bar while something of `size` bytes is done, if that goes to a terminal."""
    hidden = not size or not sys.stderr.isatty()
    with click.progressbar(length=size, label=label, file=sys.stderr, hidden=hidden) as bar:
        yield bar.update


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="paperboy")
def main() -> None:
    """Paperboy posts a daily thread of trending papers on Discord, finds papers, and manages
    reading lists.

    Settings are read from the environment and from .env in the current directory. .env.example
    explains them.
    """


@main.command()
@click.option(
    "--role",
    type=click.Choice(["all", "gateway", "keeper"]),
    help="Part of the work, if several processes share it. Default: ROLE, or all.",
)
@click.option(
    "--shards",
    metavar="0-3/8|auto/8",
    help="Shards of a gateway, of how many. Default: SHARDS.",
)
@_guarded
def run(role: str | None, shards: str | None) -> None:
    """Run the bot until you stop it with Ctrl-C or SIGTERM."""
    with lasting_imports():
        from bot.cli.run import run_bot

    given = {"role": role, "shards": shards}
    _await(run_bot(load_settings(**{name: each for name, each in given.items() if each})))


@main.command()
@click.option("--once", is_flag=True, help="Print the day's thread and exit.")
@click.option("--live", is_flag=True, help="Fetch the newest batch from the real sources.")
@click.option(
    "--source",
    metavar="NAME",
    help="Show a recorded day of another source: biorxiv or medrxiv.",
)
@click.option(
    "--invited",
    is_flag=True,
    help="Begin in a server that has just invited the bot, and set everything up yourself.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port of the page on this machine; 0 for any free port.",
)
@click.option(
    "--place",
    type=click.Choice(["channel", "thread", "dms"]),
    default="channel",
    show_default=True,
    help="What the page shows first.",
)
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES), case_sensitive=False),
    default="en",
    show_default=True,
    help="Language of the simulated server and its members.",
)
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the demo in this file, to continue it later.",
)
@_guarded
def demo(
    once: bool,
    live: bool,
    source: str | None,
    invited: bool,
    port: int,
    place: str,
    language: str,
    database: Path | None,
) -> None:
    """Try the real bot in a simulated Discord, in your browser, without a token."""
    try:
        from bot.demo import run_demo
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("simcord"):
            raise
        raise Refusal(
            "the demo needs the extra paperboy[demo]: install it, or use scripts/demo"
        ) from error

    _await(
        run_demo(
            load_settings(),
            once=once,
            live=live,
            source=source,
            invited=invited,
            port=port,
            place=place,
            language=language,
            database=database,
        )
    )


@main.command()
@_guarded
def check() -> None:
    """Check settings, connections and permissions. The exit code is 1 if something is wrong."""
    from bot.cli.check import check as check_everything

    _await(check_everything(load_settings()))


def _first_day(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> date | None:
    """Read `90d`, `12w` or a date."""
    if value is None:
        return None
    today = datetime.now(UTC).date()
    try:
        span = dates.find(value, today)
    except dates.AmbiguousDateError:
        span = None
    if span is None:
        raise click.BadParameter(dates.complaint(value, today))
    return span.first


@main.command()
@click.option(
    "--since",
    callback=_first_day,
    metavar="90d|DATE",
    help="Fetch every batch since then, e.g. 90d or 2025-12-08.",
)
@_guarded
def ingest(since: date | None) -> None:
    """Fetch the newest papers now."""
    from bot.cli.backfill import ingest as fetch

    _await(fetch(load_settings(), since))


@main.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_guarded
def import_papers(file: Path) -> None:
    """Import papers from FILE: JSON lines (also .gz), one paper per line, e.g. arXiv's metadata
    snapshot.

    To import your own papers from BibTeX, RIS or a list, use /library import on Discord.
    """
    from bot.cli.backfill import import_file

    _await(import_file(load_settings(), file))


@main.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@_guarded
def backup(path: Path) -> None:
    """Back up the database to PATH, also while the bot runs.

    The backup is compressed if PATH ends in .gz.
    """
    from storage import backups, packed
    from storage.database import Database

    async def copy(settings: Settings) -> None:
        database = await Database.open(settings.database_url, migrate=False)
        try:
            size = await database.size() if path.suffix == packed.SUFFIX else 0
            with _progress("Compressing", size) as progress:
                await backups.write(database, path, progress)
        finally:
            await database.close()
        click.echo(f"Backed up to {path}.")

    _await(copy(load_settings()))


@main.command(name="restore")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.confirmation_option(prompt="Replace the current database with this backup?")
@_guarded
def restore_backup(path: Path) -> None:
    """Replace the database with the backup PATH. Stop the bot first.

    The current database is kept beside it, on a PostgreSQL server in a schema of its own. The next
    start rebuilds the search index.
    """
    from storage import packed
    from storage.server_backups import restore_at

    size = packed.plain_size(path) if path.is_file() and packed.is_packed(path) else 0

    async def put_back(settings: Settings) -> None:
        target = label_of(parsed(settings.database_url))
        with _progress("Decompressing", size) as progress:
            restored = await restore_at(
                path,
                settings.database_url,
                now=datetime.now(UTC),
                files=settings.index_dir,
                progress=progress,
            )
        click.echo(f"{target} was restored from {path}.")
        if isinstance(restored.kept, Path):
            click.echo(f"The previous database was kept as {restored.kept}.")
        elif restored.kept is not None:
            click.echo(
                f"The previous tables were kept in the schema {restored.kept}. Delete them, and"
                f" people's data in them, with: DROP SCHEMA {restored.kept} CASCADE"
            )
        if restored.erased:
            click.echo(
                f"Erased again {restored.erased:,} who had deleted their data since the backup."
            )

    _await(put_back(load_settings()))


@main.command(name="move")
@click.argument("source_url")
@click.argument("target_url")
@_guarded
def move_database(source_url: str, target_url: str) -> None:
    """Copy the whole database at SOURCE_URL to an empty one at TARGET_URL. Stop the bot first.

    Each is a URL as for DATABASE_URL, of an SQLite file or a PostgreSQL database. The source stays
    as it is. After an interruption, the same command goes on where it stopped.
    """
    from bot.cli.move import move

    _await(move(load_settings(), source_url, target_url))


@main.command()
@click.argument("user_id", type=int)
@_guarded
def forget(user_id: int) -> None:
    """Delete all data of USER_ID, e.g. when Discord reports that the account was deleted."""
    from storage import personal_data
    from storage.database import Database

    async def erase(settings: Settings) -> None:
        database = await Database.open(settings.database_url, migrate=False)
        try:
            async with database.write(durable=True) as conn:
                rows = await personal_data.erase(conn, user_id, datetime.now(UTC))
        finally:
            await database.close()
        click.echo(f"Deleted {rows:,} rows of user {user_id}." if rows else "No data stored.")

    _await(erase(load_settings()))
