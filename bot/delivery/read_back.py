"""Recognising our own messages: by their nonce while Discord remembers it, then by their texts."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import discord

from bot import limits
from bot.delivery.messenger import Messenger

T = TypeVar("T")


def nonce(*identity: object) -> str:
    """Return the idempotency nonce of one message: the same for the same identity, ever again.

    The identity should hold a time stamp of the database's own, so that another database does not
    repeat it.
    """
    whole = ":".join(map(str, identity))
    return hashlib.blake2b(whole.encode(), digest_size=limits.MESSAGE_NONCE // 2).hexdigest()


def role_mention(role_id: int | None) -> discord.AllowedMentions:
    """Allow exactly this role to be pinged, or no role."""
    roles = [] if role_id is None else [discord.Object(role_id)]
    return discord.AllowedMentions(everyone=False, users=False, roles=roles, replied_user=False)


async def own_messages(
    messenger: Messenger, channel: discord.PartialMessageable, *, after: int | None = None
) -> AsyncIterator[discord.Message]:
    """Yield our own messages, to see what had arrived before we stopped.

    People may have written many since: the latest come first, or the earliest after a message.
    """
    start = None if after is None else discord.Object(after)
    async for message in channel.history(limit=limits.READ_BACK_MESSAGES, after=start):
        if messenger.user is not None and message.author.id == messenger.user.id:
            yield message


async def own_messages_since(
    messenger: Messenger, channel: discord.PartialMessageable, since: datetime
) -> AsyncIterator[discord.Message]:
    """Yield our own messages since then, the latest first."""
    oldest = discord.utils.time_snowflake(since)
    async for message in channel.history(limit=limits.READ_BACK_AFTER_RESTORE):
        if message.id < oldest:
            return
        if messenger.user is not None and message.author.id == messenger.user.id:
            yield message


def has_title(texts: Sequence[str], title: str) -> bool:
    """Tell whether one of a message's texts has this in its first line, as our posts begin."""
    return any(title in text.partition("\n")[0] for text in texts)


def titled(texts: Sequence[str], titles: Mapping[str, T]) -> T | None:
    """Return what the title stands for that a message has, `None` if it has none of these."""
    return next((meant for title, meant in titles.items() if has_title(texts, title)), None)


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
