"""Vectors of topics and papers, kept in a file: embedding is what a measurement waits for."""

import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from papers.embedding import Embedder, MiniLMEmbedder, paper_text
from papers.matching import embed_papers
from papers.model import Paper

_AT_ONCE = 512
_SAVE_EVERY = 300  # seconds

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a set needs."""

    topics: NDArray[np.float32]
    papers: NDArray[np.float32]


class VectorFile:
    """An embedder that remembers, by model and text, and on disk if a path is given."""

    def __init__(self, embedder: Embedder, path: Path | None) -> None:
        if isinstance(embedder, MiniLMEmbedder):
            embedder = MiniLMEmbedder(threads=2)  # the same vectors; nothing else runs here
        self.embedder = embedder
        self._path = path
        self._known: dict[bytes, NDArray[np.float16]] = {}
        if path is not None and path.exists():
            with np.load(path) as stored:
                keys, rows = stored["keys"], stored["rows"]
            self._known = {key.tobytes(): row for key, row in zip(keys, rows, strict=True)}

    def vectors(self, papers: Sequence[Paper], topics: Sequence[str]) -> Vectors:
        """Return the vectors of topics and papers."""
        return Vectors(
            self._made(topics, topics, self.embedder.embed, "topics"),
            self._made(
                papers,
                [f"{paper.title}\n{paper.abstract}" for paper in papers],
                lambda some: embed_papers(self.embedder, some),
                "papers",
            ),
        )

    def whole(self, papers: Sequence[Paper]) -> NDArray[np.float32]:
        """Return the vectors of papers that search has: of whole abstracts."""
        texts = [paper_text(paper) for paper in papers]
        return self._made(texts, texts, self.embedder.embed, "whole")

    def _made(
        self,
        items: Sequence[Item],
        texts: Sequence[str],
        embed: Callable[[list[Item]], NDArray[np.float32]],
        what: str,
    ) -> NDArray[np.float32]:
        keys = [self._key(f"{what}\0{text}") for text in texts]
        missing = dict(zip(keys, items, strict=True))
        todo = [(key, item) for key, item in missing.items() if key not in self._known]
        began = saved = time.monotonic()
        for start in range(0, len(todo), _AT_ONCE):
            some = todo[start : start + _AT_ONCE]
            rows = embed([item for _, item in some])
            for (key, _), row in zip(some, rows, strict=True):
                self._known[key] = row.astype(np.float16)  # as the bot stores them
            done, now = start + len(some), time.monotonic()
            left = (now - began) / done * (len(todo) - done)
            print(f"embedded {done} of {len(todo)} {what}, {left:.0f} s left", file=sys.stderr)
            if now - saved > _SAVE_EVERY:
                self._save()
                saved = now
        if todo:
            self._save()
        return np.stack([self._known[key] for key in keys]).astype(np.float32)

    def _save(self) -> None:
        if self._path is None:
            return
        keys = np.frombuffer(b"".join(self._known), dtype=np.uint8).reshape(len(self._known), -1)
        temporary = self._path.with_suffix(".part.npz")
        np.savez(temporary, keys=keys, rows=np.stack(list(self._known.values())))
        temporary.replace(self._path)

    def _key(self, text: str) -> bytes:
        model = f"{self.embedder.name}\0{self.embedder.version}\0{text}"
        return hashlib.blake2b(model.encode("utf-8", "surrogatepass"), digest_size=16).digest()
