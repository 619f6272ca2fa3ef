"""Citations to copy or to download, and the button that asks for them."""

import asyncio
import io
import re
from collections.abc import Sequence
from typing import Final, Self

import discord
from discord import ui
from discord.ext import commands

from bot.i18n import gettext as _
from bot.i18n import ngettext, pgettext
from bot.interactions.components import PAPER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES, cooldowns_of
from bot.interactions.errors import Interaction, UserError, answer_error
from bot.interactions.modals import filled
from bot.interactions.short_keys import with_full_keys
from bot.services.container import services_of
from bot.services.paper_lookup import Found
from bot.ui.lists import titled
from bot.ui.notices import render_notice
from bot.ui.parts import withdrawn_line
from bot.ui.text import length
from cogs._named_papers import not_found_lines
from cogs.cite._form import FORM, STYLES, asked, open_form
from papers.export import Format, citations, filename

SHOWN: Final = 3_000
"""Characters of citations in a message; the rest of a message's 4,000 is for what stands around."""
_FENCE: Final = "```"
_TITLE: Final = 100
_WITHDRAWN_SHOWN: Final = 3


class CiteButton(PaperboyButton, template=template("cite", paper_id=PAPER)):
    """Asks in which style a paper is to be cited."""

    def __init__(self, paper_id: str) -> None:
        super().__init__(
            ui.Button(label=pgettext("button", "Cite"), custom_id=custom_id("cite", paper_id))
        )
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Open the form."""
        await open_form(interaction, [self.paper_id])


class Citations(commands.Cog):
    """Answers the form."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer a submitted form, also one that was opened before a restart."""
        form = filled(interaction, FORM)
        if form is None:
            return
        match, chosen = form
        try:
            cooldowns_of(interaction).require(interaction, SEARCHES)
            paper_ids, style = asked(match["named"], chosen)
            await _cite(interaction, await with_full_keys(interaction, paper_ids), style)
        except Exception as error:
            await answer_error(interaction, error)


async def _cite(interaction: Interaction, paper_ids: Sequence[str], style: Format) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    found = await services_of(interaction).lookup.find(list(dict.fromkeys(paper_ids)))
    if not found.papers:
        raise UserError("\n".join(not_found_lines(found)))
    papers = [each.paper for each in found.papers.values()]
    cited = await asyncio.to_thread(citations, papers, style)
    view, file = _answer(cited, style, found)
    if file is None:
        await interaction.followup.send(view=view, ephemeral=True)
    else:
        await interaction.followup.send(view=view, file=file, ephemeral=True)


def _answer(
    cited: Sequence[str], style: Format, found: Found
) -> tuple[ui.LayoutView, discord.File | None]:
    shown = _fitting(cited)
    lines: list[str] = []
    if shown:
        lines.append("\n".join((_FENCE, "\n\n".join(shown), _FENCE)))
        if len(shown) < len(cited):
            lines.append(
                _(
                    "Shown here: {shown} of {total}. The file has all of them.",
                    shown=len(shown),
                    total=len(cited),
                )
            )
    else:
        lines.append(_("Too long for a message, so it's in the file."))
    papers = [each.paper for each in found.papers.values()]
    lines += [
        f"{titled(each.id, each.title, _TITLE)}: {withdrawn_line()}"
        for each in papers
        if each.withdrawn_at is not None
    ][:_WITHDRAWN_SHOWN]
    count = ngettext("{count} citation", "{count} citations", len(cited))
    name, _use = STYLES[style]
    view = render_notice(f"{name} · {count}", "\n".join((*lines, *not_found_lines(found))))
    if len(shown) == len(cited):
        return view, None
    called = filename("citations", style)
    view.add_item(ui.File(f"attachment://{called}"))
    data = "\n\n".join((*cited, "")).encode()
    return view, discord.File(io.BytesIO(data), called)


def _fitting(cited: Sequence[str]) -> Sequence[str]:
    """Return the first citations, as many as a block of code holds whole."""
    room = SHOWN
    for number, citation in enumerate(cited):
        room -= length(citation) + len("\n\n")
        if room < 0 or _FENCE in citation:
            return cited[:number]
    return cited
