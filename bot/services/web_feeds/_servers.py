"""The feeds of the web that a server has as sources: offered, added, listed, removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.i18n import gettext as _
from bot.i18n import marked
from bot.interactions.errors import UserError
from bot.interactions.source_inputs import is_taken, plain_name
from bot.runtime.clock import Clock
from bot.services.web_feeds._reading import WebFeeds
from bot.ui.text import escape, timestamp
from papers.sources import SourceErrorKind
from papers.sources.feed import canonical_address
from papers.sources.public_addresses import PRIVATE
from papers.text import cut
from storage import feeds, server_sources, subscriptions, web_feeds
from storage.database import Database
from storage.feeds import Feed, FeedState
from storage.server_sources import ServerSource
from storage.web_feeds import WebFeed

LONGEST_NAME: Final = 60
_PROBLEMS: Final = {
    SourceErrorKind.UNREACHABLE: marked("The feed couldn't be reached."),
    SourceErrorKind.RATE_LIMITED: marked("The feed's server asked me to slow down."),
    SourceErrorKind.UNAVAILABLE: marked("The feed's server has a problem."),
    SourceErrorKind.REFUSED: marked("The feed's server refused my request."),
    SourceErrorKind.MALFORMED: marked("There is no RSS or Atom feed at this address."),
}


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of a server's daily threads when a source was removed."""

    name: str
    without: Sequence[Feed]
    """Those that go on with their other sources."""
    paused: Sequence[Feed]
    """Those that had no other."""


