"""Where a paper can be discussed, and what is needed there."""

from dataclasses import dataclass
from typing import Final

import discord

from bot.delivery.permissions import NEEDED, named, needs_more
from bot.i18n import gettext as _
from bot.interactions.errors import UserError

_OURS: Final = (
    "view_channel",
    "send_messages",
    "read_message_history",
    "create_public_threads",
)
"""What the bot needs to send a message and to start a thread on it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the thread about a card's paper can be."""

    channel: discord.TextChannel
    """The channel that gets the thread."""
    message_id: int | None
    """The card itself if it can carry a thread: one in a thread cannot."""


def own_thread(card: discord.Message) -> discord.Thread | None:
    """Return the post of a forum that a card is in: its papers are discussed there."""
    thread = card.channel
    if not isinstance(thread, discord.Thread):
        return None
    return thread if isinstance(thread.parent, discord.ForumChannel) else None


def place_of(card: discord.Message) -> Place:
    """Return where the thread about a card's paper goes.

    Raises:
        UserError: no thread is possible in this kind of channel.
    """
    channel, message_id = card.channel, None if card.flags.ephemeral else card.id
    if isinstance(channel, discord.Thread):
        channel, message_id = channel.parent, None
    if not isinstance(channel, discord.TextChannel):
        raise UserError(_("I can't start a thread from a message in this kind of channel."))
    return Place(channel, message_id)


def require_allowed(place: Place, member: discord.Member) -> None:
    """Return where both the bot and the person may start a thread.

    Raises:
        UserError: one of them lacks a permission; names it.
    """
    channel = place.channel
    ours = channel.permissions_for(channel.guild.me)
    if missing := [NEEDED[name] for name in _OURS if not getattr(ours, name)]:
        raise UserError(needs_more(channel.mention, missing))
    if not channel.permissions_for(member).create_public_threads:
        raise UserError(
            _(
                "There's no thread about this paper yet, and you can't start one in {channel}:"
                " you're missing **{permissions}** there.",
                channel=channel.mention,
                permissions=named([NEEDED["create_public_threads"]]),
            )
        )
