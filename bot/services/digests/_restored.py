"""Reading a conversation back after a restore: the digests since the backup are put on record.

Without it their papers and their news would be brought again. A digest is known by its title; which
papers it brought is read from the Save buttons on the page that its message shows, and which papers
it had news about from the links of that section.
"""

import logging
from dataclasses import replace
from datetime import date, datetime, timedelta

import discord
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import Failure, failure_of
from bot.delivery.read_back import own_messages_since, strings_of
from bot.i18n import in_every_language
from bot.interactions.shown_papers import folded_in, papers_in
from bot.services.digests._payload import title_of
from bot.ui.news import section_title
from papers import paper_key
from storage import digests, news, papers, restores
from storage.database import Database
from storage.digests import DueDigest
from storage.restores import Restore
from storage.subscriptions import Subscriber

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)


class RestoredDigests:
    """Puts on record what a restored database does not know of its conversations."""

    def __init__(self, database: Database, messenger: Messenger, tracker: MessageTracker) -> None:
        self._database = database
        self._messenger = messenger
        self._tracker = tracker

    async def read_back(self, person: Subscriber, due: DueDigest, now: datetime) -> Failure | None:
        """Record what a person got since the backup that was restored, once for each person.

        Returns what kept the conversation from being read. One that the backup does not know is
        opened with the next digest, whose day is all that can be doubled there.
        """
        async with self._database.read() as conn:
            restore = await restores.newest(conn, now)
            last = await digests.last_planned(conn, person.user_id)
        if restore is None or (last is not None and last > restore.at):
            return None
        if person.dm_channel_id is None or person.created_at > restore.at:
            return None
        try:
            found = await self._digests(person.dm_channel_id, restore, now)
        except Exception as error:
            failure = failure_of(error)
            log.warning("conversation could not be read back: %s", failure.reason)
            return failure
        for day, message in sorted(found.items()):
            await self._record(due, day, message, person.dm_channel_id, now)
        return None

    async def _digests(
        self, channel_id: int, restore: Restore, now: datetime
    ) -> dict[date, discord.Message]:
        channel = self._messenger.get_partial_messageable(
            channel_id, type=discord.ChannelType.private
        )
        days = (now.date() - restore.knows_until.date()).days
        titles = {
            title: day
            for day in (now.date() + _DAY - n * _DAY for n in range(days + 4))
            for title in in_every_language(lambda day=day: title_of(day))
        }
        found: dict[date, discord.Message] = {}
        async for message in own_messages_since(self._messenger, channel, restore.knows_until):
            texts = strings_of(message)
            for title, day in titles.items():
                if any(title in text for text in texts):
                    found.setdefault(day, message)
        return found

    async def _record(
        self, due: DueDigest, day: date, message: discord.Message, channel_id: int, now: datetime
    ) -> None:
        async with self._database.write() as conn:
            shown = list(
                await papers.get_many(conn, await papers.in_full(conn, papers_in(message)))
            )
            behind = list(await papers.get_many(conn, folded_in(message)))
            digest_id = await digests.plan(
                conn,
                replace(due, local_date=day),
                [*shown, *behind],
                payload=None,
                state=digests.PLANNED if shown else digests.SHOWN,
                now=now,
                reason="read back after a restore",  # not shown
            )
            digest = None if digest_id is None else await digests.get(conn, digest_id)
            if digest is not None and shown:
                await digests.mark_sent(conn, digest, message.id, channel_id, shown, now)
            await _record_news(conn, due.user_id, message, now)
        self._tracker.track_message(message.id, channel_id=channel_id, guild_id=None, found=True)


async def _record_news(
    conn: AsyncConnection, user_id: int, message: discord.Message, now: datetime
) -> None:
    """Mark the news that a digest brought, as far as the backup knows of it."""
    titles = in_every_language(section_title)
    sections = [text for text in strings_of(message) if any(title in text for title in titles)]
    brought = [
        each.id
        for each in await news.pending(conn, user_id)
        if any(f"({paper_key.page_url(each.paper_id)})" in section for section in sections)
    ]
    await news.claim_for(conn, user_id, brought, now)
