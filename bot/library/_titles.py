"""Records without an arXiv id, looked up by their DOI, or by title and first author."""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from papers.importing import Unreadable
from papers.model import Paper
from papers.same import same
from papers.sources import SourceError
from storage import papers
from storage.papers import StoredPaper
from storage.search import SearchRequest

if TYPE_CHECKING:
    from bot.client import PaperBot

log = logging.getLogger(__name__)

MOST_TITLES: Final = 200
"""Records of one file that are looked up among the known papers; each takes some milliseconds."""
MOST_ASKED: Final = 5
"""Titles that arXiv is asked for, at three seconds a request."""
PATIENCE: Final = 30.0
"""Seconds that it gets for them."""
_CANDIDATES: Final = 3


async def by_doi(bot: "PaperBot", records: Sequence[Unreadable]) -> dict[Unreadable, str]:
    """Return the records whose DOI is that of a known paper, with the paper's id."""
    async with bot.database.read() as conn:
        known = await papers.by_doi(conn, [doi for record in records for doi in record.dois])
    return {record: known[doi] for record in records for doi in record.dois[:1] if doi in known}


async def by_title(bot: "PaperBot", records: Sequence[Unreadable]) -> list[StoredPaper]:
    """Return the papers with exactly the records' titles and first authors, each once.

    They are to be offered, not saved: a title may have been used twice.
    """
    wanted = [record for record in records if record.title and record.author][:MOST_TITLES]
    found: dict[str, StoredPaper] = {}
    missing: list[Unreadable] = []
    for record in wanted:
        paper = await _known(bot, record)
        if paper is None:
            missing.append(record)
        else:
            found[paper.paper.id] = paper
    try:
        async with asyncio.timeout(PATIENCE):
            for record in missing[:MOST_ASKED]:
                if await _told(bot, record) and (paper := await _known(bot, record)) is not None:
                    found[paper.paper.id] = paper
    except (TimeoutError, SourceError) as error:
        log.info("titles were not looked up: %s", error)
    return list(found.values())


async def _known(bot: "PaperBot", record: Unreadable) -> StoredPaper | None:
    answer = await bot.search.engine.search(SearchRequest(record.title))
    ids = [hit.paper_id for hit in answer.hits[:_CANDIDATES]]
    async with bot.database.read() as conn:
        candidates = await papers.get_many(conn, ids)
    return next((each for each in candidates.values() if _is(each.paper, record)), None)


async def _told(bot: "PaperBot", record: Unreadable) -> bool:
    """Ask the sources that list everything; return whether one told of the paper."""
    for source in bot.sources:
        if source.curated:
            continue
        told = [each for each in await source.search(record.title, _CANDIDATES)
                if _is(each.paper, record)]  # fmt: skip
        if told:
            async with bot.database.write() as conn:
                await papers.upsert(conn, told, now=bot.clock.now())
            await bot.search.engine.follow()
            return True
    return False


def _is(paper: Paper, record: Unreadable) -> bool:
    return same(paper, record.title, record.author)
