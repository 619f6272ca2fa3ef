"""A reaction on a paper and the library behind it never drift apart."""

from pathlib import Path
from typing import Any

import discord
import pytest
from discord.enums import ReactionType
from discord.http import HTTPClient
from sqlalchemy import func, select

from storage import cards
from storage.library import Reacted, Reaction
from storage.tables import users
from tests.bot.library_world import (
    FIRST,
    READ,
    SAVE,
    SECOND,
    STAR,
    card,
    header,
    offline,
    posted,
    shelf,
)
from tests.bot.topics import about, follower
from tests.bot.world import MONDAY, TUESDAY, at, text_of, world
from tests.bot.world import cards as shown_cards


def seeds(message: discord.Message) -> list[str]:
    return [str(reaction.emoji) for reaction in message.reactions]


async def test_the_header_says_what_reacting_does_and_each_card_has_the_reaction(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        assert "🔖 saves it" in text_of(header(here))
        assert "/library show" in text_of(header(here))
        for number in range(3):
            assert seeds(card(here, number)) == [SAVE]


async def test_no_reaction_is_seeded_where_the_operator_does_not_want_it(tmp_path: Path) -> None:
    async with posted(tmp_path, save_reactions=False) as here:
        assert seeds(card(here)) == []


async def test_a_thread_is_whole_though_no_reaction_may_be_added(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        here.env.inject_error(
            "PUT", "/channels/*/messages/*/reactions/*/@me", status=403, code=50013, times=None
        )
        await here.tick(at(MONDAY, 9))
        assert len(shown_cards(here.channel)) == 3
        assert seeds(card(here)) == []


async def test_a_reaction_that_a_stop_kept_from_a_card_is_put_there_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        adding = "/channels/*/messages/*/reactions/*/@me"
        here.env.inject_error("PUT", adding, status=503, code=0, times=2)
        await here.tick(at(MONDAY, 9))
        assert sum(seeds(card(here, number)) == [SAVE] for number in range(3)) == 1
        await here.restart()
        for number in range(3):
            assert seeds(card(here, number)) == [SAVE]


async def test_a_reaction_that_moderators_took_off_a_card_stays_off(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        message = card(here)
        here.env.backend.clear_reactions(message.channel.id, message.id)
        await here.restart()
        assert seeds(card(here)) == []
        assert seeds(card(here, 1)) == [SAVE]


async def test_reacting_saves_and_taking_it_off_unsaves(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        await here.member.unreact(card(here), SAVE)
        assert await shelf(here, here.member) == {}


async def test_two_emoji_are_two_lists(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        await here.member.react(card(here), STAR)
        await here.member.react(card(here, 1), READ)
        assert await shelf(here, here.member) == {
            "to read": {FIRST},
            "favourites": {FIRST},
            "read": {SECOND},
        }
        await here.member.unreact(card(here), SAVE)
        assert await shelf(here, here.member) == {"favourites": {FIRST}, "read": {SECOND}}


async def test_other_emoji_and_the_header_save_nothing(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), "👍")
        await here.member.react(header(here), SAVE)
        async with here.bot.database.read() as conn:
            assert await conn.scalar(select(func.count()).select_from(users)) == 0


async def test_bots_save_nothing(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        robot = here.guild.add_member(here.env.create_user("robot", bot=True))
        here.env.backend.add_reaction(card(here).channel.id, card(here).id, SAVE, robot.id)
        await here.env.settle()
        async with here.bot.database.read() as conn:
            assert await conn.scalar(select(func.count()).select_from(users)) == 0


async def test_moderators_who_clear_reactions_clear_what_these_saved(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        message = card(here)
        await here.member.react(message, SAVE)
        await here.member.react(message, STAR)
        here.env.backend.clear_reaction(message.channel.id, message.id, STAR)
        await here.env.settle()
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        here.env.backend.clear_reactions(message.channel.id, message.id)
        await here.env.settle()
        assert await shelf(here, here.member) == {}


async def test_a_bookmark_on_a_digest_saves_every_paper_in_it_also_those_on_later_pages(
    tmp_path: Path,
) -> None:
    titles = [f"Flow Matching {number}" for number in range(7)]
    days = {MONDAY: about(MONDAY, *titles)}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        conversation = here.member.user.dm_channel
        (digest,) = conversation.history()
        assert "🔖 on this message saves every paper in it" in text_of(digest)
        backend = here.env.backend
        backend.add_reaction(conversation.id, digest.id, SAVE, here.member.id)
        await here.env.settle()
        papers = {record.paper.id for record in days[MONDAY]}
        assert await shelf(here, here.member) == {"to read": papers}
        backend.remove_reaction(conversation.id, digest.id, SAVE, here.member.id)
        await here.env.settle()
        assert await shelf(here, here.member) == {}


async def test_a_super_reaction_saves_and_unsaves_like_any_other(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        message = card(here)
        payload = {
            "user_id": str(here.member.id),
            "channel_id": str(message.channel.id),
            "message_id": str(message.id),
            "guild_id": str(here.guild.id),
            "emoji": {"id": None, "name": SAVE},
            "burst": True,
            "burst_colors": ["#ff0000"],
            "type": 1,
        }
        here.env.backend.emit("MESSAGE_REACTION_ADD", payload)
        await here.env.settle()
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        here.env.backend.emit("MESSAGE_REACTION_REMOVE", payload)
        await here.env.settle()
        assert await shelf(here, here.member) == {}


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
        async with here.bot.database.read() as conn:
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
            here.bot.library.catch_up()
            await here.bot.library.drain()
        await here.env.settle()
        assert await shelf(here, here.admin) == {"to read": {FIRST}}
        assert await shelf(here, here.member) == {}


async def test_a_reaction_that_comes_before_its_message_is_recorded_is_kept(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        message_id = discord.utils.time_snowflake(here.clock.now())
        event = Reacted(Reaction(message_id, here.member.id, SAVE), here.clock.now())
        assert not await here.bot.library.react(event)
        async with here.bot.database.write() as conn:
            await cards.add(
                conn,
                message_id=message_id,
                paper_id=FIRST,
                channel_id=here.channel.id,
                guild_id=here.guild.id,
                now=here.clock.now(),
            )
        here.bot.library.shown(message_id, channel_id=here.channel.id, guild_id=here.guild.id)
        await here.bot.library.drain()
        assert await shelf(here, here.member) == {"to read": {FIRST}}
