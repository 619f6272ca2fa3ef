"""How SQLite would read the tables for each statement that the tests make the product issue.

`watching` listens to every engine. A statement that is issued from `storage/` for the first time is
explained (EXPLAIN QUERY PLAN) on an empty database without statistics, as a new bot has it. One
that reads the whole of a table that grows is a fault, unless `ALLOWED` says why it has to.
"""

import re
import sqlite3
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final

import greenlet
from sqlalchemy import Connection, Engine, event

from storage.tables import metadata
from tests.plans_allowed import ALLOWED, REPAIRS, SMALL
from tests.prepared import Prepared

ROOT: Final = Path(__file__).parents[1]
GROWING: Final = frozenset(metadata.tables) - set(SMALL)

_KINDS: Final = ("select", "insert", "update", "delete", "with")
_LIST: Final = re.compile(r"\(\?(?:, \?)+\)")
_ALIAS: Final = re.compile(r"\b(\w+) AS (\w+)\b")
_READ: Final = re.compile(r"^(SCAN|SEARCH) (\w+)(.*)$")


@dataclass(frozen=True, slots=True)
class Fault:
    """A statement that reads a whole table."""

    origin: str
    """The function of `storage` that issued it, as `module.function`."""
    table: str
    plan: str
    statement: str

    def __str__(self) -> str:
        return f"{self.origin} reads all of {self.table} ({self.plan}):\n{self.statement}"


class Plans:
    """Explains statements, each once."""

    def __init__(self, empty: bytes) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        # In memory there is no WAL (https://www.sqlite.org/fileformat.html, offsets 18 and 19).
        self._database.deserialize(empty[:18] + b"\x01\x01" + empty[20:])
        self._seen: set[tuple[str, str]] = set()
        self.faults: list[Fault] = []
        self.explained = 0
        self.elsewhere = Prepared()
        self.listening = True
        """False where time is measured: telling statements apart costs more than some of them."""

    def close(self) -> None:
        """Close the database that explains."""
        self._database.close()

    def take(self) -> list[Fault]:
        """Return the faults since the last call."""
        faults, self.faults = self.faults, []
        return faults

    def look(self, statement: str, parameters: Any, many: bool, context: Any = None) -> None:
        """Explain a statement, if `storage` issues it and it is new."""
        if not self.listening or not statement.lstrip()[:6].lower().startswith(_KINDS):
            return
        shape = _LIST.sub("(?, …)", statement)
        if (origin := _origin()) is None or (origin, shape) in self._seen:
            return
        self._seen.add((origin, shape))
        given = parameters[0] if many and parameters else parameters
        self.explained += 1
        self.elsewhere.note(origin, context)
        self.faults += faults_of(self._database, origin, statement, given)


def faults_of(
    database: sqlite3.Connection, origin: str, statement: str, parameters: Any = ()
) -> Iterator[Fault]:
    """Yield each table that grows and that a statement reads whole."""
    try:
        plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    except sqlite3.OperationalError as error:
        if "no such" in str(error):
            return  # Of another schema than ours: a test's own, or SQLite's.
        raise
    names = {alias: table for table, alias in _ALIAS.findall(statement)}
    for *_, line in plan:
        match = _READ.match(line)
        if match is None:
            continue
        how, name, rest = match.groups()
        table = names.get(name, name)
        whole = how == "SCAN" or "AUTOMATIC" in rest
        allowed = (origin, table) in ALLOWED or origin.partition(".")[0] in REPAIRS
        if whole and table in GROWING and not allowed:
            yield Fault(origin, table, line, statement)


@contextmanager
def watching(empty: bytes) -> Generator[Plans]:
    """Explain what is issued meanwhile, by any engine of this process."""
    plans = Plans(empty)

    def before(
        conn: Connection, _k: object, statement: str, parameters: Any, context: object, m: bool
    ) -> None:
        if conn.dialect.name == "sqlite":
            plans.look(statement, parameters, m, context)

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield plans
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        plans.close()


def _origin() -> str | None:
    """Return which function of `storage` runs a statement now, `None` for a test's own."""
    for frame in _frames():
        if (parts := _module(frame.f_code.co_filename)) is None:
            continue
        folder, *inside = parts
        if folder != "storage" or inside[0] == "migrations":
            return None
        comprehension = frame.f_code.co_name.startswith("<")
        if inside != ["database"] and inside[0] != "engines" and not comprehension:
            return f"{inside[0]}.{frame.f_code.co_name}"
    return None


@cache
def _module(filename: str) -> tuple[str, ...] | None:
    """Return where a file lies in the project, `None` for one of a library."""
    path = Path(filename)
    if not path.is_relative_to(ROOT) or "site-packages" in path.parts:
        return None
    return path.relative_to(ROOT).with_suffix("").parts


def _frames() -> Iterator[FrameType]:
    """Yield the frames from the innermost outwards, across SQLAlchemy's greenlets."""
    frame: FrameType | None = sys._getframe(4)  # pyright: ignore[reportPrivateUsage]
    here: Any = greenlet.getcurrent()
    while frame is not None or here.parent is not None:
        if frame is None:
            here = here.parent
            frame = here.gr_frame
            continue
        yield frame
        frame = frame.f_back
