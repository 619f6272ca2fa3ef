"""How the sources are: when each last answered, and since when and why it does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.sources import SourceError, SourceErrorKind
from storage.engines.statements import insert
from storage.tables import source_health

_OF_TRENDING = " (trending)"

DETAIL_LENGTH = 500
"""Characters kept of what went wrong; a source may answer with a whole page."""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source, well while `failing_since` is empty; the rest describes its last failure."""

    source: str
    succeeded_at: datetime | None
    failing_since: datetime | None
    failed_at: datetime | None
    kind: SourceErrorKind | None
    detail: str | None
    retry_at: datetime | None


def of_trending(source: str) -> str:
    """Return the name under which it is kept how a source's list of what trends is: it may fail
    while the source itself is well."""
    return f"{source}{_OF_TRENDING}"


async def succeeded(conn: AsyncConnection, source: str, now: datetime) -> bool:
    """Record that a source answered; return whether it was failing until now."""
    failing = await conn.scalar(
        select(source_health.c.failing_since).where(source_health.c.source == source)
    )
    values = {"succeeded_at": now, "failing_since": None, "retry_at": None}
    await conn.execute(
        insert(source_health)
        .values(source=source, **values)
        .on_conflict_do_update(index_elements=[source_health.c.source], set_=values)
    )
    return failing is not None


async def failed(conn: AsyncConnection, error: SourceError, now: datetime) -> None:
    """Record that a source failed; a series of failures keeps its first moment."""
    values = {
        "failed_at": now,
        "kind": error.kind.value,
        "detail": error.detail[:DETAIL_LENGTH],
        "retry_at": None
        if error.retry_after is None
        else now + timedelta(seconds=error.retry_after),
    }
    new = insert(source_health).values(source=error.source, failing_since=now, **values)
    first = func.coalesce(source_health.c.failing_since, new.excluded.failing_since)
    await conn.execute(
        new.on_conflict_do_update(
            index_elements=[source_health.c.source], set_={**values, "failing_since": first}
        )
    )


async def all(conn: AsyncConnection) -> list[SourceHealth]:  # noqa: A001 -- read as `health.all`
    """Return every source that was ever asked, by name; their lists of what trends are none."""
    own = source_health.c.source.not_like(f"%{_OF_TRENDING}")
    rows = await conn.execute(select(source_health).where(own).order_by(source_health.c.source))
    return [_health(row) for row in rows]


async def get(conn: AsyncConnection, name: str) -> SourceHealth | None:
    """Return how a source is, or with `of_trending` its list, `None` if it was never asked."""
    row = (
        await conn.execute(select(source_health).where(source_health.c.source == name))
    ).one_or_none()
    return None if row is None else _health(row)


def _health(row: Row[Any]) -> SourceHealth:
    return SourceHealth(
        source=row.source,
        succeeded_at=row.succeeded_at,
        failing_since=row.failing_since,
        failed_at=row.failed_at,
        kind=None if row.kind is None else SourceErrorKind(row.kind),
        detail=row.detail,
        retry_at=row.retry_at,
    )
