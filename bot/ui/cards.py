"""The daily thread: a header that lists the day's papers, and one card per paper.

Pure functions of frozen payloads. Each call makes a fresh view of nothing but link buttons and the
DynamicItems passed in (discord.py forgets a DynamicItem class, bot-wide, when a view that mixes it
with plain callback items stops; `discord/ui/view.py`, `ViewStore.remove_view`).
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from discord import ui

from bot import limits
from bot.i18n import (
    date_range,
    day_and_month,
    listing,
    long_date,
    month_and_year,
    ngettext,
    short_date,
)
from bot.i18n import gettext as _
from bot.ui import text
from bot.ui.parts import (
    ACCENT,
    ALARM,
    AnyItem,
    numbers,
    paper_links,
    picture_alt,
    ranked_list,
    reason_line,
    rows,
    withdrawn_line,
)
from bot.ui.payloads import (
    CardPayload,
    EditionPart,
    HeaderPayload,
)
from bot.ui.roundups import sections_of, topics_caption, topics_picture
from bot.ui.trending import trending_section
from papers import paper_key, roundups
from papers.cadence import Every

_LINE: Final = 200
_NOTES: Final = 300

_CARD_TITLE: Final = 400
_CARD_PEOPLE: Final = 240
_CARD_SUMMARY: Final = 900
_CARD_REASON: Final = 260
_CATEGORIES: Final = 4
_CATEGORY: Final = 40


def thread_name(day: date, every: Every = Every.DAY, first: date | None = None) -> str:
    """Return the name of a day's thread, or of the roundup of the period that ends with it.

    A period begins with `first`, by default where it does as a rule.
    """
    match every:
        case Every.WEEK:
            first = first or roundups.period_until(day, every).first
            name = _("Best papers of {days}", days=date_range(first, day))
        case Every.MONTH:
            name = _("Best papers of {month}", month=month_and_year(day))
        case Every.DAY | Every.WEEKDAYS:
            name = _("Papers of {day}", day=long_date(day))
    return text.plain(name, limits.THREAD_NAME)


def post_name(card: CardPayload) -> str:
    """Return the name of a paper's own post in a forum: its title."""
    return text.plain(card.title, limits.THREAD_NAME) or card.paper_id


def header_name(payload: HeaderPayload) -> str:
    """Return the name of the thread under a header."""
    first = None if payload.roundup is None else payload.roundup.first
    return thread_name(payload.day, payload.every, first)


def render_header(payload: HeaderPayload, *, picture: bool = False) -> ui.LayoutView:
    """Return the header message: the day, the ranked list, what reacting does.

    Where the papers do not fit into Discord's characters, reasons are shortened first, then titles.

    Args:
        payload: what it says.
        picture: whether the picture of a roundup's topics is attached, as `charts.FILE`.
    """
    opening = _opening(payload)
    closing = f"-# {text.escape(payload.footer, _LINE)}" if payload.footer else ""
    ping = "" if payload.ping_role_id is None else f"<@&{payload.ping_role_id}>"
    caption = f"**{topics_caption()}**" if picture else ""
    spent = sum(map(text.length, (opening, closing, ping, caption)))
    room = limits.LAYOUT_CHARACTERS - spent
    sections = sections_of(payload, room) or trending_section(payload, room)
    room -= sum(map(text.length, sections))

    container = ui.Container[ui.LayoutView](ui.TextDisplay(opening), accent_colour=ACCENT)
    container.add_item(ui.Separator())
    for item in ranked_list(payload.entries, room):
        container.add_item(item)
    if picture and payload.roundup is not None:
        container.add_item(ui.Separator()).add_item(ui.TextDisplay(caption))
        container.add_item(topics_picture(payload.roundup))
    if sections:
        container.add_item(ui.Separator())
    for section in sections:
        container.add_item(ui.TextDisplay(section))
    if closing:
        container.add_item(ui.Separator()).add_item(ui.TextDisplay(closing))
    view = ui.LayoutView(timeout=None)
    if ping:
        view.add_item(ui.TextDisplay(ping))
    return view.add_item(container)


def render_card(
    payload: CardPayload,
    *,
    actions: Sequence[AnyItem] = (),
    footer: str = "",
    ping_role_id: int | None = None,
) -> ui.LayoutView:
    """Return one paper's card.

    Args:
        payload: the paper.
        actions: DynamicItems, in rows of their own.
        footer: small print under the card, in markdown.
        ping_role_id: the role that is pinged above the card.
    """
    view = ui.LayoutView(timeout=None)
    if ping_role_id is not None:
        view.add_item(ui.TextDisplay(f"<@&{ping_role_id}>"))
    view.add_item(card_container(payload, actions=actions))
    return view.add_item(ui.TextDisplay(f"-# {footer}")) if footer else view


def card_container(
    payload: CardPayload, *, actions: Sequence[AnyItem] = ()
) -> ui.Container[ui.LayoutView]:
    """Return the card that `render_card` sends, for a message of several."""
    container = ui.Container[ui.LayoutView](accent_colour=ALARM if payload.withdrawn else ACCENT)
    opening = _card_text(payload)
    if url := text.picture_url(payload.thumbnail):
        thumbnail = ui.Thumbnail[ui.LayoutView](url, description=picture_alt(payload.title))
        container.add_item(ui.Section[ui.LayoutView](opening, accessory=thumbnail))
    else:
        container.add_item(ui.TextDisplay(opening))
    links = paper_links(
        payload.paper_id,
        repository=payload.repository,
        project_page=payload.project_page,
        elsewhere=payload.elsewhere,
    )
    # One row, which a phone shows whole: the actions, and the links in the order of their use.
    room = limits.ROW_BUTTONS - len(actions)
    for row in rows((*actions, *links[: max(room, 0)])):
        container.add_item(row)
    return container


