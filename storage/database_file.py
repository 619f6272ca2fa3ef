"""The database file: found, checked, migrated, and what is wrong with it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from storage import leases, migrations, unfinished
from storage.engines import postgresql, sqlite, sqlite_file
from storage.engines.errors import DatabaseError, DriverError, cause_of
from storage.processes import Process

__all__ = [
    "DatabaseError",
    "DriverError",
    "file_error",
    "in_use",
    "prepare",
    "revision_of",
    "unusable",
]

_FETCHED = ("papers", "vectors")
"""Most of a large file, and nothing that a person wrote: the daily backup looks through these."""


def file_error(error: BaseException) -> str | None:
    """Return what is wrong with the file or the server, for an error that comes from that."""
    cause = cause_of(error)
    if isinstance(cause, sqlite3.Error):
        return sqlite_file.trouble(cause)
    return postgresql.trouble(error)


def prepare(
    path: Path, migrate: bool, directory: Path = migrations.DIRECTORY, *, moving: bool = False
) -> None:
    """Leave an intact file of the newest schema of `directory` at `path`.

    With `moving` it may hold a part of another database, but no data of an older schema.

    Raises:
        DatabaseError: with a sentence for the person who runs the bot.
    """
    if sqlite3.sqlite_version_info < sqlite.OLDEST:
        raise DatabaseError(
            f"this Python comes with SQLite {sqlite3.sqlite_version}, but 3.37 or newer is needed;"
            " use a newer Python or system"
        )
    try:
        if migrate:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # It holds people's lists; the log beside it is made alike.
        elif not path.exists():
            raise DatabaseError(f"there is no database at {path}")
        if wrong := sqlite_file.check(path, spare=_FETCHED):
            raise DatabaseError(
                f"{path} is damaged: {wrong}. Put a backup in its place with `paperboy restore`,"
                " or move the file away to start with an empty one"
            )
        revision = revision_of(path, moving=moving)
        known = migrations.known_revisions(directory)
        if revision is not None and revision not in known:
            raise DatabaseError(
                f"{path} was written by a newer version of this program (schema {revision}, known"
                f" here is {known[-1]}). Install the newer version, or restore an older backup"
            )
        if revision == known[-1]:
            return
        if moving and revision is not None:
            raise unfinished.older(str(path))
        if not migrate:
            raise DatabaseError(
                f"{path} has an older schema ({revision or 'none'}, needed is {known[-1]});"
                " start the bot once to bring it up to date"
            )
        _migrate(path, directory)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise unusable(path, error) from error


def revision_of(path: Path, *, moving: bool = False) -> str | None:
    """Return the schema revision of an intact file, `None` for one without tables.

    Raises:
        DatabaseError: it is another program's, or without `moving` only a part of a database.
    """
    with closing(sqlite3.connect(path, timeout=sqlite_file.BUSY_TIMEOUT)) as connection:
        tables = {
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        if not tables:
            return None
        if unfinished.NAME in tables and not moving:
            raise unfinished.refusal(str(path))
        row = (
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if "alembic_version" in tables
            else None
        )
    if row is None:
        raise DatabaseError(
            f"{path} is a database of another program; name another file in DATABASE_URL"
        )
    return str(row[0])


def _migrate(path: Path, directory: Path) -> None:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args=sqlite.DRIVER_ARGUMENTS,
    )
    sqlite.set_up_writer(engine, foreign_keys=False)
    # The lock comes first: of two processes that start together one migrates, the other waits.
    with engine.begin() as connection:
        revision = revision_of(path)
        if revision == migrations.known_revisions(directory)[-1]:
            return
        if revision is not None:
            if (lease := leases.read_any(connection)) and lease.is_held() is not False:
                raise in_use(path, lease.holder)
            sqlite_file.copy(path, path.with_name(f"{path.name}.backup-{revision}"))
        migrations.upgrade(connection, directory=directory)
        if violation := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise DatabaseError(
                f"{path} was left as it was: after the migration a row of {violation[0]} would"
                f" refer to nothing in {violation[2]}"
            )


def in_use(database: Path | str, holder: Process) -> DatabaseError:
    """Return the error for a database on which another process runs the bot."""
    return DatabaseError(
        f"a bot is already running on {database}: {holder}. Stop that one first, or give this one a"
        " database of its own with DATABASE_URL"
    )


def unusable(database: Path | str, error: Exception) -> DatabaseError:
    """Return the error for a file, disk or server that does not let the database be opened."""
    if (reason := postgresql.trouble(error)) is not None:
        return DatabaseError(f"cannot use the database {database}: {reason}")
    cause = cause_of(error)
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else cause
    return DatabaseError(
        f"cannot open the database {database}: {reason}. The file and its directory must be"
        " writable for the user who runs the bot, on a disk with room, and not locked by another"
        " program"
    )
