"""Options that are on or off, in the words of Discord's own settings and not True and False."""

from typing import Final

from discord import app_commands
from discord.app_commands import locale_str

_ON: Final = "on"
_OFF: Final = "off"

SWITCH: Final = [
    app_commands.Choice(name=locale_str("On"), value=_ON),
    app_commands.Choice(name=locale_str("Off"), value=_OFF),
]
"""An option's two choices."""


def is_on(value: str) -> bool:
    """Return what was chosen."""
    return value == _ON
