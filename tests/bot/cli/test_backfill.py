"""`paperboy import` and `paperboy backup`, as an operator uses them."""

import asyncio
import gzip
import json
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from click.testing import CliRunner

from bot.cli.backfill import import_file
from bot.cli.main import main
from bot.runtime.lease import leased
from storage.search import SearchEngine
from tests.bot.world import make_settings
from tests.databases import settings_of
from tests.demo.running import environment


def paperboy(folder: Path, *arguments: str, **known: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(**settings_of(folder), **known),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_packed_file_is_taken_in_once(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"2401.{n:05}", "title": f"Paper {n}"}) for n in range(1, 51)]
    with gzip.open(tmp_path / "papers.jsonl.gz", "wt") as file:
        file.write("\n".join([*lines, "not a paper"]))
    first = paperboy(tmp_path, "import", "papers.jsonl.gz")
    assert first.returncode == 0, first.stderr
    assert "50 new papers" in first.stdout
    assert "1 line couldn't be read" in first.stdout
    again = paperboy(tmp_path, "import", "papers.jsonl.gz")
    assert "0 new papers, 0 changed" in again.stdout


def test_a_file_whose_name_is_no_utf_8_is_imported(tmp_path: Path) -> None:
    name = os.fsdecode(b"papiers-\xe9t\xe9.jsonl")
    (tmp_path / name).write_text('{"id": "2401.00001", "title": "One\\u0000\\ud800"}')
    result = paperboy(tmp_path, "import", name)
    assert result.returncode == 0, result.stderr
    assert "1 new paper" in result.stdout


@pytest.mark.parametrize("running", [True, False])
async def test_an_import_leaves_the_search_index_to_a_bot_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, running: bool
) -> None:
    (tmp_path / "one.jsonl").write_text('{"id": "2401.00001", "title": "One"}')
    settings = make_settings(tmp_path)
    opened = AsyncMock(wraps=SearchEngine.open)
    monkeypatch.setattr("bot.cli.backfill.SearchEngine.open", opened)
    async with AsyncExitStack() as stack:
        if running:
            holding = leased(settings.database_url, asyncio.Event(), lambda _: None)
            await stack.enter_async_context(holding)
        assert await import_file(settings, tmp_path / "one.jsonl") == 0
    assert opened.called is not running


def test_a_backup_is_made_and_put_back(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text('{"id": "2401.00001", "title": "One"}')
    assert paperboy(tmp_path, "import", "one.jsonl").returncode == 0
    assert paperboy(tmp_path, "backup", "copy.db").returncode == 0
    refused = paperboy(tmp_path, "backup", "copy.db")
    assert refused.returncode == 1
    assert "exists already" in refused.stderr
    restored = paperboy(tmp_path, "restore", "copy.db", "--yes")
    assert restored.returncode == 0, restored.stderr


def test_a_missing_or_malformed_token_is_one_sentence(tmp_path: Path) -> None:
    for token, complaint in (("", "is not set"), ("abc", "is malformed")):
        result = paperboy(tmp_path, "run", DISCORD_TOKEN=token)
        assert result.returncode == 1
        assert complaint in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    result = paperboy(tmp_path, "check", SETTLE_HOURS="99")
    assert result.returncode == 1
    assert "SETTLE_HOURS" in result.stderr


def test_the_program_is_also_a_module(tmp_path: Path) -> None:
    assert "Paperboy posts" in paperboy(tmp_path, "--help").stdout


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("noonish", "I couldn't read “noonish” as a date. Try "),
        ("03/04/2025", "Write 2025-04-03 or 2025-03-04."),
    ],
)
def test_a_day_to_begin_with_that_cannot_be_read_is_refused(typed: str, says: str) -> None:
    result = CliRunner().invoke(main, ["ingest", "--since", typed])
    assert result.exit_code == 2
    assert says in " ".join(result.output.replace("│", " ").split())
