"""Hugging Face's Daily Papers: voted batches, and search.

Asked directly and not through `huggingface_hub`, whose `PaperInfo` loses the AI summary, the
keywords, the repository and its stars, takes the wrong date, and reads one page only.
Reference: https://huggingface.co/.well-known/openapi.json
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

import aiohttp

from papers import arxiv_id
from papers.model import Batch, Record
from papers.sources import SourceError, SourceErrorKind
from papers.sources._http import Fetcher
from papers.sources.huggingface_records import record_of, records_of
from papers.sources.responses import MalformedError, Response, RetryPolicy

HUGGING_FACE_URL = "https://huggingface.co"

# The Hub's own bounds (its OpenAPI description).
_PAPERS_PER_PAGE = 100
_SEARCH_LIMIT = 120
_QUERY_LENGTH = 250
# A day fills one or two pages; so many mean that the paging is broken.
_MAX_PAGES = 20
_CONNECTIONS = 4
# A listing whose newest day turns out to be empty is followed back this many days.
_DAYS_TRIED = 3


class HuggingFaceSource:
    """The Daily Papers of the Hub at `base_url`.

    A `token` raises the limit from 500 to 1,000 requests in five minutes; nothing here needs one.
    """

    name = "Hugging Face"
    curated = True

    def __init__(
        self,
        base_url: str = HUGGING_FACE_URL,
        token: str | None = None,
        *,
        manners: RetryPolicy | None = None,
        session: aiohttp.ClientSession | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._fetcher = Fetcher(
            self.name,
            gate=asyncio.Semaphore(_CONNECTIONS),
            manners=manners or RetryPolicy(),
            headers={"Authorization": f"Bearer {token}"} if token else None,
            session=session,
            sleep=sleep,
            clock=clock,
        )

    async def daily(self, day: date) -> Batch:
        """Return the whole batch of one Daily Papers day, by votes as the Hub orders it."""
        records, broken = await self._listing({"date": day.isoformat()}, fresh=True)
        return Batch(
            day,
            tuple(replace(r, batch=day) for r in records if r.batch in (day, None)),
            broken,
        )

    async def latest(self) -> Batch:
        """Return the newest batch in the undated listing, whole.

        Raises:
            SourceError: also (`MALFORMED`) when the listing names no day that has papers.
        """
        records, _ = await self._listing({}, pages=1, fresh=True)
        days = sorted({r.batch for r in records if r.batch is not None}, reverse=True)
        for day in days[:_DAYS_TRIED]:
            batch = await self.daily(day)
            if batch.records:
                return batch
        raise SourceError(
            self.name, SourceErrorKind.MALFORMED, "its newest papers belong to no batch"
        )

    async def trending(self) -> tuple[Record, ...]:
        """Return the first hundred papers that trend now, of any age, as the Hub orders them.

        How it orders them is not published; a paper stays for days, and old ones come back.

        Raises:
            SourceError: also (`MALFORMED`) when it lists nothing, or nothing that can be read.
        """
        records, _ = await self._listing({"sort": "trending"}, pages=1, fresh=True)
        if not records:
            raise SourceError(self.name, SourceErrorKind.MALFORMED, "lists no trending papers")
        return records

    async def paper(self, paper_id: str) -> Record | None:
        """Return one paper with the numbers of what links to it; `None` if the Hub has none."""
        known = arxiv_id.parse(paper_id)
        return await self._paper(known) if known else None

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return the records of those ids that the Hub has indexed; one request for each id."""
        unique = dict.fromkeys(i for text in paper_ids if (i := arxiv_id.parse(text)))
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._paper(i, fresh=True)) for i in unique]
        except* SourceError as errors:
            failures = _flatten(errors)
        else:
            return [record for task in tasks if (record := task.result()) is not None]
        raise failures[0]

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return the Hub's hybrid search over titles, authors and contents, best first."""
        words = " ".join(query.split())[:_QUERY_LENGTH].strip()
        if not words or limit < 1:
            return []
        answer = await self._fetcher.get(
            f"{self._base_url}/api/papers/search",
            {"q": words, "limit": str(min(limit, _SEARCH_LIMIT))},
            _read_rows,
        )
        records, _ = records_of(answer[0], self._base_url)
        return list(records[:limit])

    async def close(self) -> None:
        """Release the connections."""
        await self._fetcher.close()

    async def _paper(self, paper_id: str, *, fresh: bool = False) -> Record | None:
        return await self._fetcher.get(
            f"{self._base_url}/api/papers/{quote(paper_id)}",
            {},
            self._read_paper,
            accept=(200, 404),
            fresh=fresh,
        )

    async def _listing(
        self, params: Mapping[str, str], *, pages: int = _MAX_PAGES, fresh: bool = False
    ) -> tuple[tuple[Record, ...], int]:
        rows: list[Any] = []
        for page in range(pages):
            answer, more = await self._fetcher.get(
                f"{self._base_url}/api/daily_papers",
                {**params, "limit": str(_PAPERS_PER_PAGE), "p": str(page)},
                _read_rows,
                fresh=fresh,
            )
            rows += answer
            # The header is the word on it; a full page without one is asked after, to be sure.
            if not answer or not (more or len(answer) >= _PAPERS_PER_PAGE):
                break
        return records_of(rows, self._base_url)

    def _read_paper(self, answer: Response) -> Record | None:
        wire = answer.json()
        if answer.status == 404:
            return None
        try:
            return record_of(wire, self._base_url)
        except (ValueError, TypeError) as error:
            raise MalformedError("answered with no paper") from error


def _read_rows(answer: Response) -> tuple[list[Any], bool]:
    return answer.rows(), answer.more


def _flatten(errors: BaseExceptionGroup[SourceError]) -> list[SourceError]:
    return [
        inner
        for error in errors.exceptions
        for inner in (_flatten(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]
