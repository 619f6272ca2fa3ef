"""What members saved from their server's threads, as counts: never who saved what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.library import counted
from storage.papers import StoredPaper, stored
from storage.tables import papers, post_papers, posts, saves


@dataclass(frozen=True, slots=True)
class SavedInThreads:
    """What a server's threads brought that was saved on their cards."""

    savers: int
    """Different members who saved something."""
    papers: tuple[tuple[StoredPaper, int], ...]
    """Each with how many members saved it, the most saved last."""


async def of_guild(
    conn: AsyncConnection, guild_id: int, since: datetime, *, each: int, limit: int
) -> SavedInThreads:
    """Return what was saved since then on the cards of a server's threads.

    Saves that were made elsewhere do not count, nor do those of people who opted out.

    Args:
        conn: a connection to the database.
        guild_id: the server.
        since: at most about a month ago: posts are kept that long.
        each: newest papers of one member that count at most.
        limit: papers that are returned at most, the most saved ones.
    """
    last = func.max(saves.c.saved_at)
    mine = (
        select(
            saves.c.paper_id,
            saves.c.user_id,
            last.label("last"),
            func.row_number()
            .over(partition_by=saves.c.user_id, order_by=(last.desc(), saves.c.paper_id))
            .label("place"),
        )
        .join(
            post_papers,
            (post_papers.c.paper_id == saves.c.paper_id)
            & (post_papers.c.message_id == saves.c.message_id),
        )
        .join(posts, (posts.c.id == post_papers.c.post_id) & (posts.c.guild_id == guild_id))
        .where(saves.c.guild_id == guild_id, saves.c.saved_at >= since, counted())
        .group_by(saves.c.paper_id, saves.c.user_id)
        .subquery()
    )
    savers = await conn.scalar(select(func.count(mine.c.user_id.distinct())))
    most = (
        select(mine.c.paper_id, func.count().label("members"), func.max(mine.c.last).label("last"))
        .where(mine.c.place <= each)
        .group_by(mine.c.paper_id)
        .order_by(func.count().desc(), func.max(mine.c.last).desc(), mine.c.paper_id)
        .limit(limit)
        .subquery()
    )
    rows = await conn.execute(
        select(papers, most.c.members)
        .join(most, most.c.paper_id == papers.c.id)
        .order_by(most.c.members, most.c.last, papers.c.id)
    )
    return SavedInThreads(savers or 0, tuple((stored(row), row.members) for row in rows))
