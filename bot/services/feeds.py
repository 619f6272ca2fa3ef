"""Feeds of servers: added, listed, changed, paused, removed."""

from datetime import datetime, time

from storage import feeds, posts
from storage.database import Database
from storage.feeds import Feed, FeedState
from storage.posts import Post


class Feeds:
    """The daily threads that a server's channels have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        guild_id: int,
        channel_id: int,
        *,
        at: time,
        timezone: str,
        size: int,
        now: datetime,
        min_votes: int = 0,
        include: tuple[str, ...] = (),
        exclude: tuple[str, ...] = (),
        categories: tuple[str, ...] = (),
        topics: tuple[str, ...] = (),
        ping_role_id: int | None = None,
    ) -> Feed | None:
        """Give a channel its feed; `None` where it has one."""
        async with self._database.write() as conn:
            return await feeds.add(
                conn,
                guild_id=guild_id,
                channel_id=channel_id,
                at=at,
                timezone=timezone,
                size=size,
                now=now,
                min_votes=min_votes,
                include=include,
                exclude=exclude,
                categories=categories,
                topics=topics,
                ping_role_id=ping_role_id,
            )

    async def of_guild(self, guild_id: int) -> list[Feed]:
        """Return a server's feeds."""
        async with self._database.read() as conn:
            return list(await feeds.of_guild(conn, guild_id))

    async def with_last_posts(self, guild_id: int) -> list[tuple[Feed, Post | None]]:
        """Return a server's feeds, each with its newest post."""
        async with self._database.read() as conn:
            return [
                (feed, await posts.newest(conn, feed.id))
                for feed in await feeds.of_guild(conn, guild_id)
            ]

    async def get(self, feed_id: int, guild_id: int | None) -> Feed | None:
        """Return a feed of this server, `None` where it has no such feed."""
        async with self._database.read() as conn:
            feed = await feeds.get(conn, feed_id)
        return feed if feed is not None and feed.guild_id == guild_id else None

    async def change(self, feed: Feed) -> None:
        """Store a feed as it was changed, made with `dataclasses.replace`."""
        async with self._database.write() as conn:
            await feeds.update(conn, feed)

    async def pause(self, feed_id: int) -> None:
        """Let a feed post no more until it is resumed."""
        async with self._database.write() as conn:
            await feeds.set_state(conn, feed_id, FeedState.PAUSED)

    async def resume(self, feed_id: int, now: datetime) -> None:
        """Let a feed post again, from its next hour on."""
        async with self._database.write() as conn:
            await feeds.set_state(conn, feed_id, FeedState.ACTIVE, now=now)

    async def remove(self, feed_id: int, channel_id: int, guild_id: int | None) -> bool:
        """Remove a feed; return whether this server had it in that channel.

        Ids were once given out again: the channel says whether it is the same feed, and the server
        that the user manages it there and not elsewhere.
        """
        async with self._database.write() as conn:
            feed = await feeds.get(conn, feed_id)
            if feed is None or (feed.channel_id, feed.guild_id) != (channel_id, guild_id):
                return False
            await feeds.remove(conn, feed_id)
        return True
