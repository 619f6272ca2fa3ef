"""A feed of the web that moved to where another one is: that one goes on as both."""

from dataclasses import replace

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.sources.declared import ServerFeed, web_key
from storage import feeds, subscriptions
from storage.batches import BatchState
from storage.chunks import chunks
from storage.engines.statements import insert
from storage.tables import batch_papers, batches, server_sources, web_feed_entries


async def fold(conn: AsyncConnection, feed_id: int, into: int) -> None:
    """Let the servers that have a feed have another one instead, under the name that they gave it,
    with all that it listed: what no thread has shown yet is still to come, and nothing is new
    again.

    A server that has both keeps the other one's name. The feed stays, as one that no server has.
    """
    added = server_sources.c.added_at.is_not(None)
    theirs, others = (server_sources.c.web_feed_id == each for each in (feed_id, into))
    guilds = list(await conn.scalars(select(server_sources.c.guild_id).where(theirs, added)))
    if guilds:
        await _fold_batches(conn, web_key(feed_id), web_key(into))
        await _fold_entries(conn, feed_id, into)
    both = set(await conn.scalars(select(server_sources.c.guild_id).where(others, added)))
    for guild_id in guilds:
        here = server_sources.c.guild_id == guild_id
        if guild_id not in both:
            await conn.execute(delete(server_sources).where(others, here))  # an offer at most
            await conn.execute(update(server_sources).where(theirs, here).values(web_feed_id=into))
        await _fold_sources(conn, guild_id, web_key(feed_id), web_key(into))
        before, after = (ServerFeed(guild_id, each).key for each in (feed_id, into))
        await subscriptions.replace_source(conn, before, after)
    await conn.execute(delete(server_sources).where(theirs))


async def _fold_sources(conn: AsyncConnection, guild_id: int, key: str, into: str) -> None:
    for feed in await feeds.of_guild(conn, guild_id):
        if key in feed.sources:
            sources = dict.fromkeys(into if each == key else each for each in feed.sources)
            await feeds.update(conn, replace(feed, sources=tuple(sources)))


async def _fold_entries(conn: AsyncConnection, feed_id: int, into: int) -> None:
    columns = ["web_feed_id", "entry", "listed_on"]
    of_feed = select(literal(into), web_feed_entries.c.entry, web_feed_entries.c.listed_on).where(
        web_feed_entries.c.web_feed_id == feed_id
    )
    statement = insert(web_feed_entries).from_select(columns, of_feed)
    await conn.execute(statement.on_conflict_do_nothing())


async def _fold_batches(conn: AsyncConnection, key: str, into: str) -> None:
    days = list(await conn.scalars(select(batches.c.day).where(batches.c.source == key)))
    known = set(await conn.scalars(select(batches.c.day).where(batches.c.source == into)))
    for some in chunks(days):
        theirs = batch_papers.c.day.in_(some), batch_papers.c.source == key
        other = batch_papers.alias()
        again = select(other.c.entry).where(
            other.c.day == batch_papers.c.day,
            other.c.source == into,
            other.c.paper_id == batch_papers.c.paper_id,
        )
        await conn.execute(delete(batch_papers).where(*theirs, again.exists()))
        await conn.execute(update(batch_papers).where(*theirs).values(source=into))
        here = batches.c.day.in_(some), batches.c.source == key
        await conn.execute(
            delete(batches).where(*here, batches.c.day.in_([day for day in some if day in known]))
        )
        await conn.execute(update(batches).where(*here).values(source=into))
        listed = select(func.count()).where(
            batch_papers.c.day == batches.c.day, batch_papers.c.source == into
        )
        await conn.execute(
            update(batches)
            .where(batches.c.day.in_(some), batches.c.source == into)
            .values(papers=listed.scalar_subquery())
        )
        await conn.execute(
            update(batches)
            .where(batches.c.day.in_(some), batches.c.source == into, batches.c.papers > 0)
            .values(state=BatchState.COMPLETE.value)
        )
