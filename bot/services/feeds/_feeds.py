"""Changing the feeds of servers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Final

import discord

from bot.delivery.messenger import Messenger
from bot.delivery.permissions import FeedChannel, kind_of
from bot.i18n import gettext as _
from bot.i18n import long_date, sentences
from bot.interactions.errors import UserError
from bot.interactions.pending import Pending
from bot.runtime.clock import Clock
from bot.services.feed_requirements import (
    already_there,
    require_forum,
    require_forum_options,
    require_permissions,
    require_pingable,
    require_publishing,
)
from bot.services.feeds._sources import sources_for
from bot.services.feeds._states import FeedStates
from bot.services.publishing import PostPayload, Publisher
from bot.settings import Settings
from bot.ui.cards import thread_name
from bot.ui.reasons import reason_text
from papers import schedule, zones
from papers.cadence import Every
from storage import feeds
from storage.database import Database
from storage.feeds import Feed, Kind, Layout, Tags, Taste


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes that someone wants of a feed: the fields of `Feed`, and the role to ping."""

    fields: Mapping[str, Any]
    ping: discord.Role | None = None


MIN_PAPERS: Final = 3
"""The fewest papers that a daily thread may be asked for."""
DEFAULT_PAPERS: Final = 10
"""Papers of a daily thread for which no number was chosen."""


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
)
"""What `Feeds.copy` takes over as it is."""


class Feeds(FeedStates):
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

    async def add(
        self,
        channel: FeedChannel,
        *,
        at: time | None = None,
        timezone: str | None = None,
        size: int = DEFAULT_PAPERS,
        min_votes: int = 0,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        categories: Sequence[str] = (),
        topics: Sequence[str] = (),
        ping: discord.Role | None = None,
        language: str | None = None,
        taste: Taste = Taste.OFF,
        publish: bool = False,
        every: Every = Every.DAY,
        weekday: int = 0,
        layout: Layout | None = None,
        tags: Tags | None = None,
        sources: Sequence[str] = (),
    ) -> Feed:
        """Give a channel its feed.

        Without `timezone` it gets the operator's, without `at` the hour at which the day's papers
        are ready in its zone.

        Raises:
            UserError: the channel has a feed, the sources do not go with the rest, the bot may not
                post, ping or publish there, or it is no forum and an option is for forums.
        """
        kind = kind_of(channel)
        chosen = sources_for(sources, categories=categories, min_votes=min_votes, every=every)
        require_permissions(channel)
        require_forum_options(kind, layout, tags)
        tags = tags or Tags.EXISTING
        require_forum(channel, tags)
        require_pingable(ping, channel)
        if publish:
            require_publishing(channel, self._messenger.mention("feed add"))
        now = self._clock.now()
        zone = timezone or self._settings.default_timezone
        if at is None:
            at = self.default_hour(zone)
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
                language=language,
                taste=taste,
                publish=publish,
                every=every,
                weekday=weekday,
                kind=kind,
                layout=layout or Layout.DAY,
                tags=tags,
                sources=chosen,
            )
        if feed is None:
            raise already_there(channel, every, self._messenger.mention("feed edit"))
        return feed

    def default_hour(self, timezone: str) -> time:
        """Return the hour at which the day's papers are ready in a zone, or the operator's."""
        settings = self._settings
        zone = zones.zone(timezone)
        return schedule.default_hour(
            zone, self._clock.now(), settings.settle, settings.default_time
        )

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
        found = guild.get_channel_or_thread(feed.channel_id)
        channel = found if isinstance(found, FeedChannel) else None
        require_pingable(ping, channel)
        layout, tags = changed.layout, changed.tags
        require_forum_options(
            feed.kind,
            None if layout is feed.layout else layout,
            None if tags is feed.tags else tags,
        )
        if channel is not None and tags is not feed.tags:
            require_forum(channel, tags)
        if changed.publish and not feed.publish:
            require_publishing(channel, self._messenger.mention("feed add"))
        changed = replace(
            changed,
            sources=sources_for(
                changed.sources,
                categories=changed.categories,
                min_votes=changed.min_votes,
                every=changed.every,
            ),
        )
        if changed == feed:
            raise UserError(
                _("Nothing to update. Give at least one setting a new value, e.g. `time`.")
            )
        if _moved(changed) != _moved(feed):
            changed = replace(changed, set_at=self._clock.now())
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

    async def weekly(self, feed: Feed, guild: discord.Guild) -> Feed:
        """Return the weekly roundup beside a daily thread, set up like it where there is none.

        Raises:
            UserError: the channel is gone, or the bot may not post or ping there.
        """
        async with self._database.read() as conn:
            known = await feeds.of_guild(conn, guild.id)
        if (there := feeds.of_kind(known, feed.channel_id, Every.WEEK)) is not None:
            return there
        channel = guild.get_channel_or_thread(feed.channel_id)
        if not isinstance(channel, FeedChannel):
            raise UserError(_("I can't see that channel. Choose another."))
        settings: dict[str, Any] = {name: getattr(feed, name) for name in _SETTINGS}
        settings |= {"every": Every.WEEK, "weekday": 0, "publish": feed.publish}
        if feed.kind is Kind.FORUM:
            settings["tags"] = feed.tags
        ping = None if feed.ping_role_id is None else guild.get_role(feed.ping_role_id)
        return await self.add(channel, **settings, ping=ping)

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
            raise UserError(sentences(nothing, reason_text(draft.why_empty)))
        return draft


def _moved(feed: Feed) -> tuple[object, ...]:
    return feed.at, feed.timezone, feed.every, feed.weekday
