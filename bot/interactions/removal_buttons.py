"""Taking a paper out of a library, and putting back what was taken out."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Self

import discord
from discord import ui

from bot.i18n import conjunction
from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PAPER, PaperboyButton, custom_id, template
from bot.interactions.context import mention, place_of
from bot.interactions.errors import Interaction, UserError
from bot.interactions.saves import Change, saves_of
from bot.ui.lists import list_name, microseconds, moment, paper_gone, titled
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape
from storage.library import NoteBack, PutBack, ReadingList

_NOTE: Final = 1_000


class RemoveFromLibrary(PaperboyButton, template=template("take-out", paper_id=PAPER)):
    """Takes a paper off every list, whatever put it there."""

    def __init__(self, paper_id: str, label: str | None = None) -> None:
        super().__init__(
            ui.Button(
                label=label or _("Remove from library"),
                style=discord.ButtonStyle.danger,
                custom_id=custom_id("take-out", paper_id),
            )
        )
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Take it out, and offer to put it back."""
        saves = saves_of(interaction)
        change = await saves.take_out(interaction.user.id, self.paper_id)
        if change is None:
            raise UserError(_("This paper isn't in your library."))
        await interaction.response.edit_message(view=render_removed(self.paper_id, change))


class UndoRemoval(PaperboyButton, template=template("put-back", removal_id=NUMBER)):
    """Puts back everything that one action took off a person's lists, with the note."""

    def __init__(self, removal_id: int) -> None:
        super().__init__(ui.Button(label=_("Undo"), custom_id=custom_id("put-back", removal_id)))
        self.removal_id = removal_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["removal_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Put it back, and say where the paper is now and what became of the note."""
        saves = saves_of(interaction)
        found = await saves.put_back(interaction.user.id, self.removal_id)
        if found is None:
            raise UserError(
                _(
                    "This is undone already, or more than a day old. {library} shows what is in"
                    " your library now.",
                    library=mention(interaction, "library show"),
                )
            )
        done, title = found
        await interaction.response.edit_message(
            view=render_notice(_outcome(done), f"{titled(done.paper_id, title)}{_of_note(done)}")
        )


class RestoreSave(
    PaperboyButton, template=template("save-again", paper_id=PAPER, list_id=NUMBER, at=NUMBER)
):
    """Puts a paper back on one list: the Undo of messages from before there was `PutBack`."""

    def __init__(self, paper_id: str, list_id: int, saved_at: datetime) -> None:
        at = microseconds(saved_at)
        super().__init__(
            ui.Button(label=_("Undo"), custom_id=custom_id("save-again", paper_id, list_id, at))
        )
        self.paper_id, self.list_id, self.saved_at = paper_id, list_id, saved_at

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"], int(match["list_id"]), moment(match["at"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Put it back; on the default list if its own is gone."""
        saves = saves_of(interaction)
        found = await saves.save_again(
            interaction.user.id, self.paper_id, self.list_id, self.saved_at, place_of(interaction)
        )
        if found is None:
            raise UserError(paper_gone(mention(interaction, "paper search")))
        title, target = found
        await interaction.response.edit_message(
            view=render_notice(
                _("Back in {list}", list=list_name(target)), titled(self.paper_id, title)
            )
        )


def render_removed(paper_id: str, change: Change, off: ReadingList | None = None) -> ui.LayoutView:
    """Return what a person reads after taking a paper out, or only off one list, with Undo."""
    if off is not None:
        title = _("Removed from {list}", list=list_name(off))
    else:
        title = _("Note deleted") if change.only_note else _("Removed from your library")
    shown = titled(paper_id, change.title)
    return render_notice(title, shown, actions=undo_of(change.removal))


def undo_of(removal: int | None) -> Sequence[AnyItem]:
    """Return the button that undoes a removal, none where nothing was taken away."""
    return () if removal is None else (UndoRemoval(removal),)


def _outcome(done: PutBack) -> str:
    names = conjunction(map(list_name, done.on))
    if done.changed:
        return _("Back in {list}", list=names) if names else _("No longer on your lists")
    if done.note is NoteBack.RESTORED:
        return _("Note restored")
    return _("Already in {list}", list=names) if names else _("Nothing to restore")


def _of_note(done: PutBack) -> str:
    if done.note is NoteBack.RESTORED and done.changed:
        return "\n\n" + _("Your note is restored too.")
    if done.note is NoteBack.NEWER_STAYS:
        older = escape(done.note_text or "", _NOTE, lines=True)
        kept = _("Your newer note stays. The older one won't be stored. It was:")
        return f"\n\n{kept}\n📝 {older}"
    return ""


ITEMS: Final = (RemoveFromLibrary, UndoRemoval, RestoreSave)
"""What a bot registers so that these buttons work."""
