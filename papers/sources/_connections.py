"""Connections of aiohttp, as the sources use them."""

import aiohttp

from papers.sources.public_addresses import PRIVATE


class BrokenConnectionError(aiohttp.ClientError):
    """A connection failed, in a kind of error that aiohttp does not act on by itself."""


async def once_only(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Make a request once: aiohttp repeats a GET when the server hangs up, past any pacer."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        why = PRIVATE if PRIVATE in str(error) else type(error).__name__
        raise BrokenConnectionError(why) from error


def one_connection_only() -> aiohttp.TCPConnector:
    """Return a connector that keeps no connection beside the one in use, to any host."""
    return aiohttp.TCPConnector(limit=1, force_close=True)


def moved_to(response: aiohttp.ClientResponse) -> str | None:
    """Return the address that permanent redirects led to, `None` without one."""
    permanent = all(step.status in (301, 308) for step in response.history)
    return str(response.url) if response.history and permanent else None


def cause(error: Exception) -> str:
    """Return what went wrong in a few words."""
    return str(error) if isinstance(error, BrokenConnectionError) else type(error).__name__
