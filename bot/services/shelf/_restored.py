"""Reading a channel back after a restore: the weekly posts since the backup are put on record."""

import logging
from datetime import date, datetime, timedelta
from typing import Final

import discord

from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import Failure, failure_of
from bot.delivery.read_back import own_messages_since, strings_of, titled
from bot.i18n import in_every_language
from bot.ui.shelf import weekly_title
from papers import paper_key
from storage import restores, shelves
from storage.database import Database
from storage.restores import Restore
from storage.shelves import DueShelf

log = logging.getLogger(__name__)

_DAY: Final = timedelta(days=1)


class RestoredShelves:
    """Puts on record what a restored database does not know of the weekly posts."""

    def __init__(self, database: Database, messenger: Messenger) -> None:
        self._database = database
        self._messenger = messenger

    async def read_back(self, due: DueShelf, now: datetime) -> Failure | None:
        """Record a shelf's weekly posts since the backup that was restored, once for each shelf.

        Returns what kept the channel from being read: nothing may be posted there then.
        """
        async with self._database.read() as conn:
            restore = await restores.newest(conn, now)
            last = await shelves.last_planned(conn, due.guild_id)
        if restore is None or due.since > restore.at:
            return None
        if last is not None and last > restore.at:
            return None  # read back before that post was planned
        try:
            found = await self._posts(due, restore, now)
        except Exception as error:
            failure = failure_of(error)
            log.warning("shelf could not be read back: %s", failure.reason)
            return failure
        async with self._database.write() as conn:
            on = await shelves.papers_on(conn, due.guild_id)
            for day, message in sorted(found.items()):
                texts = strings_of(message)
                shown = [
                    each.stored.paper.id
                    for each in on
                    if any(
                        f"({paper_key.page_url(each.stored.paper.id)})" in text for text in texts
                    )
                ]
                post_id = await shelves.plan(
                    conn, due._replace(local_date=day), payload={}, now=now
                )
                if post_id is not None:
                    await shelves.mark_sent(conn, post_id, due.guild_id, message.id, shown, now)
        return None

    async def _posts(
        self, due: DueShelf, restore: Restore, now: datetime
    ) -> dict[date, discord.Message]:
        channel = self._messenger.get_partial_messageable(due.channel_id, guild_id=due.guild_id)
        days = (now.date() - restore.knows_until.date()).days
        titles = {
            title: day
            for day in (now.date() + _DAY - n * _DAY for n in range(days + 4))
            for title in in_every_language(lambda day=day: weekly_title(day))
        }
        found: dict[date, discord.Message] = {}
        async for message in own_messages_since(self._messenger, channel, restore.knows_until):
            if (day := titled(strings_of(message), titles)) is not None:
                found.setdefault(day, message)
        return found
