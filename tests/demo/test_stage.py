"""The demo's simulated Discord, without its page."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.client import create_bot
from bot.demo import ADMIN, FORUM, OTHER_CHANNEL, READER, DemoClock, Stage, staged
from bot.settings import Settings
from papers.sources.sample import SampleSource
from tests.databases import url_in

AT_ONCE = 5.0
"""Seconds; each answer takes 50 ms on a quiet machine, and what hangs takes 30 s."""


@asynccontextmanager
async def built(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Run the bot in the demo's simulated Discord, with the newest batch posted."""
    source = SampleSource()
    clock = DemoClock(source.recorded_at[source.newest_day])
    settings = Settings(
        database_url=url_in(tmp_path, "demo.db"),
        index_dir=tmp_path,
        embedder="none",
        sync_commands="always",
    )
    bot = create_bot(settings, clock=clock, sources=[source])
    async with staged(bot, clock) as stage:
        await bot.services.ingester.read_day(source.newest_day, clock.now())
        await bot.tick(clock.now())
        yield stage


async def _subscribe(stage: Stage, topic: str) -> str:
    person = stage.people[READER]
    async with asyncio.timeout(AT_ONCE):
        shown = await person.slash(stage.channel, "paper subscribe", topic=topic)
        assert shown.response is not None
        await person.click(shown.response, label="Subscribe")
    assert shown.response is not None
    return str(shown.response.components)


async def test_what_asks_discord_is_answered_at_once_also_after_hours_were_let_pass(
    tmp_path: Path,
) -> None:
    async with built(tmp_path) as stage:
        assert "I've sent you a DM" in await _subscribe(stage, "diffusion")
        stage.clock.put_forward(timedelta(hours=6).total_seconds())
        async with asyncio.timeout(AT_ONCE):
            await stage.bot.tick(stage.clock.now())
        assert "I've sent you a DM" in await _subscribe(stage, "video")


async def test_a_thread_is_posted_in_another_channel_at_once(tmp_path: Path) -> None:
    async with built(tmp_path) as stage:
        ada = stage.people[ADMIN]
        other = stage.guild.channels[OTHER_CHANNEL]
        async with asyncio.timeout(2 * AT_ONCE):
            await ada.slash(stage.channel, "feed add", channel=other)
            await ada.slash(stage.channel, "feed post-now", channel=other)
        assert len(other.threads) == 1


async def test_a_forum_gets_its_post_of_the_day(tmp_path: Path) -> None:
    async with built(tmp_path) as stage:
        ada = stage.people[ADMIN]
        forum = stage.guild.channels[FORUM]
        async with asyncio.timeout(2 * AT_ONCE):
            await ada.slash(stage.channel, "feed copy", to=forum)
            await ada.slash(stage.channel, "feed post-now", channel=forum)
        (post,) = stage.forum_posts
        assert len(post.history()) == 11
        assert post.history()[0].id == post.id


async def test_the_bots_tasks_and_the_demo_itself_count_the_same_seconds(tmp_path: Path) -> None:
    async with built(tmp_path) as stage:
        told: list[float] = []

        async def tell() -> None:
            told.append(asyncio.get_running_loop().time())

        with stage.env._bot_scope():  # pyright: ignore[reportPrivateUsage]
            await asyncio.create_task(tell())
        await tell()
        assert abs(told[0] - told[1]) < AT_ONCE


async def test_a_refusal_is_no_fault_of_the_bot_but_a_fault_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with built(tmp_path) as stage:
        reader = stage.people[READER]
        before = stage.env.error_cursor
        answer = await reader.slash(stage.channel, "paper subscribe", topic='"never closed')
        assert answer.response is not None
        assert stage.env.errors_since(before) == ()

        async def broken(*_: object) -> None:
            raise RuntimeError("broken on purpose")

        monkeypatch.setattr(stage.bot.services.topics, "preview", broken)
        with caplog.at_level(logging.CRITICAL):
            await reader.slash(stage.channel, "paper subscribe", topic="words")
        assert len(stage.env.errors_since(before)) == 1
