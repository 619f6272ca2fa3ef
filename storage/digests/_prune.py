"""Old digests go, and what they brought stays."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.digests._types import UNFINISHED
from storage.engines.statements import delete_some, insert
from storage.posts import week_before
from storage.tables import brought_papers, digest_papers, digests, dm_log

INBOX_KEPT: Final = timedelta(days=14)
"""How far back the inbox goes, in days of a person's calendar."""

DIGESTS_KEPT: Final = INBOX_KEPT + timedelta(days=2)
"""How long a digest is kept, for the inbox and for its buttons; two days are what calendars differ.

Dropping a digest's wording and keeping the row would gain nothing: SQLite joins pages where rows
are deleted, and not where they become shorter.
"""

DM_LOG_KEPT: Final = timedelta(days=2)
"""Twice the longest window of the budgets of direct messages."""


async def fold(conn: AsyncConnection, now: datetime, *, most: int = 20) -> int:
    """Replace the old digests of at most `most` people by the set of papers that they brought.

    Digests are folded once a week, when they are older than `DIGESTS_KEPT`. Returns how many
    digests were folded, 0 at the end.
    """
    before = week_before(now - DIGESTS_KEPT)
    old = (digests.c.planned_at < before) & digests.c.state.not_in(UNFINISHED)
    some = select(digests.c.user_id).where(old).order_by(digests.c.planned_at).limit(10 * most)
    people = list(dict.fromkeys((await conn.execute(some)).scalars()))[:most]
    if not people:
        return 0
    mine = old & digests.c.user_id.in_(people)
    rows = await conn.execute(
        select(digests.c.user_id, digests.c.local_date, digest_papers.c.paper_id)
        .join(digest_papers, digest_papers.c.digest_id == digests.c.id)
        .where(mine)
    )
    brought: dict[tuple[int, int], set[str]] = {}
    for user_id, day, paper_id in rows:
        brought.setdefault((user_id, day.year), set()).add(paper_id)
    await _keep(conn, brought)
    return (await conn.execute(delete(digests).where(mine))).rowcount


async def count_as_brought(
    conn: AsyncConnection, user_id: int, paper_ids: Collection[str], now: datetime
) -> None:
    """Record papers that a person saw in the preview of a topic: no digest brings them."""
    if paper_ids:
        await _keep(conn, {(user_id, now.year): set(paper_ids)})


async def _keep(conn: AsyncConnection, brought: Mapping[tuple[int, int], set[str]]) -> None:
    """Add papers to what each person got in a year."""
    if not brought:
        return
    people = {user_id for user_id, _year in brought}
    known = await conn.execute(select(brought_papers).where(brought_papers.c.user_id.in_(people)))
    before = {(user_id, year): papers for user_id, year, papers in known}
    new = insert(brought_papers)
    await conn.execute(
        new.on_conflict_do_update(
            index_elements=[brought_papers.c.user_id, brought_papers.c.year],
            set_={"papers": new.excluded.papers},
        ),
        [
            {"user_id": key[0], "year": key[1], "papers": papers | before.get(key, frozenset())}
            for key, papers in brought.items()
        ],
    )


async def forget_sending(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete what the budgets of direct messages no longer count; return how many rows."""
    old = dm_log.c.at < now - DM_LOG_KEPT
    return await delete_some(conn, dm_log, old, first=dm_log.c.at, most=most)
