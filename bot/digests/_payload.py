"""What a digest will say, frozen before anything is sent; and how its pages look."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from discord import ui

from bot import limits
from bot.ui.pages import Fragment, Hit, HitsPage, render_hits
from bot.ui.parts import AnyItem, day_in_words
from bot.ui.payloads import Payload, summary_of
from bot.ui.save import SaveButton
from bot.ui.text import plural
from papers.text import readable
from storage.papers import StoredPaper

PAGE: Final = limits.PAGE_HITS
LONGEST: Final = 25
"""Papers in one digest, all pages together; what is left waits for the next."""
_SUMMARY: Final = 240


class DigestEntry(Payload):
    """One paper of a digest, and why it is there."""

    paper_id: str
    title: str
    authors: tuple[str, ...] = ()
    published: date | None = None
    upvotes: int | None = None
    stars: int | None = None
    repository: str | None = None
    summary: str = ""
    topic: str
    reason: str


class DigestPayload(Payload):
    """One person's papers of one day, best first."""

    day: date
    entries: tuple[DigestEntry, ...]
    topics: int = 1
    """How many topics the person follows."""

    @property
    def title(self) -> str:
        """The first line, by which a digest is known again after a restart."""
        return title_of(self.day)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-len(self.entries) // PAGE))


def title_of(day: date) -> str:
    """Return the first line of a day's digest."""
    return f"Your papers of {day_in_words(day)}"


def entry_of(paper: StoredPaper, *, topic: str, reason: str) -> DigestEntry:
    """Return a paper as an entry, its texts readable."""
    known = paper.paper
    return DigestEntry(
        paper_id=known.id,
        title=readable(known.title),
        authors=tuple(author.name for author in known.authors[:8]),
        published=known.published_at.date() if known.published_at else None,
        upvotes=paper.metrics.upvotes,
        stars=paper.metrics.stars,
        repository=known.repository,
        summary=summary_of(known, _SUMMARY),
        topic=topic,
        reason=reason,
    )


def render_entries(
    title: str,
    entries: Sequence[DigestEntry],
    *,
    page: int = 0,
    notes: Sequence[str] = (),
    buttons: Sequence[AnyItem] = (),
    footer: str = "",
) -> ui.LayoutView:
    """Return a page of entries, each with its reason and a Save button."""
    shown = entries[page * PAGE : (page + 1) * PAGE]
    return render_hits(
        HitsPage(
            title=title,
            hits=tuple(map(_hit, shown)),
            first=page * PAGE + 1,
            total=len(entries),
            notes=tuple(notes),
            footer=footer,
        ),
        accessory=lambda hit: SaveButton(hit.paper_id),
        buttons=buttons,
    )


def why(topics: int) -> str:
    """Say why the message came, and what reacting to it does."""
    return (
        f"You get this because you follow {plural(topics, 'topic')}."
        " 🔖 on this message saves every paper in it."
    )


def _hit(entry: DigestEntry) -> Hit:
    return Hit(
        paper_id=entry.paper_id,
        title=entry.title,
        authors=entry.authors,
        published=entry.published,
        upvotes=entry.upvotes,
        stars=entry.stars,
        repository=entry.repository,
        passage=(Fragment(entry.summary),) if entry.summary else (),
        notes=(f"{entry.topic}: {entry.reason}",),
    )
