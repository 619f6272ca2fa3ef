"""The pieces that cards and pages are put together from."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import discord
from discord import ui

from bot import limits
from bot.ui import text
from bot.ui.payloads import HeaderEntry
from papers import arxiv_id
from papers.trending import Reason

ACCENT: Final = discord.Colour(0xE8A33D)
"""The colour of what we post: an amber that stands on Discord's light and dark grounds."""
ALARM: Final = discord.Colour(0xC0392B)
"""The colour of what went wrong, and of withdrawn papers."""

AnyItem = ui.Item[Any]
AnyRow = ui.ActionRow[Any]

TITLES: Final = (100, 400)
"""The shortest and the longest that a title in a list gets, its link included."""
REASONS: Final = (34, 200)
"""The same for a reason: 34 still hold the votes and their growth."""
AIRY: Final = 12
"""Up to so many papers a list has components left for space between them."""


def picture_alt(title: str) -> str:
    """Return what a screen reader says of a paper's picture; `title` is as people read it."""
    return text.plain(f"Picture of the paper “{title}”", limits.MEDIA_DESCRIPTION)


def numbers(upvotes: int | None, stars: int | None = None, comments: int | None = None) -> str:
    """Return "▲ 118 · ★ 251 · 💬 4": what is known and not nothing."""
    known = (("▲", upvotes), ("★", stars), ("💬", comments))
    return " · ".join(f"{sign} {count:,}" for sign, count in known if count)


def reason_line(reason: Reason, limit: int) -> str:
    """Return why a paper stands where it stands, escaped; the last facts go if too long."""
    facts = reason.text(_emphasised, plain=text.escape, separator="\0").split("\0")
    while facts:
        line = " · ".join(facts)
        if text.length(line) <= limit:
            return line
        facts.pop()
    return text.escape(reason.text("{}".format), limit)


WITHDRAWN = "⚠️ Withdrawn by its authors"


def ranked_list(
    entries: Sequence[HeaderEntry], room: int
) -> list[ui.TextDisplay[Any] | ui.Separator[Any]]:
    """Return a ranked list inside `room` characters: reasons are shortened first, then titles."""

    titles = [text.plain(entry.title, TITLES[1]) for entry in entries]

    def lines(title: int, reason: int) -> list[str]:
        return [
            f"**{entry.rank}.** {text.link(whole, entry.url, title)}\n"
            f"-# {WITHDRAWN if entry.withdrawn else reason_line(entry.reason, reason)}"
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
    paper_id: str, *, repository: str | None, stars: int | None, project_page: str | None
) -> list[ui.Button[Any]]:
    """Return the link buttons of a paper: arXiv, PDF, Hugging Face, its code and its page."""
    links = [
        ("arXiv", arxiv_id.abs_url(paper_id)),
        ("PDF", arxiv_id.pdf_url(paper_id)),
        ("Hugging Face", arxiv_id.hf_url(paper_id)),
        (f"Code ★ {stars:,}" if stars else "Code", repository),
        ("Project", project_page),
    ]
    safe = ((label, text.safe_url(url)) for label, url in links)
    return [link_button(label, url) for label, url in safe if url]


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
