"""A server per test, with discord.py pointed at it."""

import logging
from collections.abc import AsyncIterator

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.discord_server import DiscordServer


@pytest.fixture
async def discord_server(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[DiscordServer]:
    """A Discord that discord.py takes for the real one.

    It must have heard nothing unheard of, and the log must not tell what people keep to themselves.
    """
    caplog.set_level(logging.INFO)
    async with DiscordServer() as server:
        monkeypatch.setattr(Route, "BASE", server.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url))
        yield server
    server.assert_clean()
    for line in caplog.text.splitlines():
        for secret in server.world.secrets():
            assert secret not in line, f"the log tells {secret!r}: {line}"
