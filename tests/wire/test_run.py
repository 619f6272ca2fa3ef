"""`paperboy run` as an operator starts it, in a Discord that is a process of its own too."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.databases import settings_of, url_in
from tests.looking import rows
from tests.storage.shared import names
from tests.wire import processes
from tests.wire.processes import ROOT

NOWHERE = "http://127.0.0.1:9"
"""A port that refuses: the sources are out of reach."""


@dataclass
class Process:
    """A running program; what it says goes to a file, so that it never waits to be read."""

    running: asyncio.subprocess.Process
    log: Path

    async def end(self, number: signal.Signals | None = None, *, patience: float = 30) -> int:
        """Wait for its end, after a signal if one is given, and return its exit code."""
        if number is not None:
            self.running.send_signal(number)
        return await asyncio.wait_for(self.running.wait(), patience)

    def said(self) -> str:
        return self.log.read_text()


def new_log(folder: Path) -> Path:
    return folder / f"{len(list(folder.glob('*.log')))}.log"


@asynccontextmanager
async def process(
    module: str, *arguments: str, folder: Path, **settings: str
) -> AsyncGenerator[Process]:
    """Run a Python module in a folder; it is over when the block is."""
    log = new_log(folder)
    with log.open("wb") as said:
        started = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
            stdout=said,
            stderr=said,
        )
    try:
        yield Process(started, log)
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


class Remote:
    """The world of a server in another process."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def show(self) -> Any:
        async with self._session.get(self._url) as answer:
            return await answer.json()

    async def do(self, name: str, **what: Any) -> Any:
        async with self._session.post(self._url, json={"do": name, **what}) as answer:
            done = await answer.json()
            assert answer.status == 200, done
            return done


@asynccontextmanager
async def a_discord(folder: Path) -> AsyncGenerator[tuple[Remote, dict[str, str]]]:
    """Start the server, and return its world and the settings that lead a bot there."""
    arguments = ("--pace", "0.05", "--seconds", "120")
    server = await processes.start("tests.discord_server", *arguments, folder=folder)
    try:
        async with asyncio.timeout(30):
            while "\n" not in server.said:  # noqa: ASYNC110 - a file tells nobody that it grew
                await asyncio.sleep(0.05)
        told: dict[str, str] = json.loads(server.said)
        async with aiohttp.ClientSession() as session:
            world = Remote(session, told["world"])
            yield world, {name: value for name, value in told.items() if name.isupper()}
            assert (await world.show())["violations"] == []
    finally:
        server.kill()
        await server.wait()


@asynccontextmanager
async def a_bot(folder: Path, settings: dict[str, str]) -> AsyncGenerator[Process]:
    """Start the bot as `paperboy run` does, with its sources out of reach."""
    sources = dict.fromkeys(("HUGGINGFACE_URL", "ARXIV_API_URL", "ARXIV_RSS_URL"), NOWHERE)
    everything = {"EMBEDDER": "none", **settings_of(folder), **sources, **settings}
    async with process("bot", "run", folder=folder, **everything) as bot:
        yield bot


async def ready(world: Remote, bot: Process, *, start: int = 1) -> None:
    """Wait until the bot is connected; its last words are the failure's if it ends instead.

    The start counts from one: Discord may hold a killed bot's session for live a moment longer,
    and what is sent to that session is lost.
    """
    connected = asyncio.ensure_future(world.do("ready", identified=start))
    over = asyncio.ensure_future(bot.end(patience=60))
    await asyncio.wait({connected, over}, return_when=asyncio.FIRST_COMPLETED)
    if over.done():
        connected.cancel()
        raise AssertionError(bot.said())
    over.cancel()
    await connected


@pytest.mark.timeout(120)
async def test_the_bot_stops_when_asked_and_knows_its_feeds_when_it_was_killed(
    tmp_path: Path,
) -> None:
    async with a_discord(tmp_path) as (world, settings):
        async with a_bot(tmp_path, settings) as bot:
            await ready(world, bot)
            added = await world.do(
                "slash",
                user="ada",
                channel="papers",
                command="feed add",
                options={"channel": {"channel": "papers"}},
            )
            assert added["messages"]
            await bot.end(signal.SIGKILL)

        async with a_bot(tmp_path, settings) as bot:
            await ready(world, bot, start=2)
            listed = await world.do("slash", user="ada", channel="papers", command="feed list")
            assert "09:00" in listed["messages"][0]["text"]
            status = await world.do("slash", user="grace", channel="papers", command="paper status")
            assert status["messages"]
            assert await bot.end(signal.SIGTERM, patience=15) == 0, bot.said()
            assert "Traceback" not in bot.said()


