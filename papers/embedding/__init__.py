"""Sentence embeddings that run offline: the meaning of a text as a point on the unit sphere."""

from papers.embedding._hub import SentenceTransformersEmbedder
from papers.embedding._memory import give_back_memory
from papers.embedding._minilm import MINILM_SHA256, MiniLMEmbedder
from papers.embedding._on_demand import IDLE, RETRY, Now
from papers.embedding._texts import is_english, paper_text
from papers.embedding._types import Embedder, EmbeddingError, unit_rows

__all__ = [
    "IDLE",
    "MINILM_SHA256",
    "RETRY",
    "Embedder",
    "EmbeddingError",
    "MiniLMEmbedder",
    "give_back_memory",
    "is_english",
    "load_embedder",
    "paper_text",
    "unit_rows",
]


def load_embedder(setting: str, *, now: Now | None = None) -> Embedder | None:
    """Return the embedder of a setting: `minilm`, `none`, or a model of the Hub ("owner/name").

    MiniLM is loaded at its first use, a model of the Hub at once.

    Args:
        setting: which model.
        now: a clock in seconds by which a model becomes idle; by default the machine's.

    Raises:
        EmbeddingError: the setting is none of these, or its model cannot be used.
    """
    name = setting.strip()
    if name.lower() in ("", "none"):
        return None
    if name.lower() == "minilm":
        return MiniLMEmbedder() if now is None else MiniLMEmbedder(now=now)
    if "/" in name:
        return SentenceTransformersEmbedder(name)
    raise EmbeddingError(
        f"{setting!r} is no embedding model: use minilm, none, or a model of the Hub (owner/name)"
    )
