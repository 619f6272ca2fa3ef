"""`/feed …`: which channel gets the day's thread, when, and with what in it."""

import asyncio
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.interactions.cooldowns import SEARCHES, rate_limited
from bot.interactions.errors import Interaction
from bot.interactions.filters import parse_topics, parse_words
from bot.interactions.inputs import parse_categories, parse_time, parse_timezone, zone_choices
from bot.services.container import Services
from bot.ui.cards import render_header
from bot.ui.feeds import describe, describe_post
from bot.ui.notices import render_notice
from cogs.feeds._buttons import RemoveFeed
from cogs.feeds._preview import render_cards
from cogs.feeds._shared import (
    answer,
    feed_of,
    guild_of,
    tell,
    topic_choices,
)

MIN_PAPERS, MAX_PAPERS, DEFAULT_PAPERS = 3, limits.HEADER_PAPERS, 10
MAX_VOTES = 1_000

_OPTIONS = {
    "channel": "The channel that gets the daily thread",
    "time": "When, on the channel's wall clock: 09:00, 17:30, 9pm",
    "timezone": "The channel's time zone: type a city",
    "papers": f"How many papers a day ({MIN_PAPERS}-{MAX_PAPERS})",
    "min_votes": "Only papers with at least so many votes",
    "include": "Only papers about one of these; commas between words or phrases",
    "exclude": "No papers about any of these; commas between words or phrases",
    "categories": "Only these arXiv categories, for example cs.CL stat.ML cs.*",
    "topics": "Only papers about one of these, best match first; semicolons between topics",
    "ping": "A role to ping with each thread",
}
_CLEARED = "; none clears it"
_CLEARABLE = ("include", "exclude", "categories", "topics")
_TOPICS_LENGTH = 2_000
_NO_MENTIONS = discord.AllowedMentions.none()


