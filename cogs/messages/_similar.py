"""The command on a message that finds papers like the one it links to."""

import re
from collections.abc import Sequence
from typing import Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.i18n import gettext as _
from bot.interactions.components import PAPER, PaperboySelect, custom_id, template
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction
from bot.services.container import Services
from bot.ui.notices import render_notice
from cogs._named_papers import MAX_PAPERS, named_in, paper_options
from cogs.messages._menu import everywhere
from cogs.paper_search import open_similar


class SimilarToMessage(commands.Cog):
    """The message command *Similar papers*."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menu = everywhere(
            app_commands.ContextMenu(name="Similar papers", callback=self.similar)
        )

    async def similar(self, interaction: Interaction, message: discord.Message) -> None:
        """Show papers like the one of the message, or ask which one of several."""
        named = await named_in(self.services, message)
        if len(named) == 1:
            await open_similar(interaction, named[0], public=False)
            return
        offered = named[:MAX_PAPERS]
        known = await self.services.lookup.known(offered)
        view = render_notice(
            _("Similar papers"),
            _("This message names several papers. Choose the one to find similar papers for."),
            actions=[ChooseSimilar(paper_options(offered, known))],
        )
        await interaction.response.send_message(view=view, ephemeral=True)


class ChooseSimilar(PaperboySelect, template=template("like-one")):
    """Finds papers like the chosen one of a message."""

    accepts = PAPER
    rate_limit = SEARCHES

    def __init__(self, options: Sequence[discord.SelectOption] = ()) -> None:
        super().__init__(
            ui.Select(
                placeholder=_("Choose a paper…"),
                custom_id=custom_id("like-one"),
                options=list(options),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Show them to the person alone."""
        await open_similar(interaction, values[0], public=False)
