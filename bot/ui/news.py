"""News about saved papers: a line each, in a digest's section or beside a paper."""

from collections.abc import Sequence
from typing import Final

from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.ui import text
from bot.ui.parts import numbers, withdrawn_line
from bot.ui.payload import Payload, Text
from papers import arxiv_id, paper_key
from papers.news import Kind

SHOWN: Final = 4
"""Pieces of news in one digest; the others stay in the inbox, and come with the next."""
SHOWN_ALONE: Final = 12
"""The same where a digest brings nothing else."""

_TITLE: Final = 100
_LINE: Final = 130
_ON_THE_HUB: Final = (Kind.MODEL, Kind.DATASET, Kind.SPACE)


class NewsEntry(Payload):
    """One piece of news, frozen as it was found."""

    news_id: int
    paper_id: str
    title: Text
    kind: Kind
    level: int
    words: Text = ""
    address: Text | None = None
    count: int | None = None


def news_text(entry: NewsEntry) -> str:
    """Return what became of the paper, as plain text to be escaped where it is shown."""
    match entry.kind:
        case Kind.WITHDRAWN:
            if not entry.words:
                return withdrawn_line()
            return _("Withdrawn by its authors: {comment}", comment=entry.words)
        case Kind.PUBLISHED:
            return _("Published: {where}", where=entry.words)
        case Kind.VERSION:
            if not entry.words:
                return _("Version {number} is out", number=entry.level)
            return _("Version {number} is out: {comment}", number=entry.level, comment=entry.words)
        case Kind.CODE:
            return " · ".join(filter(None, (_("Code is available"), numbers(None, entry.count))))
        case Kind.STARS:
            return _("Its code has passed {count} stars on GitHub", count=entry.level)
        case Kind.MODEL:
            return ngettext(
                "{count} model on Hugging Face", "{count} models on Hugging Face", entry.count or 1
            )
        case Kind.DATASET:
            return ngettext(
                "{count} dataset on Hugging Face",
                "{count} datasets on Hugging Face",
                entry.count or 1,
            )
        case Kind.SPACE:
            return ngettext(
                "{count} Space on Hugging Face", "{count} Spaces on Hugging Face", entry.count or 1
            )


def section_title() -> str:
    """Return the first line of the section, by which it is known again after a restore."""
    return _("News on papers you saved")


def news_section(entries: Sequence[NewsEntry], more: int = 0) -> str:
    """Return the section of a digest as markdown, empty without news.

    Args:
        entries: at most `SHOWN` beside papers, at most `SHOWN_ALONE` without.
        more: how many others wait in the inbox.
    """
    if not entries:
        return ""
    lines = [f"**{text.escape(section_title())}**", *map(_line, entries)]
    if more:
        lines.append(
            "-# " + ngettext("{count} more in your inbox", "{count} more in your inbox", more)
        )
    return "\n".join(lines)


def _line(entry: NewsEntry) -> str:
    title = text.link(entry.title, paper_key.page_url(entry.paper_id), _TITLE)
    said, address = news_text(entry), entry.address
    if entry.kind in _ON_THE_HUB and paper_key.is_arxiv(entry.paper_id):
        address = arxiv_id.hf_url(entry.paper_id)
    shown = text.link(said, address, _LINE) if address else text.escape(said, _LINE)
    return f"- {title}\n  {shown}"
