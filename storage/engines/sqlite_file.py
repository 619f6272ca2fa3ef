"""SQLite's files: checked, copied, rebuilt, given back to the disk; all of it blocks."""

import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

BUSY_TIMEOUT = 15.0
"""Seconds that a statement waits for another process, such as an import, to release the file."""

_HEADER = b"SQLite format 3\x00"

_TROUBLES = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written",
    sqlite3.SQLITE_BUSY: "another program has it locked",
    sqlite3.SQLITE_LOCKED: "another program has it locked",
    sqlite3.SQLITE_READONLY: "its file is read-only",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged",
}
"""Primary result codes (https://www.sqlite.org/rescode.html) that report the file's state, not
a mistake in a statement."""

LARGE = 1_000_000_000
"""Bytes from which looking through a whole file takes too long at a start: a million papers are
3.2 GB, which takes 8 s from a disk of 400 MB/s."""

SPARE = 0.1
"""The share of free pages that is kept: what a day adds needs not be taken from the disk again."""

_INCREMENTAL = 2
"""Of `PRAGMA auto_vacuum` (https://www.sqlite.org/pragma.html#pragma_auto_vacuum)."""


def check(
    path: Path, *, thorough: bool = False, spare: Collection[str] = (), large: int = LARGE
) -> str | None:
    """Return what is wrong with the file; `None` when it is empty or an intact SQLite database.

    Args:
        path: the file, which may be in use.
        thorough: compare every index with its table too, which takes several times as long.
        spare: tables that are left out if the file is large.
        large: bytes from which it is.

    Raises:
        sqlite3.OperationalError: it cannot be opened or is locked, which says nothing of its state.
    """
    header = _header(path)
    if not header:
        return None
    if header != _HEADER:
        return "it is not a SQLite database"
    some = spare if path.stat().st_size >= large else ()
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as connection:
            for pragma in _checks(connection, thorough, some):
                found = connection.execute(pragma).fetchone()
                if found != ("ok",):
                    return str(found[0] if found else "no answer")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    return None


def _checks(connection: sqlite3.Connection, thorough: bool, spare: Collection[str]) -> list[str]:
    pragma = "integrity_check" if thorough else "quick_check"
    if not spare:
        return [f"PRAGMA {pragma}(1)"]
    # A file that was cut off is found all the same: SQLite compares its size with the header's.
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [f'PRAGMA {pragma}("{name}")' for (name,) in rows.fetchall() if name not in spare]


def trouble(error: sqlite3.Error) -> str | None:
    """Return what is wrong with the file, for an error that comes from that."""
    return _TROUBLES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)


def copy(source: Path, target: Path) -> None:
    """Copy a database, also one that is being written to; `target` is whole or not there at all.

    Raises:
        sqlite3.Error, OSError: the copy could not be made.
    """
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with (
            closing(
                sqlite3.connect(
                    f"file:{quote(str(source.absolute()))}?mode=ro", uri=True, timeout=BUSY_TIMEOUT
                )
            ) as original,
            closing(sqlite3.connect(unfinished)) as duplicate,
        ):
            # The copy holds people's lists: not more users may read it than the original.
            shutil.copymode(source, unfinished)
            original.backup(duplicate)
            # One self-contained file; the bot turns WAL on again when it opens it.
            duplicate.execute("PRAGMA journal_mode = DELETE")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def checkpoint(path: Path) -> None:
    """Copy what is committed from the log into the file, as far as readers allow; writers go on.

    SQLite does so by itself in the commit after which the log has 1,000 pages, and holds the writer
    until the disk has them (https://www.sqlite.org/wal.html#ckpt). Called between transactions,
    this keeps the log short enough for their commits to return at once.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def sync(path: Path) -> None:
    """Write the log to the disk, as SQLite would after every commit with `synchronous = FULL`.

    Without a log, as on a disk that allows none, every commit is written to the disk anyway.
    """
    # SQLite locks the file itself and `-shm`, but never the log: closing it here unlocks nothing.
    with suppress(FileNotFoundError), Path(f"{path}-wal").open("r+b") as log:
        os.fsync(log.fileno())


def give_back(path: Path, pages: int) -> int:
    """Return at most `pages` free pages to the disk, and how many there were to return.

    A share of `SPARE` stays free for the next day's rows. Databases made before auto_vacuum was on
    return none; see `rebuild`.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)) as connection:

        def read(name: str) -> int:
            return int(connection.execute(f"PRAGMA {name}").fetchone()[0])

        if read("auto_vacuum") != _INCREMENTAL:
            return 0
        free = read("freelist_count")
        surplus = min(free - int(SPARE * read("page_count")), pages)
        if surplus <= 0:
            return 0
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(surplus):
            # The module takes one step of a statement without rows, and a step frees one page.
            connection.execute("PRAGMA incremental_vacuum(1)")
        connection.execute("COMMIT")
        return free - read("freelist_count")


def waste(path: Path) -> int | None:
    """Return the bytes that `rebuild` would free, `None` where free pages are given back anyway.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as connection:
        names = ("auto_vacuum", "freelist_count", "page_size")
        mode, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    return None if mode == _INCREMENTAL else free * size


def rebuild(path: Path) -> None:
    """Rewrite the file without free pages, able to give them back from then on.

    Readers go on with what they see; every writer waits, some ten seconds for each GB that is kept.

    Raises:
        sqlite3.Error: it could not be done; the file is as it was.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def take_out_of_service(path: Path) -> bool:
    """Fold the write-ahead log into the file and return whether no other process has it open.

    Leaving WAL needs every other connection gone, whichever process holds it.

    Raises:
        sqlite3.DatabaseError: the file is damaged, so that its log has to be kept beside it.
    """
    if _header(path) not in (b"", _HEADER):
        # SQLite would throw the log away.
        raise sqlite3.DatabaseError("not a database")
    with closing(sqlite3.connect(path, timeout=1.0)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                return False
            raise
    return mode == ("delete",)


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_HEADER))
