"""What a person reads when something fails: what happened, what to do, an id that the log has."""

import logging
import secrets
from typing import Any, Final

import aiohttp
import discord
from discord import app_commands
from discord.app_commands import AppCommandError

from bot import limits
from bot.i18n import conjunction, marked
from bot.i18n import gettext as _
from bot.runtime.discord_errors import is_unanswerable, is_unavailable
from bot.ui import text
from storage.database_file import file_error

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]

_ANSWERED: Final = 40060
"""The interaction has its answer already; a follow-up still arrives."""

_PERMISSIONS: Final = {"manage_guild": marked("Manage Server")}
"""Discord's names of the permissions that commands ask for."""


def command_changed() -> str:
    """Return the sentence for a command that Discord knows otherwise than the bot."""
    return _("This command has changed. Restart Discord (Ctrl+R) and try again.")


def control_outdated() -> str:
    """Return the sentence for a button or select of a version whose meaning is not known here."""
    return _("This is from an older version of Paperboy and no longer works.")


class UserError(AppCommandError):
    """An error that the person can correct; `sentence` says how, in markdown.

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
        log.info("interaction expired error_id=%s: %s %s", error_id, cause, _where(interaction))
        return error_id
    sentence = sentence_of(cause)
    if (trouble := file_error(cause)) is not None:
        log.error(
            "interaction failed error_id=%s %s: the database cannot be used: %s",
            error_id,
            _where(interaction),
            trouble,
        )
        sentence = _(
            "I can't read or save anything right now, so this wasn't saved. Please tell the people"
            " who run this bot: error `{error_id}`.",
            error_id=error_id,
        )
    elif is_unavailable(cause):
        log.warning(
            "interaction failed error_id=%s %s: no answer from Discord: %s: %s",
            error_id,
            _where(interaction),
            type(cause).__name__,
            cause,
        )
        sentence = _("Discord isn't answering right now. Try again in a minute.")
    elif sentence is None:
        log.error(
            "interaction failed error_id=%s %s", error_id, _where(interaction), exc_info=cause
        )
        sentence = _(
            "Something went wrong. Try again in a minute. If it keeps happening, tell the people"
            " who run this bot: error `{error_id}`.",
            error_id=error_id,
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
            return _("This command only works in a server that I'm in.")
        case app_commands.MissingPermissions():
            return _(
                "You're missing permissions in this server: {permissions}.",
                permissions=_permissions(error.missing_permissions),
            )
        case app_commands.BotMissingPermissions():
            return _(
                "I'm missing permissions in this channel: {permissions}. Someone who manages the"
                " server can add them in the channel's settings.",
                permissions=_permissions(error.missing_permissions),
            )
        case app_commands.TransformerError(value=discord.Object()):
            return _("I can't see what you chose. Choose something else.")
        case app_commands.TransformerError():
            return _(
                "I couldn't read “{value}”. Choose one of the suggestions.",
                value=text.escape(str(error.value), 100),
            )
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return command_changed()
        case app_commands.CheckFailure():
            return _("You can't do that here.")
        case discord.HTTPException():
            return _refusal(error.code)
        case _:
            return None


async def _answer(interaction: Interaction, sentence: str, error_id: str) -> None:
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(sentence, ephemeral=True)
            return
    except _FAILURES as failure:
        if getattr(failure, "code", None) != _ANSWERED:
            _log_unanswered(failure, error_id)
            return
    try:
        await interaction.followup.send(sentence, ephemeral=True)
    except _FAILURES as failure:
        _log_unanswered(failure, error_id)


_FAILURES: Final = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)
"""What an answer to Discord can end in."""


def _refusal(code: int) -> str | None:
    """Return what a person can do about what Discord refuses while a command is carried out.

    Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes
    """
    match code:
        case 10003 | 10004:
            return _("That channel or server no longer exists, or I'm not in it.")
        case 50001:
            return _(
                "I can't see that channel. Someone who manages the server can add me in the"
                " channel's settings."
            )
        case 50013:
            return _(
                "I'm missing a permission there. Someone who manages the server can add it in the"
                " channel's settings."
            )
        case 50007 | 50278:
            return _(
                "I can't send you direct messages. Allow them in your privacy settings for this"
                " server, then try again."
            )
        case _:
            return None


def _log_unanswered(failure: Exception, error_id: str) -> None:
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
    shown = [
        _(_PERMISSIONS.get(name) or name.replace("guild", "server").replace("_", " ").title())
        for name in names
    ]
    return conjunction(f"**{name}**" for name in shown)
