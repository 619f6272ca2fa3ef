"""Answers feed readers at secret addresses, on a port of its own behind a reverse proxy.

Whatever is not the address of a link is answered alike, after the same work. No address is logged:
it is all that is needed to read.
"""

import ipaddress
import logging
import math
import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

from bot.interactions.cooldowns import Cooldowns, RateLimit
from bot.runtime.logs import log_failure
from bot.runtime.web_server import serving
from bot.services.container import Services
from bot.services.feed_links import Form, Reading
from bot.settings import Settings, SettingsError

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger(__name__)

CLIENTS: Final = RateLimit("clients of feeds", burst=60, every=1.0)
"""Requests of one client, whatever they ask for: a reader of many feeds asks for them at once."""
LINKS: Final = RateLimit("links", burst=60, every=5.0)
"""Requests for one link: a shared one of 300 readers that each ask twice an hour."""

MAX_AGE: Final = 300
"""Seconds for which a reader may go on with what it has."""
UNAVAILABLE_FOR: Final = 60
"""Seconds after which to ask again while the bot is not connected."""

_NAME: Final = re.compile(
    rf"/(?P<token>[A-Za-z0-9_-]{{20,100}})\.(?P<form>{'|'.join(Form)})", re.ASCII
)
_TYPES: Final = {
    Form.ATOM: "application/atom+xml",
    Form.JSON: "application/feed+json",
}
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""For a browser that opens a feed: it runs nothing, and names the address to no other site."""

Running: TypeAlias = Callable[[], Services | None]
"""Returns the services of the moment, `None` while there are none."""


class _Server:
    def __init__(self, running: Running, base_path: str, seconds: Callable[[], float]) -> None:
        self._running = running
        self._base_path = base_path
        self._seconds = seconds
        self._limits = Cooldowns()

    async def answer(self, request: "web.Request") -> "web.Response":
        """Answer any path: with a feed, that nothing changed, or why not."""
        if (wait := self._wait(_client(request), CLIENTS)) is not None:
            return _too_many(wait)
        services = self._running()
        if services is None:
            return _refusal(503, "Not available right now.", wait=UNAVAILABLE_FOR)
        try:
            return await self._read(services, request)
        except Exception as error:
            log_failure(log, error, "a feed could not be read")
            return _refusal(503, "Not available right now.", wait=UNAVAILABLE_FOR)

    async def _read(self, services: Services, request: "web.Request") -> "web.Response":
        # A proxy hands the path of the public address on, or only what follows it.
        name = request.path.removeprefix(self._base_path)
        match = _NAME.fullmatch(name)
        # What cannot be a token is looked up, too: no answer is faster for that.
        token = name if match is None else match["token"]
        link = await services.feed_links.find(token)
        if match is None or link is None:
            return _refusal(404, "Not found.")
        if (wait := self._wait(link.id, LINKS)) is not None:
            return _too_many(wait)
        form = Form(match["form"])
        reading = await services.feed_links.read(link, token, form)
        return _refusal(404, "Not found.") if reading is None else _found(request, reading, form)

    def _wait(self, key: int, rate_limit: RateLimit) -> int | None:
        """Count a request; return how many seconds to wait if there were too many."""
        now = datetime.fromtimestamp(self._seconds(), UTC)
        again = self._limits.take(key, rate_limit, now)
        return None if again is None else max(1, math.ceil((again - now).total_seconds()))


def _found(request: "web.Request", reading: Reading, form: Form) -> "web.Response":
    from aiohttp import web

    response = web.Response(
        headers={**_HEADERS, "Cache-Control": f"private, max-age={MAX_AGE}"},
        content_type=_TYPES[form],
        charset="utf-8",
    )
    response.etag = reading.tag
    response.last_modified = reading.changed_at
    if _is_known(request, reading):
        response.set_status(304)
        response.body = None
    else:
        response.body = reading.body
    return response


def _is_known(request: "web.Request", reading: Reading) -> bool:
    """Return whether the reader has this already (RFC 9110, section 13.2.2)."""
    if (tags := request.if_none_match) is not None:
        return any(tag.value in ("*", reading.tag) for tag in tags)
    since = request.if_modified_since
    return since is not None and since >= reading.changed_at


def _too_many(wait: int) -> "web.Response":
    return _refusal(429, "Too many requests.", wait=wait)


def _refusal(status: int, text: str, *, wait: int | None = None) -> "web.Response":
    from aiohttp import web

    headers = {**_HEADERS, "Cache-Control": "no-store"}
    if wait is not None:
        headers["Retry-After"] = str(wait)
    return web.Response(status=status, text=f"{text}\n", headers=headers)


def _client(request: "web.Request") -> int:
    """Return a number for who asks: an IPv4 address, or the network of an IPv6 one.

    A proxy on this machine or in a private network says for whom it asks; what it adds comes last.
    """
    peer = _address(request.remote or "")
    if peer is not None and (peer.is_loopback or peer.is_private):
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        peer = _address(forwarded.rpartition(",")[2].strip()) or peer
    if peer is None:
        return 0
    return int(peer) >> 64 if peer.version == 6 else int(peer)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _silent() -> logging.Logger:
    """Return a logger that writes nothing: aiohttp's quotes a request that it cannot parse."""
    logger = logging.Logger(f"{__name__}.requests")
    logger.addHandler(logging.NullHandler())
    return logger


@asynccontextmanager
async def serving_feeds(
    running: Running, settings: Settings, *, seconds: Callable[[], float] = time.monotonic
) -> AsyncGenerator[int | None]:
    """Answer while the block runs, where the settings name a port; yields the port.

    Args:
        running: returns the services of the moment.
        settings: the operator's settings.
        seconds: a clock for the rate limits.

    Raises:
        SettingsError: there is no public address, or the port cannot be had.
    """
    host, port = settings.feeds_host, settings.feeds_port
    if port is None:
        yield None
        return
    if settings.feeds_url is None:
        raise SettingsError(
            "FEEDS_URL is not set: with FEEDS_PORT, it must be the public address at which your"
            " reverse proxy serves that port, e.g. https://papers.example.org"
        )
    # Imported here, as in bot.runtime.web_server.
    from aiohttp import web

    app = web.Application()
    server = _Server(running, urlsplit(settings.feeds_url).path, seconds)
    app.router.add_get("/{path:.*}", server.answer)
    async with serving(app, host, port, setting="FEEDS_PORT", logger=_silent()) as taken:
        log.info("feeds at http://%s:%d", host, taken)
        yield taken
