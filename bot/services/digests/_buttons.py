"""The buttons of a digest: they work for as long as the message stands."""

import re
from collections.abc import Iterable, Sequence
from typing import Self

import discord
from discord import ui

from bot import limits
from bot.delivery.messenger import messenger_of
from bot.i18n import gettext as _
from bot.i18n import listing, ngettext
from bot.interactions.components import (
    NUMBER,
    PAGE,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    page_buttons,
    template,
)
from bot.interactions.errors import Interaction, UserError
from bot.services.digests._payload import DigestPayload, render_entries, why
from bot.services.digests._subscriptions import Subscriptions
from bot.services.digests._texts import describe_news, describe_settings
from bot.ui.news import news_section
from bot.ui.notices import render_notice
from bot.ui.text import escape, plain
from storage.subscriptions import StoredTopic, Subscription


def subscriptions_of(interaction: Interaction) -> Subscriptions:
    """Return the service that an interaction's client offers."""
    return interaction.client.services.subscriptions


class PageDigest(PaperboyButton, template=template("digest", digest_id=NUMBER, page=PAGE)):
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
        service = subscriptions_of(interaction)
        payload = await service.payload(interaction.user.id, self.digest_id)
        page = min(self.page, payload.pages - 1)
        await interaction.response.edit_message(view=render_digest(self.digest_id, payload, page))


class ShowMore(PaperboyButton, template=template("digest-more", digest_id=NUMBER)):
    """Shows the papers that did not fit into a digest."""

    def __init__(self, digest_id: int, label: str = "…") -> None:
        super().__init__(ui.Button(label=label, custom_id=custom_id("digest-more", digest_id)))
        self.digest_id = digest_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["digest_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with their first page."""
        view = await _more(interaction, self.digest_id, 0)
        await interaction.response.send_message(view=view, ephemeral=True)


class PageMore(PaperboyButton, template=template("digest-more-page", digest_id=NUMBER, page=PAGE)):
    """Turns the page of the papers that did not fit into a digest."""

    def __init__(self, digest_id: int, page: int, label: str = "…", *, off: bool = False) -> None:
        super().__init__(
            ui.Button(
                label=label, disabled=off, custom_id=custom_id("digest-more-page", digest_id, page)
            )
        )
        self.digest_id, self.page = digest_id, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["digest_id"]), int(match["page"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page in the place of this one."""
        view = await _more(interaction, self.digest_id, self.page)
        await interaction.response.edit_message(view=view)


async def _more(interaction: Interaction, digest_id: int, page: int) -> ui.LayoutView:
    service = subscriptions_of(interaction)
    payload = await service.payload(interaction.user.id, digest_id)
    if not payload.more:
        raise UserError(_("There are no more papers in this digest."))
    pages = -(-len(payload.more) // limits.PAGE_HITS)
    page = min(page, pages - 1)
    entries = await service.page(payload.more, page)
    return render_entries(
        _("{title}: more papers", title=payload.title),
        entries,
        page=page,
        total=len(payload.more),
        buttons=page_buttons(
            page, pages, lambda to, label, off: PageMore(digest_id, to, label, off=off)
        ),
    )


class ManageTopics(PaperboyButton, template=template("topics")):
    """Offers a person's topics for unsubscribing."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label=_("Unsubscribe…"), custom_id=custom_id("topics")))

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """List the topics that can be ended."""
        followed = await subscriptions_of(interaction).followed(interaction.user.id)
        if not followed:
            subscribe = messenger_of(interaction).mention("paper subscribe")
            raise UserError(
                _("You don't follow any topics. Follow one with {command}.", command=subscribe)
            )
        await interaction.response.send_message(
            view=render_notice(
                _("Unsubscribe from which topics?"),
                _("Papers you saved stay in your library."),
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
                placeholder=_("Unsubscribe from topics…"),
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
        await _end(interaction, map(int, values))


async def _end(interaction: Interaction, topic_ids: Iterable[int]) -> None:
    service, user_id = subscriptions_of(interaction), interaction.user.id
    ended = await service.end(user_id, topic_ids)
    left = await service.followed(user_id)
    if not ended:
        raise UserError(_("You had already unsubscribed from these."))
    await interaction.response.edit_message(view=render_ended(ended, len(left)))


class EndTopic(PaperboyButton, template=template("end-topic", topic_id=NUMBER)):
    """Ends one topic."""

    def __init__(self, topic_id: int) -> None:
        super().__init__(
            ui.Button(label=_("Unsubscribe"), custom_id=custom_id("end-topic", topic_id))
        )
        self.topic_id = topic_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["topic_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """End it."""
        await _end(interaction, [self.topic_id])


class ShowSettings(PaperboyButton, template=template("digest-settings")):
    """Says when the digest comes, and how to change that."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label=_("Settings"), custom_id=custom_id("digest-settings")))

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Show the person's settings."""
        mention = messenger_of(interaction).mention
        service = subscriptions_of(interaction)
        person = await service.subscriber(interaction.user.id)
        if person is None:
            raise UserError(_("You don't follow any topics."))
        await interaction.response.send_message(
            view=render_notice(
                _("Your digest"),
                "\n".join(
                    (
                        describe_settings(person),
                        describe_news(on=await service.gets_news(person.user_id)),
                        _(
                            "Change it with {settings}. See your topics with {topics}.",
                            settings=mention("paper digest settings"),
                            topics=mention("paper subscriptions"),
                        ),
                    )
                ),
            ),
            ephemeral=True,
        )


def render_digest(digest_id: int, payload: DigestPayload, page: int = 0) -> ui.LayoutView:
    """Return a page of a digest with its buttons."""
    turning = page_buttons(
        page, payload.pages, lambda to, label, off: PageDigest(digest_id, to, label, off=off)
    )
    label = ngettext("Show {count} more", "Show {count} more", len(payload.more))
    more = [ShowMore(digest_id, label)] if payload.more else []
    return render_entries(
        payload.title,
        payload.entries,
        page=page,
        notes=payload.notes,
        buttons=[*turning, *more, ManageTopics(), ShowSettings()],
        section=news_section(payload.news, payload.news_left) if page == 0 else "",
        footer=why(payload),
    )


def render_ended(ended: Sequence[StoredTopic], left: int) -> ui.LayoutView:
    """Return what a person reads who unsubscribed from topics and still follows `left` others."""
    title = ngettext(
        "Unsubscribed from {count} topic", "Unsubscribed from {count} topics", len(ended)
    )
    names = listing(f"*{escape(topic.query)}*" for topic in ended)
    rest = (
        ngettext("You follow {count} other topic.", "You follow {count} other topics.", left)
        if left
        else _("You don't follow any other topics, so you'll get no more digests.")
    )
    return render_notice(title, f"{names}\n{rest}")


ITEMS = (PageDigest, ShowMore, PageMore, ManageTopics, EndTopics, EndTopic, ShowSettings)
"""What a bot registers so that these buttons work."""
