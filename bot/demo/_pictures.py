"""Pictures for the demo's page, which fetches nothing: each paper's title on a colour of its own,
which is what the Hub's thumbnails are."""

import asyncio
import colorsys
import io
import textwrap
import zlib
from datetime import timedelta
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from bot.demo._stage import Stage
from bot.ui.payloads import picture_of
from papers import calendar
from papers.model import Paper
from papers.text import readable

_DAYS: Final = 14
_SIZE: Final = (480, 480)
_MARGIN: Final = 28
_LINE: Final = 17
"""Characters of a title on one line."""
_LINES: Final = 7
_FONT: Final = 46

Pictures = dict[str, tuple[str, bytes]]
"""Files by the address that they stand in for, each with its name."""


async def stand_ins(stage: Stage) -> Pictures:
    """Return a picture for each address that the cards of the last two weeks name."""
    now = stage.clock.now()
    newest = calendar.batch_day(now)
    days = [newest - timedelta(days=n) for n in range(_DAYS)]
    async with stage.bot.services.database.read() as conn:
        candidates = await stage.bot.services.ranking.of_days(conn, days, now)
    papers = [candidate.paper for candidate in candidates]
    return await asyncio.to_thread(_drawn, papers)


def _drawn(papers: list[Paper]) -> Pictures:
    font = ImageFont.load_default(_FONT)
    pictures: Pictures = {}
    for paper in papers:
        if (url := picture_of(paper)) is not None:
            pictures[url] = (f"{paper.id.replace('/', '-')}.png", _draw(paper, font))
    return pictures


def _draw(paper: Paper, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> bytes:
    hue = zlib.crc32(paper.id.encode()) % 360 / 360
    ground = tuple(round(255 * part) for part in colorsys.hls_to_rgb(hue, 0.32, 0.45))
    picture = Image.new("RGB", _SIZE, ground)
    title = "\n".join(textwrap.wrap(readable(paper.title), _LINE)[:_LINES])
    ImageDraw.Draw(picture).multiline_text((_MARGIN, _MARGIN), title, "white", font, spacing=10)
    file = io.BytesIO()
    picture.quantize(16).save(file, "PNG")
    return file.getvalue()
