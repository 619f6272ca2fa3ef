"""Read papers from a file of JSON lines: arXiv's own metadata snapshot, or lists like it."""

import calendar
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import IO, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator

from papers import arxiv_id
from papers.model import Author, Metrics, Paper, Record
from papers.writable import writable_json


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
        validation_alias=AliasChoices("published", "publishedAt", "date"),
    )
    update_date: date | None = None
    """When arXiv last touched the record, years after its first version for many."""
    versions: tuple[datetime, ...] = ()
    """When each version was submitted, the first one first."""
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

    @field_validator("versions", mode="before")
    @classmethod
    def _versions(cls, value: Any) -> object:
        try:
            return tuple(parsedate_to_datetime(each["created"]).astimezone(UTC) for each in value)
        except (TypeError, ValueError, LookupError, OverflowError):
            return ()

    @field_validator("update_date", mode="before")
    @classmethod
    def _touched(cls, value: object) -> date | None:
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            return None

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
        known = _Line.model_validate(writable_json(json.loads(line)))
    except (ValueError, ValidationError, LookupError, TypeError, RecursionError):
        return None
    paper_id = arxiv_id.parse(known.id)
    if paper_id is None:
        return None
    return Record(
        Paper(
            id=paper_id,
            title=" ".join(known.title.split()),
            abstract=" ".join(known.abstract.split()),
            authors=tuple(map(Author, known.authors)),
            published_at=_published(known, paper_id),
            categories=known.categories,
            summary=known.ai_summary or None,
            keywords=known.keywords,
            organization=known.organization,
            repository=known.repository,
            comment=known.comment,
            version=len(known.versions) or None,
            updated_at=known.versions[-1] if len(known.versions) > 1 else None,
            doi=known.doi,
            journal_ref=known.journal_ref,
        ),
        Metrics(upvotes=known.upvotes, stars=known.stars),
    )


def _published(known: _Line, paper_id: str) -> datetime:
    """Return when the first version was submitted.

    Where a line has neither versions nor a date of publication, that is the end of the month that
    the id names: no later than the last change, and never before the true day, so that a source
    that has the true one corrects it.
    """
    if known.versions:
        return known.versions[0]
    day = known.published
    if day is None:
        year, month = arxiv_id.year_and_month(paper_id)
        day = date(year, month, calendar.monthrange(year, month)[1])
        day = min(day, known.update_date or day)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


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
