"""What must hold before a feed may do what is asked of it; says what to do where it does not."""

from collections.abc import Callable, Sequence

import discord

from bot.delivery.permissions import (
    MANAGE_CHANNELS,
    FeedChannel,
    kind_of,
    lacking,
    needed_in,
    needs_more,
    usable_tags,
)
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.ui.text import escape
from papers import zones
from papers.cadence import Every
from papers.sources.declared import web_number
from storage.feeds import Feed, FeedState, Kind, Layout, Tags


class SeveralFeedsError(UserError):
    """A command did not say which of a server's feeds it means."""

    def __init__(self, question: str, feeds: Sequence[Feed]) -> None:
        super().__init__(question)
        self.feeds = feeds


def require_permissions(channel: FeedChannel) -> None:
    """Return for a channel in which the bot may do all that a daily thread takes.

    Raises:
        UserError: it lacks permissions there, which are named, or the thread is locked.
    """
    if isinstance(channel, discord.Thread):
        if channel.parent is None:
            return  # unknown here; Discord says what is missing when the bot posts
        if channel.locked and not channel.permissions_for(channel.guild.me).manage_threads:
            raise UserError(
                _("{thread} is locked. Unlock it, or choose another.", thread=channel.mention)
            )
    missing = lacking(channel.permissions_for(channel.guild.me), needed_in(kind_of(channel)))
    if missing:
        raise UserError(needs_more(channel.mention, missing))


def require_forum_options(kind: Kind, layout: Layout | None, tags: Tags | None) -> None:
    """Return for a kind of channel that has these options, or for none of them.

    Raises:
        UserError: they are those of forums, and the channel is none.
    """
    if kind is not Kind.FORUM and not (layout is None and tags is None):
        raise UserError(_("`posts` and `tags` are for forum and media channels."))


def require_forum(channel: FeedChannel, tags: Tags) -> None:
    """Return for a channel in which posts can have the tags that are wanted.

    Raises:
        UserError: the bot may not create tags there, or one is required and none can be used.
    """
    if not isinstance(channel, discord.ForumChannel):
        return
    if tags is Tags.CREATED:
        if not channel.permissions_for(channel.guild.me).manage_channels:
            raise UserError(needs_more(channel.mention, [MANAGE_CHANNELS]))
    elif channel.flags.require_tag and not usable_tags(channel):
        raise UserError(
            _(
                "{channel} requires a tag, and has none that I can use. Add one in the channel's"
                " settings, or let me create tags with `tags`.",
                channel=channel.mention,
            )
        )


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


def require_pingable(role: discord.Role | None, channel: FeedChannel | None) -> None:
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
        UserError: its zone is unknown, its channel or a source of it is gone, or the bot lacks
            permissions there.
    """
    if feed.timezone not in zones.names():
        raise UserError(
            _(
                "I don't know the time zone “{zone}”. Choose another with {command} first.",
                zone=escape(feed.timezone),
                command=mention("feed edit"),
            )
        )
    if any(web_number(key) is not None and key not in feed.named for key in feed.sources):
        raise UserError(
            _("Its source was removed. Choose others with {command}.", command=mention("feed edit"))
        )
    channel = guild.get_channel_or_thread(feed.channel_id)
    if channel is None and feed.kind is Kind.THREAD:
        return  # archived threads are not known here
    if not isinstance(channel, FeedChannel):
        raise UserError(
            _(
                "The channel was deleted. Remove its daily thread with {remove}, and set up"
                " another with {add}.",
                remove=mention("feed remove"),
                add=mention("feed add"),
            )
        )
    require_permissions(channel)
    require_forum(channel, feed.tags)


def require_active(feed: Feed, resume: str) -> None:
    """Return for a feed that posts.

    Args:
        feed: the feed.
        resume: the command that resumes it, as people can tap it.

    Raises:
        UserError: it is paused or disabled.
    """
    if feed.state is not FeedState.ACTIVE:
        values = {"channel": f"<#{feed.channel_id}>", "command": resume}
        raise UserError(
            _("The daily thread in {channel} is paused or stopped. {command} resumes it.", **values)
            if feed.every.is_daily
            else _("The roundup in {channel} is paused or stopped. {command} resumes it.", **values)
        )


def already_there(channel: FeedChannel, every: Every, edit: str) -> UserError:
    """Return what is said where a channel has its daily thread or that roundup already.

    Args:
        channel: the channel.
        every: what was to be set up.
        edit: the command that changes it, as people can tap it.
    """
    values = {"channel": channel.mention, "command": edit}
    match every:
        case Every.DAY | Every.WEEKDAYS:
            said = _("{channel} already has a daily thread. Change it with {command}.", **values)
        case Every.WEEK:
            said = _("{channel} already has a weekly roundup. Change it with {command}.", **values)
        case Every.MONTH:
            said = _("{channel} already has a monthly roundup. Change it with {command}.", **values)
    return UserError(said)


def already_paused(feed: Feed, resume: str) -> UserError:
    """Return what is said where a feed is paused already.

    Args:
        feed: the feed.
        resume: the command that resumes it, as people can tap it.
    """
    values = {"channel": f"<#{feed.channel_id}>", "command": resume}
    if feed.every.is_daily:
        said = _("The daily thread in {channel} is already paused. {command} resumes it.", **values)
    else:
        said = _("The roundup in {channel} is already paused. {command} resumes it.", **values)
    return UserError(said)
