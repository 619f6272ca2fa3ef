"""What the header of a roundup has below its list: a picture, and what became of papers."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import listing, ngettext
from bot.ui import text
from bot.ui.charts import FILE
from bot.ui.parts import REASONS, TITLES
from bot.ui.payloads import HeaderPayload
from bot.ui.roundup_payload import RoundupLine, RoundupPayload
from papers import paper_key

_ENTRY: Final = TITLES[0] + REASONS[0] + len("**10.** \n-# ")
"""Characters that a paper of the list above needs at least."""
_TITLE: Final = 80
_LABEL: Final = 28
_REPOSITORY: Final = 300


def sections_of(payload: HeaderPayload, room: int) -> list[str]:
    """Return the texts below a roundup's list, each with its heading, in Discord's markdown.

    They leave the list what it needs of `room` characters: titles are shortened first, then lines
    and sections left out, the last ones first. Empty for a daily thread.
    """
    roundup = payload.roundup
    if roundup is None:
        return []
    room -= _ENTRY * len(payload.entries)
    kinds: tuple[tuple[str, Sequence[RoundupLine], Callable[[RoundupLine], str]], ...] = (
        (_("Risen since they were posted"), roundup.rose, _risen),
        (_("Saved most here"), roundup.saved, _saved),
        (_("New code"), roundup.code, _code),
    )
    sections: list[str] = []
    for heading, lines, fact in kinds:
        written = f"**{heading}**"
        spent = text.length(written)
        for line in lines:
            said = f"\n{_line(line, fact(line))}"
            if spent + text.length(said) <= room:
                written += said
                spent += text.length(said)
        if "\n" in written:
            sections.append(written)
            room -= spent
    return sections


def topics_caption() -> str:
    """Return what stands above the picture of the topics."""
    return _("Most frequent topics, by number of papers")


def topics_picture(roundup: RoundupPayload) -> ui.MediaGallery[Any]:
    """Return the place of the picture of the topics, which says the same to screen readers."""
    topics = listing(f"{label(name)} {papers}" for name, papers in roundup.topics)
    alt = _("Bar chart of what the papers are about: {topics}", topics=topics)
    description = text.plain(alt, limits.MEDIA_DESCRIPTION)
    return ui.MediaGallery(
        discord.MediaGalleryItem(f"attachment://{FILE}", description=description)
    )


def label(topic: str) -> str:
    """Return a topic as it stands beside its bar."""
    return text.plain(topic, _LABEL)


def _line(line: RoundupLine, fact: str) -> str:
    # The address of a card is as long as a title: it gets room of its own.
    return f"{text.link(line.title, line.url, _TITLE + len(line.url))} · {fact}"


def _risen(line: RoundupLine) -> str:
    return ngettext(
        "{before} → {count} upvote", "{before} → {count} upvotes", line.count, before=line.before
    )


def _saved(line: RoundupLine) -> str:
    return ngettext("saved by {count} member", "saved by {count} members", line.count)


def _code(line: RoundupLine) -> str:
    url = text.safe_url(line.repository, _REPOSITORY) or paper_key.page_url(line.paper_id)
    name = _("Code")
    return f"[{name}]({url})"
