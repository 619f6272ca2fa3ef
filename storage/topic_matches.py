"""What topics matched: written once per pass over new papers, read by every digest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy import (
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.embedding import Embedder
from papers.messages import packed, unpacked
from papers.model import Announcement
from storage import learned
from storage.chunks import chunks
from storage.engines.statements import insert, row_of
from storage.papers import StoredPaper, stored
from storage.subscriptions import wanted_papers
from storage.tables import (
    batch_papers,
    brought_papers,
    digest_papers,
    digests,
    papers,
    subscriptions,
    topic_matches,
    topics,
    vectors,
    watermarks,
)
from storage.vectors import BEGINNING, Floats
from storage.vectors import model_key as model_of_search

MATCHES_KEPT = timedelta(days=30)
"""What no digest took by then, none will take: digests look back a week."""

MATCHING = "matching"
ENTRIES = "matching entries"

_REPLACED = (Announcement.REPLACE.value, Announcement.REPLACE_CROSS.value)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far papers have been matched: by the texts' revisions, and by the batches' entries."""

    revision: int
    entry: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A paper of a recent batch, and the newest such batch; `entry` is when it got in there."""

    paper_id: str
    revision: int
    day: date
    entry: int


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


async def progress(conn: AsyncConnection) -> Progress:
    """Return how far the matching has come, zeros before the first pass."""
    rows = await conn.execute(
        select(watermarks.c.name, watermarks.c.value).where(
            watermarks.c.name.in_((MATCHING, ENTRIES))
        )
    )
    known: dict[str, int] = {row.name: row.value for row in rows}
    return Progress(known.get(MATCHING, 0), known.get(ENTRIES, 0))


async def latest(conn: AsyncConnection) -> Progress:
    """Return how far the matching could come now."""
    revision = await conn.scalar(select(func.max(papers.c.revision)))
    entry = await conn.scalar(select(func.max(batch_papers.c.entry)))
    return Progress(revision or 0, entry or 0)


async def placed(conn: AsyncConnection, since: date, *, sources: Collection[str]) -> list[Placed]:
    """Return the papers of these sources' batches from that day on, in the order they came.

    What arXiv announced as a new version only, and what was withdrawn, is not among them; nor is a
    paper that we know for another reason than being new, such as a search.
    """
    entry, day = (
        func.max(batch_papers.c.entry).label("entry"),
        func.max(batch_papers.c.day).label("day"),
    )
    rows = await conn.execute(
        select(papers.c.id, papers.c.revision, day, entry)
        .join_from(papers, batch_papers, batch_papers.c.paper_id == papers.c.id)
        .where(
            batch_papers.c.day >= since,
            batch_papers.c.source.in_(sources),
            or_(
                batch_papers.c.announcement.is_(None),
                batch_papers.c.announcement.not_in(_REPLACED),
            ),
            papers.c.withdrawn_at.is_(None),
        )
        .group_by(papers.c.row)
        .order_by(entry)
    )
    return [Placed(*row) for row in rows]


async def remember(conn: AsyncConnection, matches: Sequence[NewMatch], *, at: datetime) -> None:
    """Store matches as found at that moment; what is known stays as it was."""
    if not matches:
        return
    await conn.execute(
        insert(topic_matches).on_conflict_do_nothing(),
        [
            {
                "topic_id": match.topic_id,
                "paper_id": match.paper_id,
                "score": match.score,
                "reason": packed(match.reason),
                "matched_at": at,
            }
            for match in matches
        ],
    )


async def store(
    conn: AsyncConnection, matches: Sequence[NewMatch], reached: Progress, *, now: datetime
) -> None:
    """Store what a pass found and how far it has come, together."""
    await remember(conn, matches, at=now)
    new = insert(watermarks)
    await conn.execute(
        new.on_conflict_do_update(
            index_elements=[watermarks.c.name], set_={"value": new.excluded.value}
        ),
        [
            {"name": MATCHING, "value": reached.revision},
            {"name": ENTRIES, "value": reached.entry},
        ],
    )


async def prune(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Forget matches older than `MATCHES_KEPT`; return how many, 0 at the end.

    What a topic has learned from stays, as papers of the person who said so.
    """
    row = row_of(topic_matches)
    old = (
        select(row)
        .where(topic_matches.c.matched_at < now - MATCHES_KEPT)
        .order_by(topic_matches.c.matched_at, row)
        .limit(most)
    )
    await learned.keep(conn, select(topic_matches).where(row.in_(old)))
    return (await conn.execute(delete(topic_matches).where(row.in_(old)))).rowcount


async def unseen(conn: AsyncConnection, user_id: int, since: datetime) -> list[Candidate]:
    """Return what a person's topics matched since then and no digest has brought them.

    A paper that several topics matched appears once for each.
    """
    # Read once for the person: a paper that thousands got is not looked up for each of them.
    recently = (
        select(digest_papers.c.paper_id)
        .join(digests, digests.c.id == digest_papers.c.digest_id)
        .where(digests.c.user_id == user_id)
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
            topic_matches.c.matched_at
            >= func.coalesce(subscriptions.c.brings_from, subscriptions.c.created_at),
            wanted_papers(),
            papers.c.id.not_in(recently),
        )
    )
    older = await _older(conn, user_id)
    return [
        Candidate(
            stored(row),
            row.topic_id,
            row.topic,
            row.score,
            unpacked(row.reason),
            row.matched_at,
        )
        for row in rows
        if row.id not in older
    ]


async def brought(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return every paper that a digest has brought this person."""
    rows = await conn.execute(
        select(digest_papers.c.paper_id)
        .join(digests, digests.c.id == digest_papers.c.digest_id)
        .where(digests.c.user_id == user_id)
    )
    return set(rows.scalars()) | await _older(conn, user_id)


async def _older(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return what digests brought that have been pruned."""
    rows = await conn.execute(
        select(brought_papers.c.papers).where(brought_papers.c.user_id == user_id)
    )
    return set[str]().union(*rows.scalars())


def model_key(embedder: Embedder) -> str:
    """Return what the vectors that topics are matched with are stored under.

    They are of a paper's beginning; those of search are of its whole abstract.
    """
    return f"{model_of_search(embedder)}+{BEGINNING}"


async def vectors_of(conn: AsyncConnection, model: str, ids: Sequence[str]) -> dict[str, Floats]:
    """Return the vectors of these papers' present texts, as far as they are kept, by id."""
    found: dict[str, Floats] = {}
    for some in chunks(ids):
        rows = await conn.execute(
            select(vectors.c.paper_id, vectors.c.vector)
            .join(papers, papers.c.id == vectors.c.paper_id)
            .where(
                vectors.c.model == model,
                vectors.c.revision == papers.c.revision,
                vectors.c.paper_id.in_(some),
            )
        )
        for row in rows:
            found[row.paper_id] = np.frombuffer(row.vector, dtype=np.float16).astype(np.float32)
    return found
