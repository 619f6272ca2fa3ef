"""Zotero's public libraries, by its keyless read API, version 3.

Reference: https://www.zotero.org/support/dev/web_api/v3/basics. Users' libraries have numbers there
that their names do not lead to; a user finds theirs at https://www.zotero.org/settings/keys.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

import aiohttp

from papers.sources._http import Fetcher
from papers.sources.rate_limits import RateLimiter
from papers.sources.responses import Response, RetryPolicy

ZOTERO_URL: Final = "https://api.zotero.org"
PER_PAGE: Final = 100
"""Items of one answer: the most that the API returns."""
PACE: Final = 0.5
"""Seconds between requests. Zotero's server lets an address without a key ask 30 times a second
(`limits` in its ApiController), and asks for fewer by `Backoff`."""
# A large page takes Zotero some seconds, and it may ask for half a minute of rest. Whole libraries
# are not kept in memory.
_MANNERS: Final = RetryPolicy(timeout=30.0, patience=90.0, longest_wait=45.0, cache_for=0.0)

_NUMBERED = re.compile(
    r"(?:(?:https?://|zotero://select/)?(?:(?:www|api)\.)?(?:zotero\.org/)?"
    r"(?P<kind>user|group)s?[/:# ]+)?(?P<number>[1-9][0-9]{0,9})(?P<rest>[/?#].*)?",
    re.IGNORECASE,
)
_COLLECTION = re.compile(r"/collections/(?P<key>[A-Z0-9]{8})\b")


class Refusal(StrEnum):
    """Why Zotero does not show a library."""

    PRIVATE = "private"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Library:
    """A library, or one collection of it."""

    path: str
    """`users/475425` or `groups/12345`."""
    collection: str | None = None

    @classmethod
    def named(cls, text: str) -> "Library | None":
        """Return the library that a person means: a user's number, or a link with a number.

        `None` without a number, for example for a link to a user's page.
        """
        found = _NUMBERED.fullmatch(text.strip())
        if found is None:
            return None
        collection = _COLLECTION.search(found["rest"] or "")
        kind = (found["kind"] or "user").lower()
        return cls(f"{kind}s/{found['number']}", collection["key"] if collection else None)


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a library."""

    items: tuple[dict[str, Any], ...]
    """What Zotero calls an item's data."""
    total: int
    """Items of the whole library, attachments and notes of others not counted."""
    more: bool


class ZoteroSource:
    """Reads public libraries, one request at a time."""

    name = "Zotero"

    def __init__(
        self,
        base_url: str = ZOTERO_URL,
        *,
        pace: float = PACE,
        manners: RetryPolicy = _MANNERS,
        session: aiohttp.ClientSession | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._fetcher = Fetcher(
            self.name,
            gate=RateLimiter(pace, sleep=sleep, clock=clock),
            manners=manners,
            headers={"Zotero-API-Version": "3"},
            session=session,
            sleep=sleep,
            clock=clock,
        )

    async def page(self, library: Library, start: int) -> Page | Refusal:
        """Return the items from place `start` on, those that were added last first.

        Raises:
            SourceError: Zotero could not be asked.
        """
        collection = f"/collections/{library.collection}" if library.collection else ""
        return await self._fetcher.get(
            f"{self._base_url}/{library.path}{collection}/items/top",
            {
                "format": "json",
                "limit": str(PER_PAGE),
                "start": str(start),
                "sort": "dateAdded",
                "direction": "desc",
            },
            _read,
            accept=(200, 403, 404),
        )

    async def close(self) -> None:
        """Release the connections; nothing is answered afterwards."""
        await self._fetcher.close()


def _read(answer: Response) -> Page | Refusal:
    if answer.status != 200:
        return Refusal.PRIVATE if answer.status == 403 else Refusal.UNKNOWN
    items = tuple(
        cast("dict[str, Any]", data)
        for row in answer.rows()
        if isinstance(row, dict)
        and isinstance(data := cast("dict[str, Any]", row).get("data"), dict)
    )
    total = answer.headers.get("Total-Results", "")
    return Page(items, int(total) if total.isdecimal() else len(items), answer.more)
