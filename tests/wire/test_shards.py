"""Several connections: each hears its own servers, and may lose its session alone."""

import asyncio
from datetime import datetime, time
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from sqlalchemy.exc import OperationalError

from bot.cli.run import every_minute
from bot.monitor import checks
from storage import feeds
from tests import looking, reliability
from tests.bot.world import MONDAY, TUESDAY, at, votes
from tests.discord_server import DiscordServer
from tests.wire.bot import Connected, connected

SHARDS = [1, 2]
"""How many connections Discord asks for."""


def rows(here: Connected, statement: str) -> looking.Rows:
    return looking.rows(here.bot.settings.database_url, statement)


def saves(here: Connected) -> int:
    return len(rows(here, "SELECT 1 FROM saves WHERE kept = 1"))


def shard_of(here: Connected) -> int:
    return (here.guild.id >> 22) % here.world.shards


async def lose_session(here: Connected) -> None:
    """Let the server's shard come again with a new session."""
    before = here.server.gateway.identified
    await here.server.disconnect(resumable=False, shard=shard_of(here))
    await here.server.until(lambda: here.server.gateway.identified > before, patience=60)


@pytest.mark.parametrize("shards", SHARDS)
async def test_what_happened_while_one_shards_session_was_lost_is_made_good(
    discord_server: DiscordServer, tmp_path: Path, shards: int
) -> None:
    async with connected(discord_server, tmp_path, shards=shards) as here:
        world = here.world
        assert here.bot.shard_count == shards
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 9))
        first, second, *_ = world.threads_of(here.channel)[0].history
        world.react(here.member, first, "🔖")
        await discord_server.until(lambda: saves(here) == 1)

        discord_server.gateway.deafen(shard_of(here))
        world.unreact(here.member, first, "🔖")
        world.react(here.member, second, "🔖")
        world.react(here.admin, second, "🔖")
        await lose_session(here)
        await discord_server.until(lambda: saves(here) == 2)
        kept = rows(here, "SELECT DISTINCT message_id FROM saves WHERE kept = 1")
        assert kept == [(second.id,)]
        of = "the only shard" if shards == 1 else f"one of {shards} shards"
        reliability.record(
            "shards", f"reactions while {of} had no session", "saved and taken back", "nothing"
        )


@pytest.mark.parametrize("shards", SHARDS)
async def test_a_server_that_removed_the_bot_meanwhile_is_noticed_and_the_others_stay(
    discord_server: DiscordServer, tmp_path: Path, shards: int
) -> None:
    async with connected(discord_server, tmp_path, shards=shards) as here:
        other = here.world.add_guild("Another")
        await discord_server.until(lambda: here.bot.get_guild(other.id) is not None)
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 9))
        discord_server.gateway.deafen(shard_of(here))
        here.world.remove_bot(here.guild)
        await lose_session(here)
        left = "SELECT id FROM guilds WHERE left_at IS NOT NULL"
        await discord_server.until(lambda: rows(here, left) == [(here.guild.id,)])
        assert here.bot.get_guild(here.guild.id) is None
        assert here.bot.get_guild(other.id) is not None
        assert rows(here, "SELECT id FROM guilds WHERE left_at IS NULL") == [(other.id,)]
        feed = rows(here, "SELECT state, disabled_reason FROM feeds")
        assert feed == [("disabled", "the bot was removed from the server")]
        sent = discord_server.count("POST /channels/*/messages")
        here.source.days[TUESDAY] = votes(TUESDAY, 9, 8, 7)
        await here.tick(at(TUESDAY, 9))
        assert discord_server.count("POST /channels/*/messages") == sent
        of = "the only shard" if shards == 1 else f"one of {shards} shards"
        reliability.record(
            "shards",
            f"removed from a server while {of} had no session",
            "its feeds stop",
            "nothing",
        )


