"""Feeds: which channel wants what, when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy import update as change
from sqlalchemy.ext.asyncio import AsyncConnection

from papers import zones
from papers.cadence import DAILY, Every
from papers.sources.declared import web_number
from storage import server_sources
from storage.engines.statements import insert
from storage.tables import feeds, guilds


class FeedState(StrEnum):
    """Whether a feed posts, and who stopped it."""

    ACTIVE = "active"
    PAUSED = "paused"
    """By an admin."""
    DISABLED = "disabled"
    """By us, because it cannot work; see the reason."""


class Taste(StrEnum):
    """How much what a server's members saved from its threads moves the order of the next one, and
    whether what is on the server's shelf counts, too."""

    OFF = "off"
    MILD = "mild"
    STRONG = "strong"
    SHELF_MILD = "shelf-mild"
    SHELF_STRONG = "shelf-strong"

    @property
    def with_shelf(self) -> bool:
        """Whether the server's shelf counts."""
        return self in (Taste.SHELF_MILD, Taste.SHELF_STRONG)


class Kind(StrEnum):
    """What a feed's channel is."""

    CHANNEL = "channel"
    """Text or announcement: an admin may turn one into the other."""
    THREAD = "thread"
    FORUM = "forum"
    """Or a media channel."""


class Layout(StrEnum):
    """What one post of a forum has."""

    DAY = "day"
    PAPER = "paper"


class Tags(StrEnum):
    """Which of a forum's tags its posts get."""

    OFF = "off"
    EXISTING = "existing"
    CREATED = "created"
    """Those that are missing are created."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A channel's daily thread, or its roundup of a week or a month."""

    id: int
    guild_id: int
    channel_id: int
    at: time
    """The hour on the wall clock of `timezone`."""
    timezone: str
    size: int
    min_votes: int
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    """As they were written; a paper about one of them is enough. Empty: about anything."""
    ping_role_id: int | None
    state: FeedState
    disabled_reason: str | None
    told_at: datetime | None
    """When an admin was notified that it is disabled."""
    created_at: datetime
    set_at: datetime | None = None
    """When an admin last set its hour or zone, or resumed it."""
    language: str | None = None
    """The code of the language that it posts in; `None` for the server's own."""
    taste: Taste = Taste.OFF
    kind: Kind = Kind.CHANNEL
    layout: Layout = Layout.DAY
    tags: Tags = Tags.EXISTING
    publish: bool = False
    """Whether overviews in an announcement channel are published to those that follow it."""
    every: Every = Every.DAY
    weekday: int = 0
    """Of a weekly roundup, 0 for Monday."""
    sources: tuple[str, ...] = ()
    """The keys of its sources (`papers.sources.declared`); empty for the default ones."""
    trending: bool = False
    """Whether its overviews name what trends on the Hub."""
    named: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)
    """What its server calls those of its sources that are feeds of the web, by their keys."""

    @property
    def since(self) -> datetime:
        """From when on it posts as it is set now."""
        return self.set_at or self.created_at


