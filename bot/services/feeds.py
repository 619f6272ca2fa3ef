"""Feeds: which channel gets a daily thread, when, and with what in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time

import discord

from bot.delivery.messenger import Messenger
from bot.delivery.permissions import lacking
from bot.i18n import long_date
from bot.interactions.errors import UserError
from bot.runtime.clock import Clock
from bot.services.publishing import PostPayload, Publisher
from bot.settings import Settings
from bot.ui.text import escape
from papers import schedule, zones
from papers.schedule import Coming
from storage import feeds, posts
from storage.database import Database
from storage.feeds import Feed, FeedState
from storage.posts import Post


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A feed, its next thread and its newest post."""

    feed: Feed
    coming: Coming | None
    last: Post | None


class Feeds:
    """Reads and changes the feeds of servers."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        clock: Clock,
        publisher: Publisher,
        settings: Settings,
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._clock = clock
        self._publisher = publisher
        self._settings = settings

    async def add(
        self,
        channel: discord.TextChannel,
        *,
        at: time | None,
        timezone: str | None,
        size: int,
        min_votes: int,
        include: Sequence[str],
        exclude: Sequence[str],
        categories: Sequence[str],
        topics: Sequence[str],
        ping: discord.Role | None,
    ) -> Feed:
        """Give a channel its feed.

        Without `timezone` it gets the operator's, without `at` the hour at which the day's papers
        are ready in its zone.

        Raises:
            UserError: the channel has a feed, or the bot may not post or ping there.
        """
        _require_permissions(channel)
        _require_pingable(ping, channel)
        now = self._clock.now()
        zone = timezone or self._settings.default_timezone
        if at is None:
            at = schedule.default_hour(
                zones.zone(zone), now, self._settings.settle, self._settings.default_time
            )
        async with self._database.write() as conn:
            feed = await feeds.add(
                conn,
                guild_id=channel.guild.id,
                channel_id=channel.id,
                at=at,
                timezone=zone,
                size=size,
                now=now,
                min_votes=min_votes,
                include=include,
                exclude=exclude,
                categories=categories,
                topics=topics,
                ping_role_id=ping.id if ping else None,
            )
        if feed is None:
            raise UserError(
                f"{channel.mention} has its daily thread already. Change it with"
                f" {self._messenger.mention('feed edit')}."
            )
        return feed

    async def of_guild(self, guild_id: int) -> list[FeedStatus]:
        """Return a server's feeds, oldest first, each with its next thread and its newest post."""
        async with self._database.read() as conn:
            known = [
                (feed, await posts.newest(conn, feed.id))
                for feed in await feeds.of_guild(conn, guild_id)
            ]
        now = self._clock.now()
        return [
            FeedStatus(feed, await self._publisher.coming(feed, now), last) for feed, last in known
        ]

    async def required(self, guild_id: int) -> list[FeedStatus]:
        """Return a server's feeds as `of_guild` does.

        Raises:
            UserError: there is none.
        """
        known = await self.of_guild(guild_id)
        if not known:
            raise self._no_feed()
        return known

    async def find(
        self, guild_id: int, here: int | None, channel: discord.TextChannel | None
    ) -> Feed:
        """Return the feed that a command means: the named channel's, this one's, or the only one.

        Args:
            guild_id: the server.
            here: the channel in which the command was used.
            channel: the channel that was named.

        Raises:
            UserError: there is none, or several to choose from.
        """
        async with self._database.read() as conn:
            known = await feeds.of_guild(conn, guild_id)
        wanted = channel.id if channel else here
        if (feed := next((feed for feed in known if feed.channel_id == wanted), None)) is not None:
            return feed
        if not known:
            raise self._no_feed()
        if channel is None and len(known) == 1:
            return known[0]
        listed = ", ".join(f"<#{feed.channel_id}>" for feed in known)
        which = f"{channel.mention} has no daily thread." if channel else "Which one?"
        raise UserError(f"{which} Name a `channel` that has: {listed}.")

    async def own(self, feed_id: int, guild_id: int | None) -> Feed:
        """Return a server's feed by its id.

        Raises:
            UserError: it was removed, or is another server's.
        """
        async with self._database.read() as conn:
            feed = await feeds.get(conn, feed_id)
        if feed is None or feed.guild_id != guild_id:
            raise UserError("That feed is gone.")
        return feed

    async def change(
        self, feed: Feed, changed: Feed, guild: discord.Guild, ping: discord.Role | None
    ) -> Feed:
        """Store new settings of a feed, made with `dataclasses.replace`, and return it.

        A new hour or zone counts from now on.

        Args:
            feed: the feed as it is.
            changed: the feed as it is wanted.
            guild: its server.
            ping: the role that was chosen to be pinged, if one was.

        Raises:
            UserError: nothing differs, or the bot may not ping the role.
        """
        _require_pingable(ping, guild.get_channel(feed.channel_id))
        if changed == feed:
            raise UserError("Nothing to change: name what should be different, for example `time`.")
        if (changed.at, changed.timezone) != (feed.at, feed.timezone):
            changed = replace(changed, set_at=self._clock.now())
        async with self._database.write() as conn:
            await feeds.update(conn, changed)
        return changed

    async def pause(self, feed: Feed) -> None:
        """Stop a feed until it is resumed.

        Raises:
            UserError: it is paused already.
        """
        if feed.state is FeedState.PAUSED:
            raise UserError(
                f"<#{feed.channel_id}> is paused already."
                f" {self._messenger.mention('feed resume')} starts it again."
            )
        async with self._database.write() as conn:
            await feeds.set_state(conn, feed.id, FeedState.PAUSED)

    async def resume(self, feed: Feed, guild: discord.Guild) -> Feed:
        """Start a feed that is paused, or disabled for a reason that no longer holds; return it.

        Raises:
            UserError: it is active, or its zone, channel or permissions still prevent it.
        """
        if feed.state is FeedState.ACTIVE:
            raise UserError(f"<#{feed.channel_id}> is not paused.")
        if feed.timezone not in zones.names():
            raise UserError(
                f"I don't know the time zone “{escape(feed.timezone)}”. Set another one with"
                f" {self._messenger.mention('feed edit')} first."
            )
        channel = guild.get_channel(feed.channel_id)
        if not isinstance(channel, discord.TextChannel):
            raise UserError(
                "That channel is gone. Remove its feed with"
                f" {self._messenger.mention('feed remove')}, and set up another."
            )
        _require_permissions(channel)
        async with self._database.write() as conn:
            await feeds.set_state(conn, feed.id, FeedState.ACTIVE, now=self._clock.now())
        return replace(feed, state=FeedState.ACTIVE)

    async def remove(self, feed_id: int, channel_id: int, guild_id: int | None) -> None:
        """Remove a feed for good.

        Args:
            feed_id: the feed.
            channel_id: its channel: ids were once reused, so the channel confirms the feed.
            guild_id: the server in which the removal is asked for.

        Raises:
            UserError: it was removed before, or is another server's.
        """
        async with self._database.write() as conn:
            feed = await feeds.get(conn, feed_id)
            if feed is None or (feed.channel_id, feed.guild_id) != (channel_id, guild_id):
                raise UserError("That feed is gone already.")
            await feeds.remove(conn, feed_id)

    async def preview(self, feed: Feed) -> PostPayload:
        """Return the post that would be made of a feed now.

        Raises:
            UserError: nothing would be posted; says why.
        """
        draft = await self._publisher.preview(feed, self._clock.now())
        if draft is None:
            status = self._messenger.mention("paper status")
            raise UserError(f"There is no batch yet. {status} says why.")
        if draft.why_empty is not None:
            day = long_date(draft.header.day)
            raise UserError(f"Nothing would be posted for {day}: {escape(draft.why_empty)}.")
        return draft

    def require_active(self, feed: Feed) -> None:
        """Return for a feed that posts.

        Raises:
            UserError: it is paused or disabled.
        """
        if feed.state is not FeedState.ACTIVE:
            raise UserError(
                f"<#{feed.channel_id}> gets no threads at present."
                f" {self._messenger.mention('feed resume')} starts it again."
            )

    def _no_feed(self) -> UserError:
        add = self._messenger.mention("feed add")
        return UserError(f"No channel of this server has a daily thread yet. {add} sets one up.")


def _require_permissions(channel: discord.TextChannel) -> None:
    missing = lacking(channel.permissions_for(channel.guild.me))
    if missing:
        raise UserError(
            f"I need more permissions in {channel.mention}: **{', '.join(missing)}**. Give them to"
            " my role in the channel's settings, then try again."
        )


def _require_pingable(role: discord.Role | None, channel: discord.abc.GuildChannel | None) -> None:
    if role is None:
        return
    if role.is_default():
        raise UserError(
            "A daily thread can't ping @everyone. Make a role for those who want it, and choose"
            " that role."
        )
    allowed = channel is not None and channel.permissions_for(role.guild.me).mention_everyone
    if not (role.mentionable or allowed):
        raise UserError(
            f"I can't ping {role.mention}. Turn on “Allow anyone to @mention this role” in the"
            " role's settings, or give me “Mention @everyone, @here, and All Roles”."
        )
