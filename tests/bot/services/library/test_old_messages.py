"""Messages whose rows have been pruned: what people do with them still means something."""

from datetime import timedelta
from pathlib import Path

import discord
from sqlalchemy import func, select

from bot.interactions.shown_papers import papers_in
from storage.tables import cards
from tests.bot.library_fakes import SAVE, card, header, posted, shelf
from tests.bot.world import World


async def pruned(here: World) -> None:
    """Let forty days pass on Discord's clock, and the rows of every card go."""
    here.clock.at = discord.utils.snowflake_time(header(here).id) + timedelta(days=40)
    await here.bot.services.maintenance.run(here.clock.at)
    async with here.bot.services.database.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(cards)) == 0
    assert len(here.bot.services.library.messages) == 0


async def test_a_reaction_on_a_card_of_long_ago_saves_and_taking_it_off_unsaves(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        old = card(here)
        await pruned(here)
        await here.member.react(old, SAVE)
        await here.env.settle()
        assert await shelf(here, here.member) != {}
        await here.bot.services.maintenance.run(here.clock.at + timedelta(days=1))
        await here.member.unreact(old, SAVE)
        await here.env.settle()
        assert await shelf(here, here.member) == {}


async def test_a_pin_on_a_card_of_long_ago_adds_to_the_shelf_and_taking_it_off_takes_it_back(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        old = card(here)
        await pruned(here)
        await here.member.react(old, "📌")
        await here.env.settle()
        assert len(await here.bot.services.shelves.papers(here.guild.id)) == 1
        await here.bot.services.maintenance.run(here.clock.at + timedelta(days=1))
        await here.member.unreact(old, "📌")
        await here.env.settle()
        assert await here.bot.services.shelves.papers(here.guild.id) == []


async def test_a_reaction_on_an_old_message_that_is_no_card_saves_nothing(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        assert papers_in(header(here)) == []
        await pruned(here)
        await here.member.react(header(here), SAVE)
        await here.env.settle()
        assert await shelf(here, here.member) == {}
