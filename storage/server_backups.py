"""Putting a backup back, of whichever engine; on a server, an archive that `pg_dump` wrote."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, inspect, select
from sqlalchemy.exc import DBAPIError

from storage import leases, migrations, packed, unfinished
from storage.backups import Restored, bring_up_to_date, restore
from storage.database import Database
from storage.database_file import unusable
from storage.engines import archives, postgresql
from storage.engines.errors import DatabaseError
from storage.engines.urls import label_of, parsed
from storage.tables import erasures, feed_links

_LIST = "alembic_version"


@dataclass(frozen=True, slots=True)
class _Before:
    """What the database held that a backup has to be brought up to date with."""

    tables: bool
    """Whether there was anything."""
    erased: list[dict[str, Any]]
    """Who erased everything lately: rows of `erasures` without their ids."""
    links: set[bytes] | None
    """The links for feed readers, by their hashes; `None` if that is not known."""


async def restore_at(
    source: Path,
    url: str,
    *,
    now: datetime,
    files: Path | None = None,
    progress: packed.Progress | None = None,
) -> Restored:
    """Put a backup in the place of the database that a URL names, as `backups.restore` does.

    On a server, the previous tables are moved to a schema of their own, in the transaction that
    puts the backup in their place.

    Args:
        source: the backup, of the same engine.
        url: as for `Database.open`.
        now: the present moment.
        files: as for `Database.open`.
        progress: called while a compressed file is unpacked.

    Raises:
        DatabaseError: the backup is damaged, of another program or engine, or a bot is running.
    """
    found = parsed(url)
    archive = await asyncio.to_thread(_is_archive, source)
    if isinstance(found, Path):
        if archive:
            raise DatabaseError(
                f"{source} is a backup of PostgreSQL, but DATABASE_URL names a file: restore it to"
                " a PostgreSQL database, and use `paperboy move` from there"
            )
        return await restore(source, found, now=now, files=files, progress=progress)
    if not archive:
        raise DatabaseError(
            f"{source} is no archive of pg_dump, but DATABASE_URL names a PostgreSQL database:"
            " restore a backup of SQLite to a file, and use `paperboy move` from there"
        )
    kept, before = await _put_back(source, found, now)
    database = await Database.open(url, files=files)
    erased = await bring_up_to_date(database, before.erased, before.links, now)
    return Restored(kept, erased)


def _is_archive(path: Path) -> bool:
    """Return whether a file is an archive of pg_dump.

    Raises:
        DatabaseError: there is no file.
    """
    if not path.is_file():
        raise DatabaseError(f"there is no backup at {path}")
    with path.open("rb") as file:
        return file.read(len(archives.BEGINNING)) == archives.BEGINNING


async def _put_back(source: Path, url: URL, now: datetime) -> tuple[str | None, _Before]:
    """Put an archive in the place of all tables; return the schema that holds these now.

    The schema is `None` where there were no tables. No bot can start meanwhile.

    Raises:
        DatabaseError: nothing was changed; says why.
    """
    label = label_of(url)
    revision = await archives.revision_in(source)
    if revision not in migrations.known_revisions():
        raise DatabaseError(
            f"the backup {source} holds "
            + (
                "nothing of this program"
                if revision is None
                else "a newer schema than this program knows"
            )
        )
    schema = f"{archives.REPLACED}{now.astimezone(UTC):%Y%m%dt%H%M%Sz}"

    def look(connection: Connection) -> tuple[_Before, list[str]]:
        return _look(connection, label), archives.aside(connection, schema)

    try:
        async with postgresql.locked(url, postgresql.MIGRATING):
            before, moved = await postgresql.alone(url, look, patience=postgresql.STATEMENT_TIMEOUT)
            await archives.replace(url, source, schema, moved)
    except (OSError, DBAPIError) as error:
        raise unusable(label, error) from error
    return schema if before.tables else None, before


def _look(connection: Connection, label: str) -> _Before:
    tables = set(inspect(connection).get_table_names())
    if tables and not tables & {_LIST, unfinished.NAME}:
        raise DatabaseError(
            f"{label} is a database of another program; name another one in DATABASE_URL"
        )
    if (lease := leases.read_any(connection)) and lease.is_held() is not False:
        raise DatabaseError(
            f"{label} is in use by {lease.holder}; stop the bot before restoring, and wait"
            f" {leases.LIFE.seconds} seconds if it was killed"
        )
    erased: list[dict[str, Any]] = []
    if erasures.name in tables:
        columns = (erasures.c.salt, erasures.c.digest, erasures.c.erased_at)
        erased = [dict(row) for row in connection.execute(select(*columns)).mappings()]
    links = None
    if feed_links.name in tables:
        links = set(connection.scalars(select(feed_links.c.token_hash)))
    return _Before(bool(tables), erased, links)
