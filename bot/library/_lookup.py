"""Papers that people name and that we may not know yet."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from papers.sources import PaperSource, SourceError
from storage import papers
from storage.papers import StoredPaper

if TYPE_CHECKING:
    from bot.client import PaperBot

log = logging.getLogger(__name__)

MOST_ASKED: Final = 1_000
"""Papers that sources are asked for at once; arXiv tells a hundred a request."""
MOST_ASKED_ONE_BY_ONE: Final = 20
"""The same for sources that take a request for each."""
PATIENCE: Final = 90.0
"""Seconds that all sources together get."""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of looking for papers."""

    papers: dict[str, StoredPaper]
    """Those that we know now, in the order asked for."""
    unknown: tuple[str, ...]
    """Those that no source told of."""
    failed: tuple[str, ...] = ()
    """Sources that did not answer."""


async def look_up(bot: "PaperBot", paper_ids: Sequence[str]) -> Found:
    """Return the papers with these ids, asking the sources for those that we do not know."""
    async with bot.database.read() as conn:
        known = await papers.get_many(conn, paper_ids)
    missing = [paper_id for paper_id in dict.fromkeys(paper_ids) if paper_id not in known]
    if not missing:
        return Found(known, ())
    failed: list[str] = []
    asked = missing[:MOST_ASKED]
    try:
        async with asyncio.timeout(PATIENCE):
            # Those that list everything take many ids at once, and know all of them.
            for source in sorted(bot.sources, key=lambda source: source.curated):
                limit = MOST_ASKED_ONE_BY_ONE if source.curated else MOST_ASKED
                if asked:
                    await _ask(bot, source, asked[:limit], failed)
                    async with bot.database.read() as conn:
                        told = await papers.get_many(conn, asked)
                    asked = [paper_id for paper_id in asked if paper_id not in told]
    except TimeoutError:
        failed.append("the sources took too long")
    async with bot.database.read() as conn:
        known = await papers.get_many(conn, paper_ids)
    unknown = tuple(paper_id for paper_id in missing if paper_id not in known)
    return Found(known, unknown, tuple(failed))


async def _ask(
    bot: "PaperBot", source: PaperSource, paper_ids: Sequence[str], failed: list[str]
) -> None:
    try:
        records = await source.lookup(paper_ids)
    except SourceError as error:
        log.warning("source failed source=%s kind=%s: %s", source.name, error.kind, error.detail)
        failed.append(f"{source.name} is {error.kind}")
        return
    if records:
        async with bot.database.write() as conn:
            await papers.upsert(conn, records, now=bot.clock.now())
        bot.search.catch_up()
