"""The server: Discord's REST API and gateway on a local port, for a real client to talk to."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from tests.discord_server import answers as _answers  # registers its routes
from tests.discord_server.buckets import Buckets
from tests.discord_server.fake_discord import FakeDiscord
from tests.discord_server.faults import Fault, When
from tests.discord_server.gateway import Gateway
from tests.discord_server.replies import respond, slow_down, strike
from tests.discord_server.routes import ROUTES, Call, File, Handler
from tests.discord_server.rules import DiscordError
from tests.discord_server.schema import discord_schema

__all__ = ["DiscordServer", "Request"]

API = "/api/v10"
MAJOR = ("channel_id", "guild_id", "webhook_id", "token")
OPEN = ("/interactions/", "/webhooks/")
"""Routes whose token is in the path."""

MISTAKES = frozenset({30032, 40060, 50006, 50035})
"""Errors that only a mistake of the bot's own can bring about: each is a violation."""

assert _answers.WEBHOOK


@dataclass
class Request:
    """One request, and how it was answered; `status` is `None` while it is not."""

    method: str
    path: str
    body: Any = None
    status: int | None = None

    @property
    def line(self) -> str:
        """Method and path, as faults name them."""
        return f"{self.method} {self.path}"


class DiscordServer:
    """A Discord of one's own. Start it, make a world, point a bot at it, look at what came.

    Attributes:
        world: what is there and what people do.
        gateway: the websocket's sessions.
        requests: every REST request, in order.
        violations: what no client may send: unknown routes, bodies against Discord's schema or
            rules, mentions that nobody asked for, the bot's token.
        buckets: the rate limits; `buckets.pace` shortens them.
        invalid_requests: answers of 401, 403 and 429, of which Discord bans for 10,000.
    """

    def __init__(self) -> None:
        self.world = FakeDiscord()
        self.gateway = Gateway(self.world, self._report)
        self.buckets = Buckets(self.world.clock.now)
        self.schema = discord_schema()
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.invalid_requests = 0
        self._faults: list[Fault] = []
        self._runner: web.AppRunner | None = None
        self.base_url = ""
        self.app = web.Application(client_max_size=25 * 1024 * 1024)
        self.app.router.add_get("/gateway", self.gateway.serve)
        for method, path, handler in ROUTES:
            self.app.router.add_route(method, API + path, self._serving(path, handler))
        self.app.router.add_route("*", "/{anything:.*}", self._on_unknown)

    async def __aenter__(self) -> "DiscordServer":
        """Start it on a free port."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback address."""
        runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1.0)
        self._runner = runner
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.gateway.url = self.gateway_url

    async def stop(self) -> None:
        """Close every connection and the port."""
        for fault in self._faults:
            fault.over.set()
        self.gateway.drop()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """What a client takes for Discord's REST address."""
        return self.base_url + API

    @property
    def gateway_url(self) -> str:
        """What a client takes for Discord's gateway."""
        return f"ws{self.base_url[4:]}/gateway"

    # -- what goes wrong -------------------------------------------------------------------

    def fail(
        self,
        pattern: str,
        *,
        times: int = 1,
        skip: int = 0,
        when: When = "before",
        status: int | None = None,
        code: int = 0,
        retry_after: float | None = None,
        via: bool = True,
        proxy: bool = False,
        html: bool = False,
        hang: float = 0.0,
        drop: bool = False,
    ) -> Fault:
        """Let requests fail: with a status and code, after a silence, or by a broken connection.

        Args:
            pattern: method and path, `*` for anything: "POST /channels/*/messages".
            times: how many of them.
            skip: how many pass before.
            when: "after" carries the request out and loses its answer.
            status: the answer's HTTP status.
            code: Discord's code in it.
            retry_after: the seconds that a 429 asks to wait.
            via: whether a 429 is Discord's own; without, it is Cloudflare's ban.
            proxy: whether a proxy before Discord gives the answer.
            html: whether the answer is a page for people, as a broken proxy gives.
            hang: seconds of silence first.
            drop: break the connection instead of answering.
        """
        fault = Fault(
            pattern, when, skip, times, status, code, retry_after, via, proxy, html, hang, drop
        )
        self._faults.append(fault)
        return fault

    def kill(self, pid: int, pattern: str = "*", *, at: int = 1, when: When = "before") -> Fault:
        """Kill a process at the `at`-th request that matches, before or after it is carried out."""
        fault = Fault(pattern, when, skip=at - 1, kill=pid)
        self._faults.append(fault)
        return fault

    def freeze(self, pid: int, pattern: str = "*", *, at: int = 1, when: When = "before") -> Fault:
        """Freeze a process at the `at`-th request that matches, until it gets SIGCONT."""
        fault = Fault(pattern, when, skip=at - 1, kill=pid, by=signal.SIGSTOP)
        self._faults.append(fault)
        return fault

    def heal(self) -> None:
        """Let nothing fail any more."""
        self._faults.clear()

    async def disconnect(self, *, resumable: bool = True, shard: int | None = None) -> None:
        """Ask the bot, or one shard of it, to reconnect; without `resumable` the session is
        forgotten."""
        await self.gateway.disconnect(resumable=resumable, shard=shard)

    # -- waiting and judging ---------------------------------------------------------------

    async def until(self, what: Callable[[], object], *, patience: float = 60.0) -> None:
        """Wait until `what` is true.

        Raises:
            AssertionError: it does not become so in time.
        """
        try:
            async with asyncio.timeout(patience):
                while not what():  # noqa: ASYNC110 - anything in the world may be waited for
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError("what was waited for did not happen") from None

    def count(self, pattern: str) -> int:
        """Return how many requests matched."""
        counter = Fault(pattern)
        for request in self.requests:
            counter.meets(request.method, request.path)
        return counter.met

    def pardon(self) -> list[str]:
        """Return the violations so far and forget them: a test has committed them on purpose."""
        pardoned, self.violations = self.violations, []
        return pardoned

    def assert_clean(self) -> None:
        """Refuse to pass over what no client may send.

        Raises:
            AssertionError: something came that Discord does not know.
        """
        assert not self.violations, "\n".join(self.violations)

    # -- one request -----------------------------------------------------------------------

    def _serving(
        self, template: str, handler: Handler
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(http: web.Request) -> web.StreamResponse:
            request = Request(http.method, http.path.removeprefix(API))
            self.requests.append(request)
            response = await self._serve(http, request, template, handler)
            request.status = response.status
            if response.status in (401, 403, 429):
                self.invalid_requests += 1
            return response

        return serve

    async def _serve(
        self, http: web.Request, request: Request, template: str, handler: Handler
    ) -> web.StreamResponse:
        call = await self._parse(http)
        request.body = call.body
        due = [fault for fault in self._faults if fault.meets(request.method, request.path)]
        for fault in due:
            if fault.when == "before" and (answer := await strike(http, fault)) is not None:
                return answer
        major = "/".join(call.parameters.get(name, "") for name in MAJOR)
        verdict = self.buckets.take(request.method, template, major)
        if verdict.retry_after is not None:
            return slow_down(verdict.retry_after, verdict.headers, everywhere=verdict.everywhere)
        status, body = self._carry_out(http, request, call, template, handler)
        for fault in due:
            if fault.when == "after" and (answer := await strike(http, fault)) is not None:
                return answer
        return respond(status, body, verdict.headers)

    def _carry_out(
        self, http: web.Request, request: Request, call: Call, template: str, handler: Handler
    ) -> tuple[int, Any]:
        try:
            self._authorize(http, template)
            self._look_for_secrets(http, request)
            self._validate(request)
            status, body = handler(call)
        except DiscordError as error:
            if error.code in MISTAKES and not error.noted:
                self.violations.append(f"{request.line}: {error} {json.dumps(error.errors)}")
            return error.status, error.to_json()
        except Exception as error:
            self.violations.append(f"{request.line} broke the server itself: {error!r}")
            raise
        self.violations += [f"{request.line}: {each}" for each in call.violations]
        if self.schema is not None:
            wrong = self.schema.of_answer(request.method, request.path, status, body)
            self.violations += [f"the server's own answer: {each}" for each in wrong]
        return status, body

    def _authorize(self, http: web.Request, template: str) -> None:
        authorized = http.headers.get("Authorization") == f"Bot {self.world.token}"
        if not authorized and not template.startswith(OPEN):
            raise DiscordError(401, 0, "401: Unauthorized")

    def _validate(self, request: Request) -> None:
        if self.schema is None:
            return
        wrong = self.schema.of_request(request.method, request.path, request.body)
        if wrong:
            self.violations += wrong
            raise DiscordError(400, 50035, "Invalid Form Body", {"_errors": wrong}, noted=True)

    def _look_for_secrets(self, http: web.Request, request: Request) -> None:
        # In its own header the bot's token is at home, and nowhere else.
        if self.world.token in http.path_qs or self.world.token in json.dumps(request.body):
            self.violations.append(f"{http.method} {request.path} carries the bot's token")

    async def _parse(self, http: web.Request) -> Call:
        body: Any = None
        files: list[File] = []
        if http.content_type == "multipart/form-data":
            async for part in await http.multipart():
                assert isinstance(part, BodyPartReader)
                content = bytes(await part.read())
                if part.name == "payload_json":
                    body = json.loads(content)
                else:
                    files.append(File(part.filename or "", content))
        elif content := await http.read():
            body = json.loads(content)
        parameters = dict(http.match_info)
        return Call(self.world, self.base_url, parameters, dict(http.query), body, files)

    def _report(self, violation: str) -> None:
        self.violations.append(violation)

    async def _on_unknown(self, http: web.Request) -> web.StreamResponse:
        self.violations.append(f"{http.method} {http.path} is not served here")
        return respond(404, {"message": "404: Not Found", "code": 0}, {})
