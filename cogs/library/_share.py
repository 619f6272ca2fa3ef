"""A list shown to others on purpose."""

from typing import Final

import discord

from bot.i18n import gettext as _
from bot.i18n import sentences, use
from bot.interactions.errors import Interaction, UserError
from bot.interactions.language import public_language
from bot.interactions.save_select import SaveSome
from bot.services.container import Services
from bot.ui.lists import list_name, shown_name
from bot.ui.notices import render_notice
from bot.ui.text import escape, link
from papers import paper_key
from papers.text import readable

MAX_SHARED: Final = 20
_LINE: Final = 165


async def share(services: Services, interaction: Interaction, name: str) -> None:
    """Post a list in the channel, as it is at this moment: later saves stay private."""
    user_id = interaction.user.id
    found, shown, total = await services.library.pages.shared(user_id, name, MAX_SHARED)
    if not shown:
        raise UserError(
            _("**{list}** is empty. Save a paper to it first.", list=escape(shown_name(found)))
        )
    titles = [
        (number, each.paper.id, readable(each.paper.title)) for number, each in enumerate(shown, 1)
    ]
    lines = [
        f"**{number}.** " + link(title, paper_key.page_url(paper_id), _LINE)
        for number, paper_id, title in titles
    ]
    with use(public_language(interaction)):
        footer = [_("Shared by {member} from their library.", member=interaction.user.mention)]
        if total > len(shown):
            footer.insert(0, _("The latest {shown} of {total}.", shown=len(shown), total=total))
        view = render_notice(
            list_name(found),
            "\n".join(lines),
            footer=sentences(*footer),
            actions=[SaveSome(titles)],
        )
    await interaction.response.send_message(
        view=view, allowed_mentions=discord.AllowedMentions.none()
    )
