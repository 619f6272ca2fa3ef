"""Topics, and who follows which."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, exists, func, literal_column, select
from sqlalchemy import update as change
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import learned, server_sources
from storage.engines.statements import insert
from storage.subscriptions._types import Mode, StoredTopic, Subscription
from storage.tables import feed_links, papers, subscriptions, topic_matches, topics

COLUMNS: Final = (topics.c.id, topics.c.query, topics.c.mode, topics.c.sources)
"""What a `StoredTopic` is made of."""


def topic_of(row: Any, named: Mapping[str, str] | None = None) -> StoredTopic:
    """Return the topic of a row that has the `COLUMNS`, with the names of servers' feeds."""
    own = {key: named[key] for key in row.sources if key in named} if named else {}
    return StoredTopic(row.id, row.query, Mode(row.mode), tuple(row.sources), own)


def key_of(mode: Mode, sources: Iterable[str], normal_form: str) -> str:
    """Return what those who follow the same topic in the same mode and sources share."""
    return f"{'+'.join((mode.value, *sources))}:{normal_form}"


async def subscribe(
    conn: AsyncConnection,
    user_id: int,
    *,
    key: str,
    query: str,
    mode: Mode,
    min_votes: int,
    now: datetime,
    brings_from: datetime | None = None,
    sources: Sequence[str] = (),
) -> bool:
    """Subscribe a known subscriber to a topic; return whether that is new.

    Subscribing again changes the votes it takes, and ends a pause. Digests bring what the topic
    matched from `brings_from` on, without it what it matches from now on.
    """
    shared = key_of(mode, sources, key)
    await conn.execute(
        insert(topics)
        .values(key=shared, query=query, mode=mode.value, sources=list(sources), created_at=now)
        .on_conflict_do_nothing(index_elements=[topics.c.key])
    )
    topic_id = await conn.scalar(select(topics.c.id).where(topics.c.key == shared))
    mine = (subscriptions.c.user_id == user_id) & (subscriptions.c.topic_id == topic_id)
    known = await conn.scalar(select(func.count()).select_from(subscriptions).where(mine))
    await conn.execute(
        insert(subscriptions)
        .values(
            user_id=user_id,
            topic_id=topic_id,
            min_votes=min_votes,
            paused=0,
            created_at=now,
            brings_from=brings_from,
        )
        .on_conflict_do_update(
            index_elements=[subscriptions.c.user_id, subscriptions.c.topic_id],
            set_={"min_votes": min_votes, "paused": 0},
        )
    )
    return not known


async def brings_from(conn: AsyncConnection, user_id: int, topic_id: int) -> datetime | None:
    """Return from when on digests bring what a person's topic matched, `None` without the topic."""
    return await conn.scalar(
        select(func.coalesce(subscriptions.c.brings_from, subscriptions.c.created_at)).where(
            subscriptions.c.user_id == user_id, subscriptions.c.topic_id == topic_id
        )
    )


async def topic_of_key(
    conn: AsyncConnection, mode: Mode, key: str, sources: Sequence[str] = ()
) -> StoredTopic | None:
    """Return the topic that people of this mode, these sources and this normal form share."""
    statement = select(*COLUMNS).where(topics.c.key == key_of(mode, sources, key))
    row = (await conn.execute(statement)).one_or_none()
    return None if row is None else topic_of(row)


async def unsubscribe(conn: AsyncConnection, user_id: int, topic_id: int) -> StoredTopic | None:
    """End a subscription and return its topic; its links and a topic without followers go, too."""
    topic = await stored_topic(conn, topic_id)
    await conn.execute(
        delete(feed_links).where(feed_links.c.user_id == user_id, feed_links.c.topic_id == topic_id)
    )
    result = await conn.execute(
        delete(subscriptions).where(
            subscriptions.c.user_id == user_id, subscriptions.c.topic_id == topic_id
        )
    )
    await learned.drop(conn, user_id, topic_id)
    await forget_unfollowed(conn, [topic_id])
    return topic if result.rowcount else None


async def forget_unfollowed(conn: AsyncConnection, topic_ids: Collection[int]) -> None:
    """Delete those of these topics that have no follower left, with what they matched."""
    followed = exists().where(subscriptions.c.topic_id == topics.c.id)
    await conn.execute(delete(topics).where(topics.c.id.in_(topic_ids), ~followed))


async def set_paused(conn: AsyncConnection, user_id: int, topic_id: int, *, paused: bool) -> bool:
    """Pause or resume one subscription; return whether the person has it."""
    result = await conn.execute(
        change(subscriptions)
        .where(subscriptions.c.user_id == user_id, subscriptions.c.topic_id == topic_id)
        .values(paused=int(paused))
    )
    return result.rowcount == 1


