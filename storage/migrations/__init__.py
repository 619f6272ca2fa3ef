"""The history of the schema, applied by Alembic at start, all that is missing in one transaction.

A migration is `versions/NNNN_<what>.py` with `revision = "NNNN"`. It names its own columns instead
of importing `storage.tables`, which moves on, and passes `sqlite_strict=True` to `op.create_table`
(in a batch operation that rebuilds a table: `table_kwargs={"sqlite_strict": True}`).

A database on PostgreSQL begins with the schema of its day and has no history before `BASELINE`.
Migrations after it run on both engines: columns are of `Integer`, `Real` and `Text` of
`storage.types`, and an index over a part of a table has `sqlite_where` and `postgresql_where`.
"""

from pathlib import Path

from sqlalchemy import Connection, text

DIRECTORY = Path(__file__).parent

BASELINE = "0048"
"""The last revision that runs on SQLite alone."""


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


def stamp(connection: Connection, revision: str) -> None:
    """Record that a database has the schema of `revision`."""
    _create_version(connection)
    connection.execute(text("INSERT INTO alembic_version VALUES (:it)"), {"it": revision})


def _create_version(connection: Connection) -> None:
    # Alembic would make its own table with a VARCHAR, which STRICT does not know.
    strict = " STRICT" if connection.dialect.name == "sqlite" else ""
    connection.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS alembic_version"
        f" (version_num TEXT NOT NULL CONSTRAINT pk_alembic_version PRIMARY KEY){strict}"
    )
