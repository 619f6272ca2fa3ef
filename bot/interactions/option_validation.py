"""Validation of a command's options against what was registered with Discord.

Discord's clients and servers check that before we hear of it; who speaks to Discord by other means,
or still sees last week's version of a command, is not what a command's own code should meet.
"""

from typing import Any, Final, cast

import discord
from discord import app_commands
from discord.app_commands import Parameter

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.errors import Interaction, UserError, command_changed

_NUMBERS: Final = (discord.AppCommandOptionType.integer, discord.AppCommandOptionType.number)


def require_valid(interaction: Interaction) -> None:
    """Check the lengths, the ranges and the choices of a slash command's options.

    Raises:
        UserError: one of them is not what the command takes.
    """
    command = interaction.command
    if not isinstance(command, app_commands.Command):
        return
    known = {each.display_name: each for each in command.parameters}
    for name, value in _given(interaction.data):
        if name in known:
            _require(known[name], value)


def _given(data: Any) -> list[tuple[str, Any]]:
    options: list[dict[str, Any]] = cast("dict[str, Any]", data or {}).get("options", [])
    while options and options[0].get("type") in (1, 2):
        options = options[0].get("options", [])
    return [(str(each["name"]), each.get("value")) for each in options]


def _require(parameter: Parameter, value: Any) -> None:
    name = parameter.display_name
    choices = [choice.value for choice in parameter.choices]
    if choices and value not in choices:
        raise UserError(command_changed())
    if parameter.type is discord.AppCommandOptionType.string:
        length = len(str(value))
        least = parameter.min_value or 0
        most = parameter.max_value or limits.OPTION_TEXT
        if not least <= length <= most:
            raise UserError(
                _(
                    "`{option}` takes {least} to {most} characters. This has {length}.",
                    option=name,
                    least=max(least, 1),
                    most=most,
                    length=length,
                )
            )
    elif parameter.type in _NUMBERS:
        least, most = parameter.min_value, parameter.max_value
        if (least is not None and value < least) or (most is not None and value > most):
            raise UserError(
                _(
                    "`{option}` takes a number from {least} to {most}.",
                    option=name,
                    least=least,
                    most=most,
                )
            )
