"""`DISCORD_API_URL` may name a rate-limiting proxy, whose own answers are not Discord's."""

from pathlib import Path

import pytest

from tests.bot.world import MONDAY, at
from tests.discord_server import DiscordServer
from tests.wire.bot import connected

HEADER = "POST /channels/*/messages"


async def test_a_proxy_that_asks_for_patience_is_no_ban_and_the_thread_comes_at_once(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        fault = discord_server.fail(HEADER, status=429, proxy=True)
        await here.tick(at(MONDAY, 9))
        assert fault.met
        if not here.world.threads_of(here.channel):
            await here.tick(at(MONDAY, 9, 1))
        assert len(here.world.threads_of(here.channel)) == 1
        assert len(here.channel.history) == 1
        assert "Discord asked for a pause" not in caplog.text
        assert len(here.bot.monitor.requests.invalid) == 0, "Discord has not seen it"


async def test_a_request_that_the_proxy_gave_up_waiting_for_may_have_been_carried_out(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        discord_server.fail(HEADER, status=408, when="after")
        await here.tick(at(MONDAY, 9))
        here.world.advance(3_600)  # no nonce is remembered
        for minute in (1, 2, 3):
            await here.tick(at(MONDAY, 9, minute))
        assert len(here.channel.history) == 1
        assert len(here.world.threads_of(here.channel)) == 1
