"""Metrics for the operator: how much there is and how late it is; no user's id is read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, and_, func, or_, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import watermarks
from storage.database import Database
from storage.digests import DigestState
from storage.posts import UNFINISHED, PostState
from storage.tables import digests, feeds, papers, posts

DAY = timedelta(hours=24)

_AS_MEANT = frozenset[str](
    {PostState.DONE, DigestState.SENT, DigestState.SHOWN, PostState.EMPTY, PostState.PLANNED}
)


RECENT = 100_000
"""Deliveries of a day that are counted at most."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is not delivered yet: how much, since when, and the reason that most of it has."""

    waiting: int
    since: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the whole bot.

    Deliveries are those of the last day, as (`post` or `digest`, state); failures are those of
    them with a reason.
    """

    deliveries: dict[tuple[str, str], int]
    failures: dict[tuple[str, str], int]
    backlog: dict[str, Backlog]
    feeds: dict[str, int]
    papers: int


async def read(conn: AsyncConnection, now: datetime) -> Figures:
    """Return the figures of this moment."""
    deliveries: dict[tuple[str, str], int] = {}
    failures: dict[tuple[str, str], int] = {}
    for kind, table in (("post", posts), ("digest", digests)):
        for state, reason, count in await _recent(conn, table, now):
            deliveries[kind, state] = deliveries.get((kind, state), 0) + count
            if reason is not None and state not in _AS_MEANT:
                failures[kind, reason] = failures.get((kind, reason), 0) + count
    states = await conn.execute(select(feeds.c.state, func.count()).group_by(feeds.c.state))
    return Figures(
        deliveries,
        failures,
        await backlog(conn),
        {row[0]: row[1] for row in states},
        await conn.scalar(select(func.count()).select_from(papers)) or 0,
    )


async def backlog(conn: AsyncConnection) -> dict[str, Backlog]:
    """Return what waits to be delivered, by kind; nothing waits for a feed that does not post."""
    active = or_(posts.c.feed_id.is_(None), feeds.c.state == "active")
    waiting_posts = select(
        posts.c.planned_at.label("since"), posts.c.reason.label("reason")
    ).select_from(posts.outerjoin(feeds, feeds.c.id == posts.c.feed_id))
    waiting_digests = select(digests.c.planned_at.label("since"), digests.c.reason.label("reason"))
    found: dict[str, Backlog] = {}
    for kind, statement in (
        ("post", waiting_posts.where(and_(posts.c.state.in_(UNFINISHED), active))),
        ("digest", waiting_digests.where(digests.c.state.in_(UNFINISHED))),
    ):
        waiting = statement.subquery()
        rows = (
            await conn.execute(
                select(waiting.c.reason, func.count(), func.min(waiting.c.since)).group_by(
                    waiting.c.reason
                )
            )
        ).all()
        commonest = max(
            (row for row in rows if row[0] is not None), key=lambda row: row[1], default=None
        )
        found[kind] = Backlog(
            sum(count for _, count, _ in rows),
            min((since for _, _, since in rows), default=None),
            None if commonest is None else commonest[0],
        )
    return found


async def refusal(database: Database, now: datetime) -> str | None:
    """Write a few bytes, and return why the database does not take them; `None` if it does."""
    try:
        async with database.write() as conn:
            await watermarks.put(conn, "alive", int(now.timestamp()))
    except DBAPIError as error:
        return str(error.orig)
    except (SQLAlchemyError, RuntimeError, OSError) as error:
        return str(error)
    return None


async def _recent(conn: AsyncConnection, table: Table, now: datetime) -> list[Any]:
    rows = await conn.execute(recent_by_state(table, now - DAY))
    return list(rows)


def recent_by_state(table: Table, since: datetime) -> "Select[Any, Any, int]":
    """Return the query for state, reason and count of what was planned since then."""
    # The limit keeps SQLite from grouping the whole table along its index of states.
    newest = (
        select(table.c.state, table.c.reason)
        .where(table.c.planned_at >= since)
        .limit(RECENT)
        .subquery()
    )
    return select(newest.c.state, newest.c.reason, func.count()).group_by(
        newest.c.state, newest.c.reason
    )
