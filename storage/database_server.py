"""The database on a server: found, checked and migrated.

A new one gets the present schema at once; what came after it is applied by migrations, as in files.
"""

from pathlib import Path

from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from storage import leases, migrations, unfinished
from storage.engines import postgresql
from storage.engines.errors import DatabaseError
from storage.engines.urls import label_of
from storage.tables import metadata


async def prepare(
    url: URL, migrate: bool, directory: Path = migrations.DIRECTORY, *, moving: bool = False
) -> None:
    """Leave a database of the newest schema of `directory` at `url`.

    With `moving` it may hold a part of another, but no data of an older schema.

    Raises:
        DatabaseError: with a sentence for the person who runs the bot.
    """
    label = label_of(url)

    def work(connection: Connection) -> None:
        _check_server(connection, label)
        _prepare(connection, label, migrate, directory, moving)

    try:
        await postgresql.alone(url, work, lock=postgresql.MIGRATING)
    except (OSError, DBAPIError) as error:
        reason = postgresql.trouble(error) or str(error).splitlines()[0]
        raise DatabaseError(
            f"cannot open the database {label}: {reason}. Check DATABASE_URL, and that the server"
            " runs and lets this user in"
        ) from error


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


def _prepare(
    connection: Connection, label: str, migrate: bool, directory: Path, moving: bool
) -> None:
    known = migrations.known_revisions(directory)
    tables = set(inspect(connection).get_table_names())
    if not tables:
        if not migrate:
            raise DatabaseError(f"{label} is empty; start the bot once to create its tables")
        metadata.create_all(connection)
        migrations.stamp(connection, known[-1])
        return
    if "alembic_version" not in tables:
        raise DatabaseError(
            f"{label} is a database of another program; name another one in DATABASE_URL"
        )
    if unfinished.NAME in tables and not moving:
        raise unfinished.refusal(label)
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if revision not in known:
        raise DatabaseError(
            f"{label} was written by a newer version of this program (schema {revision}, known here"
            f" is {known[-1]}). Install that version again, or restore an older backup"
        )
    if revision == known[-1]:
        return
    if moving:
        raise unfinished.older(label)
    if not migrate:
        raise DatabaseError(
            f"{label} has an older schema ({revision}, needed is {known[-1]}); start the bot once"
            " to bring it up to date"
        )
    if (lease := leases.read_any(connection)) and lease.is_held() is not False:
        raise DatabaseError(f"a bot is already running on {label}: {lease.holder}. Stop it first")
    migrations.upgrade(connection, directory=directory)
