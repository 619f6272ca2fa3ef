"""Libraries as the bot keeps them: what reactions mean, and what the bot does unasked."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import discord
from cachetools import FIFOCache

from bot.delivery.messenger import Messenger
from bot.runtime.clock import Clock
from bot.runtime.task_queue import TaskQueue
from bot.services.library._catch_up import MAX_REQUESTS, ReactionReconciler
from bot.services.library._details import SavedPaperDetails
from bot.services.library._files import LibraryFiles
from bot.services.library._filter import MessageFilter
from bot.services.library._first_reactions import ReactionSeeder
from bot.services.library._lists import ReadingLists
from bot.services.library._pages import LibraryPages
from bot.services.library._recall import Place, Recall, oldest
from bot.services.library._saved_papers import SavedPapers
from bot.services.library._writer import ReactionWriter
from bot.services.library._year import ReadingYear, reading_year
from bot.services.search_engine import Engine
from storage import cards, library, shelves
from storage.database import Database
from storage.library import Card, Cleared, Event, Reacted

HOLD_SECONDS: Final = 60
"""Seconds for which a message may stand in Discord before we have recorded what it shows."""
MAX_HELD: Final = 2_000
"""Messages whose reactions are held meanwhile."""

STOP_TIMEOUT: Final = 3.0


class Library:
    """Turns reactions into saves, and looks after the messages that they stand on."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        clock: Clock,
        engine: Engine,
        *,
        seed: bool,
        max_requests: int = MAX_REQUESTS,
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._clock = clock
        self.messages = MessageFilter()
        self.pages = LibraryPages(database, engine)
        self.saved = SavedPapers(database, clock)
        self.lists = ReadingLists(database, messenger, clock)
        self.details = SavedPaperDetails(database, messenger, clock)
        self.files = LibraryFiles(database)
        self._writer = ReactionWriter(database)
        self._seeder = ReactionSeeder(database, messenger, clock, seed=seed)
        self._reconciler = ReactionReconciler(
            database, messenger, clock, self._seeder, max_requests=max_requests
        )
        self._recall = Recall(database, messenger)
        # Its own: reading back takes minutes, and must not hold up the day's threads.
        self._catching_up = TaskQueue(1)
        self._behind: set[int] = set()
        self._read: set[int] = set()
        self._held: FIFOCache[int, list[Event]] = FIFOCache(MAX_HELD)

    async def load(self) -> None:
        """Learn which messages show papers."""
        await self.messages.load(self._database)
        await self._seeder.load()

    async def year(self, user_id: int, zone: ZoneInfo) -> ReadingYear:
        """Return what a person saved in the last twelve months of their zone and still has."""
        return await reading_year(self._database, user_id, self._clock.now(), zone)

    async def react(
        self, event: Event, author_id: int | None = None, place: Place | None = None
    ) -> bool:
        """Take in a reaction event; return, after the commit, whether its message shows papers.

        Args:
            event: what happened.
            author_id: who wrote the message, where Discord reports it.
            place: where the message is; without it, a message whose rows were pruned is not read.
        """
        message_id = event.message_id if isinstance(event, Cleared) else event.reaction.message_id
        if message_id not in self.messages:
            if message_id < oldest(self._clock.now()):
                return await self._react_on_old(event, author_id, place)
            if author_id is None or author_id == getattr(self._messenger.user, "id", None):
                self._hold(message_id, event)
            return False
        self._reconciler.saw(event)
        await self._writer.write(event)
        return True

    def forget_old(self, now: datetime) -> None:
        """Leave out the messages whose rows have been pruned."""
        self.messages.forget(oldest(now))
        self._seeder.forget_old(now)

    def track_message(
        self,
        message_id: int,
        *,
        channel_id: int,
        guild_id: int | None,
        seed: bool = False,
        found: bool = False,
    ) -> None:
        """Learn of a message that was recorded as showing papers, as `MessageTracker` says."""
        self.messages.add(message_id)
        for event in self._held.pop(message_id, ()):
            self._catching_up.submit(
                ("held", message_id, id(event)), lambda event=event: self._late(event)
            )
        if found:
            card = Card(message_id, channel_id, guild_id, self._clock.now())
            self._catching_up.submit(
                ("card", message_id), lambda: self._reconciler.reconcile([card])
            )
        if seed:
            channel = self._messenger.get_partial_messageable(channel_id, guild_id=guild_id)
            self._seeder.seed(channel.get_partial_message(message_id))

    async def record_card(
        self, message_id: int, paper_id: str, channel_id: int, guild_id: int | None
    ) -> None:
        """Record that a message of ours shows a paper to everybody, so that reactions save it."""
        async with self._database.write() as conn:
            await cards.add(
                conn,
                message_id=message_id,
                paper_id=paper_id,
                channel_id=channel_id,
                guild_id=guild_id,
                now=self._clock.now(),
            )
        self.track_message(message_id, channel_id=channel_id, guild_id=guild_id)

    async def saved_count(self, guild_id: int, paper_id: str) -> int:
        """Return how many members of a server saved a paper."""
        async with self._database.read() as conn:
            return await library.saved_count(conn, guild_id, paper_id)

    def catch_up(self, *shard_ids: int) -> None:
        """Read back, in the background, what reactions came and went while no session of these
        shards heard of them."""
        self._behind.update(shard_ids)
        self._catching_up.submit("recent", self._catch_up)

    async def drain(self) -> None:
        """Wait until nothing is left to write, to seed or to read back."""
        await self._catching_up.drain()
        await self._seeder.drain()
        await self._writer.drain()

    async def pause(self) -> None:
        """Ask Discord nothing more; call it while the connection still is there."""
        await self._seeder.close(STOP_TIMEOUT)
        await self._catching_up.stop(STOP_TIMEOUT)

    async def close(self) -> None:
        """Stop what runs in the background; what has come is still written."""
        await self.pause()
        await self._writer.drain()

    def _hold(self, message_id: int, event: Event) -> None:
        """Keep an event on a new message, which may turn out to be ours in a moment."""
        oldest = discord.utils.time_snowflake(self._clock.now()) - (HOLD_SECONDS * 1_000 << 22)
        if message_id < oldest:
            return
        self._held.setdefault(message_id, []).append(event)

    async def _react_on_old(self, event: Event, author_id: int | None, place: Place | None) -> bool:
        """Take in a reaction on a message whose rows were pruned, or that was never ours."""
        if isinstance(event, Reacted) and event.added:
            others = author_id not in (None, getattr(self._messenger.user, "id", None))
            if others or place is None or not await self._recall.recorded(event, place):
                return False
            self.messages.add(event.reaction.message_id)
        else:
            message_id = (
                event.message_id if isinstance(event, Cleared) else event.reaction.message_id
            )
            async with self._database.read() as conn:
                if not (
                    await library.standing(conn, message_id)
                    or await shelves.standing(conn, message_id)
                ):
                    return False
        await self._writer.write(event)
        return True

    async def _catch_up(self) -> None:
        # A session lost while reactions are read back may have cost others: once more, then.
        while self._behind:
            shard_id = self._behind.pop()
            await self._reconciler.reconcile_shard(shard_id)
            self._read.add(shard_id)
        shards = self._messenger.part.shards
        own = (self._messenger.shard_count or 1) if shards is None else len(shards.ids)
        if len(self._read) >= own:
            # Before that, other shards' messages are still to be read.
            await self._seeder.caught_up()

    async def _late(self, event: Event) -> None:
        await self.react(event)
