"""The command on any message: save the papers that it links to."""

from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.interactions.errors import Interaction
from bot.interactions.save_buttons import UndoSave
from bot.services.container import Services
from bot.services.paper_lookup import Found
from bot.ui.lists import list_name, titled
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from cogs._named_papers import MAX_PAPERS, named_in, not_found_lines
from cogs.messages._menu import everywhere
from storage.library import Place, ReadingList, Via

_SHOWN: Final = 10
_TITLE: Final = 200


class SaveMessage(commands.Cog):
    """The message command; a message's text comes with it, without any intent."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menu = everywhere(app_commands.ContextMenu(name="Save papers", callback=self.save))

    async def save(self, interaction: Interaction, message: discord.Message) -> None:
        """Save every paper that the message names to the default list."""
        named = await named_in(self.services, message)
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self.services.lookup.find(named[:MAX_PAPERS])
        saved = await self.services.library.saved.save_some(
            interaction.user.id,
            list(found.papers),
            via=Via.MESSAGE,
            place=Place(message.id, interaction.channel_id, interaction.guild_id),
        )
        new, mine = list(saved.new), saved.list
        actions: list[AnyItem] = [UndoSave(saved.at)] if new else []
        await interaction.followup.send(
            view=render_notice(
                _title(new, found, mine), _lines(new, found, len(named)), actions=actions
            ),
            ephemeral=True,
        )


def _title(new: list[str], found: Found, mine: ReadingList) -> str:
    if new:
        return ngettext(
            "{count} paper saved to {list}",
            "{count} papers saved to {list}",
            len(new),
            list=list_name(mine),
        )
    if found.papers:
        return _("Already in {list}", list=list_name(mine))
    return _("Paper not found")


def _lines(new: list[str], found: Found, named: int) -> str:
    saved = [titled(each, found.papers[each].paper.title, _TITLE) for each in new]
    lines = [f"- {each}" for each in saved[:_SHOWN]]
    if len(saved) > _SHOWN:
        lines.append("- " + _("and {count} more", count=len(saved) - _SHOWN))
    there = len(found.papers) - len(new)
    if there:
        lines.append(
            ngettext(
                "{count} paper was already there.", "{count} papers were already there.", there
            )
        )
    lines += not_found_lines(found)
    if named > MAX_PAPERS:
        lines.append(
            "-# " + _("Only the first {most} of {total} were saved.", most=MAX_PAPERS, total=named)
        )
    return "\n".join(lines)
