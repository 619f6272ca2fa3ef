"""Links for feed readers, by what they show: a channel's papers, a topic's or a list's."""

import asyncio
import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from cachetools import LRUCache
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.messenger import Messenger
from bot.i18n import Language, language_for, use
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.runtime.clock import Clock
from bot.services.feed_links._documents import document_of, fingerprint
from bot.settings import Settings
from bot.ui.lists import shown_name
from papers import syndication
from papers.mutes import Mutes
from storage import feed_links, feeds, hidden, library, shelves, subscriptions
from storage.database import Database
from storage.feed_links import Added, FeedLink, OfFeed, OfList, OfShelf, OfTopic, Target

MAX_LINKS: Final = 5
"""Links to the same papers: enough for one per person or program that should lose it alone."""

MAX_PAPERS: Final = 50
"""Papers in a feed: five days of ten, so that a reader that was off for a weekend misses none."""

_KEPT: Final = 64
"""Documents that are kept ready: about 110 KB each in both forms."""

_DIRECT_MESSAGES: Final = "https://discord.com/channels/@me"


class Form(StrEnum):
    """What a document is written in; the values end its address."""

    ATOM = "atom"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a new link."""

    link: FeedLink
    atom: str
    json: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a link answers."""

    body: bytes
    tag: str
    """An entity tag: equal for equal bytes."""
    changed_at: datetime
    """When this was first answered, in whole seconds."""


@dataclass(frozen=True, slots=True)
class _Kept:
    fingerprint: Hashable
    changed_at: datetime
    readings: dict[Form, Reading]


@dataclass(frozen=True, slots=True)
class _Source:
    """What a document is made of."""

    title: str
    home: str
    language: Language
    papers: tuple[Added, ...]
    mutes: Mutes
    muted: Hashable


