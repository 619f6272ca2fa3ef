"""What a source other than arXiv and the Hub says of one paper, whichever source it is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Final

from papers.model import Announcement, Author, Batch, Paper, Record

MOST_OF_PROCEEDINGS: Final = 12_000
"""Papers of one batch: twice as many as the largest conference had (ICML 2026: 6,628)."""


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """One paper as one source lists it; `None` and empty mean that the source does not say."""

    key: str
    """`doi:10.1101/2026.07.13.738145`: without a version, and never changed."""
    source: str
    """The name of the server or journal that people see, such as `bioRxiv`."""
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    """Plain text, paragraphs apart."""
    categories: tuple[str, ...] = ()
    """With their source: `biorxiv/neuroscience` (`papers.sources.declared.code_of`)."""
    day: date | None = None
    """The day of this version."""
    first_day: date | None = None
    """The day of the first version, where it is known."""
    version: int | None = None
    licence: str | None = None
    """As the source writes it: `cc_by`, or an address."""
    venue: str | None = None
    """The journal, or the conference and its year."""
    kind: str | None = None
    """`preprint`, `article`, `proceedings`, or one of `papers.presentations`."""
    published_doi: str | None = None
    """The DOI of the journal article that a preprint became."""
    withdrawn: bool = False
    aliases: tuple[str, ...] = ()
    """Other keys of the same work, as the source states them."""

    def record(self, batch: date | None = None, *, new: bool = True) -> Record:
        """Return the record as the database takes it, new or revised on the day of the batch."""
        first = self.first_day or (self.day if self.version in (None, 1) else None)
        paper = Paper(
            id=self.key,
            title=self.title,
            abstract=self.abstract,
            authors=tuple(map(Author, self.authors)),
            published_at=_midnight(first),
            categories=self.categories,
            doi=self.published_doi,
            version=self.version,
            updated_at=_midnight(self.day),
            withdrawn_at=_midnight(self.day) if self.withdrawn else None,
            source=self.source,
            venue=self.venue,
            kind=self.kind,
            licence=self.licence,
        )
        announcement = Announcement.NEW if new else Announcement.REPLACE
        return Record(
            paper,
            batch=batch,
            announcement=announcement if batch else None,
            aliases=self.aliases,
        )


@dataclass(frozen=True, slots=True)
class Proceedings:
    """What a conference or a volume has, which comes at once and is known for good."""

    venue: str
    """The conference and its year, such as `ICLR 2026`."""
    papers: tuple[ListedPaper, ...]
    """The best first, as `papers.presentations` has it."""
    broken: int = 0
    """Rows that could not be read."""
    last: date | None = None
    """The last day of the conference, where it is known."""

    def seen(self, today: date) -> "Proceedings":
        """Return the papers with `today` as their day where they would have a later one, or none:
        a programme is out before its conference."""
        papers = (
            replace(paper, first_day=min(paper.first_day or today, today)) for paper in self.papers
        )
        return replace(self, papers=tuple(papers))

    def batch(self, day: date, most: int = MOST_OF_PROCEEDINGS) -> Batch:
        """Return the first `most` papers as one batch of the day on which they were seen."""
        records = tuple(paper.record(day) for paper in self.papers[:most])
        return Batch(day, records, self.broken)


def newest(papers: Iterable[ListedPaper]) -> tuple[ListedPaper, ...]:
    """Return each paper once, in its newest version, with the day of the first one."""
    found: dict[str, ListedPaper] = {}
    for paper in papers:
        before = found.setdefault(paper.key, paper)
        later, earlier = (
            (paper, before) if (paper.version or 0) >= (before.version or 0) else (before, paper)
        )
        found[paper.key] = replace(
            later,
            first_day=later.first_day or earlier.first_day,
            abstract=later.abstract or earlier.abstract,
            published_doi=later.published_doi or earlier.published_doi,
            withdrawn=later.withdrawn,
        )
    return tuple(found.values())


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
