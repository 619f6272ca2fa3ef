"""By what a message of ours is known again: its nonce while Discord remembers, then its texts."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import discord

from bot import limits
from storage.posts import Post

if TYPE_CHECKING:
    from bot.client import PaperBot


def nonce(post: Post, step: str) -> str:
    """Return the nonce of one step: the same after a restart, another for another database."""
    identity = f"{post.channel_id}:{post.id}:{post.planned_at.timestamp()}:{step}"
    return hashlib.blake2b(identity.encode(), digest_size=limits.MESSAGE_NONCE // 2).hexdigest()


def role_mention(role_id: int | None) -> discord.AllowedMentions:
    """Allow exactly this role to be pinged, or nobody."""
    roles = [] if role_id is None else [discord.Object(role_id)]
    return discord.AllowedMentions(everyone=False, users=False, roles=roles, replied_user=False)


async def own_messages(
    bot: "PaperBot", channel: discord.PartialMessageable, *, after: int | None = None
) -> AsyncIterator[discord.Message]:
    """Yield our own messages, to see what had arrived before we stopped.

    People may have written many since: the latest come first, or the earliest after a message.
    """
    start = None if after is None else discord.Object(after)
    async for message in channel.history(limit=limits.READ_BACK_MESSAGES, after=start):
        if bot.user is not None and message.author.id == bot.user.id:
            yield message


async def own_messages_since(
    bot: "PaperBot", channel: discord.PartialMessageable, since: datetime
) -> AsyncIterator[discord.Message]:
    """Yield our own messages since then, the latest first."""
    oldest = discord.utils.time_snowflake(since)
    async for message in channel.history(limit=limits.READ_BACK_AFTER_RESTORE):
        if message.id < oldest:
            return
        if bot.user is not None and message.author.id == bot.user.id:
            yield message


def strings_of(message: discord.Message) -> list[str]:
    """Return every text and every link in a message's components, to know our own posts again."""
    return list(_strings(message.components))


def _strings(components: Iterable[object]) -> Iterable[str]:
    for component in components:
        for name in ("content", "url", "label"):
            if isinstance(text := getattr(component, name, None), str):
                yield text
        yield from _strings(getattr(component, "children", ()))
        if (accessory := getattr(component, "accessory", None)) is not None:
            yield from _strings((accessory,))
