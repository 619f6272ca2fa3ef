"""What happened to reactions unheard is made good: after a stop, or before a message was known."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from discord.enums import ReactionType
from discord.http import HTTPClient
from sqlalchemy import func, select

from bot.services.library import Library
from storage import cards
from storage.library import Reacted, Reaction
from storage.tables import users
from tests.bot.library_fakes import (
    FIRST,
    READ,
    SAVE,
    SECOND,
    STAR,
    THIRD,
    card,
    offline,
    posted,
    shelf,
)
from tests.bot.world import TUESDAY, at


class _Answer:
    status, reason = 404, "Not Found"


async def test_super_reactions_and_those_of_bots_are_told_apart_when_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, listed = HTTPClient.logs_from, HTTPClient.get_reaction_users
    kinds: list[int] = []

    async def burst(self: HTTPClient, *given: Any, **known: Any) -> Any:
        messages = await read(self, *given, **known)
        for reaction in (each for message in messages for each in message.get("reactions", ())):
            reaction["count_details"] = {"normal": 0, "burst": reaction["count"]}
        return messages

    async def asked(self: HTTPClient, *given: Any, **known: Any) -> Any:
        kinds.append(known["type"])
        return await listed(self, *given, **known)

    async with posted(tmp_path) as here:
        robot = here.env.create_user("robot", bot=True)
        offline(here, card(here), SAVE, here.member.id)
        offline(here, card(here), SAVE, robot.id)
        monkeypatch.setattr(HTTPClient, "logs_from", burst)
        monkeypatch.setattr(HTTPClient, "get_reaction_users", asked)
        await here.restart()
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        assert set(kinds) == {ReactionType.burst.value}
        async with here.bot.services.database.read() as conn:
            assert await conn.scalar(select(func.count()).select_from(users)) == 1


async def test_old_cards_save_after_a_restart(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        await here.restart()
        await here.member.react(card(here, 1), SAVE)
        await here.member.unreact(card(here), SAVE)
        assert await shelf(here, here.member) == {"to read": {SECOND}}


async def test_what_happened_while_the_bot_was_away_is_mended_both_ways(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        await here.member.react(card(here), STAR)
        offline(here, card(here), SAVE, here.member.id, reacted=False)
        offline(here, card(here, 1), READ, here.member.id)
        offline(here, card(here, 1), SAVE, here.admin.id)
        assert await shelf(here, here.member) == {"to read": {FIRST}, "favourites": {FIRST}}
        here.clock.at = at(TUESDAY, 7)
        await here.restart()
        assert await shelf(here, here.member) == {"favourites": {FIRST}, "read": {SECOND}}
        assert await shelf(here, here.admin) == {"to read": {SECOND}}


async def test_a_deleted_card_keeps_its_saves(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        message = card(here)
        here.env.backend.delete_message(message.channel.id, message.id)
        await here.restart()
        assert await shelf(here, here.member) == {"to read": {FIRST}}


async def test_a_thread_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        here.env.inject_error("GET", "/channels/*/messages", status=403, code=50001, times=None)
        await here.restart()
        assert await shelf(here, here.member) == {"to read": {FIRST}}


async def test_one_unreadable_reaction_costs_no_other_and_nobody_their_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        for number in range(3):
            offline(here, card(here, number), STAR, here.member.id)
        broken = card(here).id
        listed = HTTPClient.get_reaction_users

        async def unknown(self: HTTPClient, *given: Any, **known: Any) -> Any:
            if given[:3] == (card(here).channel.id, broken, SAVE):
                raise discord.NotFound(_Answer(), {"code": 10014, "message": "Unknown Emoji"})  # pyright: ignore[reportArgumentType]
            return await listed(self, *given, **known)

        monkeypatch.setattr(HTTPClient, "get_reaction_users", unknown)
        await here.restart()
        kept = await shelf(here, here.member)
        assert kept == {"to read": {FIRST}, "favourites": {FIRST, SECOND, THIRD}}


async def test_reading_back_has_an_end_and_is_for_the_last_days_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with posted(tmp_path) as here:
        offline(here, card(here), STAR, here.member.id)
        services = here.bot.services
        short = Library(
            services.database,
            here.bot,
            here.clock,
            services.search.engine,
            seed=False,
            max_requests=0,
        )
        short.catch_up(0)
        await short.drain()
        assert "reactions only partly read" in caplog.text
        assert await shelf(here, here.member) == {}
        here.clock.at += timedelta(days=8)
        await here.restart()
        assert await shelf(here, here.member) == {}
        here.clock.at -= timedelta(days=2)
        await here.restart()
        assert await shelf(here, here.member) == {"favourites": {FIRST}}


async def test_what_happens_while_reactions_are_read_back_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), STAR)
        history = discord.abc.Messageable.history

        async def slow(self: discord.abc.Messageable, **known: object):
            async for message in history(self, **known):  # pyright: ignore[reportArgumentType]
                yield message
            # Discord has answered, and now somebody changes their mind.
            here.env.backend.add_reaction(card(here).channel.id, card(here).id, SAVE, here.admin.id)
            here.env.backend.remove_reaction(
                card(here).channel.id, card(here).id, STAR, here.member.id
            )

        with monkeypatch.context() as patch:
            patch.setattr(discord.abc.Messageable, "history", slow)
            here.bot.services.library.catch_up(0)
            await here.bot.services.library.drain()
        await here.env.settle()
        assert await shelf(here, here.admin) == {"to read": {FIRST}}
        assert await shelf(here, here.member) == {}


async def test_a_reaction_that_comes_before_its_message_is_recorded_is_kept(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        message_id = discord.utils.time_snowflake(here.clock.now())
        event = Reacted(Reaction(message_id, here.member.id, SAVE), here.clock.now())
        assert not await here.bot.services.library.react(event)
        async with here.bot.services.database.write() as conn:
            await cards.add(
                conn,
                message_id=message_id,
                paper_id=FIRST,
                channel_id=here.channel.id,
                guild_id=here.guild.id,
                now=here.clock.now(),
            )
        here.bot.services.library.track_message(
            message_id, channel_id=here.channel.id, guild_id=here.guild.id
        )
        await here.bot.services.library.drain()
        assert await shelf(here, here.member) == {"to read": {FIRST}}
