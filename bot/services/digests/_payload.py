"""What a digest will say, frozen before anything is sent; and how its pages look."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from discord import ui
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import limits
from bot.i18n import ENGLISH, long_date, ngettext, sentences
from bot.i18n import gettext as _
from bot.interactions.folded_button import folded_on_page
from bot.interactions.save_buttons import SaveButton
from bot.services.hidden import NotForMe
from bot.ui.news import NewsEntry
from bot.ui.pages import Fragment, Hit, HitsPage, render_hits
from bot.ui.parts import AnyItem
from bot.ui.payload import Payload
from bot.ui.payloads import origin_line, summary_of
from papers.text import readable
from storage.papers import StoredPaper, get_many

PAGE: Final = limits.PAGE_HITS
LONGEST: Final = 25
"""Papers in one digest, all pages together; the others stand behind a button."""
MAX_MORE: Final = 475
"""Papers behind that button: with those of the digest, 500 of one day."""
_SUMMARY: Final = 240


class DigestEntry(Payload):
    """One paper of a digest, and why it is there."""

    paper_id: str
    title: str
    authors: tuple[str, ...] = ()
    origin: str = ""
    """Where it appeared, other than on arXiv."""
    published: date | None = None
    upvotes: int | None = None
    stars: int | None = None
    repository: str | None = None
    summary: str = ""
    topic: str
    """The topic that brought it; the name of a list for a pick, none if the reason says it."""
    reason: str
    is_pick: bool = False
    """Whether it comes because of a list."""
    folded: tuple[str, ...] = ()
    """The ids of near-duplicates that a button under the page lists."""


class MoreEntry(Payload):
    """A paper that did not fit into a digest; the rest is looked up when the reader asks for it."""

    paper_id: str
    topic: str
    reason: str
    news_id: int | None = None
    """The news that it is, in an inbox."""
    folded: tuple[str, ...] = ()
    """As of an entry."""


class DigestPayload(Payload):
    """One person's papers of one day, best first."""

    day: date
    entries: tuple[DigestEntry, ...]
    topics: int = 1
    """How many topics the person follows."""
    more: tuple[MoreEntry, ...] = ()
    """What matched besides and is shown on demand."""
    left_out: int = 0
    """How many more matched than even that holds."""
    news: tuple[NewsEntry, ...] = ()
    """What became of papers that the person saved."""
    news_left: int = 0
    """How many more pieces of news wait in the inbox."""
    language: str = ENGLISH.code
    """The code of the language that it is written in."""

    @property
    def title(self) -> str:
        """The first line, by which a digest is known again after a restart."""
        return title_of(self.day)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to bring."""
        return not self.entries and not self.news

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-len(self.entries) // PAGE))

    @property
    def paper_ids(self) -> list[str]:
        """Every paper that the digest brings, shown at once or on demand."""
        entries = (*self.entries, *self.more)
        return [entry.paper_id for entry in entries] + [
            paper_id for entry in entries for paper_id in entry.folded
        ]

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands above the entries: how many papers they are not."""
        if not self.more:
            return ()
        notes = [ngettext("{count} more paper", "{count} more papers", len(self.more))]
        if self.left_out:
            notes.append(
                ngettext("{count} paper left out", "{count} papers left out", self.left_out)
            )
        return (" · ".join(notes),)


def title_of(day: date) -> str:
    """Return the first line of a day's digest."""
    return _("Your papers of {day}", day=long_date(day))


def entry_of(
    paper: StoredPaper,
    *,
    topic: str,
    reason: str,
    is_pick: bool = False,
    folded: Sequence[str] = (),
) -> DigestEntry:
    """Return a paper as an entry, its texts readable."""
    known = paper.paper
    return DigestEntry(
        paper_id=known.id,
        title=readable(known.title),
        authors=tuple(author.name for author in known.authors[:8]),
        origin=origin_line(known),
        published=known.published_at.date() if known.published_at else None,
        upvotes=paper.metrics.upvotes,
        stars=paper.metrics.stars,
        repository=known.repository,
        summary=summary_of(known, _SUMMARY),
        topic=topic,
        reason=reason,
        is_pick=is_pick,
        folded=tuple(folded),
    )


async def page_of(
    conn: AsyncConnection, entries: Sequence[DigestEntry | MoreEntry], page: int
) -> list[DigestEntry]:
    """Return one page of entries, those that are only named looked up; unknown papers are left out.

    Pass it to `render_entries` together with the `total`.
    """
    shown = entries[page * PAGE : (page + 1) * PAGE]
    known = await get_many(conn, [each.paper_id for each in shown if isinstance(each, MoreEntry)])
    return [
        each
        if isinstance(each, DigestEntry)
        else entry_of(
            known[each.paper_id], topic=each.topic, reason=each.reason, folded=each.folded
        )
        for each in shown
        if isinstance(each, DigestEntry) or each.paper_id in known
    ]


def render_entries(
    title: str,
    entries: Sequence[DigestEntry],
    *,
    page: int = 0,
    total: int | None = None,
    notes: Sequence[str] = (),
    buttons: Sequence[AnyItem] = (),
    section: str = "",
    footer: str = "",
    kept: Collection[str] = (),
    refusable: bool = True,
) -> ui.LayoutView:
    """Return a page of entries, each with its reason and a Save button.

    With a `total`, the entries are those of the page only. The `section` is markdown after them.
    All papers but those `kept` can be refused, on a page that is `refusable`.
    """
    shown = entries[page * PAGE : (page + 1) * PAGE] if total is None else entries
    hits = tuple(map(_hit, shown))
    refused = [
        (number, entry.paper_id, entry.title)
        for number, entry in enumerate(shown, page * PAGE + 1)
        if refusable and entry.paper_id not in kept
    ]
    return render_hits(
        HitsPage(
            title=title,
            hits=hits,
            first=page * PAGE + 1,
            total=len(entries) if total is None else total,
            notes=tuple(notes),
            section=section,
            footer=footer,
        ),
        accessory=lambda hit: SaveButton(hit.paper_id),
        select=NotForMe(refused) if refused else None,
        buttons=[*buttons, *folded_on_page(hits)],
    )


def why(payload: DigestPayload) -> str:
    """Say why the message came, and what reacting to it does."""
    if not payload.entries:
        return _("You get this because you saved these papers.")
    if all(entry.is_pick for entry in payload.entries):
        because = _("You get this because of the papers on your lists.")
    else:
        because = ngettext(
            "You get this because you follow {count} topic.",
            "You get this because you follow {count} topics.",
            payload.topics,
        )
    return sentences(because, _("React with 🔖 to save every paper here."))


def _hit(entry: DigestEntry) -> Hit:
    return Hit(
        paper_id=entry.paper_id,
        title=entry.title,
        authors=entry.authors,
        origin=entry.origin,
        published=entry.published,
        upvotes=entry.upvotes,
        stars=entry.stars,
        repository=entry.repository,
        passage=(Fragment(entry.summary),) if entry.summary else (),
        notes=(_reason(entry),),
        folded=entry.folded,
    )


def _reason(entry: DigestEntry) -> str:
    if not entry.topic:
        return entry.reason
    if entry.is_pick:
        return _("Because of {list}: {reason}", list=entry.topic, reason=entry.reason)
    return _("{topic}: {reason}", topic=entry.topic, reason=entry.reason)
