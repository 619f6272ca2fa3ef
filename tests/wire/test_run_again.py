"""What `paperboy run` does where it cannot begin at once, and where it is stopped at its work."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

import bot.cli.run
from bot import app
from bot.cli.run import run_bot
from papers.model import Batch
from tests.bot.world import FakeSource, make_settings
from tests.databases import put_empty
from tests.discord_server import DiscordServer
from tests.wire.cluster_process import Quick


async def test_a_start_in_which_the_database_goes_away_is_tried_again(
    discord_server: DiscordServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    whole: Callable[..., Any] = app.open_search
    asked: list[int] = []

    async def open_search(*given: Any, **more: Any) -> Any:
        asked.append(len(asked))
        if len(asked) == 1:
            raise OperationalError("SELECT 1", {}, ConnectionRefusedError(111, "refused"))
        return await whole(*given, **more)

    monkeypatch.setattr(app, "open_search", open_search)
    put_empty(tmp_path)
    settings = make_settings(
        tmp_path,
        discord_token=discord_server.world.token,
        discord_api_url=discord_server.api_url,
        discord_gateway_url=discord_server.gateway_url,
    )
    running = asyncio.create_task(run_bot(settings, sources=[FakeSource({})]))
    await discord_server.until(lambda: discord_server.gateway.connected or running.done())
    assert not running.done(), running.exception()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, 60) == 0
    assert len(asked) == 2
    said = capfd.readouterr().err
    assert "the database cannot be used" in said
    assert "Traceback" not in said


class SlowSource(FakeSource):
    """A source that does not answer."""

    async def daily(self, day: date) -> Batch:
        """Wait for ever."""
        self.asked.append(day)
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_stop_amid_the_minutes_work_is_no_error(
    discord_server: DiscordServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Quick, "seconds", "*")
    monkeypatch.setattr(bot.cli.run, "AsyncIOScheduler", Quick)
    put_empty(tmp_path)
    settings = make_settings(
        tmp_path,
        discord_token=discord_server.world.token,
        discord_api_url=discord_server.api_url,
        discord_gateway_url=discord_server.gateway_url,
    )
    source = SlowSource({})
    running = asyncio.create_task(run_bot(settings, sources=[source]))
    await discord_server.until(lambda: source.asked or running.done())
    assert not running.done(), running.exception()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, 60) == 0
    said = capfd.readouterr().err
    assert "broken off by the stop" in said
    assert "Traceback" not in said
