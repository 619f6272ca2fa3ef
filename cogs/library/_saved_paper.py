"""One saved paper's own sheet: its lists, whether it is read, and the note on it."""

import re
from collections.abc import Sequence
from typing import Final, Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import listing
from bot.interactions.components import PAPER, PaperboyButton, PaperboySelect, custom_id, template
from bot.interactions.context import place_of
from bot.interactions.errors import Interaction
from bot.interactions.modals import submission
from bot.interactions.removal_buttons import RemoveFromLibrary
from bot.interactions.save_buttons import ChooseLists
from bot.interactions.short_keys import short_key, with_full_keys
from bot.services.container import Services, services_of
from bot.ui.lists import list_name, titled
from bot.ui.notices import render_notice
from bot.ui.parts import page_button
from bot.ui.text import escape, link, plain, timestamp
from cogs.cite import CiteButton
from papers.model import Paper
from papers.text import first_sentences, readable
from storage.library import Place, ReadingList, Saved

NOTE_LENGTH: Final = 500
NOTE_FORM: Final = template("note-form", paper_id=PAPER)
_SUMMARY: Final = 500


class OpenSaved(PaperboyButton, template=template("saved", paper_id=PAPER)):
    """Opens a saved paper's sheet."""

    def __init__(self, paper_id: str) -> None:
        super().__init__(ui.Button(label=_("Open"), custom_id=custom_id("saved", paper_id)))
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the sheet."""
        view = await saved_paper_view(services_of(interaction), interaction.user.id, self.paper_id)
        await interaction.response.send_message(view=view, ephemeral=True)


class OpenNoted(PaperboySelect, template=template("noted")):
    """Opens the sheet of a paper that is on no list and has a note."""

    accepts = PAPER

    def __init__(self, noted: Sequence[tuple[str, str]] = ()) -> None:
        """Offer papers, each with its id and its title."""
        options = [
            discord.SelectOption(
                label=plain(readable(title), limits.OPTION_LABEL) or paper_id,
                value=short_key(paper_id),
            )
            for paper_id, title in noted[: limits.SELECT_OPTIONS]
        ] or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            ui.Select(
                custom_id=custom_id("noted"),
                placeholder=_("Open a note on an unsaved paper…"),
                options=options,
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Answer with the sheet."""
        view = await saved_paper_view(services_of(interaction), interaction.user.id, values[0])
        await interaction.response.send_message(view=view, ephemeral=True)


class MarkRead(PaperboyButton, template=template("mark-read", paper_id=PAPER, read="[01]")):
    """Marks a saved paper as read, or as unread."""

    def __init__(self, paper_id: str, *, read: bool) -> None:
        label = _("Mark as read") if read else _("Mark as unread")
        super().__init__(
            ui.Button(
                label=label,
                style=discord.ButtonStyle.primary if read else discord.ButtonStyle.secondary,
                custom_id=custom_id("mark-read", paper_id, int(read)),
            )
        )
        self.paper_id, self.read = paper_id, read

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"], read=match["read"] == "1")

    async def pressed(self, interaction: Interaction) -> None:
        """Mark it, and show the sheet as it is then."""
        services, user_id = services_of(interaction), interaction.user.id
        await services.library.details.mark(
            user_id, self.paper_id, place_of(interaction), read=self.read
        )
        view = await saved_paper_view(services, user_id, self.paper_id)
        await interaction.response.edit_message(view=view)


class WriteNote(PaperboyButton, template=template("note", paper_id=PAPER)):
    """Opens the form for a saved paper's note."""

    def __init__(self, paper_id: str, *, there: bool = False) -> None:
        label = _("Edit note…") if there else _("Add note…")
        super().__init__(ui.Button(label=label, custom_id=custom_id("note", paper_id)))
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Show the form, with the present note in it."""
        details = services_of(interaction).library.details
        saved = await details.get(interaction.user.id, self.paper_id)
        await interaction.response.send_modal(NoteForm(saved.stored.paper, saved.entry.note))


class NoteForm(ui.Modal):
    """The form for a note; see `take_note` for its answer."""

    def __init__(self, paper: Paper, note: str | None) -> None:
        super().__init__(
            title=plain(readable(paper.title), limits.MODAL_TITLE) or paper.id,
            custom_id=custom_id("note-form", paper.id),
        )
        self.add_item(
            ui.Label(
                text=_("Your note"),
                description=_("Only you can see it. Clear it to delete it."),
                component=ui.TextInput(
                    custom_id="note",
                    style=discord.TextStyle.paragraph,
                    default=note,
                    required=False,
                    # Notes on several keys of a paper are one text, and may be longer.
                    max_length=max(NOTE_LENGTH, len(note or "")),
                ),
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Leave the answer to the cog that listens to interactions."""


