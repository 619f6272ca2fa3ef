"""The form that changes a topic that one follows, and the button that opens it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import listing
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction
from bot.interactions.modals import FORM_TIMEOUT
from bot.services.container import services_of
from bot.ui.sources import source_names
from bot.ui.text import plain
from cogs.subscriptions._sources import DEFAULT_VALUE, FEEDS, SOURCES, partition
from papers.sources.declared import CHOSEN, DEFAULT, names
from papers.topics import MAX_LENGTH
from storage.subscriptions import Every, StoredTopic, Subscription

FORM: Final = template("topic-form", topic_id=NUMBER)

MAX_VOTES: Final = 1_000
"""The most votes that a topic may ask of a paper."""


EVERY: Final = [
    app_commands.Choice(name=locale_str("Every day"), value=Every.DAY.value),
    app_commands.Choice(name=locale_str("Monday to Friday"), value=Every.WEEKDAYS.value),
    app_commands.Choice(name=locale_str("Every Monday"), value=Every.WEEK.value),
]
"""How often a digest can come, as an option's choices."""


class EditTopic(PaperboyButton, template=template("edit-topic", topic_id=NUMBER)):
    """Opens the form for one of the user's topics."""

    def __init__(self, topic_id: int) -> None:
        super().__init__(
            ui.Button(label=_("Edit topic…"), custom_id=custom_id("edit-topic", topic_id))
        )
        self.topic_id = topic_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["topic_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the form, with the topic as it is."""
        await show_form(interaction, self.topic_id)


async def show_form(interaction: Interaction, topic_id: int) -> None:
    """Show the form for one of the user's topics.

    Raises:
        UserError: they do not follow it.
    """
    services, user_id = services_of(interaction), interaction.user.id
    subscription = await services.subscriptions.own(user_id, topic_id)
    named = await services.server_sources.for_topics(user_id, interaction.guild_id)
    await interaction.response.send_modal(form_of(subscription, named))


def form_of(subscription: Subscription, named: Mapping[str, str]) -> ui.Modal:
    """Return the form that changes a topic, filled in with the topic as it is.

    Args:
        subscription: the topic.
        named: the feeds that may be chosen, by their keys in topics.
    """
    topic = subscription.topic
    form = ui.Modal(
        title=_("Edit topic"), timeout=FORM_TIMEOUT, custom_id=custom_id("topic-form", topic.id)
    )
    form.add_item(
        ui.Label(
            text=_("Topic"),
            description=_('Words, "a phrase", OR, -without, title: author: cat: org: source:'),
            component=ui.TextInput(
                custom_id="topic", default=topic.query, max_length=MAX_LENGTH, required=True
            ),
        )
    )
    form.add_item(
        ui.Label(
            text=_("Minimum upvotes"),
            description=_("A number from 0 to {most}", most=MAX_VOTES),
            component=ui.TextInput(
                custom_id="min_votes",
                default=str(subscription.min_votes),
                max_length=len(str(MAX_VOTES)),
                required=False,
            ),
        )
    )
    form.add_item(ui.Label(text=_("Sources"), component=_sources_select(topic.sources)))
    if feeds := _feed_options(topic, named):
        form.add_item(
            ui.Label(
                text=_("Feeds of servers"),
                description=_("The feeds of this server, and those that your topics have"),
                component=_select(FEEDS, feeds),
            )
        )
    return form


def _sources_select(chosen: Sequence[str]) -> ui.Select[Any]:
    """Return the form's field for sources, with those that a topic has."""
    held = chosen or DEFAULT
    offered = {
        DEFAULT_VALUE: (listing(names(DEFAULT)), set(DEFAULT) <= set(held)),
        **{key: (source.name, key in held) for key, source in CHOSEN.items()},
    }
    return _select(
        SOURCES,
        [
            discord.SelectOption(label=name, value=value, default=default)
            for value, (name, default) in offered.items()
        ],
    )


def _feed_options(topic: StoredTopic, named: Mapping[str, str]) -> list[discord.SelectOption]:
    """Return the feeds that the topic has, also one that was removed, then others, each once."""
    feeds = partition(topic.sources)[1]
    own = dict(zip(feeds, source_names(feeds, topic.named), strict=True))
    numbers = {key.partition("@")[0] for key in own}
    others = {key: name for key, name in named.items() if key.partition("@")[0] not in numbers}
    return [
        discord.SelectOption(label=plain(name, limits.OPTION_LABEL), value=key, default=key in own)
        for key, name in {**own, **others}.items()
    ]


def _select(field: str, options: list[discord.SelectOption]) -> ui.Select[Any]:
    options = options[: limits.SELECT_OPTIONS]
    return ui.Select(
        custom_id=field,
        required=False,
        options=options,
        min_values=0,
        max_values=len(options),
    )
