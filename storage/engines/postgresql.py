"""A database on a PostgreSQL server, reached with asyncpg."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import URL, Connection, Dialect, Engine, NullPool, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.engines import archives
from storage.engines.errors import cause_of
from storage.engines.protocol import READERS
from storage.engines.urls import label_of

T = TypeVar("T")

OLDEST: Final = 14
"""The first major version that is supported. The tests of the storage have run on 14, 15 and 17."""

STATEMENT_TIMEOUT: Final = 60
"""Seconds after which the server ends a statement."""

LOCK_TIMEOUT: Final = 15
"""Seconds that a statement waits for another process, such as an import, to end its transaction."""

IDLE_TIMEOUT: Final = 15
"""Seconds after which the server ends a transaction that does nothing."""

WRITER_IDLE_TIMEOUT: Final = 5
"""The same for a writing one, which keeps all others from writing, and leases from being renewed
and taken over: its process may be frozen, or its machine gone. Writing waits for nothing else."""

ANSWER_TIMEOUT: Final = STATEMENT_TIMEOUT + 15.0
"""Seconds after which a server that does not answer counts as lost: it would have ended the
statement itself. Its machine or the network may be gone, which nothing else tells for minutes."""

CONNECT_TIMEOUT: Final = 10
"""Seconds until a server that does not answer counts as unreachable."""

WRITING: Final = 0x70617065726279
"""The key of the advisory lock that a writing transaction holds: `paperby`, in ASCII."""

MIGRATING: Final = WRITING + 1

_UNREACHABLE: Final = "08001"
_LOCKED: Final = ("55P03", "40P01")
_TROUBLES: Final = {
    _UNREACHABLE: "the server cannot be reached",
    "08": "the connection to the server was lost",
    "25006": "the server only lets it be read: it may be a replica",
    "28": "the server refused the user or the password",
    "3D000": "the server has no such database",
    "42501": "the user may not do that there",
    "40001": "another transaction changed the same rows first",
    "40P01": "two transactions waited for each other",
    "53100": "the server's disk is full",
    "53200": "the server is out of memory",
    "53300": "the server has no connection left for this user",
    "53": "the server is out of resources",
    "55P03": "another program has it locked",
    "57014": "the server ended a statement that took too long",
    "57P": "the server is being stopped or started",
    "25P03": "the server ended a transaction that did nothing for too long",
    "58": "the server cannot read or write its files",
    "XX": "the server reports damage",
}
"""SQLSTATEs, or their beginnings (https://www.postgresql.org/docs/current/errcodes-appendix.html),
that report the server's state, not a mistake in a statement."""


def trouble(error: BaseException) -> str | None:
    """Return what is wrong with the server, for an error that comes from that."""
    cause = cause_of(error)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
    for length in (5, 3, 2):
        if (found := _TROUBLES.get(code[:length])) is not None:
            return found
    lost = getattr(error, "connection_invalidated", False)
    return _TROUBLES["08"] if lost or isinstance(cause, ConnectionError | TimeoutError) else None


def is_locked(error: BaseException) -> bool:
    """Return whether an error says that others had locked what a statement needs."""
    return getattr(cause_of(error), "sqlstate", None) in _LOCKED


def _arguments(answer: float | None = ANSWER_TIMEOUT, **settings: str) -> dict[str, Any]:
    return {
        "timeout": CONNECT_TIMEOUT,
        "command_timeout": answer,
        "server_settings": {
            "application_name": "paperboy",
            "idle_in_transaction_session_timeout": f"{IDLE_TIMEOUT}s",
            "lock_timeout": f"{LOCK_TIMEOUT}s",
            "statement_timeout": f"{STATEMENT_TIMEOUT}s",
            # Statements are short: compiling one takes longer than it saves.
            "jit": "off",
            **settings,
        },
    }


def _connect(engine: Engine) -> None:
    """Raise a driver's error where the server cannot be reached, as statements do when it is lost.

    asyncpg's own, of the network or of the login, are none of SQLAlchemy's.
    """

    def connect(dialect: Dialect, _record: object, given: Any, named: Any) -> Any:
        try:
            return dialect.connect(*given, **named)
        except (OSError, asyncpg.PostgresError) as error:
            failed: Any = dialect.loaded_dbapi.OperationalError(str(error), error)
            failed.sqlstate = getattr(error, "sqlstate", _UNREACHABLE)
            raise failed from error

    def failed(context: ExceptionContext) -> Any:
        cause = context.original_exception
        if not isinstance(cause, TimeoutError):
            return None
        # The driver's own, after ANSWER_TIMEOUT: what the server does with the statement is
        # unknown, and the connection is given up.
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
        return OperationalError(
            context.statement, None, cause, hide_parameters=True, connection_invalidated=True
        )

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "handle_error", failed)


