"""The buttons that add a feed of the web to a server's sources, and remove one."""

import re
from collections.abc import Iterable
from typing import Self

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.i18n import listing, sentences
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from bot.ui.notices import render_notice
from bot.ui.text import escape
from cogs.feeds import guild_of, require_manager
from storage.feeds import Feed


class AddSource(PaperboyButton, template=template("source-add", web_feed_id=NUMBER)):
    """Adds a feed that the admin was shown."""

    def __init__(self, web_feed_id: int) -> None:
        super().__init__(
            ui.Button(
                label=_("Add"),
                style=discord.ButtonStyle.primary,
                custom_id=custom_id("source-add", web_feed_id),
            )
        )
        self.web_feed_id = web_feed_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["web_feed_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Add it, and say how it is used."""
        require_manager(interaction)
        services = services_of(interaction)
        source = await services.server_sources.add(guild_of(interaction).id, self.web_feed_id)
        text = _(
            "Choose **{name}** as `sources` in {add} or {edit}. Threads show each entry once, the"
            " day after the feed had it first.",
            name=escape(source.name),
            add=services.mention("feed add"),
            edit=services.mention("feed edit"),
        )
        topics = _(
            "Everyone here can also choose it as a source of their topics, in {subscribe}.",
            subscribe=services.mention("paper subscribe"),
        )
        await interaction.response.edit_message(
            view=render_notice(_("Source added"), sentences(text, topics))
        )


class RemoveSource(PaperboyButton, template=template("source-remove", web_feed_id=NUMBER)):
    """Removes a feed, after the admin saw which channels lose it."""

    def __init__(self, web_feed_id: int) -> None:
        super().__init__(
            ui.Button(
                label=_("Remove"),
                style=discord.ButtonStyle.danger,
                custom_id=custom_id("source-remove", web_feed_id),
            )
        )
        self.web_feed_id = web_feed_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["web_feed_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Remove it."""
        require_manager(interaction)
        services = services_of(interaction)
        removed = await services.server_sources.remove(guild_of(interaction).id, self.web_feed_id)
        parts = [_("**{name}** was removed from this server's sources.", name=escape(removed.name))]
        if removed.paused:
            parts.append(
                _(
                    "Paused: {channels}. Choose other sources with {edit} to go on.",
                    channels=channels(removed.paused),
                    edit=services.mention("feed edit"),
                )
            )
        view = render_notice(_("Source removed"), "\n".join(parts))
        await interaction.response.edit_message(view=view)


def channels(feeds: Iterable[Feed]) -> str:
    """Return the channels of feeds, each once."""
    return listing(dict.fromkeys(f"<#{feed.channel_id}>" for feed in feeds))
