"""A journal club in the simulated Discord, over several weeks of a clock that stands where told."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import simcord

from storage import clubs
from storage.clubs import Session
from tests.bot.library_fakes import FIRST, SECOND, THIRD, said
from tests.bot.world import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, World, at, text_of, world

__all__ = ["FIRST", "SECOND", "THIRD"]

OPENS = at(MONDAY, 8)
POLL = at(TUESDAY, 17)
DECIDED = at(WEDNESDAY, 17)
REMINDED = at(THURSDAY, 16)
STARTS = at(THURSDAY, 17)
ENDS = at(THURSDAY, 19)
WEEK = timedelta(days=7)


@asynccontextmanager
async def club(
    folder: Path, *, lacking: tuple[str, ...] = (), **options: Any
) -> AsyncGenerator[World]:
    """Start a club that meets on Thursdays at 17:00 UTC, where the bot may do all but `lacking`."""
    async with world(folder, now=OPENS) as here:
        if lacking:
            await deny(here, *lacking)
        await here.tick(OPENS)
        await create(here, **options)
        await here.tick(OPENS)
        yield here


async def deny(here: World, *names: str) -> None:
    """Take these permissions from the bot in its server."""
    denied = discord.Permissions(**dict.fromkeys(names, True)).value
    guild = here.env.backend.get_guild(here.guild.id)
    for role in list(guild.roles.values()):
        changes = {"permissions": role.permissions & ~denied}
        here.env.backend.edit_role(guild.id, role.id, changes)
    await here.env.settle()


async def create(here: World, **options: Any) -> str:
    """Start the club by command, and return what is answered."""
    known = {"channel": here.channel, "weekday": 3, "time": "17", "timezone": "UTC", **options}
    return said(await here.admin.slash(here.channel, "club create", **known))


async def nominate(here: World, who: simcord.MemberActor, *papers: str) -> str:
    """Nominate papers by the command on a message, and return what is answered."""
    texts: list[str] = []
    for paper in papers:
        message = await who.send(here.channel, f"Let's read arXiv:{paper}")
        texts.append(said(await who.context_menu(here.channel, "Nominate", message)))
    return "\n".join(texts)


def posts(here: World, *beginnings: str) -> list[str]:
    """Return the bot's messages in the channel whose headings begin like one of these."""
    texts = [text_of(each) or each.content for each in here.channel.history()]
    return [text for text in texts if text.startswith(tuple(f"### {each}" for each in beginnings))]


def message_with(here: World, text: str) -> Any:
    """Return the last message of the channel that says this."""
    found = [each for each in here.channel.history() if text in (text_of(each) or each.content)]
    return found[-1]


def poll_message(here: World) -> Any:
    """Return the last poll."""
    return [each for each in here.channel.history() if each.poll is not None][-1]


def close_poll(here: World) -> None:
    """Let Discord count the last poll for good."""
    here.env.backend.expire_poll(here.channel.id, poll_message(here).id)


def events(here: World) -> list[Any]:
    """Return the server's events."""
    return list(here.env.backend.get_guild(here.guild.id).scheduled_events.values())


def thread_texts(here: World) -> list[str]:
    """Return what stands in the newest thread."""
    thread = max(here.channel.threads, key=lambda each: each.id)
    return [text_of(each) for each in thread.history() if text_of(each)]


async def open_session(here: World) -> Session:
    """Return the session that is prepared or held."""
    async with here.bot.services.database.read() as conn:
        found = await clubs.the_open_one(conn, 1)
    assert found is not None
    return found


async def status(here: World, who: simcord.MemberActor | None = None) -> str:
    """Return what `/club status` says."""
    return said(await (who or here.member).slash(here.channel, "club status"))


async def until(here: World, *moments: datetime) -> None:
    """Let the clock stand at each of these moments in turn."""
    for moment in moments:
        await here.tick(moment)
