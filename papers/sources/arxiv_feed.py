"""arXiv's feeds on the wire: the daily announcement (RSS or Atom) and the answers of the query API.

Both serializers of the query API are read, that of 2025 (wrapped lines) and that of 2026; see
https://info.arxiv.org/help/rss_specifications.html and https://info.arxiv.org/help/api/user-manual.html
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from papers import arxiv_id
from papers.model import Announcement, Author, Paper, Record
from papers.sources._lenient_fields import Known, Prose, Text, Wire, fold
from papers.sources.feed_parsing import Moment, parse_feed
from papers.sources.responses import MalformedError, Response, ThrottledError
from papers.text import readable
from papers.zones import NEW_YORK

_VERSION = re.compile(r"v([1-9][0-9]{0,3})$")
# `cs.CL`, `hep-th`; the other classes that papers have (`68T50`, `I.2.7; H.3`) are not arXiv's.
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[A-Za-z]+)*)?")
# Authors also report that they have withdrawn a paper "from ICLR", which then is still there.
_WORK = "(?:paper|article|submission|manuscript|preprint|work|version)"
_WITHDRAWN_COMMENT = re.compile(
    r"\bhas been withdrawn\b(?! from)|\bwithdrawn by\b"
    rf"|^(?:(?:this|the|our) )?(?:{_WORK} )?(?:(?:is|was) )?(?:now )?withdrawn\b(?! from)"
    rf"|\b(?:the )?authors? (?:have |has )?with(?:drew|drawn) (?:this|the|our) {_WORK}\b(?! from)"
    rf"|\bwe (?:have |are |hereby )*withdr(?:aw|ew|awn|awing) (?:this|the|our) {_WORK}\b(?! from)",
    re.IGNORECASE,
)
_WITHDRAWN_ABSTRACT = re.compile(
    r"(?:(?:this|the) [a-z]+ (?:has been|is|was) )?(?:temporarily )?withdrawn\b", re.IGNORECASE
)
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}


class _Named(Wire):
    name: Known[Prose] = None


class _Term(Wire):
    term: Known[Text] = None


class _Entry(Wire):
    id: Text
    title: Annotated[Prose, Field(min_length=1)]
    summary: Known[Prose] = None
    authors: Known[list[Known[_Named]]] = None
    tags: Known[list[Known[_Term]]] = None
    primary: Known[_Term] = Field(None, alias="arxiv_primary_category")
    published: Known[Moment] = Field(None, alias="published_parsed")
    updated: Known[Moment] = Field(None, alias="updated_parsed")
    announcement: Known[Announcement] = Field(None, alias="arxiv_announce_type")
    comment: Known[Prose] = Field(None, alias="arxiv_comment")
    doi: Known[Text] = Field(None, alias="arxiv_doi")
    journal_ref: Known[Text] = Field(None, alias="arxiv_journal_ref")
    journal_reference: Known[Text] = Field(None, alias="arxiv_journal_reference")


class _Complaint(Wire):
    """An entry that is the query API's error, in place of a paper."""

    id: Known[Text] = None
    title: Known[Text] = None
    summary: Known[Text] = None

    @property
    def is_error(self) -> bool:
        return "/api/errors" in (self.id or "") or (
            (self.title or "").lower() == "error" and arxiv_id.parse(self.id or "") is None
        )


class _Head(Wire):
    total: Known[int] = Field(None, alias="opensearch_totalresults")
    start: Known[int] = Field(None, alias="opensearch_startindex")
    published: Known[Moment] = Field(None, alias="published_parsed")
    updated: Known[Moment] = Field(None, alias="updated_parsed")


@dataclass(frozen=True, slots=True)
class Listing:
    """One announcement: its day, its records in the feed's order, the number of its items."""

    day: date
    records: tuple[Record, ...]
    broken: int
    items: int


@dataclass(frozen=True, slots=True)
class Found:
    """What the query API found, or the `error` that it found in the question."""

    records: tuple[Record, ...]
    error: str | None = None


def read_listing(answer: Response) -> Listing:
    """Read the daily feed of one or more categories.

    Raises:
        ThrottledError: arXiv answered with a captcha or a complaint.
        MalformedError: it is no feed, or the feed names no day.
    """
    head, entries = _parse(answer)
    feed = _Head.model_validate(head)
    moment = feed.published or feed.updated
    if moment is None:
        raise MalformedError("the feed names no day")
    # The feed is made at midnight in New York, so that its moment is there on the day it announces.
    day = _day_of(moment)
    items: list[_Entry] = []
    broken = 0
    for wire in entries:
        try:
            items.append(_Entry.model_validate(wire))
        except ValueError:
            broken += 1
    # A feed that got a new date while it still holds the announcement before is of that day, and
    # items of an older announcement are no part of a newer one.
    days = [_day_of(item.published) if item.published else day for item in items]
    day = min(day, max(days, default=day))
    records: dict[str, Record] = {}
    for item in (item for item, its_day in zip(items, days, strict=True) if its_day >= day):
        try:
            record = _announced(item, day)
        except ValueError:
            broken += 1
            continue
        before = records.get(record.paper.id)
        if before is None or before.announcement is not Announcement.NEW:
            records[record.paper.id] = record
    return Listing(day, tuple(records.values()), broken, len(entries))


