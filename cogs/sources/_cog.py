"""`/source add`, `list` and `remove`, for those who manage a server."""

from collections.abc import Sequence
from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.interactions.cancel import Cancel
from bot.interactions.cooldowns import FEEDS, rate_limited
from bot.interactions.errors import Interaction
from bot.services.container import Services
from bot.services.web_feeds import LONGEST_NAME, problem_of
from bot.ui.notices import render_notice
from bot.ui.text import escape, link, plain, timestamp
from cogs.feeds import guild_of, require_manager
from cogs.sources._buttons import AddSource, RemoveSource, channels
from papers.text import readable
from storage.feeds import Feed
from storage.server_sources import ServerSource

_TITLE = 150


class Sources(commands.Cog):
    """The commands."""

    source = app_commands.Group(
        name="source",
        description="Manage the RSS and Atom feeds that this server's threads can show",
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    async def interaction_check(self, interaction: Interaction) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride] - our client's type
        """Ask for the right itself: what Discord shows to whom is a server's own setting."""
        require_manager(interaction)
        return True

    @source.command(name="add", description="Add a journal's or a site's RSS or Atom feed")
    @app_commands.describe(
        url="The feed's address, such as https://www.nature.com/neuro.rss",
        name="What this server calls it; the feed's own name if you leave this out",
    )
    @rate_limited(FEEDS)
    async def add(
        self,
        interaction: Interaction,
        url: app_commands.Range[str, 1, 2000],
        name: app_commands.Range[str, 1, LONGEST_NAME] | None = None,
    ) -> None:
        """Read the feed once, and show it with the button that adds it."""
        guild = guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        source = await self.services.server_sources.offer(guild.id, url, name)
        feed = source.feed
        lines = [
            ngettext("{count} entry", "{count} entries", feed.entries),
            *(f"- {escape(readable(title), _TITLE)}" for title in feed.newest),
        ]
        view = render_notice(
            _("Add {name}?", name=source.name),
            "\n".join(lines),
            footer=_("Its papers have no upvotes: threads show what is new."),
            actions=[AddSource(feed.id), Cancel()],
        )
        await interaction.followup.send(view=view, ephemeral=True)

    @source.command(name="list", description="Show this server's feeds and how each is")
    async def show(self, interaction: Interaction) -> None:
        """List them."""
        guild = guild_of(interaction)
        known = await self.services.server_sources.of_guild(guild.id)
        using = await self.services.server_sources.users(guild.id)
        now = self.services.clock.now()
        lines = [_described(each, using.get(each.key, ()), now) for each in known]
        view = render_notice(
            _("Sources of this server"),
            "\n\n".join(lines)
            or _("None yet. Add one with {command}.", command=self.services.mention("source add")),
        )
        await interaction.response.send_message(view=view, ephemeral=True)

    @source.command(name="remove", description="Remove a feed from this server's sources")
    @app_commands.describe(source="The feed")
    async def remove(
        self, interaction: Interaction, source: app_commands.Range[str, 1, 100]
    ) -> None:
        """Ask, and say which channels lose it."""
        guild = guild_of(interaction)
        found = await self.services.server_sources.own(guild.id, source)
        using = (await self.services.server_sources.users(guild.id)).get(found.key, ())
        others = [feed for feed in using if len(feed.sources) > 1]
        alone = [feed for feed in using if len(feed.sources) == 1]
        parts = [
            _("No longer shown in {channels}.", channels=channels(others)) if others else "",
            _("Paused, because it is their only source: {channels}.", channels=channels(alone))
            if alone
            else "",
            _("Topics that people follow from it go on with their other sources."),
            _("Existing threads and saved papers stay."),
        ]
        view = render_notice(
            _("Remove {name}?", name=found.name),
            "\n".join(filter(None, parts)),
            actions=[RemoveSource(found.feed.id), Cancel()],
        )
        await interaction.response.send_message(view=view, ephemeral=True)

    @remove.autocomplete("source")
    async def complete_source(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Complete the server's feeds."""
        guild = guild_of(interaction)
        return [
            app_commands.Choice(name=plain(each.name, limits.CHOICE_NAME), value=each.key)
            for each in await self.services.server_sources.of_guild(guild.id)
            if current.strip().casefold() in each.name.casefold()
        ][: limits.CHOICES]


def _described(source: ServerSource, using: Sequence[Feed], now: datetime) -> str:
    """Say what a feed is, how it is, when it is asked again and who uses it."""
    feed = source.feed
    lines = [f"**{link(source.name, feed.state.url)}**"]
    if feed.kind is not None:
        lines.append(f"⚠️ {problem_of(feed, now)}")
    elif feed.state.next_at is not None:
        entries = ngettext("{count} entry", "{count} entries", feed.entries)
        next_time = _("next read {when}", when=timestamp(feed.state.next_at, "R"))
        lines.append(f"{entries} · {next_time}")
    lines.append(
        _("Shown in {channels}", channels=channels(using)) if using else _("Shown in no channel")
    )
    return "\n".join(lines)
