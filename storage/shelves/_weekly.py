"""Weekly posts of shelves: which are owed, frozen, and how far each has got."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers import schedule, zones
from storage.engines.statements import delete_some, insert
from storage.shelves._types import ShelfPost, ShelfPostState
from storage.tables import guilds, shelf_papers, shelf_posts, shelves

UNFINISHED: Final = (ShelfPostState.PLANNED, ShelfPostState.SENDING)

GRACE: Final = timedelta(days=3)
"""How long after its hour a weekly post may still come: a weekend without power, and a day."""

LONGEST_WEEK: Final = timedelta(days=28)
"""How far back a weekly post goes where earlier ones failed."""

POSTS_KEPT: Final = timedelta(days=60)
"""Longer than `restores.KEPT` has anything to compare."""

_WEEK: Final = 7
_DAY: Final = timedelta(days=1)


class DueShelf(NamedTuple):
    """A shelf that owes its weekly post, and the local date that it is of."""

    guild_id: int
    channel_id: int
    local_date: date
    since: datetime
    """When the weekly post was turned on."""


async def claim_due(conn: AsyncConnection, now: datetime) -> list[DueShelf]:
    """Return the shelves that owe a weekly post: their hour of the week came, `GRACE` ago at most,
    and no post of that or a later date was planned.

    Those of servers that the bot was removed from owe nothing.
    """
    active = shelves.c.channel_id.is_not(None) & shelves.c.stopped_reason.is_(None)
    clocks = select(shelves.c.timezone, shelves.c.weekday, shelves.c.at).where(active).distinct()
    open_now: dict[tuple[str, int, date], dict[time, datetime]] = defaultdict(dict)
    for name, weekday, hour in (await conn.execute(clocks)).all():
        found = opened(now, weekday, hour, name)
        if found is not None:
            open_now[name, weekday, found[0]][hour] = found[1]
    due: list[DueShelf] = []
    for (name, weekday, day), hours in open_now.items():
        used = exists().where(
            shelf_posts.c.guild_id == shelves.c.guild_id, shelf_posts.c.local_date >= day
        )
        rows = await conn.execute(
            select(shelves.c.guild_id, shelves.c.channel_id, shelves.c.at, shelves.c.weekly_since)
            .join(guilds, guilds.c.id == shelves.c.guild_id)
            .where(
                active,
                shelves.c.timezone == name,
                shelves.c.weekday == weekday,
                shelves.c.at.in_(hours),
                guilds.c.left_at.is_(None),
                ~used,
            )
        )
        due += [
            DueShelf(row.guild_id, row.channel_id, day, row.weekly_since)
            for row in rows
            if row.weekly_since is not None and row.weekly_since <= hours[row.at]
        ]
    return due


def opened(now: datetime, weekday: int, hour: time, timezone: str) -> tuple[date, datetime] | None:
    """Return the latest date of a weekday whose hour has come, and when that was; `None` where that
    is `GRACE` ago or more.

    Args:
        now: the present instant.
        weekday: Monday is 0.
        hour: on the wall clock of the zone.
        timezone: its name; UTC stands for one that is not known.
    """
    zone = zones.zone_or_utc(timezone)
    today = now.astimezone(zone).date()
    for back in range(_WEEK + 1):
        day = today - back * _DAY
        if day.weekday() != weekday:
            continue
        at = schedule.occurrence(day, hour, zone)
        if at is not None and at <= now:
            return (day, at) if now - at < GRACE else None
    return None


async def plan(
    conn: AsyncConnection, due: DueShelf, *, payload: Any | None, now: datetime
) -> int | None:
    """Freeze a weekly post; `None` if that date was used. Without a payload the date is on record
    only, as one that had nothing."""
    state = ShelfPostState.EMPTY if payload is None else ShelfPostState.PLANNED
    return await conn.scalar(
        insert(shelf_posts)
        .values(
            guild_id=due.guild_id,
            local_date=due.local_date,
            channel_id=due.channel_id,
            state=state.value,
            payload=payload,
            planned_at=now,
            finished_at=None if state in UNFINISHED else now,
        )
        .on_conflict_do_nothing()
        .returning(shelf_posts.c.id)
    )


async def post(conn: AsyncConnection, post_id: int) -> ShelfPost | None:
    """Return one weekly post."""
    row = (await conn.execute(select(shelf_posts).where(shelf_posts.c.id == post_id))).first()
    return None if row is None else _post(row)


async def unfinished(conn: AsyncConnection, now: datetime) -> list[int]:
    """Return the weekly posts that wait to be sent, oldest first."""
    rows = await conn.execute(
        select(shelf_posts.c.id)
        .join(guilds, guilds.c.id == shelf_posts.c.guild_id)
        .where(
            guilds.c.left_at.is_(None),
            shelf_posts.c.state.in_(UNFINISHED),
            or_(shelf_posts.c.next_try_at.is_(None), shelf_posts.c.next_try_at <= now),
        )
        .order_by(shelf_posts.c.id)
    )
    return list(rows.scalars())


async def last_planned(conn: AsyncConnection, guild_id: int) -> datetime | None:
    """Return when a server's latest weekly post was made, also one that had nothing."""
    return await conn.scalar(
        select(func.max(shelf_posts.c.planned_at)).where(shelf_posts.c.guild_id == guild_id)
    )


