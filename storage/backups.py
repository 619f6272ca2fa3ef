"""Copies of the database: made on a schedule and checked, kept for a while, put back."""

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from storage import feed_links, migrations, packed, personal_data, restores
from storage.database import Database
from storage.database_file import DatabaseError, revision_of
from storage.engines import sqlite_file
from storage.engines.statements import insert
from storage.tables import erasures, users

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED: Final = re.compile(r"-(\d{8}T\d{6}Z)\.(?:db(?:\.gz)?|dump)")
_LEFT: Final = re.compile(
    r"-\d{8}T\d{6}Z\.(db(\.copy|\.copy\.unfinished|(\.gz)?\.unfinished)|dump\.unfinished)"
)

ROOM: Final = 2.0
"""How many times the database's size has to be free: for a copy, and its compressed form beside it.
A full disk would stop the bot itself."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One scheduled copy."""

    path: Path
    at: datetime


@dataclass(frozen=True, slots=True)
class Restored:
    """What putting a backup back did."""

    kept: Path | str | None
    """Where the previous database is now: a file, or a schema of the server's database."""
    erased: int
    """People who had erased everything since the backup, and are erased again."""


def scheduled(directory: Path, name: str) -> list[Backup]:
    """Return the scheduled copies of the database file `name`, newest first.

    Those of earlier versions are not compressed.
    """
    stem = Path(name).stem
    found: list[Backup] = []
    for path in directory.glob(f"{stem}-*.d*"):
        if match := _NAMED.fullmatch(path.name.removeprefix(stem)):
            at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
            found.append(Backup(path, at))
    return sorted(found, key=lambda backup: backup.at, reverse=True)


async def make(database: Database, directory: Path, *, keep: int, now: datetime) -> Backup:
    """Copy the database into `directory`, check and compress the copy, and delete the oldest ones.

    Nothing is deleted unless the new copy is whole, and nothing but scheduled copies and what a
    killed process left of them ever is.

    Raises:
        DatabaseError: there is no new copy; says why.
    """
    kind = f"db{packed.SUFFIX}" if database.is_file else "dump"
    name = f"{database.path.stem}-{now.astimezone(UTC):{_STAMP}}.{kind}"
    await asyncio.to_thread(_clear, directory, database.path.stem)
    await asyncio.to_thread(_make_room, await database.size(), directory)
    target = directory / name
    await write(database, target)
    for old in scheduled(directory, database.path.name)[keep:]:
        old.path.unlink(missing_ok=True)
    return Backup(target, now)


async def write(database: Database, target: Path, progress: packed.Progress | None = None) -> None:
    """Write a checked copy of the database to `target`, compressed where its name ends in `.gz`.

    Raises:
        DatabaseError: `target` exists or cannot be written, or the database is damaged.
    """
    if not database.is_file:
        # An archive of pg_dump is compressed, and checked by reading all rows.
        return await database.backup(target)
    compressed = target.suffix == packed.SUFFIX
    copy = target.with_suffix(".copy") if compressed else target
    await asyncio.to_thread(_refuse_existing, target, copy)
    try:
        await database.backup(copy)
        if wrong := await asyncio.to_thread(sqlite_file.check, copy, thorough=True):
            _delete(copy)
            raise DatabaseError(
                f"{database.path} is damaged: {wrong}. Stop the bot and put a backup in its place"
                " with `paperboy restore`"
            )
        if compressed:
            await packed.pack(copy, target, progress)
    except (OSError, packed.PackedError) as error:
        raise DatabaseError(f"cannot write the backup {target}: {error}") from error
    finally:
        if compressed:
            _delete(copy)


def _refuse_existing(*paths: Path) -> None:
    for path in paths:
        if path.exists():
            raise DatabaseError(f"{path} exists already; name a file that does not")


def _clear(directory: Path, stem: str) -> None:
    for path in directory.glob(f"{stem}-*"):
        if _LEFT.fullmatch(path.name.removeprefix(stem)):
            path.unlink(missing_ok=True)


