"""The history of the schema, applied by Alembic at start, all that is missing in one transaction.

A migration is `versions/NNNN_<what>.py` with `revision = "NNNN"`. It names its own columns instead
of importing `storage.tables`, which moves on, and passes `sqlite_strict=True` to `op.create_table`
(in a batch operation that rebuilds a table: `table_kwargs={"sqlite_strict": True}`).

A database on PostgreSQL begins with the schema of its day and has no history before `BASELINE`.
Migrations after it run on both engines: columns are of `Integer`, `Real` and `Text` of
`storage.types`, and an index over a part of a table has `sqlite_where` and `postgresql_where`.

Several processes are brought to a new version one by one, so older code may meet a newer schema.
Each migration from `FIRST_NEEDS` on says what it needs of the code that uses the schema after it:

- `needs = None`: nothing. It only expands: new tables, columns that may be empty or have a server
  default, and indexes that are not unique. Code that could use the schema before can use this one.
- `needs = "0061"`: the code of revision 0061, or newer. It drops, renames or tightens something
  that code of this revision does without.

What the newest schema needs is kept beside its revision, for code that does not know that one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from storage.engines.errors import OutdatedError

DIRECTORY = Path(__file__).parent

BASELINE = "0048"
"""The last revision that runs on SQLite alone."""

FIRST_NEEDS: Final = "0058"
"""The first revision whose code knows what a schema needs; those before need this code."""

_TABLE: Final = "alembic_version"


@dataclass(frozen=True, slots=True)
class Schema:
    """What schema a database has."""

    revision: str
    needs: str
    """The oldest revision whose code can use it."""


def known_revisions(directory: Path = DIRECTORY) -> list[str]:
    """Return every revision of this program, oldest first.

    Read from the files' names: importing Alembic takes longer than the whole rest of a start at
    which there is nothing to migrate.
    """
    return sorted(path.name[:4] for path in (directory / "versions").glob("[0-9]*_*.py"))


def upgrade(connection: Connection, revision: str = "head", *, directory: Path = DIRECTORY) -> None:
    """Apply what is missing up to `revision`, inside the transaction that `connection` is in."""
    from alembic import command
    from alembic.config import Config

    _create_version(connection)
    config = Config()
    config.set_main_option("script_location", str(directory).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    reached = connection.scalar(text("SELECT version_num FROM alembic_version"))
    _keep_needs(connection, needed_by(reached, directory))


def stamp(connection: Connection, revision: str, *, directory: Path = DIRECTORY) -> None:
    """Record that a database has the schema of `revision`."""
    _create_version(connection)
    statement = text("INSERT INTO alembic_version (version_num) VALUES (:it)")
    connection.execute(statement, {"it": revision})
    _keep_needs(connection, needed_by(revision, directory))


def schema_of(connection: Connection) -> Schema:
    """Return the schema of a database of this program, whatever version made it."""
    if _has_needs(connection):
        return _read(connection)
    revision = connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
    return Schema(revision, max(revision, FIRST_NEEDS))


def needed_by(revision: str, directory: Path = DIRECTORY) -> str:
    """Return the oldest revision whose code can use the schema of `revision`."""
    from alembic.script import ScriptDirectory

    known = (
        getattr(script.module, "needs", script.revision)
        for script in ScriptDirectory(str(directory)).walk_revisions()
        if FIRST_NEEDS <= script.revision <= revision
    )
    return max((needs for needs in known if needs is not None), default=FIRST_NEEDS)


def require_usable(connection: Connection, label: str, revision: str) -> None:
    """Refuse an open database that the code of a revision can no longer use.

    Raises:
        OutdatedError: with a sentence for the person who runs the bot.
    """
    if revision < (schema := _read(connection)).needs:
        raise outdated(label, schema, revision)


def outdated(label: str, schema: Schema, revision: str) -> OutdatedError:
    """Return the error for a database that the code of a revision cannot use."""
    return OutdatedError(
        f"{label} was changed by a newer version of this program: its schema {schema.revision}"
        f" needs one that knows schema {schema.needs}, and this one knows {revision}. Install the"
        " newer version, or restore an older backup"
    )


def _read(connection: Connection) -> Schema:
    row = connection.execute(text("SELECT version_num, needs FROM alembic_version")).one()
    return Schema(row.version_num, row.needs or max(row.version_num, FIRST_NEEDS))


def _has_needs(connection: Connection) -> bool:
    return any(column["name"] == "needs" for column in inspect(connection).get_columns(_TABLE))


def _keep_needs(connection: Connection, needs: str) -> None:
    connection.execute(text("UPDATE alembic_version SET needs = :it"), {"it": needs})


def _create_version(connection: Connection) -> None:
    # Alembic would make its own table with a VARCHAR, which STRICT does not know.
    strict = " STRICT" if connection.dialect.name == "sqlite" else ""
    connection.exec_driver_sql(
        f"CREATE TABLE IF NOT EXISTS {_TABLE}"
        f" (version_num TEXT NOT NULL CONSTRAINT pk_alembic_version PRIMARY KEY){strict}"
    )
    if not _has_needs(connection):
        connection.exec_driver_sql(f"ALTER TABLE {_TABLE} ADD COLUMN needs TEXT")
