"""A reaction on a paper and the library behind it never drift apart."""

from pathlib import Path
from typing import NoReturn

import discord
import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.tables import users
from tests.bot.library_fakes import (
    FIRST,
    READ,
    SAVE,
    SECOND,
    STAR,
    card,
    header,
    posted,
    said,
    shelf,
    slash,
)
from tests.bot.topics import about, dms, follower
from tests.bot.world import MONDAY, at, text_of, world
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


async def test_a_card_that_is_gone_keeps_no_other_from_being_done_with(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        adding = "/channels/*/messages/*/reactions/*/@me"
        here.env.inject_error("PUT", adding, status=503, code=0, times=1)
        await here.tick(at(MONDAY, 9))
        cards = [card(here, number) for number in range(3)]
        (missed,) = [each for each in cards if not seeds(each)]
        here.env.backend.delete_message(missed.channel.id, missed.id)
        await here.restart()
        kept = next(each for each in cards if each is not missed)
        here.env.backend.clear_reactions(kept.channel.id, kept.id)
        await here.restart()
        again = [each for number in range(2) if (each := card(here, number)).id == kept.id]
        assert [seeds(each) for each in again] == [[]]


async def test_reacting_saves_and_taking_it_off_unsaves(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        await here.member.unreact(card(here), SAVE)
        assert await shelf(here, here.member) == {}
        assert dms(here.member) == [], "nobody is written to for reacting"


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


async def test_a_servers_own_emoji_is_a_list_too(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        made = await slash(
            here, "library lists create", name="Robots", emoji="<:robot:987654321987654321>"
        )
        assert "List “Robots” created" in said(made)
        payload = {
            "user_id": str(here.member.id),
            "channel_id": str(card(here).channel.id),
            "message_id": str(card(here).id),
            "guild_id": str(here.guild.id),
            "emoji": {"id": "987654321987654321", "name": "renamed_robot"},
            "burst": False,
            "type": 0,
        }
        here.env.backend.emit("MESSAGE_REACTION_ADD", payload)
        await here.env.settle()
        assert await shelf(here, here.member) == {"Robots": {FIRST}}


async def test_reactions_on_other_peoples_messages_cost_no_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def touched(database: Database) -> NoReturn:
        raise AssertionError("the database was asked")

    async with posted(tmp_path) as here:
        message = await here.admin.send(here.channel, "2506.00900 is good")
        with monkeypatch.context() as patch:
            patch.setattr(Database, "read", touched)
            patch.setattr(Database, "write", touched)
            await here.member.react(message, SAVE)
            await here.member.unreact(message, SAVE)
        assert await shelf(here, here.member) == {}


async def test_other_emoji_and_the_header_save_nothing(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), "👍")
        await here.member.react(header(here), SAVE)
        async with here.bot.services.database.read() as conn:
            assert await conn.scalar(select(func.count()).select_from(users)) == 0


async def test_bots_save_nothing(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        robot = here.guild.add_member(here.env.create_user("robot", bot=True))
        here.env.backend.add_reaction(card(here).channel.id, card(here).id, SAVE, robot.id)
        await here.env.settle()
        async with here.bot.services.database.read() as conn:
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
        assert "React with 🔖 to save every paper here" in text_of(digest)
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
