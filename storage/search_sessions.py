"""Answered searches: the question and the papers found, so that pages can be turned later.

They hold nothing about who asked. Results are forgotten after 30 days, when they are old news; what
was asked stays until half a year, so that the message can still offer to ask it again.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import delete_some
from storage.search import Sort
from storage.tables import search_sessions as sessions

RESULTS_KEPT = timedelta(days=30)
QUESTIONS_KEPT = timedelta(days=182)

FORGOTTEN_WITH_EACH = 20
"""Searches forgotten when one is added; the upkeep forgets the others."""

_ID_BITS = 62


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks for."""

    query: str
    since: date | None = None
    categories: tuple[str, ...] = ()
    sort: Sort = Sort.BEST


@dataclass(frozen=True, slots=True)
class Remarks:
    """What to say with an answer."""

    syntax: str | None = None
    """Why the question was read as plain words, where it was meant as more."""
    corrections: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Words that no paper has, with what they were read as."""
    missing: tuple[str, ...] = ()
    """Words that no paper has, and that were not read as others."""
    rare: tuple[str, ...] = ()
    """Words with corrections that some paper has nevertheless."""
    common: bool = False
    """Whether nothing was found because there are only words that every text has."""
    by_meaning: bool = False
    """Whether meaning took part, and not words alone."""
    rebuilding: bool = False
    """Whether the index is being made, so that the answer is a poorer one."""
    folded: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Near-duplicates that stand behind a hit, and are no hits of their own; by its id."""


@dataclass(frozen=True, slots=True)
class Session:
    """One answered search."""

    id: int
    question: Question
    hits: tuple[str, ...] | None
    """Ids of papers, best first; `None` once they are forgotten."""
    remarks: Remarks
    fresh: bool
    """Whether it lists only what the sources brought."""
    used: bool
    """Whether a user has turned a page, so that the message must not change by itself."""
    created_at: datetime

    @property
    def listed(self) -> set[str]:
        """Every paper that it shows, at once or behind another."""
        return {
            *(self.hits or ()),
            *(each for some in self.remarks.folded.values() for each in some),
        }


async def add(
    conn: AsyncConnection,
    question: Question,
    hits: Sequence[str],
    remarks: Remarks,
    *,
    now: datetime,
    fresh: bool = False,
) -> Session:
    """Remember an answered search, and forget a few of those whose time is over."""
    await forget(conn, now, most=FORGOTTEN_WITH_EACH)
    # At random, not counted: a number given out again after its row is gone would let an old
    # message show what another user asked.
    session_id = secrets.randbits(_ID_BITS)
    await conn.execute(
        insert(sessions).values(
            id=session_id,
            query=question.query,
            since=question.since,
            categories=list(question.categories),
            sort=question.sort.value,
            fresh=int(fresh),
            hits=list(hits),
            remarks={
                "syntax": remarks.syntax,
                "corrections": {word: list(read) for word, read in remarks.corrections.items()},
                "missing": list(remarks.missing),
                "rare": list(remarks.rare),
                "common": remarks.common,
                "by_meaning": remarks.by_meaning,
                "rebuilding": remarks.rebuilding,
                "folded": {hit: list(behind) for hit, behind in remarks.folded.items()},
            },
            used=0,
            created_at=now,
        )
    )
    return Session(session_id, question, tuple(hits), remarks, fresh, False, now)


async def get(conn: AsyncConnection, session_id: int, *, now: datetime) -> Session | None:
    """Return a search as it was answered, without hits when they are too old."""
    row = (await conn.execute(select(sessions).where(sessions.c.id == session_id))).first()
    if row is None or row.created_at < now - QUESTIONS_KEPT:
        return None
    return _session(row, expired=row.created_at < now - RESULTS_KEPT)


async def use(conn: AsyncConnection, session_id: int) -> None:
    """Record that a user has used the message: from now on only they change it."""
    await conn.execute(
        update(sessions).where(sessions.c.id == session_id, sessions.c.used == 0).values(used=1)
    )


async def forget(conn: AsyncConnection, now: datetime, *, most: int = 100) -> int:
    """Delete old searches, and the results of less old ones; return how many, 0 at the end."""
    created = sessions.c.created_at
    gone = await delete_some(
        conn, sessions, created < now - QUESTIONS_KEPT, first=created, most=most
    )
    old = (
        select(sessions.c.id)
        .where(created < now - RESULTS_KEPT, sessions.c.hits.is_not(None))
        .order_by(created)
        .limit(most)
    )
    emptied = await conn.execute(
        update(sessions).where(sessions.c.id.in_(old)).values(hits=None, remarks={})
    )
    return gone + emptied.rowcount


def _session(row: Row[Any], *, expired: bool) -> Session:
    remarks: dict[str, Any] = row.remarks
    return Session(
        id=row.id,
        question=Question(row.query, row.since, tuple(row.categories), Sort(row.sort)),
        hits=None if expired or row.hits is None else tuple(row.hits),
        remarks=Remarks(
            syntax=remarks.get("syntax"),
            corrections={
                word: tuple(read) for word, read in remarks.get("corrections", {}).items()
            },
            missing=tuple(remarks.get("missing", ())),
            rare=tuple(remarks.get("rare", ())),
            common=bool(remarks.get("common")),
            by_meaning=bool(remarks.get("by_meaning")),
            rebuilding=bool(remarks.get("rebuilding")),
            folded={hit: tuple(behind) for hit, behind in remarks.get("folded", {}).items()},
        ),
        fresh=bool(row.fresh),
        used=bool(row.used),
        created_at=row.created_at,
    )
