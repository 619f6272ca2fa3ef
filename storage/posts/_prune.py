"""Old posts: their texts go first, then their rows, and what they showed stays."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import delete, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.cadence import DAILY
from storage.engines.statements import insert, smaller
from storage.posts._types import UNFINISHED
from storage.tables import post_papers, posts, shown_papers

PAYLOADS_KEPT: Final = timedelta(days=7)
"""How long the wording of a finished post is kept; its header is refreshed for a day."""

POSTS_KEPT: Final = timedelta(days=30)
"""How long a post's row and its messages' ids are kept: no batch older than three days is drawn
from, and no header older than two is edited."""

ROUNDUPS_KEPT: Final = timedelta(days=70)
"""The same of roundups: the one of a month is known until the next one is due."""


async def forget_payloads(conn: AsyncConnection, now: datetime, *, most: int = 25) -> int:
    """Drop what was sent by posts older than `PAYLOADS_KEPT`; return how many, 0 at the end.

    Which papers a channel was shown stays, and with what message.
    """
    old = (
        select(posts.c.id)
        .where(
            posts.c.planned_at < now - PAYLOADS_KEPT,
            posts.c.payload.is_not(None),
            posts.c.state.not_in(UNFINISHED),
        )
        .order_by(posts.c.planned_at)
        .limit(most)
    )
    result = await conn.execute(update(posts).where(posts.c.id.in_(old)).values(payload=null()))
    return result.rowcount


async def fold(conn: AsyncConnection, now: datetime, *, most: int = 5) -> int:
    """Replace the old posts of at most `most` channels by the set of papers that they showed.

    Posts are folded once a week, when they are older than `POSTS_KEPT`. Returns how many posts were
    folded, 0 at the end. Roundups go by `ROUNDUPS_KEPT`, and what they showed is not remembered.
    """
    old = (posts.c.planned_at < week_before(now - POSTS_KEPT)) & posts.c.state.not_in(UNFINISHED)
    old &= posts.c.every.in_(DAILY) | (posts.c.planned_at < week_before(now - ROUNDUPS_KEPT))
    some = select(posts.c.channel_id).where(old).order_by(posts.c.planned_at).limit(20 * most)
    channels = list(dict.fromkeys((await conn.execute(some)).scalars()))[:most]
    folded = 0
    for channel_id in channels:
        mine = old & (posts.c.channel_id == channel_id)
        rows = await conn.execute(
            select(posts.c.guild_id, posts.c.batch_day, post_papers.c.paper_id)
            .outerjoin(post_papers, post_papers.c.post_id == posts.c.id)
            .where(mine, posts.c.every.in_(DAILY))
        )
        shown: dict[tuple[int, int], tuple[date, set[str]]] = {}
        for guild_id, day, paper_id in rows:
            if paper_id is not None:
                since, papers = shown.get((guild_id, day.year), (day, set[str]()))
                shown[guild_id, day.year] = min(since, day), papers | {paper_id}
        for (guild_id, year), (since, papers) in shown.items():
            await _remember(conn, channel_id, year, guild_id, since, papers)
        folded += (await conn.execute(delete(posts).where(mine))).rowcount
    return folded


async def _remember(
    conn: AsyncConnection,
    channel_id: int,
    year: int,
    guild_id: int,
    since: date,
    papers: Collection[str],
) -> None:
    known = await conn.scalar(
        select(shown_papers.c.papers).where(
            shown_papers.c.channel_id == channel_id, shown_papers.c.year == year
        )
    )
    new = insert(shown_papers).values(
        channel_id=channel_id,
        year=year,
        guild_id=guild_id,
        since=since,
        papers=(known or frozenset()) | set(papers),
    )
    await conn.execute(
        new.on_conflict_do_update(
            index_elements=[shown_papers.c.channel_id, shown_papers.c.year],
            set_={
                "since": smaller(shown_papers.c.since, new.excluded.since),
                "papers": new.excluded.papers,
            },
        )
    )


def week_before(moment: datetime) -> datetime:
    """Return the start of the moment's week (Monday, UTC), so that a week is folded together."""
    day = moment.date() - timedelta(days=moment.weekday())
    return datetime.combine(day, time(), moment.tzinfo)
