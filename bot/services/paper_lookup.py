"""Papers that people name and that may not be known yet: by id, by DOI, by title and author."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.i18n import gettext as _
from bot.services.search_engine import Engine
from bot.services.source_queries import SourceQueries, failure_sentence, known_to
from papers import paper_key
from papers.importing import Unreadable
from papers.model import Paper
from papers.same import same
from papers.sources import DatedSource, PaperSource
from storage import papers
from storage.database import Database
from storage.papers import StoredPaper
from storage.search import SearchRequest

log = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""Papers in one question: as many as arXiv takes in one request."""
MAX_ASKED_ONE_BY_ONE: Final = 20
"""Papers that a source is asked for that takes a request for each."""
PATIENCE: Final = 90.0
"""Seconds that all sources together get."""
MAX_DOIS: Final = 100
"""Papers of one file that are asked for by DOI, at half a second a request."""
MAX_TITLES: Final = 200
"""Records of one file that are looked up among the known papers; each takes some milliseconds."""
MAX_TITLES_ASKED: Final = 5
"""Titles that arXiv is asked for, at three seconds a request."""
PATIENCE_FOR_TITLES: Final = 30.0
"""Seconds that it gets for them."""
_CANDIDATES: Final = 3

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
    """Why sources did not answer, a sentence each in the language of who asked."""
    unasked: tuple[str, ...] = ()
    """Those that no source has answered for: they may well exist."""


