"""One `paperboy run` per database, and the other commands beside it."""

import signal
from pathlib import Path

import pytest

from tests import reliability
from tests.wire.test_run import a_bot, a_discord, ready, told


@pytest.mark.timeout(120)
async def test_a_second_bot_on_one_database_ends_in_a_sentence_and_the_first_goes_on(
    tmp_path: Path,
) -> None:
    async with a_discord(tmp_path) as (world, settings):
        async with a_bot(tmp_path, settings) as first:
            await ready(world, first)
            async with a_bot(tmp_path, settings) as second:
                assert await second.end() == 1
            (sentence,) = second.said().splitlines()
            assert sentence.startswith("paperboy: a bot is already running on paperboy")
            assert f": process {first.running.pid} on " in sentence
            assert "Stop that one first" in sentence
            requests = (await world.show())["requests"]
            assert requests.count(["GET /users/@me", 200]) == 1, "the second one never logged in"
            # What writes papers goes on beside the bot, and what replaces the database does not.
            (tmp_path / "papers.jsonl").write_text("")
            for command in (["import", "papers.jsonl"], ["forget", "1"], ["backup", "copy.db"]):
                code, said = await told(*command, folder=tmp_path)
                assert code == 0, said
            code, said = await told("restore", "--yes", "copy.db", folder=tmp_path)
            assert code == 1
            assert "stop the bot before restoring" in said
            status = await world.do("slash", user="grace", channel="papers", command="paper status")
            assert status["messages"]
            assert await first.end(signal.SIGTERM, patience=15) == 0, first.said()
        reliability.record(
            "processes", "a second `paperboy run` on the database", "refused", "goes on", "0 s"
        )
        async with a_bot(tmp_path, settings) as third:
            await ready(world, third, start=2)
            assert "waiting" not in third.said()
            assert await third.end(signal.SIGTERM, patience=15) == 0, third.said()
        reliability.record("processes", "started again after a stop", "runs", "has ended", "0 s")


@pytest.mark.timeout(120)
async def test_a_bot_that_was_killed_is_started_again_without_a_wait(tmp_path: Path) -> None:
    async with a_discord(tmp_path) as (world, settings):
        async with a_bot(tmp_path, settings) as bot:
            await ready(world, bot)
            assert await bot.end(signal.SIGKILL) == -9
        async with a_bot(tmp_path, settings) as bot:
            await ready(world, bot, start=2)
            assert "waiting" not in bot.said()
    row = "started again on the same machine after a kill"
    reliability.record("processes", row, "runs", "has ended", "0 s")
