"""How people's lists and the papers on them are named, and where something was saved."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import discord

from bot import limits
from bot.i18n import conjunction, marked
from bot.i18n import gettext as _
from bot.ui.text import escape, link, plain
from papers import paper_key
from papers.text import readable
from storage.library import ReadingList

_TITLE: Final = 300
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def paper_gone(search: str) -> str:
    """Return the sentence for a paper that is not known; `search` is a command to tap."""
    return _("I no longer have this paper. {search} may find it again.", search=search)


_DEFAULT_NAMES: Final = (marked("to read"), marked("favourites"), marked("read"))
"""The names that lists come with, as they are stored."""


def shown_name(each: ReadingList) -> str:
    """Return a list's name; those that lists come with are in the reader's language."""
    return _(each.name) if each.name in _DEFAULT_NAMES else each.name


def list_name(each: ReadingList) -> str:
    """Return a list as people see it in plain text: its emoji and its name."""
    name = shown_name(each)
    return f"{each.emoji} {name}" if each.emoji and each.emoji[0] != "<" else name


def list_options(
    lists: Sequence[ReadingList], chosen: Sequence[int] | dict[int, datetime] = ()
) -> list[discord.SelectOption]:
    """Return a select's options for a person's lists; the values are the lists' ids.

    The emoji stands in the label: as an option's own emoji, Discord refuses the whole message over
    one that it does not know or that is from a server which the bot is not in.
    """
    return [
        discord.SelectOption(
            label=plain(list_name(each), limits.OPTION_LABEL) or "…",
            value=str(each.id),
            default=each.id in chosen,
        )
        for each in lists[: limits.SELECT_OPTIONS]
    ]


def reactions(keys: Sequence[str]) -> str:
    """Return the emoji that keep a paper on a list; empty for custom ones, which go by number."""
    return conjunction(escape(key) for key in keys if not key.isdigit())


def titled(paper_id: str, title: str, limit: int = _TITLE) -> str:
    """Return a paper's title as a link to it, in markdown."""
    return link(readable(title), paper_key.page_url(paper_id), limit)


def microseconds(moment: datetime) -> int:
    """Return a moment as it stands in a custom id: microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds: str) -> datetime:
    """Return the moment that stands in a custom id.

    Raises:
        OverflowError: it is after all years.
    """
    return _EPOCH + timedelta(microseconds=int(microseconds))
