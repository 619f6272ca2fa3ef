"""The Save button and what follows from it: undo, and other lists."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Self

import discord
from discord import ui

from bot.i18n import conjunction, ngettext
from bot.i18n import gettext as _
from bot.interactions.components import (
    NUMBER,
    PAPER,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    template,
)
from bot.interactions.context import mention, place_of
from bot.interactions.errors import Interaction, UserError
from bot.interactions.removal_buttons import RemoveFromLibrary, undo_of
from bot.interactions.saves import saves_of
from bot.ui.lists import (
    list_name,
    list_options,
    microseconds,
    moment,
    paper_gone,
    reactions,
    titled,
)
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from storage.library import SAVE_EMOJI, ReadingList


class SaveButton(PaperboyButton, template=template("save", paper_id=PAPER)):
    """Saves a paper to the default list of the user, or takes that back."""

    def __init__(self, paper_id: str) -> None:
        super().__init__(
            ui.Button(label=_("Save"), emoji=SAVE_EMOJI, custom_id=custom_id("save", paper_id))
        )
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Save or unsave, and say which, with a way back."""
        saves = saves_of(interaction)
        found = await saves.toggle(interaction.user.id, self.paper_id, place_of(interaction))
        if found is None:
            raise UserError(paper_gone(mention(interaction, "paper search")))
        done, change = found
        name = list_name(done.list)
        choose = ChooseLists(self.paper_id, change.lists, change.on)
        actions: list[AnyItem]
        if done.saved:
            title = _("Saved to {list}", list=name)
            footer = _(
                "{library} shows everything you saved.",
                library=mention(interaction, "library show"),
            )
            actions = [UndoSave(done.saved_at), choose]
        else:
            undo = undo_of(change.removal)
            if done.held:
                title = _("Still in {list}", list=name)
                emoji = reactions(done.held)
                footer = (
                    _("Your {emoji} reaction keeps it there.", emoji=emoji)
                    if emoji
                    else _("Your reaction keeps it there.")
                )
                actions = [*undo, RemoveFromLibrary(self.paper_id), choose]
            else:
                title = _("Removed from {list}", list=name)
                footer = ""
                actions = [*undo, choose]
        await interaction.response.send_message(
            view=render_notice(
                title, titled(self.paper_id, change.title), footer=footer, actions=actions
            ),
            ephemeral=True,
        )


class UndoSave(PaperboyButton, template=template("undo-save", at=NUMBER)):
    """Takes back what was saved on purpose at one moment: one paper, or all those of a message."""

    def __init__(self, saved_at: datetime) -> None:
        at = microseconds(saved_at)
        super().__init__(ui.Button(label=_("Undo"), custom_id=custom_id("undo-save", at)))
        self.saved_at = saved_at

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(moment(match["at"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Take it back."""
        saves = saves_of(interaction)
        undone = await saves.undo(interaction.user.id, self.saved_at)
        if not undone:
            raise UserError(_("This is undone already."))
        title = ngettext("Undone: {count} paper removed", "Undone: {count} papers removed", undone)
        await interaction.response.edit_message(view=render_notice(title))


class ChooseLists(PaperboySelect, template=template("lists", paper_id=PAPER)):
    """Puts a paper on exactly the chosen lists."""

    accepts, may_be_empty = NUMBER, True

    def __init__(
        self,
        paper_id: str,
        lists: Sequence[ReadingList] = (),
        on: Sequence[int] | dict[int, datetime] = (),
    ) -> None:
        options = list_options(lists, on) or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            ui.Select(
                custom_id=custom_id("lists", paper_id),
                placeholder=_("Save to lists…"),
                options=options,
                min_values=0,
                max_values=len(options),
            )
        )
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select whose custom id matched; its options are those of the message."""
        return cls(match["paper_id"])

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Put the paper there, and say where it is now."""
        saves = saves_of(interaction)
        change = await saves.place_on(
            interaction.user.id, self.paper_id, map(int, values), place_of(interaction)
        )
        if change is None:
            raise UserError(paper_gone(mention(interaction, "paper search")))
        names = [list_name(each) for each in change.lists if each.id in change.on]
        title = (
            _("On {lists}", lists=conjunction(names)) if names else _("Not on any of your lists")
        )
        choose = ChooseLists(self.paper_id, change.lists, change.on)
        await interaction.response.edit_message(
            view=render_notice(
                title,
                titled(self.paper_id, change.title),
                actions=[*undo_of(change.removal), choose],
            )
        )


ITEMS: Final = (SaveButton, UndoSave, ChooseLists)
"""What a bot registers so that these buttons work."""
