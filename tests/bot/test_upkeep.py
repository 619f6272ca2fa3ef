"""Backups on a schedule, as the running bot makes them."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from storage import backups, posts
from storage.database import DatabaseError
from tests.bot.world import MONDAY, World, at, world

HOUR = timedelta(hours=1)


def made(here: World, folder: Path) -> list[backups.Backup]:
    return backups.scheduled(folder / "backups", here.bot.database.path.name)


async def test_a_backup_is_made_once_a_day_and_a_week_of_them_is_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for hours in range(24 * 9):
            if hours % 6 == 0:  # the bot looks every hour; six tell the same
                await here.bot.upkeep.run(at(MONDAY, 3, 47) + hours * HOUR)
        found = made(here, tmp_path)
    assert len(found) == 7
    assert {newer.at - older.at for newer, older in pairwise(found)} == {24 * HOUR}


async def test_a_restart_makes_no_backup_before_its_time(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.bot.upkeep.run(at(MONDAY, 4))
        await here.restart()
        await here.bot.upkeep.run(at(MONDAY, 5))
        assert len(made(here, tmp_path)) == 1


async def test_backups_can_be_switched_off_and_the_file_is_checked_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, backup_keep=0) as here:
        await here.bot.upkeep.run(at(MONDAY, 4))
        assert here.bot.upkeep.trouble is None
        assert not (tmp_path / "backups").exists()

        def check(path: Path) -> str:
            return "row 7 missing from index"

        monkeypatch.setattr("storage.sqlite.check", check)
        await here.bot.upkeep.run(at(MONDAY, 5))
        assert here.bot.upkeep.trouble is None
        await here.bot.upkeep.run(at(MONDAY, 4) + 24 * HOUR)
        assert "row 7" in (here.bot.upkeep.trouble or "")


async def test_a_backup_that_failed_is_tried_again_within_the_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path) as here:
        real = here.bot.database.backup

        async def fail(target: Path) -> None:
            raise DatabaseError(f"cannot write the backup {target}: disk full")

        monkeypatch.setattr(here.bot.database, "backup", fail)
        await here.bot.upkeep.run(at(MONDAY, 4))
        assert "disk full" in (here.bot.upkeep.trouble or "")
        monkeypatch.setattr(here.bot.database, "backup", real)
        await here.bot.upkeep.run(at(MONDAY, 5))
        assert here.bot.upkeep.trouble is None
        assert len(made(here, tmp_path)) == 1


async def test_what_a_finished_post_said_is_forgotten_after_a_week_and_what_it_showed_is_not(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        for days in (1, 6, 8):
            await here.bot.upkeep.run(at(MONDAY, 10) + days * 24 * HOUR)
            async with here.bot.database.read() as conn:
                post = await posts.get(conn, 1)
                seen = await posts.shown(conn, here.channel.id)
            assert post is not None
            assert (post.payload is None) == (days > 7), days
            assert len(seen) == 3
        # A header that nobody brought up to date in time stays as it is.
        await here.tick(at(MONDAY, 10) + 9 * 24 * HOUR)