async def healthy(bot: Process) -> dict[str, Any]:
    """Wait until the bot says that it is well, at the port that its log names."""
    found = re.search(r"health and metrics at (\S+)", bot.said())
    assert found is not None, bot.said()
    said = "nothing"
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"{found[1]}/healthz") as answer:
                    said = await answer.text()
                    if answer.status == 200:
                        return json.loads(said)["checks"]
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise AssertionError(f"the bot is not well: {said}") from None


async def told(*arguments: str, folder: Path) -> tuple[int, str]:
    """Run another command beside the bot, and return its exit code and what it says."""
    async with process("bot", *arguments, folder=folder, **settings_of(folder)) as command:
        return await command.end(), command.said()


@pytest.mark.timeout(120)
async def test_a_backup_is_put_back_once_the_bot_is_stopped_and_not_before(tmp_path: Path) -> None:
    async with a_discord(tmp_path) as (world, settings):
        async with a_bot(tmp_path, settings | {"METRICS_PORT": "0"}) as bot:
            await ready(world, bot)
            assert (await healthy(bot)).keys() == {"loop", "gateway", "beat", "database"}
            code, said = await told("backup", "before.db", folder=tmp_path)
            assert code == 0, said
            await world.do(
                "slash",
                user="ada",
                channel="papers",
                command="feed add",
                options={"channel": {"channel": "papers"}},
            )
            code, said = await told("restore", "--yes", "before.db", folder=tmp_path)
            assert code == 1
            assert "stop the bot before restoring" in said
            assert "Traceback" not in said
            assert await bot.end(signal.SIGTERM, patience=15) == 0, bot.said()

        assert feeds_in(tmp_path) == 1
        code, said = await told("restore", "--yes", "before.db", folder=tmp_path)
        assert code == 0, said
        assert re.search(
            r"w(as|ere) kept (as paperboy\.db\.replaced-|in the schema replaced_)2", said
        )
        assert feeds_in(tmp_path) == 0
        assert names(tmp_path, "*.index") == []
        async with a_bot(tmp_path, settings) as bot:
            await ready(world, bot, start=2)
            listed = await world.do("slash", user="ada", channel="papers", command="feed list")
            assert "no daily thread yet" in listed["messages"][0]["text"]


def feeds_in(folder: Path) -> int:
    ((count,),) = rows(url_in(folder), "SELECT count(*) FROM feeds")
    return count


async def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = {"DISCORD_TOKEN": "a.b.c", "METRICS_PORT": str(taken.getsockname()[1])}
        async with a_bot(tmp_path, settings) as bot:
            assert await bot.end() == 1
    assert "METRICS_PORT: cannot listen on 127.0.0.1" in bot.said()
    assert "Traceback" not in bot.said()


async def test_links_without_a_public_address_are_said_in_one_sentence(tmp_path: Path) -> None:
    settings = {"DISCORD_TOKEN": "a.b.c", "FEEDS_PORT": "0"}
    async with a_bot(tmp_path, settings) as bot:
        assert await bot.end() == 1
    assert "FEEDS_URL is not set" in bot.said()
    assert "Traceback" not in bot.said()


@pytest.mark.sqlite
async def test_a_database_that_cannot_be_opened_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "paperboy.db").write_bytes(b"no database at all" * 500)
    async with (
        a_discord(tmp_path) as (_, settings),
        a_bot(tmp_path, settings) as bot,
    ):
        assert await bot.end() == 1, bot.said()
    assert "is damaged" in bot.said()
    assert "paperboy restore" in bot.said()
    assert "Traceback" not in bot.said()


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("postgresql+asyncpg://ada:secret@127.0.0.1:1/paperboy", "Check DATABASE_URL"),
        ("paperboy.db", "DATABASE_URL is not a URL"),
        ("sqlite+aiosqlite://", "has to name a file"),
        ("sqlite+aiosqlite:////proc/nowhere/paperboy.db", "cannot open the database"),
        ("sqlite+aiosqlite:////proc", "cannot open the database"),
    ],
)
async def test_a_database_url_is_checked_before_the_bot_logs_in(
    tmp_path: Path, url: str, complaint: str
) -> None:
    async with (
        a_discord(tmp_path) as (world, settings),
        a_bot(tmp_path, settings | {"DATABASE_URL": url}) as bot,
    ):
        assert await bot.end() == 1, bot.said()
        assert (await world.show())["requests"] == []
    (sentence,) = bot.said().splitlines()
    assert complaint in sentence
    assert "secret" not in sentence


async def test_a_refused_token_is_said_in_one_sentence(tmp_path: Path) -> None:
    async with (
        a_discord(tmp_path) as (_, settings),
        a_bot(tmp_path, settings | {"DISCORD_TOKEN": "not.the.token"}) as bot,
    ):
        assert await bot.end() == 1, bot.said()
    assert "DISCORD_TOKEN" in bot.said().splitlines()[-1]
    assert "Traceback" not in bot.said()
