"""What a person reads when something fails: what happened, what to do, an id that the log has."""

import logging
import secrets
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import AppCommandError

from bot import limits
from bot.runtime.discord_errors import is_unanswerable
from bot.ui import text
from storage.database_file import file_error

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]

_ANSWERED: Final = 40060
"""The interaction has its answer already; a follow-up still arrives."""

COMMAND_CHANGED: Final = "That command has changed. Restart Discord (Ctrl+R) and try again."
CONTROL_OUTDATED: Final = (
    "That is from another version of me, and I cannot tell any more what it meant."
)


class UserError(AppCommandError):
    """Something that the person can mend; `sentence` tells them how, in markdown.

    What comes from outside must be escaped in it.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


async def answer_error(interaction: Interaction, error: Exception) -> str:
    """Tell the person what went wrong, ephemerally, and log it; return the id that both carry.

    Anything may be passed, also what an app command wraps. Nothing is raised: this is the last
    handler. An interaction that takes no more answers is information, and is not answered again.
    """
    error_id = secrets.token_hex(3)
    cause = _cause(error)
    if is_unanswerable(cause):
        log.info("not answered error_id=%s: %s %s", error_id, cause, _where(interaction))
        return error_id
    sentence = sentence_of(cause)
    if (trouble := file_error(cause)) is not None:
        log.error(
            "interaction failed error_id=%s %s: the database cannot be used, %s",
            error_id,
            _where(interaction),
            trouble,
        )
        sentence = (
            "I cannot look anything up or save it at the moment, and the people who run this bot"
            f" have to mend that (error `{error_id}`). What you did is not saved."
        )
    elif sentence is None:
        log.error(
            "interaction failed error_id=%s %s", error_id, _where(interaction), exc_info=cause
        )
        sentence = (
            f"Something went wrong on my side (error `{error_id}`). Please try again in a minute."
            " If it keeps happening, tell the people who run this bot that number."
        )
    else:
        kind = type(cause).__name__
        log.info("interaction refused error_id=%s kind=%s %s", error_id, kind, _where(interaction))
    sentence = text.clip(sentence, limits.MESSAGE_CONTENT)
    if interaction.type is not discord.InteractionType.autocomplete:
        await _answer(interaction, sentence, error_id)
    return error_id


def is_refusal(error: Exception) -> bool:
    """Tell whether an error, also wrapped, is one that the person can mend."""
    return sentence_of(_cause(error)) is not None


def sentence_of(error: Exception) -> str | None:
    """Return what a person can do about an error that is theirs to mend, `None` for ours."""
    match error:
        case UserError():
            return error.sentence
        case app_commands.NoPrivateMessage():
            return "That works in a server only: use it in one where I am a member."
        case app_commands.MissingPermissions():
            return f"You need {_permissions(error.missing_permissions)} here for that."
        case app_commands.BotMissingPermissions():
            return (
                f"I lack {_permissions(error.missing_permissions)} here. Someone who manages the"
                " server can grant it in the channel's settings."
            )
        case app_commands.TransformerError():
            return f"I cannot make sense of “{text.escape(str(error.value), 100)}” there."
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return COMMAND_CHANGED
        case app_commands.CheckFailure():
            return "You may not do that here."
        case _:
            return None


async def _answer(interaction: Interaction, sentence: str, error_id: str) -> None:
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(sentence, ephemeral=True)
            return
    except discord.HTTPException as failure:
        if failure.code != _ANSWERED:
            _log_unanswered(failure, error_id)
            return
    try:
        await interaction.followup.send(sentence, ephemeral=True)
    except discord.HTTPException as failure:
        _log_unanswered(failure, error_id)


def _log_unanswered(failure: discord.HTTPException, error_id: str) -> None:
    level = logging.INFO if is_unanswerable(failure) else logging.WARNING
    log.log(level, "error not reported error_id=%s: %s", error_id, failure)


def _cause(error: Exception) -> Exception:
    while isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, app_commands.TransformerError) and isinstance(error.__cause__, UserError):
        return error.__cause__
    return error


def _where(interaction: Interaction) -> str:
    command = interaction.command
    data = interaction.data or {}
    pressed = ":".join(str(data.get("custom_id", "")).split(":")[:2])
    what = command.qualified_name if command else pressed
    return f"what={what!r} guild_id={interaction.guild_id} channel_id={interaction.channel_id}"


def _permissions(names: list[str]) -> str:
    shown = [name.replace("guild", "server").replace("_", " ").title() for name in names]
    return text.people([f"**{name}**" for name in shown], shown=len(shown))