async def add(
    conn: AsyncConnection,
    *,
    guild_id: int,
    channel_id: int,
    at: time,
    timezone: str,
    size: int,
    now: datetime,
    min_votes: int = 0,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    categories: Iterable[str] = (),
    topics: Iterable[str] = (),
    ping_role_id: int | None = None,
    language: str | None = None,
    taste: Taste = Taste.OFF,
    kind: Kind = Kind.CHANNEL,
    layout: Layout = Layout.DAY,
    tags: Tags = Tags.EXISTING,
    publish: bool = False,
    every: Every = Every.DAY,
    weekday: int = 0,
    sources: Iterable[str] = (),
    trending: bool = False,
) -> Feed | None:
    """Give a channel a feed; `None` if it has one of that kind already (`of_kind`)."""
    await conn.execute(insert(guilds).values(id=guild_id, joined_at=now).on_conflict_do_nothing())
    statement = (
        insert(feeds)
        .values(
            guild_id=guild_id,
            channel_id=channel_id,
            at=at,
            timezone=timezone,
            size=size,
            min_votes=min_votes,
            include=list(include),
            exclude=list(exclude),
            categories=list(categories),
            topics=list(topics),
            ping_role_id=ping_role_id,
            language=language,
            taste=taste.value,
            kind=kind.value,
            layout=layout.value,
            tags=tags.value,
            publish=publish,
            every=every.value,
            weekday=weekday,
            sources=list(sources),
            trending=trending,
            state=FeedState.ACTIVE.value,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(feeds)
    )
    return next(iter(await _feeds(conn, statement)), None)


async def get(conn: AsyncConnection, feed_id: int) -> Feed | None:
    """Return one feed."""
    found = await _feeds(conn, select(feeds).where(feeds.c.id == feed_id))
    return found[0] if found else None


async def of_guild(conn: AsyncConnection, guild_id: int) -> list[Feed]:
    """Return a server's feeds, oldest first."""
    statement = select(feeds).where(feeds.c.guild_id == guild_id).order_by(feeds.c.id)
    return await _feeds(conn, statement)


def of_kind(known: Iterable[Feed], channel_id: int, every: Every) -> Feed | None:
    """Return a channel's daily thread, or its roundup of a week or a month, among these feeds."""
    return next(
        (feed for feed in known if feed.channel_id == channel_id and is_of_kind(feed, every)), None
    )


def is_of_kind(feed: Feed, every: Every) -> bool:
    """Return whether a feed is what `every` names: a daily thread, or that roundup."""
    return feed.every in (DAILY if every.is_daily else (every,))


async def longest_roundup(conn: AsyncConnection) -> Every | None:
    """Return the rarest cadence of the roundups that are posted, `None` if none is."""
    used = await conn.scalars(
        select(feeds.c.every).where(feeds.c.state == FeedState.ACTIVE.value).distinct()
    )
    known = set(used)
    return next((every for every in (Every.MONTH, Every.WEEK) if every.value in known), None)


async def source_groups(conn: AsyncConnection) -> list[tuple[str, ...]]:
    """Return the sets of sources that feeds which post have, the default one as `()`."""
    used = await conn.scalars(
        select(feeds.c.sources).where(feeds.c.state == FeedState.ACTIVE.value).distinct()
    )
    return sorted(tuple(keys) for keys in used)


async def any_trending(conn: AsyncConnection) -> bool:
    """Return whether a feed that posts names what trends."""
    statement = select(
        select(feeds.c.id)
        .where(feeds.c.state == FeedState.ACTIVE.value, feeds.c.trending == 1)
        .exists()
    )
    return bool(await conn.scalar(statement))


async def active(conn: AsyncConnection) -> list[Feed]:
    """Return every feed that posts."""
    statement = select(feeds).where(feeds.c.state == FeedState.ACTIVE.value).order_by(feeds.c.id)
    return await _feeds(conn, statement)


async def misplaced(conn: AsyncConnection) -> list[Feed]:
    """Return the feeds that post and whose time zone is unknown here."""
    used = select(feeds.c.timezone).where(feeds.c.state == FeedState.ACTIVE.value).distinct()
    unknown = set((await conn.execute(used)).scalars()) - zones.names()
    if not unknown:
        return []
    return [feed for feed in await active(conn) if feed.timezone in unknown]


async def untold(conn: AsyncConnection, guild_id: int) -> list[Feed]:
    """Return the feeds of a server that we disabled and whose admin does not know yet."""
    statement = (
        select(feeds)
        .where(
            feeds.c.guild_id == guild_id,
            feeds.c.state == FeedState.DISABLED.value,
            feeds.c.told_at.is_(None),
        )
        .order_by(feeds.c.id)
    )
    return await _feeds(conn, statement)


async def update(conn: AsyncConnection, feed: Feed) -> bool:
    """Store what an admin may edit of `feed`, made with `dataclasses.replace`; false if it is gone.

    Its channel, state and history stay; see `set_state`.
    """
    result = await conn.execute(
        change(feeds)
        .where(feeds.c.id == feed.id)
        .values(
            at=feed.at,
            timezone=feed.timezone,
            size=feed.size,
            min_votes=feed.min_votes,
            include=list(feed.include),
            exclude=list(feed.exclude),
            categories=list(feed.categories),
            topics=list(feed.topics),
            ping_role_id=feed.ping_role_id,
            language=feed.language,
            taste=feed.taste.value,
            layout=feed.layout.value,
            tags=feed.tags.value,
            publish=feed.publish,
            every=feed.every.value,
            weekday=feed.weekday,
            sources=list(feed.sources),
            trending=feed.trending,
            set_at=feed.set_at,
        )
    )
    return result.rowcount == 1


async def set_state(
    conn: AsyncConnection,
    feed_id: int,
    state: FeedState,
    reason: str | None = None,
    *,
    now: datetime | None = None,
) -> bool:
    """Pause, resume or disable a feed; return whether that changed anything.

    A feed that is disabled for a new reason has its admin notified again (`mark_told`). One that
    is resumed owes nothing from before `now`, so that what comes next is not late.
    """
    values: dict[str, Any] = {"state": state.value, "disabled_reason": reason, "told_at": None}
    if state is FeedState.ACTIVE and now is not None:
        values["set_at"] = now
    result = await conn.execute(
        change(feeds)
        .where(
            feeds.c.id == feed_id,
            (feeds.c.state != state.value) | feeds.c.disabled_reason.is_distinct_from(reason),
        )
        .values(**values)
    )
    return result.rowcount == 1


async def set_publish(conn: AsyncConnection, feed_id: int, *, publish: bool) -> None:
    """Record whether a feed's overviews are published to other channels."""
    await conn.execute(change(feeds).where(feeds.c.id == feed_id).values(publish=publish))


async def mark_told(conn: AsyncConnection, feed_id: int, now: datetime) -> None:
    """Record that an admin was notified why the feed is disabled."""
    await conn.execute(change(feeds).where(feeds.c.id == feed_id).values(told_at=now))


async def remove(conn: AsyncConnection, feed_id: int) -> bool:
    """Delete a feed; its posts stay, because the channel has seen those papers."""
    result = await conn.execute(delete(feeds).where(feeds.c.id == feed_id))
    return result.rowcount == 1


async def _feeds(conn: AsyncConnection, statement: Any) -> list[Feed]:
    rows = (await conn.execute(statement)).all()
    servers = {row.guild_id for row in rows if any(map(web_number, row.sources))}
    named = await server_sources.names(conn, servers) if servers else {}
    return [_feed(row, named.get(row.guild_id, {})) for row in rows]


def _feed(row: Row[Any], named: Mapping[str, str]) -> Feed:
    return Feed(
        id=row.id,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        at=row.at,
        timezone=row.timezone,
        size=row.size,
        min_votes=row.min_votes,
        include=tuple(row.include),
        exclude=tuple(row.exclude),
        categories=tuple(row.categories),
        topics=tuple(row.topics),
        ping_role_id=row.ping_role_id,
        state=FeedState(row.state),
        disabled_reason=row.disabled_reason,
        told_at=row.told_at,
        created_at=row.created_at,
        set_at=row.set_at,
        language=row.language,
        taste=Taste(row.taste),
        kind=Kind(row.kind),
        layout=Layout(row.layout),
        tags=Tags(row.tags),
        publish=bool(row.publish),
        trending=bool(row.trending),
        every=Every(row.every),
        weekday=row.weekday,
        sources=tuple(row.sources),
        named={key: named[key] for key in row.sources if key in named},
    )
