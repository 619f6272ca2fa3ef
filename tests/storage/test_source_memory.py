from datetime import date, timedelta

import pytest

from bot.runtime.clock import FixedClock
from bot.runtime.source_memory import DatabaseMemory
from storage import source_memory
from storage.database import Database
from tests.storage.shared import NOON

TODAY = date(2026, 7, 16)
DAY = timedelta(days=1)


@pytest.fixture
def memory(database: Database) -> DatabaseMemory:
    return DatabaseMemory(database, FixedClock(NOON))


async def test_requests_are_counted_up_to_the_most_of_a_day(memory: DatabaseMemory) -> None:
    assert await memory.made("bioRxiv", TODAY) == 0
    assert [await memory.claim("bioRxiv", TODAY, 3) for _ in range(5)] == [1, 2, 3, None, None]
    assert await memory.claim("medRxiv", TODAY, 3) == 1
    assert await memory.made("bioRxiv", TODAY) == 3
    assert await memory.claim("nothing", TODAY, 0) is None
    assert await memory.made("nothing", TODAY) == 0


@pytest.mark.parametrize("day", [TODAY + DAY, TODAY - DAY, date(2099, 1, 1)])
async def test_another_day_has_requests_of_its_own_also_after_the_clock_was_wrong(
    memory: DatabaseMemory, day: date
) -> None:
    for _ in range(3):
        await memory.claim("bioRxiv", day, 3)
    assert await memory.made("bioRxiv", TODAY) == 0
    assert await memory.claim("bioRxiv", TODAY, 3) == 1


async def test_what_a_source_keeps_is_its_own_and_replaced_and_forgotten(
    memory: DatabaseMemory,
) -> None:
    await memory.write("bioRxiv", "a", {"rows": [1, None, "\N{GREEK SMALL LETTER BETA}"]})
    await memory.write("bioRxiv", "a", {"rows": [2]})
    await memory.write("bioRxiv", "b", 0)
    await memory.write("medRxiv", "a", "x")
    assert await memory.read("bioRxiv") == {"a": {"rows": [2]}, "b": 0}
    await memory.write("bioRxiv", "a", None)
    await memory.write("bioRxiv", "c", None)
    assert await memory.read("bioRxiv") == {"b": 0}


async def test_what_a_source_no_longer_writes_is_pruned(
    database: Database, memory: DatabaseMemory
) -> None:
    await memory.write("bioRxiv", "a", 1)
    async with database.write() as conn:
        assert await source_memory.forget(conn, NOON + source_memory.UNUSED_KEPT) == 0
        assert await source_memory.forget(conn, NOON + source_memory.UNUSED_KEPT + DAY) == 1
    assert await memory.read("bioRxiv") == {}
