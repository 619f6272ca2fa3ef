"""Short answers: a title, a few sentences, perhaps a button."""

from collections.abc import Sequence
from typing import Final

import discord
from discord import ui

from bot.ui import text
from bot.ui.parts import ACCENT, AnyItem, rows

_TITLE: Final = 200
_BODY: Final = 3_500


def render_notice(
    title: str,
    body: str = "",
    *,
    colour: discord.Colour = ACCENT,
    footer: str = "",
    actions: Sequence[AnyItem] = (),
) -> ui.LayoutView:
    """Return a message of a title and a few sentences.

    Args:
        title: plain text, escaped here.
        body: markdown, so escape in it what comes from outside (`bot.ui.text.escape`).
        colour: `bot.ui.parts.ALARM` for what went wrong.
        footer: small print, markdown like the body.
        actions: link buttons and DynamicItems.
    """
    container = ui.Container[ui.LayoutView](accent_colour=colour)
    container.add_item(ui.TextDisplay(f"### {text.escape(title, _TITLE) or '…'}"))
    if body.strip():
        container.add_item(ui.TextDisplay(text.clip(body.strip(), _BODY)))
    if footer.strip():
        container.add_item(ui.TextDisplay(f"-# {text.clip(footer.strip(), _TITLE - len('-# '))}"))
    for row in rows(actions):
        container.add_item(row)
    return ui.LayoutView(timeout=None).add_item(container)
