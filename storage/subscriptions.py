"""Subscriptions: who wants to read about what, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, exists, func, select
from sqlalchemy import update as change
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.sqlite import insert
from storage.tables import (
    subscribers,
    subscriptions,
    topic_drafts,
    topic_matches,
    topics,
    users,
)

DRAFTS_KEPT = timedelta(days=7)
"""How long the buttons of a preview work."""

STRIKES = 3
"""Refusals in a row after which a person's direct messages count as closed."""


class Mode(StrEnum):
    """How widely a topic is matched."""

    STRICT = "strict"
    BROAD = "broad"
    TRENDING = "trending"
    """Not matched at all: the day's best."""


class Every(StrEnum):
    """How often a person wants a digest."""

    DAY = "day"
    WEEKDAYS = "weekdays"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class StoredTopic:
    """A topic that somebody subscribed to."""

    id: int
    query: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Subscriber:
    """When a person gets a digest, and whether it reaches them."""

    user_id: int
    at: time
    timezone: str
    every: Every
    quiet_until: date | None
    dm_channel_id: int | None
    strikes: int
    closed_at: datetime | None
    closed_reason: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """One person's topic; `matches` counts what it brought in the last 14 days."""

    topic: StoredTopic
    min_votes: int
    paused: bool
    created_at: datetime
    matches: int = 0


@dataclass(frozen=True, slots=True)
class TopicDraft:
    """A topic under consideration; it does not say whose."""

    id: int
    query: str
    mode: Mode
    every: Every | None
    min_votes: int


async def add_draft(
    conn: AsyncConnection,
    *,
    query: str,
    mode: Mode,
    every: Every | None,
    min_votes: int,
    now: datetime,
) -> TopicDraft:
    """Remember a topic that somebody looks at, and forget those of days ago."""
    draft_id = await conn.scalar(
        insert(topic_drafts)
        .values(
            query=query,
            mode=mode.value,
            every=every.value if every else None,
            min_votes=min_votes,
            created_at=now,
        )
        .returning(topic_drafts.c.id)
    )
    # Only now: the newest row stays, so that no number comes back and an old button means another.
    await conn.execute(delete(topic_drafts).where(topic_drafts.c.created_at < now - DRAFTS_KEPT))
    return TopicDraft(int(draft_id or 0), query, mode, every, min_votes)


async def get_draft(conn: AsyncConnection, draft_id: int) -> TopicDraft | None:
    """Return a topic under consideration, `None` once it is forgotten."""
    row = (
        await conn.execute(select(topic_drafts).where(topic_drafts.c.id == draft_id))
    ).one_or_none()
    if row is None:
        return None
    every = Every(row.every) if row.every else None
    return TopicDraft(row.id, row.query, Mode(row.mode), every, row.min_votes)


async def subscriber(conn: AsyncConnection, user_id: int) -> Subscriber | None:
    """Return a person's settings."""
    row = (
        await conn.execute(select(subscribers).where(subscribers.c.user_id == user_id))
    ).one_or_none()
    return None if row is None else _subscriber(row)


async def ensure_subscriber(
    conn: AsyncConnection, user_id: int, *, at: time, timezone: str, every: Every, now: datetime
) -> Subscriber:
    """Return a person's settings, with these defaults for somebody new."""
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())
    await conn.execute(
        insert(subscribers)
        .values(
            user_id=user_id, at=at, timezone=timezone, every=every.value, strikes=0, created_at=now
        )
        .on_conflict_do_nothing()
    )
    found = await subscriber(conn, user_id)
    assert found is not None  # noqa: S101 - it was inserted above
    return found


async def change_settings(conn: AsyncConnection, wanted: Subscriber) -> None:
    """Store what a person may set, made with `dataclasses.replace`."""
    await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == wanted.user_id)
        .values(
            at=wanted.at,
            timezone=wanted.timezone,
            every=wanted.every.value,
            quiet_until=wanted.quiet_until,
        )
    )


async def subscribe(
    conn: AsyncConnection,
    user_id: int,
    *,
    key: str,
    query: str,
    mode: Mode,
    min_votes: int,
    now: datetime,
) -> bool:
    """Subscribe a known subscriber to a topic; return whether that is new.

    Subscribing again changes the votes it takes, and ends a pause.
    """
    await conn.execute(
        insert(topics)
        .values(key=f"{mode.value}:{key}", query=query, mode=mode.value, created_at=now)
        .on_conflict_do_nothing(index_elements=[topics.c.key])
    )
    topic_id = await conn.scalar(select(topics.c.id).where(topics.c.key == f"{mode.value}:{key}"))
    mine = (subscriptions.c.user_id == user_id) & (subscriptions.c.topic_id == topic_id)
    known = await conn.scalar(select(func.count()).select_from(subscriptions).where(mine))
    await conn.execute(
        insert(subscriptions)
        .values(user_id=user_id, topic_id=topic_id, min_votes=min_votes, paused=0, created_at=now)
        .on_conflict_do_update(
            index_elements=[subscriptions.c.user_id, subscriptions.c.topic_id],
            set_={"min_votes": min_votes, "paused": 0},
        )
    )
    return not known


async def topic_of_key(conn: AsyncConnection, mode: Mode, key: str) -> StoredTopic | None:
    """Return the topic that people of this mode and normal form share."""
    row = (
        await conn.execute(
            select(topics.c.id, topics.c.query, topics.c.mode).where(
                topics.c.key == f"{mode.value}:{key}"
            )
        )
    ).one_or_none()
    return None if row is None else StoredTopic(row.id, row.query, Mode(row.mode))


