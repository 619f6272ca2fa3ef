"""A shelf taken along as a file."""

import asyncio
import io

import discord

from bot.i18n import gettext as _
from bot.i18n import ngettext, sentences
from bot.interactions.errors import Interaction, UserError
from bot.services.container import Services
from cogs.library import packed
from papers.export import ExportItem, Format, filename
from papers.export import export as write_file
from storage.shelves import ShelfSort


async def export(
    services: Services, interaction: Interaction, guild_id: int, wanted: Format
) -> None:
    """Answer with a server's shelf as a file: its papers, and when each came there.

    Raises:
        UserError: there is nothing on it.
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    found = await services.shelves.papers(guild_id, sort=ShelfSort.OLDEST)
    if not found:
        raise UserError(_("The shelf of this server is empty. There is nothing to export."))
    items = [
        ExportItem(paper=each.stored.paper, note=None, lists=(), saved_at=each.added_at)
        for each in found
    ]
    called, data = await asyncio.to_thread(
        lambda: packed(filename("shelf", wanted), write_file(items, wanted))
    )
    again = services.mention("library import")
    await interaction.followup.send(
        sentences(
            ngettext("{count} paper from the shelf.", "{count} papers from the shelf.", len(found)),
            _("You can import it to your own library with {command}.", command=again),
        ),
        file=discord.File(io.BytesIO(data), called),
        ephemeral=True,
    )