class PaperLookup:
    """Finds papers among the known ones, and asks the sources for the rest.

    Args:
        database: the papers that are known.
        queries: asks the sources, those that list everything first.
        engine: finds papers by title.
        on_new: called when something was stored that the index lacks.
    """

    def __init__(
        self,
        database: Database,
        queries: SourceQueries,
        engine: Engine,
        on_new: Callable[[], None],
    ) -> None:
        self._database = database
        self._queries = queries
        self._sources = sorted(queries.sources, key=lambda source: source.curated)
        self._engine = engine
        self._on_new = on_new

    async def known(self, paper_ids: Sequence[str]) -> dict[str, StoredPaper]:
        """Return the papers with these keys that are stored, without asking any source.

        A paper that has another key by now comes under that one.
        """
        async with self._database.read() as conn:
            works = await papers.keys_of(conn, paper_ids)
            return await papers.get_many(conn, works.values())

    async def by_short(self, short: Sequence[str]) -> dict[str, str]:
        """Return the keys that short ones (`papers.paper_key.short`) stand for, where known."""
        async with self._database.read() as conn:
            return await papers.by_short(conn, short)

    async def find(
        self,
        paper_ids: Sequence[str],
        *,
        patience: float = PATIENCE,
        progress: Progress | None = None,
    ) -> Found:
        """Return the papers with these ids, asking the sources for those that we do not know.

        Args:
            paper_ids: keys of papers, in any number.
            patience: seconds that all sources together get; what is left then is `unasked`.
            progress: called before the first question and after each.
        """
        known = await self.known(paper_ids)
        missing = await self._lacking(dict.fromkeys(paper_ids))
        failed: list[str] = []
        answered: set[str] = set()
        if progress is not None:
            await progress(known, len(known), len(known) + len(missing))
        try:
            async with asyncio.timeout(patience):
                for start in range(0, len(missing), AT_ONCE):
                    asked = missing[start : start + AT_ONCE]
                    answered |= await self._ask_all(asked, failed, one_by_one=start == 0)
                    if progress is not None:
                        done = len(paper_ids) - len(missing) + start + len(asked)
                        await progress(await self.known(paper_ids), done, len(paper_ids))
        except TimeoutError:
            failed.append(_("The sources took too long to answer."))
        known = await self.known(paper_ids)
        lacking = await self._lacking(missing)
        return Found(
            known,
            tuple(paper_id for paper_id in lacking if paper_id in answered),
            tuple(dict.fromkeys(failed)),
            tuple(paper_id for paper_id in lacking if paper_id not in answered),
        )

    async def by_keys(self, records: Sequence[Unreadable]) -> dict[Unreadable, str]:
        """Return the records that name a paper, known before or not, by a DOI or another id, with
        its key.

        At most `MAX_DOIS` of those that are not known are asked for.
        """
        known = await self._named(records)
        asked = [
            next(filter(paper_key.registered_doi, record.keys), None)
            for record in records
            if record not in known
        ]
        if missing := list(filter(None, asked))[:MAX_DOIS]:
            await self.find(missing, patience=PATIENCE)
            known = await self._named(records)
        return known

    async def _named(self, records: Sequence[Unreadable]) -> dict[Unreadable, str]:
        keys = [key for record in records for key in record.keys]
        dois = [doi for record in records for doi in record.dois]
        async with self._database.read() as conn:
            of_doi = await papers.by_doi(conn, dois)
            works = await papers.keys_of(conn, keys)
            stored = await papers.get_many(conn, works.values())
        found: dict[Unreadable, str] = {}
        for record in records:
            there = [of_doi[doi] for doi in record.dois if doi in of_doi]
            there += [works[key] for key in record.keys if works[key] in stored]
            if there:
                found[record] = there[0]
        return found

    async def elsewhere(self, paper_id: str) -> tuple[str, ...]:
        """Return the keys of a paper's work at other places (`papers.paper_key.elsewhere`)."""
        async with self._database.read() as conn:
            keys = await papers.all_keys(conn, [paper_id])
        return paper_key.elsewhere(paper_id, keys[paper_id])

    async def by_title(self, records: Sequence[Unreadable]) -> list[StoredPaper]:
        """Return the papers with exactly the records' titles and first authors, each once.

        They are to be offered, not saved: a title may have been used twice.
        """
        wanted = [record for record in records if record.title and record.author][:MAX_TITLES]
        found: dict[str, StoredPaper] = {}
        missing: list[Unreadable] = []
        for record in wanted:
            paper = await self._titled(record)
            if paper is None:
                missing.append(record)
            else:
                found[paper.paper.id] = paper
        try:
            async with asyncio.timeout(PATIENCE_FOR_TITLES):
                for record in missing[:MAX_TITLES_ASKED]:
                    if await self._ask_title(record):
                        paper = await self._titled(record)
                        if paper is not None:
                            found[paper.paper.id] = paper
        except TimeoutError:
            log.info("not all titles were looked up: the sources took too long")
        return list(found.values())

    async def _ask_all(
        self, asked: Sequence[str], failed: list[str], *, one_by_one: bool
    ) -> set[str]:
        """Ask every source for these papers until they are known; return for which one answered."""
        answered: set[str] = set()
        missed: set[str] = set()
        # Those that list everything take many ids at once, and know all of them.
        for source in self._sources:
            if source.curated and not one_by_one:
                continue
            part = known_to(source, asked)
            if source.curated:
                part = part[:MAX_ASKED_ONE_BY_ONE]
            if part and await self._ask(source, part, failed):
                answered.update(part)
            elif isinstance(source, DatedSource):
                # A DOI is known to one of these alone: the others' answers say nothing of it.
                missed.update(part)
            asked = await self._lacking(asked)
        return answered - missed

    async def _lacking(self, paper_ids: Iterable[str]) -> list[str]:
        """Return those keys whose work is not stored."""
        wanted = list(paper_ids)
        async with self._database.read() as conn:
            works = await papers.keys_of(conn, wanted)
            known = await papers.get_many(conn, works.values())
        return [key for key in wanted if works[key] not in known]

    async def _ask(self, source: PaperSource, paper_ids: Sequence[str], failed: list[str]) -> bool:
        answer = await self._queries.ask(source, source.lookup(paper_ids))
        if answer.failure is not None:
            failed.append(failure_sentence(source.name, answer.failure))
            return False
        if answer.records:
            await self._queries.store(answer.records)
            self._on_new()
        return True

    async def _titled(self, record: Unreadable) -> StoredPaper | None:
        answer = await self._engine.search(SearchRequest(record.title))
        candidates = await self.known([hit.paper_id for hit in answer.hits[:_CANDIDATES]])
        return next((each for each in candidates.values() if _is(each.paper, record)), None)

    async def _ask_title(self, record: Unreadable) -> bool:
        """Ask the sources that list everything for a title; return whether one knew the paper."""
        for source in self._sources:
            if source.curated:
                continue
            answer = await self._queries.ask(source, source.search(record.title, _CANDIDATES))
            if records := [each for each in answer.records if _is(each.paper, record)]:
                await self._queries.store(records)
                await self._engine.follow()
                return True
        return False


def _is(paper: Paper, record: Unreadable) -> bool:
    return same(paper, record.title, record.author)
