"""One paper of a shelf: added and taken back by members, pinned, removed and blocked by admins."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Self

import discord
from discord import app_commands, ui

from bot.i18n import gettext as _
from bot.interactions.components import PAPER, PaperboyButton, custom_id, template
from bot.interactions.context import member_of, mention, place_of
from bot.interactions.errors import Interaction, UserError
from bot.interactions.save_buttons import SaveButton
from bot.services.container import services_of
from bot.services.shelf import ShelfEntry
from bot.ui import text
from bot.ui.lists import paper_gone, titled
from bot.ui.notices import render_notice
from bot.ui.parts import page_button
from bot.ui.shelf import added_by
from storage.shelves import AddedVia, OfPaper

_NAMED: Final = 3
"""People named beside a paper; the others are counted."""


class Change(StrEnum):
    """What a button does to a paper; the values stand in custom ids."""

    ADD = "add"
    TAKE_BACK = "back"
    PIN = "pin"
    UNPIN = "unpin"
    REMOVE = "remove"
    BLOCK = "block"
    UNBLOCK = "unblock"


_MANAGERS: Final = frozenset(Change) - {Change.ADD, Change.TAKE_BACK}


class OpenShelved(PaperboyButton, template=template("shelved", paper_id=PAPER)):
    """Opens what the shelf says of a paper, for the user alone."""

    def __init__(self, paper_id: str) -> None:
        super().__init__(ui.Button(label=_("Open"), custom_id=custom_id("shelved", paper_id)))
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Show it."""
        view = await shelved_view(interaction, self.paper_id)
        await interaction.response.send_message(view=view, ephemeral=True)


class ChangeShelved(
    PaperboyButton,
    template=template("shelved-do", change="|".join(Change), paper_id=PAPER),
):
    """Changes what the shelf has of a paper."""

    def __init__(self, change: Change, paper_id: str) -> None:
        labels = {
            Change.ADD: _("Add to shelf"),
            Change.TAKE_BACK: _("Take back"),
            Change.PIN: _("Pin"),
            Change.UNPIN: _("Unpin"),
            Change.REMOVE: _("Remove"),
            Change.BLOCK: _("Block"),
            Change.UNBLOCK: _("Unblock"),
        }
        dangerous = change in (Change.REMOVE, Change.BLOCK)
        super().__init__(
            ui.Button(
                label=labels[change],
                style=discord.ButtonStyle.danger if dangerous else discord.ButtonStyle.secondary,
                custom_id=custom_id("shelved-do", change, paper_id),
            )
        )
        self.change, self.paper_id = change, paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(Change(match["change"]), match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Change it, and show the paper as it is then."""
        guild_id, user_id = server_of(interaction), interaction.user.id
        shelves, paper_id = services_of(interaction).shelves, self.paper_id
        if self.change in _MANAGERS:
            require_manager(interaction)
        await require_known(interaction, paper_id)
        match self.change:
            case Change.ADD:
                await add(interaction, paper_id, AddedVia.BUTTON)
            case Change.TAKE_BACK:
                await shelves.take_back(guild_id, user_id, paper_id)
            case Change.PIN | Change.UNPIN:
                await shelves.pin(guild_id, paper_id, pinned=self.change is Change.PIN)
            case Change.REMOVE:
                await shelves.take_off(guild_id, paper_id)
            case Change.BLOCK | Change.UNBLOCK:
                await shelves.block(guild_id, paper_id, blocked=self.change is Change.BLOCK)
        await interaction.response.edit_message(view=await shelved_view(interaction, paper_id))


async def add(interaction: Interaction, paper_id: str, via: AddedVia) -> None:
    """Add a paper for the person who acted.

    Raises:
        UserError: they may not, or the paper is blocked.
    """
    await services_of(interaction).shelves.add(
        server_of(interaction),
        interaction.user.id,
        paper_id,
        member_of(interaction.user),
        via=via,
        place=place_of(interaction),
    )


async def require_known(interaction: Interaction, paper_id: str) -> ShelfEntry:
    """Return what the shelf says of a paper: a button may name one that never was.

    Raises:
        UserError: the paper is not known.
    """
    found = await services_of(interaction).shelves.entry(
        server_of(interaction), interaction.user.id, paper_id
    )
    if found is None:
        raise UserError(paper_gone(mention(interaction, "paper search")))
    return found


async def shelved_view(
    interaction: Interaction, paper_id: str, *, added: bool = False
) -> ui.LayoutView:
    """Return what the shelf says of a paper, with all that the person may do about it.

    Args:
        interaction: whom it is for, and where.
        paper_id: the paper.
        added: whether the person has just added it.

    Raises:
        UserError: the paper is not known.
    """
    found = await require_known(interaction, paper_id)
    there = found.there
    lines = [f"**{titled(paper_id, found.stored.paper.title)}**"]
    if there.blocked:
        title = _("Blocked from the shelf")
        lines.append(_("The admins of this server don't want this paper on the shelf."))
    elif there.there:
        title = _("Added to the shelf") if added else _("On the shelf")
        lines.append(f"-# {people_line(there.people, found.named)}")
        if there.people and there.pinned:
            lines.append(f"-# {added_by(0)}")
    else:
        title = _("Not on the shelf")
    if added:
        whole = _("{command} shows the whole shelf.", command=mention(interaction, "shelf show"))
        lines.append(f"-# {whole}")
    manages = interaction.permissions.manage_guild
    if manages and there.there:
        lines.append(
            "-# " + _("Remove takes it off for everyone. Block also keeps it from coming back.")
        )
    return render_notice(
        title,
        "\n".join(lines),
        footer=_yours(there, named=interaction.user.id in found.named),
        actions=[
            *(ChangeShelved(change, paper_id) for change in _changes(there, manages=manages)),
            SaveButton(paper_id),
            page_button(paper_id),
        ],
    )


def _yours(there: OfPaper, *, named: bool) -> str:
    if not there.mine:
        return ""
    if named:
        return _("You added it, and the shelf shows your name.")
    return _("You added it. Others see only how many people did.")


def people_line(people: int, named: Sequence[int]) -> str:
    """Return how many people added a paper, and who of those that agreed to be named."""
    line = added_by(people)
    if not named:
        return line
    mentions = [f"<@{user_id}>" for user_id in named[:_NAMED]]
    names = text.people(mentions, len(mentions), total=people)
    return f"{line} · {names}"


def server_of(interaction: Interaction) -> int:
    """Return the server that something was used in.

    Raises:
        UserError: it was used elsewhere.
    """
    if interaction.guild_id is None:
        raise UserError(_("A shelf belongs to a server. Use this command in one."))
    return interaction.guild_id


def require_manager(interaction: Interaction) -> None:
    """Return for someone who may manage the server: a button may be older than their role.

    Raises:
        MissingPermissions: they may not.
    """
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])


def _changes(there: OfPaper, *, manages: bool) -> list[Change]:
    """Return what a person may do, in the order of the buttons."""
    found: list[Change] = []
    if not there.blocked:
        found.append(Change.TAKE_BACK if there.mine else Change.ADD)
    if not manages:
        return found
    if there.blocked:
        return [Change.UNBLOCK]
    found.append(Change.UNPIN if there.pinned else Change.PIN)
    if there.there:
        found.append(Change.REMOVE)
    return [*found, Change.BLOCK]


ITEMS: Final = (OpenShelved, ChangeShelved)
"""What a bot registers so that these buttons work."""
