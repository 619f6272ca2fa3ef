"""How the server answers: JSON as Discord writes it, limits, and what goes wrong on purpose."""

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from tests.discord_server.faults import Fault
from tests.discord_server.rules import DiscordError, Json


def respond(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    """Answer with JSON, or with nothing."""
    if body is None:
        return web.Response(status=status, headers=headers)
    # discord.py takes a body for JSON only if the type is exactly this, without a charset.
    exact = {**headers, "Content-Type": "application/json"}
    return web.Response(status=status, body=json.dumps(body).encode(), headers=exact)


def slow_down(seconds: float, headers: dict[str, str], *, everywhere: bool) -> web.Response:
    """Answer that there were too many requests."""
    body: Json = {
        "message": "You are being rate limited.",
        "retry_after": round(seconds, 3),
        "global": everywhere,
    }
    # Without `Via` discord.py takes a 429 for a ban by Cloudflare.
    scope = {"X-RateLimit-Scope": "user"} | headers
    extra = {"Via": "1.1 google", "Retry-After": str(int(seconds) + 1)} | scope
    return respond(429, body, extra | ({"X-RateLimit-Global": "true"} if everywhere else {}))


def proxy_429() -> web.Response:
    """Answer as nirn-proxy does when a member of its cluster cannot be reached (lib/http.go)."""
    body: Json = {"global": False, "message": "You are being rate limited.", "retry_after": 1}
    headers = {
        "generated-by-proxy": "true",
        "x-ratelimit-scope": "user",
        "x-ratelimit-limit": "1",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(time.time()) + 1),
        "x-ratelimit-after": "1",
        "retry-after": "1",
    }
    return respond(429, body, headers)


async def strike(http: web.Request, fault: Fault) -> web.StreamResponse | None:
    """Let a request fail as told; `None` if it is to be carried out after all."""
    fault.strike()
    if fault.hang:
        try:
            async with asyncio.timeout(fault.hang):
                await fault.over.wait()
        except TimeoutError:
            pass
    if fault.silent:
        if http.transport is not None:
            http.transport.abort()
        return web.Response(status=500)
    if fault.proxy and fault.status == 429:
        return proxy_429()
    if fault.status == 429 and fault.via:
        return slow_down(fault.retry_after or 1.0, {}, everywhere=False)
    headers: dict[str, str] = {}
    if fault.retry_after is not None:
        headers["Retry-After"] = str(int(fault.retry_after))
    if fault.status is not None and fault.html:
        page = f"<html><title>{fault.status}</title></html>"
        kind = {"Content-Type": "text/html"}
        return web.Response(status=fault.status, text=page, headers=headers | kind)
    if fault.status is not None:
        error = DiscordError(fault.status, fault.code, fault.message)
        return respond(fault.status, error.to_json(), headers)
    return None
