"""Backups on a schedule, as the running bot makes them."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from storage import backups, incidents, posts
from storage.database_file import DatabaseError
from tests.bot.world import MONDAY, World, at, world

HOUR = timedelta(hours=1)


def made(here: World, folder: Path) -> list[backups.Backup]:
    return backups.scheduled(folder / "backups", here.bot.services.database.path.name)


async def test_a_backup_is_made_once_a_day_and_a_week_of_them_is_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for hours in range(24 * 9):
            if hours % 6 == 0:  # the bot looks every hour; six tell the same
                await here.bot.services.maintenance.run(at(MONDAY, 3, 47) + hours * HOUR)
        found = made(here, tmp_path)
    assert len(found) == 7
    assert {newer.at - older.at for newer, older in pairwise(found)} == {24 * HOUR}


async def test_a_restart_makes_no_backup_before_its_time(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.bot.services.maintenance.run(at(MONDAY, 4))
        await here.restart()
        await here.bot.services.maintenance.run(at(MONDAY, 5))
        assert len(made(here, tmp_path)) == 1


@pytest.mark.sqlite
async def test_backups_can_be_switched_off_and_the_file_is_checked_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, backup_keep=0) as here:
        await here.bot.services.maintenance.run(at(MONDAY, 4))
        assert here.bot.services.maintenance.last_error is None
        assert not (tmp_path / "backups").exists()

        def check(path: Path) -> str:
            return "row 7 missing from index"

        monkeypatch.setattr("storage.engines.sqlite_file.check", check)
        await here.bot.services.maintenance.run(at(MONDAY, 5))
        assert here.bot.services.maintenance.last_error is None
        await here.bot.services.maintenance.run(at(MONDAY, 4) + 24 * HOUR)
        assert "row 7" in (here.bot.services.maintenance.last_error or "")


async def test_a_backup_that_failed_is_tried_again_within_the_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path) as here:
        real = here.bot.services.database.backup

        async def fail(target: Path) -> None:
            raise DatabaseError(f"cannot write the backup {target}: disk full")

        monkeypatch.setattr(here.bot.services.database, "backup", fail)
        await here.bot.services.maintenance.run(at(MONDAY, 4))
        assert "disk full" in (here.bot.services.maintenance.last_error or "")
        monkeypatch.setattr(here.bot.services.database, "backup", real)
        await here.bot.services.maintenance.run(at(MONDAY, 5))
        assert here.bot.services.maintenance.last_error is None
        assert len(made(here, tmp_path)) == 1


async def test_what_a_finished_post_said_is_forgotten_after_a_week_and_what_it_showed_is_not(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        for days in (1, 6, 8):
            await here.bot.services.maintenance.run(at(MONDAY, 10) + days * 24 * HOUR)
            async with here.bot.services.database.read() as conn:
                post = await posts.get(conn, 1)
                seen = await posts.shown(conn, here.channel.id)
            assert post is not None
            assert (post.payload is None) == (days > 7), days
            assert len(seen) == 3
        # A header that nobody brought up to date in time stays as it is.
        await here.tick(at(MONDAY, 10) + 9 * 24 * HOUR)


async def test_old_texts_are_dropped_though_no_backup_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the directory should be")
    async with world(tmp_path, backup_dir=tmp_path / "taken") as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        for days in range(1, 9):
            await here.bot.services.maintenance.run(at(MONDAY, 10) + days * 24 * HOUR)
            assert here.bot.services.maintenance.last_error is not None
        async with here.bot.services.database.read() as conn:
            post = await posts.get(conn, 1)
        assert post is not None
        assert post.payload is None


async def test_one_failed_task_stops_no_other_and_the_operator_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path) as here:
        done: list[str] = []

        async def fail(now: datetime) -> None:
            done.append("failed")
            raise OSError(28, "No space left on device")

        async def work(now: datetime) -> None:
            done.append("worked")

        tasks = {"first": fail, "second": work}
        monkeypatch.setattr(here.bot.services.maintenance, "tasks", tasks)
        await here.bot.services.maintenance.run(at(MONDAY, 4))
        assert done == ["failed", "worked"]
        assert len(made(here, tmp_path)) == 1
        await here.bot.app.incidents.check(at(MONDAY, 4))
        async with here.bot.services.database.read() as conn:
            (last_error,) = await incidents.current(conn)
        assert (last_error.kind, last_error.subject) == ("upkeep", "first")

        # What failed is tried at the next look, what was done only when its time has come.
        await here.bot.services.maintenance.run(at(MONDAY, 5))
        assert done == ["failed", "worked", "failed"]
        tasks["first"] = work
        await here.bot.services.maintenance.run(at(MONDAY, 6))
        assert here.bot.services.maintenance.failing == {}


@pytest.mark.sqlite
async def test_pruning_does_not_hold_the_writer_to_copy_what_others_wrote(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        path, feeds = here.bot.services.database.path, list[int]()

        async def step(_conn: object, _now: datetime) -> int:
            # The file without its log: what is in it needs no copying at this step's commit.
            shutil.copyfile(path, tmp_path / "copy.db")
            with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
                feeds.append(copy.execute("SELECT count(*) FROM feeds").fetchone()[0])
            return 0

        maintenance = here.bot.services.maintenance
        await here.add_feed()
        await maintenance._pruning(step)(at(MONDAY, 4))  # pyright: ignore[reportPrivateUsage]
        assert feeds == [1]
