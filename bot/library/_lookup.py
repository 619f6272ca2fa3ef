"""Papers that people name and that we may not know yet."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from papers.sources import PaperSource, SourceError
from storage import papers
from storage.papers import StoredPaper

if TYPE_CHECKING:
    from bot.client import PaperBot

log = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""Papers in one question: as many as arXiv takes in one request."""
MOST_ASKED_ONE_BY_ONE: Final = 20
"""Papers that a source is asked for that takes a request for each."""
PATIENCE: Final = 90.0
"""Seconds that all sources together get."""

Progress = Callable[[Mapping[str, StoredPaper], int, int], Awaitable[None]]
"""Called with the papers found so far, how many were looked up, and how many there are."""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of looking for papers."""

    papers: dict[str, StoredPaper]
    """Those that we know now, in the order asked for."""
    unknown: tuple[str, ...]
    """Those that a source was asked for and does not know."""
    failed: tuple[str, ...] = ()
    """Sources that did not answer."""
    unasked: tuple[str, ...] = ()
    """Those that no source has answered for: they may well exist."""


async def look_up(
    bot: "PaperBot",
    paper_ids: Sequence[str],
    *,
    patience: float = PATIENCE,
    progress: Progress | None = None,
) -> Found:
    """Return the papers with these ids, asking the sources for those that we do not know.

    Args:
        bot: whose database and sources are asked.
        paper_ids: arXiv ids without versions, in any number.
        patience: seconds that all sources together get; what is left then is `unasked`.
        progress: called before the first question and after each.
    """
    async with bot.database.read() as conn:
        known = await papers.get_many(conn, paper_ids)
    missing = [paper_id for paper_id in dict.fromkeys(paper_ids) if paper_id not in known]
    failed: list[str] = []
    answered: set[str] = set()
    if progress is not None:
        await progress(known, len(known), len(known) + len(missing))
    try:
        async with asyncio.timeout(patience):
            for start in range(0, len(missing), AT_ONCE):
                asked = missing[start : start + AT_ONCE]
                if await _ask_all(bot, asked, failed, one_by_one=start == 0):
                    answered.update(asked)
                if progress is not None:
                    async with bot.database.read() as conn:
                        known = await papers.get_many(conn, paper_ids)
                    done = len(paper_ids) - len(missing) + start + len(asked)
                    await progress(known, done, len(paper_ids))
    except TimeoutError:
        failed.append("the sources took too long")
    async with bot.database.read() as conn:
        known = await papers.get_many(conn, paper_ids)
    lacking = [paper_id for paper_id in missing if paper_id not in known]
    return Found(
        known,
        tuple(paper_id for paper_id in lacking if paper_id in answered),
        tuple(dict.fromkeys(failed)),
        tuple(paper_id for paper_id in lacking if paper_id not in answered),
    )


async def _ask_all(
    bot: "PaperBot", asked: Sequence[str], failed: list[str], *, one_by_one: bool
) -> bool:
    """Ask every source for these papers until they are known; return whether one answered for all
    of them."""
    answered = False
    # Those that list everything take many ids at once, and know all of them.
    for source in sorted(bot.sources, key=lambda source: source.curated):
        if source.curated and not one_by_one:
            continue
        part = asked[:MOST_ASKED_ONE_BY_ONE] if source.curated else asked
        if part and await _ask(bot, source, part, failed):
            answered = answered or len(part) == len(asked)
        async with bot.database.read() as conn:
            told = await papers.get_many(conn, asked)
        asked = [paper_id for paper_id in asked if paper_id not in told]
    return answered or not asked


async def _ask(
    bot: "PaperBot", source: PaperSource, paper_ids: Sequence[str], failed: list[str]
) -> bool:
    try:
        records = await source.lookup(paper_ids)
    except SourceError as error:
        log.warning("source failed source=%s kind=%s: %s", source.name, error.kind, error.detail)
        failed.append(f"{source.name} is {error.kind}")
        return False
    if records:
        async with bot.database.write() as conn:
            await papers.upsert(conn, records, now=bot.clock.now())
        bot.search.catch_up()
    return True
