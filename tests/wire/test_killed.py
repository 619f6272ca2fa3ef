"""A bot killed at any step of a post, and started again, neither repeats nor loses anything."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.discord_server import DiscordServer
from tests.discord_server.faults import When
from tests.wire.bot_process import TOKEN

ROOT = Path(__file__).resolve().parents[2]
POSTING = "POST /channels/*"
STEPS = 4
"""Requests of a post of two papers: the header, the thread, two cards."""


async def run_bot(
    server: DiscordServer, folder: Path, *places: int, kill: int = 0, when: When = "before"
) -> int:
    """Run the bot to its end, killed at its `kill`-th request of the post; return its code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.wire.bot_process",
        str(folder),
        server.api_url,
        server.gateway_url,
        *map(str, places),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    if kill:
        server.kill(process.pid, POSTING, at=kill, when=when)
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    if process.returncode not in (0, -9):
        raise AssertionError(errors.decode())
    return process.returncode or 0


@pytest.mark.timeout(180)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, STEPS + 1))
async def test_a_post_killed_at_any_step_ends_as_one_header_one_thread_and_one_card_a_paper(
    tmp_path: Path, step: int, when: When
) -> None:
    async with DiscordServer() as server:
        server.buckets.pace = 0.01
        world = server.world
        world.token = TOKEN
        guild = world.add_guild("Lab")
        channel = world.add_channel(guild, "papers")
        killed = await run_bot(server, tmp_path, guild.id, channel.id, kill=step, when=when)
        assert killed == -9
        server.heal()
        if when == "after":
            # The nonce is forgotten by then: only what the channel shows can tell.
            world.advance(3_600)
        assert await run_bot(server, tmp_path, guild.id, channel.id) == 0
        if step == STEPS:
            posts = server.count(POSTING)
            assert await run_bot(server, tmp_path, guild.id, channel.id) == 0
            assert server.count(POSTING) == posts, "a third start finds nothing left to do"

        (header,) = channel.history
        (thread,) = world.threads_of(channel)
        assert thread.id == header.id
        texts = [str(message.components) for message in thread.history]
        assert ["900" in text for text in texts] == [True, False]
        assert ["901" in text for text in texts] == [False, True]
    server.assert_clean()
