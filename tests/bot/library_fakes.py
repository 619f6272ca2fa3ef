"""A day's thread in the simulated Discord, and what people keep of it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import simcord

from storage import library
from tests.bot.world import MONDAY, World, at, text_of, world

SAVE, STAR, READ = "🔖", "⭐", "✅"
FIRST, SECOND, THIRD = (f"2506.0090{number}" for number in range(3))


@asynccontextmanager
async def posted(folder: Path, **known: Any) -> AsyncGenerator[World]:
    """Run the bot until Monday's thread of three papers is there."""
    async with world(folder, **known) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        yield here


def card(here: World, number: int = 0) -> Any:
    """Return one of the day's cards, best first."""
    (thread,) = here.channel.threads
    shown = [message for message in thread.history() if "Paper number" in text_of(message)]
    return shown[number]


def change_paper(here: World, *, stars: int | None = None, **known: Any) -> None:
    """Let the source know something new of the best paper of Monday."""
    records = here.source.days[MONDAY]
    place = next(n for n, each in enumerate(records) if each.paper.id == FIRST)
    metrics = records[place].metrics
    records[place] = replace(
        records[place],
        paper=replace(records[place].paper, **known),
        metrics=metrics if stars is None else replace(metrics, stars=stars),
    )


def header(here: World) -> Any:
    """Return the message that the day's thread hangs on."""
    return next(m for m in here.channel.history() if "Papers of" in text_of(m))


async def shelf(here: World, person: simcord.MemberActor) -> dict[str, set[str]]:
    """Return the papers on each of a person's lists, leaving out empty ones."""
    async with here.bot.services.database.read() as conn:
        found = {
            each.name: await library.saved_papers(conn, person.id, each.id)
            for each in await library.of_user(conn, person.id)
        }
    return {name: on for name, on in found.items() if on}


def offline(here: World, message: Any, emoji: str, user_id: int, *, reacted: bool = True) -> None:
    """Change a reaction without the bot hearing of it."""
    stored = here.env.backend.get_message(message.channel.id, message.id)
    reaction = stored.reaction_for(emoji)
    if reacted and reaction is None:
        reaction = type(stored.reactions[0])(emoji=emoji)
        stored.reactions.append(reaction)
    assert reaction is not None
    if reacted:
        reaction.user_ids.append(user_id)
    else:
        reaction.user_ids.remove(user_id)


def said(result: simcord.InteractionResult) -> str:
    """Return what a person reads after an interaction, which must be for them alone."""
    message = result.response or result.followups[-1]
    assert message.ephemeral
    return text_of(message.message) or message.content


def answer(result: simcord.InteractionResult) -> Any:
    """Return the message that an interaction was answered with."""
    message = result.response or result.followups[-1]
    return message.message


def items(result: simcord.InteractionResult) -> list[str]:
    """Return the labels of an answer's buttons and the custom ids of its selects."""
    walked, found = [*answer(result).components], list[str]()
    while walked:
        each = walked.pop(0)
        walked += getattr(each, "children", ())
        found += [getattr(each, "label", None) or getattr(each, "custom_id", None) or ""]
    return found


async def slash(here: World, name: str, /, **options: Any) -> simcord.InteractionResult:
    """Run a command as the member."""
    known = {key.removesuffix("_"): value for key, value in options.items()}
    return await here.member.slash(here.channel, name, **known)


async def refuse(
    here: World, message: Any, paper_id: str, what: str = "paper", **fields: Any
) -> simcord.InteractionResult:
    """Choose a paper in a page's “Not for me…” as the member, and answer the form."""
    who = actor_of(here, message)
    form = await who.select(message, [paper_id], custom_id="v1:not-for-me")
    return await who.submit_modal(form, {"what": what, **fields})


def actor_of(here: World, message: Any) -> Any:
    """Return the member as they act where a message stands: in their direct messages, or not."""
    direct = message.channel.id == here.member.user.dm_channel.id
    return here.member.user if direct else here.member
