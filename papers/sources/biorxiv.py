"""bioRxiv and medRxiv, whose API lists a day's papers but has no search and no votes.

Reference: https://api.biorxiv.org. An answer holds 30 rows (100 until the middle of 2026) whatever
is asked, so pages are stepped by what they hold. Both servers post every day; on Saturdays and
Sundays about a third of a working day's papers.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import quote

import aiohttp

from papers import doi
from papers.model import Batch, Record
from papers.paper_key import Scheme
from papers.sources import SourceError, SourceErrorKind
from papers.sources._budget import DailyBudget, utc_now
from papers.sources._http import Fetcher
from papers.sources.biorxiv_records import as_category, listed_papers, other_prefix
from papers.sources.listings import ListedPaper, newest
from papers.sources.memory import SourceMemory
from papers.sources.rate_limits import RateLimiter
from papers.sources.responses import MalformedError, Pages, Response, RetryPolicy, union
from papers.zones import NEW_YORK

BIORXIV_URL: Final = "https://api.biorxiv.org"
SERVERS: Final = ("bioRxiv", "medRxiv")
REQUESTS: Final = 8
"""Requests for listings in a day of the server. A working day has about 230 rows, 8 pages."""
REVISITED: Final = 3
"""Days before yesterday that are read again: papers come late, and are withdrawn or revised."""
_REMEMBERED: Final = timedelta(days=7)
"""How long pages are kept of a day that was not read whole; weekends leave requests for them."""
PACE: Final = 1.0
"""Seconds between requests."""
_MANNERS: Final = RetryPolicy(timeout=30.0, attempts=2, patience=60.0, cool_down=600.0)
_ALL: Final = "all"
_NOTHING: Final = "no posts found"


@dataclass(frozen=True, slots=True)
class _Page:
    rows: tuple[Any, ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A listing that was read whole, and when it last was asked for."""

    rows: tuple[Any, ...]
    """Every row that was listed once, in its newest form."""
    total: int
    asked_on: date


