"""What the sources were asked by searches, and what they answered, so that they are asked once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import delete_some, insert
from storage.tables import source_searches as searches

ANSWER_KEPT = timedelta(days=1)
"""arXiv asks not to be called more than once a day for the same query."""

FAILURE_KEPT = timedelta(minutes=5)
"""How long a source that did not answer is left in peace."""

LOST_AFTER = timedelta(minutes=3)
"""A question without an answer after so long was asked by a process that is gone."""


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What one source said: how many papers it found, or why it did not answer."""

    source: str
    found: int | None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class SourceSearch:
    """One question to the sources."""

    question: str
    asked_at: datetime
    answered_at: datetime | None
    """`None` while they are being asked."""
    answers: tuple[SourceAnswer, ...]
    papers: tuple[str, ...]
    """Ids of what was found, in the sources' order."""

    @property
    def failed(self) -> bool:
        """Whether a source did not answer."""
        return any(answer.failure is not None for answer in self.answers)

    def current(self, now: datetime) -> bool:
        """Whether it need not be asked again yet."""
        if self.answered_at is None:
            return now - self.asked_at < LOST_AFTER
        return now - self.answered_at < (FAILURE_KEPT if self.failed else ANSWER_KEPT)


async def get(conn: AsyncConnection, question: str) -> SourceSearch | None:
    """Return the last time that a question was asked."""
    row = (await conn.execute(select(searches).where(searches.c.question == question))).first()
    return None if row is None else _search(row)


async def claim(
    conn: AsyncConnection, question: str, *, now: datetime, per_minute: int
) -> SourceSearch | None:
    """Return the search that answers a question already, else `None` and note that it is asked now.

    Raises:
        BudgetSpentError: `per_minute` questions were asked in the last minute.
    """
    known = await get(conn, question)
    if known is not None and known.current(now):
        return known
    if await asked_since(conn, now - timedelta(minutes=1)) >= per_minute:
        raise BudgetSpentError
    values = {"asked_at": now, "answered_at": None}
    await conn.execute(
        insert(searches)
        .values(question=question, answers=[], papers=[], **values)
        .on_conflict_do_update(index_elements=[searches.c.question], set_=values)
    )
    return None


async def asked_since(conn: AsyncConnection, since: datetime) -> int:
    """Return how many questions were put to the sources after that moment."""
    asked = select(func.count()).select_from(searches).where(searches.c.asked_at > since)
    return await conn.scalar(asked) or 0


async def forget(conn: AsyncConnection, now: datetime, *, most: int = 200) -> int:
    """Delete answers that are asked for again anyway; return how many, 0 at the end."""
    old = searches.c.asked_at < now - ANSWER_KEPT - LOST_AFTER
    return await delete_some(conn, searches, old, first=searches.c.asked_at, most=most)


async def answer(
    conn: AsyncConnection,
    question: str,
    answers: Sequence[SourceAnswer],
    papers: Sequence[str],
    *,
    now: datetime,
) -> SourceSearch:
    """Note what the sources said.

    Raises:
        KeyError: the question was never claimed.
    """
    await conn.execute(
        update(searches)
        .where(searches.c.question == question)
        .values(
            answered_at=now,
            answers=[[item.source, item.found, item.failure] for item in answers],
            papers=list(papers),
        )
    )
    known = await get(conn, question)
    if known is None:
        raise KeyError(question)
    return known


class BudgetSpentError(Exception):
    """The sources were asked often enough for this minute."""


def _search(row: Row[Any]) -> SourceSearch:
    return SourceSearch(
        question=row.question,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        answers=tuple(SourceAnswer(*item) for item in row.answers),
        papers=tuple(row.papers),
    )
