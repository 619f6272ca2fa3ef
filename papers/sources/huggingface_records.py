"""What a Daily Papers record looks like on the wire, and the `Record` it becomes.

Only an id and a title are needed; any other field that is missing or misshapen is unknown.
The outer `publishedAt` is left out on purpose: it is `paper.publishedAt` shifted by the New York
offset, and so usually the day before.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, cast
from urllib.parse import urljoin, urlsplit

from pydantic import Field

from papers import arxiv_id
from papers.model import Author, Metrics, Paper, Record
from papers.sources._lenient_fields import Count, Known, Prose, Text, Wire, utc

# Unconfirmed claims name the wrong account too often to link to it.
_CLAIMED = {"claimed_verified", "admin_assigned", "extracted_confirmed"}
# What the wrapper around a paper adds to it. Its `publishedAt` is no real instant.
_OUTER = (
    "title", "summary", "organization", "mediaUrls", "thumbnail", "numComments", "submittedBy",
)  # fmt: skip
_LONGEST_ADDRESS = 2048


class _Account(Wire):
    user: Known[Text] = None
    name: Known[Text] = None
    fullname: Known[Prose] = None

    @property
    def username(self) -> str | None:
        return self.user or self.name or None

    @property
    def title(self) -> str | None:
        return self.fullname or self.name or None


class _Author(Wire):
    name: Prose
    hidden: Known[bool] = None
    status: Known[str] = None
    user: Known[_Account] = None


class _Paper(Wire):
    id: Text
    title: Annotated[Prose, Field(min_length=1)]
    summary: Known[Prose] = None
    authors: Known[list[Known[_Author]]] = None
    published_at: Known[datetime] = Field(None, alias="publishedAt")
    daily_at: Known[datetime] = Field(None, alias="submittedOnDailyAt")
    daily_by: Known[_Account] = Field(None, alias="submittedOnDailyBy")
    submitted_by: Known[_Account] = Field(None, alias="submittedBy")
    withdrawn_at: Known[datetime] = Field(None, alias="withdrawnAt")
    ai_summary: Known[Prose] = None
    ai_keywords: Known[list[Known[Prose]]] = None
    organization: Known[_Account] = None
    repository: Known[Text] = Field(None, alias="githubRepo")
    project_page: Known[Text] = Field(None, alias="projectPage")
    thumbnail: Known[Text] = None
    media: Known[list[Known[Text]]] = Field(None, alias="mediaUrls")
    upvotes: Known[Count] = None
    stars: Known[Count] = Field(None, alias="githubStars")
    comments: Known[Count] = Field(None, alias="numComments")
    linked_models: Known[Count] = Field(None, alias="numTotalModels")
    linked_datasets: Known[Count] = Field(None, alias="numTotalDatasets")
    linked_spaces: Known[Count] = Field(None, alias="numTotalSpaces")


def record_of(wire: Any, base_url: str) -> Record:
    """Return the record of one paper, wrapped as in listings or flat as from `/api/papers/{id}`.

    Raises:
        ValueError: it has no arXiv id or no title.
        TypeError: it is no object.
    """
    if not isinstance(wire, dict):
        raise TypeError("a record is an object")
    outer = cast("dict[str, Any]", wire)
    inner = outer.get("paper", outer)
    if not isinstance(inner, dict):
        raise TypeError("a paper is an object")
    known = {name: outer[name] for name in _OUTER if name in outer}
    known |= {k: v for k, v in cast("dict[str, Any]", inner).items() if v is not None}
    paper = _Paper.model_validate(known)
    paper_id = arxiv_id.parse(paper.id)
    if paper_id is None:
        raise ValueError("the id is not arXiv's")
    submitter = paper.daily_by or paper.submitted_by
    return Record(
        paper=Paper(
            id=paper_id,
            title=paper.title,
            abstract=paper.summary or "",
            authors=tuple(_authors(paper.authors or ())),
            published_at=utc(paper.published_at),
            summary=paper.ai_summary or None,
            keywords=_unique(paper.ai_keywords or ()),
            organization=paper.organization.title if paper.organization else None,
            repository=_address(paper.repository),
            project_page=_address(paper.project_page),
            thumbnail=_address(paper.thumbnail, base_url),
            media=_unique(_address(url, base_url) for url in paper.media or ()),
            submitter=submitter.username if submitter else None,
            withdrawn_at=utc(paper.withdrawn_at),
            linked_models=paper.linked_models,
            linked_datasets=paper.linked_datasets,
            linked_spaces=paper.linked_spaces,
        ),
        metrics=Metrics(upvotes=paper.upvotes, stars=paper.stars, comments=paper.comments),
        batch=_batch_day(paper.daily_at),
    )


def records_of(wires: Iterable[Any], base_url: str) -> tuple[tuple[Record, ...], int]:
    """Return the records that can be read, each paper once, and how many cannot."""
    records: dict[str, Record] = {}
    broken = 0
    for wire in wires:
        try:
            record = record_of(wire, base_url)
        except (ValueError, TypeError):
            broken += 1
        else:
            records.setdefault(record.paper.id, record)
    return tuple(records.values()), broken


def _batch_day(daily_at: datetime | None) -> date | None:
    # The date as written, in UTC, is the batch in each of 3,337 recorded records, although they had
    # a time of day until May 2026, and although the day itself turns over in New York.
    moment = utc(daily_at)
    return moment.date() if moment else None


def _authors(authors: Iterable[_Author | None]) -> Iterable[Author]:
    for author in authors:
        if author is not None and author.name and not author.hidden:
            claimed = author.user is not None and author.status in _CLAIMED
            yield Author(author.name, author.user.username if claimed and author.user else None)


def _unique(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _address(text: str | None, base_url: str | None = None) -> str | None:
    """Return the web address that `text` is, or `None`: what cannot be linked to is not known."""
    if not text or " " in text or len(text) > _LONGEST_ADDRESS:
        return None
    try:
        if base_url is not None:
            text = urljoin(base_url, text)
        elif "://" not in text and "." in text.partition("/")[0]:
            text = f"https://{text}"
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.hostname else None
