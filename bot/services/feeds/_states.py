"""Pausing, resuming and removing the feeds of servers."""

from dataclasses import replace

import discord

from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.services.feed_requirements import already_paused, require_workable
from bot.services.feeds._known import KnownFeeds
from storage import feeds
from storage.feeds import Feed, FeedState


class FeedStates(KnownFeeds):
    """Stops and starts the feeds of servers."""

    async def pause(self, feed: Feed) -> None:
        """Stop a feed until it is resumed.

        Raises:
            UserError: it is paused already.
        """
        if feed.state is FeedState.PAUSED:
            raise already_paused(feed, self._messenger.mention("feed resume"))
        async with self._database.write() as conn:
            await feeds.set_state(conn, feed.id, FeedState.PAUSED)

    async def resume(self, feed: Feed, guild: discord.Guild) -> Feed:
        """Start a feed that is paused, or disabled for a reason that no longer holds; return it.

        Raises:
            UserError: it is active, or its zone, channel or permissions still prevent it.
        """
        if feed.state is FeedState.ACTIVE:
            channel = f"<#{feed.channel_id}>"
            raise UserError(
                _("The daily thread in {channel} isn't paused.", channel=channel)
                if feed.every.is_daily
                else _("The roundup in {channel} isn't paused.", channel=channel)
            )
        require_workable(feed, guild, self._messenger.mention)
        async with self._database.write() as conn:
            await feeds.set_state(conn, feed.id, FeedState.ACTIVE, now=self._clock.now())
        return replace(feed, state=FeedState.ACTIVE)

    async def remove(self, feed_id: int, channel_id: int, guild_id: int | None) -> Feed:
        """Remove a feed for good, and return it as it was.

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
                raise UserError(_("This daily thread was already removed."))
            await feeds.remove(conn, feed_id)
        return feed
