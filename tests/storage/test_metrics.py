"""What is counted for whoever looks after the bot."""

from datetime import timedelta

import pytest
from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import metrics
from storage.database import Database
from storage.tables import digests, feeds, guilds, posts, users
from tests.storage.shared import NOON

HOUR = timedelta(hours=1)


async def some(conn: AsyncConnection) -> None:
    """Put in two feeds, one of them paused, with a post of each state, and some digests."""
    await conn.execute(insert(guilds).values(id=1, joined_at=NOON))
    for number, state in ((1, "active"), (2, "paused")):
        await conn.execute(
            insert(feeds).values(
                id=number,
                guild_id=1,
                channel_id=number,
                at=NOON.time(),
                timezone="UTC",
                state=state,
                created_at=NOON,
                include=[],
                exclude=[],
                categories=[],
                min_votes=0,
                size=10,
            )
        )
    rows = [
        (1, "done", None, 1),
        (1, "failed", "the channel no longer exists", 2),
        (1, "planned", "Discord did not answer", 3),
        (1, "sending", "Discord did not answer", 4),
        (1, "planned", None, 5),
        (2, "planned", "the bot lacks a permission there", 9),
        (1, "done", None, 30),
    ]
    for age, (feed_id, state, reason, hours) in enumerate(rows):
        await conn.execute(
            insert(posts).values(
                feed_id=feed_id,
                guild_id=1,
                channel_id=feed_id,
                batch_day=NOON.date() - timedelta(days=age),
                state=state,
                reason=reason,
                planned_at=NOON - hours * HOUR,
            )
        )
    for number, (state, reason) in enumerate(
        [("sent", None), ("sent", None), ("inbox", "their direct messages are closed")]
    ):
        await conn.execute(insert(users).values(id=number, created_at=NOON))
        await conn.execute(
            insert(digests).values(
                user_id=number,
                local_date=NOON.date(),
                state=state,
                reason=reason,
                planned_at=NOON - HOUR,
                expires_at=NOON + 12 * HOUR,
            )
        )


async def test_the_last_day_is_counted_by_what_became_of_it(database: Database) -> None:
    async with database.write() as conn:
        await some(conn)
    async with database.read() as conn:
        found = await metrics.read(conn, NOON)
    assert found.deliveries["post", "done"] == 1  # the other one is of yesterday
    assert found.deliveries["post", "planned"] == 3
    assert found.deliveries["digest", "sent"] == 2
    assert found.failures["post", "the channel no longer exists"] == 1
    assert found.failures["digest", "their direct messages are closed"] == 1
    assert found.feeds == {"active": 1, "paused": 1}


async def test_what_waits_has_an_age_and_the_reason_that_most_of_it_has(database: Database) -> None:
    async with database.write() as conn:
        await some(conn)
        backlog = (await metrics.backlog(conn))["post"]
        assert backlog.waiting == 3  # nothing waits for a feed that an admin paused
        assert backlog.since == NOON - 5 * HOUR
        assert backlog.reason == "Discord did not answer"
        assert (await metrics.backlog(conn))["digest"].since is None


@pytest.mark.parametrize("table", [posts, digests])
async def test_the_figures_of_a_day_are_read_from_an_index_alone(
    database: Database, table: Table
) -> None:
    query = metrics.recent_by_state(table, NOON).compile(compile_kwargs={"literal_binds": True})
    async with database.read() as conn:
        if database.is_file:
            plan = await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")
        else:  # which would read an empty table whole
            for way in ("seqscan", "bitmapscan"):
                await conn.exec_driver_sql(f"SET LOCAL enable_{way} = off")
            plan = await conn.exec_driver_sql(f"EXPLAIN {query}")
        steps = " ".join(str(row[-1]) for row in plan)
    read = "COVERING INDEX" if database.is_file else "Index Only Scan using"
    assert f"{read} ix_{table.name}_planned_at" in steps


async def test_a_database_that_takes_no_writes_says_why(database: Database) -> None:
    assert await metrics.refusal(database, NOON) is None
    await database.close()
    assert await metrics.refusal(database, NOON) == "the database is closed"
