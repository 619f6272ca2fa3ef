"""What goes wrong is told when it begins and when it is over: to the owner, and in the log."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.monitor import Thresholds
from storage import digests, incidents, tables
from storage.incidents import Incident
from tests.bot.world import MONDAY, at
from tests.discord_server import DiscordServer, User
from tests.wire.bot import Connected, connected

MINUTE = timedelta(minutes=1)


def own(here: Connected) -> User:
    """Let a person own the application."""
    owner = here.world.add_member(here.guild, "olga")
    application: Any = here.bot.application
    application.owner.id = owner.id
    return owner


async def known(here: Connected) -> list[Incident]:
    async with here.bot.services.database.read() as conn:
        rows = await conn.execute(select(tables.incidents).order_by(tables.incidents.c.id.desc()))
        return [Incident(*row) for row in rows]


def told(here: Connected, owner: User) -> list[str]:
    channel = here.world.dm_of(owner)
    return [] if channel is None else [message.text for message in channel.history]


async def test_a_source_that_is_out_of_reach_for_hours_is_told_twice_and_not_a_hundred_times(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bot.monitor")
    async with connected(discord_server, tmp_path) as here:
        owner = own(here)
        here.source.failing = True
        for minutes in range(0, 180, 6):
            await here.tick(at(MONDAY, 8) + minutes * MINUTE)
        (incident,) = await known(here)
        assert incident.kind == "source"
        assert incident.ended_at is None
        assert "Fake has not answered for an hour" in incident.text

        here.source.failing = False
        for minutes in range(0, 60, 6):
            await here.tick(at(MONDAY, 11) + minutes * MINUTE)
        (incident,) = await known(here)
        assert incident.ended_at is not None
        began, over = told(here, owner)
        assert "Problem found" in began
        assert "Fake has not answered" in began
        assert "Problem solved" in over
    lines = [record.getMessage() for record in caplog.records if "incident" in record.message]
    assert len(lines) == 2


async def test_what_comes_back_within_minutes_is_one_incident(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        owner = own(here)
        for minute in range(40):
            here.bot.services.maintenance.last_error = "disk full" if minute % 5 else None
            await here.bot.app.incidents.check(at(MONDAY, 8) + minute * MINUTE)
        assert len(told(here, owner)) == 1
        assert len(await known(here)) == 1


async def test_nobody_is_written_to_about_messages_that_discord_holds_back(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        owner = own(here)
        async with here.bot.services.database.write() as conn:
            await digests.break_until(conn, at(MONDAY, 20), "too many")
        await here.bot.app.incidents.check(at(MONDAY, 9))
        assert [incident.kind for incident in await known(here)] == ["messages"]
        assert told(here, owner) == []


async def test_the_owner_can_be_left_alone(discord_server: DiscordServer, tmp_path: Path) -> None:
    async with connected(discord_server, tmp_path, tell_owner=False) as here:
        owner = own(here)
        here.bot.services.maintenance.last_error = "disk full"
        await here.bot.app.incidents.check(at(MONDAY, 9))
        assert len(await known(here)) == 1
        assert told(here, owner) == []


async def test_a_database_that_takes_no_writes_is_told_at_once_and_written_down_afterwards(
    discord_server: DiscordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(discord_server, tmp_path) as here:
        owner = own(here)

        async def note(*_: object) -> None:
            raise OperationalError("INSERT", None, Exception("database or disk is full"))

        here.bot.services.maintenance.last_error = "no room"
        with monkeypatch.context() as broken:
            broken.setattr(incidents, "note", note)
            for minute in range(5):
                await here.bot.app.incidents.check(at(MONDAY, 9, minute))
            (message,) = told(here, owner)
            assert "database or disk is full" in message
        await here.bot.app.incidents.check(at(MONDAY, 9, 5))
        assert {incident.kind: incident.ended_at is None for incident in await known(here)} == {
            "database": False,
            "backup": True,
        }
        assert any("Problem solved" in text for text in told(here, owner))


async def test_everything_that_can_be_wrong_with_the_process_is_noticed(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    strict = Thresholds(gateway_gone=0.02, free_bytes=10**18, invalid_stop=3, invalid_resume=1)
    async with connected(discord_server, tmp_path, tell_owner=False, thresholds=strict) as here:
        monitor = here.bot.monitor

        async def wrong(minute: int) -> dict[str, str]:
            await here.bot.app.incidents.check(at(MONDAY, 9, minute))
            async with here.bot.services.database.read() as conn:
                return {each.kind: each.text for each in await incidents.current(conn)}

        async with monitor.measuring():
            assert (await wrong(0)).keys() == {"disk"}
            info: Any = here.bot.shards[0]
            heart = info._parent.ws._keep_alive
            heart._last_ack -= 10 * heart.interval
            for _ in range(3):
                monitor.cycle_failed(ZeroDivisionError("a person's words"))
            for _ in range(3):
                monitor.requests.invalid.add()
            monitor.disconnected_for()
            await asyncio.sleep(0.05)
            found = await wrong(1)
        assert found.keys() == {"gateway", "beat", "refused", "disk"}
        assert "ZeroDivisionError" in found["beat"]
        assert "words" not in str(found)


async def test_a_thread_that_waits_for_half_an_hour_is_an_incident_with_its_reason(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, tell_owner=False) as here:
        await here.add_feed(time="09:00")
        discord_server.fail("POST /channels/*/messages", times=100, status=503)
        for minutes in range(0, 45, 5):
            await here.tick(at(MONDAY, 9) + minutes * MINUTE)
        (incident,) = await known(here)
        assert incident.text == (
            "1 daily thread has waited for half an hour: Discord did not answer."
        )
