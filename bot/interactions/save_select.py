"""A select under a list of papers: it saves those that a person chooses."""

import re
from collections.abc import Iterable
from typing import Final, Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.interactions.components import PAPER, PaperboySelect, custom_id, template
from bot.interactions.context import place_of
from bot.interactions.errors import Interaction, UserError
from bot.interactions.save_buttons import UndoSave
from bot.interactions.saves import saves_of
from bot.interactions.short_keys import short_key
from bot.ui.lists import list_name
from bot.ui.notices import render_notice
from bot.ui.text import escape, plain
from storage.library import Via


class SaveSome(PaperboySelect, template=template("save-some")):
    """Saves the chosen papers of a list to the default list of the user who chooses."""

    accepts = PAPER

    def __init__(self, shown: Iterable[tuple[int, str, str]] = ()) -> None:
        """Offer papers: the number that each has in the list, its id, and its readable title."""
        options = [
            discord.SelectOption(
                label=plain(f"{number}. {title}", limits.OPTION_LABEL), value=short_key(paper_id)
            )
            for number, paper_id, title in shown
        ] or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            ui.Select(
                custom_id=custom_id("save-some"),
                placeholder=_("Save papers…"),
                options=options,
                max_values=len(options),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Save them."""
        saves = saves_of(interaction)
        done = await saves.save_some(
            interaction.user.id, values, via=Via.BUTTON, place=place_of(interaction)
        )
        mine = done.list
        if not done.new:
            raise UserError(_("These are all in **{list}** already.", list=escape(list_name(mine))))
        await interaction.response.send_message(
            view=render_notice(
                ngettext(
                    "{count} paper saved to {list}",
                    "{count} papers saved to {list}",
                    len(done.new),
                    list=list_name(mine),
                ),
                actions=[UndoSave(done.at)],
            ),
            ephemeral=True,
        )


ITEMS: Final = (SaveSome,)
"""What a bot registers so that it works."""
