"""The address that the demo's browser opens: simcord's preview, with our lists around it."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

_PAGE: Final = Path(__file__).with_name("page")
_FILES: Final = {"demo.js": "text/javascript", "demo.css": "text/css"}
_ADDED: Final = (
    '<link rel="stylesheet" href="/demo/demo.css">\n'
    '    <script type="module" src="/demo/demo.js"></script>\n  </body>'
)
_HOP_BY_HOP: Final = frozenset(
    {"host", "origin", "connection", "content-length", "transfer-encoding", "content-encoding"}
)
_PATIENCE: Final = 1.0
"""Seconds that requests under way get before the preview that they went to closes."""
_LARGEST: Final = 64 * 2**20
"""Bytes of an upload that are passed on."""


class Actions(Protocol):
    """What the page can ask for besides what the preview does; each takes the request's JSON."""

    async def overview(self, given: dict[str, Any]) -> Any: ...
    async def posts(self, given: dict[str, Any]) -> Any: ...
    async def pins(self, given: dict[str, Any]) -> Any: ...
    async def open(self, given: dict[str, Any]) -> Any: ...
    async def menu(self, given: dict[str, Any]) -> Any: ...
    async def react(self, given: dict[str, Any]) -> Any: ...
    async def wait(self, given: dict[str, Any]) -> Any: ...
    async def cancel(self, given: dict[str, Any]) -> Any: ...


class DemoServer:
    """Passes requests on to the preview that is open, and answers `/demo/…` itself.

    It answers on this machine only, and only to pages of its own address that have the preview's
    secret, as the preview does.
    """

    def __init__(self, actions: Actions) -> None:
        self._actions: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            name: getattr(actions, name)
            for name in ("overview", "posts", "pins", "open", "menu", "react", "wait", "cancel")
        }
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None
        self.port = 0
        self.inner = ""
        """The address of the preview that is open; empty while there is none."""
        self.capability = ""
        self._passing: set[asyncio.Task[web.Response]] = set()

    @property
    def url(self) -> str:
        """The address with its secret."""
        return f"http://127.0.0.1:{self.port}/#{self.capability}"

    async def start(self, port: int) -> None:
        """Listen.

        Raises:
            OSError: the port cannot be had.
        """
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_get("/demo/{name}", self._file)
        app.router.add_post("/demo/{name}", self._act)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._client = aiohttp.ClientSession(
            # A connection kept open would hold up the closing of the preview behind it.
            connector=aiohttp.TCPConnector(force_close=True)
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._client is not None:
            await self._client.close()

    def _is_ours(self, request: web.Request) -> bool:
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        origin = request.headers.get("Origin")
        return request.headers.get("Host") in hosts and (
            origin is None or urlsplit(origin).netloc in hosts
        )

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if not self._is_ours(request) or name not in _FILES:
            raise web.HTTPNotFound
        return web.Response(
            text=(_PAGE / name).read_text("utf-8"),
            content_type=_FILES[name],
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        )

    async def _act(self, request: web.Request) -> web.Response:
        known = request.headers.get("X-Simcord-Capability", "")
        if not self._is_ours(request) or not secrets.compare_digest(known, self.capability):
            raise web.HTTPUnauthorized
        action = self._actions.get(request.match_info["name"])
        if action is None:
            raise web.HTTPNotFound
        try:
            given = await request.json()
            answer = await action(given)
        except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text="this cannot be done here") from error
        return web.json_response(answer)

    async def leave(self) -> None:
        """Pass nothing more on to the preview, which is about to close.

        A connection that comes while the preview's own server closes would hold that up for a
        minute: it is neither served nor closed.
        """
        self.inner = ""
        if self._passing:
            _, pending = await asyncio.wait(self._passing, timeout=_PATIENCE)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    async def _pass_on(self, request: web.Request) -> web.Response:
        if not self._is_ours(request):
            raise web.HTTPForbidden
        if not self.inner or self._client is None:
            raise web.HTTPServiceUnavailable
        task = asyncio.create_task(self._fetch(self._client, self.inner, request))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        await asyncio.wait([task])
        if task.cancelled():
            raise web.HTTPServiceUnavailable
        return task.result()

    async def _fetch(
        self, client: aiohttp.ClientSession, inner: str, request: web.Request
    ) -> web.Response:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _HOP_BY_HOP
        }
        try:
            async with client.request(
                request.method,
                f"{inner}{request.path_qs}",
                headers=headers,
                data=await request.read() if request.can_read_body else None,
            ) as answer:
                body = await answer.read()
                if request.path == "/":
                    body = body.replace(b"</body>", _ADDED.encode())
                kept = {
                    name: value
                    for name, value in answer.headers.items()
                    if name.lower() not in _HOP_BY_HOP | {"date", "server"}
                }
                return web.Response(body=body, status=answer.status, headers=kept)
        except aiohttp.ClientError as error:
            raise web.HTTPServiceUnavailable from error
