"""A source's server on loopback that answers and fails as told, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True)
class Reply:
    """One answer; `hang` sends it after so many seconds, `drop` breaks the connection instead."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    hang: float = 0.0
    drop: bool = False


def json_reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    named = headers or {}
    return Reply(json.dumps(value).encode(), status, {"Content-Type": "application/json", **named})


def html_reply(text: str = "Are you a robot?", status: int = 200) -> Reply:
    body = f"<html><body>{text}</body></html>".encode()
    return Reply(body, status, {"Content-Type": "text/html"})


Answering = Reply | Callable[[web.Request], Reply]


class Service:
    """What is served: a list of answers for each path, the last of which is repeated."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answering]] = {}
        self.requests: list[web.Request] = []
        self.open_now = 0
        self.most_open = 0
        self.url = ""

    def on(self, path: str, *answers: Answering) -> None:
        self.answers[path] = list(answers)

    @property
    def queries(self) -> list[dict[str, str]]:
        return [dict(request.query) for request in self.requests]

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            return await self._answer(request)
        finally:
            self.open_now -= 1

    async def _answer(self, request: web.Request) -> web.Response:
        answers = self.answers.get(request.path, [Reply(status=404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        reply = answer if isinstance(answer, Reply) else answer(request)
        if reply.hang:
            await asyncio.sleep(reply.hang)
        if reply.drop and request.transport is not None:
            request.transport.abort()
        return web.Response(body=reply.body, status=reply.status, headers=reply.headers)


@asynccontextmanager
async def serving() -> AsyncGenerator[Service]:
    service = Service()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.handle)
    async with TestServer(app) as server:
        service.url = str(server.make_url("")).rstrip("/")
        yield service


class FakeTime:
    """A clock that only moves when somebody sleeps by it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)
