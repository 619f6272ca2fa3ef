"""People go first at the database."""

import asyncio
from pathlib import Path

from sqlalchemy import text

from storage.database import READERS
from storage.priority import PriorityLock, background, is_background
from tests.databases import open_empty


async def test_who_is_patient_gets_the_lock_when_nobody_else_waits() -> None:
    lock = PriorityLock()
    order: list[str] = []

    async def hold(name: str, *, patient: bool) -> None:
        with background(patient):
            async with lock:
                order.append(name)
                await asyncio.sleep(0)

    async with lock:
        tasks: list[asyncio.Task[None]] = []
        for name, patient in (("post", True), ("digest", True), ("Ada", False), ("Grace", False)):
            tasks.append(asyncio.create_task(hold(name, patient=patient)))
            await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == ["Ada", "Grace", "post", "digest"]


async def test_a_lock_that_is_given_up_goes_to_the_next() -> None:
    lock = PriorityLock()
    got: list[str] = []

    async def hold(name: str) -> None:
        async with lock:
            got.append(name)

    async with lock:
        before = asyncio.create_task(hold("gave up while waiting"))
        handed = asyncio.create_task(hold("gave up as it came"))
        last = asyncio.create_task(hold("waited"))
        await asyncio.sleep(0)
        before.cancel()
        await asyncio.sleep(0)
    handed.cancel()
    await asyncio.wait({before, handed, last}, timeout=1)
    assert last.done()
    assert got == ["waited"]
    async with asyncio.timeout(1), lock:
        assert not is_background()


async def test_reading_is_possible_while_all_the_patient_read(tmp_path: Path) -> None:
    database = await open_empty(tmp_path)
    done = asyncio.Event()

    async def read_long() -> None:
        with background(True):
            async with database.read() as conn:
                await conn.execute(text("SELECT 1"))
                await done.wait()

    long = [asyncio.create_task(read_long()) for _ in range(4 * READERS)]
    await asyncio.sleep(0.05)
    async with asyncio.timeout(2), database.read() as conn:
        assert await conn.scalar(text("SELECT 2")) == 2
    done.set()
    await asyncio.gather(*long)
    await database.close()
