"""A machine's clock that is wrong for a while, ahead or behind."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from storage import clock_repair
from storage.tables import digests, incidents, metadata, papers
from storage.types import UTCDateTime
from tests.bot.topics import about, brought, follower, working_days
from tests.bot.world import MONDAY, TUESDAY, World, at, headers, votes, world

MONTH = timedelta(days=30)


async def reported(here: World) -> list[str]:
    async with here.bot.services.database.read() as conn:
        rows = await conn.execute(select(incidents.c.text))
    return list(rows.scalars())


async def test_one_minute_a_month_ahead_stops_no_thread_and_the_operator_reads_of_it(
    tmp_path: Path,
) -> None:
    days = {day: votes(day, 30, 20, 10) for day in working_days(MONDAY, 4)}
    async with world(tmp_path, days) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 9) + MONTH)
        for number in range(1, 4):
            await here.tick(at(MONDAY, 9) + timedelta(days=number))
        assert len(headers(here.channel)) == 4
        (text,) = [text for text in await reported(here) if "clock" in text]
        assert "went back by 29 days" in text


async def test_one_minute_ahead_stops_no_digest_and_repeats_none(tmp_path: Path) -> None:
    days = {day: about(day, f"Flow Matching {day}") for day in working_days(MONDAY, 4)}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 9) + 2 * MONTH)
        for number in range(1, 4):
            await here.tick(at(MONDAY, 9) + timedelta(days=number))
        texts = brought(here.member)
        for day in days:
            assert sum(f"Flow Matching {day}" in text for text in texts) == 1
        async with here.bot.services.database.read() as conn:
            dates = (await conn.execute(select(digests.c.local_date))).scalars().all()
        assert len(set(dates)) == len(dates)
        assert max(dates) <= TUESDAY + timedelta(days=2)


async def test_a_clock_that_is_behind_is_reported_and_rewrites_nothing(tmp_path: Path) -> None:
    days = {day: votes(day, 30, 20, 10) for day in working_days(MONDAY, 2)}
    async with world(tmp_path, days) as here:
        await here.add_feed()
        for day in days:
            await here.tick(at(day, 9))
        async with here.bot.services.database.read() as conn:
            seen = (await conn.execute(select(papers.c.id, papers.c.first_seen_at))).all()
        await here.tick(at(MONDAY, 9) - 12 * MONTH)
        async with here.bot.services.database.read() as conn:
            assert (await conn.execute(select(papers.c.id, papers.c.first_seen_at))).all() == seen
        assert any("clock is behind" in text for text in await reported(here))


async def test_a_small_step_back_changes_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 9) - timedelta(minutes=5))
        assert await reported(here) == []


def test_every_moment_in_the_database_is_known_as_past_planned_or_a_fact() -> None:
    names = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, UTCDateTime)
    }
    assert names >= clock_repair.FACTS | clock_repair.PLANS | clock_repair.DROPPED
    endings = ("due_at", "next_try_at", "next_at", "retry_at", "until", "expires_at", "look_at")
    assert {name for name in names if name.endswith(endings)} == clock_repair.PLANS
