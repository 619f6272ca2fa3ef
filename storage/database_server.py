"""The database on a server: found, checked and migrated.

A new one gets the present schema at once; what came after it is applied by migrations, as in files.

Several processes share such a database, and are brought to a new version one by one. The first one
migrates under the others if their code can use the schema after it; a process of the older version
that starts later goes on with that schema (`storage.migrations` says when).
"""

import asyncio
import logging
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, inspect
from sqlalchemy.exc import DBAPIError

from storage import leases, migrations, unfinished
from storage.engines import postgresql
from storage.engines.errors import DatabaseError
from storage.engines.urls import label_of
from storage.tables import metadata

log = logging.getLogger(__name__)

PATIENCE: Final = 300.0
"""Seconds for which a migration is tried while others have the tables locked."""

_WAIT: Final = 0.8
"""Seconds that one statement of a migration waits for them: other processes' statements wait behind
it. Less than the second after which the server looks for those that wait for each other, and ends
one, which may be a running bot's."""
_PAUSE: Final = 1.0
"""Seconds between two tries."""


async def prepare(
    url: URL,
    migrate: bool,
    directory: Path = migrations.DIRECTORY,
    *,
    moving: bool = False,
    patience: float = PATIENCE,
) -> str:
    """Leave a database at `url` that code of the newest schema of `directory` can use.

    With `moving` it may hold a part of another, but no data of an older schema.

    Returns:
        The revision of its schema, which may be newer.

    Raises:
        DatabaseError: with a sentence for the person who runs the bot.
    """
    label = label_of(url)

    def look(connection: Connection) -> str | None:
        _check_server(connection, label)
        return _usable(connection, label, directory, moving)

    def change(connection: Connection) -> str:
        # Another process may have been faster.
        found = look(connection)
        return found or _change(connection, label, migrate, directory, moving)

    loop = asyncio.get_running_loop()
    began, waited = loop.time(), False
    while True:
        try:
            if found := await postgresql.alone(url, look, wait=_WAIT):
                return found
            return await postgresql.alone(url, change, lock=postgresql.MIGRATING, wait=_WAIT)
        except (OSError, DBAPIError) as error:
            if not postgresql.is_locked(error):
                raise _unreachable(label, error) from error
            if loop.time() - began > patience:
                raise _locked(label, patience) from error
        if not waited:
            log.warning("waiting up to %.0f s until other programs unlock %s", patience, label)
            waited = True
        await asyncio.sleep(_PAUSE)


def _unreachable(label: str, error: Exception) -> DatabaseError:
    reason = postgresql.trouble(error) or str(error).splitlines()[0]
    return DatabaseError(
        f"cannot open the database {label}: {reason}. Check DATABASE_URL, and that the server"
        " runs and lets this user in"
    )


def _locked(label: str, patience: float) -> DatabaseError:
    return DatabaseError(
        f"{label} could not be brought up to date: other programs had it locked for"
        f" {patience:.0f} seconds, for example a backup, a restore, or a process that changes the"
        " schema. Nothing was changed; start again when they are done"
    )


def _check_server(connection: Connection, label: str) -> None:
    version, encoding = connection.exec_driver_sql(
        "SELECT current_setting('server_version_num')::int / 10000,"
        " current_setting('server_encoding')"
    ).one()
    if version < postgresql.OLDEST:
        raise DatabaseError(
            f"{label} is on PostgreSQL {version}, but {postgresql.OLDEST} or newer is needed"
        )
    if encoding != "UTF8":
        raise DatabaseError(
            f"{label} stores text as {encoding}: create a database with ENCODING 'UTF8'"
        )


def _usable(connection: Connection, label: str, directory: Path, moving: bool) -> str | None:
    """Return the revision of a schema that can be used as it is; `None` for none, or an older one.

    This needs no lock: a process that is frozen while it starts keeps no other from starting.
    """
    known = migrations.known_revisions(directory)
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise DatabaseError(
            f"{label} is a database of another program; name another one in DATABASE_URL"
        )
    if unfinished.NAME in tables and not moving:
        raise unfinished.refusal(label)
    schema = migrations.schema_of(connection)
    if schema.revision in known:
        return schema.revision if schema.revision == known[-1] else None
    if schema.needs > known[-1]:
        raise migrations.outdated(label, schema, known[-1])
    if moving or schema.revision < known[-1]:
        raise DatabaseError(
            f"{label} was written by another version of this program (schema"
            f" {schema.revision}, known here is {known[-1]}): use that version"
        )
    log.info(
        "%s has the schema %s of a newer version; this one knows %s and can use it",
        *(label, schema.revision, known[-1]),
    )
    return schema.revision


def _change(
    connection: Connection, label: str, migrate: bool, directory: Path, moving: bool
) -> str:
    """Create the tables, or bring those of an older schema up to date."""
    newest = migrations.known_revisions(directory)[-1]
    if not inspect(connection).get_table_names():
        if not migrate:
            raise DatabaseError(f"{label} is empty; start the bot once to create its tables")
        metadata.create_all(connection)
        migrations.stamp(connection, newest, directory=directory)
        return newest
    if moving:
        raise unfinished.older(label)
    if not migrate:
        older = migrations.schema_of(connection).revision
        raise DatabaseError(
            f"{label} has an older schema ({older}, needed is {newest}); start the bot"
            " once to bring it up to date"
        )
    _migrate(connection, label, directory)
    return newest


def _migrate(connection: Connection, label: str, directory: Path) -> None:
    newest = migrations.known_revisions(directory)[-1]
    needs = migrations.needed_by(newest, directory)
    # No process takes a lease meanwhile, and none waits for another one in the middle of writing.
    postgresql.stop_writers(connection)
    held = leases.holders(connection)
    for lease, revision in held:
        if revision < needs:
            raise DatabaseError(
                f"{label} cannot get the schema {newest} while an older version runs on it, which"
                f" could not use it: {lease.holder} ({lease.name}). Stop every process of the older"
                " version, then start this one"
            )
    migrations.upgrade(connection, directory=directory)
    leases.take_from_older(connection, needs)
    # They could not renew theirs meanwhile, and no spare may take them for it.
    for lease, _ in held:
        leases.renew(connection, lease)
