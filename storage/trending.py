"""What trends on the Hub, and what the overviews of channels named of it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.cadence import DAILY
from storage.engines.statements import delete_some, insert
from storage.papers import StoredPaper, get_many, keys_of
from storage.tables import post_papers, posts, trending_named, trending_papers

NAMED_KEPT: Final = timedelta(days=365)
"""How long it is known that a channel's overview named a paper."""


async def keep(conn: AsyncConnection, paper_ids: Sequence[str], now: datetime) -> None:
    """Replace what trends by an answer of the Hub, in its order; the papers are stored already."""
    works = await keys_of(conn, paper_ids)
    await conn.execute(delete(trending_papers))
    await conn.execute(
        insert(trending_papers),
        [
            {"position": position, "paper_id": paper_id, "read_at": now}
            for position, paper_id in enumerate(
                dict.fromkeys(works[paper_id] for paper_id in paper_ids)
            )
        ],
    )


async def papers(conn: AsyncConnection, since: datetime) -> list[StoredPaper]:
    """Return what trends, in the Hub's order; none if that was last read before `since`."""
    ids = await conn.scalars(
        select(trending_papers.c.paper_id)
        .where(trending_papers.c.read_at >= since)
        .order_by(trending_papers.c.position)
    )
    return list((await get_many(conn, ids)).values())


async def named(
    conn: AsyncConnection, channel_id: int, paper_ids: Iterable[str]
) -> dict[str, datetime]:
    """Return which of these papers a channel's overviews named in the last year, and since when."""
    columns = trending_named.c
    rows = await conn.execute(
        select(columns.paper_id, columns.named_at).where(
            columns.channel_id == channel_id, columns.paper_id.in_(list(paper_ids))
        )
    )
    return {row.paper_id: row.named_at for row in rows}


async def posted(
    conn: AsyncConnection, channel_id: int, paper_ids: Iterable[str]
) -> dict[str, date]:
    """Return of which day's thread in a channel these papers were, as far as the posts are kept."""
    rows = await conn.execute(
        select(post_papers.c.paper_id, func.max(posts.c.batch_day).label("day"))
        .join(posts, posts.c.id == post_papers.c.post_id)
        .where(
            post_papers.c.paper_id.in_(list(paper_ids)),
            posts.c.channel_id == channel_id,
            posts.c.every.in_(DAILY),
        )
        .group_by(post_papers.c.paper_id)
    )
    return {row.paper_id: row.day for row in rows}


async def note_named(
    conn: AsyncConnection,
    paper_ids: Collection[str],
    *,
    channel_id: int,
    guild_id: int,
    now: datetime,
) -> None:
    """Note that an overview names these papers; the first time counts."""
    if not paper_ids:
        return
    values = {"channel_id": channel_id, "guild_id": guild_id, "named_at": now}
    await conn.execute(
        insert(trending_named).on_conflict_do_nothing(),
        [{"paper_id": paper_id, **values} for paper_id in paper_ids],
    )


async def forget(conn: AsyncConnection, now: datetime, *, most: int = 200) -> int:
    """Delete what was named before `NAMED_KEPT`; return how much, 0 at the end."""
    old = trending_named.c.named_at < now - NAMED_KEPT
    return await delete_some(conn, trending_named, old, first=trending_named.c.named_at, most=most)
