"""Telling a server's admins something once, where they can read it."""

import logging
import re
from datetime import datetime
from typing import Any, Final

import discord

from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import failure_of
from bot.i18n import Language, language_for, marked
from bot.i18n import gettext as _
from bot.runtime.clock import Clock
from bot.ui.notices import render_notice
from bot.ui.reasons import reason_text
from storage import feeds
from storage.database import Database
from storage.feeds import Feed

log = logging.getLogger(__name__)

STOPPED: Final = marked("Daily thread stopped")
"""The title of the notice that a feed cannot post any more; looked up where it is shown."""

MAX_KEPT: Final = 5
"""Notices kept for one server's admins until one of them uses a command."""

_BOARD: Final = re.compile(r"\brules\b|announce", re.IGNORECASE)
"""Names of channels that are for reading, also where nothing keeps people from writing."""


def readable_channel(guild: discord.Guild, *avoid: int) -> discord.TextChannel | None:
    """Return where a notice for the admins is best put: where Discord itself writes to moderators,
    the system channel, else the first that the bot may write to.

    Never a rules or announcement channel, nor any that everyone can see and not write into.
    """

    def suits(channel: discord.TextChannel) -> bool:
        permissions = channel.permissions_for(guild.me)
        writable = permissions.view_channel and permissions.send_messages
        return channel.id not in avoid and writable and not _is_board(guild, channel)

    preferred = (guild.public_updates_channel, guild.system_channel, *guild.text_channels)
    return next((channel for channel in preferred if channel is not None and suits(channel)), None)


def _is_board(guild: discord.Guild, channel: discord.TextChannel) -> bool:
    everyone = channel.permissions_for(guild.default_role)
    return (
        channel.is_news()
        or channel == guild.rules_channel
        or _BOARD.search(channel.name) is not None
        or (everyone.view_channel and not everyone.send_messages)
    )


class Notices:
    """Notices for a server's admins: posted where they read, else shown with the next command that
    one of them uses."""

    def __init__(self, database: Database, messenger: Messenger, clock: Clock) -> None:
        self._database = database
        self._messenger = messenger
        self._clock = clock
        self._waiting: dict[int, dict[tuple[str, str], datetime]] = {}

    def keep(self, guild_id: int, title: str, text: str) -> None:
        """Keep a notice, each once; the oldest go where there are more than `MAX_KEPT`."""
        waiting = self._waiting.setdefault(guild_id, {})
        waiting[title, text] = self._clock.now()
        while len(waiting) > MAX_KEPT:
            del waiting[next(iter(waiting))]

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show what waits to someone who manages the server, after their command was answered.

        Feeds that were stopped untold are found in the database, whenever that was.
        """
        guild_id = interaction.guild_id
        if guild_id is None or not interaction.permissions.manage_guild:
            return
        async with self._database.read() as conn:
            stopped = await feeds.untold(conn, guild_id)
        waiting = self._waiting.pop(guild_id, {})
        texts = [(title, text) for title, text in waiting]
        texts += [
            (_(STOPPED), self.stopped_text(feed, feed.disabled_reason or "")) for feed in stopped
        ]
        try:
            for title, text in texts:
                await interaction.followup.send(view=render_notice(title, text), ephemeral=True)
        except discord.HTTPException as error:
            log.info("admin not notified guild_id=%d: %s", guild_id, error)
            self._waiting.setdefault(guild_id, {}).update(waiting)
            return
        if stopped:
            async with self._database.write() as conn:
                for feed in stopped:
                    await feeds.mark_told(conn, feed.id, self._clock.now())

    def stopped_text(self, feed: Feed, reason: str) -> str:
        """Say that a feed stopped, why, and what starts it again."""
        stopped = _("{channel} gets no more daily threads.", channel=f"<#{feed.channel_id}>")
        remedy = _(
            "Once that's fixed, {command} starts them again.",
            command=self._messenger.mention("feed resume"),
        )
        return " ".join(filter(None, (stopped, reason and reason_text(reason), remedy)))

    def language_of(self, guild_id: int) -> Language:
        """Return the language that a server has chosen, for notices that its admins read there."""
        guild = self._messenger.get_guild(guild_id)
        return language_for(None if guild is None else guild.preferred_locale.value)

    async def tell_admins(
        self, guild_id: int, title: str, text: str, *, avoid: int = 0, keep: bool = True
    ) -> bool:
        """Post a notice for the admins of a server; return whether it could be posted.

        Args:
            guild_id: the server.
            title: the notice's heading.
            text: the notice, in markdown.
            avoid: a channel that it is not put into.
            keep: whether an admin reads it after their next command where it could not be posted.
        """
        posted = await self._post(guild_id, title, text, avoid)
        if not posted and keep:
            self.keep(guild_id, title, text)
        return posted

    async def _post(self, guild_id: int, title: str, text: str, avoid: int) -> bool:
        guild = self._messenger.get_guild(guild_id)
        if guild is None or guild.unavailable:
            return False
        channel = readable_channel(guild, avoid)
        if channel is None:
            return False
        try:
            await channel.send(view=render_notice(title, text))
        except Exception as error:
            log.info("admins not notified guild_id=%d: %s", guild_id, failure_of(error).reason)
            return False
        return True
