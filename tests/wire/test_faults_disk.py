"""What becomes of us when the database cannot be used: a sentence, no traceback, nothing twice."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.cli.run import run_minute
from storage.database import Database
from storage.engines.postgresql import WRITING
from tests import reliability
from tests.bot.world import MONDAY, at, votes
from tests.databases import is_file
from tests.discord_server import DiscordServer
from tests.discord_server.state import Event
from tests.looking import look, rows
from tests.wire.bot import Connected, connected
from tests.wire.fault_recorder import FaultRecorder

ROOT = Path(__file__).resolve().parents[2]
NINE = at(MONDAY, 9)
TEN = {MONDAY: votes(MONDAY, *range(90, 80, -1))}
"""So many papers that their post takes pages of its own in the file."""


async def pragma(database: Database, setting: str, on_a_server: str = "") -> None:
    """Set something on the connection that writes, which there is one of."""
    writer = vars(database)["_writer"]
    async with writer.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        await raw.execute(f"PRAGMA {setting}" if database.is_file else f"SET {on_a_server}")


@asynccontextmanager
async def ready_to_post(server: DiscordServer, folder: Path) -> AsyncGenerator[Connected]:
    """Connect a bot that has its papers and owes a thread at nine."""
    async with connected(server, folder, TEN) as here:
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 8, 30))
        yield here


async def ask(here: Connected) -> str:
    """Let the member do something that has to be saved, and return the answer without its id."""
    card = "paper subscribe"
    answer = await here.world.slash(here.member, here.office, card, topic="matter")
    text = answer.text.partition("\n")[0]
    return text.split("(error")[0].strip()


class Other:
    """Another program, which can keep the database locked, as one that writes for minutes does."""

    def __init__(self, here: Connected) -> None:
        url = here.bot.settings.database_url
        self._take, self._release = (
            ("BEGIN IMMEDIATE", "ROLLBACK")
            if is_file(url)
            else (f"SELECT pg_advisory_lock({WRITING})", f"SELECT pg_advisory_unlock({WRITING})")
        )
        self._look = look(url)
        self._holds = False

    def lock(self) -> None:
        """Lock it, unless it is."""
        if not self._holds:
            self._look.rows(self._take)
            self._holds = True

    def close(self) -> None:
        """Let it go."""
        self._look.rows(self._release)
        self._look.close()


async def be_impatient(here: Connected) -> None:
    """Let the bot wait a moment for a lock, instead of 15 seconds."""
    await pragma(here.bot.services.database, "busy_timeout = 50", "lock_timeout = '50ms'")


@pytest.mark.sqlite
async def test_a_full_disk_stops_everything_in_one_sentence_until_there_is_room(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with ready_to_post(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        rows(here.bot.settings.database_url, "VACUUM")  # no free page within the file
        await pragma(here.bot.services.database, "max_page_count = 1")
        await here.tick(NINE)
        await recorder.observe()
        await pragma(here.bot.services.database, "max_page_count = 1000000")
        await here.tick(at(MONDAY, 9, 1))
        await recorder.observe()
        recorder.record("disk: full for a minute")


async def test_a_database_that_became_read_only_is_said_to_people_and_to_the_operator(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with ready_to_post(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        database, name = here.bot.services.database, "default_transaction_read_only"
        await pragma(database, "query_only = ON", f"{name} = on")
        await here.tick(NINE)
        await recorder.observe()
        recorder.note(person=f"a command: “{await ask(here)}”")
        await pragma(database, "query_only = OFF", f"{name} = off")
        await here.tick(at(MONDAY, 9, 1))
        await recorder.observe()
        where = "disk" if database.is_file else "server"
        recorder.record(f"{where}: the database is read-only for a minute")


async def test_a_lock_that_is_not_given_up_is_waited_for_and_then_said(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with ready_to_post(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        await be_impatient(here)
        with closing(Other(here)) as other:
            other.lock()
            await here.tick(NINE)
            await recorder.observe()
            recorder.note(person=f"a command: “{await ask(here)}”")
        await here.tick(at(MONDAY, 9, 1))
        await recorder.observe()
        recorder.record("disk: the database is locked by another process")


async def test_a_header_that_could_not_be_recorded_is_found_again(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with ready_to_post(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        await be_impatient(here)
        with closing(Other(here)) as other:

            def lock(event: Event) -> None:
                if event.name == "MESSAGE_CREATE":
                    other.lock()

            here.world.listeners.append(lock)
            await here.tick(NINE)
            await recorder.observe()
            here.world.listeners.remove(lock)
        here.world.advance(3_600)  # no nonce is remembered any more
        await here.tick(at(MONDAY, 9, 1))
        await recorder.observe()
        assert recorder.person[-1] == "1 header, 1 thread, 10 cards"
        recorder.record("disk: locked between a header and its record")


@pytest.mark.sqlite
async def test_a_file_that_is_damaged_meanwhile_is_said_and_no_worse_is_done_to_it(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with ready_to_post(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        path = here.bot.services.database.path
        await recorder.observe()
        await here.bot.services.database.backup(tmp_path / "backup.db")
        await pragma(here.bot.services.database, "wal_checkpoint(TRUNCATE)")
        damaged = path.read_bytes()[:4096] + os.urandom(path.stat().st_size - 4096)
        path.write_bytes(damaged)
        for engine in ("_writer", "_readers"):  # what they have in memory is still whole
            await vars(here.bot.services.database)[engine].dispose()
        here.clock.at = NINE
        await run_minute(here.bot)
        assert recorder.channel() == "nothing"
        recorder.note(person=f"a command: “{await ask(here)}”")
        assert path.read_bytes() == damaged
        recorder.database.append("the file as it is found, for `paperboy restore` to put aside")
        recorder.record("disk: the database is damaged while running")


@pytest.mark.sqlite
async def test_a_damaged_file_is_refused_at_the_start_and_left_as_it_is(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    path = tmp_path / "paperboy.db"
    await (await Database.open(f"sqlite+aiosqlite:///{path}")).close()
    damaged = path.read_bytes()[:4096] + b"?" * 40_960
    path.write_bytes(damaged)
    given = {
        "PYTHONPATH": str(ROOT),
        "DISCORD_TOKEN": discord_server.world.token,
        "DISCORD_API_URL": discord_server.api_url,
        "DISCORD_GATEWAY_URL": discord_server.gateway_url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run"),
        cwd=tmp_path,
        env=os.environ | given,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    log = said.decode()
    assert process.returncode == 1, log
    assert "Traceback" not in log
    last = log.splitlines()[-1].replace(str(path), "paperboy.db")
    assert path.read_bytes() == damaged
    assert not discord_server.gateway.identified
    reliability.record(
        "faults",
        "disk: the database is damaged at the start",
        "the bot is offline",
        "the bot is offline",
        f"{last} (and nothing more: the process ends with 1)",
        "the file as it was found",
    )
