"""Reactions on messages whose rows have been pruned: the message itself says what it shows.

A card's row is kept for `cards.CARDS_KEPT`. An older message of ours that gets a reaction which
would save, or add to the server's shelf, is read from Discord, and the ids in its Save buttons
restore its rows, dated as the message is, so that the next upkeep prunes them again.
"""

import logging
from datetime import datetime
from typing import Final, NamedTuple

import discord
from cachetools import FIFOCache

from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import failure_of
from bot.interactions.shown_papers import papers_in
from storage import cards, library, papers, shelves
from storage.database import Database
from storage.library import Reacted

log = logging.getLogger(__name__)

MAX_KNOWN: Final = 1_000
"""Old messages remembered to show no paper, so that each is read once."""


class Place(NamedTuple):
    """The channel of a message, and its server unless it is a direct message."""

    channel_id: int
    guild_id: int | None


class Recall:
    """Restores the rows of old messages when a user reacts on them."""

    def __init__(self, database: Database, messenger: Messenger) -> None:
        self._database = database
        self._messenger = messenger
        self._none: FIFOCache[int, None] = FIFOCache(MAX_KNOWN)

    async def recorded(self, event: Reacted, place: Place) -> bool:
        """Return whether the message shows papers, which are recorded now if it does."""
        message_id = event.reaction.message_id
        if message_id in self._none:
            return False
        async with self._database.read() as conn:
            if not (
                await library.means(conn, event.reaction)
                or await shelves.adds(conn, place.guild_id, event.reaction.emoji)
            ):
                return False
        channel = self._messenger.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
        try:
            message = await channel.fetch_message(message_id)
        except Exception as error:
            log.info(
                "old message could not be read message_id=%d: %s",
                message_id,
                failure_of(error).reason,
            )
            return False
        shown = papers_in(message)
        if self._messenger.user is None or message.author.id != self._messenger.user.id:
            shown = []
        async with self._database.write() as conn:
            known = await papers.get_many(conn, await papers.in_full(conn, shown))
            for paper_id in known:
                await cards.add(
                    conn,
                    message_id=message_id,
                    paper_id=paper_id,
                    channel_id=place.channel_id,
                    guild_id=place.guild_id,
                    now=message.created_at,
                )
        if not known:
            self._none[message_id] = None
        return bool(known)


def oldest(now: datetime) -> int:
    """Return the id below which a message may have lost its rows."""
    return discord.utils.time_snowflake(now - cards.CARDS_KEPT)
