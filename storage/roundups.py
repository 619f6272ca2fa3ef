"""What a roundup tells beside its papers: where they were posted, what was saved, what gained code.

Counts only: never who saved what.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.cadence import DAILY
from papers.news import Kind
from storage.chunks import chunks
from storage.papers import work_of
from storage.tables import cards, news, papers, post_papers, posts, saves
from storage.thread_saves import from_card


@dataclass(frozen=True, slots=True)
class Posted:
    """A paper's card in a daily thread of a server."""

    paper_id: str
    feed_channel_id: int
    """The channel of the thread."""
    channel_id: int
    """The thread."""
    message_id: int
    posted_at: datetime
    upvotes: int | None
    """When the thread was planned; `None` where that was not noted."""
    had_code: bool | None
    """Whether the paper's code was known then, likewise."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A paper that members of a server saved on its cards."""

    paper_id: str
    title: str
    """As the source gave it."""
    members: int
    channel_id: int
    message_id: int
    """The newest of those cards."""


async def posted(
    conn: AsyncConnection, guild_id: int, paper_ids: Collection[str], channel_id: int
) -> dict[str, Posted]:
    """Return the first card of each paper in the server's daily threads; one of `channel_id`'s
    threads goes before."""
    found: dict[str, Posted] = {}
    for some in chunks(sorted(paper_ids)):
        statement = _cards(guild_id).where(post_papers.c.paper_id.in_(some))
        for row in await conn.execute(statement.order_by(cards.c.message_id)):
            known = found.get(row.paper_id)
            here = row.feed_channel_id == channel_id
            if known is None or (here and known.feed_channel_id != channel_id):
                found[row.paper_id] = _posted(row)
    return found


async def gained_code(
    conn: AsyncConnection, channel_id: int, guild_id: int, since: datetime, until: datetime
) -> dict[str, Posted]:
    """Return the papers of a channel's daily threads whose code was found between these moments.

    Only papers that people saved anywhere are watched for that.
    """
    statement = (
        _cards(guild_id)
        .join(news, news.c.paper_id == post_papers.c.paper_id)
        .where(
            posts.c.channel_id == channel_id,
            news.c.kind == Kind.CODE.value,
            news.c.found_at > since,
            news.c.found_at <= until,
        )
        .order_by(cards.c.message_id)
    )
    return {row.paper_id: _posted(row) for row in await conn.execute(statement)}


async def most_saved(
    conn: AsyncConnection,
    guild_id: int,
    since: datetime,
    until: datetime,
    *,
    least: int,
    limit: int,
) -> list[Saved]:
    """Return what most members saved between these moments on the server's cards.

    Saves that were made elsewhere do not count, nor do those of people who opted out.

    Args:
        conn: a connection to the database.
        guild_id: the server.
        since: not included.
        until: included.
        least: members that a paper needs to be named at all.
        limit: papers at most.
    """
    there = (
        select(
            work_of(saves.c.paper_id).label("paper_id"),
            saves.c.user_id,
            post_papers.c.message_id,
        )
        .select_from(saves)
        .join(post_papers, from_card())
        .join(posts, (posts.c.id == post_papers.c.post_id) & (posts.c.guild_id == guild_id))
        .where(saves.c.guild_id == guild_id, saves.c.saved_at > since, saves.c.saved_at <= until)
        .subquery()
    )
    members = func.count(there.c.user_id.distinct())
    newest = func.max(there.c.message_id)
    most = (
        select(there.c.paper_id, members.label("members"), newest.label("message_id"))
        .group_by(there.c.paper_id)
        .having(members >= least)
        .order_by(members.desc(), newest.desc(), there.c.paper_id)
        .limit(limit)
        .subquery()
    )
    rows = await conn.execute(
        select(most, papers.c.title, cards.c.channel_id)
        .join(papers, papers.c.id == most.c.paper_id)
        .join(cards, cards.c.message_id == most.c.message_id)
        .where(papers.c.withdrawn_at.is_(None))
        .order_by(most.c.members.desc(), most.c.message_id.desc(), most.c.paper_id)
    )
    return [
        Saved(row.paper_id, row.title, row.members, row.channel_id, row.message_id) for row in rows
    ]


def _cards(guild_id: int) -> Select[Any]:
    columns = [
        post_papers.c.paper_id,
        posts.c.channel_id.label("feed_channel_id"),
        cards.c.channel_id,
        cards.c.message_id,
        cards.c.posted_at,
        post_papers.c.upvotes,
        post_papers.c.code,
    ]
    return (
        select(*columns)
        .select_from(post_papers)
        .join(posts, posts.c.id == post_papers.c.post_id)
        .join(
            cards,
            (cards.c.message_id == post_papers.c.message_id)
            & (cards.c.paper_id == post_papers.c.paper_id),
        )
        .where(posts.c.guild_id == guild_id, posts.c.every.in_(DAILY))
    )


def _posted(row: Row[Any]) -> Posted:
    return Posted(
        row.paper_id,
        row.feed_channel_id,
        row.channel_id,
        row.message_id,
        row.posted_at,
        row.upvotes,
        None if row.code is None else bool(row.code),
    )
