"""Reactions: an emoji on a paper saves it or adds it to a shelf, and taking it off undoes that."""

import discord
from discord.ext import commands

from bot.interactions.context import member_of
from bot.services.container import Services
from bot.services.library import Place
from storage.library import Cleared, Reacted, Reaction, emoji_key


class Reactions(commands.Cog):
    """Hears reactions, the cheapest checks first: most are on other people's messages."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Read back what a lost session missed. A resumed one misses nothing: Discord replays it
        (topics/gateway, Resuming)."""
        self.services.library.catch_up(shard_id)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Take note that every shard has been asked for."""
        self.services.library.catch_up()

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Save; super reactions come here, too."""
        if payload.user_id == getattr(self.services.messenger.user, "id", None):
            return
        if payload.member is not None and payload.member.bot:
            return
        event = Reacted(
            _reaction(payload), self.services.clock.now(), member=member_of(payload.member)
        )
        place = Place(payload.channel_id, payload.guild_id)
        await self.services.library.react(event, payload.message_author_id, place)

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """Take away what that reaction saved."""
        await self.services.library.react(
            Reacted(_reaction(payload), self.services.clock.now(), added=False)
        )

    @commands.Cog.listener()
    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        """Take away what all reactions on a message saved."""
        await self.services.library.react(Cleared(payload.message_id))

    @commands.Cog.listener()
    async def on_raw_reaction_clear_emoji(
        self, payload: discord.RawReactionClearEmojiEvent
    ) -> None:
        """Take away what all reactions with one emoji saved."""
        await self.services.library.react(
            Cleared(payload.message_id, emoji_key(str(payload.emoji)))
        )


def _reaction(payload: discord.RawReactionActionEvent) -> Reaction:
    return Reaction(payload.message_id, payload.user_id, emoji_key(str(payload.emoji)))
