"""Which feed owes a post, and freezing it. The database decides; a restart changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, exists, func, literal, null, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from papers import roundups, schedule, zones
from papers.cadence import Every
from papers.calendar import SourceDays
from papers.schedule import Owed
from papers.shards import Shards
from storage.engines.statements import insert
from storage.guilds import in_shards
from storage.posts._types import EMPTY, PLANNED, SKIPPED, Crosspost, DueFeed, Used
from storage.tables import batches, feeds, post_papers, posts
from storage.trending import note_named


async def claim_due(
    conn: AsyncConnection,
    now: datetime,
    settle: timedelta,
    known: Mapping[date, bool],
    *,
    sources: Sequence[str] = (),
    days: SourceDays = SourceDays.HUB,
    shards: Shards | None = None,
) -> list[DueFeed]:
    """Return the active feeds of some sources that owe a batch at `now`, each with that batch.

    They come batch by batch, as what one post is made of serves the next, and those of a batch in
    the order in which they were set up. A feed owes it (`schedule.owed`, `roundups.owed`) when
    neither that batch nor a newer one was planned there, and when its local date is later than
    every one that it has used: moving a feed's clock never reopens a day. Feeds whose zone is
    unknown here owe nothing; see `feeds.misplaced`.

    Args:
        conn: a connection to the database.
        now: the present instant.
        settle: how long after its beginning a batch may be posted.
        known: the days that a source has answered for: whether there is a batch.
        sources: the keys of the feeds' sources, `()` for the default ones.
        days: which days these have batches for.
        shards: whose servers' feeds are wanted; `None` for all.
    """
    of_sources = feeds.c.sources == list(sources)
    hours: dict[_Group, list[time]] = defaultdict(list)
    columns = (feeds.c.timezone, feeds.c.every, feeds.c.weekday, feeds.c.at)
    clocks = select(*columns).where(feeds.c.state == "active", of_sources).distinct()
    for name, cadence, weekday, hour in (await conn.execute(clocks)).all():
        if name not in zones.names():
            continue
        zone, every = zones.zone(name), Every(cadence)
        since = before = None
        if every.is_daily:
            owed = schedule.owed(hour, zone, now, settle, known, every, days)
        else:
            owed = roundups.owed(every, weekday, hour, zone, now, known)
            before = roundups.due(every, weekday, hour, zone, now).closes
            since = None if owed is None else roundups.period_until(owed.batch, every).first
        if owed is not None:
            hours[_Group(name, every, weekday, owed, since or owed.batch, before)].append(hour)
    due: list[DueFeed] = []
    for (name, every, weekday, owed, since, before), at in hours.items():
        used = exists().where(
            posts.c.feed_id == feeds.c.id,
            or_(posts.c.batch_day >= since, posts.c.local_date >= owed.day),
        )
        rows = await conn.execute(
            select(feeds.c.id, feeds.c.guild_id, feeds.c.channel_id).where(
                feeds.c.timezone == name,
                feeds.c.at.in_(at),
                feeds.c.state == "active",
                of_sources,
                feeds.c.every == every.value,
                feeds.c.weekday == weekday,
                true() if before is None else feeds.c.created_at < before,
                in_shards(feeds.c.guild_id, shards),
                ~used,
            )
        )
        due += [
            DueFeed(row.id, row.guild_id, row.channel_id, owed.day, owed.batch, every)
            for row in rows
        ]
    return sorted(due, key=lambda each: (each.batch_day, each.feed_id))


class _Group(NamedTuple):
    """Feeds that owe the same."""

    timezone: str
    every: Every
    weekday: int
    owed: Owed
    since: date
    """The first of the batch days of which one that was posted will do."""
    before: datetime | None
    """When those must have been set up that a roundup concerns."""


async def used(conn: AsyncConnection, feed_id: int) -> Used:
    """Return what a feed has used up: its newest batch, and its last local date."""
    row = (
        await conn.execute(
            select(func.max(posts.c.batch_day), func.max(posts.c.local_date)).where(
                posts.c.feed_id == feed_id
            )
        )
    ).one()
    return Used(*row)


async def plan(
    conn: AsyncConnection,
    feed: DueFeed,
    *,
    now: datetime,
    late: bool,
    payload: Any | None,
    paper_ids: Sequence[str],
    sources: Collection[str],
    folded: Mapping[str, Sequence[str]] = {},
    upvotes: Mapping[str, int] = {},
    code: Collection[str] = (),
    rest: Sequence[int] | None = None,
    reason: str | None = None,
    crosspost: bool = False,
    trending: Collection[str] = (),
) -> int | None:
    """Freeze a post; `None` if that batch was planned there before. Without papers the day is
    recorded as empty.

    Papers that are `folded` behind one of `paper_ids` count as shown, and get no card of their own.
    A header of which `crosspost` is asked is published to other channels later on. The papers that
    it names as `trending` are noted as named, and don't count as shown.
    The `upvotes` of papers and of the `rest`, which found no room, are noted as they are now, and
    which of them have `code`.
    A day that was empty may be planned again: what the feed wants may have changed since. Earlier
    batches of `sources` that this feed never got are recorded as skipped, and so accounted for.
    """
    batch_day = feed.batch_day
    await conn.execute(
        delete(posts).where(
            posts.c.feed_id == feed.feed_id,
            posts.c.batch_day == batch_day,
            posts.c.state == EMPTY,
        )
    )
    taken = await conn.scalar(
        select(func.count()).where(
            posts.c.feed_id == feed.feed_id, posts.c.local_date == feed.local_date
        )
    )
    post_id = await conn.scalar(
        insert(posts)
        .values(
            feed_id=feed.feed_id,
            guild_id=feed.guild_id,
            channel_id=feed.channel_id,
            batch_day=batch_day,
            local_date=None if taken else feed.local_date,
            state=PLANNED if paper_ids else EMPTY,
            late=late,
            payload=payload,
            planned_at=now,
            finished_at=None if paper_ids else now,
            reason=reason,
            rest=None if rest is None else list(rest),
            crosspost=Crosspost.OWED.value if crosspost and paper_ids else None,
            every=feed.every.value,
        )
        .on_conflict_do_nothing()
        .returning(posts.c.id)
    )
    if post_id is None:
        return None
    if paper_ids:
        await conn.execute(
            insert(post_papers),
            [
                {
                    "post_id": post_id,
                    "position": at,
                    "paper_id": paper_id,
                    "behind": behind,
                    "upvotes": upvotes.get(paper_id),
                    "code": int(paper_id in code) if paper_id in upvotes else None,
                }
                for at, (paper_id, behind) in enumerate(_places(paper_ids, folded))
            ],
        )
        await note_named(
            conn, trending, channel_id=feed.channel_id, guild_id=feed.guild_id, now=now
        )
    if feed.every.is_daily:
        await _record_skipped(conn, feed, now, sources)
    return post_id


def _places(
    paper_ids: Sequence[str], folded: Mapping[str, Sequence[str]]
) -> list[tuple[str, int | None]]:
    """Return every paper of a post, those with a card first, and whose card it stands behind."""
    places: list[tuple[str, int | None]] = [(paper_id, None) for paper_id in paper_ids]
    for at, paper_id in enumerate(paper_ids):
        places += [(other, at) for other in folded.get(paper_id, ())]
    return places


async def _record_skipped(
    conn: AsyncConnection, feed: DueFeed, now: datetime, sources: Collection[str]
) -> None:
    last = await conn.scalar(
        select(func.max(posts.c.batch_day)).where(
            posts.c.feed_id == feed.feed_id, posts.c.batch_day < feed.batch_day
        )
    )
    if last is None:
        return
    missed = select(
        literal(feed.feed_id),
        literal(feed.guild_id),
        literal(feed.channel_id),
        batches.c.day,
        literal(SKIPPED),
        literal(0),
        literal(now, posts.c.planned_at.type),
        literal(now, posts.c.finished_at.type),
        null(),
        literal("a newer batch took its place"),
    ).where(
        batches.c.state == "complete",
        batches.c.source.in_(sources),
        batches.c.day > last,
        batches.c.day < feed.batch_day,
    )
    columns = [
        "feed_id",
        "guild_id",
        "channel_id",
        "batch_day",
        "state",
        "late",
        "planned_at",
        "finished_at",
        "payload",
        "reason",
    ]
    await conn.execute(
        insert(posts).from_select(columns, missed.distinct()).on_conflict_do_nothing()
    )
