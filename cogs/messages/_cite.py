"""The command on a message that cites the papers it links to."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.interactions.errors import Interaction
from bot.services.container import Services
from cogs._named_papers import named_in
from cogs.cite import open_form
from cogs.messages._menu import everywhere


class CiteMessage(commands.Cog):
    """The message command *Cite*."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menu = everywhere(app_commands.ContextMenu(name="Cite", callback=self.cite))

    async def cite(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask for the style, and for the papers where the message names several."""
        await open_form(interaction, await named_in(self.services, message))
