"""Reading a channel back after a restore: what was posted since the backup is put on record.

Without it everything since the backup would be posted again. A header is known by its title, its
thread has the header's id, and a card names its paper in its Save button. The first message of a
forum's post is a header or a card; those of papers belong to the day that was due when they came.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import discord

from bot.delivery.forum_posts import own_forum_posts
from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import Failure, Gone, failure_of
from bot.delivery.read_back import own_messages_since, strings_of, titled
from bot.i18n import in_every_language
from bot.interactions.shown_papers import folded_in, papers_in
from bot.services.batch_ranking import Rankings
from bot.ui.cards import thread_name
from papers import roundups, zones
from papers.cadence import Every
from papers.sources.declared import days_of
from storage import papers, posts, restores
from storage.database import Database
from storage.feeds import Feed, Kind
from storage.posts import DueFeed, Step
from storage.restores import Restore

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_BEFORE: Final = {Every.DAY: 4, Every.WEEKDAYS: 4, Every.WEEK: 12, Every.MONTH: 40}
"""Days before the backup that a post since then may be about, and tomorrow."""


@dataclass(slots=True)
class _Thread:
    """A post as Discord has it."""

    day: date
    at: datetime
    """When it was posted."""
    header_id: int | None
    """`None` where each paper has a post of its own."""
    thread_id: int | None
    cards: dict[str, int] = field(default_factory=dict[str, int])
    """The message of each paper's card, in order."""
    folded: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """What stands behind a paper's card."""

    def add(self, message: discord.Message) -> None:
        """Take over the card that a message is, if it is one."""
        for paper_id in papers_in(message):
            self.cards[paper_id] = message.id
            self.folded[paper_id] = folded_in(message)


class RestoredPosts:
    """Puts on record what a restored database does not know of its channels."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        tracker: MessageTracker,
        rankings: Rankings,
        settle: timedelta,
    ) -> None:
        self._settle = settle
        self._database = database
        self._messenger = messenger
        self._tracker = tracker
        self._rankings = rankings

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
        titles = _titles(feed.every, restore, now)
        if feed.kind is Kind.FORUM:
            return await self._forum_posts(feed, restore, now, titles)
        channel = self._messenger.get_partial_messageable(feed.channel_id, guild_id=feed.guild_id)
        found = own_messages_since(self._messenger, channel, restore.knows_until)
        messages = [message async for message in found]
        others: dict[str, date] = {}
        if feed.kind is Kind.THREAD:
            # Headers of a thread's other feeds: the cards behind them are not this one's.
            for every in (Every.DAY, Every.WEEK, Every.MONTH):
                others |= _titles(every, restore, now)
        threads: dict[date, _Thread] = {}
        newest: _Thread | None = None
        for message in reversed(messages):
            texts = strings_of(message)
            day = titled(texts, titles)
            if day is not None:
                thread_id = feed.channel_id if feed.kind is Kind.THREAD else message.id
                newest = _Thread(day, message.created_at, message.id, thread_id)
                threads[day] = newest
            elif titled(texts, others) is not None:
                newest = None
            elif feed.kind is Kind.THREAD and newest is not None:
                newest.add(message)
        if feed.kind is not Kind.THREAD:
            for thread in threads.values():
                await self._add_cards(feed, thread)
        return list(threads.values())

    async def _forum_posts(
        self, feed: Feed, restore: Restore, now: datetime, titles: Mapping[str, date]
    ) -> list[_Thread]:
        guild = self._messenger.get_guild(feed.guild_id)
        forum = None if guild is None else guild.get_channel(feed.channel_id)
        if not isinstance(forum, discord.ForumChannel):
            return []  # nothing can be posted there either
        threads: dict[date, _Thread] = {}
        found = own_forum_posts(self._messenger, forum, restore.knows_until)
        for post in sorted([each async for each in found], key=lambda each: each.id):
            texts = [post.name] if post.starter is None else strings_of(post.starter)
            day = titled(texts, titles)
            if day is not None:
                threads[day] = _Thread(day, post.created_at, post.id, post.id)
                await self._add_cards(feed, threads[day])
            elif feed.every.is_daily and post.starter is not None and papers_in(post.starter):
                at = min(post.created_at, now)
                day = days_of(feed.sources).expected(at, self._settle)
                threads.setdefault(day, _Thread(day, at, None, None)).add(post.starter)
        return list(threads.values())

    async def _add_cards(self, feed: Feed, thread: _Thread) -> None:
        place = self._messenger.get_partial_messageable(
            thread.thread_id or 0, guild_id=feed.guild_id
        )
        try:
            found = own_messages_since(self._messenger, place, thread.at)
            messages = [message async for message in found]
        except discord.HTTPException as error:
            if not isinstance(failure_of(error), Gone):
                raise
            return  # the thread was deleted, or the post stopped before it was opened
        for message in reversed(messages):
            if message.id != thread.header_id:
                thread.add(message)

    async def _record(self, feed: Feed, thread: _Thread, now: datetime) -> None:
        zone = zones.zone_or_utc(feed.timezone)
        local_date = min(thread.at, now).astimezone(zone).date()
        due = DueFeed(
            *(feed.id, feed.guild_id, feed.channel_id, local_date, thread.day, feed.every)
        )
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
                sources=self._rankings.of(feed.sources).sources,
                reason="read back after a restore",  # not shown
            )
            if post_id is None:
                return
            if thread.header_id is not None:
                await posts.mark_header(conn, post_id, thread.header_id)
            if thread.thread_id is not None:
                await posts.mark_thread(conn, post_id, thread.thread_id)
            if (post := await posts.get(conn, post_id)) is not None:
                for position, paper_id in enumerate(shown):
                    step = Step(position, paper_id, None)
                    message_id = cards[paper_id]
                    place = thread.thread_id or message_id
                    await posts.mark_card(conn, post, step, message_id, now, channel_id=place)
            await posts.finish(conn, post_id, posts.DONE, thread.at)
        for message_id in thread.cards.values():
            self._tracker.track_message(
                message_id,
                channel_id=thread.thread_id or message_id,
                guild_id=feed.guild_id,
                found=True,
            )


def _titles(every: Every, restore: Restore, now: datetime) -> dict[str, date]:
    """Return the titles in every language of what may have been posted since a backup."""
    days = (now.date() - restore.knows_until.date()).days + _BEFORE[every]
    return {
        title: day
        for day in (now.date() + _DAY - n * _DAY for n in range(days))
        if every.is_daily or roundups.is_last(day, every)
        for first in _firsts(day, every)
        for title in in_every_language(lambda day=day, first=first: thread_name(day, every, first))
    }


def _firsts(last: date, every: Every) -> list[date | None]:
    """Return the days that the post of a batch day may begin with; `None` for a daily thread."""
    if every.is_daily:
        return [None]
    longest = roundups.extended(roundups.period_until(last, every), every, date.min)
    return [day for day in longest.days if (last - day).days >= 0]