def _card_text(payload: CardPayload) -> str:
    """Return a card's text in the order in which it is read: what, in short, by whom, how liked."""
    parts = (
        _title(payload),
        text.escape(payload.summary, _CARD_SUMMARY),
        _people(payload, 3),
        _origin(payload),
        _standing(payload),
        _saved_here(payload),
        _posted(payload),
    )
    return "\n".join(filter(None, parts))


def card_opening(payload: CardPayload, *, authors: int = 3) -> str:
    """Return a card's first lines: title, people, categories and date."""
    parts = (_title(payload), _people(payload, authors), _origin(payload))
    return "\n".join(filter(None, parts))


def _opening(payload: HeaderPayload) -> str:
    lines = [f"## 📰 {header_name(payload)}", _lead(payload)]
    if payload.late:
        lines.append(f"⏰ {text.escape(payload.late, _LINE)}")
    notes = "\n".join(f"-# {text.escape(note, _LINE)}" for note in payload.notes)
    if notes:
        lines.append(text.clip(notes, _NOTES))
    return "\n".join(lines)


def _lead(payload: HeaderPayload) -> str:
    """Say how many papers there are, which of them these are, and as of when."""
    shown = len(payload.entries) - sum(edition.shown for edition in payload.editions)
    total = max(payload.total or 0, shown)
    if payload.editions:
        lines = [_at_conference(edition) for edition in payload.editions]
        return "\n".join(lines if not shown else [*lines, _new(payload.sources, shown, total)])
    if payload.sources:
        return _new(payload.sources, shown, total)
    if shown < total:
        lead = ngettext(
            "The best {shown} of {count} paper",
            "The best {shown} of {count} papers",
            total,
            shown=shown,
        )
    else:
        papers = ngettext("{count} paper", "{count} papers", total)
        order = _("best first")
        lead = listing([papers, order])
    if payload.updated_at:
        since = text.timestamp(payload.updated_at, "R")
        as_of = _("upvotes as of {when}", when=since)
        lead = f"{lead} · {as_of}"
    return lead


def _at_conference(edition: EditionPart) -> str:
    # Translators: of a conference: "New at ICLR 2026: 10 of 3,700 papers, day 3 of 14"; its papers
    # are shown a few at a time, over so many days.
    return ngettext(
        "New at {conference}: {shown} of {count} paper, day {day} of {days}",
        "New at {conference}: {shown} of {count} papers, day {day} of {days}",
        edition.total,
        conference=text.escape(edition.name, _LINE),
        shown=edition.shown,
        day=edition.day,
        days=edition.days,
    )


def _new(sources: Sequence[str], shown: int, total: int) -> str:
    values = {"shown": shown, "sources": text.escape(listing(sources), _LINE)}
    if shown < total:
        return ngettext(
            "{shown} of {count} new paper of {sources}",
            "{shown} of {count} new papers of {sources}",
            total,
            **values,
        )
    return ngettext(
        "{count} new paper of {sources}", "{count} new papers of {sources}", total, **values
    )


def _title(payload: CardPayload) -> str:
    rank = "" if payload.rank is None else f"{payload.rank} · "
    url = paper_key.page_url(payload.paper_id)
    return f"### {rank}{text.link(payload.title, url, _CARD_TITLE)}"


def _people(payload: CardPayload, shown: int) -> str:
    known = text.people(payload.authors, shown, total=payload.author_count)
    authors = text.escape(known, _CARD_PEOPLE)
    organization = text.escape(payload.organization or "", _CARD_PEOPLE)
    line = " · ".join(filter(None, (authors, organization and f"**{organization}**")))
    return line and f"-# {line}"


def _origin(payload: CardPayload) -> str:
    facts = [text.escape(payload.origin, _CARD_PEOPLE)] if payload.origin else []
    facts += [text.escape(category, _CATEGORY) for category in payload.categories[:_CATEGORIES]]
    if payload.version:
        facts.append(f"v{payload.version}")
    if payload.published:
        facts.append(_("published {day}", day=short_date(payload.published)))
    return "-# " + " · ".join(facts) if facts else ""


def _saved_here(payload: CardPayload) -> str:
    if not payload.saved_here:
        return ""
    # Translators: on the card of a paper, of the members of this server.
    saved = ngettext("{count} here saved it", "{count} here saved it", payload.saved_here)
    return f"-# 🔖 {saved}"


def _standing(payload: CardPayload) -> str:
    if payload.withdrawn:
        return withdrawn_line()
    if payload.reason is not None:
        return reason_line(payload.reason, _CARD_REASON)
    return numbers(payload.upvotes, payload.stars, payload.comments)


def _posted(payload: CardPayload) -> str:
    """Say when a roundup's paper was posted in a daily thread, with a link to its card."""
    if payload.posted is None:
        return ""
    said = _("Posted here on {day}", day=day_and_month(payload.posted.day))
    return f"-# [{said}]({payload.posted.url})"
