"""Topics whose papers a person listed, as they lie on disk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from papers.model import Paper


@dataclass(frozen=True, slots=True)
class TopicSet:
    """Topics and the papers that were filed under each."""

    name: str
    texts: dict[str, str]
    """By topic id; only topics that have a paper."""
    relevant: dict[str, set[str]]
    closed: frozenset[str] | None
    """The papers that were judged; None if all of the corpus was."""

    def judged(self, corpus: Sequence[Paper]) -> list[Paper]:
        """Return the papers that are ranked, by id."""
        kept = [p for p in corpus if self.closed is None or p.id in self.closed]
        return sorted(kept, key=lambda paper: paper.id)


def read_topics(folder: Path) -> TopicSet:
    """Read queries.jsonl, qrels.tsv and corpus_ids.txt, if there is one."""
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        fields = line.split()
        if len(fields) >= 3 and _positive(fields[-1]):
            relevant.setdefault(fields[0], set()).add(fields[-2])
    texts: dict[str, str] = {}
    for line in (folder / "queries.jsonl").read_text("utf-8").splitlines():
        if line.strip():
            query = json.loads(line)
            key = str(query.get("id", query.get("_id")))
            if key in relevant and str(query.get("text", "")).strip():
                texts[key] = str(query["text"])
    ids = folder / "corpus_ids.txt"
    closed = frozenset(ids.read_text("utf-8").split()) if ids.exists() else None
    return TopicSet(folder.resolve().name, texts, relevant, closed)


def _positive(grade: str) -> bool:
    try:
        return float(grade) > 0
    except ValueError:
        return False  # the header
