"""`/paper search` without Discord: the local answer at once, the sources' in the background."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Final

from bot import limits
from bot.runtime.clock import Clock
from bot.runtime.priority import Urgency
from bot.runtime.task_queue import TaskQueue
from bot.services.folding import Folding
from bot.services.search._additions import SourceAdditions
from bot.services.search._authors import AuthorSearch
from bot.services.search._named import named
from bot.services.search._passages import PASSAGE, quotable
from bot.services.search._reading import read, refuse_link
from bot.services.search._sources import PER_MINUTE, SourceSearcher
from bot.services.search._types import LookUp, ResultsPage, SimilarPage
from bot.services.search_engine import Engine
from bot.services.source_queries import SourceQueries
from papers.keyed_locks import KeyedLocks
from papers.messages import Message, packed
from papers.model import Paper
from storage import papers, search_sessions, source_searches
from storage.database import Database
from storage.papers import StoredPaper
from storage.search import Degraded, Suggestion
from storage.search_sessions import Question, Remarks, Session
from storage.source_searches import BudgetSpentError

log = logging.getLogger(__name__)

HITS_KEPT: Final = 250
"""Hits of a search that can be turned to: fifty pages."""

COMPARED: Final = 100
"""Best hits of a search that are compared with each other: 5 ms; 250 would take 10."""

ASKING_AT_ONCE: Final = 4
"""Questions that wait for the sources at the same time."""

STOP_TIMEOUT: Final = 3.0

SIMILAR: Final = 25
"""Papers listed as similar to one: five pages."""


def _not_found(paper_ids: Sequence[str]) -> str:
    return packed(Message("Not found: {papers}. Check the numbers.", papers=", ".join(paper_ids)))


class PaperSearch:
    """Answers questions from the index, and lets the sources add to it."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        folding: Folding,
        queries: SourceQueries,
        clock: Clock,
    ) -> None:
        self.engine = engine
        self.authors = AuthorSearch(database, engine, queries, clock)
        self._database = database
        self._folding = folding
        self._clock = clock
        self._sources = SourceSearcher(database, engine, queries, clock)
        self._additions = SourceAdditions(database, self._sources, clock)
        # Its own workers: a slow arXiv must not stand in the way of the day's threads.
        self._queue = TaskQueue(ASKING_AT_ONCE, Urgency.PERSON)
        self._indexing = TaskQueue(1)
        self._changing = KeyedLocks()

    async def search(self, question: Question) -> ResultsPage:
        """Answer a question from the index and return its first page.

        A query that names several papers by id or link lists those. If the page says `ASKING`, pass
        its session to `follow`.

        Raises:
            UserError: there is no word in the query, or only a link that names no paper.
        """
        if len(listed := await self.named(question.query)) > 1:
            return await self._listed(question, listed)
        if not listed:
            refuse_link(question.query)
        reading = read(question.query, self._today())
        answer = await self.engine.search(reading.request(question))
        hits, folded = await self._folded([hit.paper_id for hit in answer.hits[:HITS_KEPT]])
        remarks = Remarks(
            syntax=reading.syntax,
            corrections=answer.corrections,
            missing=answer.missing,
            rare=tuple(sorted(answer.rare)),
            common=answer.common and not hits,
            by_meaning=answer.by_meaning,
            rebuilding=answer.degraded is Degraded.INDEX,
            folded=folded,
        )
        async with self._database.write() as conn:
            session = await search_sessions.add(
                conn, question, hits, remarks, now=self._clock.now()
            )
        return await self.page(session, 0, ask=True)

    async def named(self, text: str) -> list[str]:
        """Return the keys of the papers that a text names by id, link or DOI."""
        return await named(self._database, text)

    async def _listed(self, question: Question, listed: Sequence[str]) -> ResultsPage:
        found = [await self.look_up(paper_id) for paper_id in listed]
        hits = [looked_up.paper.paper.id for looked_up in found if looked_up.paper is not None]
        unknown = [paper_id for paper_id in listed if paper_id not in hits]
        async with self._database.write() as conn:
            remarks = Remarks(_not_found(unknown) if unknown else None)
            session = await search_sessions.add(
                conn, question, hits, remarks, now=self._clock.now()
            )
        return await self.page(session, 0)

    async def session(self, session_id: int) -> Session | None:
        """Return an answered search, `None` when not even its question is known any more."""
        async with self._database.read() as conn:
            return await search_sessions.get(conn, session_id, now=self._clock.now())

    async def page(self, session: Session, number: int, *, ask: bool = False) -> ResultsPage:
        """Return a page of an answered search; beyond the last one, the last.

        With `ask`, the sources are to be asked if they were not lately.
        """
        hits = session.hits or ()
        pages = max(1, -(-len(hits) // limits.PAGE_HITS))
        number = min(max(number, 0), pages - 1)
        shown = hits[number * limits.PAGE_HITS : (number + 1) * limits.PAGE_HITS]
        reading = read(session.question.query, self._today())
        async with self._database.read() as conn:
            found = await papers.get_many(conn, shown)
        texts = [quotable(entry.paper) for entry in found.values()]
        passages = await self.engine.passages(
            reading.request(session.question).text, texts, PASSAGE
        )
        sources = await self._additions.state(session, reading, ask=ask)
        return ResultsPage(
            session, number, pages, tuple(zip(found.values(), passages, strict=True)), sources
        )

    async def turn(self, session: Session, number: int) -> ResultsPage:
        """Return a page that a user turns to; from now on the message does not change by itself."""
        await self.use(session.id)
        return await self.page(session, number)

    async def use(self, session_id: int) -> None:
        """Keep the message of a search from changing by itself."""
        async with self._changing.of(session_id), self._database.write() as conn:
            await search_sessions.use(conn, session_id)

    async def fresh(self, session: Session) -> ResultsPage:
        """Return the first page of what only the sources brought, as a search of its own."""
        question = session.question
        reading = read(question.query, self._today())
        added = await self._additions.state(session, reading, ask=False)
        answer = await self.engine.search(reading.request(question))
        place = {hit.paper_id: place for place, hit in enumerate(answer.hits)}
        hits, folded = await self._folded(
            sorted(added.papers, key=lambda paper_id: place.get(paper_id, len(place)))
        )
        async with self._database.write() as conn:
            listed = await search_sessions.add(
                conn, question, hits, Remarks(folded=folded), now=self._clock.now(), fresh=True
            )
        return await self.page(listed, 0)

    def follow(self, session: Session, change: Callable[[ResultsPage], Awaitable[None]]) -> None:
        """Wait for the sources in the background, and let `change` show what they brought.

        It is not called once anybody has used the message.
        """

        async def work() -> None:
            await self._additions.answered(read(session.question.query, self._today()).words)
            async with self._changing.of(session.id):
                now = await self.session(session.id)
                if now is None or now.used:
                    return
                page = await self.page(now, 0)
                if not now.hits and page.sources.papers:
                    page = await self.fresh(now)
                await change(page)

        self._queue.submit(("search", session.id), work)

    async def look_up(self, paper_id: str, *, ask: bool | None = None) -> LookUp:
        """Return a paper that we know, or that a source knows.

        Args:
            paper_id: the paper's key.
            ask: whether to ask the sources: by default only for what we do not know.
        """
        async with self._database.read() as conn:
            known = await papers.get(conn, paper_id)
        if ask is False or (ask is None and known is not None):
            return LookUp(known)
        answers = await self._sources.look_up(paper_id)
        async with self._database.read() as conn:
            # It may be a work that is known by another key.
            work = (await papers.keys_of(conn, [paper_id]))[paper_id]
            return LookUp(await papers.get(conn, work), tuple(answers))

    def complete(self, paper: Paper, change: Callable[[StoredPaper], Awaitable[None]]) -> None:
        """Ask the sources in the background for what a known paper's card lacks.

        `change` is called if they returned something new.
        """
        if None not in (paper.linked_models, paper.version) or not self._sources.names:
            return

        async def work() -> None:
            question = f"paper {paper.id}"  # not shown
            try:
                async with self._database.write() as conn:
                    asked = await source_searches.claim(
                        conn, question, now=self._clock.now(), per_minute=PER_MINUTE
                    )
            except BudgetSpentError:
                return  # the card says what is known; the next one who opens it asks again
            if asked is not None:
                return
            looked_up = await self.look_up(paper.id, ask=True)
            async with self._database.write() as conn:
                await source_searches.answer(
                    conn, question, looked_up.answers, [], now=self._clock.now()
                )
            if looked_up.paper is not None and looked_up.paper.paper != paper:
                await change(looked_up.paper)

        self._queue.submit(("complete", paper.id), work)

    async def similar(self, paper: StoredPaper, number: int) -> SimilarPage:
        """Return a page of the papers nearest to one, with why."""
        listed = await self.engine.similar(paper.paper.id, SIMILAR)
        pages = max(1, -(-len(listed) // limits.PAGE_HITS))
        number = min(max(number, 0), pages - 1)
        shown = listed[number * limits.PAGE_HITS : (number + 1) * limits.PAGE_HITS]
        async with self._database.read() as conn:
            found = await papers.get_many(conn, [item.paper_id for item in shown])
        pairs = tuple((found[item.paper_id], item) for item in shown if item.paper_id in found)
        return SimilarPage(paper, number, pages, len(listed), pairs)

    async def suggest(self, typed: str, limit: int) -> Sequence[Suggestion]:
        """Return how a begun query may go on, from the index alone."""
        return await self.engine.suggest(typed, limit) if typed.strip() else ()

    def catch_up(self) -> None:
        """Take what has changed into the index, and embed it, in the background."""

        async def work() -> None:
            await self.engine.follow()
            while await self.engine.embed_next():
                pass

        self._indexing.submit("index", work)

    async def drain(self) -> None:
        """Wait until the sources have answered, and the index is up to date."""
        await self._queue.drain()
        await self._indexing.drain()

    async def pause(self) -> None:
        """Ask and index nothing more, in bounded time."""
        await self._queue.stop(STOP_TIMEOUT)
        await self._indexing.stop(STOP_TIMEOUT)

    async def close(self) -> None:
        """Stop asking, and close the engine."""
        await self.pause()
        await self.engine.close()

    async def _folded(
        self, paper_ids: Sequence[str]
    ) -> tuple[list[str], dict[str, tuple[str, ...]]]:
        """Return the papers that lead, and by them those that say nearly the same."""
        groups = await self._folding.folded_ids(paper_ids[:COMPARED])
        behind = {group.leader: group.folded for group in groups if group.folded}
        return [group.leader for group in groups] + list(paper_ids[COMPARED:]), behind

    def _today(self) -> date:
        return self._clock.now().date()
