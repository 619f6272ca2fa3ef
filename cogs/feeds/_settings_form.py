"""The form that sets up or changes a feed by choosing, without anything to type."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import discord
from discord import ui

from bot.i18n import LANGUAGES
from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, custom_id, template
from bot.interactions.errors import Interaction, UserError
from bot.interactions.inputs import parse_time, timezone_choices
from bot.interactions.modals import FORM_TIMEOUT
from bot.interactions.time_form import hour_field, weekday_field, zone_field
from bot.services.container import services_of
from bot.ui.cadence import WEEKDAYS
from bot.ui.research_fields import FIELDS, fields_in, with_fields
from cogs.feeds._channel_option import KINDS
from cogs.feeds._shared import SERVERS_LANGUAGE, guild_of, said_of
from papers import zones
from papers.cadence import Every
from storage.feeds import Feed

FORM: Final = template("feed-set", feed_id=NUMBER)
NEW: Final = 0
"""Stands for the id of a feed that is still to be set up."""

HOURS: Final = (7, 9, 12, 15, 18, 20)
"""Hours to choose from, beside the one that is chosen."""


async def settings_form(interaction: Interaction, feed: Feed | None) -> ui.Modal:
    """Return the form, filled in with the feed as it is, or with what fits a new one."""
    services = services_of(interaction)
    now = services.clock.now()
    found = await asyncio.to_thread(timezone_choices, "", now, interaction.locale.value)
    labels = {zone: label for label, zone in found}
    if feed is None:
        zone = await services.feeds.usual_zone(guild_of(interaction).id) or next(iter(labels))
        at = services.feeds.default_hour(zone)
    else:
        zone, at = feed.timezone, feed.at
    form = ui.Modal(
        title=_("Set up a daily thread")
        if feed is None
        else said_of(feed, _("Edit daily thread"), _("Edit roundup")),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("feed-set", NEW if feed is None else feed.id),
    )
    if feed is None:
        form.add_item(
            ui.Label(
                text=_("Channel"),
                description=_("A text, announcement, forum or media channel, or a thread."),
                component=_channel(),
            )
        )
    form.add_item(ui.Label(text=_("Time"), component=hour_field(at, HOURS)))
    form.add_item(
        ui.Label(
            text=_("Time zone"),
            description=_("Not listed? Choose it later with /feed edit."),
            component=zone_field(labels, zone),
        )
    )
    form.add_item(
        ui.Label(
            text=_("Fields"),
            description=_("Choose none for all papers."),
            component=_fields(() if feed is None else feed.categories),
        )
    )
    form.add_item(
        ui.Label(
            text=_("Role to ping"),
            description=_("Optional: pinged with each thread."),
            component=_role(None if feed is None else feed.ping_role_id),
        )
    )
    # A form has five fields: a weekly roundup keeps its language, which `/feed edit` changes.
    if feed is not None and feed.every is Every.WEEK:
        form.add_item(
            ui.Label(text=_("Day of the week"), component=weekday_field(WEEKDAYS, feed.weekday))
        )
    elif feed is not None:
        form.add_item(ui.Label(text=_("Language"), component=_language(feed.language)))
    return form


def settings_of(chosen: Mapping[str, Sequence[str]], feed: Feed | None) -> dict[str, Any]:
    """Return the fields of a feed that were chosen in the form.

    Raises:
        UserError: no hour or no zone that there is was chosen.
    """
    zone = _only(chosen, "timezone")
    if zone not in zones.names():
        raise UserError(_("Choose a time and a time zone."))
    before = () if feed is None else feed.categories
    fields: dict[str, Any] = {
        "at": parse_time(_only(chosen, "hour")),
        "timezone": zone,
        "categories": with_fields(before, chosen.get("fields", ())),
        "ping_role_id": id_in(chosen, "role"),
    }
    if feed is not None and feed.every is Every.WEEK:
        fields["weekday"] = int(_only(chosen, "weekday") or feed.weekday) % 7
    elif feed is not None:
        language = _only(chosen, "language")
        fields["language"] = language if language in LANGUAGES else None
    return fields


def id_in(chosen: Mapping[str, Sequence[str]], name: str) -> int | None:
    """Return the id of the role or channel that was chosen in a field, `None` for no choice."""
    value = _only(chosen, name)
    return int(value) if re.fullmatch(NUMBER, value) else None


def _only(chosen: Mapping[str, Sequence[str]], name: str) -> str:
    values = chosen.get(name, ())
    return values[0] if values else ""


def _channel() -> ui.ChannelSelect[Any]:
    return ui.ChannelSelect(
        custom_id="channel",
        placeholder=_("Choose a channel…"),
        channel_types=list(KINDS),
    )


def _fields(categories: Sequence[str]) -> ui.CheckboxGroup[Any]:
    held = fields_in(categories)
    return ui.CheckboxGroup(
        custom_id="fields",
        required=False,
        min_values=0,
        options=[
            discord.CheckboxGroupOption(
                label=_(name), value=field, description=" ".join(codes), default=field in held
            )
            for field, (name, codes) in FIELDS.items()
        ],
    )


def _role(role_id: int | None) -> ui.RoleSelect[Any]:
    chosen = [] if role_id is None else [discord.Object(role_id, type=discord.Role)]
    return ui.RoleSelect(
        custom_id="role",
        placeholder=_("No role"),
        required=False,
        min_values=0,
        default_values=chosen,
    )


def _language(code: str | None) -> ui.Select[Any]:
    names = {SERVERS_LANGUAGE: _("Server's language"), **LANGUAGES}
    chosen = SERVERS_LANGUAGE if code is None else code
    return ui.Select(
        custom_id="language",
        options=[
            discord.SelectOption(label=name, value=value, default=value == chosen)
            for value, name in names.items()
        ],
    )
