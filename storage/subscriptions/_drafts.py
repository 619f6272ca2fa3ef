"""Drafts of subscriptions: topics that a user previews."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import server_sources
from storage.engines.statements import delete_some, insert
from storage.subscriptions._types import Every, Mode, TopicDraft
from storage.tables import topic_drafts

DRAFTS_KEPT = timedelta(days=7)
"""How long the buttons of a preview work."""

_ID_BITS = 62


async def add_draft(
    conn: AsyncConnection,
    *,
    query: str,
    mode: Mode,
    every: Every | None,
    min_votes: int,
    now: datetime,
    sources: Sequence[str] = (),
) -> TopicDraft:
    """Store a topic that a user previews, and prune a few of those of days ago."""
    await forget_drafts(conn, now, most=20)
    # At random, not counted: who guesses at numbers must not read what others look for, and none
    # comes back, so that an old button never means another topic.
    draft_id = secrets.randbits(_ID_BITS)
    await conn.execute(
        insert(topic_drafts).values(
            id=draft_id,
            query=query,
            mode=mode.value,
            every=every.value if every else None,
            min_votes=min_votes,
            sources=list(sources),
            created_at=now,
        )
    )
    named = await server_sources.named(conn, sources)
    return TopicDraft(
        draft_id, query, mode, every, min_votes, now, sources=tuple(sources), named=named
    )


async def note_shown(
    conn: AsyncConnection, draft_id: int, shown: Sequence[str], brings_from: datetime
) -> None:
    """Record which papers the preview of a draft showed, and from when on digests bring others."""
    await conn.execute(
        update(topic_drafts)
        .where(topic_drafts.c.id == draft_id)
        .values(shown=list(shown), brings_from=brings_from)
    )


async def forget_drafts(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete drafts older than `DRAFTS_KEPT`; return how many, 0 at the end."""
    created = topic_drafts.c.created_at
    return await delete_some(
        conn, topic_drafts, created < now - DRAFTS_KEPT, first=created, most=most
    )


async def get_draft(conn: AsyncConnection, draft_id: int) -> TopicDraft | None:
    """Return a topic under consideration, `None` once it is forgotten."""
    row = (
        await conn.execute(select(topic_drafts).where(topic_drafts.c.id == draft_id))
    ).one_or_none()
    if row is None:
        return None
    every = Every(row.every) if row.every else None
    return TopicDraft(
        row.id,
        row.query,
        Mode(row.mode),
        every,
        row.min_votes,
        row.brings_from or row.created_at,
        tuple(row.shown or ()),
        tuple(row.sources),
        await server_sources.named(conn, row.sources),
    )
