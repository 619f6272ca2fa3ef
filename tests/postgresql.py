"""A PostgreSQL server for tests: `TEST_DATABASE_URL`, or one of their own on a loopback port.

Each database is made from a template that has the present schema, and dropped after its test.
"""

import asyncio
import atexit
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import URL, make_url

from storage.database import Database

T = TypeVar("T")

_PLACES: Final = "/usr/lib/postgresql/*/bin"
_INITDB: Final = ("--encoding=UTF8", "--locale=C", "--no-sync")
_SETTINGS: Final = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "autovacuum=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "log_min_messages=fatal",
)
_DURABLE: Final = (
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "autovacuum=on",
)
"""What a server has by itself, for measurements; tests need no data after a failure."""


class Server:
    """A running server, and the databases that tests made on it."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._prefix = f"paperboy_test_{os.getpid()}"
        self._made: dict[Path, str] = {}
        self._count = 0
        self._ask(f"CREATE DATABASE {self._prefix} TEMPLATE template0 ENCODING 'UTF8'")
        atexit.register(self._close)
        _wait(lambda: _migrate(self._url_of(self._prefix)))

    def empty(self, path: Path) -> str:
        """Return the URL of the database for a path, made when it is first asked for."""
        if path not in self._made:
            self._made[path] = self.create(self._prefix)
        return self._url_of(self._made[path])

    def create(self, template: str = "template0") -> str:
        """Create a database, without tables by default, and return its name."""
        self._count += 1
        name = f"{self._prefix}_{self._count}"
        self._ask(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return name

    def bare(self, path: Path) -> str:
        """Return the URL of a database without tables that stands for a path."""
        self._made[path] = self.create()
        return self._url_of(self._made[path])

    def tend(self, path: Path) -> None:
        """Tidy a path's database, and let the server know what is in it, as autovacuum would."""
        self.run(path, "VACUUM ANALYZE")

    def run(self, path: Path, statement: str) -> None:
        """Run a statement, however long it takes, in a path's database."""
        _wait(lambda: _execute(self.url.set(database=self._made[path]), statement))

    def clear(self) -> None:
        """Drop what tests made."""
        for path in list(self._made):
            self.drop(path)

    @contextmanager
    def lent(self) -> Generator[None]:
        """Drop in the end what was made meanwhile."""
        before = set(self._made)
        try:
            yield
        finally:
            for path in self._made.keys() - before:
                self.drop(path)

    def drop(self, path: Path) -> None:
        """Drop the database that stands for a path."""
        self._ask(f"DROP DATABASE {self._made.pop(path)} WITH (FORCE)")

    def refused(self, statements: list[str]) -> dict[str, str]:
        """Return why some statements cannot be prepared on the present schema, by statement."""
        return _wait(lambda: _refused(self.url.set(database=self._prefix), statements))

    def _close(self) -> None:
        # What ended this process may have ended a server of its own, too.
        with suppress(OSError, asyncpg.PostgresError):
            asyncio.run(_execute(self.url, f"DROP DATABASE {self._prefix} WITH (FORCE)"))

    def _url_of(self, name: str) -> str:
        url = self.url.set(database=name, drivername="postgresql+asyncpg")
        return url.render_as_string(hide_password=False)

    def _ask(self, statement: str) -> None:
        _wait(lambda: _execute(self.url, statement))


class Program:
    """The server's program with a data directory of its own, on a loopback port."""

    def __init__(self, command: list[str], data: Path, port: int, *, durable: bool) -> None:
        self.url = URL.create(
            "postgresql", "paperboy", host="127.0.0.1", port=port, database="postgres"
        )
        settings = (*_SETTINGS, *(_DURABLE if durable else ()))
        options = [part for each in settings for part in ("-c", each)]
        self._command = [*command, "-D", str(data), "-p", str(port), *options]
        self._file = data / "postmaster.pid"
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

    def start(self) -> bool:
        """Start it, and return whether it answers within some seconds."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        )
        for _ in range(300):
            try:
                self.ask("SELECT 1")
            except (OSError, asyncpg.PostgresError):
                time.sleep(0.1)
            else:
                return True
        return False

    def stop(self) -> None:
        """Let it end at once, as by a failure: its connections break."""
        if self._process is None:
            return
        # The process may be `runuser`, which passes no SIGQUIT on.
        if self._file.exists():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGQUIT)
        self._process.wait(10)
        self._process = None

    @property
    def pid(self) -> int:
        """The server's own process."""
        return int(self._file.read_text().splitlines()[0])

    def ask(self, statement: str) -> None:
        """Run a statement as the server's superuser."""
        _wait(lambda: _execute(self.url, statement))


@functools.cache
def server() -> Server | str:
    """Return the server, or why there is none."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return Server(make_url(given))
    found = program()
    return found if isinstance(found, str) else Server(found.url)


def running() -> Server | None:
    """Return the server if it was asked for before and could be started."""
    found = server() if server.cache_info().currsize else None
    return found if isinstance(found, Server) else None


def program(*, durable: bool = False) -> Program | str:
    """Start a server of one's own, and return it, or why there is none.

    With `durable` it writes to the disk what it was asked to, as servers do.
    """
    programs = [*map(str, sorted(Path("/").glob(_PLACES[1:]), reverse=True))]
    path = os.pathsep.join((*programs, os.environ.get("PATH", "")))
    initdb, postgres = shutil.which("initdb", path=path), shutil.which("postgres", path=path)
    if initdb is None or postgres is None:
        return "PostgreSQL is not installed here, and TEST_DATABASE_URL is not set"
    home = Path(tempfile.mkdtemp(prefix="paperboy-postgresql-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    user: list[str] = []
    if os.getuid() == 0:  # the server refuses to run as root
        name = next((each for each in ("postgres", "nobody") if _exists(each)), None)
        if name is None or (runuser := shutil.which("runuser")) is None:
            return "PostgreSQL refuses to run as root, and there is no other user for it"
        user = [runuser, "-u", name, "--"]
        shutil.chown(home, name)
    data = home / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = subprocess.run(
        [*user, initdb, "-D", data, "--username=paperboy", "--auth=trust", *_INITDB],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
    )
    if made.returncode:
        return f"PostgreSQL's initdb failed: {made.stderr.strip()}"
    own = Program([*user, postgres], data, port, durable=durable)
    return own if own.start() else "PostgreSQL did not start within 30 seconds"


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@asynccontextmanager
async def _connected(url: URL) -> AsyncGenerator[Any]:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connect: Any = asyncpg.connect  # pyright: ignore
    conn = await connect(plain)
    try:
        yield conn
    finally:
        await conn.close()


async def _execute(url: URL, statement: str) -> None:
    async with _connected(url) as conn:
        await conn.execute(statement)


async def _refused(url: URL, statements: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    async with _connected(url) as conn:
        for statement in statements:
            try:
                await conn.prepare(statement)
            except asyncpg.UndefinedTableError:
                pass  # Of a test's own.
            except asyncpg.PostgresError as error:
                found[statement] = str(error)
    return found


async def _migrate(url: str) -> None:
    await (await Database.open(url)).close()


def _wait(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run something on a loop of its own: the caller's thread may be running one already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
