"""`/library …`: looking at what one saved, noting, moving, sharing, taking it along."""

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.cooldowns import FILES, rate_limited
from bot.interactions.errors import Interaction, UserError, answer_error
from bot.interactions.removal_buttons import render_removed, undo_of
from bot.services.container import Services
from bot.services.library import QUERY_LENGTH, View
from bot.ui.lists import list_name, shown_name, titled
from bot.ui.notices import render_notice
from bot.ui.text import escape
from cogs.library import _files, _share, _year
from cogs.library._author import NAME_LENGTH, import_author
from cogs.library._choices import list_choices, paper_choices
from cogs.library._import import import_file, import_zotero
from cogs.library._page import SORTS, render_library
from cogs.library._saved_paper import NOTE_LENGTH, saved_paper_view, take_note, write_note
from papers.export import Format
from storage.library import ReadingList, Sort

_SORT_CHOICES = [
    app_commands.Choice(name=locale_str(label), value=sort.value) for sort, label in SORTS.items()
]


FORMATS = [
    app_commands.Choice(name=name, value=value)
    for name, value in (
        ("BibTeX", Format.BIBTEX.value),
        ("RIS", Format.RIS.value),
        ("CSL-JSON", Format.CSL_JSON.value),
        ("CSV", Format.CSV.value),
        ("Markdown", Format.MARKDOWN.value),
        ("APA", Format.APA.value),
    )
]
"""The formats by the names that they have everywhere."""


