"""`/library …`: looking at what one saved, noting, moving, sharing, taking it along."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.interactions.cooldowns import FILES, rate_limited
from bot.interactions.errors import Interaction, UserError, answer_error
from bot.interactions.removal_buttons import render_removed, undo_of
from bot.services.container import Services
from bot.services.library import QUERY_LENGTH, View
from bot.ui.lists import list_name, titled
from bot.ui.notices import render_notice
from bot.ui.text import escape
from cogs.library import _files, _share
from cogs.library._choices import list_choices, paper_choices
from cogs.library._page import SORTS, render_library
from cogs.library._saved_paper import NOTE_LENGTH, saved_paper_view, take_note, write_note
from papers.export import Format
from storage.library import Sort

_SORT_CHOICES = [app_commands.Choice(name=label, value=sort.value) for sort, label in SORTS.items()]


class Library(commands.Cog):
    """A person's own library. Everything is answered to them alone, but what they share."""

    library = app_commands.Group(
        name="library",
        description="The papers that you saved",
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=True
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    @library.command(name="show", description="Show what you saved: all of it, a list, a search")
    @app_commands.rename(in_list="list")
    @app_commands.describe(
        in_list="Only this list", query="Only papers about this", sort="In which order"
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

    @library.command(name="note", description="Write yourself a note on a saved paper")
    @app_commands.describe(paper="Which paper", note="Your note; a dash (-) deletes it")
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
        paper="Which paper", target="To which list", source="From which list; from all otherwise"
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
            raise UserError(f"It is not on **{escape(off.name) if off else 'any list'}**.")
        view = render_notice(
            f"Moved to {list_name(to)}",
            titled(paper_id, change.title),
            actions=undo_of(change.removal),
        )
        await interaction.response.send_message(view=view, ephemeral=True)

    @library.command(name="remove", description="Take a saved paper out of your library")
    @app_commands.rename(in_list="list")
    @app_commands.describe(paper="Which paper", in_list="Only off this list")
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
            raise UserError(f"It is not on **{escape(off.name) if off else 'any list'}**.")
        view = render_removed(paper_id, change, off)
        await interaction.response.send_message(view=view, ephemeral=True)

    @library.command(name="share", description="Post one of your lists in this channel")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="Which list everybody here may see")
    @app_commands.autocomplete(in_list=list_choices)
    async def share(self, interaction: Interaction, in_list: str) -> None:
        """Post a list for everybody in the channel, as it is now."""
        await _share.share(self.services, interaction, in_list)

    @rate_limited(FILES)
    @library.command(name="export", description="Take your library along as a file")
    @app_commands.rename(format_="format", in_list="list")
    @app_commands.describe(format_="Which kind of file", in_list="Only this list")
    @app_commands.autocomplete(in_list=list_choices)
    async def export(
        self, interaction: Interaction, format_: Format, in_list: str | None = None
    ) -> None:
        """Answer with the file."""
        await _files.export(self.services, interaction, format_, in_list)

    @rate_limited(FILES)
    @library.command(
        name="import", description="Bring papers in: a file of links or ids, BibTeX, RIS, CSV, JSON"
    )
    @app_commands.rename(in_list="list")
    @app_commands.describe(
        file="BibTeX, RIS, JSON, CSV, nbib, EndNote, RefWorks, or any text with links or arXiv ids",
        in_list="Put them on this list",
    )
    @app_commands.autocomplete(in_list=list_choices)
    async def import_(
        self, interaction: Interaction, file: discord.Attachment, in_list: str | None = None
    ) -> None:
        """Save what the file names, and report what could not be found."""
        await _files.import_(self.services, interaction, file, in_list)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take in a note's form; discord.py forgets open forms at a restart."""
        try:
            await take_note(interaction)
        except Exception as error:
            await answer_error(interaction, error)
