"""How people's lists and the papers on them are named, and where something was saved."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import discord

from bot import limits
from bot.ui.text import escape, link, plain
from papers import arxiv_id
from papers.text import readable
from storage.library import ReadingList

_TITLE: Final = 300
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

PAPER_GONE: Final = "I do not know that paper any more. {search} may find it again."
"""For a button whose paper is not known; `search` is the command's mention."""


def list_name(each: ReadingList) -> str:
    """Return a list as people see it in plain text: its emoji and its name."""
    return f"{each.emoji} {each.name}" if each.emoji and each.emoji[0] != "<" else each.name


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
    """Return "🔖 reaction": what keeps a paper on a list; custom emoji go by their number."""
    shown = [key for key in keys if not key.isdigit()]
    return f"{' and '.join(map(escape, shown))} reaction".strip()


def titled(paper_id: str, title: str, limit: int = _TITLE) -> str:
    """Return a paper's title as a link to it, in markdown."""
    return link(readable(title), arxiv_id.abs_url(paper_id), limit)


def microseconds(moment: datetime) -> int:
    """Return a moment as it stands in a custom id: microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds: str) -> datetime:
    """Return the moment that stands in a custom id.

    Raises:
        OverflowError: it is after all years.
    """
    return _EPOCH + timedelta(microseconds=int(microseconds))
