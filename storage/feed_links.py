"""Links for feed readers: what each shows, and the papers in it."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import insert
from storage.papers import StoredPaper, stored, work_of
from storage.subscriptions import wanted_papers
from storage.tables import (
    feed_links,
    feeds,
    papers,
    post_papers,
    posts,
    saves,
    subscriptions,
    topic_matches,
)

TOKEN_BYTES: Final = 32
"""Random bytes of a token; in an address they are 43 characters of base64."""


class OfFeed(NamedTuple):
    """What a channel's daily threads posted."""

    feed_id: int


class OfShelf(NamedTuple):
    """What is on a server's shelf."""

    guild_id: int


class OfTopic(NamedTuple):
    """What a topic that a person follows matched."""

    user_id: int
    topic_id: int


class OfList(NamedTuple):
    """What is on a person's list."""

    user_id: int
    list_id: int


Target: TypeAlias = OfFeed | OfShelf | OfTopic | OfList


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link, without its token."""

    id: int
    target: Target
    host: str
    created_at: datetime


class Added(NamedTuple):
    """A paper in a feed, and when it came there."""

    paper: StoredPaper
    at: datetime


def digest(token: str) -> bytes:
    """Return what of a token is stored."""
    return hashlib.sha256(token.encode()).digest()


async def create(conn: AsyncConnection, target: Target, host: str, now: datetime) -> str:
    """Make a link and return its token, which nothing can return again."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await conn.execute(
        insert(feed_links).values(
            token_hash=digest(token), host=host, created_at=now, **target._asdict()
        )
    )
    return token


async def of_target(conn: AsyncConnection, target: Target) -> list[FeedLink]:
    """Return the links that show this, oldest first."""
    statement = select(feed_links).where(_shows(target)).order_by(feed_links.c.id)
    return [_link(row) for row in await conn.execute(statement)]


async def get(conn: AsyncConnection, link_id: int) -> FeedLink | None:
    """Return a link by its number."""
    row = (await conn.execute(select(feed_links).where(feed_links.c.id == link_id))).one_or_none()
    return None if row is None else _link(row)


async def find(conn: AsyncConnection, token: str) -> FeedLink | None:
    """Return the link of a token, `None` for one that never was, or is no more.

    It is looked up by a hash: how long that takes says nothing about any token.
    """
    statement = select(feed_links).where(feed_links.c.token_hash == digest(token))
    row = (await conn.execute(statement)).one_or_none()
    return None if row is None else _link(row)


async def revoke(conn: AsyncConnection, link_id: int) -> bool:
    """Delete a link; return whether it was there."""
    return (await conn.execute(delete(feed_links).where(feed_links.c.id == link_id))).rowcount == 1


async def leave(conn: AsyncConnection, guild_id: int) -> None:
    """Delete every link of a server."""
    theirs = select(feeds.c.id).where(feeds.c.guild_id == guild_id)
    await conn.execute(delete(feed_links).where(feed_links.c.feed_id.in_(theirs)))
    await conn.execute(delete(feed_links).where(feed_links.c.guild_id == guild_id))


async def keep_only(conn: AsyncConnection, hashes: Iterable[bytes]) -> int:
    """Delete every link but those with these hashes; return how many."""
    kept = set(hashes)
    rows = (await conn.execute(select(feed_links.c.id, feed_links.c.token_hash))).all()
    gone = [row.id for row in rows if row.token_hash not in kept]
    for link_id in gone:
        await revoke(conn, link_id)
    return len(gone)


async def papers_in(
    conn: AsyncConnection, target: OfFeed | OfTopic | OfList, limit: int
) -> list[Added]:
    """Return the papers that a link shows, the newest first; `storage.shelves` has a shelf's."""
    match target:
        case OfFeed():
            statement = _posted(target)
        case OfTopic():
            statement = _matched(target)
        case OfList():
            statement = _listed(target)
    rows = await conn.execute(statement.limit(limit))
    return [Added(stored(row), row.added_at) for row in rows]


def _posted(target: OfFeed) -> Select[Any]:
    return (
        select(papers, func.coalesce(posts.c.started_at, posts.c.planned_at).label("added_at"))
        .join(post_papers, post_papers.c.paper_id == papers.c.id)
        .join(posts, posts.c.id == post_papers.c.post_id)
        .where(posts.c.feed_id == target.feed_id, post_papers.c.message_id.is_not(None))
        .order_by(posts.c.batch_day.desc(), post_papers.c.position)
    )


def _matched(target: OfTopic) -> Select[Any]:
    return (
        select(papers, topic_matches.c.matched_at.label("added_at"))
        .join(topic_matches, topic_matches.c.paper_id == papers.c.id)
        .join(subscriptions, subscriptions.c.topic_id == topic_matches.c.topic_id)
        .where(
            subscriptions.c.user_id == target.user_id,
            subscriptions.c.topic_id == target.topic_id,
            wanted_papers(),
        )
        .order_by(topic_matches.c.matched_at.desc(), topic_matches.c.score.desc(), papers.c.id)
    )


def _listed(target: OfList) -> Select[Any]:
    held = (
        select(work_of(saves.c.paper_id).label("work"), saves.c.saved_at)
        .where(
            saves.c.user_id == target.user_id, saves.c.list_id == target.list_id, saves.c.kept == 1
        )
        .subquery()
    )
    added = func.min(held.c.saved_at, type_=saves.c.saved_at.type)
    return (
        select(papers, added.label("added_at"))
        .join(held, held.c.work == papers.c.id)
        .group_by(papers.c.row)
        .order_by(added.desc(), papers.c.id)
    )


def _shows(target: Target) -> ColumnElement[bool]:
    return and_(*(feed_links.c[name] == value for name, value in target._asdict().items()))


def _link(row: Row[Any]) -> FeedLink:
    if row.feed_id is not None:
        target: Target = OfFeed(row.feed_id)
    elif row.guild_id is not None:
        target = OfShelf(row.guild_id)
    elif row.topic_id is not None:
        target = OfTopic(row.user_id, row.topic_id)
    else:
        target = OfList(row.user_id, row.list_id)
    return FeedLink(row.id, target, row.host, row.created_at)
