from datetime import timedelta

from papers.sources import SourceError, SourceErrorKind
from storage import source_health
from storage.database import Database
from tests.storage.shared import NOON

HOUR = timedelta(hours=1)


async def test_a_source_that_fails_is_known_with_since_when_and_why(database: Database):
    first = SourceError("votes", SourceErrorKind.UNREACHABLE, "no route to host")
    again = SourceError("votes", SourceErrorKind.RATE_LIMITED, "x" * 10_000, retry_after=90)
    async with database.write() as connection:
        assert await source_health.succeeded(connection, "votes", NOON) is False
        await source_health.failed(connection, first, NOON + HOUR)
        await source_health.failed(connection, again, NOON + 2 * HOUR)
        (state,) = await source_health.all(connection)
    assert state.succeeded_at == NOON
    assert state.failing_since == NOON + HOUR
    assert state.failed_at == NOON + 2 * HOUR
    assert state.kind is SourceErrorKind.RATE_LIMITED
    assert state.retry_at == NOON + 2 * HOUR + timedelta(seconds=90)
    assert state.detail is not None
    assert len(state.detail) == source_health.DETAIL_LENGTH


async def test_a_source_that_answers_again_is_well(database: Database):
    error = SourceError("votes", SourceErrorKind.UNAVAILABLE, "503", retry_after=5)
    async with database.write() as connection:
        await source_health.failed(connection, error, NOON)
        assert await source_health.succeeded(connection, "votes", NOON + HOUR) is True
        assert await source_health.succeeded(connection, "votes", NOON + 2 * HOUR) is False
        (state,) = await source_health.all(connection)
    assert state.failing_since is None
    assert state.retry_at is None
    assert state.succeeded_at == NOON + 2 * HOUR


async def test_sources_fail_each_for_itself(database: Database):
    async with database.write() as connection:
        await source_health.succeeded(connection, "votes", NOON)
        await source_health.failed(
            connection, SourceError("listing", SourceErrorKind.MALFORMED, "HTML"), NOON
        )
        states = await source_health.all(connection)
    assert [(state.source, state.failing_since) for state in states] == [
        ("listing", NOON),
        ("votes", None),
    ]


async def test_a_list_of_what_trends_is_no_source(database: Database):
    name = source_health.of_trending("votes")
    async with database.write() as connection:
        await source_health.failed(
            connection, SourceError(name, SourceErrorKind.REFUSED, "403"), NOON
        )
        assert await source_health.all(connection) == []
        state = await source_health.get(connection, name)
        assert await source_health.get(connection, "votes") is None
    assert state is not None
    assert state.failing_since == NOON
