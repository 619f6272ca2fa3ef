"""A source of topics that another one takes the place of."""

from sqlalchemy import delete, literal, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.sources.declared import in_order
from storage import learned
from storage.engines.statements import insert
from storage.subscriptions._topics import forget_unfollowed, key_of, move_links
from storage.subscriptions._types import Mode
from storage.tables import subscriptions, topic_matches, topics


async def replace_source(conn: AsyncConnection, before: str, after: str) -> None:
    """Let topics have one source instead of another, with what they matched. One that is then the
    same as another topic is folded into that one.

    Args:
        conn: a writer.
        before: the key of the source that goes, as topics have it.
        after: the key of the one in its place.
    """
    # As the condition of the index has it.
    own = topics.c.sources != literal_column("'[]'")
    rows = (await conn.execute(select(topics).where(own).order_by(topics.c.id))).all()
    for row in rows:
        if before not in row.sources:
            continue
        sources = in_order(after if key == before else key for key in row.sources)
        key = key_of(Mode(row.mode), sources, row.key.partition(":")[2])
        same = await conn.scalar(select(topics.c.id).where(topics.c.key == key))
        if same is None:
            await conn.execute(
                update(topics).where(topics.c.id == row.id).values(key=key, sources=list(sources))
            )
        else:
            await _fold(conn, row.id, same)


async def _fold(conn: AsyncConnection, topic_id: int, into: int) -> None:
    kept = topic_matches.c
    matched = select(literal(into), kept.paper_id, kept.score, kept.reason, kept.matched_at).where(
        kept.topic_id == topic_id
    )
    columns = ["topic_id", "paper_id", "score", "reason", "matched_at"]
    await conn.execute(insert(topic_matches).from_select(columns, matched).on_conflict_do_nothing())
    mine, theirs = (subscriptions.c.topic_id == each for each in (topic_id, into))
    followers = list(await conn.scalars(select(subscriptions.c.user_id).where(mine)))
    both = set(await conn.scalars(select(subscriptions.c.user_id).where(theirs)))
    for user_id in followers:
        await learned.move(conn, user_id, topic_id, into)
        await move_links(conn, user_id, topic_id, into)
        here = mine & (subscriptions.c.user_id == user_id)
        if user_id in both:
            await conn.execute(delete(subscriptions).where(here))
        else:
            await conn.execute(update(subscriptions).where(here).values(topic_id=into))
    await forget_unfollowed(conn, [topic_id])
