"""A few papers, and an embedder that costs nothing, for the tests of the search engine."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from papers.model import Author, Metrics, Paper, Record
from storage import papers
from storage.database import Database
from storage.search import SearchEngine, SearchRequest

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)

_CONCEPTS = {"picture": "image", "pictures": "image", "images": "image", "photo": "image"}


class CountingEmbedder:
    """Embeds words by their hash, a few synonyms alike; counts what it was asked for."""

    name = "counting"
    dimensions = 64

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.texts: list[str] = []

    def release_idle(self) -> None:
        """Hold nothing that could be freed."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for place, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                rows[place] += self._of(_CONCEPTS.get(str(word), str(word)))
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.maximum(lengths, 1e-6)).astype(np.float32)

    def _of(self, word: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256((self.version + word).encode()).digest()[:4])
        return np.random.default_rng(seed).normal(size=self.dimensions)


def paper(number: int, title: str, abstract: str = "", **fields: object) -> Record:
    known = {
        "authors": (Author("Ada Lovelace"),),
        "categories": ("cs.LG",),
        "published_at": NOON - timedelta(days=number),
    }
    votes = fields.pop("votes", None)
    return Record(
        Paper(id=f"2603.{number:05d}", title=title, abstract=abstract, **(known | fields)),  # pyright: ignore[reportArgumentType]
        Metrics(upvotes=votes if isinstance(votes, int) else None),
    )


LIBRARY = [
    paper(
        1,
        "Attention Is All You Need",
        "We propose the Transformer, a network architecture based solely on attention mechanisms.",
        authors=(Author("Ashish Vaswani"), Author("Noam Shazeer")),
        categories=("cs.CL", "cs.LG"),
        votes=90,
    ),
    paper(
        2,
        "Paying Attention to Attention in Vision",
        "Attention in vision networks attends to attention. Convolution is not needed.",
        categories=("cs.CV",),
        votes=5,
    ),
    paper(
        3,
        "Denoising Diffusion Probabilistic Models",
        "High quality image synthesis with diffusion probabilistic models. Nonequilibrium physics.",
        authors=(Author("Jonathan Ho"), Author("Noam Shazeer")),
        categories=("cs.LG", "stat.ML"),
        keywords=("diffusion models", "image synthesis"),
        votes=50,
    ),
    paper(
        4,
        "Flow Matching for Generative Modeling",
        "A simulation free approach to train continuous normalizing flows. Not diffusion alone.",
        authors=(Author("Yann LeCun"),),
        keywords=("flow matching",),
        organization="Meta",
        repository="https://github.com/example/flow",
        votes=70,
    ),
    paper(
        5,
        "A Survey of Diffusion Models",
        "We survey diffusion models for images, audio and molecules.",
        authors=(Author("Jürgen Müller"),),
        keywords=("diffusion models",),
        votes=20,
    ),
    paper(
        6,
        "EgoActor: Grounding Task Planning in Robots",
        "Robots plan tasks by looking at the world through language.",
        categories=("cs.RO",),
    ),
]


async def fill(database: Database, records: Sequence[Record] = LIBRARY) -> None:
    async with database.write() as conn:
        await papers.upsert(conn, records, now=NOON)


async def found(engine: SearchEngine, text: str, **filters: object) -> list[str]:
    answer = await engine.search(SearchRequest(text, **filters))  # pyright: ignore[reportArgumentType]
    return [hit.paper_id.removeprefix("2603.0000") for hit in answer.hits]
