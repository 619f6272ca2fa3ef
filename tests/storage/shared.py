"""A moment and a few papers for the tests of the storage."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from papers.model import Author, Metrics, Paper, Record

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def names(directory: Path, pattern: str = "*") -> list[str]:
    return sorted(path.name for path in directory.glob(pattern))


def paper(paper_id: str = "2603.00001", **fields: Any) -> Paper:
    known: dict[str, Any] = {
        "title": f"On the matter of {paper_id}",
        "abstract": "We look into the matter. It turns out well.",
        "authors": (Author("Ada Lovelace"), Author("Grace Hopper", "ghopper")),
        "published_at": datetime(2026, 3, 3, 17, 59, tzinfo=UTC),
    }
    return Paper(id=paper_id, **(known | fields))


def record(paper_id: str = "2603.00001", votes: int | None = None, **fields: Any) -> Record:
    return Record(paper(paper_id, **fields), Metrics(upvotes=votes))
