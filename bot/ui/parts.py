"""The pieces that cards and pages are put together from."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import ngettext, quoted, translated
from bot.ui import text
from bot.ui.payloads import HeaderEntry
from papers import arxiv_id, paper_key
from papers.trending import Reason

ACCENT: Final = discord.Colour(0xE8A33D)
"""The colour of what we post: an amber that stands on Discord's light and dark grounds."""
ALARM: Final = discord.Colour(0xC0392B)
"""The colour of what went wrong, and of withdrawn papers."""

AnyItem = ui.Item[Any]
AnyRow = ui.ActionRow[Any]

TITLES: Final = (100, 400)
"""The shortest and the longest that a title in a list gets, its link included."""
REASONS: Final = (44, 200)
"""The same for a reason: 44 still hold the upvotes and their growth, in any language."""
AIRY: Final = 12
"""Up to so many papers a list has components left for space between them."""


def picture_alt(title: str) -> str:
    """Return what a screen reader says of a paper's picture; `title` is as people read it."""
    return text.plain(_("Picture from the paper “{title}”", title=title), limits.MEDIA_DESCRIPTION)


def numbers(upvotes: int | None, stars: int | None = None, comments: int | None = None) -> str:
    """Return "118 upvotes · 251 stars · 4 comments": what is known and not nothing."""
    facts: list[str] = []
    if upvotes:
        facts.append(ngettext("{count} upvote", "{count} upvotes", upvotes))
    if stars:
        facts.append(ngettext("{count} star", "{count} stars", stars))
    if comments:
        facts.append(ngettext("{count} comment", "{count} comments", comments))
    return " · ".join(facts)


def reason_line(reason: Reason, limit: int) -> str:
    """Return why a paper stands where it stands, escaped; the last facts go if too long."""
    facts = [translated(fact) for fact in reason.facts(_emphasised, text.escape)]
    while facts:
        line = " · ".join(facts)
        if text.length(line) <= limit:
            return line
        facts.pop()
    return text.escape(reason_text(reason), limit)


def reason_text(reason: Reason) -> str:
    """Return the same as plain text, whatever its length: to be escaped where it is shown."""
    return " · ".join(translated(fact) for fact in reason.facts(quoted, str))


def withdrawn_line() -> str:
    """Return what stands in the place of a withdrawn paper's numbers."""
    return _("Withdrawn by its authors ⚠️")


def ranked_list(
    entries: Sequence[HeaderEntry], room: int
) -> list[ui.TextDisplay[Any] | ui.Separator[Any]]:
    """Return a ranked list inside `room` characters: reasons are shortened first, then titles."""

    titles = [text.plain(entry.title, TITLES[1]) for entry in entries]

    def lines(title: int, reason: int) -> list[str]:
        return [
            f"**{entry.rank}.** {text.link(whole, entry.url, title)}\n"
            f"-# {withdrawn_line() if entry.withdrawn else reason_line(entry.reason, reason)}"
            for entry, whole in zip(entries, titles, strict=True)
        ]

    def fits(title: int, reason: int) -> bool:
        return sum(map(text.length, lines(title, reason))) <= room

    reason = _largest(*REASONS, lambda size: fits(TITLES[1], size))
    title = _largest(*TITLES, lambda size: fits(size, reason))
    items: list[ui.TextDisplay[Any] | ui.Separator[Any]] = []
    for line in lines(title, reason):
        if items and len(entries) <= AIRY:
            items.append(ui.Separator(visible=False))
        items.append(ui.TextDisplay(line))
    return items


def paper_links(
    paper_id: str,
    *,
    repository: str | None,
    project_page: str | None,
    elsewhere: Iterable[str] = (),
) -> list[ui.Button[Any]]:
    """Return the link buttons of a paper: its abstract, code and page; of an arXiv paper also its
    PDF and the Hub's page. `elsewhere` has the same work's keys at other places."""
    on_arxiv = paper_key.is_arxiv(paper_id)
    links = [
        (_("Abstract"), paper_key.page_url(paper_id)),
        *((paper_key.site(key), paper_key.page_url(key)) for key in elsewhere),
        ("PDF", arxiv_id.pdf_url(paper_id) if on_arxiv else None),
        (_("Code"), repository),
        (_("Project"), project_page),
        ("HF", arxiv_id.hf_url(paper_id) if on_arxiv else None),
    ]
    safe = ((label, text.safe_url(url)) for label, url in links)
    return [link_button(label, url) for label, url in safe if url]


def page_button(paper_id: str) -> ui.Button[Any]:
    """Return the button that opens a paper's page, named after where it leads."""
    return link_button(paper_key.site(paper_id), paper_key.page_url(paper_id))


def link_button(label: str, url: str) -> ui.Button[Any]:
    """Return a button that opens an address, which must be a safe one (`bot.ui.text.safe_url`)."""
    return ui.Button(label=text.plain(label, limits.BUTTON_LABEL), url=url)


def rows(items: Iterable[AnyItem]) -> list[AnyRow]:
    """Return the items in action rows, in order: five buttons to a row, a select alone."""
    found: list[AnyRow] = []
    room = 0
    for item in items:
        if item.width > room:
            found.append(ui.ActionRow())
            room = limits.ROW_BUTTONS
        found[-1].add_item(item)
        room -= item.width
    return found


def _emphasised(word: str) -> str:
    escaped = text.escape(word)
    return f"*{escaped}*" if escaped else ""


def _largest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """Return the largest size up to `high` that fits, `low` when none does."""
    if fits(high):
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if fits(middle):
            low = middle
        else:
            high = middle
    return low
