"""Answers around a chart: what it shows in words above and below it."""

from typing import Final

import discord
from discord import ui

from bot import limits
from bot.ui.parts import ACCENT
from bot.ui.text import escape, plain

FILE: Final = "chart.png"
_TITLE: Final = 200


def render_chart(
    title: str, when: str, body: str, *, alt: str | None, footer: str = ""
) -> ui.LayoutView:
    """Return a message with a chart, which is attached to it as `FILE`.

    Args:
        title: plain text.
        when: the stretch of time, plain text.
        body: markdown.
        alt: what the picture shows, plain text; None where there is no picture.
        footer: small print, plain text.
    """
    container = ui.Container[ui.LayoutView](accent_colour=ACCENT)
    container.add_item(ui.TextDisplay(f"### {escape(title, _TITLE)}\n{when}"))
    if alt is not None:
        description = plain(alt, limits.MEDIA_DESCRIPTION)
        item = discord.MediaGalleryItem(f"attachment://{FILE}", description=description)
        container.add_item(ui.MediaGallery(item))
    container.add_item(ui.TextDisplay(body))
    if footer:
        container.add_item(ui.TextDisplay(f"-# {footer}"))
    return ui.LayoutView(timeout=None).add_item(container)