def _day_of(moment: datetime) -> date:
    return moment.astimezone(NEW_YORK).date()


def read_found(answer: Response) -> Found:
    """Read an answer of the query API, whether 200 or 400.

    Raises:
        ThrottledError: arXiv answered with a captcha or a complaint.
        MalformedError: it is no feed, or an empty page of something that was found.
    """
    head, entries = _parse(answer)
    feed = _Head.model_validate(head)
    if not entries and (feed.total or 0) > (feed.start or 0):
        # Under load the API counts what it found and lists none of it; asked again, it does.
        raise MalformedError("counts papers that it does not list")
    records: dict[str, Record] = {}
    for wire in entries:
        complaint = _Complaint.model_validate(wire)
        if complaint.is_error:
            return Found((), complaint.summary or "the question has an error")
        try:
            record = _found(_Entry.model_validate(wire))
        except ValueError:
            continue
        records.setdefault(record.paper.id, record)
    if answer.status != 200:
        raise MalformedError(f"HTTP {answer.status} without a reason")
    return Found(tuple(records.values()))


def _parse(answer: Response) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    if answer.is_html or b"rate exceeded" in answer.body.strip()[:500].lower():
        raise ThrottledError("it takes us for a robot that asks too much")
    return parse_feed(answer.body)


def _announced(entry: _Entry, day: date) -> Record:
    """Read an item of the daily feed, `arXiv:2604.22002v1 Announce Type: new Abstract: ...`."""
    head, mark, abstract = (entry.summary or "").partition("Abstract:")
    announcement = entry.announcement
    if not mark or not head.startswith("arXiv:"):
        abstract = entry.summary or ""
    elif announcement is None:
        kind = head.partition("Announce Type:")[2].strip()
        announcement = Announcement(kind) if kind in set(Announcement) else None
    names = _names(entry)
    # The item's date is the announcement's and not the paper's: it is kept as the batch alone.
    paper = _paper(entry, entry.id.rpartition(":")[2], abstract.strip(), split_creators(names))
    return Record(paper, batch=day, announcement=announcement)


def _found(entry: _Entry) -> Record:
    paper = _paper(entry, entry.id, entry.summary or "", _names(entry))
    return Record(replace(paper, published_at=entry.published, updated_at=entry.updated))


def _names(entry: _Entry) -> list[str]:
    return [author.name for author in entry.authors or () if author and author.name]


def _paper(entry: _Entry, address: str, abstract: str, authors: Iterable[str]) -> Paper:
    paper_id = arxiv_id.parse(address)
    if paper_id is None:
        raise ValueError("the entry has no arXiv id")
    version = _VERSION.search(address)
    terms = [tag.term for tag in (entry.primary, *(entry.tags or ())) if tag and tag.term]
    withdrawn = _WITHDRAWN_COMMENT.search(entry.comment or "") or _WITHDRAWN_ABSTRACT.match(
        abstract
    )
    return Paper(
        id=paper_id,
        title=entry.title,
        abstract=abstract,
        # The daily feed has names in TeX (`Andr\'e`), the query API has them as they are written.
        authors=tuple(Author(readable(name) if "\\" in name else name) for name in authors),
        categories=tuple(dict.fromkeys(term for term in terms if _CATEGORY.fullmatch(term))),
        comment=entry.comment or None,
        doi=entry.doi or None,
        journal_ref=entry.journal_ref or entry.journal_reference or None,
        version=int(version[1]) if version else None,
        withdrawn_at=(entry.updated or entry.published) if withdrawn else None,
    )


def split_creators(creators: Iterable[str]) -> list[str]:
    """Split the names that the daily feed joins with commas; affiliations in brackets go."""
    depth = 0
    kept = ""
    for character in ", ".join(creators):
        depth += {"(": 1, ")": -1 if depth else 0}.get(character, 0)
        if not depth and character not in "()":
            kept += character
    names: list[str] = []
    for part in kept.split(","):
        name = fold(part)
        if names and name.lower().rstrip(".") in _SUFFIXES:
            names[-1] += f", {name}"
        elif name:
            names.append(name)
    return names
