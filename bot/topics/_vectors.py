"""Vectors to match topics with: papers', made once and kept in the database, and topics'."""

import asyncio
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from papers.embedding import Embedder
from papers.matching import embed_papers
from papers.topics import Topic
from storage import matches, vectors
from storage.database import Database
from storage.papers import StoredPaper
from storage.vectors import Embedded

Floats = NDArray[np.float32]

_PORTION = 64
"""Papers embedded and kept at a time: half a second of work."""


async def embed_and_keep(
    database: Database, embedder: Embedder, papers: Sequence[StoredPaper]
) -> dict[str, Floats]:
    """Embed papers for matching, keep their vectors, and return them by id."""
    model = matches.model_key(embedder)
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
    """The vectors of topics' texts: a topic is embedded once as long as somebody follows it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float16]] = {}

    async def learn(self, topics: Iterable[Topic], *, only: bool = False) -> None:
        """Embed what is new; `only` forgets all other topics."""
        texts = list(dict.fromkeys(text for topic in topics for text in topic.texts))
        if only:
            self._known = {text: self._known[text] for text in texts if text in self._known}
        lacking = [text for text in texts if text not in self._known]
        if lacking:
            made = await asyncio.to_thread(self._embedder.embed, lacking)
            self._known |= dict(zip(lacking, made.astype(np.float16), strict=True))

    def of(self, topic: Topic) -> Floats | None:
        """Return the rows of a topic that was learnt; `None` if it has no text."""
        if not topic.texts:
            return None
        return np.stack([self._known[text] for text in topic.texts]).astype(np.float32)
