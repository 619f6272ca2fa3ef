"""The button under a search that turns its query into a topic to follow."""

import re
from typing import Self

from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction, UserError
from bot.services.container import services_of
from bot.services.topics import read_topic
from cogs.subscriptions._preview import show_preview
from storage.subscriptions import Mode


class FollowSearch(PaperboyButton, template=template("find-follow", session=NUMBER)):
    """Shows what following a search's query would have brought; nothing is subscribed yet."""

    rate_limit = SEARCHES

    def __init__(self, session_id: int) -> None:
        super().__init__(
            ui.Button(label=_("Follow"), custom_id=custom_id("find-follow", session_id))
        )
        self.session_id = session_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["session"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the preview to the person who pressed."""
        services = services_of(interaction)
        session = await services.search.session(self.session_id)
        if session is None:
            raise UserError(
                _(
                    "These results are too old. Search again with {command}.",
                    command=services.mention("paper search"),
                )
            )
        now = services.clock.now()
        query = str(read_topic(session.question.query))
        await interaction.response.defer(ephemeral=True, thinking=True)
        draft = await services.subscriptions.add_draft(query, Mode.STRICT, None, 0, now)
        view = await show_preview(services, interaction.user.id, draft, now)
        await interaction.edit_original_response(view=view)