async def change_mode(
    conn: AsyncConnection, user_id: int, topic_id: int, mode: Mode, now: datetime
) -> StoredTopic | None:
    """Match one of a person's topics more strictly or widely; return it as it is matched now.

    The subscription goes on as it was, with the matches since it began. `None` if the person does
    not follow the topic.
    """
    before = (await conn.execute(select(topics).where(topics.c.id == topic_id))).one_or_none()
    mine = (subscriptions.c.user_id == user_id) & (subscriptions.c.topic_id == topic_id)
    if before is None or not await conn.scalar(select(exists().where(mine))):
        return None
    if before.mode == mode.value:
        return topic_of(before)
    key = key_of(mode, before.sources, before.key.partition(":")[2])
    values = {"query": before.query, "mode": mode.value, "sources": before.sources}
    await conn.execute(
        insert(topics)
        .values(key=key, **values, created_at=now)
        .on_conflict_do_nothing(index_elements=[topics.c.key])
    )
    after = (await conn.execute(select(topics).where(topics.c.key == key))).one()
    # Followed in both modes until now: one subscription is left.
    await conn.execute(
        delete(subscriptions).where(
            subscriptions.c.user_id == user_id, subscriptions.c.topic_id == after.id
        )
    )
    await learned.move(conn, user_id, topic_id, after.id)
    await move_links(conn, user_id, topic_id, after.id)
    await conn.execute(change(subscriptions).where(mine).values(topic_id=after.id))
    await forget_unfollowed(conn, [topic_id])
    return topic_of(after)


async def move_links(conn: AsyncConnection, user_id: int, before: int, after: int) -> None:
    """Let a person's links to one topic show another one, which takes its place."""
    mine = (feed_links.c.user_id == user_id) & (feed_links.c.topic_id == before)
    await conn.execute(change(feed_links).where(mine).values(topic_id=after))


async def of_user(
    conn: AsyncConnection, user_id: int, *, since: datetime | None = None
) -> list[Subscription]:
    """Return a person's subscriptions, oldest first, counting their matches after `since`.

    Counted is what a digest would bring of them: papers with enough votes that still stand.
    """
    matches = (
        select(func.count())
        .select_from(topic_matches)
        .join(papers, papers.c.id == topic_matches.c.paper_id)
        .where(topic_matches.c.topic_id == topics.c.id, wanted_papers())
    )
    if since is not None:
        matches = matches.where(topic_matches.c.matched_at >= since)
    found = await conn.execute(
        select(
            *COLUMNS,
            subscriptions.c.min_votes,
            subscriptions.c.paused,
            subscriptions.c.created_at,
            matches.scalar_subquery().label("matches"),
        )
        .join(topics, topics.c.id == subscriptions.c.topic_id)
        .where(subscriptions.c.user_id == user_id)
        .order_by(subscriptions.c.created_at, topics.c.id)
    )
    rows = found.all()
    named = await server_sources.named(conn, (key for row in rows for key in row.sources))
    return [
        Subscription(
            topic_of(row, named),
            row.min_votes,
            bool(row.paused),
            row.created_at,
            row.matches,
        )
        for row in rows
    ]


def wanted_papers() -> ColumnElement[bool]:
    """Match the papers that a subscription lets through: with its votes, and not withdrawn."""
    enough = (subscriptions.c.min_votes == 0) | (papers.c.upvotes >= subscriptions.c.min_votes)
    return papers.c.withdrawn_at.is_(None) & enough


async def followed(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return the topics that a person follows and has not paused, as they are written."""
    rows = await conn.execute(
        select(topics.c.query)
        .join(subscriptions, subscriptions.c.topic_id == topics.c.id)
        .where(subscriptions.c.user_id == user_id, subscriptions.c.paused == 0)
    )
    return set(rows.scalars())


async def stored_topic(conn: AsyncConnection, topic_id: int) -> StoredTopic | None:
    """Return one topic."""
    statement = select(*COLUMNS).where(topics.c.id == topic_id)
    row = (await conn.execute(statement)).one_or_none()
    return None if row is None else topic_of(row)


async def all_topics(conn: AsyncConnection) -> list[StoredTopic]:
    """Return every topic that is matched, in the order of their ids."""
    rows = await conn.execute(
        select(*COLUMNS).where(topics.c.mode != Mode.TRENDING.value).order_by(topics.c.id)
    )
    return [topic_of(row) for row in rows]


async def source_groups(conn: AsyncConnection) -> list[tuple[str, ...]]:
    """Return the sets of sources that topics have, but for the default one.

    Paused topics count: what they match meanwhile comes once they are resumed.
    """
    # As the condition of the index has it: of all topics, few have sources of their own.
    own = topics.c.sources != literal_column("'[]'")
    used = await conn.scalars(select(topics.c.sources).where(own).distinct())
    return sorted(tuple(keys) for keys in used)


async def sources_of(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return the keys of the sources that a person's topics have, but for the default ones."""
    chosen = await conn.scalars(
        select(topics.c.sources)
        .join(subscriptions, subscriptions.c.topic_id == topics.c.id)
        .where(subscriptions.c.user_id == user_id, topics.c.sources != literal_column("'[]'"))
    )
    return set[str]().union(*chosen)


async def popular(conn: AsyncConnection, typed: str, limit: int) -> Sequence[str]:
    """Return the topics most people follow that hold what was typed, for autocomplete.

    A topic that only one person follows is theirs alone.
    """
    # Counted for each topic that holds it: a join would begin with everybody's subscriptions.
    followers = func.sum(
        select(func.count())
        .select_from(subscriptions)
        .where(subscriptions.c.topic_id == topics.c.id)
        .scalar_subquery()
    )
    rows = await conn.execute(
        select(topics.c.query)
        .where(topics.c.query.icontains(typed, autoescape=True), topics.c.mode != Mode.TRENDING)
        .group_by(topics.c.query)
        .having(followers > 1)
        .order_by(followers.desc(), topics.c.query)
        .limit(limit)
    )
    return list(rows.scalars())
