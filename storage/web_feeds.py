"""RSS and Atom feeds that servers added: how each is, when it is asked for, what it has had."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, exists, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.sources import SourceErrorKind
from papers.sources.declared import server_feed, web_key
from papers.sources.feed import FeedState
from storage.chunks import chunks
from storage.engines.statements import delete_some, insert
from storage.source_health import DETAIL_LENGTH
from storage.tables import guilds, server_sources, topics, web_feed_entries, web_feeds

ENTRIES_KEPT = timedelta(days=400)
"""How long it is known of an entry that a feed had it, counted from when it was last listed."""
UNUSED_KEPT = timedelta(days=1)
"""How long a feed that no server has is known, so that it is not asked for again and again."""
_LISTED = timedelta(days=30)
"""How exactly it is known when an entry was last listed."""


@dataclass(frozen=True, slots=True)
class WebFeed:
    """A feed, and what came of asking for it the last time."""

    id: int
    title: str
    state: FeedState
    kind: SourceErrorKind | None
    """Why it could not be read the last time, `None` if it was."""
    detail: str | None
    read_at: datetime | None
    """When it was last read."""
    entries: int
    """How many it had then."""
    newest: tuple[str, ...]
    """The titles of the first of them."""

    @property
    def key(self) -> str:
        """Its key among sources, and the name under which its batches are stored."""
        return web_key(self.id)


def web_feed(row: Row[Any]) -> WebFeed:
    """Return the feed in a row that has the columns of `web_feeds`."""
    state = FeedState(
        row.url,
        row.etag,
        row.last_modified,
        row.next_at,
        row.failures,
        gone=bool(row.gone),
        ttl=row.ttl,
        skipped=tuple(row.skipped),
    )
    kind = None if row.kind is None else SourceErrorKind(row.kind)
    return WebFeed(
        row.id, row.title, state, kind, row.detail, row.read_at, row.entries, tuple(row.newest)
    )


async def get(conn: AsyncConnection, feed_id: int) -> WebFeed | None:
    """Return a feed by its number."""
    row = (await conn.execute(select(web_feeds).where(web_feeds.c.id == feed_id))).first()
    return None if row is None else web_feed(row)


async def add(conn: AsyncConnection, url: str, now: datetime) -> WebFeed:
    """Return the feed with an address; one that was not known is to be asked for at once."""
    await conn.execute(
        insert(web_feeds).values(url=url, next_at=now, created_at=now).on_conflict_do_nothing()
    )
    row = (await conn.execute(select(web_feeds).where(web_feeds.c.url == url))).one()
    return web_feed(row)


async def due(conn: AsyncConnection, now: datetime, *, most: int) -> list[int]:
    """Return the numbers of the feeds that are to be asked for, the longest overdue first: those
    that a server has, as long as the bot is in it."""
    has = (
        select(server_sources.c.web_feed_id)
        .join(guilds, guilds.c.id == server_sources.c.guild_id)
        .where(
            server_sources.c.web_feed_id == web_feeds.c.id,
            server_sources.c.added_at.is_not(None),
            guilds.c.left_at.is_(None),
        )
        .exists()
    )
    statement = (
        select(web_feeds.c.id)
        .where(web_feeds.c.gone == 0, web_feeds.c.next_at <= now, has)
        .order_by(web_feeds.c.next_at, web_feeds.c.id)
        .limit(most)
    )
    return list(await conn.scalars(statement))


async def claim(
    conn: AsyncConnection, feed_id: int, now: datetime, until: datetime
) -> WebFeed | None:
    """Return a feed that is to be asked for, `None` if it is not its time.

    It is not asked for again before `until`, also by a bot that is stopped before the answer.
    """
    statement = (
        update(web_feeds)
        .where(web_feeds.c.id == feed_id, web_feeds.c.gone == 0, web_feeds.c.next_at <= now)
        .values(next_at=until)
        .returning(web_feeds)
    )
    row = (await conn.execute(statement)).first()
    return None if row is None else web_feed(row)


async def keep(conn: AsyncConnection, feed: WebFeed) -> int:
    """Store how a feed is now, and return the number of the feed that has its address: an address
    that another one has is not taken over."""
    state = feed.state
    taken: int | None = await conn.scalar(
        select(web_feeds.c.id).where(web_feeds.c.url == state.url, web_feeds.c.id != feed.id)
    )
    values: dict[str, Any] = {} if taken is not None else {"url": state.url}
    await conn.execute(
        update(web_feeds)
        .where(web_feeds.c.id == feed.id)
        .values(
            title=feed.title,
            etag=state.etag,
            last_modified=state.last_modified,
            next_at=state.next_at,
            failures=state.failures,
            gone=int(state.gone),
            ttl=state.ttl,
            skipped=list(state.skipped),
            kind=None if feed.kind is None else feed.kind.value,
            detail=None if feed.detail is None else feed.detail[:DETAIL_LENGTH],
            read_at=feed.read_at,
            entries=feed.entries,
            newest=list(feed.newest),
            **values,
        )
    )
    return feed.id if taken is None else taken


async def seen(
    conn: AsyncConnection, feed_id: int, entries: Mapping[str, Collection[str]], today: date
) -> set[str]:
    """Note the entries that a feed has, and return those that it had before.

    Args:
        conn: a writer.
        feed_id: the feed.
        entries: the digests of each entry, any of which is enough to know it again.
        today: the day of the answer.
    """
    digests = sorted({digest for each in entries.values() for digest in each})
    known: dict[str, date] = {}
    for some in chunks(digests):
        rows = await conn.execute(
            select(web_feed_entries.c.entry, web_feed_entries.c.listed_on).where(
                web_feed_entries.c.web_feed_id == feed_id, web_feed_entries.c.entry.in_(some)
            )
        )
        known.update((row.entry, row.listed_on) for row in rows)
    fresh = [each for each in digests if each not in known or known[each] < today - _LISTED]
    if fresh:
        new = insert(web_feed_entries)
        await conn.execute(
            new.on_conflict_do_update(
                index_elements=[web_feed_entries.c.web_feed_id, web_feed_entries.c.entry],
                set_={"listed_on": new.excluded.listed_on},
            ),
            [{"web_feed_id": feed_id, "entry": each, "listed_on": today} for each in fresh],
        )
    return {name for name, each in entries.items() if any(digest in known for digest in each)}


async def health(conn: AsyncConnection) -> Sequence[WebFeed]:
    """Return the feeds that a server has, by their numbers."""
    added = exists().where(
        server_sources.c.web_feed_id == web_feeds.c.id, server_sources.c.added_at.is_not(None)
    )
    rows = await conn.execute(select(web_feeds).where(added).order_by(web_feeds.c.id))
    return [web_feed(row) for row in rows]


async def forget(conn: AsyncConnection, now: datetime, *, most: int = 20) -> int:
    """Delete feeds that no server and no topic has, with what is known of them; return how many, 0
    at the end. Their papers stay.

    A topic goes on with a feed that its server adds again.
    """
    own = topics.c.sources != literal_column("'[]'")  # as the condition of the index has it
    chosen = await conn.scalars(select(topics.c.sources).where(own).distinct())
    followed = {feed.number for keys in chosen for key in keys if (feed := server_feed(key))}
    unused = (
        select(web_feeds.c.id)
        .where(
            web_feeds.c.created_at < now - UNUSED_KEPT,
            web_feeds.c.id.not_in(select(server_sources.c.web_feed_id)),
        )
        .order_by(web_feeds.c.id)
        .limit(most + len(followed))
    )
    found = [feed_id for feed_id in await conn.scalars(unused) if feed_id not in followed]
    gone = 0
    for feed_id in found[:most]:
        theirs = web_feed_entries.c.web_feed_id == feed_id
        entries = await delete_some(
            conn, web_feed_entries, theirs, first=web_feed_entries.c.entry, most=1_000
        )
        if entries < 1_000:
            await conn.execute(delete(web_feeds).where(web_feeds.c.id == feed_id))
        gone += entries + 1
    return gone


async def forget_entries(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete entries that were not listed for `ENTRIES_KEPT`; return how many, 0 at the end."""
    old = web_feed_entries.c.listed_on < (now - ENTRIES_KEPT).date()
    return await delete_some(
        conn, web_feed_entries, old, first=web_feed_entries.c.listed_on, most=most
    )
