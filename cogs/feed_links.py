"""Links for feed readers: the same view for a channel's papers, a topic's and a list's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

import discord
from discord import app_commands, ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import FILES
from bot.interactions.errors import Interaction, UserError
from bot.services.container import CogHost, services_of
from bot.services.feed_links import Addresses
from bot.ui.lists import list_name
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape, timestamp
from papers.syndication import ATOM, JSON_FEED
from storage.feed_links import FeedLink, OfFeed, OfList, OfShelf, OfTopic, Target

_NAME: Final = 100


class Kind(StrEnum):
    """What a link shows; the values stand in custom ids."""

    FEED = "feed"
    TOPIC = "topic"
    LIST = "list"
    SHELF = "shelf"


_KINDS: Final = "|".join(Kind)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What links show, and its name in markdown."""

    kind: Kind
    number: int
    target: Target
    name: str


class NewLink(PaperboyButton, template=template("link-new", kind=_KINDS, shown_id=NUMBER)):
    """Makes another link to the same papers."""

    rate_limit = FILES

    def __init__(self, kind: Kind, number: int) -> None:
        super().__init__(
            ui.Button(label=_("New link"), custom_id=custom_id("link-new", kind, number))
        )
        self.kind, self.number = kind, number

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(Kind(match["kind"]), int(match["shown_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Make it and show its addresses, this once."""
        shown = await _shown(interaction, self.kind, self.number)
        new = await services_of(interaction).feed_links.add(shown.target)
        await interaction.response.edit_message(view=await _view(interaction, shown, new=new))


class RevokeLink(
    PaperboyButton,
    template=template("link-revoke", kind=_KINDS, shown_id=NUMBER, link_id=NUMBER),
):
    """Revokes a link."""

    def __init__(self, kind: Kind, number: int, link_id: int, label: str = "…") -> None:
        super().__init__(
            ui.Button(
                label=label,
                style=discord.ButtonStyle.danger,
                custom_id=custom_id("link-revoke", kind, number, link_id),
            )
        )
        self.kind, self.number, self.link_id = kind, number, link_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(Kind(match["kind"]), int(match["shown_id"]), int(match["link_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Revoke it, if it is the person's to revoke."""
        shown = await _shown(interaction, self.kind, self.number)
        await services_of(interaction).feed_links.revoke(self.link_id, shown.target)
        view = await _view(interaction, shown, title=_("Link revoked"))
        await interaction.response.edit_message(view=view)


async def show_links(interaction: Interaction, kind: Kind, number: int) -> None:
    """Answer with the links to something; where there is none, make one.

    Args:
        interaction: what asked for it.
        kind: what is shown.
        number: the id of the feed, the topic or the list, or of the shelf's server.

    Raises:
        UserError: links are off, or it is not the person's to show.
    """
    shown = await _shown(interaction, kind, number)
    links = services_of(interaction).feed_links
    new = None if await links.of(shown.target) else await links.add(shown.target)
    view = await _view(interaction, shown, new=new)
    await interaction.response.send_message(view=view, ephemeral=True)


async def _shown(interaction: Interaction, kind: Kind, number: int) -> _Shown:
    """Return what links show, if the person may give it to others.

    Raises:
        MissingPermissions: they may not manage the server.
        UserError: it is gone, or another person's.
    """
    services, user_id = services_of(interaction), interaction.user.id
    match kind:
        case Kind.FEED:
            if not interaction.permissions.manage_guild:
                raise app_commands.MissingPermissions(["manage_guild"])
            feed = await services.feeds.own(number, interaction.guild_id)
            return _Shown(kind, number, OfFeed(feed.id), f"<#{feed.channel_id}>")
        case Kind.SHELF:
            if not interaction.permissions.manage_guild:
                raise app_commands.MissingPermissions(["manage_guild"])
            if number != interaction.guild_id:
                raise UserError(_("This link belongs to another server."))
            return _Shown(kind, number, OfShelf(number), _("this server's shelf"))
        case Kind.TOPIC:
            topic = (await services.subscriptions.own(user_id, number)).topic
            name = f"**{escape(topic.query, _NAME)}**"
            return _Shown(kind, number, OfTopic(user_id, topic.id), name)
        case Kind.LIST:
            mine = await services.library.lists.of_user(user_id)
            found = next((each for each in mine if each.id == number and each.id), None)
            if found is None:
                raise UserError(_("This list was deleted, or nothing was saved to it yet."))
            name = f"**{escape(list_name(found), _NAME)}**"
            return _Shown(kind, number, OfList(user_id, found.id), name)


async def _view(
    interaction: Interaction, shown: _Shown, *, new: Addresses | None = None, title: str = ""
) -> ui.LayoutView:
    links = services_of(interaction).feed_links
    known = await links.of(shown.target)
    parts = [_("These links show the papers of {what} in a feed reader.", what=shown.name)]
    if shown.kind is Kind.LIST:
        parts.append(_("Papers that you save later appear there, too. Your notes don't."))
    if new is not None:
        parts += [
            _("Copy the address that your reader takes. I can't show it again."),
            f"{ATOM}\n`{new.atom}`\n{JSON_FEED}\n`{new.json}`",
        ]
    parts.append("\n".join(_lines(known, new)))
    actions: list[AnyItem] = [
        RevokeLink(shown.kind, shown.number, link.id, _("Revoke {number}", number=number))
        for number, link in enumerate(known, 1)
    ]
    if links.on:
        actions.append(NewLink(shown.kind, shown.number))
    return render_notice(
        title or (_("Links for feed readers") if new is None else _("New link")),
        "\n\n".join(filter(None, parts)),
        footer=_("Anyone who has a link can read these papers, until you revoke it."),
        actions=actions,
    )


def _lines(known: Sequence[FeedLink], new: Addresses | None) -> list[str]:
    return [
        f"{number}. "
        + (
            _("This new link")
            if new is not None and link.id == new.link.id
            else _("Created {when}", when=timestamp(link.created_at, "f"))
        )
        for number, link in enumerate(known, 1)
    ]


async def setup(bot: CogHost) -> None:
    """Add the buttons; the commands are those of what is linked to."""
    bot.add_dynamic_items(NewLink, RevokeLink)
