"""The command on a message that nominates the papers it links to for the server's journal club."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.interactions.errors import Interaction
from bot.services.container import Services
from cogs.club import nominate_from
from cogs.messages._menu import in_servers


class NominateMessage(commands.Cog):
    """The message command *Nominate*."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menu = in_servers(app_commands.ContextMenu(name="Nominate", callback=self.nominate))

    async def nominate(self, interaction: Interaction, message: discord.Message) -> None:
        """Nominate a paper that the message names; ask where there are several."""
        await nominate_from(interaction, message)
