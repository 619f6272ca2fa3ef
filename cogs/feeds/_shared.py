"""What the commands of `/feed …` share: which feed is meant, and how they answer."""

import discord
from discord import app_commands

from bot import limits
from bot.interactions.errors import Interaction, UserError
from bot.services.container import Services, services_of
from bot.ui.feeds import describe, describe_readiness
from bot.ui.notices import render_notice
from bot.ui.text import plain
from papers import zones
from storage.feeds import Feed

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
    """Return the feed that a command means: the named channel's, this one's, or the only one.

    Raises:
        UserError: there is none, or several to choose from.
    """
    return await services_of(interaction).feeds.find(
        guild_of(interaction).id, interaction.channel_id, channel
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
    """Answer the user alone."""
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