class BiorxivSource:
    """One of the two servers (`SERVERS`), asked for whole days or for one category of them."""

    curated = False

    def __init__(
        self,
        server: str = "bioRxiv",
        base_url: str = BIORXIV_URL,
        *,
        requests: int = REQUESTS,
        pace: float = PACE,
        manners: RetryPolicy = _MANNERS,
        session: aiohttp.ClientSession | None = None,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = server
        self._details = f"{base_url.rstrip('/')}/details/{server.lower()}"
        self._now = now
        # A day of the server: at midnight UTC its newest day is not over yet, and older ones would
        # use up what that one needs.
        self._budget = DailyBudget(
            server, requests, pace, zone=NEW_YORK, now=now, sleep=sleep, clock=clock
        )
        # What people ask for is not kept waiting by the budget of the listings.
        self._listings, self._lookups = (
            Fetcher(server, gate=gate, manners=manners, session=session, sleep=sleep, clock=clock)
            for gate in (self._budget, RateLimiter(pace, sleep=sleep, clock=clock))
        )
        self._reading = asyncio.Lock()
        self._begun: dict[tuple[date, str], Pages[Any]] = {}
        self._known: dict[tuple[date, str], _Known] = {}
        self._memory: SourceMemory | None = None

    async def restore(self, memory: SourceMemory) -> None:
        """Take up an earlier process's requests, pages and listings, and keep those to come."""
        await self._budget.restore(memory)
        self._memory = memory
        for name, kept in (await memory.read(self.name)).items():
            day, _, category = name.partition(" ")
            asked = date.fromisoformat(day), category
            if kept["begun"] is not None:
                rows, total = kept["begun"]
                self._begun[asked] = Pages(rows, total)
            if kept["known"] is not None:
                rows, total, asked_on = kept["known"]
                self._known[asked] = _Known(tuple(rows), total, date.fromisoformat(asked_on))

    def listed_days(self) -> tuple[date, ...]:
        """Return the days that are over at the server and may have papers that were not read yet.

        The newest comes first, then those of the last week of which only some pages have been read;
        none when no request is left today.
        """
        if self._budget.is_spent:
            return ()
        newest_day = self._newest_day()
        days = [newest_day - timedelta(days=back) for back in range(REVISITED + 1)]
        begun = sorted(
            (day for (day, asked), pages in self._begun.items() if asked == _ALL and pages.rows),
            reverse=True,
        )
        return tuple(dict.fromkeys((newest_day, *begun, *days)))

    async def daily(self, day: date) -> Batch:
        """Return what was posted on a day: first versions as new, later ones as replaced."""
        return await self.listing(day)

    async def latest(self) -> Batch:
        """Return what was posted yesterday."""
        return await self.listing(self._newest_day())

    async def listing(self, day: date, category: str = _ALL) -> Batch:
        """Return the whole listing of a day, or of one category of it.

        A listing is asked for once in a day, and read again only if it has grown. The pages that
        came before a failure or the end of the budget are kept for the next call, and what was
        listed once stays listed. When the budget ends, the listing is what has come until then.

        Raises:
            SourceError: `RATE_LIMITED` until midnight when nothing came before; also (`MALFORMED`)
                when the server ignores the category, or lists nothing or less than it counts.
        """
        async with self._reading:
            return await self._listing(day, as_category(category))

    async def _listing(self, day: date, category: str) -> Batch:
        asked, today = (day, category), self._budget.today
        known = self._known.get(asked)
        if known is not None and known.asked_on == today:
            return self._batch(day, known.rows)
        pages = self._begun.setdefault(asked, Pages())
        try:
            while True:
                page = await self._page(*asked, len(pages.rows))
                pages.add(page.rows, page.total)
                unchanged = known is not None and known.total == pages.total
                if unchanged or pages.is_whole:
                    break
                await self._keep(asked)
        except SourceError:
            if pages.rows and self._budget.is_spent:
                return self._batch(day, pages.rows)
            raise
        except MalformedError as error:
            del self._begun[asked]
            await self._keep(asked)
            raise SourceError(self.name, SourceErrorKind.MALFORMED, str(error)) from error
        del self._begun[asked]
        rows, total = tuple(pages.rows), pages.total
        if known is not None:
            rows, total = union(known.rows, rows, _identity), max(total, known.total)
        self._known[asked] = _Known(rows, total, today)
        await self._keep(asked)
        await self._forget(day)
        return self._batch(day, rows)

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return the records of those `doi:` keys that the server has, in their newest version.

        DOIs of others are not asked for. One that the server does not know is tried with the other
        prefix, which some addresses lack.
        """
        records: list[Record] = []
        for key in dict.fromkeys(paper_ids):
            scheme, _, number = key.partition(":")
            if scheme != Scheme.DOI or not doi.PREPRINTS.fullmatch(number):
                continue
            paper = await self._paper(number) or await self._paper(other_prefix(number))
            if paper is not None:
                records.append(paper.record())
        return records

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return nothing: the API has no search."""
        return []

    async def close(self) -> None:
        """Release the connections."""
        await self._listings.close()
        await self._lookups.close()

    async def _page(self, day: date, category: str, cursor: int) -> _Page:
        def read(answer: Response) -> _Page:
            return _read_page(answer, f"{day}:{day}", category)

        return await self._listings.get(
            f"{self._details}/{day}/{day}/{cursor}/json",
            {} if category == _ALL else {"category": category.replace(" ", "_")},
            read,
            fresh=True,
        )

    async def _paper(self, number: str) -> ListedPaper | None:
        rows = await self._lookups.get(
            f"{self._details}/{quote(number)}/na/json", {}, lambda answer: _rows(answer)[1]
        )
        papers, _ = listed_papers(rows, self.name)
        found = {paper.key: paper for paper in newest(papers)}
        return found.get(f"{Scheme.DOI}:{number}")

    def _batch(self, day: date, rows: Sequence[Any]) -> Batch:
        papers, broken = listed_papers(rows, self.name)
        of_day = [paper for paper in papers if paper.day == day]
        broken += len(papers) - len(of_day)
        records = (paper.record(day, new=paper.first_day == day) for paper in newest(of_day))
        return Batch(day, tuple(records), broken)

    def _newest_day(self) -> date:
        return self._now().astimezone(NEW_YORK).date() - timedelta(days=1)

    async def _keep(self, asked: tuple[date, str]) -> None:
        """Keep what is there of a listing for the next process."""
        if self._memory is None:
            return
        begun, known = self._begun.get(asked), self._known.get(asked)
        value = {
            "begun": None if begun is None else [begun.rows, begun.total],
            "known": None
            if known is None
            else [known.rows, known.total, known.asked_on.isoformat()],
        }
        day, category = asked
        await self._memory.write(
            self.name, f"{day} {category}", value if any(value.values()) else None
        )

    async def _forget(self, day: date) -> None:
        oldest = min(day, self._newest_day() - _REMEMBERED)
        old = {asked for asked in (*self._begun, *self._known) if asked[0] < oldest}
        for asked in sorted(old):
            self._begun.pop(asked, None)
            self._known.pop(asked, None)
            await self._keep(asked)


def _identity(row: Any) -> Hashable:
    """Return what a row is the row of: a version of a paper."""
    if not isinstance(row, dict):
        return repr(row)
    fields = cast("dict[str, Any]", row)
    return str(fields.get("doi")), str(fields.get("version"))


def _rows(answer: Response) -> tuple[dict[str, Any], list[Any]]:
    """Return the message and the rows of an answer; none where it says that there are none."""
    envelope = answer.envelope(messages=list, collection=list)
    rows = cast("list[Any]", envelope["collection"])
    first: Any = next(iter(envelope["messages"]), None)
    message = cast("dict[str, Any]", first if isinstance(first, dict) else {})
    status = str(message.get("status"))
    if status == _NOTHING and not rows:
        return message, []
    if status != "ok":
        raise MalformedError(f"answered {status[:80]!r}")
    return message, rows


def _read_page(answer: Response, interval: str, category: str) -> _Page:
    message, rows = _rows(answer)
    # Both servers post every day, so that "nothing" is no confirmation of an empty one.
    if message.get("status") == _NOTHING:
        raise MalformedError("lists no papers")
    if message.get("interval") != interval:
        raise MalformedError("answered for other days")
    if as_category(message.get("category")) != category:
        raise MalformedError("ignored the category")
    try:
        count, total = int(message["count"]), int(message["total"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise MalformedError("answered without its counts") from error
    if count != len(rows):
        raise MalformedError(f"says {count} rows and holds {len(rows)}")
    if not total and category == _ALL:
        raise MalformedError("lists no papers")
    return _Page(tuple(rows), total)
