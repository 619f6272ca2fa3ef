"""Reactions that came and went while the bot was away: read back from Discord, which replays none.

Reading takes time, and people go on reacting. What happens to a message while it is being read is
known from its events, and those win over what was read.
"""

import logging
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Final

import discord
from discord.enums import ReactionType
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import failure_of
from bot.interactions.context import member_of
from bot.runtime.clock import Clock
from bot.services.library._first_reactions import ReactionSeeder
from storage import library, personal_data, shelves
from storage.database import Database
from storage.library import Card, Cleared, Event, Member, Reaction, emoji_key, without_tone
from storage.shelves import Adding, Shelf

log = logging.getLogger(__name__)

MAX_CARDS: Final = 20_000
"""Messages looked at, the newest first."""
MAX_REQUESTS: Final = 5_000
"""Requests of one pass: some ten minutes' worth."""
MAX_PEOPLE: Final = 1_000
"""People read of one emoji on one message; where there are more, no reaction is taken for gone."""

_DISCORD_PAGE_SIZE: Final = 100


class ReactionReconciler:
    """Brings saves and standing reactions together, both ways."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        clock: Clock,
        seeder: ReactionSeeder,
        *,
        max_requests: int = MAX_REQUESTS,
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._clock = clock
        self._seeder = seeder
        self._watched: dict[int, set[Reaction | Cleared]] = {}
        self._max_requests = max_requests
        self._requests = 0

    def saw(self, event: Event) -> None:
        """Take note of an event, in case its message is being read."""
        if isinstance(event, Cleared):
            if event.message_id in self._watched:
                self._watched[event.message_id].add(event)
        elif event.reaction.message_id in self._watched:
            self._watched[event.reaction.message_id].add(event.reaction)

    async def reconcile_shard(self, shard_id: int) -> None:
        """Read reactions on a shard's messages of the last days, and mend the saves."""
        since = self._clock.now() - personal_data.REACTIONS_READ
        shard = (shard_id, self._messenger.shard_count or 1)
        async with self._database.read() as conn:
            cards = await library.recent_cards(conn, since, MAX_CARDS, shard=shard)
        await self.reconcile(cards)

    async def reconcile(self, cards: Sequence[Card]) -> None:
        """Read reactions on these messages, and mend the saves."""
        self._requests = 0
        by_channel: dict[int, list[Card]] = {}
        for card in cards:
            by_channel.setdefault(card.channel_id, []).append(card)
        added = removed = 0
        for group in by_channel.values():
            plus, minus = await self._channel(group)
            added += plus
            removed += minus
            if self._requests >= self._max_requests:
                log.warning("reactions only partly read messages=%d", len(cards))
                break
        async with self._database.write() as conn:
            await personal_data.forget_erasures(conn, self._clock.now())
        if added or removed:
            log.info("reactions caught up added=%d removed=%d", added, removed)

    async def _channel(self, cards: Sequence[Card]) -> tuple[int, int]:
        """Mend the messages of one channel; return how many saves came and went."""
        channel = self._messenger.get_partial_messageable(
            cards[0].channel_id, guild_id=cards[0].guild_id
        )
        waiting = sorted(cards)
        added = removed = 0
        with self._watching(card.message_id for card in cards):
            while waiting and self._requests < self._max_requests:
                self._requests += 1
                before = discord.Object(waiting[0].message_id - 1)
                try:
                    page = [
                        m async for m in channel.history(limit=_DISCORD_PAGE_SIZE, after=before)
                    ]
                except Exception as error:
                    failure = failure_of(error)
                    log.info(
                        "reactions could not be read channel_id=%d: %s", channel.id, failure.reason
                    )
                    break
                found = {message.id: message for message in page}
                for card in waiting:
                    if (message := found.get(card.message_id)) is not None:
                        self._seeder.seen(message)
                        plus, minus = await self._message(card, message)
                        added += plus
                        removed += minus
                # What is not there was deleted, which unsaves nothing.
                last = page[-1].id if len(page) == _DISCORD_PAGE_SIZE else waiting[-1].message_id
                waiting = [card for card in waiting if card.message_id > last]
        return added, removed

    async def _message(self, card: Card, message: discord.Message) -> tuple[int, int]:
        async with self._database.read() as conn:
            known = await _standing(conn, message.id)
            keys = await library.emoji_in_use(conn)
            shelf = None if card.guild_id is None else await shelves.get(conn, card.guild_id)
        if shelf is not None:
            keys.add(without_tone(emoji_key(shelf.emoji)))
        keys |= {without_tone(reaction.emoji) for reaction in known}
        standing: set[Reaction] = set()
        partly: set[str] = set()
        for reaction in message.reactions:
            key = emoji_key(str(reaction.emoji))
            if without_tone(key) in keys and reaction.count > reaction.me:
                people, whole = await self._people(reaction)
                standing |= {Reaction(message.id, user_id, key) for user_id in people}
                if not whole:
                    partly.add(key)
        if not standing and not known:
            return 0, 0
        now = self._clock.now()
        members = await self._members(shelf, standing - known)
        async with self._database.write() as conn:
            known = await _standing(conn, message.id)
            new = [each for each in standing - known if not self._touched(each)]
            gone = [
                each
                for each in known - standing
                if each.emoji not in partly and not self._touched(each)
            ]
            erased = await personal_data.erased(conn, {each.user_id for each in new})
            new = [
                each
                for each in new
                if each.user_id not in erased or erased[each.user_id] < card.posted_at
            ]
            if gone:
                await library.remove_reactions(conn, gone)
                await shelves.remove(conn, gone)
            found = dict.fromkeys(new, now)
            added = await library.add_reactions(conn, found, again=False)
            added += await shelves.add(conn, found, members, again=False)
        return added, len(gone)

    async def _members(
        self, shelf: Shelf | None, reactions: Iterable[Reaction]
    ) -> dict[Reaction, Member | None]:
        """Return what Discord says of those who may have added to a shelf that asks for a role."""
        found: dict[Reaction, Member | None] = {}
        guild = None if shelf is None else self._messenger.get_guild(shelf.guild_id)
        if shelf is None or guild is None or shelf.adding is Adding.EVERYONE:
            return found
        for reaction in reactions:
            if not shelves.same_emoji(shelf, reaction.emoji):
                continue
            if self._requests >= self._max_requests:
                break
            self._requests += 1
            try:
                found[reaction] = member_of(await guild.fetch_member(reaction.user_id))
            except Exception as error:
                log.info("member could not be read: %s", failure_of(error).reason)
        return found

    async def _people(self, reaction: discord.Reaction) -> tuple[set[int], bool]:
        """Return who reacted so, apart from bots, and whether that is all of them.

        A reaction that cannot be read, because it was just taken off or its emoji deleted, tells
        nothing: others on the message, and other messages, are read all the same.
        """
        people: set[int] = set()
        try:
            whole = await self._read(reaction, people)
        except Exception as error:
            failure = failure_of(error)
            message_id = reaction.message.id
            log.info("reaction could not be read message_id=%d: %s", message_id, failure.reason)
            return people, False
        return people, whole

    async def _read(self, reaction: discord.Reaction, people: set[int]) -> bool:
        """Add who reacted so to `people`; return whether that is all of them."""
        # Without the two counts (an older API), there are no super reactions to distinguish.
        counts = {
            ReactionType.normal: reaction.normal_count or reaction.count - reaction.burst_count,
            ReactionType.burst: reaction.burst_count,
        }
        for kind, count in counts.items():
            if not count:
                continue
            self._requests += -(-min(count, MAX_PEOPLE) // _DISCORD_PAGE_SIZE)
            # Exactly as many as there are, since discord.py asks for a page more otherwise.
            async for user in reaction.users(limit=min(count, MAX_PEOPLE), type=kind):
                if not user.bot:
                    people.add(user.id)
        return max(counts.values()) <= MAX_PEOPLE

    def _touched(self, reaction: Reaction) -> bool:
        seen = self._watched.get(reaction.message_id, set())
        return (
            reaction in seen
            or Cleared(reaction.message_id) in seen
            or Cleared(reaction.message_id, reaction.emoji) in seen
        )

    @contextmanager
    def _watching(self, message_ids: Iterable[int]) -> Generator[None]:
        watched = list(message_ids)
        for message_id in watched:
            self._watched[message_id] = set()
        try:
            yield
        finally:
            for message_id in watched:
                self._watched.pop(message_id, None)


async def _standing(conn: AsyncConnection, message_id: int) -> set[Reaction]:
    return await library.standing(conn, message_id) | await shelves.standing(conn, message_id)
