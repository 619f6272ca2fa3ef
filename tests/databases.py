"""The empty database that tests begin with."""

import asyncio
import functools
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from storage.database import Database
from tests.postgresql import Server


@dataclass(slots=True)
class Engine:
    """What the databases of tests are kept in."""

    server: Server | None = None
    """The PostgreSQL server; without one, each is a file of SQLite."""


ENGINE = Engine()


def put_empty(folder: Path, name: str = "paperboy.db") -> str:
    """Put an empty database of the present schema into `folder`, unless a file is there already.

    The migrations run once per process, which takes 0.1 s, and their result is copied for each
    test. Tests of the migrations call `Database.open` on files of their own.

    Returns:
        The database's URL.
    """
    path = folder / name
    if ENGINE.server is not None:
        return ENGINE.server.empty(path)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(empty())
    return f"sqlite+aiosqlite:///{path}"


async def open_empty(folder: Path, name: str = "paperboy.db") -> Database:
    """Open a database that `put_empty` put into `folder`; the caller closes it."""
    return await Database.open(put_empty(folder, name), files=folder)


@functools.cache
def empty() -> bytes:
    """Return the file of an empty database of the present schema, made once per process."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        path = Path(folder) / "paperboy.db"
        # The caller's thread may be running a loop already.
        thread.submit(asyncio.run, _migrate(path)).result()
        return path.read_bytes()


async def _migrate(path: Path) -> None:
    await (await Database.open(f"sqlite+aiosqlite:///{path}")).close()
