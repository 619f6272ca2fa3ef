"""What papers are refused with, and what takes that back; these work as long as their message."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.interactions.components import (
    NUMBER,
    PAPER,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    template,
)
from bot.interactions.context import mention
from bot.interactions.errors import Interaction, UserError, control_outdated
from bot.interactions.short_keys import short_key
from bot.services.hidden._form import form_of
from bot.services.hidden._service import Hidden
from bot.ui import text
from bot.ui.lists import microseconds, moment
from bot.ui.notices import render_notice
from papers.text import readable
from storage.subscriptions import Mode


def hidden_of(interaction: Interaction) -> Hidden:
    """Return the service that an interaction's client offers."""
    return interaction.client.services.hidden


async def open_form(interaction: Interaction, paper_id: str) -> None:
    """Ask why a paper is not for the person.

    Raises:
        UserError: the paper is not known any more.
    """
    found = await hidden_of(interaction).refusable(interaction.user.id, paper_id)
    await interaction.response.send_modal(form_of(found))


class NotForMe(PaperboySelect, template=template("not-for-me")):
    """Asks why one of the papers of a page is not for the person."""

    accepts, may_be_empty = PAPER, True

    def __init__(self, shown: Iterable[tuple[int, str, str]] = ()) -> None:
        """Offer papers: the number that each has on the page, its id, and its readable title."""
        options = [
            discord.SelectOption(
                label=text.plain(f"{number}. {title}", limits.OPTION_LABEL) or str(number),
                value=short_key(paper_id),
            )
            for number, paper_id, title in shown
        ]
        super().__init__(
            ui.Select(
                placeholder=_("Not for me…"),
                custom_id=custom_id("not-for-me"),
                # What was chosen stays so on screen: deselected, it can be chosen again.
                min_values=0,
                options=options,
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options may differ."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Ask about a paper; several, which older messages offer, are dismissed at once."""
        if len(values) == 1:
            await open_form(interaction, values[0])
        elif values:
            await interaction.response.send_message(
                view=await dismissed_view(interaction, values), ephemeral=True
            )
        else:
            await interaction.response.defer()


class RefusePaper(PaperboyButton, template=template("refuse", paper_id=PAPER)):
    """Asks why a paper is not for the person."""

    def __init__(self, paper_id: str) -> None:
        super().__init__(ui.Button(label=_("Not for me…"), custom_id=custom_id("refuse", paper_id)))
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Open the form."""
        await open_form(interaction, self.paper_id)


async def dismissed_view(interaction: Interaction, paper_ids: list[str]) -> ui.LayoutView:
    """Dismiss papers as unwanted, and return what the person reads.

    Raises:
        UserError: none of the papers is known.
    """
    known, at = await hidden_of(interaction).dismiss(interaction.user.id, paper_ids)
    if not known:
        raise UserError(control_outdated())
    names = "\n".join(f"- {text.escape(readable(each.paper.title), 200)}" for each in known)
    return render_notice(
        _("Not for you"),
        names,
        footer=_("I won't suggest this again, and fewer papers like it."),
        actions=[Suggest(at)],
    )


class Suggest(PaperboyButton, template=template("suggest", at=NUMBER)):
    """Takes back what was dismissed at one moment."""

    def __init__(self, dismissed_at: datetime) -> None:
        at = microseconds(dismissed_at)
        super().__init__(ui.Button(label=_("Undo"), custom_id=custom_id("suggest", at)))
        self.dismissed_at = dismissed_at

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(moment(match["at"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Let the papers come again."""
        count = await hidden_of(interaction).restore(interaction.user.id, self.dismissed_at)
        if not count:
            raise UserError(_("This is undone already."))
        view = render_notice(_("Undone"), allowed(count))
        await interaction.response.edit_message(view=view)


class Loosen(PaperboyButton, template=template("loosen", topic_id=NUMBER, mode="normal|broad")):
    """Takes back that a topic is matched more strictly."""

    def __init__(self, topic_id: int, mode: Mode) -> None:
        super().__init__(
            ui.Button(label=_("Undo"), custom_id=custom_id("loosen", topic_id, mode.value))
        )
        self.topic_id, self.mode = topic_id, mode

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["topic_id"]), Mode(match["mode"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Match the topic as before."""
        # Looking through two weeks of papers may take longer than Discord waits.
        await interaction.response.defer()
        service = hidden_of(interaction)
        if await service.set_mode(interaction.user.id, self.topic_id, self.mode) is None:
            raise UserError(
                _(
                    "This topic has changed since. See your topics with {command}.",
                    command=mention(interaction, "paper subscriptions"),
                )
            )
        await interaction.edit_original_response(view=render_notice(_("Undone")))


def allowed(count: int) -> str:
    """Say that hidden papers may come again."""
    return ngettext(
        "I may suggest {count} paper again that you hid.",
        "I may suggest {count} papers again that you hid.",
        count,
    )


ITEMS: Final = (NotForMe, RefusePaper, Suggest, Loosen)
"""What a bot registers so that these buttons work."""