class ServerSources:
    """Lets servers have feeds of the web as sources."""

    def __init__(self, database: Database, web: WebFeeds, clock: Clock, *, most: int) -> None:
        self._database = database
        self._web = web
        self._clock = clock
        self._most = most

    async def offer(self, guild_id: int, url: str, name: str | None) -> ServerSource:
        """Read a feed, and return it as the server would have it; it is not added yet.

        Raises:
            UserError: it cannot be read or added; says why.
        """
        try:
            address = canonical_address(url)
        except ValueError as error:
            raise UserError(
                _("That isn't the address of a feed. It begins with https:// and has no password.")
            ) from error
        now = self._clock.now()
        async with self._database.read() as conn:
            known = await server_sources.of_guild(conn, guild_id)
        self._require_room(known)
        async with self._database.write() as conn:
            feed = await web_feeds.add(conn, address, now)
        _require_new(known, feed)
        feed = await self._web.read(feed.id, now) or feed
        _require_new(known, feed)
        if feed.read_at is None:
            raise UserError(problem_of(feed, now))
        wanted = name or feed.title or urlsplit(address).hostname or address
        wanted = cut(" ".join(wanted.split()), LONGEST_NAME)
        if is_taken(wanted, {each.name for each in known}):
            raise UserError(
                _(
                    "“{name}” already means another source. Choose another `name`.",
                    name=escape(wanted),
                )
            )
        async with self._database.write() as conn:
            await server_sources.offer(conn, guild_id, feed.id, wanted, now)
        return ServerSource(feed, wanted)

    async def add(self, guild_id: int, feed_id: int) -> ServerSource:
        """Add a feed that was offered to a server.

        Raises:
            UserError: the offer is too old, or the server has too many.
        """
        async with self._database.write() as conn:
            found = await server_sources.get(conn, guild_id, feed_id)
            if found is None:
                raise UserError(_("This offer is too old. Use the command again."))
            source, added = found
            if not added:
                known = await server_sources.of_guild(conn, guild_id)
                self._require_room(known)
                if is_taken(source.name, {each.name for each in known}):
                    raise UserError(
                        _(
                            "“{name}” already means another source. Choose another `name`.",
                            name=escape(source.name),
                        )
                    )
                await server_sources.add(conn, guild_id, feed_id, self._clock.now())
        return source

    async def of_guild(self, guild_id: int) -> list[ServerSource]:
        """Return the feeds that a server has, by their names."""
        async with self._database.read() as conn:
            return await server_sources.of_guild(conn, guild_id)

    async def names(self, guild_id: int | None) -> Mapping[str, str]:
        """Return what a server calls its feeds, by their keys."""
        if guild_id is None:
            return {}
        async with self._database.read() as conn:
            return (await server_sources.names(conn, [guild_id])).get(guild_id, {})

    async def for_topics(self, user_id: int, guild_id: int | None) -> dict[str, str]:
        """Return the feeds that a person may choose for a topic: those of the server that they are
        in, then those that their topics have from others; their names, by their keys in topics."""
        here = await self.names(guild_id)
        found = {f"{key}@{guild_id}": name for key, name in here.items()}
        async with self._database.read() as conn:
            own = await server_sources.named(conn, await subscriptions.sources_of(conn, user_id))
        return found | {key: name for key, name in own.items() if key not in found}

    async def users(self, guild_id: int) -> Mapping[str, Sequence[Feed]]:
        """Return the server's daily threads that use each source, by its key."""
        async with self._database.read() as conn:
            known = await feeds.of_guild(conn, guild_id)
        found: dict[str, list[Feed]] = {}
        for feed in known:
            for key in feed.sources:
                found.setdefault(key, []).append(feed)
        return found

    async def own(self, guild_id: int, text: str) -> ServerSource:
        """Return a server's feed by its name or key.

        Raises:
            UserError: it has none of that name.
        """
        wanted = plain_name(text)
        for source in await self.of_guild(guild_id):
            if wanted in (plain_name(source.name), source.key):
                return source
        raise UserError(_("This server has no source “{name}”.", name=escape(text, LONGEST_NAME)))

    async def remove(self, guild_id: int, feed_id: int) -> Removed:
        """Take a feed from a server, and from its daily threads; those without another source are
        paused.

        Raises:
            UserError: the server does not have it.
        """
        async with self._database.write() as conn:
            found = await server_sources.get(conn, guild_id, feed_id)
            if found is None or not await server_sources.remove(conn, guild_id, feed_id):
                raise UserError(_("This source was already removed."))
            source, _added = found
            using = [
                each for each in await feeds.of_guild(conn, guild_id) if source.key in each.sources
            ]
            without = [each for each in using if len(each.sources) > 1]
            paused = [each for each in using if len(each.sources) == 1]
            await _leave(conn, source.key, without, paused)
        return Removed(source.name, without, paused)

    def _require_room(self, known: Sequence[ServerSource]) -> None:
        if len(known) >= self._most:
            raise UserError(
                _(
                    "No more feeds are possible: this server's limit is {count}. Remove one first.",
                    count=self._most,
                )
            )


async def _leave(
    conn: AsyncConnection, key: str, without: Sequence[Feed], paused: Sequence[Feed]
) -> None:
    for each in without:
        rest = tuple(other for other in each.sources if other != key)
        await feeds.update(conn, replace(each, sources=rest))
    for each in paused:
        if each.state is FeedState.ACTIVE:
            await feeds.set_state(conn, each.id, FeedState.PAUSED)


def _require_new(known: Sequence[ServerSource], feed: WebFeed) -> None:
    for each in known:
        if each.feed.id == feed.id:
            raise UserError(
                _("This server already has this feed as **{name}**.", name=escape(each.name))
            )


def problem_of(feed: WebFeed, now: datetime) -> str:
    """Say why a feed could not be read, and when it is asked again."""
    if feed.state.gone:
        return _("Its server says that this feed is gone for good.")
    if feed.detail is not None and PRIVATE in feed.detail:
        why = _("This address leads into a private network, where I don't ask.")
    else:
        why = _(_PROBLEMS[feed.kind or SourceErrorKind.UNREACHABLE])
    again = feed.state.next_at or now
    return f"{why} " + _("Next try {when}.", when=timestamp(again, "R"))
