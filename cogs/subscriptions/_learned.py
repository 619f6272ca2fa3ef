"""What topics learned from saves and dismissals: forgotten by one press, with Undo."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.components import (
    NUMBER,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    template,
)
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from bot.ui.lists import microseconds, moment
from bot.ui.notices import render_notice
from bot.ui.text import escape, plain
from storage.subscriptions import Subscription


class ForgetLearned(PaperboySelect, template=template("forget-learned")):
    """Lets one of a person's topics begin to learn again."""

    accepts = NUMBER

    def __init__(self, followed: Sequence[Subscription], learned: Collection[int]) -> None:
        options = [
            discord.SelectOption(
                label=plain(f"{number}. {subscription.topic.query}", limits.OPTION_LABEL),
                value=str(subscription.topic.id),
            )
            for number, subscription in enumerate(followed, 1)
            if subscription.topic.id in learned
        ] or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            ui.Select(
                custom_id=custom_id("forget-learned"),
                placeholder=_("Forget what a topic learned…"),
                options=options[: limits.SELECT_OPTIONS],
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls([], ())

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Forget, and offer to undo that."""
        await _forget(interaction, int(values[0]))


class ForgetTopic(PaperboyButton, template=template("forget-topic", topic_id=NUMBER)):
    """Lets the topic that is looked at begin to learn again."""

    def __init__(self, topic_id: int) -> None:
        super().__init__(
            ui.Button(
                label=_("Forget what it learned"), custom_id=custom_id("forget-topic", topic_id)
            )
        )
        self.topic_id = topic_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["topic_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Forget, and offer to undo that."""
        await _forget(interaction, self.topic_id)


class RememberTopic(
    PaperboyButton,
    template=template("remember-topic", topic_id=NUMBER, forgotten_at=NUMBER, before=NUMBER),
):
    """Undoes a forgetting: what was learned before counts again."""

    def __init__(self, topic_id: int, forgotten_at: datetime, before: datetime | None) -> None:
        moments = microseconds(forgotten_at), microseconds(before) if before else 0
        super().__init__(
            ui.Button(label=_("Undo"), custom_id=custom_id("remember-topic", topic_id, *moments))
        )
        self.topic_id, self.forgotten_at, self.before = topic_id, forgotten_at, before

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        before = None if match["before"] == "0" else moment(match["before"])
        return cls(int(match["topic_id"]), moment(match["forgotten_at"]), before)

    async def pressed(self, interaction: Interaction) -> None:
        """Let what was learned count again."""
        services, user_id = services_of(interaction), interaction.user.id
        subscription = await services.subscriptions.own(user_id, self.topic_id)
        await services.learning.remember(
            user_id, self.topic_id, forgotten_at=self.forgotten_at, before=self.before
        )
        await interaction.response.edit_message(
            view=render_notice(
                _("Undone"),
                _(
                    "What {topic} learned counts again.",
                    topic=f"**{escape(subscription.topic.query, 200)}**",
                ),
            )
        )


async def _forget(interaction: Interaction, topic_id: int) -> None:
    services, user_id = services_of(interaction), interaction.user.id
    subscription = await services.subscriptions.own(user_id, topic_id)
    now = services.clock.now()
    before = await services.learning.forget(user_id, topic_id, now)
    undo = RememberTopic(topic_id, now, before)
    await interaction.response.send_message(
        view=render_notice(
            _("Forgotten"),
            _(
                "{topic} starts over: only what you save or hide from now on counts. Your saved"
                " papers stay.",
                topic=f"**{escape(subscription.topic.query, 200)}**",
            ),
            actions=[undo],
        ),
        ephemeral=True,
    )
