"""What is checked before a feed is added or changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from types import MappingProxyType
from typing import Any, Final

import discord

from bot.delivery.permissions import FeedChannel, kind_of
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.services.feed_requirements import (
    require_forum,
    require_forum_options,
    require_permissions,
    require_pingable,
    require_publishing,
)
from bot.services.feeds._sources import require_trending, sources_for
from bot.services.feeds._states import FeedStates
from papers import schedule, zones
from papers.cadence import Every
from storage.feeds import Feed, Layout, Tags, Taste

DEFAULT_PAPERS: Final = 10
"""Papers of a daily thread for which no number was chosen."""


class FeedChecks(FeedStates):
    """Completes and checks the settings of feeds; stores nothing."""

    def new(
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
        named: Mapping[str, str] = MappingProxyType({}),
        trending: bool = False,
    ) -> dict[str, Any]:
        """Return what `storage.feeds.add` needs for a channel's new feed, after all checks.

        `named` is what the server calls its feeds of the web, by their keys.

        Without `timezone` it gets the operator's, without `at` the hour at which the day's papers
        are ready in its zone.

        Raises:
            UserError: the sources or `trending` do not go with the rest, the bot may not
                post, ping or publish there, or it is no forum and an option is for forums.
        """
        kind = kind_of(channel)
        chosen = sources_for(
            sources, categories=categories, min_votes=min_votes, every=every, named=named
        )
        if trending:
            require_trending(chosen, every, layout, named)
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
        return {
            "guild_id": channel.guild.id,
            "channel_id": channel.id,
            "at": at,
            "timezone": zone,
            "size": size,
            "now": now,
            "min_votes": min_votes,
            "include": include,
            "exclude": exclude,
            "categories": categories,
            "topics": topics,
            "ping_role_id": ping.id if ping else None,
            "language": language,
            "taste": taste,
            "publish": publish,
            "every": every,
            "weekday": weekday,
            "kind": kind,
            "layout": layout or Layout.DAY,
            "tags": tags,
            "sources": chosen,
            "trending": trending,
        }

    def default_hour(self, timezone: str) -> time:
        """Return the hour at which the day's papers are ready in a zone, or the operator's."""
        settings = self._settings
        zone = zones.zone(timezone)
        return schedule.default_hour(
            zone, self._clock.now(), settings.settle, settings.default_time
        )

    def _changed(
        self,
        feed: Feed,
        changed: Feed,
        guild: discord.Guild,
        ping: discord.Role | None,
        named: Mapping[str, str],
    ) -> Feed:
        """Check a change; return it as it is to be stored."""
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
                named=named,
            ),
            named=named,
        )
        if changed.trending:
            require_trending(changed.sources, changed.every, changed.layout, named)
        if changed == feed:
            raise UserError(
                _("Nothing to update. Give at least one setting a new value, e.g. `time`.")
            )
        if _moved(changed) != _moved(feed):
            changed = replace(changed, set_at=self._clock.now())
        return changed


def _moved(feed: Feed) -> tuple[object, ...]:
    return feed.at, feed.timezone, feed.every, feed.weekday
