"""Crossref: any registered DOI, and the new works of a preprint server or a journal.

Reference: https://api.crossref.org/swagger-ui/index.html. Clients that name an address of mail are
served from the polite pool. DOIs of other agencies, such as DataCite, are not in it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import quote

import aiohttp

from papers.model import Batch, Record
from papers.paper_key import Scheme
from papers.sources import SourceError, SourceErrorKind
from papers.sources._budget import utc_now
from papers.sources._http import Fetcher
from papers.sources.crossref_records import listed_work, listed_works
from papers.sources.listings import ListedPaper, newest
from papers.sources.rate_limits import RateLimiter
from papers.sources.responses import MalformedError, Pages, Response, RetryPolicy

CROSSREF_URL: Final = "https://api.crossref.org"
PACE: Final = 0.5
"""Seconds between requests. Answers allow five in a second, one at a time
(`x-rate-limit-limit`, `x-concurrency-limit`)."""
PER_PAGE: Final = 100
REVISITED: Final = 1
"""Days before yesterday that are read again: works are in the API some time after registration."""
MOST_PAGES: Final = 20
"""Pages of one listing. A journal has some dozens of works a day, SSRN a thousand."""
_MANNERS: Final = RetryPolicy(timeout=30.0, attempts=3, patience=60.0, cool_down=60.0)
_RESOLVED: Final = RetryPolicy(timeout=15.0, attempts=3, cool_down=60.0, cache_for=86_400.0)
"""A DOI that Crossref does not know is not asked for again for a day."""


@dataclass(frozen=True, slots=True)
class Works:
    """Which works a listing is of: a registrant's by their prefix, or a journal's by its ISSN."""

    name: str
    prefix: str | None = None
    issn: str | None = None

    @property
    def filter(self) -> str:
        """The works in the language of the API's filters."""
        return f"issn:{self.issn}" if self.issn else f"prefix:{self.prefix},type:posted-content"

    def may_have(self, doi: str) -> bool:
        """Return whether a DOI can be one of these works, as far as its prefix says."""
        return self.prefix is None or doi.startswith(f"{self.prefix}/")


CHEMRXIV: Final = Works("ChemRxiv", prefix="10.26434")
SSRN: Final = Works("SSRN", prefix="10.2139")


class Crossref:
    """The API; share one between everything that asks Crossref.

    `mailto` is the operator's address, which Crossref asks for.
    """

    name = "Crossref"

    def __init__(
        self,
        base_url: str = CROSSREF_URL,
        mailto: str | None = None,
        *,
        pace: float = PACE,
        session: aiohttp.ClientSession | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._works = f"{base_url.rstrip('/')}/works"
        self._polite = {"mailto": mailto} if mailto else {}
        pacer = RateLimiter(pace, sleep=sleep, clock=clock)
        self._listings, self._lookups = (
            Fetcher(
                self.name,
                gate=pacer,
                manners=manners,
                session=session,
                sleep=sleep,
                clock=clock,
            )
            for manners in (_MANNERS, _RESOLVED)
        )

    async def resolve(self, doi: str) -> ListedPaper | None:
        """Return what a DOI is of; `None` if it is no paper, or registered elsewhere or nowhere.

        Raises:
            SourceError: Crossref could not be asked.
        """
        return await self._lookups.get(
            f"{self._works}/{quote(doi, safe='')}", self._polite, _read_work, accept=(200, 404)
        )

    async def works(self, which: Works, day: date) -> tuple[list[ListedPaper], int]:
        """Return the papers registered on a day (UTC), and how many works could not be read.

        Raises:
            SourceError: also (`MALFORMED`) when the pages hold less than they count, and
                (`REFUSED`) when there are more than `MOST_PAGES`.
        """
        pages, cursor = Pages[Any](), "*"
        for _ in range(MOST_PAGES):
            rows, total, cursor = await self._listings.get(
                self._works,
                {
                    # No `select`: its list of fields lacks the server's name.
                    "filter": f"{which.filter},from-created-date:{day},until-created-date:{day}",
                    "rows": str(PER_PAGE),
                    "cursor": cursor,
                    **self._polite,
                },
                _read_works,
                fresh=True,
            )
            try:
                pages.add(rows, total)
            except MalformedError as error:
                raise SourceError(self.name, SourceErrorKind.MALFORMED, str(error)) from error
            if pages.is_whole:
                return listed_works(pages.rows)
            if not cursor:
                detail = f"counts {pages.total} works and lists {len(pages.rows)}"
                raise SourceError(self.name, SourceErrorKind.MALFORMED, detail)
        detail = f"{which.name} has more than {MOST_PAGES * PER_PAGE} works of {day}"
        raise SourceError(self.name, SourceErrorKind.REFUSED, detail)

    async def close(self) -> None:
        """Release the connections."""
        await self._listings.close()
        await self._lookups.close()


class CrossrefSource:
    """The new works of one preprint server or journal, as a source of its own."""

    curated = False

    def __init__(
        self, crossref: Crossref, which: Works, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.name = which.name
        self._crossref = crossref
        self._which = which
        self._now = now

    async def daily(self, day: date) -> Batch:
        """Return what was registered on a day, first versions as new; many days have nothing."""
        try:
            papers, broken = await self._crossref.works(self._which, day)
        except SourceError as error:
            raise SourceError(self.name, error.kind, error.detail, error.retry_after) from error
        records = (paper.record(day, new=paper.version in (None, 1)) for paper in newest(papers))
        return Batch(day, tuple(records), broken)

    def listed_days(self) -> tuple[date, ...]:
        """Return the days (UTC) that are over and may have works that were not read yet."""
        today = self._now().astimezone(UTC).date()
        return tuple(today - timedelta(days=back) for back in range(1, REVISITED + 2))

    async def latest(self) -> Batch:
        """Return what was registered yesterday (UTC)."""
        return await self.daily(self.listed_days()[0])

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return the records of those of its works' keys that Crossref knows."""
        records: list[Record] = []
        for key in dict.fromkeys(paper_ids):
            scheme, _, doi = key.partition(":")
            if scheme != Scheme.DOI or not self._which.may_have(doi):
                continue
            paper = await self._crossref.resolve(doi)
            if paper is not None:
                records.append(paper.record())
        return records

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return nothing: Crossref searches for citations, among works of every kind."""
        return []

    async def close(self) -> None:
        """Release the connections that all of Crossref's sources share."""
        await self._crossref.close()


def _read_work(answer: Response) -> ListedPaper | None:
    if answer.status == 404:
        if answer.is_html:
            raise MalformedError("answered with a web page instead of data")
        return None
    envelope = answer.envelope(status=str, message=dict)
    if envelope.get("message-type") != "work":
        raise MalformedError("answered with no work")
    try:
        return listed_work(envelope["message"])
    except ValueError:
        return None


def _read_works(answer: Response) -> tuple[list[Any], int, str]:
    envelope = answer.envelope(status=str, message=dict)
    message = cast("dict[str, Any]", envelope["message"])
    items: Any = message.get("items")
    total: Any = message.get("total-results")
    if envelope.get("message-type") != "work-list" or not isinstance(items, list):
        raise MalformedError("answered with no list of works")
    if not isinstance(total, int):
        raise MalformedError("answered without its count")
    return cast("list[Any]", items), total, str(message.get("next-cursor") or "")
