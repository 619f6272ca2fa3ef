"""The empty database that tests begin with."""

import asyncio
import functools
import tempfile
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage.database import Database
from tests import postgresql
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
    path, url = folder / name, url_in(folder, name)
    if is_file(url) and not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(empty())
    return url


def url_in(folder: Path, name: str = "paperboy.db") -> str:
    """Return the URL of the database in `folder`, which on a server is there from now on.

    A process that a test starts finds the server's by a note in the folder.
    """
    path, note = folder / name, folder / f".{name}.url"
    if ENGINE.server is not None:
        url = ENGINE.server.empty(path)
        if folder.is_dir():
            note.write_text(url)
        return url
    return note.read_text() if note.exists() else f"sqlite+aiosqlite:///{path}"


def new_in(folder: Path, name: str = "paperboy.db") -> str:
    """Return the URL of a database that has no tables yet; a file is not even there."""
    if ENGINE.server is None:
        return f"sqlite+aiosqlite:///{folder / name}"
    return ENGINE.server.bare(folder / name)


def lose(folder: Path, name: str = "paperboy.db") -> None:
    """Delete the database in `folder`, which nobody has open."""
    if ENGINE.server is None:
        (folder / name).unlink()
    else:
        ENGINE.server.drop(folder / name)


def settings_of(folder: Path) -> dict[str, str]:
    """Return the settings by which `paperboy` in `folder` finds its database, if it needs any."""
    url = url_in(folder)
    return {} if is_file(url) else {"DATABASE_URL": url}


def is_file(url: str) -> bool:
    """Tell whether a URL names a file of SQLite."""
    return make_url(url).get_backend_name() == "sqlite"


def wanted(engine: str) -> Server | None:
    """Return the server for `postgresql`, none for `sqlite`; skips where it cannot be started."""
    if engine == "sqlite":
        return None
    found = postgresql.server()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@contextmanager
def kept_on(server: Server | None) -> Generator[None]:
    """Keep the databases that are made meanwhile on a server, or in files without one."""
    before, ENGINE.server = ENGINE.server, server
    try:
        yield
    finally:
        ENGINE.server = before


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
