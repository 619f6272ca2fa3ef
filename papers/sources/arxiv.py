"""arXiv: the daily announcement from its feeds, look-up and search through its query API.

The feeds carry the daily work, since the query API turned well-behaved clients away through much of
2026. Terms of use (https://info.arxiv.org/help/api/tou.html): one connection, and no more than one
request in three seconds, for everything under our control together.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

import aiohttp

from papers import arxiv_id
from papers.model import Batch, Record
from papers.sources import SourceError, SourceErrorKind
from papers.sources._http import Fetcher
from papers.sources.arxiv_feed import Listing, read_found, read_listing
from papers.sources.rate_limits import RateLimiter
from papers.sources.responses import RetryPolicy

ARXIV_API_URL = "https://export.arxiv.org/api/query"
ARXIV_RSS_URL = "https://rss.arxiv.org/rss"
ARXIV_CATEGORIES = ("cs.AI", "cs.CL", "cs.CV", "cs.LG", "cs.RO", "stat.ML")
ARXIV_PACE = 3.0
"""Seconds between requests that arXiv's terms of use ask for."""

# A big listing takes arXiv its time, and one asked too much stays so for minutes.
_MANNERS = RetryPolicy(
    timeout=20.0,
    attempts=3,
    patience=30.0,
    first_pause=3.0,
    longest_pause=10.0,
    cool_down=60.0,
    cache_for=300.0,
)
# Feeds end here without saying so.
_FEED_ITEMS = 2000
# As many ids as fit an address that every proxy takes.
_IDS = 100
_SEARCH_LIMIT = 100
_TERMS = 12

