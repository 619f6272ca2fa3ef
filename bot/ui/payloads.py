"""What a message will say, frozen: stored with a post before anything is sent.

Rendering is a pure function of a payload, so a restart in the middle of a post sends the rest of
the same post. Texts in a payload are as people read them (LaTeX made readable, nothing escaped):
escaping and cutting is the renderer's business, since what fits depends on the whole message.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import Field

from bot import limits
from bot.ui.payload import Payload, Text
from bot.ui.roundup_payload import PostedBefore, RoundupPayload
from bot.ui.text import picture_url
from papers import paper_key
from papers.cadence import Every
from papers.model import Metrics, Paper
from papers.presentations import PRESENTATIONS
from papers.sources.declared import spoken
from papers.text import first_sentences, readable
from papers.trending import Ranked, Reason

AUTHORS_KEPT: Final = 8
"""Names kept of a paper's authors: some have three thousand, and a card names a handful."""
SUMMARY: Final = 420
"""Characters of summary on a card: about seven lines on a phone."""

_SAME_WEEK: Final = timedelta(days=7)
"""How far apart a paper's date and its thread's are at most where nobody needs to read both."""

_SECOND: Final = 2

_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")
"""What a thumbnail shows (discord.com/developers/docs/components/reference#thumbnail: images)."""


class HeaderEntry(Payload):
    """One line of a daily header: a paper in its place."""

    rank: int
    paper_id: str
    title: Text
    url: Text
    reason: Reason = Reason()
    withdrawn: bool = False
    """Whether its authors have withdrawn it since it was posted."""


class EditionPart(Payload):
    """What one thread shows of a conference."""

    name: Text
    """The conference and its year."""
    shown: int
    total: int
    """Papers that it has."""
    day: int
    """Which of the days it is whose threads show some of them, from 1."""
    days: int


class TrendingEntry(Payload):
    """A paper that trends on the Hub, as the overview names it."""

    paper_id: str
    title: Text
    url: Text
    upvotes: int | None = None
    stars: int | None = None
    posted: bool = False
    """Whether a thread of the channel had it."""
    since: date | None = None
    """The day of that thread, where it is known, or when an overview named the paper first; `None`
    of one that is new here."""


class HeaderPayload(Payload):
    """The header of a daily thread, or of a roundup, with its day or the last of its days."""

    day: date
    entries: tuple[HeaderEntry, ...] = Field(max_length=limits.HEADER_PAPERS)
    total: int | None = None
    """Papers in the whole batch, where the thread shows some of them."""
    late: Text | None = None
    """Why the post comes late, where it does: one sentence."""
    notes: tuple[Text, ...] = ()
    """What else to say above the list: the feed's filters, the sample."""
    footer: Text | None = None
    """What reacting does and where the library is."""
    updated_at: datetime | None = None
    """When the numbers were last refreshed; `None` as posted."""
    ping_role_id: int | None = None
    sources: tuple[Text, ...] = ()
    """The names of its sources, where these have no votes, without its conferences."""
    editions: tuple[EditionPart, ...] = ()
    """The conferences whose papers it shows."""
    roundup: RoundupPayload | None = None
    trending: tuple[TrendingEntry, ...] = ()
    """What trends on the Hub besides, as it was when the post was planned."""

    @property
    def every(self) -> Every:
        """The cadence: `DAY` for a thread, on whichever days it comes."""
        return Every.DAY if self.roundup is None else self.roundup.every

    def refreshed(
        self,
        metrics: Mapping[str, Metrics],
        *,
        now: datetime,
        hours: float,
        withdrawn: Collection[str] = (),
    ) -> Self:
        """Return the header with today's numbers and how they grew in the `hours` since the post.

        Papers keep their places, also those `withdrawn` since: the cards below are in that order.
        """
        fresh = (_refreshed(entry, metrics.get(entry.paper_id), hours) for entry in self.entries)
        return self.model_copy(
            update={
                "entries": tuple(
                    entry.model_copy(update={"withdrawn": entry.paper_id in withdrawn})
                    for entry in fresh
                ),
                "updated_at": now,
            }
        )


class CardPayload(Payload):
    """One paper's card."""

    paper_id: str
    title: Text
    rank: int | None = None
    """Its place in the thread, where it stands in one."""
    authors: tuple[Text, ...] = ()
    author_count: int = 0
    organization: Text | None = None
    summary: Text = ""
    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None
    repository: Text | None = None
    project_page: Text | None = None
    origin: Text | None = None
    """Where it appeared, other than on arXiv: `bioRxiv`, `ICLR 2026 oral`."""
    categories: tuple[Text, ...] = ()
    version: int | None = None
    """Its version there from the second on; of an arXiv paper `None`."""
    published: date | None = None
    """The day of its first version; in a thread only where that is long before the thread's."""
    reason: Reason | None = None
    thumbnail: Text | None = None
    """The address of a still picture beside the title, `None` where the source gave none."""
    withdrawn: bool = False
    folded: tuple[str, ...] = ()
    """The ids of near-duplicates that are listed behind a button."""
    saved_here: int | None = None
    """How many members of the server saved it, where the card is to say so."""
    posted: PostedBefore | None = None
    elsewhere: tuple[str, ...] = ()
    """Keys of the same work at other places: its conference's page, its arXiv version."""


