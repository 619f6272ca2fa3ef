"""Names that resolve to another address the next time: a feed is read from public ones alone.

The names are resolved by what aiohttp resolves them with, whose answers come from a table here.
127.0.0.1 stands for a public address, and 127.0.0.2 for one of a private network.
"""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest

from papers.sources import SourceErrorKind
from papers.sources.feed import FeedReader, FeedState, Reading
from papers.sources.public_addresses import is_public
from tests.papers.sources.serving import Reply, Service

NOW = datetime(2026, 7, 16, 9, tzinfo=UTC)
PUBLIC, PRIVATE = "127.0.0.1", "127.0.0.2"
FEED = Reply(
    b"<rss version='2.0'><channel><title>Tests</title><item><title>Paper</title>"
    b"<link>https://journal.example/a/1</link></item></channel></rss>",
    headers={"Content-Type": "application/rss+xml"},
)


def allowed(address: IPv4Address | IPv6Address) -> bool:
    return address == ip_address(PUBLIC) or is_public(address)


Names = dict[str, Iterator[list[str]]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The addresses of names, those of one question after those of the one before."""
    known: Names = {}
    real: Callable[..., Any] = socket.getaddrinfo

    def answered(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host not in known:
            return real(host, port, *rest, **more)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in next(known[host])
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answered)
    return known


@pytest.fixture
async def behind(service: Service) -> AsyncIterator[list[str]]:
    """Who connected to the same port of the private address."""
    met: list[str] = []

    def connected(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(str(writer.get_extra_info("peername")))
        writer.close()

    port = int(service.url.rpartition(":")[2])
    async with await asyncio.start_server(connected, PRIVATE, port):
        yield met


async def read(service: Service, host: str, path: str = "/feed") -> Reading:
    url = service.url.replace(PUBLIC, host)
    return await FeedReader(allowed=allowed).read(FeedState(f"{url}{path}"), NOW, NOW.date())


def refused(reading: Reading) -> bool:
    failure = reading.failure
    return (
        failure is not None
        and failure.kind is SourceErrorKind.REFUSED
        and "not public" in failure.detail
    )


async def test_a_name_that_was_public_when_it_was_added_is_refused_once_it_is_not(
    service: Service, names: Names, behind: list[str]
) -> None:
    service.on("/feed", FEED)
    names["rebind.example"] = iter([[PUBLIC], [PRIVATE], ["10.0.0.5"], ["169.254.169.254"]])
    assert (await read(service, "rebind.example")).contents is not None
    for _ in range(3):
        assert refused(await read(service, "rebind.example"))
    assert len(service.requests) == 1
    assert behind == []


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    service: Service, names: Names, behind: list[str]
) -> None:
    """Who answers every other question with a private address gains nothing."""
    service.on("/feed", FEED)
    names["turns.example"] = itertools.cycle([[PUBLIC], [PRIVATE]])
    readings = [await read(service, "turns.example") for _ in range(6)]
    assert [reading.contents is not None for reading in readings] == [True, False] * 3
    assert all(map(refused, readings[1::2]))
    assert behind == []


@pytest.mark.parametrize("answer", [[PRIVATE, PUBLIC], [PUBLIC, PRIVATE]])
async def test_of_several_addresses_the_private_ones_are_never_connected_to(
    answer: list[str], service: Service, names: Names, behind: list[str]
) -> None:
    service.on("/feed", FEED)
    names["both.example"] = itertools.repeat(answer)
    assert (await read(service, "both.example")).contents is not None
    assert behind == []


async def test_a_redirect_to_a_name_that_resolves_to_a_private_address_is_refused(
    service: Service, names: Names, behind: list[str]
) -> None:
    port = service.url.rpartition(":")[2]
    to = f"http://inner.example:{port}/feed"
    service.on("/feed", Reply(status=302, headers={"Location": to}))
    names["outer.example"] = iter([[PUBLIC]])
    names["inner.example"] = iter([[PRIVATE]])
    assert refused(await read(service, "outer.example"))
    assert behind == []


async def test_a_redirect_to_itself_under_a_rebound_name_reaches_nothing_private(
    service: Service, names: Names, behind: list[str]
) -> None:
    service.on("/feed", Reply(status=302, headers={"Location": "/again"}))
    service.on("/again", FEED)
    names["rebind.example"] = iter([[PUBLIC], [PRIVATE]])
    await read(service, "rebind.example")
    assert behind == []
