"""What the sources add to a search: asked within a budget, by one user for all who ask the same."""

import asyncio

from bot.runtime.clock import Clock
from bot.services.search._named import named
from bot.services.search._reading import Reading
from bot.services.search._sources import PER_MINUTE, SourceSearcher, key, meets
from bot.services.search._types import FromSources, SourceState
from storage import papers, source_searches
from storage.database import Database
from storage.search_sessions import Session
from storage.source_searches import BudgetSpentError, SourceSearch


class SourceAdditions:
    """Knows for each search whether the sources were asked, and what they brought."""

    def __init__(self, database: Database, sources: SourceSearcher, clock: Clock) -> None:
        self._database = database
        self._sources = sources
        self._clock = clock
        self._asking: dict[str, asyncio.Future[SourceSearch]] = {}

    async def state(self, session: Session, reading: Reading, *, ask: bool) -> FromSources:
        """Return what the sources add to a search so far; with `ask`, claim asking them."""
        question = key(reading.words)
        listed = await named(self._database, session.question.query)
        if session.fresh or len(listed) > 1 or not question or not self._sources.names:
            return FromSources(SourceState.NOT_ASKED)
        now = self._clock.now()
        if ask:
            try:
                async with self._database.write() as conn:
                    search = await source_searches.claim(
                        conn, question, now=now, per_minute=PER_MINUTE
                    )
            except BudgetSpentError:
                return FromSources(SourceState.BUSY)
            if search is None:
                return FromSources(SourceState.ASKING, names=self._sources.names)
        else:
            async with self._database.read() as conn:
                search = await source_searches.get(conn, question)
        if search is None:
            return FromSources(SourceState.NOT_ASKED)
        if search.answered_at is None:
            state = SourceState.ASKING if search.current(now) else SourceState.NOT_ASKED
            return FromSources(state, names=self._sources.names)
        added = await self._added(session, reading, search)
        return FromSources(SourceState.ANSWERED, search.answers, papers=added)

    async def _added(
        self, session: Session, reading: Reading, search: SourceSearch
    ) -> tuple[str, ...]:
        listed = session.listed
        new = [paper_id for paper_id in search.papers if paper_id not in listed]
        async with self._database.read() as conn:
            found = await papers.get_many(conn, new)
        question = session.question
        return tuple(
            paper_id
            for paper_id, entry in found.items()
            if meets(entry, question.since, question.categories)
            and (reading.topic.plain or reading.topic.allows(entry.paper))
        )

    async def answered(self, words: str) -> None:
        """Ask the sources, or wait for the answer that another user is waiting for."""
        question = key(words)
        if (waiting := self._asking.get(question)) is not None:
            await asyncio.wait({waiting})
            return
        answer = asyncio.ensure_future(self._sources.ask(question))
        self._asking[question] = answer
        try:
            await answer
        finally:
            del self._asking[question]
