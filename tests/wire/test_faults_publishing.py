"""What keeps an overview from being published: it is waited for, or the admins learn of it."""

from pathlib import Path

import pytest

from tests.bot.world import MONDAY, at
from tests.discord_server import DiscordServer
from tests.discord_server.objects import CROSSPOSTED
from tests.wire.bot import connected
from tests.wire.fault_recorder import FaultRecorder
from tests.wire.test_announcements import PUBLISHING, posted_in_news

FAULTS = [
    ("publishing, 429 ten an hour are published", {"status": 429, "retry_after": 1_800.0}),
    ("publishing, 503 for a moment", {"status": 503}),
    ("publishing, 50013 a permission is missing", {"status": 403, "code": 50013}),
    ("publishing, 50024 the channel became a text channel", {"status": 400, "code": 50024}),
    ("publishing, 10008 the overview was deleted", {"status": 404, "code": 10008}),
]


@pytest.mark.parametrize(("name", "fault"), FAULTS, ids=[name for name, _ in FAULTS])
async def test_faults_of_publishing_are_waited_for_or_told(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    fault: dict[str, float],
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        here.channel = news = await posted_in_news(here)
        discord_server.fail(PUBLISHING, **fault)  # pyright: ignore[reportArgumentType]
        await here.tick(at(MONDAY, 15, 1))
        await recorder.observe()
        await here.tick(at(MONDAY, 16))
        await recorder.observe()
        done = bool(news.history[0].flags & CROSSPOSTED)
        recorder.note(person="published" if done else "not published")
        recorder.record(f"Discord: {name}")
