"""Test collections and files of papers, as they lie on disk."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from papers.model import Author, Paper


@dataclass(frozen=True, slots=True)
class Collection:
    """Papers, questions to them, and who judged which paper relevant to which question."""

    name: str
    papers: list[Paper]
    queries: dict[str, str]
    grades: dict[str, dict[str, float]]
    """By query and paper; only queries that have a relevant paper."""


def read_collection(folder: Path) -> Collection:
    """Read corpus.jsonl, queries.jsonl and qrels.tsv (query, paper, grade; a header is skipped)."""
    grades: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        fields = line.split("\t") if "\t" in line else line.split()
        if len(fields) < 3:
            continue
        # Some files keep trec_eval's unused second column.
        query, paper, grade = fields[0], fields[-2], fields[-1]
        try:
            grades.setdefault(query, {})[paper] = float(grade)
        except ValueError:
            continue  # the header
    judged = {query: of for query, of in grades.items() if any(g > 0 for g in of.values())}
    queries = {
        _text(line, "id", "_id"): _text(line, "text", "query", "title")
        for line in _lines(folder / "queries.jsonl")
    }
    return Collection(
        name=folder.resolve().name,
        papers=read_papers(folder / "corpus.jsonl"),
        queries={key: text for key, text in queries.items() if key in judged and text.strip()},
        grades=judged,
    )


def read_papers(path: Path) -> list[Paper]:
    """Read papers from JSON lines, gzipped or not; of an id that comes twice the first counts."""
    found: dict[str, Paper] = {}
    for line in _lines(path):
        paper = _paper(line)
        if paper.id:
            found.setdefault(paper.id, paper)
    return list(found.values())


def read_days(path: Path) -> dict[str, str]:
    """Return the day of each paper of such a file, empty for one without."""
    return {_text(line, "id", "_id"): _text(line, "date") for line in _lines(path)}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _paper(line: dict[str, Any]) -> Paper:
    names = line.get("authors")
    authors = names.split(", ") if isinstance(names, str) else _items(names)
    categories = line.get("categories")
    labels = categories.split() if isinstance(categories, str) else _items(categories)
    return Paper(
        id=_text(line, "id", "_id"),
        title=_text(line, "title"),
        # The Hub calls an abstract a summary; test collections call it an abstract or a text.
        abstract=_text(line, "abstract", "summary", "text"),
        summary=_text(line, "ai_summary") or None,
        authors=tuple(map(Author, authors)),
        keywords=tuple(_items(line.get("ai_keywords") or line.get("keywords"))),
        categories=tuple(labels),
        published_at=_day(line.get("publishedAt") or line.get("date")),
    )


def _text(line: dict[str, Any], *names: str) -> str:
    return next((str(line[name]) for name in names if line.get(name) not in (None, "")), "")


def _items(value: Any) -> list[str]:
    """Return a list's texts; of objects, as the Hub gives authors, their names."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [str(cast("dict[str, Any]", x)["name"] if isinstance(x, dict) else x) for x in items]


def _day(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)[:10]).replace(tzinfo=UTC)
    except ValueError:
        return None
