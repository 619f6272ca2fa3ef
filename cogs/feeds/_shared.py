"""What the commands of `/feed …` share: which feed is meant, and how they answer."""

from typing import Any

import discord
from discord import app_commands

from bot import limits
from bot.delivery.permissions import lacking
from bot.interactions.errors import UserError
from bot.services.container import Services, services_of
from bot.ui.feeds import describe, describe_readiness
from bot.ui.notices import render_notice
from bot.ui.text import plain
from papers import zones
from storage.feeds import Feed

Interaction = discord.Interaction[Any]

_TYPED = 60
"""Characters of a topic that is being typed that others are looked for by."""


def guild_of(interaction: Interaction) -> discord.Guild:
    """Return the server that a command was used in.

    Raises:
        UserError: it was used elsewhere.
    """
    if interaction.guild is None:
        raise UserError("Daily threads belong to servers: use this command in one.")
    return interaction.guild


async def feed_of(interaction: Interaction, channel: discord.TextChannel | None) -> Feed:
    """Return the feed that is meant: the named channel's, this one's, or the only one.

    Raises:
        UserError: there is none, or several to choose from.
    """
    services = services_of(interaction)
    here = channel.id if channel else interaction.channel_id
    known = await services.feeds.of_guild(guild_of(interaction).id)
    if (feed := next((feed for feed in known if feed.channel_id == here), None)) is not None:
        return feed
    if not known:
        raise UserError(no_feed(services))
    if channel is None and len(known) == 1:
        return known[0]
    listed = ", ".join(f"<#{feed.channel_id}>" for feed in known)
    which = f"{channel.mention} has no daily thread." if channel else "Which one?"
    raise UserError(f"{which} Name a `channel` that has: {listed}.")


def no_feed(services: Services) -> str:
    """Say that a server has no feed, and what makes one."""
    add = services.mention("feed add")
    return f"No channel of this server has a daily thread yet. {add} sets one up."


def require_permissions(channel: discord.TextChannel) -> None:
    """Let a channel pass in which everything that a post needs is allowed.

    Raises:
        UserError: something is not; says what.
    """
    missing = lacking(channel.permissions_for(channel.guild.me))
    if missing:
        raise UserError(
            f"I need more permissions in {channel.mention}: **{', '.join(missing)}**. Give them to"
            " my role in the channel's settings, then try again."
        )


def require_pingable(role: discord.Role | None, channel: discord.abc.GuildChannel | None) -> None:
    """Let a role pass that a thread in the channel can ping.

    Raises:
        UserError: it is @everyone, or neither its settings nor ours let us ping it.
    """
    if role is None:
        return
    if role.is_default():
        raise UserError(
            "A daily thread can't ping @everyone. Make a role for those who want it, and choose"
            " that role."
        )
    allowed = channel is not None and channel.permissions_for(role.guild.me).mention_everyone
    if not (role.mentionable or allowed):
        raise UserError(
            f"I can't ping {role.mention}. Turn on “Allow anyone to @mention this role” in the"
            " role's settings, or give me “Mention @everyone, @here, and All Roles”."
        )


async def topic_choices(services: Services, typed: str) -> list[app_commands.Choice[str]]:
    """Return ways to complete the last of the topics typed so far: known topics and keywords."""
    before, semicolon, last = typed.rpartition(";")
    known = await services.topics.suggest(
        last.strip()[:_TYPED], limits.CHOICES, services.clock.now()
    )
    whole = [f"{before}{semicolon} {topic}".strip() for topic in known]
    return [
        app_commands.Choice(name=plain(topics, limits.CHOICE_NAME), value=topics)
        for topics in whole
        if len(topics) <= limits.CHOICE_VALUE
    ]


async def answer(interaction: Interaction, title: str, text: str) -> None:
    """Tell whoever asked, and nobody else."""
    await interaction.response.send_message(view=render_notice(title, text), ephemeral=True)


async def tell(interaction: Interaction, title: str, feed: Feed) -> None:
    """Say what a feed is now and when its next thread comes."""
    services = services_of(interaction)
    now = services.clock.now()
    settle = services.settings.settle
    lines = [describe(feed, await services.publisher.coming(feed, now), now=now)]
    there = ""
    if feed.timezone in zones.names():
        lines.append(describe_readiness(feed.at, feed.timezone, now, settle))
        there = f"It is {now.astimezone(zones.zone(feed.timezone)):%H:%M} there now. "
    lines.append(f"-# {there}{services.mention('feed preview')} shows what would be posted.")
    await answer(interaction, title, "\n".join(lines))
