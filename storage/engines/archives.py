"""Archives of a server's database: written by `pg_dump`, put back by `pg_restore` and `psql`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection

from storage.engines import client
from storage.engines.errors import DatabaseError
from storage.engines.urls import label_of

BEGINNING: Final = b"PGDMP"
"""How an archive begins."""

_NEWER: Final = b"SET transaction_timeout = 0;\n"
"""What `pg_restore` prints from version 17 on, and servers before 17 refuse. It is the default."""

REPLACED: Final = "replaced_"
"""How schemas begin that hold what was there before a restore."""


async def dump(url: URL, target: Path) -> None:
    """Write an archive, whole or not at all, without what restoring set aside.

    Raises:
        DatabaseError: it cannot be written.
    """
    purpose = f"back up {label_of(url)}"
    program = client.program("pg_dump", f"{purpose} (BACKUP_KEEP=0 makes no daily backups)")
    if await asyncio.to_thread(target.exists):
        raise DatabaseError(f"{target} exists already; name a file that does not")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        unfinished.touch(mode=0o600)
        async with client.connection(url) as where:
            await client.run(
                purpose,
                program,
                "--format=custom",
                "--no-owner",
                # What restoring set aside.
                f"--exclude-schema={REPLACED}*",
                f"--file={unfinished}",
                where,
            )
        unfinished.replace(target)
    except OSError as error:
        raise DatabaseError(f"cannot write the backup {target}: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def aside(connection: Connection, schema: str) -> list[str]:
    """Return the statements that move the present tables to a schema."""
    statement = (
        "SELECT format('ALTER TABLE %I.%I SET SCHEMA %I', schemaname, tablename, $1::text)"
        " FROM pg_tables WHERE schemaname = current_schema()"
    )
    return list(connection.exec_driver_sql(statement, (schema,)).scalars())


async def replace(url: URL, archive: Path, schema: str, moved: Sequence[str]) -> None:
    """Put what an archive of pg_dump holds in the place of all tables, or change nothing.

    Args:
        url: of the database.
        archive: a file that `pg_dump --format=custom` wrote.
        schema: the name of a new one, to which the present tables are moved.
        moved: the statements of `aside`, none where there are no tables.

    Raises:
        DatabaseError: the archive is damaged, a program is missing, or the server refused.
    """
    purpose = f"restore {archive} to {label_of(url)}"
    pg_restore, psql = client.program("pg_restore", purpose), client.program("psql", purpose)

    first = [f"CREATE SCHEMA {schema}", *moved] if moved else []
    async with client.connection(url) as where:
        await client.pipe(
            purpose,
            "".join(f"{each};\n" for each in first).encode(),
            _NEWER,
            [pg_restore, "--no-owner", "--no-privileges", "--file=-", str(archive)],
            [
                psql,
                "--no-psqlrc",
                "--quiet",
                "--single-transaction",
                "--set=ON_ERROR_STOP=1",
                "--file=-",
                where,
            ],
        )


async def revision_in(archive: Path) -> str | None:
    """Return the schema revision of what an archive holds, `None` if it is another program's.

    Raises:
        DatabaseError: the archive cannot be read.
    """
    purpose = f"read the backup {archive}"
    found = await client.run(
        purpose,
        client.program("pg_restore", purpose),
        "--data-only",
        "--table=alembic_version",
        "--file=-",
        str(archive),
    )
    lines = iter(found.splitlines())
    for line in lines:
        if line.startswith("COPY "):
            # The columns are separated by tabs; the first was always the revision.
            return next(lines, "").partition("\t")[0] or None
    return None