async def posts_from(conn: AsyncConnection, due: DueShelf, now: datetime) -> datetime:
    """Return from when on additions are new to a shelf's weekly post, unless one has brought them.

    That is a week before the first post, so that what a failed one held is not lost, and no more
    than `LONGEST_WEEK` ago.
    """
    first = await conn.scalar(
        select(func.min(shelf_posts.c.planned_at)).where(shelf_posts.c.guild_id == due.guild_id)
    )
    begun = due.since if first is None else min(due.since, first)
    return max(begun - _WEEK * _DAY, now - LONGEST_WEEK)


async def mark_sending(conn: AsyncConnection, post_id: int, now: datetime) -> None:
    """Record that a weekly post is about to be sent."""
    await conn.execute(
        update(shelf_posts)
        .where(shelf_posts.c.id == post_id)
        .values(state=ShelfPostState.SENDING.value, sent_at=now)
    )


async def mark_sent(
    conn: AsyncConnection,
    post_id: int,
    guild_id: int,
    message_id: int,
    paper_ids: Sequence[str],
    now: datetime,
) -> None:
    """Record the message of a weekly post, and that it brought these papers."""
    await conn.execute(
        update(shelf_posts)
        .where(shelf_posts.c.id == post_id)
        .values(
            state=ShelfPostState.DONE.value,
            message_id=message_id,
            finished_at=now,
            next_try_at=None,
            reason=None,
        )
    )
    statement = insert(shelf_papers)
    if paper_ids:
        await conn.execute(
            statement.on_conflict_do_update(
                index_elements=[shelf_papers.c.guild_id, shelf_papers.c.paper_id],
                set_={"posted_at": statement.excluded.posted_at},
            ),
            [{"guild_id": guild_id, "paper_id": each, "posted_at": now} for each in paper_ids],
        )


async def mark_retry(conn: AsyncConnection, post_id: int, *, at: datetime, reason: str) -> None:
    """Record that a weekly post waits for a better moment."""
    await conn.execute(
        update(shelf_posts)
        .where(shelf_posts.c.id == post_id)
        .values(next_try_at=at, attempts=shelf_posts.c.attempts + 1, reason=reason)
    )


async def mark_failed(conn: AsyncConnection, post_id: int, reason: str, now: datetime) -> None:
    """Give up a weekly post; its papers come with the next one."""
    await conn.execute(
        update(shelf_posts)
        .where(shelf_posts.c.id == post_id)
        .values(state=ShelfPostState.FAILED.value, finished_at=now, next_try_at=None, reason=reason)
    )


async def prune(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete weekly posts older than `POSTS_KEPT`; return how many, 0 at the end."""
    old = (shelf_posts.c.planned_at < now - POSTS_KEPT) & shelf_posts.c.state.not_in(UNFINISHED)
    return await delete_some(conn, shelf_posts, old, first=shelf_posts.c.planned_at, most=most)


def _post(row: Row[Any]) -> ShelfPost:
    return ShelfPost(
        id=row.id,
        guild_id=row.guild_id,
        local_date=row.local_date,
        channel_id=row.channel_id,
        state=ShelfPostState(row.state),
        payload=row.payload,
        message_id=row.message_id,
        planned_at=row.planned_at,
        attempts=row.attempts,
        reason=row.reason,
    )