_TERM = re.compile(r'"([^"]+)"|([^\s"]+)')
_WORD = re.compile(r"[^\W_]+")
# Words that arXiv does not index, or takes for operators.
_EMPTY_WORDS = {
    *("a", "an", "and", "andnot", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it"),
    *("its", "not", "of", "on", "or", "that", "the", "to", "via", "with"),
}


class ArxivSource:
    """arXiv's announcements in `categories`, and everything on arXiv by id or by words.

    `pacer` is for sharing with whatever else in the process asks arXiv; without one the source has
    its own, of `pace` seconds.
    """

    name = "arXiv"
    curated = False

    def __init__(
        self,
        api_url: str = ARXIV_API_URL,
        rss_url: str = ARXIV_RSS_URL,
        categories: Sequence[str] = ARXIV_CATEGORIES,
        *,
        pacer: RateLimiter | None = None,
        pace: float = ARXIV_PACE,
        manners: RetryPolicy = _MANNERS,
        session: aiohttp.ClientSession | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api_url = api_url
        self._rss_url = rss_url.rstrip("/")
        self._categories = tuple(categories)
        self._fetcher = Fetcher(
            self.name,
            gate=pacer or RateLimiter(pace, sleep=sleep, clock=clock),
            manners=manners,
            session=session,
            one_connection=True,
            sleep=sleep,
            clock=clock,
        )

    async def daily(self, day: date) -> Batch:
        """Return the announcement of `day`, empty on a day without one.

        The feed holds one day and keeps no history.

        Raises:
            SourceError: also (`REFUSED`) when the feed is of another day.
        """
        batch = await self.listing(self._categories)
        if batch.day != day:
            detail = f"its feed has {batch.day.isoformat()}, not {day.isoformat()}"
            raise SourceError(self.name, SourceErrorKind.REFUSED, detail)
        return batch

    async def latest(self) -> Batch:
        """Return the announcement that the feed holds now."""
        return await self.listing(self._categories)

    async def listing(self, categories: Sequence[str]) -> Batch:
        """Return the announcement in those categories, with its kind on each record.

        At weekends and on arXiv's holidays it is empty, and its day that of the feed.
        """
        parts = await self._listings(tuple(dict.fromkeys(categories)))
        # Where midnight fell between two parts, the older one is of another announcement.
        day = max(part.day for part in parts)
        parts = [part for part in parts if part.day == day]
        records: dict[str, Record] = {}
        for record in (record for part in parts for record in part.records):
            records.setdefault(record.paper.id, record)
        return Batch(day, tuple(records.values()), sum(part.broken for part in parts))

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return the records of those ids, of whatever age, that arXiv knows."""
        wanted = list(dict.fromkeys(i for text in paper_ids if (i := arxiv_id.parse(text))))
        return [
            record
            for start in range(0, len(wanted), _IDS)
            for record in await self._by_id(wanted[start : start + _IDS])
        ]

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return the papers that hold all of the words, as arXiv ranks them; an id finds itself."""
        question = search_query(query)
        if not question or limit < 1:
            return []
        if (paper_id := arxiv_id.parse(query)) is not None:
            return await self.lookup([paper_id])
        return await self._found(question, limit, "relevance")

    async def by_author(self, name: str, limit: int) -> list[Record]:
        """Return papers of authors with that name, the newest first: people share names."""
        words = _WORD.findall(name.lower())
        if not words or limit < 1:
            return []
        return await self._found(f'au:"{" ".join(words)}"', limit, "submittedDate")

    async def close(self) -> None:
        """Release the connection."""
        await self._fetcher.close()

    async def _found(self, question: str, limit: int, sort: str) -> list[Record]:
        found = await self._fetcher.get(
            self._api_url,
            {
                "search_query": question,
                "start": "0",
                "max_results": str(min(limit, _SEARCH_LIMIT)),
                "sortBy": sort,
                "sortOrder": "descending",
            },
            read_found,
            accept=(200, 400),
        )
        if found.error is not None:
            raise SourceError(self.name, SourceErrorKind.REFUSED, "it cannot read the question")
        return list(found.records[:limit])

    async def _listings(self, categories: tuple[str, ...]) -> list[Listing]:
        listing = await self._fetcher.get(
            f"{self._rss_url}/{'+'.join(categories)}", {}, read_listing
        )
        if listing.items < _FEED_ITEMS or len(categories) < 2:
            return [listing]
        middle = len(categories) // 2
        return [
            *await self._listings(categories[:middle]),
            *await self._listings(categories[middle:]),
        ]

    async def _by_id(self, wanted: list[str]) -> list[Record]:
        if not wanted:
            return []
        found = await self._fetcher.get(
            self._api_url,
            {"id_list": ",".join(wanted), "start": "0", "max_results": str(len(wanted))},
            read_found,
            accept=(200, 400),
        )
        if found.error is None:
            # It has answered with other papers than it was asked for.
            asked = set(wanted)
            return [record for record in found.records if record.paper.id in asked]
        # One id that it cannot read costs the whole answer: go on without it, or find it by halves.
        named = {word.strip(".,;:'\"") for word in found.error.split()}
        readable = [paper_id for paper_id in wanted if paper_id not in named]
        if len(readable) < len(wanted):
            return await self._by_id(readable)
        middle = len(wanted) // 2
        if not middle:
            return []
        return [*await self._by_id(wanted[:middle]), *await self._by_id(wanted[middle:])]


def search_query(text: str) -> str:
    """Turn a person's words into arXiv's query language: all of the words, phrases where quoted.

    Nothing that a person types is an operator, a field or a bracket there. Empty without a word.
    """
    terms: dict[str, None] = {}
    spare: dict[str, None] = {}
    for quoted, plain in _TERM.findall(text):
        words = _WORD.findall((quoted or plain).lower())
        if not words:
            continue
        # `chain-of-thought` is one term of three words, and a phrase is the only way to say so.
        term = f'all:"{" ".join(words)}"' if len(words) > 1 else f"all:{words[0]}"
        is_empty = len(words) == 1 and words[0] in _EMPTY_WORDS
        (spare if is_empty else terms)[term] = None
    return " AND ".join(list(terms or spare)[:_TERMS])
