"""What an overview says of the papers that trend on the Hub."""

from typing import Final

from bot.i18n import gettext as _
from bot.i18n import short_date
from bot.ui import text
from bot.ui.parts import REASONS, TITLES, numbers
from bot.ui.payloads import HeaderPayload, TrendingEntry

_ENTRY: Final = TITLES[0] + REASONS[0] + len("**10.** \n-# ")
"""Characters that a paper of the list above needs at least."""
_TITLE: Final = 100


def trending_section(payload: HeaderPayload, room: int) -> list[str]:
    """Return the text below a thread's list, with its heading, or nothing.

    It leaves the list what it needs of `room` characters: papers are left out, the last ones first.
    """
    room -= _ENTRY * len(payload.entries)
    # Translators: a heading below the day's list of papers.
    written = "**{}**".format(_("Trending on Hugging Face now"))
    lines = 0
    for entry in payload.trending:
        said = f"\n{_line(entry)}"
        if text.length(written) + text.length(said) <= room:
            written += said
            lines += 1
    return [written] if lines else []


def _line(entry: TrendingEntry) -> str:
    title = text.link(entry.title, entry.url, _TITLE + len(entry.url))
    if entry.posted:
        said = (
            _("posted here before")
            if entry.since is None
            # Translators: of a paper, with the day whose thread it was in.
            else _("in the thread of {day}", day=short_date(entry.since))
        )
        return f"-# {title} · {said}"
    if entry.since is not None:
        # Translators: of a paper that this section named before.
        said = _("named here on {day}", day=short_date(entry.since))
        return f"-# {title} · {said}"
    facts = numbers(entry.upvotes, entry.stars)
    return f"{title}\n-# {facts}" if facts else title
