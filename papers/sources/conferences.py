"""Conferences, each edition as one batch of its own: virtual sites, and the ACL Anthology.

A programme is empty until it is out, then grows for some weeks. Within its season a conference is
asked for it once a day, at other times once a week, and sends it again only if it has changed.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

import aiohttp

from papers.model import Batch, Record
from papers.sources import SourceError, SourceErrorKind
from papers.sources._budget import DailyBudget, utc_now
from papers.sources._http import Fetcher
from papers.sources.anthology_records import volumes
from papers.sources.conference_records import proceedings_of, programme
from papers.sources.listings import Proceedings
from papers.sources.memory import SourceMemory
from papers.sources.responses import MalformedError, Response, RetryPolicy

ANTHOLOGY_URL: Final = "https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml"
PACE: Final = 2.0
"""Seconds between requests to one site."""
REQUESTS: Final = 12
"""Requests to one site in a day (UTC), failed ones included; a day without failures needs two to
four."""
IN_SEASON: Final = timedelta(days=1)
OUT_OF_SEASON: Final = timedelta(days=7)
LARGEST: Final = 48 * 1024 * 1024
"""Bytes of one file. A row has about 2 KB, and the largest programme 6,628 (ICML 2026)."""
_READING: Final = 1
"""Counts what has ever been read of the files: where a newer version reads more, it asks for each
once more, whether it has changed or not."""
_MANNERS: Final = RetryPolicy(timeout=120.0, attempts=2, patience=150.0, cache_for=0.0)
_NOTHING: Final[Mapping[str, Any]] = {"count": 0, "results": []}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conference:
    """A conference whose papers one address has, and when to look there.

    The months are those of past editions, from about when the programme was out to the end.
    """

    name: str
    url: str
    """Of its virtual site; of the Anthology's files."""
    season: range
    """The months in which it is asked for every day."""
    every: int = 1
    """How many years apart its editions are."""
    since: int = 2000
    """The year of one of them."""
    collection: str | None = None
    """Its name in the Anthology, of a conference without a virtual site."""

    def edition(self, day: date) -> int | None:
        """Return the year of the edition that `day` may belong to, `None` in a year without."""
        return None if (day.year - self.since) % self.every else day.year


CONFERENCES: Final = (
    Conference("ICLR", "https://iclr.cc", range(2, 6)),
    Conference("ICML", "https://icml.cc", range(5, 9)),
    Conference("NeurIPS", "https://neurips.cc", range(9, 13)),
    Conference("MLSys", "https://mlsys.org", range(3, 7)),
    Conference("CVPR", "https://cvpr.thecvf.com", range(4, 8)),
    Conference("ICCV", "https://iccv.thecvf.com", range(8, 12), every=2, since=2023),
    Conference("ECCV", "https://eccv.ecva.net", range(7, 11), every=2, since=2024),
    Conference("ACL", ANTHOLOGY_URL, range(6, 10), collection="acl"),
    Conference("EMNLP", ANTHOLOGY_URL, range(10, 13), collection="emnlp"),
    Conference("NAACL", ANTHOLOGY_URL, range(4, 8), collection="naacl"),
    Conference("EACL", ANTHOLOGY_URL, range(2, 6), collection="eacl"),
)


