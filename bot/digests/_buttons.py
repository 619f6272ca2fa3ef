"""The buttons of a digest: they work for as long as the message stands."""

import re
from typing import TYPE_CHECKING, Self

import discord
from discord import ui

from bot import limits
from bot.digests._payload import DigestPayload, render_entries, why
from bot.ui.buttons import (
    NUMBER,
    PAGE,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    page_buttons,
    template,
)
from bot.ui.errors import Interaction, UserError
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape, plain, plural
from storage import digests, subscriptions
from storage.subscriptions import Subscription

if TYPE_CHECKING:
    from bot.client import PaperBot


class TurnDigest(PaperboyButton, template=template("digest", digest_id=NUMBER, page=PAGE)):
    """Turns a digest's page."""

    def __init__(self, digest_id: int, page: int, label: str = "…", *, off: bool = False) -> None:
        super().__init__(
            ui.Button(label=label, disabled=off, custom_id=custom_id("digest", digest_id, page))
        )
        self.digest_id, self.page = digest_id, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["digest_id"]), int(match["page"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page in the place of this one."""
        bot: PaperBot = interaction.client
        async with bot.database.read() as conn:
            digest = await digests.get(conn, self.digest_id)
        if digest is None or digest.user_id != interaction.user.id or digest.payload is None:
            raise UserError(
                f"The other pages of a digest are kept for {digests.DIGESTS_KEPT.days} days. The"
                f" buttons on this one go on saving; {bot.mention('paper search')} finds the rest."
            )
        payload = DigestPayload.model_validate(digest.payload)
        page = min(self.page, payload.pages - 1)
        await interaction.response.edit_message(
            view=render_entries(
                payload.title,
                payload.entries,
                page=page,
                buttons=digest_buttons(digest.id, page, payload.pages),
                footer=why(payload.topics),
            )
        )


class ManageTopics(PaperboyButton, template=template("topics")):
    """Offers a person's topics for unsubscribing."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="Unsubscribe…", custom_id=custom_id("topics")))

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """List the topics that can be ended."""
        bot: PaperBot = interaction.client
        async with bot.database.read() as conn:
            followed = await subscriptions.of_user(conn, interaction.user.id)
        if not followed:
            raise UserError(
                "You follow no topic any more, so no digest comes."
                f" {bot.mention('paper subscribe')} starts one."
            )
        await interaction.response.send_message(
            view=render_notice(
                "Which topic should end?",
                "Choose one or more. What you saved stays.",
                actions=[EndTopics(followed)],
            ),
            ephemeral=True,
        )


class EndTopics(PaperboySelect, template=template("end-topics")):
    """Ends the topics that are chosen."""

    accepts = NUMBER

    def __init__(self, followed: list[Subscription]) -> None:
        shown = followed[: limits.SELECT_OPTIONS]
        options = [
            discord.SelectOption(
                label=plain(subscription.topic.query, limits.OPTION_LABEL),
                value=str(subscription.topic.id),
            )
            for subscription in shown
        ] or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            ui.Select(
                custom_id=custom_id("end-topics"),
                placeholder="Topics to end",
                options=options,
                max_values=len(options),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls([])

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """End the chosen topics."""
        bot: PaperBot = interaction.client
        async with bot.database.write() as conn:
            ended = [
                topic
                for value in values
                if (topic := await subscriptions.unsubscribe(conn, interaction.user.id, int(value)))
            ]
            left = await subscriptions.of_user(conn, interaction.user.id)
        if not ended:
            raise UserError("Those had ended already.")
        names = ", ".join(f"*{escape(topic.query)}*" for topic in ended)
        rest = (
            f"You still follow {plural(len(left), 'topic')}."
            if left
            else "You follow no topic any more, so no digest comes."
        )
        await interaction.response.edit_message(view=render_notice("Ended", f"{names}. {rest}"))


class ShowSettings(PaperboyButton, template=template("digest-settings")):
    """Says when the digest comes, and how to change that."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="Settings", custom_id=custom_id("digest-settings")))

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Show the person's settings."""
        from bot.digests._texts import describe_settings

        bot: PaperBot = interaction.client
        async with bot.database.read() as conn:
            person = await subscriptions.subscriber(conn, interaction.user.id)
        if person is None:
            raise UserError("You follow no topic, so no digest comes.")
        await interaction.response.send_message(
            view=render_notice(
                "Your digest",
                f"{describe_settings(person)}\n{bot.mention('paper digest settings')} changes"
                f" that; {bot.mention('paper subscriptions')} lists your topics.",
            ),
            ephemeral=True,
        )


def digest_buttons(digest_id: int, page: int, pages: int) -> list[AnyItem]:
    """Return the buttons under a digest's page."""
    turning = page_buttons(
        page, pages, lambda to, label, off: TurnDigest(digest_id, to, label, off=off)
    )
    return [*turning, ManageTopics(), ShowSettings()]


ITEMS = (TurnDigest, ManageTopics, EndTopics, ShowSettings)
"""What a bot registers so that these buttons work."""
