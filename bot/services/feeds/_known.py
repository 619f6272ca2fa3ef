"""The feeds of servers as they are: all of them, one that is meant, when the next thread comes."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.delivery.messenger import Messenger
from bot.delivery.permissions import FeedChannel
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.runtime.clock import Clock
from bot.services.feed_requirements import SeveralFeedsError
from bot.services.publishing import Publisher
from bot.settings import Settings
from papers.cadence import Every
from papers.schedule import Coming
from storage import feeds, posts, server_sources
from storage.database import Database
from storage.feeds import Feed
from storage.posts import Post


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A feed, its next thread and its newest post."""

    feed: Feed
    coming: Coming | None
    last: Post | None


class KnownFeeds:
    """Reads the feeds of servers."""

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

    async def usual_zone(self, guild_id: int) -> str | None:
        """Return the zone of a server's newest feed, else the operator's own, if there is one."""
        async with self._database.read() as conn:
            known = await feeds.of_guild(conn, guild_id)
        if known:
            return known[-1].timezone
        operators = self._settings.default_timezone
        return operators if operators != "UTC" else None

    async def named(self, guild_id: int) -> Mapping[str, str]:
        """Return what a server calls its feeds of the web, by their keys among sources."""
        async with self._database.read() as conn:
            return (await server_sources.names(conn, [guild_id])).get(guild_id, {})

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

    async def find(
        self,
        guild_id: int,
        here: int | None,
        channel: FeedChannel | None,
        *,
        around: int | None = None,
        every: Every | None = None,
    ) -> Feed:
        """Return the feed that a command means: the named channel's, this one's, or the only one.

        Args:
            guild_id: the server.
            here: the channel or thread in which the command was used.
            channel: the channel that was named.
            around: the channel of the thread in which the command was used.
            every: a daily thread, or a roundup of the week or the month, where only that is meant.

        Raises:
            UserError: there is none.
            SeveralFeedsError: there are some to choose from.
        """
        async with self._database.read() as conn:
            known = await feeds.of_guild(conn, guild_id)
        if every is not None:
            known = [feed for feed in known if feeds.is_of_kind(feed, every)]
        several: list[Feed] = []
        for wanted in (channel.id,) if channel else (here, around):
            there = [feed for feed in known if feed.channel_id == wanted]
            if len(there) == 1:
                return there[0]
            several = several or there
        if not known:
            raise self._no_feed(every)
        if several:
            place = f"<#{several[0].channel_id}>"
            raise SeveralFeedsError(
                _("{channel} has several. Which one do you mean?", channel=place), several
            )
        if channel is None and len(known) == 1:
            return known[0]
        raise SeveralFeedsError(
            _("{channel} has no daily thread. Which one do you mean?", channel=channel.mention)
            if channel
            else _("Several channels have a daily thread. Which one do you mean?"),
            known,
        )

    async def own(self, feed_id: int, guild_id: int | None) -> Feed:
        """Return a server's feed by its id.

        Raises:
            UserError: it was removed, or is another server's.
        """
        async with self._database.read() as conn:
            feed = await feeds.get(conn, feed_id)
        if feed is None or feed.guild_id != guild_id:
            raise UserError(_("This daily thread was removed."))
        return feed

    def _no_feed(self, every: Every | None) -> UserError:
        add = self._messenger.mention("feed add")
        if every is not None and not every.is_daily:
            return UserError(
                _("This server has no such roundup yet. Set one up with {command}.", command=add)
            )
        return UserError(
            _("This server has no daily thread yet. Set one up with {command}.", command=add)
        )
