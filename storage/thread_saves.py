"""What members saved from their server's threads, as counts: never who saved what."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.library import counted
from storage.papers import StoredPaper, stored, work_of
from storage.posts import DONE, SENDING
from storage.tables import papers, post_papers, posts, saves


@dataclass(frozen=True, slots=True)
class SavedInThreads:
    """What a server's threads brought that was saved on their cards."""

    savers: int
    """Different members who saved something."""
    papers: tuple[tuple[StoredPaper, int], ...]
    """Each with how many members saved it, the most saved last."""


@dataclass(frozen=True, slots=True)
class SavedPaper:
    """A paper of a thread that has its own card."""

    paper_id: str
    savers: int
    """Members who saved it there."""
    upvotes: int | None
    """When the thread was planned; `None` where that was not noted."""


@dataclass(frozen=True, slots=True)
class SavedThread:
    """A thread, and how much was saved from it."""

    batch_day: date
    guild_id: int
    channel_id: int
    header_message_id: int | None
    papers: tuple[SavedPaper, ...]
    """In their order."""
    savers: int
    """Different members who saved something from it."""
    rest: tuple[int, ...] | None
    """Upvotes of the papers that found no room, the highest first; `None` if not noted."""

    @property
    def saves(self) -> int:
        """How often one of its papers was saved."""
        return sum(paper.savers for paper in self.papers)

    @property
    def saved(self) -> int:
        """How many of its papers were saved."""
        return sum(paper.savers > 0 for paper in self.papers)


async def of_feed(
    conn: AsyncConnection, feed_id: int, since: date
) -> tuple[list[SavedThread], int]:
    """Return a feed's threads for batches since that day, the newest first, and how many different
    members saved something from any of them.

    Saves that were made elsewhere do not count, nor do those of people who opted out.
    """
    there = (
        (posts.c.feed_id == feed_id)
        & (posts.c.batch_day >= since)
        & posts.c.state.in_((SENDING, DONE))
    )
    on_card = from_card()
    savers = func.count(saves.c.user_id.distinct())
    of_threads = await conn.execute(
        select(posts.c.id, savers.label("savers"))
        .join(post_papers, post_papers.c.post_id == posts.c.id)
        .join(saves, on_card)
        .where(there)
        .group_by(posts.c.id)
    )
    by_thread: dict[int, int] = {row.id: row.savers for row in of_threads}
    total = await conn.scalar(
        select(savers)
        .select_from(posts)
        .join(post_papers, post_papers.c.post_id == posts.c.id)
        .join(saves, on_card)
        .where(there)
    )
    rows = await conn.execute(
        select(
            posts.c.id,
            posts.c.batch_day,
            posts.c.guild_id,
            posts.c.channel_id,
            posts.c.header_message_id,
            posts.c.rest,
            post_papers.c.paper_id,
            post_papers.c.upvotes,
            savers.label("savers"),
        )
        .join(post_papers, post_papers.c.post_id == posts.c.id)
        .outerjoin(saves, on_card)
        .where(there, post_papers.c.message_id.is_not(None))
        .group_by(posts.c.id, post_papers.c.post_id, post_papers.c.position)
        .order_by(posts.c.batch_day.desc(), post_papers.c.position)
    )
    threads = [
        _thread(list(group), by_thread.get(post_id, 0))
        for post_id, group in groupby(rows, lambda row: row.id)
    ]
    return threads, total or 0


def _thread(rows: list[Any], savers: int) -> SavedThread:
    first = rows[0]
    return SavedThread(
        first.batch_day,
        first.guild_id,
        first.channel_id,
        first.header_message_id,
        tuple(SavedPaper(row.paper_id, row.savers, row.upvotes) for row in rows),
        savers,
        None if first.rest is None else tuple(first.rest),
    )


def from_card() -> ColumnElement[bool]:
    """Return the condition that a save counts, and was made on the card of a thread's paper."""
    return (
        (post_papers.c.paper_id == saves.c.paper_id)
        & (post_papers.c.message_id == saves.c.message_id)
        & counted()
    )


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
    there = (
        select(
            work_of(saves.c.paper_id).label("paper_id"),
            saves.c.user_id,
            saves.c.saved_at,
        )
        .join(post_papers, from_card())
        .join(posts, (posts.c.id == post_papers.c.post_id) & (posts.c.guild_id == guild_id))
        .where(saves.c.guild_id == guild_id, saves.c.saved_at >= since)
        .subquery()
    )
    last = func.max(there.c.saved_at)
    mine = (
        select(
            there.c.paper_id,
            there.c.user_id,
            last.label("last"),
            func.row_number()
            .over(partition_by=there.c.user_id, order_by=(last.desc(), there.c.paper_id))
            .label("place"),
        )
        .group_by(there.c.paper_id, there.c.user_id)
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
