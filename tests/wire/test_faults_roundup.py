"""A roundup that cannot be posted: its admins get one message, and the next week's comes."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.bot.world import MONDAY, at, votes
from tests.discord_server import DiscordServer
from tests.wire.bot import connected
from tests.wire.fault_recorder import FaultRecorder

WEEK = timedelta(days=7)
NEXT = MONDAY + WEEK
FAULTS = [
    ("roundup refused, 50035 invalid form", {"status": 400, "code": 50035, "times": 1}),
    ("roundup refused, 503 for two days", {"status": 503, "times": 99}),
]


@pytest.mark.parametrize(("name", "fault"), FAULTS, ids=[name for name, _ in FAULTS])
async def test_the_admins_learn_once_of_a_roundup_that_is_given_up(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    fault: dict[str, int],
) -> None:
    days = {MONDAY: votes(MONDAY, 30, 20, 10), NEXT: votes(NEXT, 9, 8)}
    async with connected(discord_server, tmp_path, days) as here:
        recorder = FaultRecorder(here, caplog)
        await here.tick(at(MONDAY, 9))
        await here.add_feed(every="week", time="9", timezone="UTC")
        sending = f"POST /channels/{here.channel.id}/messages"
        discord_server.fail(sending, **fault)  # pyright: ignore[reportArgumentType]
        for hours in (0, 1, 12, 23, 25, 26, 48):
            await here.tick(at(NEXT, 9) + timedelta(hours=hours))
        await recorder.observe()
        (notice,) = recorder.notices()
        assert "The roundup “Best papers of 9 \u2013 13 Jun 2025” in #papers couldn't be" in notice
        discord_server.heal()
        await here.tick(at(NEXT + WEEK, 9))
        await recorder.observe()
        assert len(recorder.notices()) == 1
        recorder.record(f"Discord: {name}")
