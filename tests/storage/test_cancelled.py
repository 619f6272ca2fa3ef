"""Who stops waiting for a write leaves nothing locked behind."""

import asyncio
import random

from sqlalchemy import text

from storage.database import Database

COUNTING = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500) SELECT x FROM n"
)


async def test_a_write_that_is_given_up_at_any_moment_locks_nobody_out(database: Database) -> None:
    chance = random.Random(1)  # noqa: S311 - repeatable moments
    async with database.write() as conn:
        await conn.execute(text("CREATE TABLE tries (n INTEGER)"))

    async def write() -> None:
        async with database.write() as conn:
            await conn.execute(text("INSERT INTO tries VALUES (1) RETURNING n"))
            # Rows that nobody has fetched yet keep a statement, and with it the lock, alive.
            await conn.execute(text(COUNTING))
            await conn.execute(text("INSERT INTO tries VALUES (2)"))

    whole = 0
    outcomes: list[BaseException | None] = []
    for _ in range(150):
        task = asyncio.create_task(write())
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        await asyncio.sleep(chance.choice((0, 0, 0.0002, 0.0005, 0.001)))
        task.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        outcomes.append(outcome)  # a traceback that somebody keeps, as a logged one is kept
        whole += outcome is None
        async with asyncio.timeout(3), database.write() as conn:
            count = await conn.scalar(text("SELECT count(*) FROM tries"))
            assert count is not None
            assert count % 2 == 0, "half of a write was kept"
            assert count >= 2 * whole
