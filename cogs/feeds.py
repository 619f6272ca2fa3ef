"""`/feed …`: which channel gets the day's thread, when, and with what in it."""

import logging
from dataclasses import replace
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot import limits
from bot.client import PaperBot
from bot.feed_texts import (
    describe,
    describe_filters,
    describe_post,
    parse_categories,
    parse_time,
    parse_timezone,
    parse_words,
    timezone_choices,
)
from bot.permissions import lacking
from bot.status import next_post
from bot.ui.cards import render_header
from bot.ui.errors import UserError
from bot.ui.notices import render_notice
from cogs._feed_buttons import RemoveFeed
from storage import feeds, posts
from storage.feeds import Feed, FeedState

log = logging.getLogger(__name__)

Interaction = discord.Interaction[PaperBot]

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
    "ping": "A role to ping with each thread",
}
_EMPTY_TO_CLEAR = "; a dash (-) clears it"


class Feeds(commands.Cog):
    """The commands for those who manage a server."""

    feed = app_commands.Group(
        name="feed",
        description="The daily thread of trending papers in a channel",
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, bot: PaperBot) -> None:
        self.bot = bot

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
        ping: discord.Role | None = None,
    ) -> None:
        """Give a channel its feed; only the channel is needed."""
        guild = _guild(interaction)
        _require_permissions(channel)
        settings = self.bot.settings
        now = self.bot.clock.now()
        async with self.bot.database.write() as conn:
            feed = await feeds.add(
                conn,
                guild_id=guild.id,
                channel_id=channel.id,
                at=parse_time(time) if time else settings.default_time,
                timezone=parse_timezone(timezone) if timezone else settings.default_timezone,
                size=papers,
                now=now,
                min_votes=min_votes,
                include=parse_words(include),
                exclude=parse_words(exclude),
                categories=parse_categories(categories),
                ping_role_id=ping.id if ping else None,
            )
        if feed is None:
            raise UserError(
                f"{channel.mention} has its daily thread already. Change it with"
                f" {self.bot.mention('feed edit')}."
            )
        await self._tell(interaction, "The daily thread is set up", feed)

    @feed.command(name="edit", description="Change a channel's daily thread")
    @app_commands.describe(
        **_OPTIONS
        | {name: _OPTIONS[name] + _EMPTY_TO_CLEAR for name in ("include", "exclude", "categories")}
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
        ping: discord.Role | None = None,
        no_ping: bool = False,
    ) -> None:
        """Change what is named; everything else stays."""
        feed = await self._feed(interaction, channel)
        changed = replace(
            feed,
            at=feed.at if time is None else parse_time(time),
            timezone=feed.timezone if timezone is None else parse_timezone(timezone),
            size=feed.size if papers is None else papers,
            min_votes=feed.min_votes if min_votes is None else min_votes,
            include=feed.include if include is None else parse_words(_cleared(include)),
            exclude=feed.exclude if exclude is None else parse_words(_cleared(exclude)),
            categories=feed.categories
            if categories is None
            else parse_categories(_cleared(categories)),
            ping_role_id=None if no_ping else ping.id if ping else feed.ping_role_id,
        )
        if changed == feed:
            raise UserError("Nothing to change: name what should be different, for example `time`.")
        async with self.bot.database.write() as conn:
            await feeds.update(conn, changed)
        await self._tell(interaction, "The daily thread is changed", changed)

    @add.autocomplete("timezone")
    @edit.autocomplete("timezone")
    async def _zones(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        now = self.bot.clock.now()
        return [
            app_commands.Choice(name=name, value=zone)
            for name, zone in timezone_choices(current, now)
        ]

    @feed.command(name="list", description="This server's daily threads, and when each comes next")
    async def list_feeds(self, interaction: Interaction) -> None:
        """List the server's feeds."""
        guild = _guild(interaction)
        now = self.bot.clock.now()
        async with self.bot.database.read() as conn:
            known = [
                (feed, await posts.newest(conn, feed.id))
                for feed in await feeds.of_guild(conn, guild.id)
            ]
        if not known:
            raise UserError(
                "No channel of this server has a daily thread yet."
                f" {self.bot.mention('feed add')} sets one up."
            )
        lines = [describe(feed, await next_post(self.bot, feed, now, last)) for feed, last in known]
        await _answer(interaction, "Daily threads", "\n\n".join(lines))

    @feed.command(name="pause", description="Stop a channel's daily thread for a while")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def pause(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Pause a feed."""
        feed = await self._feed(interaction, channel)
        if feed.state is FeedState.PAUSED:
            raise UserError(
                f"<#{feed.channel_id}> is paused already. {self.bot.mention('feed resume')}"
                " starts it again."
            )
        async with self.bot.database.write() as conn:
            await feeds.set_state(conn, feed.id, FeedState.PAUSED)
        await _answer(
            interaction,
            "Paused",
            f"<#{feed.channel_id}> gets no more threads until {self.bot.mention('feed resume')}.",
        )

    @feed.command(name="resume", description="Start a channel's daily thread again")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def resume(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Resume a paused feed, or one that was stopped for a reason that is mended."""
        feed = await self._feed(interaction, channel)
        if feed.state is FeedState.ACTIVE:
            raise UserError(f"<#{feed.channel_id}> is not paused.")
        target = _guild(interaction).get_channel(feed.channel_id)
        if not isinstance(target, discord.TextChannel):
            raise UserError(
                "That channel is gone. Remove its feed with"
                f" {self.bot.mention('feed remove')}, and set up another."
            )
        _require_permissions(target)
        async with self.bot.database.write() as conn:
            await feeds.set_state(conn, feed.id, FeedState.ACTIVE)
        await self._tell(interaction, "Going on", replace(feed, state=FeedState.ACTIVE))

    @feed.command(name="remove", description="Remove a channel's daily thread for good")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def remove(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Remove a feed, after a confirmation."""
        feed = await self._feed(interaction, channel)
        view = render_notice(
            "Remove this daily thread?",
            f"{describe(feed, None)}\nIts settings go. The threads that are there stay, and what"
            " people saved from them, too.",
            actions=[RemoveFeed(feed.id, feed.channel_id)],
        )
        await interaction.response.send_message(view=view, ephemeral=True)

    @feed.command(name="preview", description="See what would be posted now; only you see it")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def preview(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Show exactly what would be posted now."""
        feed = await self._feed(interaction, channel)
        await interaction.response.defer(ephemeral=True)
        draft = await self.bot.publisher.preview(feed, self.bot.clock.now())
        if draft is None:
            raise UserError(f"There is no batch yet. {self.bot.mention('paper status')} says why.")
        if not draft.cards:
            filters = describe_filters(feed)
            raise UserError(
                "Nothing would be posted: every paper of the newest batch was shown there before"
                + (f", or is not among what the feed wants ({filters})." if filters else ".")
            )
        header = draft.header.model_copy(update={"ping_role_id": None})
        await interaction.followup.send(view=render_header(header), ephemeral=True)

    @feed.command(name="post-now", description="Post the newest batch at once")
    @app_commands.describe(channel="Whose thread (this channel's, if you leave it out)")
    async def post_now(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Post the newest batch now, or say where it is."""
        feed = await self._feed(interaction, channel)
        if feed.state is not FeedState.ACTIVE:
            raise UserError(
                f"<#{feed.channel_id}> gets no threads at present."
                f" {self.bot.mention('feed resume')} starts it again."
            )
        await interaction.response.defer(ephemeral=True)
        post = await self.bot.publisher.post_now(feed, self.bot.clock.now())
        title, text = describe_post(feed, post, self.bot.mention("paper status"))
        await interaction.followup.send(view=render_notice(title, text), ephemeral=True)

    async def _feed(self, interaction: Interaction, channel: discord.TextChannel | None) -> Feed:
        """Return the feed that is meant: the named channel's, this one's, or the only one.

        Raises:
            UserError: there is none, or several to choose from.
        """
        guild = _guild(interaction)
        here = channel.id if channel else interaction.channel_id
        async with self.bot.database.read() as conn:
            known = await feeds.of_guild(conn, guild.id)
        if (feed := next((feed for feed in known if feed.channel_id == here), None)) is not None:
            return feed
        if not known:
            raise UserError(
                "No channel of this server has a daily thread yet."
                f" {self.bot.mention('feed add')} sets one up."
            )
        if channel is None and len(known) == 1:
            return known[0]
        listed = ", ".join(f"<#{feed.channel_id}>" for feed in known)
        which = f"{channel.mention} has no daily thread." if channel else "Which one?"
        raise UserError(f"{which} Name a `channel` that has: {listed}.")

    async def _tell(self, interaction: Interaction, title: str, feed: Feed) -> None:
        now = self.bot.clock.now()
        async with self.bot.database.read() as conn:
            last = await posts.newest(conn, feed.id)
        next_at = await next_post(self.bot, feed, now, last)
        lines = [describe(feed, next_at)]
        if next_at is not None and next_at <= now:
            lines = [describe(feed, None), "The first thread comes within a minute."]
        local = now.astimezone(ZoneInfo(feed.timezone))
        lines.append(
            f"-# It is {local:%H:%M} there now. {self.bot.mention('feed preview')} shows what"
            " would be posted."
        )
        await _answer(interaction, title, "\n".join(lines))


def _guild(interaction: Interaction) -> discord.Guild:
    if interaction.guild is None:
        raise UserError("Daily threads belong to servers: use this command in one.")
    return interaction.guild


def _cleared(text: str) -> str:
    return "" if text.strip().casefold() in ("-", "none") else text


def _require_permissions(channel: discord.TextChannel) -> None:
    missing = lacking(channel.permissions_for(channel.guild.me))
    if missing:
        raise UserError(
            f"I need more permissions in {channel.mention}: **{', '.join(missing)}**. Give them to"
            " my role in the channel's settings, then try again."
        )


async def _answer(interaction: Interaction, title: str, text: str) -> None:
    await interaction.response.send_message(view=render_notice(title, text), ephemeral=True)


async def setup(bot: PaperBot) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(RemoveFeed)
    await bot.add_cog(Feeds(bot))
