"""What became of one send. Discord's expected failures are values; one table says which is
which."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import aiohttp
import discord

from bot.delivery.rate_limiter import BY_PROXY


class Reason(StrEnum):
    """Why something could not be delivered: stored and logged in these words.

    `bot.ui.reasons` has the sentences that people read.
    """

    CHANNEL_GONE = "the channel no longer exists"
    THREAD_GONE = "the thread was deleted"
    MESSAGE_GONE = "the message was deleted"
    GUILD_GONE = "the bot is no longer in that server"
    NO_ACCESS = "the bot cannot see the channel"
    NO_PERMISSION = "the bot lacks a permission there"
    THREAD_CAP = "the server has as many active threads as Discord allows"
    THREAD_EXISTS = "the message has a thread already"
    PUBLISHED = "the message was published already"
    WRONG_KIND = "that is not possible in this kind of channel"
    DM_CLOSED = "their direct messages are closed"
    DM_BLOCKED = "Discord is holding back the bot's direct messages"
    USER_GONE = "the account no longer exists"
    BAD_PAYLOAD = "Discord refused the message's form"
    ARCHIVED = "the thread is archived"
    LOCKED = "the thread is locked"
    TAG_REQUIRED = "the forum requires a tag"
    REACTION_BLOCKED = "the reaction was blocked"
    UNAVAILABLE = "Discord did not answer"
    UNAUTHORIZED = "Discord does not accept the bot's token"
    RATE_LIMITED = "Discord asked us to slow down"
    BLOCKED = "Discord or the server's AutoMod blocked what it says"
    UNKNOWN = "Discord refused, without a reason we know"
    UNKNOWN_PLACE = "Discord refused it, without a reason we know"


@dataclass(frozen=True, slots=True)
class Sent:
    """It is there; `id` is what Discord calls it."""

    id: int


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now; try again in `after` seconds."""

    reason: Reason
    after: float


@dataclass(frozen=True, slots=True)
class Gone:
    """What we wanted to write to no longer exists."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Refused:
    """Discord will go on saying no until the server or the user changes something."""

    reason: Reason
    detail: str = ""


ABOUT_MESSAGE = frozenset({Reason.BAD_PAYLOAD, Reason.BLOCKED, Reason.UNKNOWN})
"""Refusals of one message, which say nothing of the next."""

Outcome: TypeAlias = Sent | Retry | Gone | Refused
Failure: TypeAlias = Retry | Gone | Refused

_AT_ONCE = 1.0
_SOON = 30.0
_LATER = 3_600.0

_BAD_PAYLOAD = Refused(Reason.BAD_PAYLOAD)

# Discord's JSON error codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes
_BY_CODE: dict[int, Gone | Refused | Retry] = {
    10003: Gone(Reason.CHANNEL_GONE),
    10004: Gone(Reason.GUILD_GONE),
    10008: Gone(Reason.MESSAGE_GONE),
    10013: Gone(Reason.USER_GONE),
    20026: Refused(Reason.DM_BLOCKED),
    40003: Refused(Reason.DM_BLOCKED),
    40033: Refused(Reason.PUBLISHED),
    40058: Refused(Reason.WRONG_KIND),
    40067: Refused(Reason.TAG_REQUIRED),
    50001: Refused(Reason.NO_ACCESS),
    50007: Refused(Reason.DM_CLOSED),
    50013: Refused(Reason.NO_PERMISSION),
    50024: Refused(Reason.WRONG_KIND),
    50035: _BAD_PAYLOAD,
    50083: Refused(Reason.ARCHIVED),
    50278: Refused(Reason.DM_CLOSED),
    200000: Refused(Reason.BLOCKED),
    200001: Refused(Reason.BLOCKED),
    240000: Refused(Reason.BLOCKED),
    90001: Refused(Reason.REACTION_BLOCKED),
    160004: Refused(Reason.THREAD_EXISTS),
    160005: Refused(Reason.LOCKED),
    160006: Refused(Reason.THREAD_CAP),
}


def failure_of(error: Exception) -> Failure:
    """Say what an exception of discord.py or of the connection means.

    Raises:
        Exception: `error` itself, when it is none that Discord is expected to cause.
    """
    match error:
        case discord.RateLimited():
            return Retry(Reason.RATE_LIMITED, error.retry_after)
        case discord.HTTPException():
            return _http_failure(error)
        case aiohttp.ClientError() | TimeoutError() | ConnectionError() | OSError():
            return Retry(Reason.UNAVAILABLE, _SOON)
        case _:
            raise error


def _http_failure(error: discord.HTTPException) -> Failure:
    if (known := _BY_CODE.get(error.code)) is not None:
        # What Discord writes beside a code says no more than our reason, but for a wrong form.
        return Refused(known.reason, error.text) if known == _BAD_PAYLOAD else known
    if error.status == 401:
        # The operator reset the token: nothing is wrong with what was sent, it can go out later.
        return Retry(Reason.UNAUTHORIZED, _SOON)
    if error.status == 429 and BY_PROXY in error.response.headers:
        return Retry(Reason.RATE_LIMITED, _AT_ONCE)
    if error.status == 429:
        # discord.py raises a 429 only where it lacks a `Via` header: Cloudflare's ban on the
        # address.
        return Retry(Reason.RATE_LIMITED, _LATER)
    if error.status >= 500 or error.status == 408:  # a proxy's: Discord did not answer it in time
        return Retry(Reason.UNAVAILABLE, _SOON)
    if error.status in (403, 404):
        # A new code, or none, as a proxy answers: no reason to take the channel for lost.
        return Refused(Reason.UNKNOWN_PLACE, error.text)
    return Refused(Reason.UNKNOWN, error.text)
