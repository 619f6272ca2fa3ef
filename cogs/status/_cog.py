"""`/paper status` and `/paper help`."""

from discord import app_commands
from discord.ext import commands

from bot.i18n import gettext as _
from bot.interactions.errors import Interaction, answer_error
from bot.interactions.modals import submission
from bot.services.container import Services
from bot.ui.notices import render_notice
from cogs.status._help import Page, render_help
from cogs.status._report import status_lines
from cogs.status._start import FIELD, FORM, Task, run


class Status(commands.Cog):
    """How things are, and how to use them."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command(description="Check for new papers, the next thread and problems")
    async def status(self, interaction: Interaction) -> None:
        """Report how things are, in this place."""
        manages = interaction.permissions.manage_guild and interaction.guild_id is not None
        report = await self.services.status.report(interaction.guild_id, manages=manages)
        await interaction.response.send_message(
            view=render_notice(_("Status"), "\n\n".join(status_lines(report))), ephemeral=True
        )

    @app_commands.command(description="Get started, and see all commands")
    async def help(self, interaction: Interaction) -> None:
        """Show what to do first, with the way to all commands."""
        await interaction.response.send_message(
            view=render_help(interaction, Page.START), ephemeral=True
        )

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take the answer of a form of the help, also one that was opened before a restart."""
        form = submission(interaction, FORM)
        if form is None:
            return
        match, typed = form
        try:
            await run(interaction, Task(match["task"]), typed.get(FIELD, ""))
        except Exception as error:
            await answer_error(interaction, error)
