"""The whole of a move: begun or taken up again, copied, compared, completed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, delete, exists, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import leases, unfinished
from storage.database import Database
from storage.engines.errors import DatabaseError
from storage.engines.numbering import go_on_after, last_number
from storage.moving._copy import Progress, copy
from storage.moving._rows import MODULUS, Stored, sum_of, tables

_WHOLE: Final = ""
"""The name under which the move as a whole is kept."""

_DELETED: Final = 2_000
"""Rows that a transaction deletes."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a move has come, for the person who waits for it."""

    doing: str
    """`copying` or `comparing`."""
    table: str
    rows: int
    """Rows of this table done."""
    of: int
    """Rows that it has."""
    share: float
    """The share of the whole move that is done, from 0 to 1."""


Report: TypeAlias = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did."""

    tables: int
    rows: int
    cleaned: int
    """Texts from which characters were removed that not every database takes."""


async def begin(source: Database, target: Database) -> bool:
    """Prepare a target for a move; return whether one is continued.

    Call it while this process holds the leases of both. What was copied before someone else used
    the source is deleted, as it may have changed.

    Raises:
        DatabaseError: the target has data that is not a part of this source.
    """
    source.take_any_text()
    async with source.read() as conn:
        lease = await conn.run_sync(leases.read)
        epoch = 0 if lease is None else lease.epoch
    name = str(source.path.resolve()) if source.is_file else source.label
    mine: dict[str, Any] = {"source": name, "epoch": epoch}
    async with target.write() as conn:
        known = await conn.run_sync(unfinished.read)
        if known is None:
            if filled := await _with_rows(conn):
                raise DatabaseError(
                    f"{target.label} has data already (in the table {filled}): name a database that"
                    " has none. Nothing was changed"
                )
            await conn.run_sync(unfinished.begin)
            await conn.run_sync(unfinished.keep, _WHOLE, mine)
            return False
        before = known[_WHOLE]
        if before["source"] != name:
            raise DatabaseError(
                f"{target.label} holds a part of another database, {before['source']}: complete"
                " that move, or name a database that is empty. Nothing was changed"
            )
        if before["epoch"] == epoch - 1:
            # No process had the source's lease since.
            await conn.run_sync(unfinished.keep, _WHOLE, mine)
            return any(each.get("rows") for each in known.values())
    await _empty(target)
    async with target.write() as conn:
        for stored in tables():
            await conn.run_sync(unfinished.keep, stored.name, {})
        await conn.run_sync(unfinished.keep, _WHOLE, mine)
    return False


async def move(source: Database, target: Database, report: Report) -> Moved:
    """Copy what is missing, compare all of it, and complete the move that `begin` prepared.

    Raises:
        DatabaseError: the two differ in the end, because the source was changed meanwhile.
    """
    counts = {stored.name: await _count(source, stored) for stored in tables()}
    watch = _Watch(report, counts)
    async with target.read() as conn:
        known = await conn.run_sync(unfinished.read) or {}
    done: dict[str, Progress] = {}
    for stored in tables():
        progress = Progress(**known.get(stored.name, {}))
        if progress.done:
            watch.passed(progress.rows)
        else:
            watch.start("copying", stored, progress.rows)
            progress = await copy(source, target, stored, progress, watch.more)
        done[stored.name] = progress
    differing = [
        stored.name
        for stored in tables()
        if not await _same(source, target, stored, done[stored.name], watch)
    ]
    if differing:
        async with target.write() as conn:
            begun = {**known[_WHOLE], "epoch": -1}
            await conn.run_sync(unfinished.keep, _WHOLE, begun)
        raise DatabaseError(
            f"{source.label} was changed while it was moved ({', '.join(differing)}). Run the same"
            " command again: it begins from the start"
        )
    await _complete(source, target)
    await target.optimize()
    return Moved(
        len(done),
        sum(each.rows for each in done.values()),
        sum(each.cleaned for each in done.values()),
    )


class _Watch:
    """Counts rows, each three times: copied, and read again on both sides."""

    def __init__(self, report: Report, counts: dict[str, int]) -> None:
        self._report = report
        self._counts = counts
        self._all = max(3 * sum(counts.values()), 1)
        self._passed = 0
        self._doing, self._table, self._rows = "", "", 0

    def start(self, doing: str, stored: Stored, rows: int = 0) -> None:
        self._doing, self._table, self._rows = doing, stored.name, rows
        self.passed(rows)
        self.more(0)

    def passed(self, rows: int) -> None:
        self._passed += rows

    def more(self, rows: int) -> None:
        self._rows += rows
        self._passed += rows
        share = min(self._passed / self._all, 1.0)
        of = max(self._counts[self._table], self._rows)
        self._report(Step(self._doing, self._table, self._rows, of, share))


async def _count(database: Database, stored: Stored) -> int:
    async with database.read() as conn:
        return await conn.scalar(select(func.count()).select_from(stored.table)) or 0


async def _with_rows(conn: AsyncConnection) -> str | None:
    for stored in tables():
        if await conn.scalar(select(exists(select(literal(1)).select_from(stored.table)))):
            return stored.name
    return None


async def _empty(target: Database) -> None:
    """Delete all rows, those that refer to others first."""
    for stored in reversed(tables()):
        key = tuple_(*stored.keys)
        some = select(*stored.keys).order_by(*stored.keys).limit(_DELETED)
        while True:
            async with target.write() as conn:
                gone = await conn.execute(delete(stored.table).where(key.in_(some)))
            if gone.rowcount < _DELETED:
                break


async def _same(
    source: Database, target: Database, stored: Stored, copied: Progress, watch: _Watch
) -> bool:
    watch.start("comparing", stored)
    rows, total = await sum_of(source, stored, cleaned=True, report=watch.more)
    watch.start("comparing", stored)
    found = await sum_of(target, stored, cleaned=False, report=watch.more)
    return found == (rows, (total + int(copied.shift, 16)) % MODULUS)


async def _complete(source: Database, target: Database) -> None:
    """Let the target number rows as the source would, and be a database like any other."""

    def numbers(conn: Connection) -> dict[str, int]:
        return {each.name: last_number(conn, each.original) for each in tables()}

    def complete(conn: Connection, known: dict[str, int]) -> None:
        for each in tables():
            go_on_after(conn, each.original, known[each.name])
        unfinished.end(conn)

    async with source.read() as conn:
        known = await conn.run_sync(numbers)
    async with target.write() as conn:
        await conn.run_sync(complete, known)