def _make_room(size: int, directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        free, needed = shutil.disk_usage(directory).free, ROOM * size
    except OSError as error:
        raise DatabaseError(f"cannot write backups to {directory}: {error.strerror}") from error
    if free < needed:
        raise DatabaseError(
            f"cannot write a backup to {directory}: {needed / 1e6:,.0f} MB are needed and"
            f" {free / 1e6:,.0f} MB free"
        )


async def restore(
    source: Path,
    target: Path,
    *,
    now: datetime,
    files: Path | None = None,
    progress: packed.Progress | None = None,
) -> Restored:
    """Put the backup `source`, compressed or not, in the place of `target`.

    What was sent since the backup is not in it: the database is marked, and the bot reads each
    channel and conversation back before it sends anything there.

    The previous file is never overwritten but renamed to `<target>.replaced-<time>`. Who had erased
    everything since the backup was made is erased again, and what links were revoked since then are
    revoked again, as far as the previous file can be read.
    The search index, which is beside it or in `files`, is deleted: the bot rebuilds it from the
    database.

    Raises:
        DatabaseError: the backup is damaged or of another program, or the bot has `target` open.
    """
    kept = await _restore(source, target, now, progress)
    known = [] if kept is None else await asyncio.to_thread(_erasures, kept)
    links = None if kept is None else await asyncio.to_thread(_links, kept)
    database = await Database.open(f"sqlite+aiosqlite:///{target}", files=files)
    return Restored(kept, await bring_up_to_date(database, known, links, now))


async def bring_up_to_date(
    database: Database, known: list[dict[str, Any]], links: set[bytes] | None, now: datetime
) -> int:
    """Do again what a backup lacks; return how many people are erased again. Closes it."""
    try:
        async with database.write() as conn:
            await restores.mark(conn, now)
        erased = await _erase_again(database, known) if known else 0
        if links is not None:
            async with database.write() as conn:
                await feed_links.keep_only(conn, links)
    finally:
        await database.close()
    await asyncio.to_thread(shutil.rmtree, database.beside(".index"), ignore_errors=True)
    return erased


def _check(file: Path, source: Path) -> None:
    """Raise unless `file`, which holds what the backup `source` does, can be put in place."""
    if wrong := sqlite_file.check(file, thorough=True):
        raise DatabaseError(f"the backup {source} is damaged: {wrong}")
    revision = revision_of(file)
    if revision not in migrations.known_revisions():
        raise DatabaseError(
            f"the backup {source} holds "
            + ("nothing" if revision is None else "a newer schema than this program knows")
        )


async def _restore(
    source: Path, target: Path, now: datetime, progress: packed.Progress | None
) -> Path | None:
    # Made first, so that there is no moment without a database but that of two renamings.
    fresh = target.with_name(target.name + ".restoring")
    try:
        if await asyncio.to_thread(_accept, source, target):
            await packed.unpack(source, fresh, progress)
            await asyncio.to_thread(_check, fresh, source)
        else:
            await asyncio.to_thread(_check, source, source)
            await asyncio.to_thread(sqlite_file.copy, source, fresh)
        return await asyncio.to_thread(_swap, fresh, target, now)
    except packed.PackedError as error:
        raise DatabaseError(f"the backup {source} is damaged: {error}") from error
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(f"cannot restore {source} to {target}: {error}") from error
    finally:
        _delete(fresh)


def _accept(source: Path, target: Path) -> bool:
    """Raise unless there is a backup and room for it; return whether it is compressed."""
    if not source.exists():
        raise DatabaseError(f"there is no backup at {source}")
    if target.exists() and source.samefile(target):
        raise DatabaseError(f"{source} is the database itself")
    compressed = packed.is_packed(source)
    needed = packed.plain_size(source) if compressed else source.stat().st_size
    if (free := shutil.disk_usage(target.parent).free) < needed:
        raise DatabaseError(
            f"cannot restore {source}: {needed / 1e6:,.0f} MB are needed beside the database and"
            f" {free / 1e6:,.0f} MB free"
        )
    return compressed


def _swap(fresh: Path, target: Path, now: datetime) -> Path | None:
    kept = _set_aside(target, now)
    fresh.replace(target)
    return kept


def _delete(path: Path) -> None:
    path.unlink(missing_ok=True)


def _set_aside(target: Path, now: datetime) -> Path | None:
    if not target.exists():
        return None
    try:
        if not sqlite_file.take_out_of_service(target):
            raise DatabaseError(f"{target} is in use; stop the bot before restoring")
    except sqlite3.DatabaseError:
        pass  # Damaged, which is why it is being replaced: it is kept together with its log.
    kept = target.with_name(f"{target.name}.replaced-{now:{_STAMP}}")
    for suffix in ("-wal", "-shm", ""):
        part = target.with_name(target.name + suffix)
        if part.exists():
            part.replace(kept.with_name(kept.name + suffix))
    return kept


def _erasures(path: Path) -> list[dict[str, Any]]:
    """Return who erased everything lately, as far as the file records it: hashes and when."""
    if path.with_name(path.name + "-wal").exists():
        return []  # Damaged: SQLite would throw its log away.
    try:
        with closing(sqlite3.connect(path, timeout=1.0)) as connection:
            rows = connection.execute("SELECT salt, digest, erased_at FROM erasures").fetchall()
    except sqlite3.Error:
        return []  # Of a time before there were any.
    return [
        {"salt": salt, "digest": digest, "erased_at": _EPOCH + timedelta(microseconds=when)}
        for salt, digest, when in rows
    ]


def _links(path: Path) -> set[bytes] | None:
    """Return the links that the file has, by their hashes; `None` if that cannot be read."""
    if path.with_name(path.name + "-wal").exists():
        return None  # As for erasures.
    try:
        with closing(sqlite3.connect(path, timeout=1.0)) as connection:
            return {row[0] for row in connection.execute("SELECT token_hash FROM feed_links")}
    except sqlite3.Error:
        return None


async def _erase_again(database: Database, known: list[dict[str, Any]]) -> int:
    async with database.write() as conn:
        there = set((await conn.execute(select(erasures.c.digest))).scalars())
        if lacking := [row for row in known if row["digest"] not in there]:
            await conn.execute(insert(erasures), lacking)
        since = {row.id: row.created_at for row in await conn.execute(select(users))}
        erased = await personal_data.erased(conn, since)
        # Who came back after erasing everything is here by their own will.
        again = {user_id: when for user_id, when in erased.items() if since[user_id] <= when}
        for user_id, when in again.items():
            await personal_data.erase(conn, user_id, when)
    return len(again)
