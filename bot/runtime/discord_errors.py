"""Errors of Discord that ordinary use brings, so that logs need no traceback of them."""

import aiohttp
import discord

# What an interaction meets when its answer comes too late (10062, 10015, 50027), was given already
# (40060), or what it would answer on is gone or archived meanwhile.
_UNANSWERABLE: frozenset[int] = frozenset((10008, 10015, 10062, 40060, 50027, 50083))


def is_unanswerable(error: BaseException | None) -> bool:
    """Return whether Discord takes no more answers to an interaction, as ordinary use brings it."""
    return isinstance(error, discord.HTTPException) and error.code in _UNANSWERABLE


def is_unavailable(error: BaseException | None) -> bool:
    """Return whether Discord did not answer: a 5xx, or a connection that failed."""
    return isinstance(error, (discord.DiscordServerError, aiohttp.ClientError, ConnectionError))
