"""Direct message channels: opened and written into within budgets, and not at all for a while after
Discord said that it is too much."""

import logging
from datetime import datetime, timedelta

import discord
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import Failure, Gone, Reason, Refused, Retry, failure_of
from bot.settings import Settings
from storage import digests, subscriptions
from storage.database import Database
from storage.subscriptions import Subscriber

log = logging.getLogger(__name__)

BREAK = timedelta(hours=24)
"""How long all direct messages rest after Discord said that there are too many."""

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


class Conversations:
    """The direct messages of people who asked for them."""

    def __init__(self, database: Database, messenger: Messenger, settings: Settings) -> None:
        self._database = database
        self._messenger = messenger
        self._settings = settings

    async def spend_message(self, conn: AsyncConnection, now: datetime) -> datetime | None:
        """Take one message out of the hour's budget; return when the next is if there is none."""
        limit = self._settings.dm_sends_per_hour
        return await digests.spend(conn, digests.SEND, limit=limit, window=HOUR, now=now)

    async def channel_of(self, person: Subscriber, now: datetime) -> int | Failure:
        """Return the direct message channel of a person, opened now if it never was."""
        if person.dm_channel_id is not None:
            return person.dm_channel_id
        async with self._database.write() as conn:
            if await digests.broken_until(conn, now) is not None:
                return Refused(Reason.DM_BLOCKED)
            wait = await digests.spend(
                conn,
                digests.OPEN,
                limit=self._settings.dm_opens_per_day,
                window=DAY,
                now=now,
            )
        if wait is not None:
            return Retry(Reason.RATE_LIMITED, (wait - now).total_seconds())
        try:
            channel = await self._messenger.create_dm(
                discord.Object(person.user_id, type=discord.User)
            )
        except Exception as error:
            return failure_of(error)
        async with self._database.write() as conn:
            await subscriptions.open_channel(conn, person.user_id, channel.id)
        return channel.id

    async def greet(
        self, person: Subscriber, view: discord.ui.LayoutView, now: datetime
    ) -> tuple[int, int] | Failure:
        """Send a new subscriber a message; return its channel and id, or what kept it back."""
        async with self._database.read() as conn:
            if await digests.broken_until(conn, now) is not None:
                return Refused(Reason.DM_BLOCKED)
        opened = await self.channel_of(person, now)
        if isinstance(opened, Retry | Gone | Refused):
            await self.note_block(opened, now)
            return opened
        async with self._database.write() as conn:
            wait = await self.spend_message(conn, now)
        if wait is not None:
            return Retry(Reason.RATE_LIMITED, (wait - now).total_seconds())
        channel = self._messenger.get_partial_messageable(opened, type=discord.ChannelType.private)
        try:
            message = await channel.send(view=view)
        except Exception as error:
            failure = failure_of(error)
            await self.note_block(failure, now)
            return failure
        async with self._database.write() as conn:
            await subscriptions.open_channel(conn, person.user_id, opened)
        return opened, message.id

    async def revise(
        self, channel_id: int, message_id: int, view: discord.ui.LayoutView
    ) -> Failure | None:
        """Show something else in a message that was sent; return what kept it from being shown."""
        channel = self._messenger.get_partial_messageable(
            channel_id, type=discord.ChannelType.private
        )
        try:
            await channel.get_partial_message(message_id).edit(view=view)
        except Exception as error:
            return failure_of(error)
        return None

    async def note_block(self, failure: Failure, now: datetime) -> None:
        """Keep all direct messages back for a while if Discord said that there are too many."""
        if failure.reason is Reason.DM_BLOCKED:
            log.warning("Discord limits direct messages; sending none for a day")
            async with self._database.write() as conn:
                await digests.break_until(conn, now + BREAK, failure.reason)