async def take_note(interaction: Interaction) -> None:
    """Store a note from its form, if that is what an interaction brings, and show the paper again.

    Raises:
        UserError: the paper was taken out meanwhile.
    """
    sent = submission(interaction, NOTE_FORM)
    if sent is None:
        return
    match, typed = sent
    (paper_id,) = await with_full_keys(interaction, [match["paper_id"]])
    view = await write_note(interaction, paper_id, typed.get("note", ""))
    if interaction.message is None:
        await interaction.response.send_message(view=view, ephemeral=True)
    else:
        await interaction.response.edit_message(view=view)


async def write_note(interaction: Interaction, paper_id: str, note: str) -> ui.LayoutView:
    """Write a person's note on a paper; an empty one deletes it. Return what they read then.

    Raises:
        UserError: the paper is neither saved nor noted.
    """
    services = services_of(interaction)
    user_id = interaction.user.id
    title, left = await services.library.details.write_note(user_id, paper_id, note)
    if not left:
        return render_notice(_("Note deleted"), titled(paper_id, title))
    return await saved_paper_view(services, user_id, paper_id)


async def saved_paper_view(services: Services, user_id: int, paper_id: str) -> ui.LayoutView:
    """Return one saved paper, or one that only has a note left, with all that can be done about it.

    Raises:
        UserError: the person has neither saved it nor a note on it.
    """
    saved_paper = await services.library.details.get(user_id, paper_id)
    entry, lists, on = saved_paper.entry, saved_paper.lists, saved_paper.on
    paper = saved_paper.stored.paper
    summary = first_sentences(readable(paper.summary or paper.abstract), _SUMMARY)
    heading = f"**{titled(paper.id, paper.title)}**" + (" ✅" if entry.read else "")
    parts = [
        f"{heading}\n-# {saved_line(entry, lists)}",
        escape(summary, 2 * _SUMMARY),
        f"📝 {escape(entry.note, 3 * NOTE_LENGTH, lines=True)}" if entry.note else "",
    ]
    saved = bool(entry.lists)
    return render_notice(
        _("In your library") if saved else _("Not on any of your lists"),
        "\n\n".join(filter(None, parts)),
        footer="" if saved else _("You removed the paper, and the note stayed."),
        actions=[
            ChooseLists(paper.id, lists, on),
            *((MarkRead(paper.id, read=not entry.read),) if saved else ()),
            WriteNote(paper.id, there=entry.note is not None),
            RemoveFromLibrary(paper.id) if saved else RemoveFromLibrary(paper.id, _("Delete note")),
            CiteButton(paper.id),
            page_button(paper.id),
        ],
    )


def saved_line(entry: Saved, lists: Sequence[ReadingList]) -> str:
    """Return on which lists a paper is, since when, and from where, in markdown."""
    if not entry.lists:
        return _("Not on any of your lists · note from {when}", when=timestamp(entry.saved_at, "R"))
    names = listing(escape(list_name(each), 40) for each in lists[:4] if each.id in entry.lists)
    url = jump_url(entry.place)
    where = link(_("jump to message"), url, 120) if url else ""
    saved = _("saved {when}", when=timestamp(entry.saved_at, "R"))
    return " · ".join(filter(None, (names, saved, where)))


def jump_url(place: Place) -> str | None:
    """Return the address of the message or the channel where something was saved, if any."""
    if place.channel_id is None:
        return None
    parts = [str(place.guild_id or "@me"), str(place.channel_id)]
    if place.message_id is not None:
        parts.append(str(place.message_id))
    return "https://discord.com/channels/" + "/".join(parts)


ITEMS: Final = (OpenSaved, OpenNoted, MarkRead, WriteNote)
"""What a bot registers so that these buttons work."""
