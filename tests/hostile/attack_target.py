"""The bot's life before the attacks: a server, its people, and what one of them wrote."""

import asyncio
import logging
import random
from contextlib import AsyncExitStack, closing
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path

import discord
import simcord

from tests.bot.raw_interactions import what_is_registered
from tests.bot.topics import follow
from tests.bot.world import MONDAY, TUESDAY, World, at, votes, world
from tests.hostile.harness import SECRET, Ears, Hostile
from tests.looking import look


async def begin(stack: AsyncExitStack, folder: Path, runner: asyncio.Runner) -> Hostile:
    """Run the bot, and let the target live in it for a day."""
    days = {MONDAY: votes(MONDAY, *range(40, 0, -3)), TUESDAY: votes(TUESDAY, 30, 20, 10)}
    here = await stack.enter_async_context(world(folder, days))
    await here.add_feed()
    target = here.guild.add_member(here.env.create_user("vera"))
    mallory = here.guild.add_member(here.env.create_user("mallory"))
    elsewhere = here.env.create_guild("Elsewhere", owner=here.env.create_user("eve"))
    lounge = elsewhere.create_text_channel("lounge")
    role = here.guild.create_role("readers")
    admins = elsewhere.create_role("admins", permissions=discord.Permissions(manage_guild=True))
    usurper = elsewhere.add_member(here.env.create_user("ursula"), roles=[admins])
    await here.env.settle()
    await here.tick(at(MONDAY, 8, 30))
    await _live(here, target)
    await here.tick(at(MONDAY, 9))
    await here.tick(at(TUESDAY, 9))
    here.clock.at = at(TUESDAY, 12)
    pressed, registered = await what_is_registered(here, mallory)
    ears = Ears()
    logging.getLogger().addHandler(ears)
    stack.callback(logging.getLogger().removeHandler, ears)
    database = stack.enter_context(closing(look(here.bot.settings.database_url)))
    found = Hostile(
        here,
        pressed,
        registered,
        runner,
        copy_context(),
        ears,
        elsewhere,
        target,
        mallory,
        usurper,
        lounge,
        role,
        admins,
        database,
    )
    found.ids = _numbers(found)
    found.check_target()
    return found


async def _live(here: World, target: simcord.MemberActor) -> None:
    """Give the target one of everything, with the secret in all that they wrote."""
    channel = here.channel
    paper = "2506.00900"
    await target.slash(channel, "paper search", query=f"{SECRET} matter")
    await target.slash(channel, "library lists create", name=f"{SECRET} list", emoji="🧪")
    await target.slash(channel, "paper show", id_or_link=paper)
    saved = await target.slash(channel, "paper show", id_or_link=paper)
    assert saved.response is not None
    await target.click(saved.response, custom_id=f"v1:save:{paper}")
    await target.slash(channel, "library note", paper=paper, note=f"{SECRET} note")
    await follow(here, target, f"matter OR {SECRET}")
    await target.slash(channel, "paper subscribe", topic=f"{SECRET} in water")
    here.clock.at += timedelta(seconds=1)


def _numbers(found: Hostile) -> list[int]:
    """Return ids of rows, people and channels, so that forged custom ids hit something."""
    ids = [found.target.id, found.mallory.id, found.here.channel.id, found.here.guild.id]
    for table in ("lists", "topics", "digests", "feeds", "posts"):
        ids += [row[0] for row in found.database.rows(f"SELECT id FROM {table}")]  # noqa: S608
    for text in found.database.rows("SELECT saved_at FROM saves"):
        ids.append(int(random.Random(str(text)).random() * 1e15))  # noqa: S311
    return ids
