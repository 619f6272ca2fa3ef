"""A list shown to others on purpose."""

from typing import Final

import discord

from bot.interactions.errors import Interaction, UserError
from bot.interactions.save_select import SaveSome
from bot.services.container import Services
from bot.ui.lists import list_name
from bot.ui.notices import render_notice
from bot.ui.text import escape, link
from papers import arxiv_id
from papers.text import readable

MAX_SHARED: Final = 20
_LINE: Final = 165


async def share(services: Services, interaction: Interaction, name: str) -> None:
    """Post a list in the channel, as it is at this moment: later saves stay private."""
    user_id = interaction.user.id
    found, shown, total = await services.library.pages.shared(user_id, name, MAX_SHARED)
    if not shown:
        raise UserError(f"**{escape(found.name)}** is empty: there is nothing to share yet.")
    titles = [
        (number, each.paper.id, readable(each.paper.title)) for number, each in enumerate(shown, 1)
    ]
    lines = [
        f"**{number}.** " + link(title, arxiv_id.abs_url(paper_id), _LINE)
        for number, paper_id, title in titles
    ]
    more = f"The latest {len(shown)} of {total:,}. " if total > len(shown) else ""
    await interaction.response.send_message(
        view=render_notice(
            list_name(found),
            "\n".join(lines),
            footer=f"{more}Shared by {interaction.user.mention} from their library.",
            actions=[SaveSome(titles)],
        ),
        allowed_mentions=discord.AllowedMentions.none(),
    )