class TagWish(Payload):
    """A tag that a post of a forum should get."""

    names: tuple[Text, ...]
    """Names that are as good, the one to create first."""
    create: bool = False
    """Whether it is created where the forum has none of them."""


def header_payload(
    day: date,
    ranked: Iterable[Ranked],
    *,
    total: int | None = None,
    late: str | None = None,
    notes: Iterable[str] = (),
    footer: str | None = None,
    ping_role_id: int | None = None,
    sources: Iterable[str] = (),
    editions: Iterable[EditionPart] = (),
) -> HeaderPayload:
    """Return the header of a day's thread over its papers, best first."""
    return HeaderPayload(
        day=day,
        entries=tuple(
            HeaderEntry(
                rank=place.position,
                paper_id=place.paper.id,
                title=readable(place.paper.title),
                url=paper_key.page_url(place.paper.id),
                reason=place.reason,
            )
            for place in ranked
        ),
        total=total,
        late=late,
        notes=tuple(notes),
        footer=footer,
        ping_role_id=ping_role_id,
        sources=tuple(sources),
        editions=tuple(editions),
    )


def card_payload(
    paper: Paper,
    metrics: Metrics | None = None,
    *,
    rank: int | None = None,
    reason: Reason | None = None,
) -> CardPayload:
    """Return the card of a paper with its numbers at this moment."""
    metrics = metrics or Metrics()
    return CardPayload(
        paper_id=paper.id,
        title=readable(paper.title),
        rank=rank,
        authors=tuple(readable(author.name) for author in paper.authors[:AUTHORS_KEPT]),
        author_count=len(paper.authors),
        organization=paper.organization,
        summary=summary_of(paper),
        upvotes=metrics.upvotes,
        comments=metrics.comments,
        stars=metrics.stars,
        repository=paper.repository,
        project_page=paper.project_page,
        origin=_origin(paper),
        categories=tuple(map(spoken, paper.categories)),
        version=_version(paper),
        published=paper.published_at.date() if paper.published_at else None,
        reason=reason,
        thumbnail=picture_of(paper),
        withdrawn=paper.withdrawn_at is not None,
    )


def ranked_card(
    ranked: Ranked, day: date, *, folded: Sequence[str] = (), saved_here: int | None = None
) -> CardPayload:
    """Return the card of a paper in the thread of a day, whose date goes without saying."""
    card = card_payload(ranked.paper, ranked.metrics, rank=ranked.position, reason=ranked.reason)
    card = card.model_copy(update={"folded": tuple(folded), "saved_here": saved_here})
    if card.published is None or abs(day - card.published) > _SAME_WEEK:
        return card
    return card.model_copy(update={"published": None})


def _origin(paper: Paper) -> str | None:
    where = paper.venue or paper.source
    shown = paper.kind if paper.kind in PRESENTATIONS else None
    return " ".join(filter(None, (where, shown))) or None


def origin_line(paper: Paper) -> str:
    """Return where a paper appeared, other than on arXiv: "bioRxiv · neuroscience · v2"."""
    where = _origin(paper)
    if where is None:
        return ""
    version = _version(paper)
    subjects = [spoken(each) for each in paper.categories if "/" in each]
    return " · ".join((where, *subjects[:1], *([f"v{version}"] if version else [])))


def _version(paper: Paper) -> int | None:
    return None if paper_key.is_arxiv(paper.id) or (paper.version or 0) < _SECOND else paper.version


def summary_of(paper: Paper, limit: int = SUMMARY) -> str:
    """Return the paper's summary, or the first sentences of its abstract, readable and short."""
    return first_sentences(readable(paper.summary or paper.abstract), limit)


def picture_of(paper: Paper) -> str | None:
    """Return the address of the picture for a paper's card, `None` without one.

    The first still or animated figure of its authors, else the Hub's thumbnail: a card's corner
    takes no video, and the thumbnail repeats the title.
    """
    # `urlsplit` raises for what is no address (`https://[`); `picture_url` returns none of those.
    for url in paper.media:
        if (safe := picture_url(url)) and urlsplit(safe).path.lower().endswith(_PICTURES):
            return url
    return paper.thumbnail if picture_url(paper.thumbnail) else None


def _refreshed(entry: HeaderEntry, metrics: Metrics | None, hours: float) -> HeaderEntry:
    if metrics is None:
        return entry
    before, now = entry.reason.upvotes, metrics.upvotes
    gained = now - before if now is not None and before is not None else None
    reason = replace(
        entry.reason,
        upvotes=before if now is None else now,
        gained=gained,
        since_hours=None if gained is None else hours,
        stars=entry.reason.stars if metrics.stars is None else metrics.stars,
        prior=None,
    )
    return entry.model_copy(update={"reason": reason})
