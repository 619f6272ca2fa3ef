"""Pages of papers: search results, libraries, similar papers, trending lists.

What turns, sorts or opens things comes in as DynamicItems; a page is built afresh for every edit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import ngettext, short_date
from bot.ui import text
from bot.ui.parts import ACCENT, AnyItem, AnyRow, numbers, page_button, ranked_list, rows
from bot.ui.payloads import HeaderEntry, origin_line
from papers import paper_key
from papers.model import Metrics, Paper
from papers.text import readable

_HEADING: Final = 200
_NOTES: Final = 400
_TITLE: Final = 220
_TITLE_BESIDE_SECTION: Final = 110
_ABOUT: Final = 130
_ORIGIN: Final = 80
_REPOSITORY: Final = 100
_HIT_NOTES: Final = 110
_EXTRA: Final = 190


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a passage; `matched` pieces are shown bold."""

    text: str
    matched: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One paper of a page. Texts are as people read them, nothing escaped."""

    paper_id: str
    title: str
    authors: tuple[str, ...] = ()
    origin: str = ""
    """Where it appeared, other than on arXiv: "bioRxiv · neuroscience · v2"."""
    published: date | None = None
    upvotes: int | None = None
    stars: int | None = None
    repository: str | None = None
    passage: tuple[Fragment, ...] = ()
    """The text that matched, or a summary."""
    notes: tuple[str, ...] = ()
    """What else to say, a line each: why it is similar, a person's note, when it was saved."""
    mark: str = ""
    """An emoji after the title: read, unread."""
    extra: str = ""
    """A line in markdown of our own making: when and where it was saved."""
    folded: tuple[str, ...] = ()
    """The ids of near-duplicates that a button under the page lists."""


@dataclass(frozen=True, slots=True)
class HitsPage:
    """One page of hits and what stands around them."""

    title: str
    hits: tuple[Hit, ...]
    first: int = 1
    """The number of the first hit, over all pages."""
    total: int | None = None
    notes: tuple[str, ...] = ()
    """Lines under the title: which sources answered, how the query was read."""
    section: str = ""
    """Markdown of our own making after the hits, such as news about saved papers: at most 1,100
    characters where there are hits."""
    footer: str = ""


def hit_of(
    paper: Paper,
    metrics: Metrics | None = None,
    *,
    passage: Sequence[Fragment] = (),
    notes: Sequence[str] = (),
    mark: str = "",
    extra: str = "",
    folded: Sequence[str] = (),
) -> Hit:
    """Return a paper as a hit, its title readable."""
    metrics = metrics or Metrics()
    return Hit(
        paper_id=paper.id,
        title=readable(paper.title),
        authors=tuple(author.name for author in paper.authors),
        origin=origin_line(paper),
        published=paper.published_at.date() if paper.published_at else None,
        upvotes=metrics.upvotes,
        stars=metrics.stars,
        repository=paper.repository,
        passage=tuple(passage),
        notes=tuple(notes),
        mark=mark,
        extra=extra,
        folded=tuple(folded),
    )


def render_hits(
    page: HitsPage,
    *,
    accessory: Callable[[Hit], AnyItem] | None = None,
    select: AnyItem | None = None,
    buttons: Sequence[AnyItem] = (),
) -> ui.LayoutView:
    """Return a page of at most `limits.PAGE_HITS` hits.

    Args:
        page: what to show.
        accessory: builds the item beside a hit (a DynamicItem such as Save); a link to arXiv when
            there is none.
        select: a DynamicItem over the page's hits.
        buttons: up to ten DynamicItems and link buttons that turn, sort and refine.

    Raises:
        ValueError: there are more hits or items than a message holds.
    """
    if len(page.hits) > limits.PAGE_HITS:
        raise ValueError(f"{len(page.hits)} hits do not fit on a page")
    opening = _heading(page)
    footer = f"-# {text.escape(page.footer, _HEADING)}" if page.footer else ""
    container = ui.Container[ui.LayoutView](ui.TextDisplay(opening), accent_colour=ACCENT)
    around = (opening, page.section, footer)
    room = limits.LAYOUT_CHARACTERS - sum(map(text.length, around))
    title = _TITLE_BESIDE_SECTION if page.section else _TITLE
    for position, hit in enumerate(page.hits):
        beside = accessory(hit) if accessory else page_button(hit.paper_id)
        shown = _hit(hit, page.first + position, room // len(page.hits), title)
        container.add_item(ui.Separator())
        container.add_item(ui.Section[ui.LayoutView](shown, accessory=beside))
    if page.section:
        container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay(page.section))
    if footer:
        container.add_item(ui.TextDisplay(footer))
    return _with_controls(container, select, buttons)


