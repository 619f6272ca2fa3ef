"""`/shelf …`: looking at the shelf, adding to it, taking it along, and its settings."""

import asyncio
from dataclasses import replace
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.i18n import current, use
from bot.i18n import gettext as _
from bot.interactions.cooldowns import FILES, SEARCHES, rate_limited
from bot.interactions.errors import Interaction, UserError
from bot.interactions.inputs import parse_emoji, parse_time, parse_timezone, zone_choices
from bot.interactions.language import public_language
from bot.services.container import Services
from bot.services.search import PASTED_LENGTH
from cogs.feed_links import Kind, show_links
from cogs.library import FORMATS
from cogs.paper_search import known_paper, paper_id_of, title_choices
from cogs.shelf._export import export
from cogs.shelf._page import SORTS, shelf_view
from cogs.shelf._paper import add, require_manager, server_of, shelved_view
from cogs.shelf._settings import require_writable, settings_view, weekdays
from papers.export import Format
from storage.shelves import AddedVia, Adding, Shelf, ShelfSort

_ADDING: Final = {
    Adding.EVERYONE: locale_str("Everyone"),
    Adding.ROLE: locale_str("Members with a role"),
    Adding.MANAGERS: locale_str("Those who manage the server"),
}


class ShelfCommands(commands.Cog):
    """A server's own list."""

    shelf = app_commands.Group(
        name="shelf",
        description="See and fill the list of papers that belongs to this server",
        guild_only=True,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    @shelf.command(name="show", description="Show the papers that members of this server added")
    @app_commands.describe(sort="Order", public="Show the answer to everyone here")
    @app_commands.choices(
        sort=[
            app_commands.Choice(name=locale_str(label), value=sort.value)
            for sort, label in SORTS.items()
        ]
    )
    async def show(
        self,
        interaction: Interaction,
        sort: str = ShelfSort.NEWEST.value,
        public: bool = False,
    ) -> None:
        """Answer with the first page."""
        with use(public_language(interaction) if public else current()):
            view = await shelf_view(
                self.services,
                server_of(interaction),
                interaction.user.id,
                ShelfSort(sort),
                0,
                public=public,
            )
        await interaction.response.send_message(view=view, ephemeral=not public)

    @rate_limited(SEARCHES)
    @shelf.command(name="add", description="Add a paper to this server's shelf")
    @app_commands.describe(paper="An arXiv number or link, or words of a title")
    async def add(
        self, interaction: Interaction, paper: app_commands.Range[str, 1, PASTED_LENGTH]
    ) -> None:
        """Add a paper for everyone, also one that was not known before."""
        server_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        named = await paper_id_of(self.services, paper)
        paper_id = (await known_paper(self.services, named)).paper.id
        await add(interaction, paper_id, AddedVia.COMMAND)
        view = await shelved_view(interaction, paper_id, added=True)
        await interaction.followup.send(view=view, ephemeral=True)

    @rate_limited(FILES)
    @shelf.command(name="export", description="Export this server's shelf as a file")
    @app_commands.rename(format_="format")
    @app_commands.describe(format_="File format")
    @app_commands.choices(format_=FORMATS)
    async def export(self, interaction: Interaction, format_: str) -> None:
        """Answer with the file."""
        await export(self.services, interaction, server_of(interaction), Format(format_))

    @rate_limited(FILES)
    @shelf.command(name="link", description="Get this server's shelf in a feed reader")
    async def link(self, interaction: Interaction) -> None:
        """Show the secret links to the shelf's papers, and make the first."""
        require_manager(interaction)
        await show_links(interaction, Kind.SHELF, server_of(interaction))

    @shelf.command(name="settings", description="Choose who adds to the shelf, and where it posts")
    @app_commands.describe(
        who="Who can add papers",
        role="Role whose members can add papers",
        emoji="Reaction that adds a paper",
        saved_line="Let cards say how many members saved a paper",
        channel="Channel that gets the week's additions",
        day="Day of the weekly post",
        time=locale_str("Local time, e.g. 9, 17:30 or 9pm"),
        timezone=locale_str("Time zone: type a city"),
        no_weekly="Stop the weekly post",
    )
    @app_commands.choices(
        who=[app_commands.Choice(name=name, value=who.value) for who, name in _ADDING.items()],
        day=weekdays(),
    )
    async def settings(
        self,
        interaction: Interaction,
        who: str | None = None,
        role: discord.Role | None = None,
        emoji: str | None = None,
        saved_line: bool | None = None,
        channel: discord.TextChannel | None = None,
        day: int | None = None,
        time: str | None = None,
        timezone: str | None = None,
        no_weekly: bool = False,
    ) -> None:
        """Change what is named, everything else stays; show the settings as they are then."""
        require_manager(interaction)
        guild_id = server_of(interaction)
        before = await self.services.shelves.settings(guild_id)
        after = before
        if role is not None or who is not None:
            adding = Adding.ROLE if role is not None else Adding(who or Adding.EVERYONE)
            after = _let_add(after, adding, role)
        if emoji is not None:
            after = replace(after, emoji=parse_emoji(emoji))
        if saved_line is not None:
            after = replace(after, shows_saves=saved_line)
        if time is not None:
            after = replace(after, at=parse_time(time))
        if timezone is not None:
            now = self.services.clock.now()
            zone = await asyncio.to_thread(parse_timezone, timezone, now)
            after = replace(after, timezone=zone)
        if day is not None:
            after = replace(after, weekday=day)
        if channel is not None:
            after = await self._in_channel(after, channel, own_zone=timezone is not None)
        if no_weekly:
            after = replace(after, channel_id=None, stopped_reason=None)
        if _moved(before, after):
            after = replace(after, weekly_since=self.services.clock.now())
        if after != before:
            await self.services.shelves.change(after)
        view = await settings_view(self.services, after, changed=after != before)
        await interaction.response.send_message(view=view, ephemeral=True)

    @settings.autocomplete("timezone")
    async def _zones(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await zone_choices(interaction, typed, self.services.clock.now())

    @add.autocomplete("paper")
    async def _titles(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await title_choices(self.services, typed)

    async def _in_channel(
        self, shelf: Shelf, channel: discord.TextChannel, *, own_zone: bool
    ) -> Shelf:
        """Return the settings with a weekly post in a channel, at the hour of the server's zone.

        Raises:
            UserError: the bot may not write there.
        """
        require_writable(channel)
        chosen = replace(shelf, channel_id=channel.id, stopped_reason=None)
        if shelf.weekly_since is None and not own_zone:
            usual = await self.services.feeds.usual_zone(shelf.guild_id)
            chosen = replace(chosen, timezone=usual or chosen.timezone)
        return chosen


def _let_add(shelf: Shelf, adding: Adding, role: discord.Role | None) -> Shelf:
    """Return the settings with others who may add.

    Raises:
        UserError: a role is needed and none was chosen.
    """
    if adding is not Adding.ROLE:
        return replace(shelf, adding=adding, role_id=None)
    if role is None:
        if shelf.role_id is None:
            raise UserError(_("Choose the role in `role`."))
        return replace(shelf, adding=adding)
    if role.is_default():
        return replace(shelf, adding=Adding.EVERYONE, role_id=None)
    return replace(shelf, adding=adding, role_id=role.id)


def _moved(before: Shelf, after: Shelf) -> bool:
    """Return whether the weekly post starts, or comes at another time or place."""
    return after.channel_id is not None and (
        (before.channel_id, before.weekday, before.at, before.timezone, before.stopped_reason)
        != (after.channel_id, after.weekday, after.at, after.timezone, after.stopped_reason)
    )
