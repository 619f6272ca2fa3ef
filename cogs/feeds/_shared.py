"""What the commands and buttons of `/feed …` share: who may use them, and how they answer."""

import discord
from discord import app_commands, ui

from bot import limits
from bot.i18n import LANGUAGES
from bot.i18n import gettext as _
from bot.interactions.errors import Interaction, UserError
from bot.interactions.replies import is_own
from bot.services.container import Services
from bot.services.editions import EDITION_DAYS
from bot.ui.cadence import WEEKDAYS
from bot.ui.feeds import describe, describe_readiness
from bot.ui.text import plain
from papers import zones
from papers.cadence import Every
from papers.sources.declared import days_of, is_conferences
from storage.feeds import Feed, Layout, Tags, Taste

SERVERS_LANGUAGE = "server"
"""The choice of `language` that follows the server's setting."""

_TYPED = 60
"""Characters of a topic that is being typed that others are looked for by."""


def guild_of(interaction: Interaction) -> discord.Guild:
    """Return the server that a command was used in.

    Raises:
        UserError: it was used elsewhere.
    """
    if interaction.guild is None:
        raise UserError(_("Daily threads only work in servers. Use this command in one."))
    return interaction.guild


def parent_of(interaction: Interaction) -> int | None:
    """Return the channel of the thread that a command was used in, `None` outside of threads."""
    return getattr(interaction.channel, "parent_id", None)


def require_manager(interaction: Interaction) -> None:
    """Return for someone who may manage the server: a button may be older than their role.

    Raises:
        MissingPermissions: they may not.
    """
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])


def language_choices() -> list[app_commands.Choice[str]]:
    """Return the choices of the language that a feed posts in: each in its own words."""
    servers = app_commands.locale_str("Server's language")
    return [
        app_commands.Choice(name=servers, value=SERVERS_LANGUAGE),
        *(app_commands.Choice(name=name, value=code) for code, name in LANGUAGES.items()),
    ]


def taste_choices() -> list[app_commands.Choice[str]]:
    """Return the choices of how much a thread's order follows what members saved."""
    names = {
        Taste.OFF: app_commands.locale_str("Off"),
        Taste.MILD: app_commands.locale_str("Mild: up to twice the upvotes"),
        Taste.STRONG: app_commands.locale_str("Strong: up to eight times the upvotes"),
        Taste.SHELF_MILD: app_commands.locale_str("Mild, and follow the server's shelf too"),
        Taste.SHELF_STRONG: app_commands.locale_str("Strong, and follow the server's shelf too"),
    }
    return [app_commands.Choice(name=name, value=taste) for taste, name in names.items()]


def layout_choices() -> list[app_commands.Choice[str]]:
    """Return the choices of what one post of a forum has."""
    names = {
        Layout.DAY: app_commands.locale_str("One post a day: overview and cards"),
        Layout.PAPER: app_commands.locale_str("One post per paper"),
    }
    return [app_commands.Choice(name=name, value=layout) for layout, name in names.items()]


def tags_choices() -> list[app_commands.Choice[str]]:
    """Return the choices of the tags that a forum's posts get."""
    names = {
        Tags.EXISTING: app_commands.locale_str("The forum's tags that fit"),
        Tags.CREATED: app_commands.locale_str("The forum's tags, and new ones for topics"),
        Tags.OFF: app_commands.locale_str("No tags"),
    }
    return [app_commands.Choice(name=name, value=tags) for tags, name in names.items()]


def cadence_choices() -> list[app_commands.Choice[str]]:
    """Return the choices of how often a feed posts."""
    names = {
        Every.DAY: app_commands.locale_str("Every day"),
        Every.WEEKDAYS: app_commands.locale_str("Monday to Friday"),
        Every.WEEK: app_commands.locale_str("Every week: a roundup"),
        Every.MONTH: app_commands.locale_str("Every month: a roundup"),
    }
    return [app_commands.Choice(name=name, value=every) for every, name in names.items()]


def weekday_choices() -> list[app_commands.Choice[int]]:
    """Return the choices of a weekly roundup's day."""
    days = enumerate(WEEKDAYS)
    return [app_commands.Choice(name=app_commands.locale_str(day), value=n) for n, day in days]


def cadence_of(every: str | None, weekday: int | None) -> Every | None:
    """Return the cadence that was chosen, `None` for none; a day of the week means a weekly one.

    Raises:
        UserError: a day of the week was chosen for something else.
    """
    if every is None:
        return None if weekday is None else Every.WEEK
    if weekday is not None and every != Every.WEEK:
        raise UserError(_("Only a weekly roundup takes a `weekday`. Leave one of the two out."))
    return Every(every)


def said_of(feed: Feed, thread: str, roundup: str) -> str:
    """Return what is said of a daily thread, or of a roundup."""
    return thread if feed.every.is_daily else roundup


def language_of(chosen: str | None) -> str | None:
    """Return the code of a chosen language, `None` for the server's own."""
    return None if chosen == SERVERS_LANGUAGE else chosen


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


async def answer(interaction: Interaction, view: ui.LayoutView) -> None:
    """Answer the person alone: in the place of what they pressed if only they see that."""
    message = interaction.message
    if message is not None and message.flags.ephemeral and is_own(interaction):
        await interaction.response.edit_message(view=view)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)


async def described(services: Services, feed: Feed) -> str:
    """Say what a feed is now and when its next thread comes."""
    now = services.clock.now()
    lines = [describe(feed, await services.publisher.coming(feed, now), now=now)]
    if feed.timezone in zones.names():
        if is_conferences(feed.sources):
            lines.append(
                _(
                    "A conference's papers come over {days} days, those with an award first, then"
                    " orals, spotlights and posters.",
                    days=EDITION_DAYS,
                )
            )
        elif feed.every.is_daily:
            settle, days = services.settings.settle, days_of(feed.sources)
            lines.append(describe_readiness(feed.at, feed.timezone, now, settle, days))
        time = f"{now.astimezone(zones.zone(feed.timezone)):%H:%M}"
        lines.append("-# " + _("It is {time} there now.", time=time))
    return "\n".join(lines)
