"""`/feed …`: which channel gets the day's thread, when, and with what in it."""

import asyncio

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.i18n import gettext as _
from bot.interactions.cooldowns import FILES, rate_limited
from bot.interactions.errors import Interaction, answer_error
from bot.interactions.filters import parse_topics, parse_words
from bot.interactions.inputs import (
    category_choices,
    parse_categories,
    parse_time,
    parse_timezone,
    zone_choices,
)
from bot.interactions.source_inputs import parse_sources, source_choices
from bot.services.container import Services
from bot.services.feeds import DEFAULT_PAPERS, MIN_PAPERS, Edit
from cogs.feeds._actions import Action, show
from cogs.feeds._channel_option import FeedChannelArgument
from cogs.feeds._choosing import act_with
from cogs.feeds._edits import fields_of
from cogs.feeds._form import MAX_PAPERS, MAX_VOTES, TOPICS_LENGTH
from cogs.feeds._forms_sent import take_form
from cogs.feeds._list import show_list
from cogs.feeds._options import CHANGED, CHOICES, KIND, OPTIONS, WHICH
from cogs.feeds._shared import (
    cadence_of,
    guild_of,
    language_of,
    parent_of,
    require_manager,
    said_of,
    topic_choices,
)
from papers.cadence import Every
from storage.feeds import Layout, Tags, Taste


