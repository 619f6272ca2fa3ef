"""Where papers come from: one small protocol, so that a source can die and the bot lives on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from papers.model import Batch, Record
from papers.sources.listings import Proceedings


class SourceErrorKind(StrEnum):
    """Why a source did not answer."""

    UNREACHABLE = "unreachable"
    """No connection, a broken one, or no answer in time."""
    RATE_LIMITED = "rate limited"
    UNAVAILABLE = "unavailable"
    """The source answered with a 5xx."""
    REFUSED = "refused"
    """A 4xx that a retry will not mend: bad token, bad request."""
    MALFORMED = "malformed"
    """It answered with something else than it documents: HTML, half a body, another shape."""


class SourceError(Exception):
    """A source failed. `retry_after` is in seconds, where the source named a time."""

    def __init__(
        self, source: str, kind: SourceErrorKind, detail: str, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{source} is {kind}: {detail}")
        self.source = source
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after


class PaperSource(Protocol):
    """A place that lists a day's papers and looks papers up; on failure it raises `SourceError`."""

    @property
    def name(self) -> str:
        """The name people see in `/paper status`, e.g. `Hugging Face`."""
        ...

    @property
    def curated(self) -> bool:
        """Whether `daily` is a voted batch that threads are made of, and not a plain listing."""
        ...

    async def daily(self, day: date) -> Batch:
        """Return the whole batch of one day; empty when the source confirms that there is none."""
        ...

    async def latest(self) -> Batch:
        """Return the newest batch that the source has."""
        ...

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return the records of those arXiv ids that the source knows, in any order."""
        ...

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return at most `limit` records for a person's words, best first."""
        ...

    async def close(self) -> None:
        """Release connections; the source answers nothing afterwards."""
        ...


@runtime_checkable
class DatedSource(PaperSource, Protocol):
    """A source without votes, whose papers have DOIs: it lists whole days, and is asked for them
    only while it is used."""

    def listed_days(self) -> Sequence[date]:
        """Return the days that may have papers which were not read yet, in the order to ask; none
        if it only looks papers up."""
        ...


@runtime_checkable
class EditionSource(DatedSource, Protocol):
    """A conference: its papers of a year come at once, then a few at a time for some weeks."""

    def interval(self, now: datetime) -> timedelta:
        """Return how long after an answer it is to be asked again."""
        ...

    async def proceedings(self) -> Proceedings | None:
        """Return the edition of this year, without papers before it is out; `None` if it is as it
        was when `keep` was last called."""
        ...

    async def keep(self) -> None:
        """Note that the last answer is stored."""
        ...


@runtime_checkable
class TrendingSource(PaperSource, Protocol):
    """A source that says which papers of any age get attention now."""

    async def trending(self) -> tuple[Record, ...]:
        """Return these papers in the source's own order, never none."""
        ...


@runtime_checkable
class AuthorSource(PaperSource, Protocol):
    """A source that can be asked for an author's papers."""

    async def by_author(self, name: str, limit: int) -> list[Record]:
        """Return at most `limit` papers of authors with that name, the newest first."""
        ...
