"""The words everything else is written in: a paper, its numbers at one moment, and a day's batch
of them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Author:
    """One author as the source names them; `username` is the Hugging Face account, if claimed."""

    name: str
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of one paper, keyed as `papers.paper_key` writes it, without a version.

    A source fills in what it has: `None` and empty tuples mean "not known here", never "has none",
    so that merging two sources' views keeps the richer one (see `merged`).
    """

    id: str
    title: str
    abstract: str = ""
    authors: tuple[Author, ...] = ()
    published_at: datetime | None = None
    categories: tuple[str, ...] = ()
    """The primary one first: arXiv's as they are, others behind their source's name, as in
    `biorxiv/neuroscience`."""
    summary: str | None = None
    """One or two sentences: the source's AI summary, or our own for the shipped sample."""
    keywords: tuple[str, ...] = ()
    organization: str | None = None
    repository: str | None = None
    project_page: str | None = None
    thumbnail: str | None = None
    media: tuple[str, ...] = ()
    submitter: str | None = None
    comment: str | None = None
    """The authors' comment on arXiv ("12 pages, accepted at ...")."""
    doi: str | None = None
    journal_ref: str | None = None
    version: int | None = None
    updated_at: datetime | None = None
    withdrawn_at: datetime | None = None
    linked_models: int | None = None
    linked_datasets: int | None = None
    linked_spaces: int | None = None
    source: str | None = None
    """Where it was listed, other than on arXiv and the Hub, such as `bioRxiv`."""
    venue: str | None = None
    """The journal, or the conference and its year."""
    kind: str | None = None
    """What it is there: `preprint`, `article`, `oral`, `poster`."""
    licence: str | None = None
    """The licence as its source writes it, such as `cc_by` or `cc_no`."""

    def merged(self, newer: "Paper") -> "Paper":
        """Return this paper with every field that `newer` knows taken from it.

        Raises:
            ValueError: the two are not the same paper.
        """
        if newer.id != self.id:
            raise ValueError(f"cannot merge {newer.id} into {self.id}")
        return Paper(
            **{
                name: new if new not in (None, (), "") else getattr(self, name)
                for name in self.__slots__
                for new in (getattr(newer, name),)
            }
        )


@dataclass(frozen=True, slots=True)
class Metrics:
    """A paper's numbers at one moment; `None` where the source does not report it."""

    upvotes: int | None = None
    stars: int | None = None
    comments: int | None = None


class Announcement(StrEnum):
    """How arXiv announced a paper on a day (`arxiv:announce_type`)."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


@dataclass(frozen=True, slots=True)
class Record:
    """One paper as one source gave it: the paper, its numbers, and the batch it belongs to, if
    any."""

    paper: Paper
    metrics: Metrics = field(default_factory=Metrics)
    batch: date | None = None
    announcement: Announcement | None = None
    aliases: tuple[str, ...] = ()
    """Keys that the source says are of the same work: a preprint's journal article, say."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A source's whole answer for one Daily Papers day, in the source's own order.

    `broken` counts records that could not be read; an empty `records` with `broken == 0` is a
    confirmed empty day, not a failure (a failure is a `SourceError`).
    """

    day: date
    records: tuple[Record, ...]
    broken: int = 0
