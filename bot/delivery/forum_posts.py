"""Reading a forum back: our own posts there, each with the message that it starts with."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime

import discord

from bot import limits
from bot.delivery.messenger import Messenger


@dataclass(frozen=True, slots=True)
class ForumPost:
    """A post of a forum; its id is also that of its first message."""

    id: int
    name: str
    starter: discord.Message | None
    """`None` where a moderator deleted the first message."""

    @property
    def created_at(self) -> datetime:
        """When it was posted."""
        return discord.utils.snowflake_time(self.id)


async def own_forum_posts(
    messenger: Messenger,
    forum: discord.ForumChannel,
    since: datetime,
    *,
    known: Collection[int] = (),
) -> AsyncIterator[ForumPost]:
    """Yield our own posts since then, but those that are known: the active ones, then the archived.

    Raises:
        discord.HTTPException: the forum cannot be read.
    """
    me = 0 if messenger.user is None else messenger.user.id
    oldest = discord.utils.time_snowflake(since)
    seen = set(known)
    async for thread in _threads(forum, since):
        if thread.owner_id != me or thread.parent_id != forum.id or thread.id < oldest:
            continue
        if thread.id in seen:  # archived between two requests
            continue
        seen.add(thread.id)
        yield ForumPost(thread.id, thread.name, await _starter(thread))


async def _threads(forum: discord.ForumChannel, since: datetime) -> AsyncIterator[discord.Thread]:
    for thread in await forum.guild.active_threads():
        yield thread
    async for thread in forum.archived_threads(limit=limits.READ_BACK_MESSAGES):
        if thread.archive_timestamp < since:
            return  # the latest archived come first, and none is archived before it is posted
        yield thread


async def _starter(thread: discord.Thread) -> discord.Message | None:
    try:
        return await thread.get_partial_message(thread.id).fetch()
    except discord.NotFound:
        return None
