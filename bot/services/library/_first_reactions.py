"""The first reaction on each card of a thread, put there by the bot so that saving takes one tap.

Discord takes few reactions a second, so cards get theirs a while after they are posted. How far
that has come is kept, and what a stop cut short is made good once the messages are read again. It
is kept, rather than seen from what lacks a reaction, because moderators may have taken some off.
"""

import logging
from datetime import datetime
from typing import Final

import discord

from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import Retry, failure_of
from bot.runtime.clock import Clock
from bot.runtime.priority import Urgency
from bot.runtime.task_queue import TaskQueue
from storage import library, personal_data, watermarks
from storage.database import Database
from storage.library import SAVE_EMOJI, emoji_key

log = logging.getLogger(__name__)

SEEDERS: Final = 16
"""Channels that get their first reactions at the same time; Discord takes four a second in each."""

WATERMARK: Final = "seeds"
"""The newest card up to which every one has had its turn."""


class ReactionSeeder:
    """Puts the reaction that saves on cards."""

    def __init__(
        self, database: Database, messenger: Messenger, clock: Clock, *, seed: bool
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._clock = clock
        self._wanted = seed
        # Their own: seeding takes minutes, and must not hold up the day's threads.
        self._queue = TaskQueue(SEEDERS, Urgency.LATER)
        self._owed: set[int] = set()
        self._missed: set[int] = set()
        self._newest = 0
        self._noted = 0

    @property
    def _watermark(self) -> str:
        """The name of the watermark of this process's servers."""
        shards = self._messenger.part.shards
        return WATERMARK if shards is None else f"{WATERMARK} {shards.name}"

    async def load(self) -> None:
        """Learn which cards may have been left without by a stop."""
        if not self._wanted:
            return
        since = self._clock.now() - personal_data.REACTIONS_READ
        async with self._database.read() as conn:
            # One that was alone before knows that of every server.
            known = [await watermarks.get(conn, name) for name in {self._watermark, WATERMARK}]
            self._newest = self._noted = max(known)
            shards = self._messenger.part.shards
            self._missed = await library.thread_cards(conn, since, self._newest, shards)

    def seed(self, message: discord.PartialMessage) -> None:
        """Put the reaction on a card in a while, where the settings allow."""
        if self._wanted:
            self._owed.add(message.id)
            # Each thread is a share: two seeders in one would only wait for each other.
            self._queue.submit(message.id, lambda: self._seed(message), share=message.channel.id)

    def seen(self, message: discord.Message) -> None:
        """Take in a message that was read back: it may lack what a stop kept from it."""
        if message.id in self._missed:
            self._missed.discard(message.id)
            own = (each for each in message.reactions if each.me)
            if any(emoji_key(str(each.emoji)) == SAVE_EMOJI for each in own):
                self._newest = max(self._newest, message.id)
            else:
                channel = self._messenger.get_partial_messageable(message.channel.id)
                self.seed(channel.get_partial_message(message.id))

    async def caught_up(self) -> None:
        """Take in that whatever can be read has been read."""
        self._missed.clear()
        await self._note()

    def forget_old(self, now: datetime) -> None:
        """Forget cards that are too old to be made good after a start."""
        oldest = discord.utils.time_snowflake(now - personal_data.REACTIONS_READ)
        self._owed = {message_id for message_id in self._owed if message_id >= oldest}

    async def drain(self) -> None:
        """Wait until every card has had its turn."""
        await self._queue.drain()

    async def close(self, patience: float) -> None:
        """Stop; what is left is made good after the next start."""
        await self._queue.stop(patience)

    async def _seed(self, message: discord.PartialMessage) -> None:
        try:
            await message.add_reaction(SAVE_EMOJI)
        except Exception as error:
            # People can add it themselves, and there is a button.
            failure = failure_of(error)
            log.info("first reaction not added message_id=%d: %s", message.id, failure.reason)
            if isinstance(failure, Retry):
                return
        self._owed.discard(message.id)
        self._newest = max(self._newest, message.id)
        await self._note()

    async def _note(self) -> None:
        if self._newest > self._noted and not self._owed and not self._missed:
            newest = self._newest
            async with self._database.write() as conn:
                await watermarks.put(conn, self._watermark, newest)
            self._noted = newest
