"""Clocks that do what clocks do: jump back, and have an hour twice or not at all."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.bot.world import FRIDAY, MONDAY, TUESDAY, at, votes
from tests.discord_server import DiscordServer
from tests.wire.bot import connected
from tests.wire.fault_recorder import FaultRecorder

MINUTES = timedelta(minutes=30)


async def test_a_clock_that_jumps_back_brings_nothing_a_second_time(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    friday = FRIDAY - timedelta(days=7)
    days = {day: votes(day, 9, 8, 7) for day in (friday, MONDAY, TUESDAY)}
    async with connected(discord_server, tmp_path, days) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 9))
        await recorder.observe()
        for moment in (at(MONDAY, 8), at(friday, 9, 30), at(MONDAY, 9, 1)):
            await here.tick(moment)
        await recorder.observe()
        await here.tick(at(TUESDAY, 9))
        await recorder.observe()
        recorder.record("time: the clock jumps back by three days")


async def test_an_hour_that_comes_twice_brings_one_thread(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # In Cairo, Thursday 30 October 2025 has the hour from 23:00 to 24:00 twice.
    day = date(2025, 10, 30)
    async with connected(discord_server, tmp_path, {day: votes(day, 9, 8, 7)}) as here:
        recorder = FaultRecorder(here, caplog)
        here.clock.at = at(day, 12)
        await here.add_feed(time="23:30", timezone="Africa/Cairo")
        for step in range(8):
            await here.tick(at(day, 19, 59) + step * MINUTES)
            if step in (1, 2, 7):
                await recorder.observe()
        assert recorder.person == ["nothing", *["1 header, 1 thread, 3 cards"] * 2]
        recorder.record("time: a night in which 23:30 comes twice")


async def test_an_hour_that_never_comes_still_brings_its_thread(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # In Cairo, Friday 25 April 2025 begins at 01:00.
    wednesday, thursday = date(2025, 4, 23), date(2025, 4, 24)
    days = {day: votes(day, 9, 8, 7) for day in (wednesday, thursday)}
    async with connected(discord_server, tmp_path, days) as here:
        recorder = FaultRecorder(here, caplog)
        here.clock.at = at(wednesday, 12)
        await here.add_feed(time="00:30", timezone="Africa/Cairo")
        await here.tick(at(wednesday, 22, 30))
        await recorder.observe()
        for step in range(4):
            await here.tick(at(thursday, 21, 59) + step * MINUTES)
            await recorder.observe()
        assert recorder.person[1] == recorder.person[0]
        assert set(recorder.person[2:]) == {"2 headers, 2 threads, 6 cards"}
        recorder.record("time: a night that has no 00:30")
