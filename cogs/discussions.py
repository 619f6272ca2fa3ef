"""`/feed discussions`: whether cards lead to a thread about their paper."""

from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.i18n import gettext as _
from bot.interactions.discuss_button import DiscussButton
from bot.interactions.errors import Interaction
from bot.interactions.switches import SWITCH, is_on
from bot.services.container import CogHost, Services
from bot.ui.notices import render_notice
from cogs.feeds import guild_of, require_manager


class Discussions(commands.Cog):
    """The switch for a server, among the commands for those who manage it."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.command = app_commands.Command[Discussions, ..., None](
            name="discussions",
            description=locale_str("Turn the Discuss button on cards on or off for this server"),
            callback=self.discussions,
        )

    @app_commands.choices(on=SWITCH)
    @app_commands.describe(on="Whether members can open a thread about a paper")
    async def discussions(self, interaction: Interaction, on: str) -> None:
        """Turn the button on or off, and say what that does."""
        require_manager(interaction)
        guild = guild_of(interaction)
        wanted = is_on(on)
        await self.services.discussions.turn(guild.id, on=wanted)
        if wanted:
            title = _("Discussions are on")
            body = _(
                "New cards have a Discuss button. It opens one thread for each paper in this"
                " server, for members who may create public threads in that channel."
            )
        else:
            title = _("Discussions are off")
            body = _("New cards have no Discuss button. Existing threads stay.")
        await interaction.response.send_message(view=render_notice(title, body), ephemeral=True)


async def setup(bot: CogHost) -> None:
    """Add the button, and the command under `/feed`."""
    bot.add_dynamic_items(DiscussButton)
    cog = Discussions(bot.services)
    await bot.add_cog(cog)
    feed = bot.tree.get_command("feed")
    if isinstance(feed, app_commands.Group):
        feed.add_command(cog.command)
