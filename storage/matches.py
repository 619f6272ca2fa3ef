"""What topics matched: written once per pass over new papers, read by every digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.papers import StoredPaper, stored
from storage.sqlite import insert
from storage.tables import (
    digest_papers,
    digests,
    papers,
    subscriptions,
    topic_matches,
    topics,
    watermarks,
)

MATCHING = "matching"


@dataclass(frozen=True, slots=True)
class NewMatch:
    """A paper that a topic matched, as the matcher says it."""

    topic_id: int
    paper_id: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that one of a person's topics matched, and which."""

    paper: StoredPaper
    topic_id: int
    topic: str
    score: float
    reason: str
    matched_at: datetime


async def watermark(conn: AsyncConnection, name: str = MATCHING) -> int:
    """Return how far a pass has come, 0 before the first."""
    return await conn.scalar(select(watermarks.c.value).where(watermarks.c.name == name)) or 0


async def store(
    conn: AsyncConnection, matches: Sequence[NewMatch], revision: int, *, now: datetime
) -> None:
    """Store what a pass found and how far it has come, together; what is known stays as it was."""
    if matches:
        await conn.execute(
            insert(topic_matches).on_conflict_do_nothing(),
            [
                {
                    "topic_id": match.topic_id,
                    "paper_id": match.paper_id,
                    "score": match.score,
                    "reason": match.reason,
                    "matched_at": now,
                }
                for match in matches
            ],
        )
    await conn.execute(
        insert(watermarks)
        .values(name=MATCHING, value=revision)
        .on_conflict_do_update(index_elements=[watermarks.c.name], set_={"value": revision})
    )


async def prune(conn: AsyncConnection, before: datetime) -> None:
    """Forget old matches: what no digest took by then, none will take."""
    await conn.execute(delete(topic_matches).where(topic_matches.c.matched_at < before))


async def unseen(conn: AsyncConnection, user_id: int, since: datetime) -> list[Candidate]:
    """Return what a person's topics matched since then and no digest has brought them.

    A paper that several topics matched appears once for each.
    """
    brought = (
        exists()
        .where(
            digest_papers.c.paper_id == papers.c.id,
            digests.c.id == digest_papers.c.digest_id,
            digests.c.user_id == user_id,
        )
        .correlate(papers)
    )
    rows = await conn.execute(
        select(
            papers,
            topics.c.id.label("topic_id"),
            topics.c.query.label("topic"),
            topic_matches.c.score,
            topic_matches.c.reason,
            topic_matches.c.matched_at,
        )
        .join(topic_matches, topic_matches.c.paper_id == papers.c.id)
        .join(topics, topics.c.id == topic_matches.c.topic_id)
        .join(subscriptions, subscriptions.c.topic_id == topics.c.id)
        .where(
            subscriptions.c.user_id == user_id,
            subscriptions.c.paused == 0,
            topic_matches.c.matched_at >= since,
            topic_matches.c.matched_at >= subscriptions.c.created_at,
            papers.c.withdrawn_at.is_(None),
            (subscriptions.c.min_votes == 0) | (papers.c.upvotes >= subscriptions.c.min_votes),
            ~brought,
        )
    )
    return [
        Candidate(stored(row), row.topic_id, row.topic, row.score, row.reason, row.matched_at)
        for row in rows
    ]


async def brought(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return every paper that a digest has brought this person."""
    rows = await conn.execute(
        select(digest_papers.c.paper_id)
        .join(digests, digests.c.id == digest_papers.c.digest_id)
        .where(digests.c.user_id == user_id)
    )
    return set(rows.scalars())
