"""A few days of the soak hold, and what it looks at would be seen if it broke."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks import soak
from benchmarks.soak import START, Soak, broken, moment, soaking


@pytest.mark.filterwarnings("default::ResourceWarning")
async def test_some_days_of_faults_and_restarts_leave_everything_in_order(tmp_path: Path) -> None:
    report = await soak.soak(tmp_path, 3, 4, guilds=1, channels=2, readers=8)
    assert report["broken"] == []
    assert report["in the end"]["posts done"] >= 4
    assert report["in the end"]["digests sent"] >= 1
    assert report["happened"]["fault"] >= 1


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[Soak]:
    """A Discord after a few hours without trouble, whose bot has stopped."""
    async with soaking(tmp_path, 1) as here:
        here.month.fill(START - timedelta(days=4), 6)
        here.people.settle(1, 1, 4)
        await here.start()
        await here.people.begin()
        for hour in (0, 8, 9, 12):
            here.at(moment(START, 60 * hour))
            assert here.bot is not None
            await here.bot.tick(here.clock.at)
        (thread,) = here.server.world.threads_of(here.people.channels[0])
        for reader in here.people.readers:
            here.server.world.react(reader, thread.history[0], "🔖")
        await here.server.until(lambda: broken(tmp_path, here.people) == [])
        await here.stop()
        assert broken(tmp_path, here.people) == []
        yield here


def change(here: Soak, statement: str) -> None:
    with closing(sqlite3.connect(here.folder / "paperboy.db")) as conn:
        assert conn.execute(statement).rowcount
        conn.commit()


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        ("DELETE FROM saves WHERE emoji_key IS NOT NULL", "which is not saved"),
        ("UPDATE saves SET emoji_key = '⭐️x' WHERE emoji_key IS NOT NULL", "does not stand"),
        ("UPDATE posts SET state = 'sending'", "is still sending"),
        ("UPDATE digests SET state = 'planned'", "is still planned"),
        ("UPDATE posts SET state = 'skipped' WHERE every = 'week'", "roundups, noted are"),
        ("INSERT INTO notes SELECT 1, id, 'x', 1 FROM papers LIMIT 1", "foreign_key_check"),
    ],
)
async def test_what_is_wrong_in_the_database_is_seen(
    lived: Soak, statement: str, seen: str
) -> None:
    change(lived, statement)
    assert any(seen in each for each in broken(lived.folder, lived.people))


async def test_what_is_wrong_in_discord_is_seen(lived: Soak) -> None:
    world = lived.server.world
    (channel,) = lived.people.channels
    header = next(message for message in channel.history if "Papers of" in message.text)
    thread = world.thread_on(header)
    assert thread is not None
    card = next(message for message in thread.history if message.buttons)
    world.say(world.bot, channel, header.text)
    assert any("2 times" in each for each in broken(lived.folder, lived.people))
    world.delete_message(card)
    assert any("not what was planned" in each for each in broken(lived.folder, lived.people))
