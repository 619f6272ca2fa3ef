"""What must hold before a feed may do what is asked of it; says what to do where it does not."""

from collections.abc import Callable, Sequence

import discord

from bot.delivery.permissions import lacking, needs_more
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.ui.text import escape
from papers import zones
from storage.feeds import Feed, FeedState


class SeveralFeedsError(UserError):
    """A command did not say which of a server's feeds it means."""

    def __init__(self, question: str, feeds: Sequence[Feed]) -> None:
        super().__init__(question)
        self.feeds = feeds


def require_permissions(channel: discord.TextChannel) -> None:
    """Return for a channel in which the bot may do all that a daily thread takes.

    Raises:
        UserError: it lacks permissions there; names them.
    """
    missing = lacking(channel.permissions_for(channel.guild.me))
    if missing:
        raise UserError(needs_more(channel.mention, missing))


def require_publishing(channel: object, add: str) -> None:
    """Return for a channel whose messages can be published to other servers' channels.

    Args:
        channel: what the channel is, `None` where it is unknown.
        add: the command that sets up a daily thread, as people can tap it.

    Raises:
        UserError: it is no announcement channel.
    """
    if not (isinstance(channel, discord.TextChannel) and channel.is_news()):
        raise UserError(
            _(
                "Only announcement channels publish to other servers. Turn the channel into one in"
                " its settings, or choose another with {command}.",
                command=add,
            )
        )


def require_pingable(role: discord.Role | None, channel: discord.abc.GuildChannel | None) -> None:
    """Return for a role that the bot may ping in a channel, or for none.

    Raises:
        UserError: it may not; says what allows it.
    """
    if role is None:
        return
    if role.is_default():
        raise UserError(
            _(
                "A daily thread can't ping @everyone. Create a role for those who want the ping,"
                " and choose that role."
            )
        )
    allowed = channel is not None and channel.permissions_for(role.guild.me).mention_everyone
    if not (role.mentionable or allowed):
        raise UserError(
            _(
                "I can't ping {role}. Turn on “Allow anyone to @mention this role” in the role's"
                " settings, or give me “Mention @everyone, @here, and All Roles”.",
                role=role.mention,
            )
        )


def require_workable(feed: Feed, guild: discord.Guild, mention: Callable[[str], str]) -> None:
    """Return for a feed that can post as it is set.

    Args:
        feed: the feed.
        guild: its server.
        mention: writes a command as people can tap it.

    Raises:
        UserError: its zone is unknown, its channel is gone, or the bot lacks permissions there.
    """
    if feed.timezone not in zones.names():
        raise UserError(
            _(
                "I don't know the time zone “{zone}”. Choose another with {command} first.",
                zone=escape(feed.timezone),
                command=mention("feed edit"),
            )
        )
    channel = guild.get_channel(feed.channel_id)
    if not isinstance(channel, discord.TextChannel):
        raise UserError(
            _(
                "The channel was deleted. Remove its daily thread with {remove}, and set up"
                " another with {add}.",
                remove=mention("feed remove"),
                add=mention("feed add"),
            )
        )
    require_permissions(channel)


def require_active(feed: Feed, resume: str) -> None:
    """Return for a feed that posts.

    Args:
        feed: the feed.
        resume: the command that resumes it, as people can tap it.

    Raises:
        UserError: it is paused or disabled.
    """
    if feed.state is not FeedState.ACTIVE:
        raise UserError(
            _(
                "The daily thread in {channel} is paused or stopped. {command} resumes it.",
                channel=f"<#{feed.channel_id}>",
                command=resume,
            )
        )