async def unsubscribe(conn: AsyncConnection, user_id: int, topic_id: int) -> StoredTopic | None:
    """End a subscription and return its topic; a topic that nobody follows any more goes, too."""
    topic = await stored_topic(conn, topic_id)
    result = await conn.execute(
        delete(subscriptions).where(
            subscriptions.c.user_id == user_id, subscriptions.c.topic_id == topic_id
        )
    )
    await forget_unfollowed(conn)
    return topic if result.rowcount else None


async def unsubscribe_all(conn: AsyncConnection, user_id: int) -> int:
    """End all of a person's subscriptions and return how many there were."""
    result = await conn.execute(delete(subscriptions).where(subscriptions.c.user_id == user_id))
    await forget_unfollowed(conn)
    return result.rowcount


async def forget_unfollowed(conn: AsyncConnection) -> None:
    """Delete the topics that nobody follows, with what they matched."""
    await conn.execute(
        delete(topics).where(~exists().where(subscriptions.c.topic_id == topics.c.id))
    )


async def set_paused(conn: AsyncConnection, user_id: int, topic_id: int, *, paused: bool) -> bool:
    """Pause or resume one subscription; return whether the person has it."""
    result = await conn.execute(
        change(subscriptions)
        .where(subscriptions.c.user_id == user_id, subscriptions.c.topic_id == topic_id)
        .values(paused=int(paused))
    )
    return result.rowcount == 1


async def of_user(
    conn: AsyncConnection, user_id: int, *, since: datetime | None = None
) -> list[Subscription]:
    """Return a person's subscriptions, oldest first, counting their matches after `since`."""
    matches = (
        select(func.count())
        .select_from(topic_matches)
        .where(topic_matches.c.topic_id == topics.c.id)
    )
    if since is not None:
        matches = matches.where(topic_matches.c.matched_at >= since)
    rows = await conn.execute(
        select(
            topics.c.id,
            topics.c.query,
            topics.c.mode,
            subscriptions.c.min_votes,
            subscriptions.c.paused,
            subscriptions.c.created_at,
            matches.scalar_subquery().label("matches"),
        )
        .join(topics, topics.c.id == subscriptions.c.topic_id)
        .where(subscriptions.c.user_id == user_id)
        .order_by(subscriptions.c.created_at, topics.c.id)
    )
    return [
        Subscription(
            StoredTopic(row.id, row.query, Mode(row.mode)),
            row.min_votes,
            bool(row.paused),
            row.created_at,
            row.matches,
        )
        for row in rows
    ]


async def stored_topic(conn: AsyncConnection, topic_id: int) -> StoredTopic | None:
    """Return one topic."""
    row = (
        await conn.execute(
            select(topics.c.id, topics.c.query, topics.c.mode).where(topics.c.id == topic_id)
        )
    ).one_or_none()
    return None if row is None else StoredTopic(row.id, row.query, Mode(row.mode))


async def all_topics(conn: AsyncConnection) -> list[StoredTopic]:
    """Return every topic that is matched, in the order of their ids."""
    rows = await conn.execute(
        select(topics.c.id, topics.c.query, topics.c.mode)
        .where(topics.c.mode != Mode.TRENDING.value)
        .order_by(topics.c.id)
    )
    return [StoredTopic(row.id, row.query, Mode(row.mode)) for row in rows]


async def popular(conn: AsyncConnection, typed: str, limit: int) -> Sequence[str]:
    """Return the topics most people follow that hold what was typed, for autocomplete.

    A topic that only one person follows is nobody else's business.
    """
    followers = func.count(subscriptions.c.user_id)
    rows = await conn.execute(
        select(topics.c.query)
        .join(subscriptions, subscriptions.c.topic_id == topics.c.id)
        .where(topics.c.query.icontains(typed, autoescape=True), topics.c.mode != Mode.TRENDING)
        .group_by(topics.c.query)
        .having(followers > 1)
        .order_by(followers.desc(), topics.c.query)
        .limit(limit)
    )
    return list(rows.scalars())


async def open_channel(conn: AsyncConnection, user_id: int, channel_id: int) -> None:
    """Record the direct message channel that a person can be reached in."""
    await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == user_id)
        .values(dm_channel_id=channel_id, strikes=0, closed_at=None, closed_reason=None)
    )


async def try_again(conn: AsyncConnection, user_id: int) -> bool:
    """Take closed direct messages for open until the next refusal; return whether they were."""
    result = await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == user_id, subscribers.c.closed_at.is_not(None))
        .values(strikes=STRIKES - 1, closed_at=None, closed_reason=None)
    )
    return result.rowcount == 1


async def reached(conn: AsyncConnection, user_id: int) -> None:
    """Record that a direct message arrived."""
    await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == user_id, subscribers.c.strikes > 0)
        .values(strikes=0)
    )


async def refused(conn: AsyncConnection, user_id: int, reason: str, now: datetime) -> bool:
    """Record a direct message that was refused; return whether they count as closed now."""
    strikes = await conn.scalar(
        change(subscribers)
        .where(subscribers.c.user_id == user_id)
        .values(strikes=subscribers.c.strikes + 1)
        .returning(subscribers.c.strikes)
    )
    if strikes is None or strikes < STRIKES:
        return False
    await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == user_id, subscribers.c.closed_at.is_(None))
        .values(closed_at=now, closed_reason=reason)
    )
    return True


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        user_id=row.user_id,
        at=row.at,
        timezone=row.timezone,
        every=Every(row.every),
        quiet_until=row.quiet_until,
        dm_channel_id=row.dm_channel_id,
        strikes=row.strikes,
        closed_at=row.closed_at,
        closed_reason=row.closed_reason,
        created_at=row.created_at,
    )
