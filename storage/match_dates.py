"""When topics matched their papers, for a topic that takes the place of another."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import topic_matches


async def dates_of(conn: AsyncConnection, topic_id: int) -> dict[str, datetime]:
    """Return when a topic matched each of its papers, by id."""
    rows = await conn.execute(
        select(topic_matches.c.paper_id, topic_matches.c.matched_at).where(
            topic_matches.c.topic_id == topic_id
        )
    )
    return {row.paper_id: row.matched_at for row in rows}


async def count_from(conn: AsyncConnection, topic_id: int, dates: Mapping[str, datetime]) -> None:
    """Let a topic's matches count as found at these moments, unless they were found later."""
    if not dates:
        return
    statement = (
        update(topic_matches)
        .where(
            topic_matches.c.topic_id == topic_id,
            topic_matches.c.paper_id == bindparam("paper"),
            topic_matches.c.matched_at < bindparam("moment"),
        )
        .values(matched_at=bindparam("moment"))
    )
    moments = [{"paper": paper_id, "moment": moment} for paper_id, moment in dates.items()]
    await conn.execute(statement, moments)
