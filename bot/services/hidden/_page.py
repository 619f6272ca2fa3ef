"""The list of what a person hides, with what takes back each."""

import re
from collections.abc import Iterable
from typing import Final, Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.interactions.components import (
    NUMBER,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    template,
)
from bot.interactions.errors import Interaction, UserError
from bot.services.hidden._controls import allowed, hidden_of
from bot.services.hidden._service import HiddenThings
from bot.ui import text
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from storage.hidden import Mute, MuteKind


class SuggestAll(PaperboyButton, template=template("suggest-all")):
    """Takes back every dismissal of a person."""

    def __init__(self) -> None:
        super().__init__(
            ui.Button(label=_("Allow hidden papers"), custom_id=custom_id("suggest-all"))
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Let all dismissed papers come again."""
        count = await hidden_of(interaction).restore(interaction.user.id)
        view = render_notice(_("Hidden papers allowed"), allowed(count))
        await interaction.response.send_message(view=view, ephemeral=True)


class Unmute(PaperboyButton, template=template("unmute", mute_id=NUMBER)):
    """Takes back that an author or a word is hidden."""

    def __init__(self, mute_id: int) -> None:
        super().__init__(ui.Button(label=_("Undo"), custom_id=custom_id("unmute", mute_id)))
        self.mute_id = mute_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["mute_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Take it back."""
        if not await hidden_of(interaction).unmute(interaction.user.id, [self.mute_id]):
            raise UserError(_("This is undone already."))
        await interaction.response.edit_message(view=render_notice(_("Undone")))


class UnmuteSome(PaperboySelect, template=template("unmute-some")):
    """Takes back some of the authors and words that a person hides."""

    accepts = NUMBER

    def __init__(self, mutes: Iterable[Mute] = ()) -> None:
        options = [
            discord.SelectOption(
                label=text.plain(mute_text(each), limits.OPTION_LABEL) or "…", value=str(each.id)
            )
            for each in mutes
        ] or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            ui.Select(
                placeholder=_("Show again…"),
                custom_id=custom_id("unmute-some"),
                options=options,
                max_values=len(options),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Take them back, and list what is still hidden."""
        hidden = hidden_of(interaction)
        if not await hidden.unmute(interaction.user.id, map(int, values)):
            raise UserError(_("This is undone already."))
        view = render_hidden(await hidden.all_of(interaction.user.id))
        await interaction.response.edit_message(view=view)


class ShowHidden(PaperboyButton, template=template("hidden")):
    """Lists what a person hides."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label=_("What you hide…"), custom_id=custom_id("hidden")))

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Show the list, with what takes back each."""
        found = await hidden_of(interaction).all_of(interaction.user.id)
        await interaction.response.send_message(view=render_hidden(found), ephemeral=True)


def render_hidden(found: HiddenThings) -> ui.LayoutView:
    """Return the list of what a person hides, with what takes back each."""
    title = _("What you hide")
    if not found:
        return render_notice(title, _("You don't hide any papers, authors or words."))
    lines = [f"- {text.escape(mute_text(each), 200)}" for each in found.mutes]
    actions: list[AnyItem] = [UnmuteSome(found.mutes)] if found.mutes else []
    if found.papers:
        lines.append("- " + ngettext("{count} hidden paper", "{count} hidden papers", found.papers))
        actions.append(SuggestAll())
    return render_notice(
        title,
        "\n".join(lines),
        footer=_("None of this comes in your digests or picks. Searches and threads show it."),
        actions=actions,
    )


def mute_text(mute: Mute) -> str:
    """Return what is hidden as plain text."""
    if mute.kind is MuteKind.AUTHOR:
        return _("Papers by {author}", author=mute.text)
    return _("Papers about “{word}”", word=mute.text)


ITEMS: Final = (SuggestAll, Unmute, UnmuteSome, ShowHidden)
"""What a bot registers so that these buttons work."""
