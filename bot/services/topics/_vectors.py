"""Vectors to match topics with: papers', made once and kept in the database, and topics'."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from papers.embedding import Embedder, EmbeddingError
from papers.matching import embed_papers
from papers.topics import Topic
from storage import topic_matches, vectors
from storage.database import Database
from storage.papers import StoredPaper
from storage.vectors import Embedded

Floats = NDArray[np.float32]

Halves = NDArray[np.float16]

_TOPICS = 1_024
"""Topics embedded at a time."""
_PORTION = 64
"""Papers embedded and kept at a time: half a second of work."""


async def embed_and_keep(
    database: Database, embedder: Embedder, papers: Sequence[StoredPaper]
) -> dict[str, Floats]:
    """Embed papers for matching, keep their vectors, and return them by id."""
    model = topic_matches.model_key(embedder)
    found: dict[str, Floats] = {}
    for start in range(0, len(papers), _PORTION):
        some = papers[start : start + _PORTION]
        made = await asyncio.to_thread(embed_papers, embedder, [each.paper for each in some])
        kept = [
            Embedded(each.paper.id, each.row, each.revision, row)
            for each, row in zip(some, made, strict=True)
        ]
        async with database.write() as conn:
            await vectors.put(conn, model, kept)
        found |= {item.paper_id: item.vector for item in kept}
    return found


class TopicVectors:
    """The vectors of topics' texts: a topic is embedded once as long as a user follows it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Halves] = {}

    def of(self, topics: Sequence[Topic], *, only: bool = False) -> list[Floats | None]:
        """Return each topic's rows. Blocking.

        `None` stands for one without a text, and for a new one while the model cannot be loaded.

        Args:
            topics: new ones among them are embedded.
            only: whether to forget all other topics.
        """
        texts = list(dict.fromkeys(text for topic in topics for text in topic.texts))
        rows = {text: self._known[text] for text in texts if text in self._known}
        lacking = [text for text in texts if text not in rows]
        with suppress(EmbeddingError):  # which is logged where the model is loaded
            for start in range(0, len(lacking), _TOPICS):
                some = lacking[start : start + _TOPICS]
                rows |= dict(zip(some, self._embedder.embed(some).astype(np.float16), strict=True))
        self._known = rows if only else self._known | rows
        return [
            np.stack([rows[text] for text in topic.texts]).astype(np.float32)
            if topic.texts and all(text in rows for text in topic.texts)
            else None
            for topic in topics
        ]
