"""Models of the Hugging Face Hub, for those who have installed what runs them."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from papers.embedding._types import EmbeddingError, unit_rows


class SentenceTransformersEmbedder:
    """Any model of the Hub by its name, for those who have installed `sentence-transformers`.

    It is loaded at once and stays: its dimensions are not known before.

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

    def release_idle(self) -> None:
        """Keep the model: only the library knows what it holds."""
