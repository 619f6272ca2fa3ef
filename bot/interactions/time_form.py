"""Fields of forms that ask when something happens: hour, time zone and day of the week."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from papers import zone_names


def hour_field(at: time, offered: Sequence[int]) -> ui.RadioGroup[Any]:
    """Return the choice of an hour, from those offered and the one that is chosen."""
    hours = sorted({time(hour) for hour in offered} | {at})
    texts = [f"{hour:%H:%M}" for hour in hours]
    return ui.RadioGroup(
        custom_id="hour",
        options=[
            discord.RadioGroupOption(label=text, value=text, default=hour == at)
            for text, hour in zip(texts, hours, strict=True)
        ],
    )


def zone_field(labels: Mapping[str, str], chosen: str) -> ui.Select[Any]:
    """Return the choice of a zone by its name, from what people see of each."""
    names = labels if chosen in labels else {chosen: zone_names.label(chosen), **labels}
    options = [
        discord.SelectOption(label=label, value=zone, default=zone == chosen)
        for zone, label in names.items()
    ]
    return ui.Select(custom_id="timezone", options=options[: limits.SELECT_OPTIONS])


def weekday_field(names: Sequence[str], chosen: int | None) -> ui.Select[Any]:
    """Return the choice of a day of the week, of which Monday is 0; `None` for no day yet."""
    return ui.Select(
        custom_id="weekday",
        placeholder=_("Choose a day…"),
        options=[
            discord.SelectOption(label=_(day), value=str(number), default=number == chosen)
            for number, day in enumerate(names)
        ],
    )
