"""Reading a channel back after a restore: what was posted since the backup is put on record.

Without it everything since the backup would be posted again. A header is known by its title, its
thread has the header's id, and a card names its paper in its Save button.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import discord

from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import Failure, Gone, failure_of
from bot.delivery.read_back import own_messages_since, strings_of
from bot.i18n import in_every_language
from bot.interactions.shown_papers import folded_in, papers_in
from bot.ui.cards import thread_name
from papers import zones
from storage import papers, posts, restores
from storage.database import Database
from storage.feeds import Feed
from storage.posts import DueFeed, Step
from storage.restores import Restore

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Thread:
    """A post as Discord has it."""

    day: date
    header: discord.Message
    cards: dict[str, int]
    """The message of each paper's card, in order."""
    folded: dict[str, list[str]]
    """What stands behind a paper's card."""


class RestoredPosts:
    """Puts on record what a restored database does not know of its channels."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        tracker: MessageTracker,
        sources: Collection[str],
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._tracker = tracker
        self._sources = sources

    async def read_back(self, feed: Feed, now: datetime) -> Failure | None:
        """Record what a feed has posted since the backup that was restored, once for each feed.

        Returns what kept the channel from being read: nothing may be posted there then.
        """
        async with self._database.read() as conn:
            restore = await restores.newest(conn, now)
            last = await posts.last_planned(conn, feed.id)
        if restore is None or feed.created_at > restore.at:
            return None
        if last is not None and last > restore.at:
            return None  # read back before that post was planned
        try:
            found = await self._threads(feed, restore, now)
        except Exception as error:
            failure = failure_of(error)
            log.warning("channel could not be read back feed_id=%d: %s", feed.id, failure.reason)
            return failure
        for thread in sorted(found, key=lambda each: each.day):
            await self._record(feed, thread, now)
        log.info("channel read back feed_id=%d threads=%d", feed.id, len(found))
        return None

    async def _threads(self, feed: Feed, restore: Restore, now: datetime) -> list[_Thread]:
        channel = self._messenger.get_partial_messageable(feed.channel_id, guild_id=feed.guild_id)
        days = (now.date() - restore.knows_until.date()).days
        titles = {
            title: day
            for day in (now.date() + _DAY - n * _DAY for n in range(days + 4))
            for title in in_every_language(lambda day=day: thread_name(day))
        }
        headers: dict[date, discord.Message] = {}
        async for message in own_messages_since(self._messenger, channel, restore.knows_until):
            first_lines = [text.partition("\n")[0] for text in strings_of(message)]
            for title, day in titles.items():
                if any(title in line for line in first_lines):
                    headers.setdefault(day, message)
        return [await self._thread(feed, day, header) for day, header in headers.items()]

    async def _thread(self, feed: Feed, day: date, header: discord.Message) -> _Thread:
        thread = self._messenger.get_partial_messageable(header.id, guild_id=feed.guild_id)
        cards: list[tuple[str, int]] = []
        folded: dict[str, list[str]] = {}
        try:
            async for message in own_messages_since(self._messenger, thread, header.created_at):
                cards += [(paper_id, message.id) for paper_id in papers_in(message)]
                folded |= {paper_id: folded_in(message) for paper_id in papers_in(message)}
        except discord.HTTPException as error:
            if not isinstance(failure_of(error), Gone):
                raise
            # The thread was deleted, or the post stopped before it was opened.
        return _Thread(day, header, dict(reversed(cards)), folded)

    async def _record(self, feed: Feed, thread: _Thread, now: datetime) -> None:
        zone = zones.zone_or_utc(feed.timezone)
        local_date = min(thread.header.created_at, now).astimezone(zone).date()
        due = DueFeed(feed.id, feed.guild_id, feed.channel_id, local_date, thread.day)
        async with self._database.write() as conn:
            keys = await papers.in_full(conn, thread.cards)
            cards = dict(zip(keys, thread.cards.values(), strict=True))
            folded = dict(zip(keys, map(thread.folded.__getitem__, thread.cards), strict=True))
            behind = [each for some in folded.values() for each in some]
            known = await papers.get_many(conn, [*cards, *behind])
            shown = [paper_id for paper_id in cards if paper_id in known]
            post_id = await posts.plan(
                conn,
                due,
                now=now,
                late=False,
                payload=None,
                paper_ids=shown,
                folded={
                    paper_id: [each for each in folded[paper_id] if each in known]
                    for paper_id in shown
                },
                sources=self._sources,
                reason="read back after a restore",  # not shown
            )
            if post_id is None:
                return
            await posts.mark_header(conn, post_id, thread.header.id)
            await posts.mark_thread(conn, post_id, thread.header.id)
            if (post := await posts.get(conn, post_id)) is not None:
                for position, paper_id in enumerate(shown):
                    step = Step(position, paper_id, None)
                    await posts.mark_card(conn, post, step, cards[paper_id], now)
            await posts.finish(conn, post_id, posts.DONE, thread.header.created_at)
        for message_id in thread.cards.values():
            self._tracker.track_message(
                message_id, channel_id=thread.header.id, guild_id=feed.guild_id, found=True
            )