def render_list(
    title: str,
    entries: Sequence[HeaderEntry],
    *,
    notes: Iterable[str] = (),
    select: AnyItem | None = None,
    buttons: Sequence[AnyItem] = (),
) -> ui.LayoutView:
    """Return a ranked list, as the header of a daily thread shows it: ten to a page."""
    opening = "\n".join((f"## {text.escape(title, _HEADING) or '…'}", *_note_lines(notes)))
    container = ui.Container[ui.LayoutView](ui.TextDisplay(opening), accent_colour=ACCENT)
    container.add_item(ui.Separator())
    for item in ranked_list(entries, limits.LAYOUT_CHARACTERS - text.length(opening)):
        container.add_item(item)
    return _with_controls(container, select, buttons)


def highlighted(passage: Iterable[Fragment], limit: int) -> str:
    """Return a passage with what matched in bold, cut to `limit`."""
    parts: list[str] = []
    for matched, fragments in groupby(passage, key=lambda fragment: fragment.matched):
        raw = "".join(fragment.text for fragment in fragments)
        escaped = text.escape(raw)
        # Discord takes asterisks beside punctuation for emphasis or not as the mood takes it.
        if matched and escaped[:1].isalnum() and escaped[-1:].isalnum():
            escaped = f"**{escaped}**"
        parts.append(f"{' ' * raw[:1].isspace()}{escaped}{' ' * raw[-1:].isspace()}")
    return text.clip(" ".join("".join(parts).split()), limit)


def _hit(hit: Hit, number: int, room: int, title: int) -> str:
    url = paper_key.page_url(hit.paper_id)
    mark = f" {text.escape(hit.mark, 8)}" if hit.mark else ""
    lines = [f"**{number}. {text.link(hit.title, url, title)}**{mark}", f"-# {_about(hit)}"]
    if hit.extra:
        lines.append(f"-# {text.clip(hit.extra, _EXTRA)}")
    notes = text.clip("\n".join(_note_lines(hit.notes)), _HIT_NOTES)
    left = room - sum(map(text.length, (*lines, notes))) - len("\n\n\n> ")
    if passage := highlighted(hit.passage, left):
        lines.append(f"> {passage}")
    return "\n".join((*lines, notes) if notes else lines)


def _about(hit: Hit) -> str:
    people = text.escape(text.people(hit.authors, 2), _ABOUT // 2)
    origin = text.escape(hit.origin, _ORIGIN)
    published = short_date(hit.published) if hit.published else ""
    code = text.link(_("code"), hit.repository, _REPOSITORY) if hit.repository else ""
    folded = ""
    if hit.folded:
        folded = ngettext(
            "and {count} more about this", "and {count} more about this", len(hit.folded)
        )
    about = (people, origin, published, numbers(hit.upvotes, hit.stars), code, folded)
    return " · ".join(filter(None, about)) or hit.paper_id


def _heading(page: HitsPage) -> str:
    title = f"### {text.escape(page.title, _HEADING) or '…'}"
    last = page.first + len(page.hits) - 1
    counted = ""
    if page.total and last > page.first:
        counted = "-# " + ngettext(
            "{first} to {last} of {count} paper",
            "{first} to {last} of {count} papers",
            page.total,
            first=page.first,
            last=last,
        )
    elif page.total and page.hits:
        counted = "-# " + _("Paper {number} of {count}", number=last, count=page.total)
    return "\n".join(filter(None, (title, counted, *_note_lines(page.notes))))


def _note_lines(notes: Iterable[str]) -> list[str]:
    escaped = (text.escape(note, _HEADING) for note in notes)
    whole = "\n".join(f"-# {note}" for note in escaped if note)
    return text.clip(whole, _NOTES).split("\n") if whole else []


def _with_controls(
    container: ui.Container[ui.LayoutView], select: AnyItem | None, buttons: Sequence[AnyItem]
) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None).add_item(container)
    controls: list[AnyRow] = rows((*((select,) if select else ()), *buttons))
    for row in controls:
        view.add_item(row)
    return view
