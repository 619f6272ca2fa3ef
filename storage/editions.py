"""Editions of conferences: one batch each, of which the threads of some days show papers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.model import Batch
from storage import batches
from storage.chunks import chunks
from storage.engines.statements import insert
from storage.papers import StoredPaper, stored
from storage.tables import batch_papers as entries
from storage.tables import editions
from storage.tables import papers as paper_table

_PORTION = 500
"""Papers made of their rows at a time: more would hold the event loop."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Edition:
    """A conference in one year."""

    source: str
    name: str
    """Such as `ICLR 2026`."""
    day: date
    """The first day whose thread shows some of its papers, and the day of its batch."""
    until: date
    """The last one; before `day` where threads show none, because the conference was over."""
    papers: int

    @property
    def days(self) -> int:
        """How many days' threads show some of its papers."""
        return max(0, (self.until - self.day).days + 1)

    def is_open(self, day: date) -> bool:
        """Return whether the thread of a day shows some of its papers."""
        return self.day <= day <= self.until


async def record(
    conn: AsyncConnection, batch: Batch, source: str, name: str, *, until: date, now: datetime
) -> Edition:
    """Store which papers an edition has, and return it; what came first decides on its days.

    Args:
        conn: a writer; the papers are stored already.
        batch: its papers, the best first, dated with the day on which it is known first.
        source: the conference.
        name: the conference and its year.
        until: the last day whose thread shows some of its papers.
        now: the present instant.
    """
    known = await get(conn, source, name)
    if known is None:
        known = Edition(source, name, batch.day, until, 0)
    await batches.note(conn, Batch(known.day, batch.records, batch.broken), source, now=now)
    (row,) = await batches.rows(conn, known.day, known.day, sources=[source])
    values = {"day": known.day, "until": known.until, "papers": row.papers}
    await conn.execute(
        insert(editions)
        .values(source=source, name=name, **values)
        .on_conflict_do_update(index_elements=[editions.c.source, editions.c.name], set_=values)
    )
    return Edition(source, name, known.day, known.until, row.papers)


async def get(conn: AsyncConnection, source: str, name: str) -> Edition | None:
    """Return an edition by its name, `None` before its papers are known."""
    statement = select(editions).where(editions.c.source == source, editions.c.name == name)
    row = (await conn.execute(statement)).one_or_none()
    return None if row is None else _edition(row)


async def of_sources(conn: AsyncConnection, sources: Collection[str]) -> list[Edition]:
    """Return all editions of some conferences, in the order of their days."""
    statement = (
        select(editions)
        .where(editions.c.source.in_(sources))
        .order_by(editions.c.day, editions.c.source)
    )
    return [_edition(row) for row in await conn.execute(statement)]


def _edition(row: Row[Any]) -> Edition:
    return Edition(row.source, row.name, row.day, row.until, row.papers)


async def papers(conn: AsyncConnection, edition: Edition) -> list[StoredPaper]:
    """Return an edition's papers, the best first."""
    found: list[StoredPaper] = []
    statement = (
        select(paper_table)
        .join(entries, entries.c.paper_id == paper_table.c.id)
        .where(entries.c.day == edition.day, entries.c.source == edition.source)
        .order_by(entries.c.position)
    )
    for first in range(0, edition.papers, _PORTION):
        some = statement.where(entries.c.position.between(first, first + _PORTION - 1))
        found += map(stored, await conn.execute(some))
    return found


async def listed(conn: AsyncConnection, edition: Edition, paper_ids: Sequence[str]) -> set[str]:
    """Return those of some papers that are the edition's."""
    found: set[str] = set()
    for some in chunks(paper_ids):
        statement = select(entries.c.paper_id).where(
            entries.c.day == edition.day,
            entries.c.source == edition.source,
            entries.c.paper_id.in_(some),
        )
        found.update(await conn.scalars(statement))
    return found
