"""Read papers from a file of JSON lines: arXiv's own metadata snapshot, or lists like it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import IO, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator

from papers import arxiv_id
from papers.model import Author, Metrics, Paper, Record


class _Line(BaseModel):
    """One paper, as the snapshot or a daily recording writes it; the rest is passed over."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    id: str
    title: str = Field(min_length=1)
    abstract: str = Field(default="", validation_alias=AliasChoices("abstract", "summary"))
    ai_summary: str | None = None
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = Field(
        default=(), validation_alias=AliasChoices("authors_parsed", "authors")
    )
    published: date | None = Field(
        default=None,
        validation_alias=AliasChoices("published", "publishedAt", "date", "update_date"),
    )
    comment: str | None = Field(default=None, validation_alias=AliasChoices("comments", "comment"))
    doi: str | None = None
    journal_ref: str | None = Field(default=None, validation_alias="journal-ref")
    keywords: tuple[str, ...] = Field(
        default=(), validation_alias=AliasChoices("ai_keywords", "keywords")
    )
    repository: str | None = Field(
        default=None, validation_alias=AliasChoices("githubRepo", "repository")
    )
    organization: str | None = None
    upvotes: int | None = None
    stars: int | None = Field(default=None, validation_alias=AliasChoices("githubStars", "stars"))

    @field_validator("categories", "keywords", mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        return () if value is None else value.split() if isinstance(value, str) else value

    @field_validator("authors", mode="before")
    @classmethod
    def _names(cls, value: Any) -> object:
        if value is None:
            return ()
        if isinstance(value, str):
            names = value.replace(" and ", ", ").replace("\n", " ").split(",")
            return tuple(" ".join(name.split()) for name in names if name.strip())
        # `authors_parsed` holds [last name, first names, suffix, …]
        return tuple(
            each
            if isinstance(each, str)
            else " ".join(part for part in (each[1], each[0], *each[2:3]) if part)
            for each in value
        )

    @field_validator("published", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        return value[:10] if isinstance(value, str) else value

    @field_validator("organization", "comment", "ai_summary", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        return value if isinstance(value, str) else None


def read_line(line: str | bytes) -> Record | None:
    """Return the paper of one line, `None` where there is none that can be read."""
    try:
        known = _Line.model_validate(json.loads(line))
    except (ValueError, ValidationError, LookupError, TypeError):
        return None
    paper_id = arxiv_id.parse(known.id)
    if paper_id is None:
        return None
    published = known.published
    return Record(
        Paper(
            id=paper_id,
            title=" ".join(known.title.split()),
            abstract=" ".join(known.abstract.split()),
            authors=tuple(map(Author, known.authors)),
            published_at=published
            and datetime(published.year, published.month, published.day, tzinfo=UTC),
            categories=known.categories,
            summary=known.ai_summary or None,
            keywords=known.keywords,
            organization=known.organization,
            repository=known.repository,
            comment=known.comment,
            doi=known.doi,
            journal_ref=known.journal_ref,
        ),
        Metrics(upvotes=known.upvotes, stars=known.stars),
    )


def batches(lines: IO[bytes], size: int, skip: int = 0) -> Iterator[tuple[int, list[Record], int]]:
    """Yield what `size` lines hold at a time: lines read so far, records, lines that hold none.

    Args:
        lines: the open file.
        size: lines in a batch.
        skip: lines to pass over, because an earlier run took them in.
    """
    read = 0
    records: list[Record] = []
    broken = 0
    for line in lines:
        read += 1
        if read <= skip or not line.strip():
            continue
        record = read_line(line)
        if record is None:
            broken += 1
        else:
            records.append(record)
        if read % size == 0:
            yield read, records, broken
            records, broken = [], 0
    yield read, records, broken
