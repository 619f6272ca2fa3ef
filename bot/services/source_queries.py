"""Questions to the sources: failures are values, and what is found is stored."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.i18n import gettext as _
from bot.i18n import marked
from bot.runtime.clock import Clock
from bot.runtime.logs import log_failure
from papers import paper_key
from papers.model import Record
from papers.paper_key import Scheme
from papers.sources import (
    DatedSource,
    EditionSource,
    PaperSource,
    SourceError,
    SourceErrorKind,
)
from storage import papers
from storage.database import Database
from storage.papers import UpsertReport

log = logging.getLogger(__name__)

TOO_SLOW: Final = "too slow"  # not shown
"""The failure of a source that did not answer within the caller's patience."""

_PROBLEMS: Final = {
    SourceErrorKind.UNREACHABLE.value: marked("{source} couldn't be reached."),
    SourceErrorKind.RATE_LIMITED.value: marked("{source} asked me to slow down."),
    SourceErrorKind.UNAVAILABLE.value: marked("{source} is unavailable."),
    SourceErrorKind.REFUSED.value: marked("{source} rejected the request."),
    SourceErrorKind.MALFORMED.value: marked("{source} sent an unreadable answer."),
    TOO_SLOW: marked("{source} took too long to answer."),
}


def failure_sentence(source: str, failure: str) -> str:
    """Say why a source did not answer, in the reader's language."""
    return _(_PROBLEMS.get(failure, _PROBLEMS[SourceErrorKind.UNAVAILABLE.value]), source=source)


def known_to(source: PaperSource, paper_ids: Iterable[str]) -> list[str]:
    """Return those papers that a source can be asked for: arXiv's, or those with a DOI, which the
    ACL's have; none of a conference, whose whole programme it would take."""
    if isinstance(source, EditionSource):
        return []
    if isinstance(source, DatedSource):
        return [key for key in paper_ids if key.startswith((f"{Scheme.DOI}:", f"{Scheme.ACL}:"))]
    return [key for key in paper_ids if paper_key.is_arxiv(key)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one source said."""

    source: str
    records: tuple[Record, ...] = ()
    failure: str | None = None
    """Why it did not answer: a `SourceErrorKind`, or `TOO_SLOW`."""


class SourceQueries:
    """Asks sources, and stores what they return.

    Args:
        database: where records are stored.
        sources: every source, in the operator's order.
        clock: dates what is stored.
    """

    def __init__(self, database: Database, sources: Sequence[PaperSource], clock: Clock) -> None:
        self.sources = tuple(sources)
        self._database = database
        self._clock = clock

    async def ask(
        self, source: PaperSource, asked: Awaitable[list[Record]], *, patience: float | None = None
    ) -> Answer:
        """Return a source's answer.

        A source must not take its caller along, whatever it trips over: every failure is a value,
        and logged.

        Args:
            source: the source that is asked.
            asked: the question, such as `source.lookup(ids)`.
            patience: seconds until it counts as `TOO_SLOW`; `None` leaves that to the caller.
        """
        try:
            async with asyncio.timeout(patience):
                records = await asked
        except TimeoutError:
            return Answer(source.name, failure=TOO_SLOW)
        except SourceError as error:
            log.warning(
                "source failed source=%s kind=%s: %s", source.name, error.kind, error.detail
            )
            return Answer(source.name, failure=str(error.kind))
        except Exception as error:
            log_failure(log, error, "source broke source=%s", source.name)  # not shown
            return Answer(source.name, failure=str(SourceErrorKind.MALFORMED))
        return Answer(source.name, tuple(records))

    async def store(self, records: Sequence[Record]) -> UpsertReport:
        """Store what sources returned, one paper for all records of one id."""
        async with self._database.write() as conn:
            return await papers.upsert(conn, list(records), now=self._clock.now())
