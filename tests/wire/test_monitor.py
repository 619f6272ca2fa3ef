"""What the bot counts of its own traffic, over real sockets; and when it stops sending."""

import asyncio
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest

from bot.cli.check import check
from bot.monitor import InvalidRequests, Thresholds, serving
from tests.bot.world import MONDAY, at, make_settings
from tests.discord_server import DiscordServer
from tests.wire.bot import Connected, connected

SENDING = "POST /channels/*/messages"


def counted(here: Connected, method: str, route: str, status: str) -> float:
    labels = {"method": method, "route": route, "status": status}
    registry = here.bot.monitor.instruments.registry
    return registry.get_sample_value("paperboy_http_requests_total", labels) or 0


async def get(port: int | None, path: str) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as answer,
    ):
        body = await (answer.text() if path == "/metrics" else answer.json())
        return answer.status, body


async def test_every_request_is_counted_by_route_and_status(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, save_reactions=False) as here:
        await here.add_feed(time="09:00")
        discord_server.fail(SENDING, status=503)
        before = counted(here, "POST", "/channels/{id}/messages", "200")
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 9, 5))
        assert counted(here, "POST", "/channels/{id}/messages", "200") == before + 4
        assert counted(here, "POST", "/channels/{id}/messages", "503") == 1
        assert counted(here, "POST", "/channels/{id}/messages/{id}/threads", "201") == 1
        assert counted(here, "POST", "/interactions/{id}/{token}/callback", "200") == 1
        assert len(here.bot.monitor.requests.invalid) == 0


async def test_sending_pauses_after_many_refusals_while_commands_go_on(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    few, seconds = Thresholds(invalid_stop=3, invalid_resume=1, invalid_window=5.0), 0.0
    async with connected(discord_server, tmp_path, save_reactions=False, thresholds=few) as here:
        here.bot.monitor.requests.invalid = InvalidRequests(few, lambda: seconds)
        await here.add_feed(time="09:00")
        for _ in range(3):
            here.bot.monitor.requests.invalid.add()
        before = len(discord_server.requests)
        await here.tick(at(MONDAY, 9))
        assert len(discord_server.requests) == before
        answer = await here.world.slash(here.member, here.channel, "paper trending")
        assert "Paper number" in answer.text
        status, told = await get_all(here, tmp_path)
        assert status == 200
        assert "paperboy_sending_paused 1.0" in told

        seconds = 4.9
        assert here.bot.monitor.requests.invalid.pause is not None
        seconds = 5.1
        assert here.bot.monitor.requests.invalid.pause is None
        await here.tick(at(MONDAY, 9, 30))
        assert "Monday 9 June 2025" in here.channel.history[0].text
        assert len(here.world.threads_of(here.channel)) == 1


async def get_all(here: Connected, folder: Path) -> tuple[int, str]:
    async with serving(here.bot.monitor, make_settings(folder, metrics_port=0)) as port:
        status, body = await get(port, "/metrics")
    return status, str(body)


async def test_refusals_by_discord_count_and_those_of_a_shared_limit_do_not(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, save_reactions=False) as here:
        await here.add_feed(time="09:00")
        discord_server.fail(SENDING, status=403, code=50013)
        await here.tick(at(MONDAY, 9))
        assert len(here.bot.monitor.requests.invalid) == discord_server.invalid_requests == 1


async def test_a_check_logs_in_and_prints_the_link_to_invite_the_bot_with(
    discord_server: DiscordServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.cli.check.live_sources", Mock(return_value=[]))
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed()
        token, url = here.world.token, discord_server.api_url
        settings = make_settings(tmp_path, discord_token=token, discord_api_url=url)
        assert await check(settings) == 0
        said = capsys.readouterr().out
        assert "active daily threads: 1" in said
        assert "#papers in Reading Group): all permissions granted" in said
        assert "permissions=2832651190914112" in said
        assert token not in said

        wrong = make_settings(tmp_path, discord_token="MTA.bm90.YW55", discord_api_url=url)
        assert await check(wrong) == 1
        assert "the token was refused; reset it in the developer portal" in capsys.readouterr().out


async def test_health_is_told_of_each_part_and_does_not_rest_on_being_ready(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    settings = make_settings(tmp_path, metrics_port=0)
    async with connected(discord_server, tmp_path) as here:
        monitor = here.bot.monitor
        async with serving(monitor, settings) as port:
            status, told = await get(port, "/healthz")
            assert status == 200, told
            assert set(told["checks"]) == {"loop", "gateway", "beat", "database"}

        # The connection is still there as far as discord.py knows, but nobody answers.
        info: Any = here.bot.shards[0]
        heart = info._parent.ws._keep_alive
        heart._last_ack -= 10 * heart.interval
        assert here.bot.is_ready()
        async with serving(monitor, settings) as port:
            status, told = await get(port, "/healthz")
            assert status == 503
            assert "no heartbeat" in told["checks"]["gateway"]["text"]
            # Starting again would not bring Discord back.
            assert (await get(port, "/livez"))[0] == 200


async def test_a_database_that_takes_no_writes_is_unhealthy(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    impatient = Thresholds(write_timeout=0.2)
    async with connected(discord_server, tmp_path, thresholds=impatient) as here:
        settings = make_settings(tmp_path, metrics_port=0)
        async with serving(here.bot.monitor, settings) as port, here.bot.services.database.write():
            for page in ("/healthz", "/livez"):
                status, told = await get(port, page)
                assert status == 503, page
                assert "did not end" in told["checks"]["database"]["text"]


async def test_work_that_does_not_come_to_its_end_is_unhealthy(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, thresholds=Thresholds(cycle_age=0.0)) as here:
        here.bot.monitor.cycle_failed(RuntimeError("a person's words"))
        await asyncio.sleep(0.01)
        settings = make_settings(tmp_path, metrics_port=0)
        async with serving(here.bot.monitor, settings) as port:
            status, told = await get(port, "/livez")
        assert status == 503
        assert "RuntimeError" in told["checks"]["beat"]["text"]
        assert "words" not in str(told)
