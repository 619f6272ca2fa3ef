"""What people do with a message that arrived while the bot did not hear of it."""

import asyncio
from pathlib import Path
from typing import Any

import discord
import pytest

from storage import library
from tests.bot.world import MONDAY, World, at, cards, votes, world


async def unheard(here: World, last: int) -> None:
    """Let Monday's post break off: Discord has its last message, which is not on record."""
    real = discord.abc.Messageable.send
    sent = 0

    async def dying(self: Any, *given: Any, **known: Any) -> Any:
        nonlocal sent
        message = await real(self, *given, **known)
        sent += 1
        if sent == last:
            raise asyncio.CancelledError
        return message

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discord.abc.Messageable, "send", dying)
        await here.tick(at(MONDAY, 9))


async def saved(here: World) -> set[str]:
    await here.bot.services.library.drain()
    async with here.bot.services.database.read() as conn:
        return await library.saved_papers(conn, here.member.id)


async def test_a_reaction_on_a_card_that_was_never_recorded_saves_its_paper(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: votes(MONDAY, 30, 20)}) as here:
        await here.add_feed()
        await unheard(here, last=3)
        card = [each for each in here.channel.threads[0].history() if each.components][-1]
        await here.bot.close()
        await here.member.react(card, "🔖")
        await here.restart()
        await here.tick(at(MONDAY, 9, 10))
        assert len(cards(here.channel)) == 2
        assert await saved(here) == {"2506.00901"}
