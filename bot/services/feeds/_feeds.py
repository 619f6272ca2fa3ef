"""Changing the feeds of servers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import discord
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.messenger import Messenger
from bot.delivery.permissions import FeedChannel, kind_of
from bot.i18n import gettext as _
from bot.i18n import long_date, sentences
from bot.interactions.errors import UserError
from bot.interactions.pending import Pending
from bot.runtime.clock import Clock
from bot.services.feed_requirements import (
    already_there,
)
from bot.services.feeds._checks import FeedChecks
from bot.services.publishing import PostPayload, Publisher
from bot.settings import Settings
from bot.ui.cadence import describe_coming_roundup
from bot.ui.cards import thread_name
from bot.ui.reasons import reason_text
from papers.cadence import Every
from storage import feeds
from storage.database import Database
from storage.feeds import Feed, Kind


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes that someone wants of a feed: the fields of `Feed`, and the role to ping."""

    fields: Mapping[str, Any]
    ping: discord.Role | None = None


MIN_PAPERS: Final = 3
"""The fewest papers that a daily thread may be asked for."""
_SETTINGS: Final = (
    "at",
    "timezone",
    "size",
    "min_votes",
    "include",
    "exclude",
    "categories",
    "topics",
    "language",
    "taste",
    "every",
    "weekday",
    "sources",
    "trending",
)
"""What `Feeds.copy` takes over as it is."""


class Feeds(FeedChecks):
    """Reads and changes the feeds of servers."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        clock: Clock,
        publisher: Publisher,
        settings: Settings,
    ) -> None:
        super().__init__(database, messenger, clock, publisher, settings)
        self.edits = Pending[Edit]()
        """Changes whose feed is still to be chosen."""

    async def add(self, channel: FeedChannel, **settings: Any) -> Feed:
        """Give a channel its feed; `settings` are those of `new`.

        Raises:
            UserError: the channel has a feed, or as `new` says.
        """
        values = self.new(channel, named=await self.named(channel.guild.id), **settings)
        async with self._database.write() as conn:
            return await self._add(conn, channel, values)

    async def change_together(
        self, changes: Sequence[tuple[FeedChannel, Feed | None, Mapping[str, Any]]]
    ) -> None:
        """Change feeds in one transaction: all of them, or none.

        Args:
            changes: for each feed its channel, the feed as it is, and what to change. Where there
                is no feed yet, that is the settings of `new`; else fields of `Feed`, and `ping` for
                the role that was chosen to be pinged, if one was.

        Raises:
            UserError: as for `add` and `change`; then everything is as it was.
        """
        wanted: list[tuple[FeedChannel, Feed | None, dict[str, Any]]] = []
        changed: list[Feed] = []
        names = {
            guild_id: await self.named(guild_id)
            for guild_id in {channel.guild.id for channel, _feed, _values in changes}
        }
        for channel, feed, given in changes:
            values, named = dict(given), names[channel.guild.id]
            if feed is None:
                wanted.append((channel, None, self.new(channel, named=named, **values)))
                continue
            ping = values.pop("ping", None)
            changed.append(self._changed(feed, replace(feed, **values), channel.guild, ping, named))
        async with self._database.write() as conn:
            for feed in changed:
                await feeds.update(conn, feed)
            for channel, _feed, values in wanted:
                await self._add(conn, channel, values)

    async def _add(
        self, conn: AsyncConnection, channel: FeedChannel, values: dict[str, Any]
    ) -> Feed:
        feed = await feeds.add(conn, **values)
        if feed is None:
            raise already_there(channel, values["every"], self._messenger.mention("feed edit"))
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
            UserError: nothing differs, the sources do not go with the rest, the bot may not ping
                the role, publish or create tags there, or the channel is no forum and an option is
                for forums.
        """
        changed = self._changed(feed, changed, guild, ping, await self.named(guild.id))
        async with self._database.write() as conn:
            await feeds.update(conn, changed)
        return changed

    async def copy(self, feed: Feed, channel: FeedChannel) -> Feed:
        """Give a channel a feed with another one's settings, or change its own; return it.

        Raises:
            UserError: it is the same channel, or the bot may not post or ping there.
        """
        if feed.channel_id == channel.id:
            raise UserError(_("Choose another channel: these are its own settings."))
        guild = channel.guild
        ping = None if feed.ping_role_id is None else guild.get_role(feed.ping_role_id)
        async with self._database.read() as conn:
            known = await feeds.of_guild(conn, guild.id)
        there = feeds.of_kind(known, channel.id, feed.every)
        settings = {name: getattr(feed, name) for name in _SETTINGS}
        news = isinstance(channel, discord.TextChannel) and channel.is_news()
        settings["publish"] = feed.publish and news
        if feed.kind is Kind.FORUM and kind_of(channel) is Kind.FORUM:
            settings |= {"layout": feed.layout, "tags": feed.tags}
        if there is None:
            return await self.add(channel, **settings, ping=ping)
        changed = replace(there, **settings, ping_role_id=None if ping is None else ping.id)
        if changed == there:
            return there
        return await self.change(there, changed, guild, ping)

    async def weekly(self, feed: Feed, guild: discord.Guild) -> tuple[Feed, bool]:
        """Return the weekly roundup beside a daily thread, and whether it is new: it is set up like
        the thread where there is none.

        Raises:
            UserError: the channel is gone, or the bot may not post or ping there.
        """
        async with self._database.read() as conn:
            known = await feeds.of_guild(conn, guild.id)
        if (there := feeds.of_kind(known, feed.channel_id, Every.WEEK)) is not None:
            return there, False
        channel = guild.get_channel_or_thread(feed.channel_id)
        if not isinstance(channel, FeedChannel):
            raise UserError(_("I can't see that channel. Choose another."))
        settings: dict[str, Any] = {name: getattr(feed, name) for name in _SETTINGS}
        settings |= {"every": Every.WEEK, "weekday": 0, "publish": feed.publish}
        settings["trending"] = False  # which a roundup hasn't
        if feed.kind is Kind.FORUM:
            settings["tags"] = feed.tags
        ping = None if feed.ping_role_id is None else guild.get_role(feed.ping_role_id)
        return await self.add(channel, **settings, ping=ping), True

    async def preview(self, feed: Feed) -> PostPayload:
        """Return the post that would be made of a feed now.

        Raises:
            UserError: nothing would be posted; says why.
        """
        draft = await self._publisher.preview(feed, self._clock.now())
        if draft is None:
            status = self._messenger.mention("paper status")
            raise UserError(_("There are no papers yet. {command} shows why.", command=status))
        if draft.why_empty is not None:
            if feed.every.is_daily:
                nothing = _("Nothing would be posted for {day}.", day=long_date(draft.header.day))
            else:
                name = thread_name(draft.header.day, feed.every)
                nothing = _("Nothing would be posted as “{name}”.", name=name)
            why = reason_text(draft.why_empty)
            now = self._clock.now()
            coming = await self._publisher.coming(feed, now)
            if coming is not None and not feed.every.is_daily:
                why = sentences(why, describe_coming_roundup(coming, now, feed))
            raise UserError(sentences(nothing, why))
        return draft
