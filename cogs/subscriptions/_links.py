"""Links for feed readers to the topics that a person follows."""

import re
from collections.abc import Sequence
from typing import Self

from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import (
    NUMBER,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    template,
)
from bot.interactions.cooldowns import FILES
from bot.interactions.errors import Interaction, UserError
from bot.services.container import services_of
from bot.ui.notices import render_notice
from cogs.feed_links import Kind, show_links
from cogs.subscriptions._change import topic_options
from storage.subscriptions import Mode, Subscription


class LinkTopics(PaperboyButton, template=template("link-topics")):
    """Asks which topic to read in a feed reader, where there are several."""

    def __init__(self) -> None:
        super().__init__(
            ui.Button(label=_("Read in a feed reader…"), custom_id=custom_id("link-topics"))
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Show the links to the only topic, or a menu of all."""
        services = services_of(interaction)
        followed = await services.subscriptions.followed(interaction.user.id)
        matched = [each for each in followed if each.topic.mode is not Mode.TRENDING]
        if not matched:
            raise UserError(_("You no longer follow this topic."))
        if len(matched) == 1:
            await show_links(interaction, Kind.TOPIC, matched[0].topic.id)
            return
        view = render_notice(_("Links for feed readers"), actions=[LinkTopic(followed)])
        await interaction.response.send_message(view=view, ephemeral=True)


class LinkTopic(PaperboySelect, template=template("link-topic")):
    """Shows the links for feed readers to one of a person's topics."""

    accepts = NUMBER
    rate_limit = FILES

    def __init__(self, followed: Sequence[Subscription]) -> None:
        super().__init__(
            ui.Select(
                custom_id=custom_id("link-topic"),
                placeholder=_("Read a topic in a feed reader…"),
                options=topic_options(followed),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls([])

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Show the links to the topic, and make the first."""
        await show_links(interaction, Kind.TOPIC, int(values[0]))