class ConferenceSource:
    """The current edition of a conference; the base of those that know where it is."""

    curated = False

    def __init__(
        self,
        conference: Conference,
        *,
        requests: int = REQUESTS,
        pace: float = PACE,
        largest: int = LARGEST,
        manners: RetryPolicy = _MANNERS,
        session: aiohttp.ClientSession | None = None,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = conference.name
        self._conference = conference
        self._now = now
        self._budget = DailyBudget(self.name, requests, pace, now=now, sleep=sleep, clock=clock)
        self._fetcher = Fetcher(
            self.name,
            gate=self._budget,
            manners=manners,
            session=session,
            largest=largest,
            sleep=sleep,
            clock=clock,
        )
        self._reading = asyncio.Lock()
        self._conditions: dict[str, dict[str, str]] = {}
        self._sent: dict[str, dict[str, str]] = {}
        self._memory: SourceMemory | None = None

    async def restore(self, memory: SourceMemory) -> None:
        """Take up an earlier process's requests and what its stored answers said, and keep those to
        come."""
        await self._budget.restore(memory)
        self._memory = memory
        for url, kept in (await memory.read(self.name)).items():
            if kept["reading"] == _READING:
                self._conditions[url] = kept["conditions"]

    def interval(self, now: datetime) -> timedelta:
        """Return how long after an answer the conference is to be asked again."""
        day = now.astimezone(UTC).date()
        near = self._conference.edition(day) is not None and day.month in self._conference.season
        return IN_SEASON if near else OUT_OF_SEASON

    async def proceedings(self) -> Proceedings | None:
        """Return the edition of this year, the best papers first; without papers before it is out.

        `None` if it is as it was when `keep` was last called.

        Raises:
            SourceError: the site could not be asked, or answered with less than it counts.
        """
        async with self._reading:
            today = self._now().astimezone(UTC).date()
            year = self._conference.edition(today)
            if year is None:
                return Proceedings(self.name, ())
            self._sent = {}
            found = await self._read(year)
            return None if found is None else await asyncio.to_thread(found.seen, today)

    async def keep(self) -> None:
        """Note that the last answer is stored, so that it need not be sent again, also not to a
        later process.

        An answer that was lost on the way to the database is sent once more.
        """
        self._conditions |= self._sent
        if self._memory is None:
            return
        for url, conditions in self._sent.items():
            kept = {"reading": _READING, "conditions": conditions}
            await self._memory.write(self.name, url, kept if conditions else None)

    def listed_days(self) -> tuple[date, ...]:
        """Return no days: an edition is no listing of one."""
        return ()

    async def daily(self, day: date) -> Batch:
        """Refuse: proceedings have no history.

        Raises:
            SourceError: always (`REFUSED`).
        """
        raise SourceError(self.name, SourceErrorKind.REFUSED, f"it has no list of {day}")

    async def latest(self) -> Batch:
        """Return the edition as a batch of today (UTC).

        Raises:
            SourceError: the site could not be asked.
        """
        today = self._now().astimezone(UTC).date()
        return (await self.proceedings() or Proceedings(self.name, ())).batch(today)

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return nothing: for one paper no whole programme is asked for."""
        return []

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return nothing: sites of conferences have no search."""
        return []

    async def close(self) -> None:
        """Release the connection."""
        await self._fetcher.close()

    async def _read(self, year: int) -> Proceedings | None:
        """Return what there is of a year, `None` if it has not changed."""
        raise NotImplementedError

    async def _get(
        self, url: str, read: Callable[[Response], T], absent: T, *, whole: bool = False
    ) -> T | None:
        """Return what a file holds, `absent` if it is not there, `None` if it has not changed.

        Args:
            url: its address.
            read: reads an answer of status 200.
            absent: what a 404 stands for.
            whole: ask for it whether it has changed or not.
        """

        def checked(answer: Response) -> tuple[T | None, dict[str, str]]:
            if answer.status == 304:
                return None, conditions
            if answer.status == 404:
                return absent, {}
            names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
            sent = {asked: answer.headers.get(name) for name, asked in names.items()}
            return read(answer), {asked: value for asked, value in sent.items() if value}

        conditions = {} if whole else self._conditions.get(url, {})
        found, self._sent[url] = await self._fetcher.get(
            url, {}, checked, accept=(200, 304, 404), fresh=True, headers=conditions
        )
        return found


class VirtualSiteSource(ConferenceSource):
    """A conference with a virtual site; abstracts are in a file of their own."""

    async def _read(self, year: int) -> Proceedings | None:
        rows, abstracts = await self._rows(year), await self._abstracts(year)
        if rows is None and abstracts is None:
            return None
        if rows is None:
            rows = await self._rows(year, whole=True)
        if abstracts is None:
            abstracts = await self._abstracts(year, whole=True)
        name, url = self._conference.name, self._conference.url
        try:
            return await asyncio.to_thread(
                programme, rows or _NOTHING, abstracts or {}, name, year, url
            )
        except MalformedError as error:
            raise SourceError(self.name, SourceErrorKind.MALFORMED, str(error)) from error

    def _file(self, year: int) -> str:
        site, name = self._conference.url.rstrip("/"), self._conference.name.lower()
        return f"{site}/static/virtual/data/{name}-{year}"

    async def _rows(self, year: int, *, whole: bool = False) -> Mapping[str, Any] | None:
        return await self._get(
            f"{self._file(year)}-orals-posters.json",
            lambda answer: answer.envelope(count=int, results=list),
            _NOTHING,
            whole=whole,
        )

    async def _abstracts(self, year: int, *, whole: bool = False) -> Mapping[str, Any] | None:
        return await self._get(
            f"{self._file(year)}-abstracts.json",
            lambda answer: answer.envelope(),
            {},
            whole=whole,
        )


class AnthologySource(ConferenceSource):
    """A conference in the ACL Anthology: one file, such as `2026.acl`, has all its volumes."""

    async def _read(self, year: int) -> Proceedings | None:
        base, venue = self._conference.url.rstrip("/"), f"{self.name} {year}"
        return await self._get(
            f"{base}/{year}.{self._conference.collection}.xml",
            lambda answer: proceedings_of(volumes(_body(answer)), venue),
            Proceedings(venue, ()),
        )


def conference_source(conference: Conference, **options: Any) -> ConferenceSource:
    """Return the source of a conference, which is asked nothing yet."""
    if conference.collection is None:
        return VirtualSiteSource(conference, **options)
    return AnthologySource(conference, **options)


def _body(answer: Response) -> bytes:
    if answer.is_html:
        raise MalformedError("answered with a web page instead of data")
    if not answer.body.strip():
        raise MalformedError("answered with nothing")
    return answer.body