class Feeds(commands.Cog):
    """The commands for those who manage a server."""

    feed = app_commands.Group(
        name="feed",
        description="Manage the daily threads and roundups of this server",
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    async def interaction_check(self, interaction: Interaction) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride] - our client's type
        """Ask for the right itself: what Discord shows to whom is a server's own setting."""
        require_manager(interaction)
        return True

    @feed.command(name="add", description="Set up a daily thread or a roundup in a channel")
    @app_commands.describe(**OPTIONS)
    @app_commands.choices(**CHOICES)
    async def add(
        self,
        interaction: Interaction,
        channel: FeedChannelArgument,
        time: str | None = None,
        timezone: str | None = None,
        papers: app_commands.Range[int, MIN_PAPERS, MAX_PAPERS] = DEFAULT_PAPERS,
        min_votes: app_commands.Range[int, 0, MAX_VOTES] = 0,
        include: str | None = None,
        exclude: str | None = None,
        categories: str | None = None,
        topics: app_commands.Range[str, 1, TOPICS_LENGTH] | None = None,
        ping: discord.Role | None = None,
        language: str | None = None,
        taste: str | None = None,
        publish: bool = False,
        trending: bool = False,
        posts: str | None = None,
        tags: str | None = None,
        every: str | None = None,
        weekday: int | None = None,
        sources: str | None = None,
    ) -> None:
        """Give a channel its feed; only the channel is needed."""
        guild = guild_of(interaction)
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
            language=language_of(language),
            taste=Taste(taste or Taste.OFF),
            publish=publish,
            trending=trending,
            layout=Layout(posts) if posts else None,
            tags=Tags(tags) if tags else None,
            every=cadence_of(every, weekday) or Every.DAY,
            weekday=weekday or 0,
            sources=parse_sources(sources, await self.services.feeds.named(guild.id)),
        )
        title = said_of(feed, _("Daily thread set up"), _("Roundup set up"))
        await show(interaction, feed, title)

    @feed.command(name="edit", description="Change a channel's daily thread or roundup")
    @app_commands.describe(**OPTIONS | CHANGED)
    @app_commands.choices(**CHOICES)
    async def edit(
        self,
        interaction: Interaction,
        channel: FeedChannelArgument | None = None,
        time: str | None = None,
        timezone: str | None = None,
        papers: app_commands.Range[int, MIN_PAPERS, MAX_PAPERS] | None = None,
        min_votes: app_commands.Range[int, 0, MAX_VOTES] | None = None,
        include: str | None = None,
        exclude: str | None = None,
        categories: str | None = None,
        topics: app_commands.Range[str, 1, TOPICS_LENGTH] | None = None,
        ping: discord.Role | None = None,
        no_ping: bool = False,
        language: str | None = None,
        taste: str | None = None,
        publish: bool | None = None,
        trending: bool | None = None,
        posts: str | None = None,
        tags: str | None = None,
        every: str | None = None,
        weekday: int | None = None,
        sources: str | None = None,
    ) -> None:
        """Change what is named, everything else stays; without anything named, open the form."""
        typed = {
            "time": time, "timezone": timezone, "papers": papers, "min_votes": min_votes,
            "include": include, "exclude": exclude, "categories": categories, "topics": topics,
            "language": language, "taste": taste, "publish": publish, "trending": trending,
            "posts": posts, "tags": tags, "sources": sources, "weekday": weekday,
        }  # fmt: skip
        named = await self.services.feeds.named(guild_of(interaction).id)
        fields = await fields_of(typed, named, self.services.clock.now())
        if no_ping or ping is not None:
            fields["ping_role_id"] = None if no_ping or ping is None else ping.id
        kind = cadence_of(every, weekday)
        if kind is not None and kind.is_daily:
            fields["every"] = kind
        edit = Edit(fields, ping) if fields else None
        await act_with(interaction, channel, Action.EDIT, edit, kind)

    @add.autocomplete("timezone")
    @edit.autocomplete("timezone")
    async def _zones(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await zone_choices(interaction, current, self.services.clock.now())

    @add.autocomplete("sources")
    @edit.autocomplete("sources")
    async def _sources(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        named = await self.services.feeds.named(guild_of(interaction).id)
        return source_choices(current, named)

    @add.autocomplete("categories")
    @edit.autocomplete("categories")
    async def _categories(
        self, _interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return category_choices(current)

    @add.autocomplete("topics")
    @edit.autocomplete("topics")
    async def _topics(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await topic_choices(self.services, current)

    @feed.command(name="list", description="Show this server's daily threads and roundups")
    async def list_feeds(self, interaction: Interaction) -> None:
        """List the server's feeds."""
        await show_list(interaction)

    @feed.command(name="settings", description="Show a daily thread's settings and change them")
    @app_commands.describe(channel=WHICH)
    async def show_settings(
        self, interaction: Interaction, channel: FeedChannelArgument | None = None
    ) -> None:
        """Show one feed with its buttons."""
        await act_with(interaction, channel, Action.SHOW)

    @feed.command(name="copy", description="Give another channel the same daily thread")
    @app_commands.describe(
        to=locale_str("Channel that gets the same settings"),
        source=locale_str("Channel whose settings are copied (default: this one)"),
        every=KIND,
    )
    @app_commands.rename(source="from")
    @app_commands.choices(every=CHOICES["every"])
    async def copy(
        self,
        interaction: Interaction,
        to: FeedChannelArgument,
        source: FeedChannelArgument | None = None,
        every: str | None = None,
    ) -> None:
        """Set up or change a channel's feed as another one is."""
        guild = guild_of(interaction)
        feed = await self.services.feeds.find(
            *(guild.id, interaction.channel_id, source),
            around=parent_of(interaction),
            every=cadence_of(every, None),
        )
        copied = await self.services.feeds.copy(feed, to)
        await show(interaction, copied, _("Settings copied"))

    @feed.command(name="pause", description="Pause a channel's daily thread")
    @app_commands.describe(channel=WHICH)
    async def pause(
        self, interaction: Interaction, channel: FeedChannelArgument | None = None
    ) -> None:
        """Pause a feed."""
        await act_with(interaction, channel, Action.PAUSE)

    @feed.command(name="resume", description="Resume a channel's daily thread")
    @app_commands.describe(channel=WHICH)
    async def resume(
        self, interaction: Interaction, channel: FeedChannelArgument | None = None
    ) -> None:
        """Resume a paused feed, or one that was stopped for a reason that is mended."""
        await act_with(interaction, channel, Action.RESUME)

    @feed.command(name="remove", description="Remove a channel's daily thread for good")
    @app_commands.describe(channel=WHICH)
    async def remove(
        self, interaction: Interaction, channel: FeedChannelArgument | None = None
    ) -> None:
        """Remove a feed, after a confirmation."""
        await act_with(interaction, channel, Action.REMOVE)

    @rate_limited(FILES)
    @feed.command(name="link", description="Get a channel's papers in a feed reader: Atom or JSON")
    @app_commands.describe(channel=WHICH)
    async def link(
        self, interaction: Interaction, channel: FeedChannelArgument | None = None
    ) -> None:
        """Show the secret links to a channel's papers, and make the first."""
        await act_with(interaction, channel, Action.LINK)

    @feed.command(name="preview", description="Preview what would be posted now")
    @app_commands.describe(channel=WHICH)
    async def preview(
        self, interaction: Interaction, channel: FeedChannelArgument | None = None
    ) -> None:
        """Show exactly what would be posted now: the header with its ping, and the cards."""
        await act_with(interaction, channel, Action.PREVIEW)

    @feed.command(name="insights", description="See what members saved from a daily thread")
    @app_commands.describe(channel=WHICH)
    async def insights(
        self, interaction: Interaction, channel: FeedChannelArgument | None = None
    ) -> None:
        """Show what was saved in four weeks, and what other settings would have done."""
        await act_with(interaction, channel, Action.INSIGHTS, every=Every.DAY)

    @feed.command(name="post-now", description="Post the newest papers now")
    @app_commands.describe(channel=WHICH)
    async def post_now(
        self, interaction: Interaction, channel: FeedChannelArgument | None = None
    ) -> None:
        """Post the newest batch now, or say where it is."""
        await act_with(interaction, channel, Action.POST_NOW)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take the answer of a form, also one that was opened before a restart."""
        try:
            await take_form(interaction)
        except Exception as error:
            await answer_error(interaction, error)
