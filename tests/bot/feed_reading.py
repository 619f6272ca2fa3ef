"""A feed reader: an HTTP client of the bot's own server for feeds."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy

from bot.feed_server import Running, serving_feeds
from tests.bot.world import World, text_of

URL = "https://papers.example.org/feeds"
SETTINGS: Mapping[str, Any] = {"feeds_port": 0, "feeds_url": URL}
"""Settings of a bot that gives links out."""


@dataclass
class Answer:
    """What the server answered."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


@dataclass
class Reader:
    """Asks for public addresses as a reverse proxy hands them on."""

    session: aiohttp.ClientSession
    port: int
    seconds: list[float] = field(default_factory=lambda: [0.0])
    """The time by which the server limits its pace, to be moved by hand."""

    async def ask(self, address: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for an address, or for a path of the server."""
        path = address.removeprefix("https://papers.example.org")
        url = f"http://127.0.0.1:{self.port}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, url, headers=named) as answer:
            return Answer(answer.status, answer.headers, await answer.read())


@asynccontextmanager
async def reading(here: World, running: Running | None = None) -> AsyncGenerator[Reader]:
    """Serve the feeds of a bot, and read them."""
    seconds = [0.0]
    services = running or (lambda: here.bot.services)
    async with (
        serving_feeds(services, here.bot.settings, seconds=lambda: seconds[0]) as port,
        aiohttp.ClientSession() as session,
    ):
        assert port is not None
        yield Reader(session, port, seconds)


def addresses(message: Any) -> list[str]:
    """Return the addresses in an answer: of Atom, and of JSON."""
    return re.findall(rf"`({re.escape(URL)}/[\w-]+\.\w+)`", text_of(message))


async def link_of_channel(here: World) -> tuple[str, str]:
    """Let the admin make a link to the channel's papers; return its two addresses."""
    result = await here.admin.slash(here.channel, "feed link")
    assert result.response is not None
    atom, json = addresses(result.response.message)
    return atom, json
