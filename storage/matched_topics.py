"""Which of a person's topics matched a paper, and when a topic matched its papers."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.subscriptions import TOPIC_COLUMNS, StoredTopic, topic_of
from storage.tables import learned_papers, subscriptions, topic_matches, topics


async def topics_of(conn: AsyncConnection, user_id: int, paper_id: str) -> list[StoredTopic]:
    """Return those of a person's topics that matched a paper, the best match first.

    What a topic brought because it learned counts, too. Paused topics are left out.
    """
    matched = union_all(
        select(topic_matches.c.topic_id, topic_matches.c.score).where(
            topic_matches.c.paper_id == paper_id
        ),
        select(learned_papers.c.topic_id, learned_papers.c.score).where(
            learned_papers.c.paper_id == paper_id, learned_papers.c.user_id == user_id
        ),
    ).subquery()
    rows = await conn.execute(
        select(*TOPIC_COLUMNS)
        .join(matched, matched.c.topic_id == topics.c.id)
        .join(subscriptions, subscriptions.c.topic_id == topics.c.id)
        .where(subscriptions.c.user_id == user_id, subscriptions.c.paused == 0)
        .group_by(topics.c.id)
        .order_by(func.max(matched.c.score).desc(), topics.c.id)
    )
    return [topic_of(row) for row in rows]


async def dates_of(conn: AsyncConnection, topic_id: int) -> dict[str, datetime]:
    """Return when a topic matched each of its papers, by id."""
    rows = await conn.execute(
        select(topic_matches.c.paper_id, topic_matches.c.matched_at).where(
            topic_matches.c.topic_id == topic_id
        )
    )
    return {row.paper_id: row.matched_at for row in rows}


async def count_from(conn: AsyncConnection, topic_id: int, dates: Mapping[str, datetime]) -> None:
    """Let a topic's matches count as found at these moments, unless they were found later."""
    if not dates:
        return
    statement = (
        update(topic_matches)
        .where(
            topic_matches.c.topic_id == topic_id,
            topic_matches.c.paper_id == bindparam("paper"),
            topic_matches.c.matched_at < bindparam("moment"),
        )
        .values(matched_at=bindparam("moment"))
    )
    moments = [{"paper": paper_id, "moment": moment} for paper_id, moment in dates.items()]
    await conn.execute(statement, moments)
