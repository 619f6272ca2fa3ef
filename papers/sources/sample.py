"""Sixty real papers of six consecutive batches, shipped for the demo and the tests.

Ids, titles, authors, dates, votes, repositories, stars, organisations, keywords and submitters are
as recorded from the Hugging Face daily papers of 2025-12-01 to 2025-12-08, a few hours into each
day; the summaries are our own. `scripts/extract_sample.py` writes the file.
"""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Final, TypedDict

from papers import arxiv_id
from papers.model import Author, Batch, Metrics, Paper, Record
from papers.terms import STOPWORDS

_THUMBNAIL: Final = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/{}.png"
"""Where the Hub has each paper's picture: the same form in all 206 records of ten recorded days."""

_WORD: Final = re.compile(r"[^\W_]+")


class _Row(TypedDict):
    """One paper as `sample_papers.json` has it."""

    id: str
    title: str
    authors: list[str]
    published_at: str
    batch: str
    listed_at: str
    recorded_at: str
    upvotes: int
    comments: int
    repository: str | None
    stars: int | None
    organization: str | None
    keywords: list[str]
    project_page: str | None
    submitter: str | None
    categories: list[str]
    summary: str


class SampleSource:
    """The shipped papers, always there and always the same."""

    name = "Sample"
    curated = True

    def __init__(self) -> None:
        text = files("papers.sources").joinpath("sample_papers.json").read_text("utf-8")
        rows: list[_Row] = json.loads(text)
        self._records = {row["id"]: _record(row) for row in rows}
        batches: dict[date, list[Record]] = {}
        for row in rows:
            batches.setdefault(date.fromisoformat(row["batch"]), []).append(
                self._records[row["id"]]
            )
        # As the Hub orders a dated batch: by votes, then as listed.
        self._batches = {
            day: Batch(day, tuple(sorted(records, key=_votes, reverse=True)))
            for day, records in sorted(batches.items())
        }
        self._words = {paper_id: _words(record) for paper_id, record in self._records.items()}
        self.recorded_at: dict[date, datetime] = {
            date.fromisoformat(row["batch"]): datetime.fromisoformat(row["recorded_at"])
            for row in rows
        }
        """When each batch's numbers were recorded."""

    @property
    def days(self) -> tuple[date, ...]:
        """The days that have a batch, oldest first."""
        return tuple(self._batches)

    @property
    def newest_day(self) -> date:
        """The day of the newest batch."""
        return self.days[-1]

    async def daily(self, day: date) -> Batch:
        """Return the batch of `day`, best voted first; an empty one on any day but the sample's."""
        return self._batches.get(day, Batch(day, ()))

    async def latest(self) -> Batch:
        """Return the newest batch."""
        return self._batches[self.newest_day]

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return the records of those ids that are in the sample."""
        wanted = dict.fromkeys(arxiv_id.parse(paper_id) or paper_id for paper_id in paper_ids)
        return [self._records[paper_id] for paper_id in wanted if paper_id in self._records]

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return the records that share most words with `query`; words of the title count more."""
        words = set(_split(query)) - STOPWORDS
        found = [
            (score, record)
            for paper_id, record in self._records.items()
            if (score := sum(self._words[paper_id].get(word, 0) for word in words))
        ]
        found.sort(key=lambda pair: (pair[0], _votes(pair[1])), reverse=True)
        return [record for _, record in found[: max(0, limit)]]

    async def close(self) -> None:
        """Do nothing: there is no connection to release."""


def _record(row: _Row) -> Record:
    paper = Paper(
        id=row["id"],
        title=row["title"],
        authors=tuple(Author(name) for name in row["authors"]),
        published_at=datetime.fromisoformat(row["published_at"]),
        categories=tuple(row["categories"]),
        summary=row["summary"],
        keywords=tuple(row["keywords"]),
        organization=row["organization"],
        repository=row["repository"],
        project_page=row["project_page"],
        thumbnail=_THUMBNAIL.format(row["id"]),
        submitter=row["submitter"],
    )
    metrics = Metrics(upvotes=row["upvotes"], stars=row["stars"], comments=row["comments"])
    return Record(paper, metrics, date.fromisoformat(row["batch"]))


def _votes(record: Record) -> int:
    return record.metrics.upvotes or 0


def _words(record: Record) -> dict[str, int]:
    """Return the words of a paper and how much a match of each is worth."""
    paper = record.paper
    rest = " ".join(
        [
            paper.summary or "",
            paper.organization or "",
            *paper.keywords,
            *(author.name for author in paper.authors),
        ]
    )
    return dict.fromkeys(_split(rest), 1) | dict.fromkeys(_split(paper.title), 3)


def _split(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
