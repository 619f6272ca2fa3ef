"""Keywords of papers, counted by month."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines import statements
from storage.tables import papers


async def keywords(conn: AsyncConnection, since: datetime) -> list[tuple[str, str, int]]:
    """Return (month as 2025-12, keyword, papers) of the papers since then.

    What a single paper of a month has is left out. A paper's month is that of its publication, or
    of its arrival where that is not known.
    """
    moment = func.coalesce(papers.c.published_at, papers.c.first_seen_at)
    month = statements.month(moment).label("month")
    each = statements.items(papers.c.keywords)
    said = func.lower(each.c.value).label("said")
    statement = (
        select(month, said, func.count())
        .select_from(papers.join(each, each.c.value.is_not(None)))
        .where(moment >= since)
        .group_by(month, said)
        .having(func.count() > 1)
    )
    return [(month, said, count) for month, said, count in await conn.execute(statement)]
