"""A shelf's settings in words, and what they ask of a channel."""

from typing import Any, Final

import discord
from discord import app_commands, ui

from bot.delivery.permissions import lacking, needs_more
from bot.i18n import gettext as _
from bot.i18n import marked
from bot.interactions.errors import UserError
from bot.services.container import Services
from bot.services.shelf import WRITING
from bot.ui.notices import render_notice
from bot.ui.reasons import reason_text
from bot.ui.shelf import who_adds
from bot.ui.text import escape
from cogs.shelf._blocked import ShowBlocked
from papers import zone_names
from storage.shelves import Shelf

_DAYS: Final = (
    marked("Monday"),
    marked("Tuesday"),
    marked("Wednesday"),
    marked("Thursday"),
    marked("Friday"),
    marked("Saturday"),
    marked("Sunday"),
)


def weekdays() -> list[app_commands.Choice[Any]]:
    """Return the days of the week as a command offers them, by number: Monday is 0."""
    return [
        app_commands.Choice(name=app_commands.locale_str(day), value=number)
        for number, day in enumerate(_DAYS)
    ]


async def settings_view(services: Services, shelf: Shelf, *, changed: bool) -> ui.LayoutView:
    """Return the settings of a shelf, with what else an admin may do."""
    lines = [
        who_adds(shelf),
        _("{emoji} on a paper adds it.", emoji=shelf.emoji),
        _("Cards say how many members saved a paper, once at least 5 members save papers here.")
        if shelf.shows_saves
        else _("Cards don't say how many members saved a paper."),
        _weekly(shelf),
    ]
    return render_notice(
        _("Shelf settings saved") if changed else _("Shelf settings"),
        "\n".join(f"- {line}" for line in lines),
        footer=_(
            "Change these with the options of {command}.",
            command=services.mention("shelf settings"),
        ),
        actions=[ShowBlocked()],
    )


def require_writable(channel: discord.TextChannel) -> None:
    """Return where the bot may post.

    Raises:
        UserError: it may not; says what it lacks.
    """
    missing = lacking(channel.permissions_for(channel.guild.me), WRITING)
    if missing:
        raise UserError(needs_more(channel.mention, missing))


def _weekly(shelf: Shelf) -> str:
    if shelf.channel_id is None:
        return _("The week's additions aren't posted anywhere.")
    if shelf.stopped_reason is not None:
        return _(
            "⚠️ The weekly post in {channel} stopped: {reason} Choose the channel again to start"
            " it.",
            channel=f"<#{shelf.channel_id}>",
            reason=reason_text(shelf.stopped_reason),
        )
    return _(
        "The week's additions are posted in {channel} at {time} ({zone}), each week on: {day}",
        channel=f"<#{shelf.channel_id}>",
        day=_(_DAYS[shelf.weekday]),
        time=f"{shelf.at:%H:%M}",
        zone=escape(zone_names.label(shelf.timezone)),
    )
