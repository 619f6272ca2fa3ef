"""The daily thread: a header that lists the day's papers, and one card per paper.

Pure functions of frozen payloads. Each call makes a fresh view of nothing but link buttons and the
DynamicItems passed in (discord.py forgets a DynamicItem class, bot-wide, when a view that mixes it
with plain callback items stops; `discord/ui/view.py`, `ViewStore.remove_view`).
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from discord import ui

from bot import limits
from bot.ui import text
from bot.ui.parts import (
    ACCENT,
    ALARM,
    AnyItem,
    day_in_words,
    numbers,
    paper_links,
    reason_line,
    rows,
    short_day,
)
from bot.ui.payloads import (
    CardPayload,
    HeaderEntry,
    HeaderPayload,
    card_payload,
    header_payload,
    ranked_card,
)
from papers import arxiv_id

__all__ = [
    "CardPayload",
    "HeaderEntry",
    "HeaderPayload",
    "card_payload",
    "header_payload",
    "ranked_card",
    "render_card",
    "render_header",
    "thread_name",
]

_LINE: Final = 200
_NOTES: Final = 300
_TITLES: Final = (100, 400)
"""The shortest and the longest that a title of the header gets, its link included."""
_REASONS: Final = (28, 200)
"""The same for a reason: 28 still hold the votes and their growth."""

_CARD_TITLE: Final = 400
_CARD_PEOPLE: Final = 240
_CARD_SUMMARY: Final = 900
_CATEGORIES: Final = 4


def thread_name(day: date) -> str:
    """Return the name of a day's thread."""
    return text.plain(f"Papers of {day_in_words(day)}", limits.THREAD_NAME)


def render_header(payload: HeaderPayload) -> ui.LayoutView:
    """Return the header message: the day, the ranked list, what reacting does.

    Where the papers do not fit into Discord's characters, reasons are shortened first, then titles.
    """
    opening = _opening(payload)
    closing = f"-# {text.escape(payload.footer, _LINE)}" if payload.footer else ""
    ping = "" if payload.ping_role_id is None else f"<@&{payload.ping_role_id}>"
    spent = sum(map(text.length, (opening, closing, ping)))

    container = ui.Container[ui.LayoutView](ui.TextDisplay(opening), accent_colour=ACCENT)
    container.add_item(ui.Separator())
    for entry in _fitted(payload.entries, limits.LAYOUT_CHARACTERS - spent):
        container.add_item(ui.TextDisplay(entry))
    if closing:
        container.add_item(ui.Separator()).add_item(ui.TextDisplay(closing))
    view = ui.LayoutView(timeout=None)
    if ping:
        view.add_item(ui.TextDisplay(ping))
    return view.add_item(container)


def render_card(payload: CardPayload, *, actions: Sequence[AnyItem] = ()) -> ui.LayoutView:
    """Return one paper's card, with `actions` (DynamicItems) in rows of their own."""
    container = ui.Container[ui.LayoutView](accent_colour=ALARM if payload.withdrawn else ACCENT)
    opening = "\n".join(filter(None, (_title(payload), _people(payload))))
    thumbnail = text.safe_url(payload.thumbnail, limits.MEDIA_URL)
    if thumbnail:
        container.add_item(
            ui.Section[ui.LayoutView](opening, accessory=ui.Thumbnail[ui.LayoutView](thumbnail))
        )
    else:
        container.add_item(ui.TextDisplay(opening))
    if summary := text.escape(payload.summary, _CARD_SUMMARY):
        container.add_item(ui.TextDisplay(summary))
    if facts := _facts(payload):
        container.add_item(ui.TextDisplay(facts))
    links = paper_links(
        payload.paper_id,
        repository=payload.repository,
        stars=payload.stars,
        project_page=payload.project_page,
    )
    for row in (*rows(links), *rows(actions)):
        container.add_item(row)
    return ui.LayoutView(timeout=None).add_item(container)


def _opening(payload: HeaderPayload) -> str:
    lines = [f"## Papers of {day_in_words(payload.day)}"]
    lead = text.plural(len(payload.entries), "paper")
    if payload.total and payload.total > len(payload.entries):
        lead = (
            f"The {len(payload.entries)} of {text.plural(payload.total, 'paper')} people vote for"
        )
    if payload.updated_at:
        lead += f" · votes as of {text.timestamp(payload.updated_at, 'R')}"
    lines.append(lead)
    if payload.late:
        lines.append(f"⏰ {text.escape(payload.late, _LINE)}")
    notes = "\n".join(f"-# {text.escape(note, _LINE)}" for note in payload.notes)
    if notes:
        lines.append(text.clip(notes, _NOTES))
    return "\n".join(lines)


def _fitted(entries: Sequence[HeaderEntry], room: int) -> list[str]:
    def lines(title: int, reason: int) -> list[str]:
        return [_entry(entry, title, reason) for entry in entries]

    def fits(title: int, reason: int) -> bool:
        return sum(map(text.length, lines(title, reason))) <= room

    reason = _largest(*_REASONS, lambda size: fits(_TITLES[1], size))
    return lines(_largest(*_TITLES, lambda size: fits(size, reason)), reason)


def _entry(entry: HeaderEntry, title: int, reason: int) -> str:
    return (
        f"**{entry.rank}.** {text.link(entry.title, entry.url, title)}\n"
        f"-# {reason_line(entry.reason, reason)}"
    )


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


def _title(payload: CardPayload) -> str:
    rank = "" if payload.rank is None else f"{payload.rank} · "
    url = arxiv_id.abs_url(payload.paper_id)
    return f"### {rank}{text.link(payload.title, url, _CARD_TITLE)}"


def _people(payload: CardPayload) -> str:
    known = text.people(payload.authors, total=payload.author_count)
    authors = text.escape(known, _CARD_PEOPLE)
    organization = text.escape(payload.organization or "", _CARD_PEOPLE)
    return " · ".join(filter(None, (authors, organization and f"**{organization}**")))


def _facts(payload: CardPayload) -> str:
    if payload.withdrawn:
        first = "⚠️ Withdrawn by its authors"
    elif payload.reason is not None:
        first = reason_line(payload.reason, _LINE)
    else:
        first = numbers(payload.upvotes, payload.stars)
    second = [text.escape(category, 20) for category in payload.categories[:_CATEGORIES]]
    if payload.published:
        second.append(short_day(payload.published))
    return "\n".join(f"-# {line}" for line in (first, " · ".join(second)) if line)
