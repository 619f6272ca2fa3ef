"""A person's library as they look at it: a page of it, searched or sorted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot import limits
from bot.services.library._lists import find_list
from bot.services.search_engine import Engine
from storage import library, papers
from storage.database import Database
from storage.library import ReadingList, Saved, Sort
from storage.papers import StoredPaper
from storage.search import SearchRequest

QUERY_LENGTH: Final = 50
"""Characters of a query: it travels in the buttons."""

WORTH: Final = 0.25
"""Score of the search from which a paper answers by its meaning alone.

Every paper means something near to every query. In libraries of 60 recorded papers, what has to do
with the query scored 0.28 and more, and the best for queries about nothing there 0.16 to 0.30.
"""


@dataclass(frozen=True, slots=True)
class View:
    """What of a library a user looks at; with a query, the best match comes first."""

    list_id: int | None = None
    sort: Sort = Sort.NEWEST
    query: str = ""


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """One page of a library."""

    view: View
    number: int
    pages: int
    total: int
    entries: tuple[tuple[Saved, StoredPaper], ...]
    lists: tuple[ReadingList, ...]
    noted: tuple[tuple[str, str], ...] = ()
    """Ids and titles of papers on no list that have a note; for the whole library alone."""

    @property
    def list(self) -> ReadingList | None:
        """The list that is looked at, `None` for the whole library."""
        return next((each for each in self.lists if each.id == self.view.list_id), None)


class LibraryPages:
    """Reads pages of libraries."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine

    async def page(self, user_id: int, view: View, number: int) -> LibraryPage:
        """Return a page of a person's library; beyond the last one, the last."""
        size = limits.PAGE_HITS
        if view.query:
            found = await self.search(user_id, view.query, view.list_id)
            number = min(number, max(0, (len(found) - 1) // size))
            async with self._database.read() as conn:
                shown = found[number * size : (number + 1) * size]
                entries = await library.describe(conn, user_id, shown)
            total = len(found)
        else:
            async with self._database.read() as conn:
                entries, total = await library.page(
                    conn,
                    user_id,
                    list_id=view.list_id,
                    sort=view.sort,
                    offset=number * size,
                    limit=size,
                )
            if not entries and number:
                return await self.page(user_id, view, max(0, (total - 1) // size))
        async with self._database.read() as conn:
            lists = await library.of_user(conn, user_id)
            known = await papers.get_many(conn, [entry.paper_id for entry in entries])
            whole = view.list_id is None and not view.query
            noted = await library.only_noted(conn, user_id, limits.SELECT_OPTIONS) if whole else ()
        return LibraryPage(
            view=view,
            number=number,
            pages=max(1, -(-total // size)),
            total=total,
            entries=tuple((e, known[e.paper_id]) for e in entries if e.paper_id in known),
            lists=tuple(lists),
            noted=tuple(noted),
        )

    async def shared(
        self, user_id: int, typed: str, limit: int
    ) -> tuple[ReadingList, list[StoredPaper], int]:
        """Return a person's list, its latest papers, and how many it has.

        Raises:
            UserError: there is no such list.
        """
        async with self._database.read() as conn:
            found = await find_list(conn, user_id, typed)
            entries, total = await library.page(conn, user_id, list_id=found.id, limit=limit)
            return found, list(await library.papers_of(conn, entries)), total

    async def top(
        self, guild_id: int, since: datetime, page: int
    ) -> tuple[list[tuple[StoredPaper, int]], int]:
        """Return a page of the papers that most members of a server saved since then, each with how
        many did, and how many papers there are."""
        size = limits.PAGE_HITS
        async with self._database.read() as conn:
            found, total = await library.top(conn, guild_id, since, offset=page * size, limit=size)
        return list(found), total

    async def search(self, user_id: int, query: str, list_id: int | None = None) -> list[str]:
        """Return the saved papers that answer a query, as the search ranks them.

        Then come those that hold its words nowhere but in their notes. Without `list_id`, papers on
        no list that have a note are searched, too.
        """
        async with self._database.read() as conn:
            mine = await library.rows(conn, user_id, list_id)
            literally = await library.matching(conn, user_id, query, list_id)
        request = SearchRequest(query, among=frozenset(mine.values()))
        answer = await self._engine.search(request)
        worth = WORTH if answer.by_meaning else 0.0
        ranked = [
            hit.paper_id
            for hit in answer.hits
            if hit.paper_id in mine and (hit.score > worth or answer.degraded)
        ]
        return list(dict.fromkeys((*ranked, *literally)))