class Feeds(commands.Cog):
    """The commands for those who manage a server."""

    feed = app_commands.Group(
        name="feed",
        description="The daily thread of trending papers in a channel",
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    async def interaction_check(self, interaction: Interaction) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride] - our client's type
        """Ask for the right itself: what Discord shows to whom is a server's own setting."""
        if not interaction.permissions.manage_guild:
            raise app_commands.MissingPermissions(["manage_guild"])
        return True

    @feed.command(name="add", description="Post a daily thread of trending papers in a channel")
    @app_commands.describe(**_OPTIONS)
    async def add(
        self,
        interaction: Interaction,
        channel: discord.TextChannel,
        time: str | None = None,
        timezone: str | None = None,
        papers: app_commands.Range[int, MIN_PAPERS, MAX_PAPERS] = DEFAULT_PAPERS,
        min_votes: app_commands.Range[int, 0, MAX_VOTES] = 0,
        include: str | None = None,
        exclude: str | None = None,
        categories: str | None = None,
        topics: app_commands.Range[str, 1, _TOPICS_LENGTH] | None = None,
        ping: discord.Role | None = None,
    ) -> None:
        """Give a channel its feed; only the channel is needed."""
        guild_of(interaction)
        zone = None
        if timezone:
            zone = await asyncio.to_thread(parse_timezone, timezone, self.services.clock.now())
        feed = await self.services.feeds.add(
            channel,
            at=parse_time(time) if time else None,
            timezone=zone,
            size=papers,
            min_votes=min_votes,
            include=parse_words(include),
            exclude=parse_words(exclude),
            categories=parse_categories(categories),
            topics=parse_topics(topics),
            ping=ping,
        )
        await tell(interaction, "The daily thread is set up", feed)

    @feed.command(name="edit", description="Change a channel's daily thread")
    @app_commands.describe(
        **_OPTIONS
        | {name: _OPTIONS[name] + _CLEARED for name in _CLEARABLE}
        | {
            "channel": "Whose thread (this channel's, if you leave it out)",
            "no_ping": "Ping nobody any more",
        }
    )
    async def edit(
        self,
        interaction: Interaction,
        channel: discord.TextChannel | None = None,
        time: str | None = None,
        timezone: str | None = None,
        papers: app_commands.Range[int, MIN_PAPERS, MAX_PAPERS] | None = None,
        min_votes: app_commands.Range[int, 0, MAX_VOTES] | None = None,
        include: str | None = None,
        exclude: str | None = None,
        categories: str | None = None,
        topics: app_commands.Range[str, 1, _TOPICS_LENGTH] | None = None,
        ping: discord.Role | None = None,
        no_ping: bool = False,
    ) -> None:
        """Change what is named; everything else stays."""
        feed = await feed_of(interaction, channel)
        zone = feed.timezone
        if timezone is not None:
            zone = await asyncio.to_thread(parse_timezone, timezone, self.services.clock.now())
        wanted = replace(
            feed,
            at=feed.at if time is None else parse_time(time),
            timezone=zone,
            size=feed.size if papers is None else papers,
            min_votes=feed.min_votes if min_votes is None else min_votes,
            include=feed.include if include is None else parse_words(_cleared(include)),
            exclude=feed.exclude if exclude is None else parse_words(_cleared(exclude)),
            categories=feed.categories
            if categories is None
            else parse_categories(_cleared(categories)),
            topics=feed.topics if topics is None else parse_topics(_cleared(topics)),
            ping_role_id=None if no_ping else ping.id if ping else feed.ping_role_id,
        )
        changed = await self.services.feeds.change(feed, wanted, guild_of(interaction), ping)
        await tell(interaction, "The daily thread is changed", changed)

    @add.autocomplete("timezone")
    @edit.autocomplete("timezone")
    async def _zones(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await zone_choices(interaction, current, self.services.clock.now())

    @add.autocomplete("topics")
    @edit.autocomplete("topics")
    async def _topics(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await topic_choices(self.services, current)

    @feed.command(name="list", description="This server's daily threads, and when each comes next")
    async def list_feeds(self, interaction: Interaction) -> None:
        """List the server's feeds."""
        now = self.services.clock.now()
        lines = [
            describe(status.feed, status.coming, status.last, now=now)
            for status in await self.services.feeds.required(guild_of(interaction).id)
        ]
        await answer(interaction, "Daily threads", "\n\n".join(lines))

    @feed.command(name="pause", description="Stop a channel's daily thread for a while")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def pause(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Pause a feed."""
        feed = await feed_of(interaction, channel)
        await self.services.feeds.pause(feed)
        await answer(
            interaction,
            "Paused",
            f"<#{feed.channel_id}> gets no more threads until"
            f" {self.services.mention('feed resume')}.",
        )

    @feed.command(name="resume", description="Start a channel's daily thread again")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def resume(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Resume a paused feed, or one that was stopped for a reason that is mended."""
        feed = await feed_of(interaction, channel)
        resumed = await self.services.feeds.resume(feed, guild_of(interaction))
        await tell(interaction, "Going on", resumed)

    @feed.command(name="remove", description="Remove a channel's daily thread for good")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def remove(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Remove a feed, after a confirmation."""
        feed = await feed_of(interaction, channel)
        view = render_notice(
            "Remove this daily thread?",
            f"{describe(feed, None)}\nIts settings go. The threads that are there stay, and what"
            " people saved from them, too.",
            actions=[RemoveFeed(feed.id, feed.channel_id)],
        )
        await interaction.response.send_message(view=view, ephemeral=True)

    @rate_limited(SEARCHES)
    @feed.command(name="preview", description="See what would be posted now; only you see it")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def preview(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Show exactly what would be posted now: the header with its ping, and the cards."""
        feed = await feed_of(interaction, channel)
        await interaction.response.defer(ephemeral=True)
        draft = await self.services.feeds.preview(feed)
        # The role is named as in the post, and pinged only there.
        await interaction.followup.send(
            view=render_header(draft.header), ephemeral=True, allowed_mentions=_NO_MENTIONS
        )
        await interaction.followup.send(view=render_cards(feed, draft, 0), ephemeral=True)

    @feed.command(name="post-now", description="Post the newest batch at once")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def post_now(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Post the newest batch now, or say where it is."""
        feed = await feed_of(interaction, channel)
        self.services.feeds.require_active(feed)
        await interaction.response.defer(ephemeral=True)
        post = await self.services.publisher.post_now(feed, self.services.clock.now())
        title, text = describe_post(feed, post, self.services.mention("paper status"))
        await interaction.followup.send(view=render_notice(title, text), ephemeral=True)


def _cleared(text: str) -> str:
    return "" if text.strip().casefold() in ("-", "none") else text
