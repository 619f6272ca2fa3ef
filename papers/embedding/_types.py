"""Embedder: the interface of the models, and what they have in common."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


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
        """Return one unit row per text, shape (len(texts), dimensions); blocking, thread-safe.

        Raises:
            EmbeddingError: the model has to be loaded, and cannot be.
        """
        ...

    def release_idle(self) -> None:
        """Free the memory of a model that was not used for a while; its next use loads it again."""
        ...


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the rows scaled to length 1; a row of zeros stays as it is."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return (rows / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32, copy=False)