class FeedLinks:
    """Makes, revokes and reads links."""

    def __init__(
        self, database: Database, clock: Clock, messenger: Messenger, settings: Settings
    ) -> None:
        self._database = database
        self._clock = clock
        self._messenger = messenger
        self._base = settings.feeds_url if settings.feeds_port is not None else None
        self._kept: LRUCache[int, _Kept] = LRUCache(_KEPT)

    @property
    def on(self) -> bool:
        """Whether the operator has turned links on."""
        return self._base is not None

    async def of(self, target: Target) -> list[FeedLink]:
        """Return the links to something, oldest first."""
        async with self._database.read() as conn:
            return await feed_links.of_target(conn, target)

    async def add(self, target: Target) -> Addresses:
        """Make a link and return its addresses, which nothing can return again.

        Raises:
            UserError: links are off, or there are `MAX_LINKS` already.
        """
        if self._base is None:
            raise UserError(
                _("Links for feed readers are off. The operator of this bot can turn them on.")
            )
        host = urlsplit(self._base).hostname or ""
        async with self._database.write() as conn:
            if len(await feed_links.of_target(conn, target)) >= MAX_LINKS:
                raise UserError(
                    _(
                        "There are already {most} links to these papers, the most there can be."
                        " Revoke one first.",
                        most=MAX_LINKS,
                    )
                )
            token = await feed_links.create(conn, target, host, self._clock.now())
            link = (await feed_links.of_target(conn, target))[-1]
        return Addresses(link, *(self._address(token, form) for form in Form))

    async def revoke(self, link_id: int, target: Target) -> None:
        """Revoke a link: its address answers nothing from now on.

        Raises:
            UserError: it was revoked before, or shows something else.
        """
        async with self._database.write() as conn:
            link = await feed_links.get(conn, link_id)
            if link is None or link.target != target:
                raise UserError(_("This link was already revoked."))
            await feed_links.revoke(conn, link_id)
        self._kept.pop(link_id, None)

    async def find(self, token: str) -> FeedLink | None:
        """Return the link of a token, `None` for one that never was, or is no more."""
        async with self._database.read() as conn:
            return await feed_links.find(conn, token)

    async def read(self, link: FeedLink, token: str, form: Form) -> Reading | None:
        """Return what a link answers now, `None` if what it shows has just gone."""
        async with self._database.read() as conn:
            source = await self._source(conn, link.target)
        if source is None:
            return None
        what = fingerprint(source.title, source.papers, source.muted)
        kept = self._kept.get(link.id)
        if kept is None or kept.fingerprint != what:
            kept = await self._render(link, token, source, what, kept)
            self._kept[link.id] = kept
        return kept.readings[form]

    async def _render(
        self, link: FeedLink, token: str, source: _Source, what: Hashable, before: _Kept | None
    ) -> _Kept:
        # HTTP's dates are whole seconds: two documents never have the same one.
        changed_at = self._clock.now().replace(microsecond=0)
        if before is not None:
            changed_at = max(changed_at, before.changed_at + timedelta(seconds=1))
        bodies = await asyncio.to_thread(self._write, link, token, source)
        readings = {
            form: Reading(body, hashlib.sha256(body).hexdigest()[:32], changed_at)
            for form, body in bodies.items()
        }
        return _Kept(what, changed_at, readings)

    def _write(self, link: FeedLink, token: str, source: _Source) -> dict[Form, bytes]:
        document = document_of(
            link, source.title, source.home, source.papers, source.language, source.mutes
        )
        return {
            Form.ATOM: syndication.atom(document, self._address(token, Form.ATOM)),
            Form.JSON: syndication.json_feed(document, self._address(token, Form.JSON)),
        }

    def _address(self, token: str, form: Form) -> str:
        return f"{self._base}/{token}.{form.value}"

    async def _source(self, conn: AsyncConnection, target: Target) -> _Source | None:
        if isinstance(target, OfShelf):
            return await self._shelf(conn, target.guild_id)
        added = await feed_links.papers_in(conn, target, MAX_PAPERS)
        match target:
            case OfFeed(feed_id):
                return await self._channel(conn, feed_id, added)
            case OfTopic(user_id, topic_id):
                topic = await subscriptions.stored_topic(conn, topic_id)
                title = None if topic is None else topic.query
                dismissed = await hidden.dismissed(conn, user_id)
                muted = tuple(await hidden.muted(conn, user_id))
                mutes = await hidden.mutes_of(conn, user_id)
                added = [each for each in added if each.paper.paper.id not in dismissed]
            case OfList(user_id, list_id):
                mine = await library.of_user(conn, user_id)
                found = next((each for each in mine if each.id == list_id), None)
                title = None if found is None else found
                muted, mutes = (), Mutes()
        if title is None:
            return None
        person = await subscriptions.subscriber(conn, target.user_id)
        language = language_for(None if person is None else person.language)
        with use(language):
            name = title if isinstance(title, str) else shown_name(title)
        name = f"{name} · {syndication.NAME}"
        return _Source(name, _DIRECT_MESSAGES, language, tuple(added), mutes, muted)

    async def _shelf(self, conn: AsyncConnection, guild_id: int) -> _Source | None:
        guild = self._messenger.get_guild(guild_id)
        on = await shelves.papers_on(conn, guild_id, limit=MAX_PAPERS)
        added = tuple(Added(each.stored, each.added_at) for each in on)
        language = language_for(None if guild is None else guild.preferred_locale.value)
        with use(language):
            name = _("Shelf")
        title = f"{name} · {syndication.NAME}" if guild is None else f"{name} · {guild.name}"
        home = f"https://discord.com/channels/{guild_id}"
        return _Source(title, home, language, added, Mutes(), ())

    async def _channel(
        self, conn: AsyncConnection, feed_id: int, added: list[Added]
    ) -> _Source | None:
        feed = await feeds.get(conn, feed_id)
        if feed is None:
            return None
        guild = self._messenger.get_guild(feed.guild_id)
        channel = None if guild is None else guild.get_channel_or_thread(feed.channel_id)
        title = syndication.NAME
        if guild is not None and channel is not None:
            title = f"#{channel.name} · {guild.name}"
        locale = feed.language or (None if guild is None else guild.preferred_locale.value)
        home = f"https://discord.com/channels/{feed.guild_id}/{feed.channel_id}"
        return _Source(title, home, language_for(locale), tuple(added), Mutes(), ())
