"""`paperboy move`, as an operator uses it."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.runtime.lease import leased
from storage.database import Database
from storage.tables import leases, metadata
from tests.databases import empty, put_empty
from tests.demo.running import ROOT, environment
from tests.postgresql import Server, server
from tests.storage import histories
from tests.storage.filled import fill
from tests.storage.shared import url

SECRET = "not-for-logs"


@pytest.fixture
def there() -> Server:
    found = server()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database in a file, and a folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "paperboy.db").write_bytes(empty())
    where = url(tmp_path / "paperboy.db")
    asyncio.run(_filled(where))
    return where


def contents(folder: Path) -> str:
    """Return what a move brings of the database in this folder, as its last line says it."""
    with closing(sqlite3.connect(folder / "paperboy.db")) as conn:
        rows = [
            conn.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0]  # noqa: S608 - our own
            for table in metadata.sorted_tables
            if table is not leases
        ]
    return f"{sum(rows)} rows of {len(rows)} tables"


async def _filled(where: str, rows: int = 5) -> None:
    database = await Database.open(where)
    await fill(database, rows)
    await database.close()


def with_secret(where: str) -> str:
    return where.replace("paperboy@", f"paperboy:{SECRET}@")


def move(*urls: str) -> Result:
    return CliRunner().invoke(main, ["move", *urls])


def test_a_database_is_moved_to_a_server_and_back(
    there: Server, source: str, tmp_path: Path
) -> None:
    away = with_secret(there.bare(tmp_path / "away"))
    (tmp_path / "paperboy.index").mkdir()
    result = move(source, away)
    assert result.exit_code == 0, result.output
    assert f"Moved {contents(tmp_path)} from" in result.stdout
    assert "counts and hashes are the same" in result.stdout
    assert "Now set DATABASE_URL to the second URL and start the bot." in result.stdout
    assert SECRET not in result.output
    assert "100%  Comparing post_papers: 5 of 5 rows" in result.stderr
    back = url(tmp_path / "back.db")
    result = move(away, back)
    assert result.exit_code == 0, result.output
    with (
        closing(sqlite3.connect(tmp_path / "paperboy.db")) as one,
        closing(sqlite3.connect(tmp_path / "back.db")) as other,
    ):
        for (name,) in one.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            if name != "leases":
                rows = f'SELECT * FROM "{name}"'  # noqa: S608
                assert set(one.execute(rows)) == set(other.execute(rows)), name
    result = move(source, away)
    assert result.exit_code == 1
    assert "has data already (in the table batches): name a database that has none" in result.stderr


def test_a_killed_move_is_continued(there: Server, source: str, tmp_path: Path) -> None:
    away = there.bare(tmp_path / "away")
    for after in ("Copying papers", "Copying saves"):
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "move", source, away],
            cwd=tmp_path,
            env=environment(PYTHONPATH=str(ROOT)),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        for line in process.stderr:
            if after in line:
                break
        else:
            pytest.fail("it ended")
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    result = CliRunner().invoke(main, ["check"], env={"DATABASE_URL": away})
    assert "holds only a part of another database" in result.output
    result = move(source, away)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(
        f"Continuing the move that was interrupted.\nMoved {contents(tmp_path)}"
    )
    assert "Copying papers" not in result.stderr


@pytest.mark.parametrize("running", ["source", "target"])
async def test_no_database_is_moved_while_a_bot_runs_on_it(
    there: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: str
) -> None:
    monkeypatch.chdir(tmp_path)
    urls = {"source": put_empty(tmp_path), "target": there.empty(tmp_path / "away")}
    async with leased(urls[running], asyncio.Event(), print):
        result = await asyncio.to_thread(move, urls["source"], urls["target"])
    assert result.exit_code == 1
    assert "a bot, or another move, is running on" in result.stderr
    assert result.stderr.rstrip().endswith("Stop it first")


def test_a_database_that_a_newer_version_has_changed_is_moved_by_that_version(
    there: Server, source: str, tmp_path: Path
) -> None:
    away = there.empty(tmp_path / "away")
    add = "op.create_table('more', sa.Column('id', sa.BigInteger, primary_key=True))"
    history = histories.newer(tmp_path / "history", (add, None))
    asyncio.run(_opened(away, history))
    result = move(away, url(tmp_path / "new.db"))
    assert result.exit_code == 1
    assert "was changed by a newer version of this program: move it with that" in result.stderr
    assert "was written by another version of this program (schema 9000" in (
        move(source, away).stderr
    )
    assert not (tmp_path / "new.db").exists()


async def _opened(where: str, history: Path) -> None:
    await (await Database.open(where, history=history)).close()


def test_wrong_urls_are_refused_without_their_password(
    there: Server, source: str, tmp_path: Path
) -> None:
    nowhere = f"postgresql+asyncpg://paperboy:{SECRET}@127.0.0.1:1/paperboy"
    away = with_secret(there.bare(tmp_path / "away"))
    server_only = with_secret(there.empty(tmp_path / "other")).rpartition("/")[0]
    cases = {
        (url(tmp_path / "none.db"), away): "there is no database at",
        (source, source): "name the same database",
        (away, away): "name the same database",
        (source, nowhere): "the server cannot be reached",
        (source, f"{server_only}/nothing_here"): "the server has no such database",
        (source, server_only): "TARGET_URL has to name a database of the server",
        (f"mysql://a:{SECRET}@b/c", away): "SOURCE_URL asks for mysql",
        (f"http:{SECRET}", away): "SOURCE_URL is not a URL",
        (away, source): "is empty; start the bot once to create its tables",
    }
    for urls, expected in cases.items():
        result = move(*urls)
        assert result.exit_code == 1, urls
        assert expected in result.stderr, result.stderr
        assert SECRET not in result.output
        assert result.stderr.startswith("paperboy: ")
        assert result.stderr.count("\n") == 1
    with closing(sqlite3.connect(tmp_path / "paperboy.db")) as file:
        assert file.execute("SELECT count(*) FROM leases").fetchone() == (0,)
