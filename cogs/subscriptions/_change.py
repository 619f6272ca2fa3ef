"""Changing a topic that one follows: a form, and then the preview as for a new one."""

import re
from collections.abc import Mapping, Sequence
from typing import Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PaperboySelect, custom_id, template
from bot.interactions.errors import Interaction, UserError
from bot.services.container import services_of
from bot.services.digests import require_votes
from bot.services.topics import read_topic
from bot.ui.text import escape, plain
from cogs.subscriptions._form import MAX_VOTES, show_form
from cogs.subscriptions._preview import show_preview
from cogs.subscriptions._sources import chosen_sources
from storage.subscriptions import Mode, Subscription


class ChangeTopic(PaperboySelect, template=template("change-topic")):
    """Opens the form for one of a person's topics."""

    accepts = NUMBER

    def __init__(self, followed: Sequence[Subscription]) -> None:
        super().__init__(
            ui.Select(
                custom_id=custom_id("change-topic"),
                placeholder=_("Edit a topic…"),
                options=topic_options(followed),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls([])

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Show the form, with the topic as it is."""
        await show_form(interaction, int(values[0]))


def topic_options(followed: Sequence[Subscription]) -> list[discord.SelectOption]:
    """Return an option for each topic that has words, numbered as in the list."""
    options = [
        discord.SelectOption(
            label=plain(f"{number}. {subscription.topic.query}", limits.OPTION_LABEL),
            value=str(subscription.topic.id),
        )
        for number, subscription in enumerate(followed, 1)
        if subscription.topic.mode is not Mode.TRENDING
    ]
    # A select that is rebuilt to be answered has no options, and needs one.
    return options[: limits.SELECT_OPTIONS] or [discord.SelectOption(label="…", value="0")]


async def show_change(
    interaction: Interaction, topic_id: int, typed: Mapping[str, Sequence[str]]
) -> None:
    """Preview a topic as it was typed into the form, with a button that puts it in the old one's
    place.

    Raises:
        UserError: the topic or the number cannot be read, or the old topic is not followed.
    """
    services = services_of(interaction)
    now = services.clock.now()
    before = await services.subscriptions.own(interaction.user.id, topic_id)
    topic = read_topic(_text(typed, "topic"))
    min_votes = _votes(_text(typed, "min_votes"))
    named = await services.server_sources.for_topics(interaction.user.id, interaction.guild_id)
    sources = chosen_sources(typed, before.topic, named)
    require_votes(sources, named, before.topic.mode, min_votes)
    await interaction.response.defer(ephemeral=True, thinking=True)
    draft = await services.subscriptions.add_draft(
        str(topic), before.topic.mode, None, min_votes, now, sources=sources
    )
    view = await show_preview(services, interaction.user.id, draft, now, replaces=topic_id)
    await interaction.edit_original_response(view=view)


def _text(typed: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(typed.get(name, ())), "")


def _votes(text: str) -> int:
    typed = text.strip() or "0"
    if not (typed.isascii() and typed.isdigit() and int(typed) <= MAX_VOTES):
        raise UserError(
            _(
                "I couldn't read “{text}” as a number of upvotes. Write one from 0 to {most}.",
                text=escape(typed, 40),
                most=MAX_VOTES,
            )
        )
    return int(typed)
