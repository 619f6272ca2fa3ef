"""Who is owed a digest, from which minute to which."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import digests, subscriptions
from storage.database import Database
from storage.digests import DueDigest
from storage.subscriptions import Every, Mode
from storage.tables import subscribers

MONDAY = date(2025, 6, 9)
NINE = datetime(2025, 6, 9, 9, tzinfo=UTC)
MIDNIGHT = datetime(2025, 6, 10, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
ADA, GRACE = 11, 12
PAPERS = ["2506.00001", "2506.00002"]


async def follow(
    conn: AsyncConnection,
    user: int = ADA,
    *,
    at: time = time(9),
    timezone: str = "UTC",
    every: Every = Every.DAY,
    now: datetime = NINE - DAY,
    query: str = "agents",
) -> None:
    await subscriptions.ensure_subscriber(
        conn, user, at=at, timezone=timezone, every=every, now=now
    )
    await subscriptions.subscribe(
        conn, user, key=query, query=query, mode=Mode.STRICT, min_votes=0, now=now
    )


async def planned(conn: AsyncConnection, user: int, day: date = MONDAY) -> None:
    due = DueDigest(user, day, Every.DAY, NINE, MIDNIGHT)
    await digests.plan(conn, due, [], payload=None, state=digests.EMPTY, now=NINE)


async def test_a_digest_is_owed_from_its_hour_until_midnight(database: Database) -> None:
    async with database.write() as conn:
        await follow(conn)
        owed = [DueDigest(ADA, MONDAY, Every.DAY, NINE, MIDNIGHT)]
        assert await digests.claim_due(conn, NINE - SECOND) == []
        assert await digests.claim_due(conn, NINE) == owed
        assert await digests.claim_due(conn, MIDNIGHT - SECOND) == owed
        assert await digests.claim_due(conn, MIDNIGHT) == []


async def test_a_digest_shortly_before_midnight_has_an_hour(database: Database) -> None:
    late = datetime(2025, 6, 9, 23, 59, tzinfo=UTC)
    async with database.write() as conn:
        await follow(conn, at=time(23, 59))
        owed = [DueDigest(ADA, MONDAY, Every.DAY, late, late + HOUR)]
        assert await digests.claim_due(conn, late + HOUR - SECOND) == owed
        assert await digests.claim_due(conn, late + HOUR) == []


async def test_each_hour_and_zone_is_asked_for_its_own_people(database: Database) -> None:
    async with database.write() as conn:
        await follow(conn, ADA)
        await follow(conn, GRACE, at=time(8))
        await follow(conn, 13, at=time(11), timezone="Europe/Berlin")
        await follow(conn, 14, at=time(12), timezone="Europe/Berlin")
        await follow(conn, 15, timezone="America/Los_Angeles")
        assert {(each.user_id, each.due_at) for each in await digests.claim_due(conn, NINE)} == {
            (ADA, NINE),
            (GRACE, NINE - HOUR),
            (13, NINE),
        }


@pytest.mark.parametrize(
    ("every", "days"),
    [(Every.DAY, 7), (Every.WEEKDAYS, 5), (Every.WEEK, 1)],
)
async def test_days_weekdays_and_mondays_are_owed(
    database: Database, every: Every, days: int
) -> None:
    async with database.write() as conn:
        await follow(conn, every=every)
        owed = [bool(await digests.claim_due(conn, NINE + n * DAY)) for n in range(7)]
    assert owed == [True] * days + [False] * (7 - days)


async def test_a_used_day_owes_nothing_and_neither_do_days_before_it(database: Database) -> None:
    async with database.write() as conn:
        await follow(conn, ADA)
        await follow(conn, GRACE)
        await planned(conn, ADA)
        assert [each.user_id for each in await digests.claim_due(conn, NINE)] == [GRACE]
        await planned(conn, GRACE, MONDAY + DAY)
        assert await digests.claim_due(conn, NINE) == []
        assert [each.user_id for each in await digests.claim_due(conn, NINE + DAY)] == [ADA]


async def test_who_follows_from_the_very_hour_is_owed_todays_digest(database: Database) -> None:
    async with database.write() as conn:
        await follow(conn, ADA, now=NINE)
        await follow(conn, GRACE, now=NINE + SECOND)
        later = NINE + HOUR
        assert [each.user_id for each in await digests.claim_due(conn, later)] == [ADA]


async def test_paused_topics_do_not_count_and_the_oldest_other_does(database: Database) -> None:
    async with database.write() as conn:
        await follow(conn)
        await follow(conn, query="robots", now=NINE + HOUR)
        assert len(await digests.claim_due(conn, NINE + HOUR)) == 1
        topic = await subscriptions.topic_of_key(conn, Mode.STRICT, "agents")
        assert topic is not None
        await subscriptions.set_paused(conn, ADA, topic.id, paused=True)
        assert await digests.claim_due(conn, NINE + HOUR) == []


async def test_who_is_quiet_until_a_day_is_owed_that_days_digest(database: Database) -> None:
    async with database.write() as conn:
        await follow(conn)
        change = update(subscribers).where(subscribers.c.user_id == ADA)
        await conn.execute(change.values(quiet_until=MONDAY + DAY))
        assert await digests.claim_due(conn, NINE) == []
        assert len(await digests.claim_due(conn, NINE + DAY)) == 1


async def test_who_follows_nothing_is_owed_nothing(database: Database) -> None:
    async with database.write() as conn:
        await subscriptions.ensure_subscriber(
            conn, ADA, at=time(9), timezone="UTC", every=Every.DAY, now=NINE
        )
        assert await digests.claim_due(conn, NINE) == []
