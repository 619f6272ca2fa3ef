"""A few days of the soak hold, and what it looks at would be seen if it broke."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks import soak
from benchmarks.soak import START, Soak, broken, moment, soaking

SOME = (0, 540, 600, 720, 1_020, 1_260)
"""Minutes of a day at which something is due in channels and clubs."""


@pytest.mark.filterwarnings("default::ResourceWarning")
async def test_some_days_of_faults_and_restarts_leave_everything_in_order(tmp_path: Path) -> None:
    async with soaking(tmp_path, 6) as here:
        here.minutes = SOME
        report = await soak.live(here, 3, 6, guilds=1, channels=1, readers=8)
        assert report["broken"] == []
        assert report["in the end"]["posts done"] >= 4
        assert report["in the end"]["digests sent"] >= 1
        assert report["in the end"]["club sessions held"] >= 1
        assert report["happened"]["fault"] >= 1


WRONG_IN_CLUBS = [
    ("DELETE FROM club_sessions WHERE state = 'open'", "0 are open"),
    ("UPDATE club_sessions SET day = date(day, '+7 days') WHERE state = 'open'", "next session"),
    ("UPDATE club_sessions SET state = 'missed' WHERE state = 'held'", "was missed"),
    ("UPDATE club_sessions SET state = 'skipped' WHERE state = 'held'", "no admin wanted that"),
    ("UPDATE club_sessions SET paper_id = NULL WHERE state = 'held'", "reads None"),
    ("UPDATE club_steps SET made_id = 1 WHERE step = 'open'", "lacks open"),
    ("UPDATE club_steps SET made_id = 1 WHERE step = 'event'", "its session is None"),
    ("UPDATE club_steps SET made_id = 1 WHERE step = 'thread'", "has lost its thread"),
    ("UPDATE club_steps SET planned_at = planned_at + 40000000000 WHERE step = 'poll'", "was due"),
    ("UPDATE club_steps SET state = 'left out' WHERE step = 'pin'", "pin was left out"),
    ("DELETE FROM club_steps WHERE step = 'remind'", "held without remind"),
    (
        "UPDATE club_turns SET message_id = CASE WHEN message_id > 0 THEN NULL ELSE 1 END",
        "was asked",
    ),
    ("UPDATE clubs SET state = 'stopped', reason = 'why'", "is why"),
]
"""Changes of the database, and what is said of each."""

WRONG = [
    ("DELETE FROM saves WHERE emoji_key IS NOT NULL", "which is not saved"),
    ("UPDATE saves SET emoji_key = '⭐️x' WHERE emoji_key IS NOT NULL", "does not stand"),
    ("UPDATE posts SET state = 'sending'", "is still sending"),
    ("UPDATE digests SET state = 'planned'", "is still planned"),
    ("UPDATE posts SET state = 'skipped' WHERE every = 'week'", "roundups, noted are"),
    ("INSERT INTO notes SELECT 1, id, 'x', 1 FROM papers LIMIT 1", "foreign_key_check"),
]


async def test_what_is_wrong_in_the_database_or_in_discord_is_seen(tmp_path: Path) -> None:
    async with soaking(tmp_path, 1) as here:
        here.month.fill(START - timedelta(days=4), 6)
        here.people.settle(1, 1, 4)
        await here.start()
        await here.people.begin()
        for hour in (0, 8, 9, 12):
            here.at(moment(START, 60 * hour))
            assert here.bot is not None
            await here.bot.tick(here.clock.at)
        world, channel = here.server.world, here.people.channels[0]
        (thread,) = world.threads_of(channel)
        for reader in here.people.readers:
            world.react(reader, thread.history[0], "🔖")
        await here.server.until(lambda: found(here) == "")
        await here.stop()
        assert found(here) == ""
        for statement, seen in WRONG:
            assert seen in found(here, statement)
        header = next(message for message in channel.history if "Papers of" in message.text)
        card = next(message for message in thread.history if message.buttons)
        world.say(world.bot, channel, header.text)
        assert "2 times" in found(here)
        world.delete_message(card)
        assert "not what was planned" in found(here)


async def test_what_is_wrong_in_clubs_is_seen(tmp_path: Path) -> None:
    async with soaking(tmp_path, 1) as here:
        here.month.fill(START - timedelta(days=4), 6)
        here.people.settle(1, 1, 4)
        here.clubs.settle()
        await here.start()
        await here.people.begin()
        await here.clubs.begin()
        for hour in (9, 34, 59, 81, 82, 84):
            here.at(moment(START, 60 * hour))
            assert here.bot is not None
            await here.bot.tick(here.clock.at)
            here.clubs.watch()
            while hour == 9 and here.people.done.get("nominate", 0) < 8:
                await here.clubs.act()
            if hour == 34:
                await here.clubs.vote()
        await here.stop()
        assert found(here) == ""
        for statement, seen in WRONG_IN_CLUBS:
            assert seen in found(here, statement), statement
        for place in here.clubs.places:
            for message in place.channel.history:
                here.server.world.say(message.author, place.channel, message.text)
        said = found(here)
        for step in ("open", "poll", "result", "remind", "start"):
            assert f"has {step} 2 times" in said


def found(here: Soak, change: str | None = None) -> str:
    """Return what does not hold, after a change of the database if one is given."""
    if change is None:
        return "\n".join(broken(here.folder, here.people, here.clubs))
    copy = here.folder.with_name("changed")
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    with (
        closing(sqlite3.connect(here.folder / "paperboy.db")) as whole,
        closing(sqlite3.connect(copy / "paperboy.db")) as conn,
    ):
        whole.backup(conn)
        assert conn.execute(change).rowcount
        conn.commit()
    return "\n".join(broken(copy, here.people, here.clubs))
