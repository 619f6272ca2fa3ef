"""Conferences, each as one batch of its own: those with virtual sites, and the ACL Anthology.

A programme is empty until it is out, and then grows for some weeks. It is asked for once a day at
most, and not sent again unless it has changed.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar

import aiohttp

from papers.model import Batch, Record
from papers.sources import SourceError, SourceErrorKind
from papers.sources._budget import utc_now
from papers.sources._http import Fetcher
from papers.sources.anthology_records import volumes
from papers.sources.conference_records import proceedings_of, programme
from papers.sources.listings import Proceedings
from papers.sources.rate_limits import RateLimiter
from papers.sources.responses import MalformedError, Response, RetryPolicy

ANTHOLOGY_URL: Final = "https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml"
PACE: Final = 2.0
"""Seconds between requests to one site."""
_MANNERS: Final = RetryPolicy(timeout=60.0, attempts=2, patience=90.0, cache_for=0.0)
_NOTHING: Final[Mapping[str, Any]] = {"count": 0, "results": []}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conference:
    """A conference with a virtual site."""

    name: str
    url: str


CONFERENCES: Final = (
    Conference("ICLR", "https://iclr.cc"),
    Conference("ICML", "https://icml.cc"),
    Conference("NeurIPS", "https://neurips.cc"),
    Conference("MLSys", "https://mlsys.org"),
    Conference("CVPR", "https://cvpr.thecvf.com"),
    Conference("ECCV", "https://eccv.ecva.net"),
)


class ProceedingsSource:
    """What a conference has, once a day; the base of those that know where it is."""

    curated = False

    def __init__(
        self,
        name: str,
        *,
        pace: float = PACE,
        session: aiohttp.ClientSession | None = None,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._now = now
        self._fetcher = Fetcher(
            name,
            gate=RateLimiter(pace, sleep=sleep, clock=clock),
            manners=_MANNERS,
            session=session,
            sleep=sleep,
            clock=clock,
        )
        self._reading = asyncio.Lock()
        self._conditions: dict[str, dict[str, str]] = {}
        self._known: tuple[date, Proceedings] | None = None

    async def proceedings(self) -> Proceedings:
        """Return all papers, the best first; none before they are out.

        Raises:
            SourceError: the site could not be asked, or answered with less than it counts.
        """
        today = self._now().date()
        async with self._reading:
            known = self._known or (date.min, Proceedings(self.name, ()))
            if known[0] != today:
                try:
                    found = await self._read()
                except SourceError:
                    # What was sent before the failure has not been kept: it is wanted again.
                    self._conditions.clear()
                    raise
                known = (today, known[1] if found is None else known[1].followed_by(found))
                self._known = known
            return known[1]

    async def latest(self) -> Batch:
        """Return the first papers of the proceedings as a batch of today (UTC)."""
        return (await self.proceedings()).batch(self._now().date())

    async def daily(self, day: date) -> Batch:
        """Return the batch of today; proceedings have no history.

        Raises:
            SourceError: also (`REFUSED`) for another day.
        """
        if day != self._now().date():
            raise SourceError(self.name, SourceErrorKind.REFUSED, f"it has no {day}")
        return await self.latest()

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return the records of those keys that are in the proceedings."""
        wanted = set(paper_ids)
        papers = (await self.proceedings()).papers
        return [paper.record() for paper in papers if paper.key in wanted]

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return nothing: sites of conferences have no search."""
        return []

    async def close(self) -> None:
        """Release the connection."""
        await self._fetcher.close()

    async def _read(self) -> Proceedings | None:
        """Return what is there now, `None` if it has not changed."""
        raise NotImplementedError

    async def _get(
        self, url: str, read: Callable[[Response], T], absent: T, *, anew: bool = False
    ) -> T | None:
        """Return what a file holds, `absent` if it is not there, `None` if it has not changed."""

        def checked(answer: Response) -> tuple[T | None, dict[str, str]]:
            if answer.status == 304:
                return None, conditions
            if answer.status == 404:
                return absent, {}
            names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
            sent = {asked: answer.headers.get(name) for name, asked in names.items()}
            return read(answer), {asked: value for asked, value in sent.items() if value}

        conditions = {} if anew else self._conditions.get(url, {})
        found, self._conditions[url] = await self._fetcher.get(
            url, {}, checked, accept=(200, 304, 404), fresh=True, headers=conditions
        )
        return found


class VirtualSiteSource(ProceedingsSource):
    """One year of a conference with a virtual site; abstracts are in a file of their own."""

    def __init__(self, conference: Conference, year: int, **options: Any) -> None:
        super().__init__(f"{conference.name} {year}", **options)
        self._conference = conference
        self._year = year
        self._file = (
            f"{conference.url.rstrip('/')}/static/virtual/data/{conference.name.lower()}-{year}"
        )

    async def _read(self) -> Proceedings | None:
        rows, abstracts = await self._rows(), await self._abstracts()
        if rows is None and abstracts is None:
            return None
        if rows is None:
            rows = await self._rows(anew=True)
        if abstracts is None:
            abstracts = await self._abstracts(anew=True)
        name, url = self._conference.name, self._conference.url
        try:
            return await asyncio.to_thread(
                programme, rows or _NOTHING, abstracts or {}, name, self._year, url
            )
        except MalformedError as error:
            raise SourceError(self.name, SourceErrorKind.MALFORMED, str(error)) from error

    async def _rows(self, *, anew: bool = False) -> Mapping[str, Any] | None:
        return await self._get(
            f"{self._file}-orals-posters.json",
            lambda answer: answer.envelope(count=int, results=list),
            _NOTHING,
            anew=anew,
        )

    async def _abstracts(self, *, anew: bool = False) -> Mapping[str, Any] | None:
        return await self._get(
            f"{self._file}-abstracts.json", lambda answer: answer.envelope(), {}, anew=anew
        )


class AnthologySource(ProceedingsSource):
    """One file of the ACL Anthology, such as `2026.acl` with all volumes of ACL 2026."""

    def __init__(
        self, name: str, collection: str, base_url: str = ANTHOLOGY_URL, **options: Any
    ) -> None:
        super().__init__(name, **options)
        self._url = f"{base_url.rstrip('/')}/{collection}.xml"

    async def _read(self) -> Proceedings | None:
        return await self._get(
            self._url,
            lambda answer: proceedings_of(volumes(_body(answer)), self.name),
            Proceedings(self.name, ()),
        )


def _body(answer: Response) -> bytes:
    if answer.is_html:
        raise MalformedError("answered with a web page instead of data")
    if not answer.body.strip():
        raise MalformedError("answered with nothing")
    return answer.body