async def test_a_shard_that_does_not_get_ready_holds_up_its_own_servers_alone(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, shards=2, silent=True) as here:
        world = here.world
        other = world.add_guild("Another")
        while (other.id >> 22) % 2 == shard_of(here):
            other = world.add_guild("Another")
        there = world.add_channel(other, "papers")
        async with here.bot.services.database.write() as conn:
            for guild, channel in ((here.guild, here.channel), (other, there)):
                assert await feeds.add(
                    conn,
                    guild_id=guild.id,
                    channel_id=channel.id,
                    at=time(9),
                    timezone="UTC",
                    size=5,
                    now=at(MONDAY, 8),
                )
        assert not here.bot.is_ready()
        assert here.bot.knows(here.guild.id)
        assert not here.bot.knows(other.id)

        await minute(here, at(MONDAY, 9))
        assert len(world.threads_of(here.channel)) == 1
        assert there.messages == {}
        assert world.threads_of(there) == []
        assert rows(here, "SELECT guild_id FROM posts") == [(here.guild.id,)], "none is frozen"
        assert rows(here, "SELECT count(*) FROM feeds WHERE state = 'active'") == [(2,)]
        (gateway,) = [each for each in await checks(here.bot.monitor) if each.name == "gateway"]
        assert gateway.text == (
            "connected, but Discord has not listed the servers of every shard yet"
        )

        discord_server.gateway.silent.clear()
        await discord_server.disconnect(resumable=False, shard=1 - shard_of(here))
        await discord_server.until(lambda: here.bot.knows(other.id), patience=60)
        await minute(here, at(MONDAY, 9, 1))
        assert len(world.threads_of(here.channel)) == 1
        assert len(world.threads_of(there)) == 1
        reliability.record(
            "shards",
            "one of 2 shards does not get ready",
            "the other one's servers get their threads, its own get theirs once it is",
            "nothing",
        )


async def test_servers_get_their_threads_though_the_database_failed_when_they_were_listed(
    discord_server: DiscordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = AsyncMock(side_effect=OSError("the disk is full"))
    with monkeypatch.context() as broken:
        broken.setattr("storage.guilds.reconcile", failing)
        async with connected(discord_server, tmp_path, greets=False) as here:
            await discord_server.until(lambda: failing.called)
            broken.undo()
            await here.add_feed(time="09:00")
            await minute(here, at(MONDAY, 9))
            assert len(here.world.threads_of(here.channel)) == 1


async def test_servers_that_left_while_the_database_failed_are_noted_when_it_works_again(
    discord_server: DiscordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(discord_server, tmp_path) as here:
        gone = here.world.add_guild("Left")
        await discord_server.until(lambda: here.bot.get_guild(gone.id) is not None)
        failing = AsyncMock(side_effect=OperationalError("UPDATE", {}, OSError("refused")))
        with monkeypatch.context() as broken:
            broken.setattr("storage.guilds.reconcile", failing)
            broken.setattr("storage.guilds.left", AsyncMock(side_effect=failing.side_effect))
            del here.world.guilds[gone.id]
            await discord_server.disconnect(resumable=False)
            await discord_server.until(lambda: failing.await_count > 1, patience=60)
            assert here.bot.get_guild(gone.id) is None
        noted = "SELECT id FROM guilds WHERE left_at IS NOT NULL"
        await discord_server.until(lambda: (gone.id,) in rows(here, noted), patience=60)


async def test_a_server_that_invites_the_bot_while_the_database_fails_is_greeted_later(
    discord_server: DiscordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(discord_server, tmp_path) as here:
        with monkeypatch.context() as broken:
            failing = AsyncMock(side_effect=OperationalError("INSERT", {}, OSError("refused")))
            broken.setattr("storage.guilds.joined", failing)
            guild = here.world.add_guild("New")
            channel = here.world.add_channel(guild, "general")
            await discord_server.until(lambda: failing.await_count > 1, patience=60)
            assert channel.history == []
        await discord_server.until(lambda: len(channel.history) == 1, patience=60)
        assert "I'm Paperboy" in str(channel.history[0].components)


async def minute(here: Connected, now: datetime) -> None:
    """Do a minute's work as `paperboy run` does it."""
    here.clock.at = now
    await every_minute(here.bot)
    await here.bot.services.drain()


async def test_a_shard_that_resumes_hears_what_it_missed_and_reads_nothing_back(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, shards=2) as here:
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 9))
        card = here.world.threads_of(here.channel)[0].history[0]
        read = discord_server.count("GET /channels/*/messages")
        resumed = discord_server.gateway.resumed
        await discord_server.disconnect(shard=shard_of(here))
        here.world.react(here.member, card, "🔖")
        await discord_server.until(lambda: discord_server.gateway.resumed > resumed, patience=60)
        await discord_server.until(lambda: saves(here) == 1)
        await asyncio.sleep(0.1)
        assert discord_server.count("GET /channels/*/messages") == read
        reliability.record(
            "shards",
            "reactions while one of 2 shards resumed",
            "saved, as Discord replays",
            "nothing",
        )
