"""Asking one source: whatever it trips over is a value, never its caller's failure."""

import asyncio

import pytest

from bot.runtime.clock import FixedClock
from bot.services.source_queries import TOO_SLOW, SourceQueries
from papers.model import Record
from papers.sources import SourceError, SourceErrorKind
from storage.database import Database
from tests.bot.search_fakes import Finder
from tests.bot.world import MONDAY, at


async def never() -> list[Record]:
    await asyncio.Event().wait()
    return []


async def failing(error: Exception) -> list[Record]:
    raise error


@pytest.fixture
def queries(database: Database) -> SourceQueries:
    return SourceQueries(database, [], FixedClock(at(MONDAY, 12)))


async def test_a_source_beyond_the_patience_is_too_slow(queries: SourceQueries) -> None:
    answer = await queries.ask(Finder(), never(), patience=0.01)
    assert (answer.failure, answer.records) == (TOO_SLOW, ())


async def test_the_patience_of_the_caller_stays_its_own(queries: SourceQueries) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await queries.ask(Finder(), never(), patience=60)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (SourceError("arXiv", SourceErrorKind.RATE_LIMITED, "429"), SourceErrorKind.RATE_LIMITED),
        (TimeoutError(), TOO_SLOW),
        (ZeroDivisionError(), SourceErrorKind.MALFORMED),
    ],
)
async def test_a_failing_source_is_named_by_its_failure(
    error: Exception, failure: str, queries: SourceQueries
) -> None:
    answer = await queries.ask(Finder(), failing(error))
    assert answer.failure == failure