class Library(commands.Cog):
    """A person's own library. Everything is answered to them alone, but what they share."""

    library = app_commands.Group(
        name="library",
        description="See and manage the papers you saved",
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=True
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    @library.command(name="show", description="Show your saved papers")
    @app_commands.rename(in_list="list")
    @app_commands.describe(
        in_list="Only this list", query="Words in title, abstract or your notes", sort="Order"
    )
    @app_commands.choices(sort=_SORT_CHOICES)
    @app_commands.autocomplete(in_list=list_choices, query=paper_choices)
    async def show(
        self,
        interaction: Interaction,
        in_list: str | None = None,
        query: app_commands.Range[str, 1, limits.CHOICE_VALUE] | None = None,
        sort: str = Sort.NEWEST.value,
    ) -> None:
        """Answer with the first page, or with the one paper that was picked."""
        user_id = interaction.user.id
        list_id = None
        mine = self.services.library
        if in_list is not None:
            list_id = (await mine.lists.find(user_id, in_list)).id
        if query and await mine.details.holds(user_id, query):
            view = await saved_paper_view(self.services, user_id, query)
        else:
            wanted = View(list_id, Sort(sort), " ".join((query or "").split())[:QUERY_LENGTH])
            view = render_library(await self.services.library.pages.page(user_id, wanted, 0))
        await interaction.response.send_message(view=view, ephemeral=True)

    @library.command(name="stats", description="See your reading year: what you saved by month")
    async def stats(self, interaction: Interaction) -> None:
        """Answer with the last twelve months in a picture and in words."""
        await _year.show(self.services, interaction)

    @library.command(name="note", description="Add, change or delete your note on a saved paper")
    @app_commands.describe(paper="Saved paper", note="Your note; - deletes it")
    @app_commands.autocomplete(paper=paper_choices)
    async def note(
        self,
        interaction: Interaction,
        paper: str,
        note: app_commands.Range[str, 1, NOTE_LENGTH],
    ) -> None:
        """Write, change or delete a note."""
        paper_id = await self.services.library.details.find(interaction.user.id, paper)
        view = await write_note(interaction, paper_id, "" if note.strip() == "-" else note)
        await interaction.response.send_message(view=view, ephemeral=True)

    @library.command(name="move", description="Move a saved paper to another list")
    @app_commands.rename(source="from", target="to")
    @app_commands.describe(
        paper="Saved paper",
        target="List to move it to",
        source="List to move it from (default: all)",
    )
    @app_commands.autocomplete(paper=paper_choices, source=list_choices, target=list_choices)
    async def move(
        self, interaction: Interaction, paper: str, target: str, source: str | None = None
    ) -> None:
        """Move a paper; reactions that stand no longer keep it where it was."""
        user_id = interaction.user.id
        mine = self.services.library
        paper_id = await mine.details.find(user_id, paper)
        to = await mine.lists.find(user_id, target)
        off = None if source is None else await mine.lists.find(user_id, source)
        change = await self.services.library.saved.move(
            user_id, paper_id, to.id, off.id if off else None
        )
        if change is None:
            raise UserError(_not_there(off))
        view = render_notice(
            _("Moved to {list}", list=list_name(to)),
            titled(paper_id, change.title),
            actions=undo_of(change.removal),
        )
        await interaction.response.send_message(view=view, ephemeral=True)

    @library.command(name="remove", description="Remove a paper from your library or from one list")
    @app_commands.rename(in_list="list")
    @app_commands.describe(paper="Saved paper", in_list="Only from this list")
    @app_commands.autocomplete(paper=paper_choices, in_list=list_choices)
    async def remove(
        self, interaction: Interaction, paper: str, in_list: str | None = None
    ) -> None:
        """Take a paper out, with a way back."""
        user_id = interaction.user.id
        mine = self.services.library
        paper_id = await mine.details.find(user_id, paper)
        off = None if in_list is None else await mine.lists.find(user_id, in_list)
        change = await self.services.library.saved.take_out(
            user_id, paper_id, off.id if off else None
        )
        if change is None:
            raise UserError(_not_there(off))
        view = render_removed(paper_id, change, off)
        await interaction.response.send_message(view=view, ephemeral=True)

    @library.command(name="share", description="Post one of your lists in this channel")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="List that everyone here will see")
    @app_commands.autocomplete(in_list=list_choices)
    async def share(self, interaction: Interaction, in_list: str) -> None:
        """Post a list for everybody in the channel, as it is now."""
        await _share.share(self.services, interaction, in_list)

    @rate_limited(FILES)
    @library.command(name="export", description="Export your library as a file")
    @app_commands.rename(format_="format", in_list="list")
    @app_commands.describe(format_="File format", in_list="Only this list")
    @app_commands.choices(format_=FORMATS)
    @app_commands.autocomplete(in_list=list_choices)
    async def export(
        self, interaction: Interaction, format_: str, in_list: str | None = None
    ) -> None:
        """Answer with the file."""
        await _files.export(self.services, interaction, Format(format_), in_list)

    @rate_limited(FILES)
    @library.command(
        name="import", description="Import papers: a file, an author's, or a public Zotero library"
    )
    @app_commands.rename(in_list="list")
    @app_commands.describe(
        file="BibTeX, RIS, JSON, CSV, nbib, EndNote, RefWorks, or any text with links or arXiv ids",
        author="Name of an author, such as yours, to choose from their papers",
        zotero="Public Zotero library: a group's link, or your user ID",
        in_list="List to put them on",
    )
    @app_commands.autocomplete(in_list=list_choices)
    async def import_(
        self,
        interaction: Interaction,
        file: discord.Attachment | None = None,
        author: app_commands.Range[str, 2, NAME_LENGTH] | None = None,
        zotero: app_commands.Range[str, 1, 300] | None = None,
        in_list: str | None = None,
    ) -> None:
        """Save what the one given names, and report what could not be found."""
        if sum(each is not None for each in (file, author, zotero)) != 1:
            raise UserError(
                _("Choose one of the options: `file`, `author` or `zotero`. `list` goes with each.")
            )
        if file is not None:
            await import_file(self.services, interaction, file, in_list)
        elif author is not None:
            await import_author(self.services, interaction, author, in_list)
        elif zotero is not None:
            await import_zotero(self.services, interaction, zotero, in_list)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take in a note's form; discord.py forgets open forms at a restart."""
        try:
            await take_note(interaction)
        except Exception as error:
            await answer_error(interaction, error)


def _not_there(off: ReadingList | None) -> str:
    if off is None:
        return _("This paper isn't on any of your lists.")
    return _("This paper isn't on **{list}**.", list=escape(shown_name(off)))
