"""The bot as a program: built, used without Discord, closed."""

from pathlib import Path

from bot.client import create_bot
from bot.runtime.clock import FixedClock
from tests.bot.world import MONDAY, TUESDAY, FakeSource, at, make_settings, votes, world


async def test_a_bot_takes_papers_in_without_ever_connecting(tmp_path: Path) -> None:
    source = FakeSource({MONDAY: votes(MONDAY, 3, 2)})
    bot = create_bot(make_settings(tmp_path), clock=FixedClock(at(MONDAY, 9)), sources=[source])
    cycle = (await bot.open()).cycle
    report = await cycle.ingest(at(MONDAY, 9))
    assert report.new == 2
    again = await cycle.ingest(at(MONDAY, 10))
    assert (again.new, again.changed, again.failures) == (0, 0, ())
    await bot.close()


async def test_one_source_failing_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    well = FakeSource({MONDAY: votes(MONDAY, 3)})
    ill = FakeSource({MONDAY: votes(MONDAY, 3, start=50)}, name="Ill", failing=True)
    bot = create_bot(make_settings(tmp_path), clock=FixedClock(at(MONDAY, 9)), sources=[ill, well])
    cycle = (await bot.open()).cycle
    report = await cycle.ingest(at(MONDAY, 9))
    assert report.new == 1
    assert [error.source for error in report.failures] == ["Ill"]
    await bot.close()


async def test_sources_are_asked_again_only_when_their_time_has_come(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.tick(at(MONDAY, 9))
        asked = len(here.source.asked)
        await here.tick(at(MONDAY, 9, 1))
        assert len(here.source.asked) == asked
        await here.tick(at(MONDAY, 9, 31))
        assert len(here.source.asked) > asked


async def test_an_awaited_batch_is_asked_for_every_few_minutes(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.tick(at(TUESDAY, 9))
        asked = len(here.source.asked)
        await here.tick(at(TUESDAY, 9, 6))
        assert len(here.source.asked) > asked


async def test_commands_are_registered_only_when_they_changed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:

        def registrations() -> int:
            return sum(
                request.method == "PUT" and request.path.endswith("/commands")
                for request in here.env.http_requests
            )

        assert registrations() == 1
        await here.restart()
        assert registrations() == 1
        assert "</paper status:" in here.bot.mention("paper status")
