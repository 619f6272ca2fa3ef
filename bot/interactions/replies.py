"""Answering inside Discord's three seconds, and changing one's own message only."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

import discord
from discord import ui

from bot.interactions.errors import Interaction

log = logging.getLogger(__name__)

Making = Coroutine[Any, Any, ui.LayoutView]

DEFER_AFTER: Final = 0.8
"""Seconds that an answer may take before it is deferred; it gives up after 3."""

CHANGE_TIMEOUT: Final = 1.5
"""Seconds for changing a message by ourselves: a press meanwhile waits as long."""


async def reply(interaction: Interaction, making: Making, *, ephemeral: bool) -> int | None:
    """Answer with a view of its own message, late if it takes long; return the message's id."""
    task = asyncio.ensure_future(making)
    try:
        if not await in_time(task):
            await interaction.response.defer(ephemeral=ephemeral, thinking=True)
            view = await task
            return (await interaction.edit_original_response(view=view)).id
    finally:
        task.cancel()
    sent = await interaction.response.send_message(view=task.result(), ephemeral=ephemeral)
    return sent.message_id


async def turn(interaction: Interaction, making: Making) -> None:
    """Answer a press: in place on one's own message, else with a copy for the user who pressed.

    A public list belongs to the user who asked for it: no other turns the page they are reading.
    """
    if not is_own(interaction):
        await reply(interaction, making, ephemeral=True)
        return
    task = asyncio.ensure_future(making)
    try:
        if not await in_time(task):
            await interaction.response.defer()
            view = await task
            await interaction.edit_original_response(view=view)
            return
    finally:
        task.cancel()
    await interaction.response.edit_message(view=task.result())


async def in_time(task: asyncio.Future[ui.LayoutView]) -> bool:
    """Tell whether an answer is made before Discord gives up on us."""
    done, _ = await asyncio.wait({task}, timeout=DEFER_AFTER)
    return bool(done)


async def change(interaction: Interaction, view: ui.LayoutView) -> None:
    """Change an answer by ourselves, if its message and its token still live."""
    if interaction.is_expired():
        return
    try:
        async with asyncio.timeout(CHANGE_TIMEOUT):
            await interaction.edit_original_response(view=view)
    except TimeoutError:
        log.info("late answer dropped")
    except discord.HTTPException as error:
        # Dismissed, deleted, or too late: no user looks at it any more.
        log.info("late answer dropped, its message is gone code=%d", error.code)


def is_own(interaction: Interaction) -> bool:
    """Tell whether a pressed message is for the presser alone, or asked for by them."""
    message = interaction.message
    if message is None or message.flags.ephemeral:
        return True
    asked = message.interaction_metadata
    return asked is None or asked.user.id == interaction.user.id