def _lock(engine: Engine) -> None:
    """Make every transaction of `engine` exclude all others of its kind, as SQLite's do."""

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")

    event.listen(engine, "begin", begun)


class PostgreSQL:
    """A server's database, whose schema is up to date (`storage.engines.protocol.Engine`).

    A writing transaction takes an advisory lock that ends with it. READ COMMITTED then has the
    meaning of a serial execution, as no statement of one sees what another is doing.
    """

    def __init__(self, url: URL, answer: float = ANSWER_TIMEOUT) -> None:
        self._url = url
        self.label = label_of(url)
        self.writer = create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            # A connection that was lost while it was unused is replaced, unnoticed.
            pool_pre_ping=True,
            connect_args=_arguments(
                answer,
                idle_in_transaction_session_timeout=f"{WRITER_IDLE_TIMEOUT}s",
                # What is about to be sent is noted first. A server that forgot it, as one with this
                # switched off may in a failure, would let it be sent again.
                synchronous_commit="on",
            ),
        )
        self.readers = create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=READERS,
            max_overflow=READERS,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            connect_args=_arguments(answer, default_transaction_read_only="on"),
        )
        for pool in (self.writer, self.readers):
            _connect(pool.sync_engine)
        _lock(self.writer.sync_engine)

    async def sync(self) -> None:
        """Do nothing: the server made sure before it said that it had committed."""

    async def backup(self, target: Path) -> None:
        """Write PostgreSQL's own archive with `pg_dump`, where that is installed."""
        await archives.dump(self._url, target)

    async def damage(self) -> str | None:
        """Return `None`: the server checks what it reads itself."""
        return None

    async def size(self) -> int:
        """Return the bytes that the database takes on the server's disk."""
        async with self.readers.connect() as conn:
            result = await conn.exec_driver_sql("SELECT pg_database_size(current_database())")
            return int(result.scalar_one())

    def take_any_text(self) -> None:
        """Do nothing: the server has no such texts."""

    def optimize(self, connection: Connection) -> None:
        """Leave the statistics to the server, whose autovacuum keeps them."""

    async def checkpoint(self) -> None:
        """Leave the log to the server."""

    async def give_back(self, pages: int) -> int:
        """Leave free pages to the server, which uses them again."""
        return 0

    async def rebuild(self, worth: int) -> int:
        """Leave the files to the server."""
        return 0


async def alone(
    url: URL,
    work: Callable[[Connection], T],
    *,
    lock: int | None = None,
    patience: int = 0,
    wait: float = 0,
) -> T:
    """Do something in a transaction on a connection of its own, whatever the schema.

    Args:
        url: of the database.
        work: gets the connection.
        lock: the key of an advisory lock that the transaction holds.
        patience: seconds after which a statement is ended, 0 for none: migrations may take long.
        wait: seconds that a statement waits for what others have locked, 0 for no end.
    """
    limits = {"statement_timeout": f"{patience}s", "lock_timeout": f"{wait * 1000:.0f}ms"}
    answer = patience + ANSWER_TIMEOUT - STATEMENT_TIMEOUT if patience else None
    engine = create_async_engine(url, poolclass=NullPool, connect_args=_arguments(answer, **limits))
    _connect(engine.sync_engine)
    try:
        async with engine.begin() as conn:
            if lock is not None:
                await conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock})")
            return await conn.run_sync(work)
    finally:
        await engine.dispose()


def stop_writers(connection: Connection) -> None:
    """Let no process of this program write until the transaction ends."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")


@asynccontextmanager
async def locked(url: URL, lock: int) -> AsyncGenerator[None]:
    """Hold an advisory lock outside of any transaction, which nothing ends meanwhile."""
    engine = create_async_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=_arguments(None, statement_timeout="0", lock_timeout="0"),
    )
    _connect(engine.sync_engine)
    try:
        async with engine.connect() as conn:
            await conn.exec_driver_sql(f"SELECT pg_advisory_lock({lock})")
            yield
    finally:
        await engine.dispose()
