"""Why a paper was picked, in words."""

from typing import Final

from bot.i18n import gettext as _
from bot.i18n import listing, quoted
from bot.ui import text

_TITLE: Final = 36
_WORDS: Final = 3
"""So much of both fits into the line of a hit, in any language and behind a list's name."""


def near_reason(title: str, words: tuple[str, ...]) -> str:
    """Return that a paper is near to a saved one; plain text.

    Args:
        title: of the saved paper, as people read it.
        words: that both papers use, as the new one writes them.
    """
    near = quoted(text.plain(title, _TITLE))
    if not words:
        return _("Near {title}, which you saved", title=near)
    return _("Near {title}, which you saved: {words}", title=near, words=listing(words[:_WORDS]))


def edge_reason(of: str, title: str) -> str:
    """Return that a paper is only near the edge of what a list is about; plain text.

    Args:
        of: the list, as people read it.
        title: of the saved paper that it is near to, as people read it.
    """
    near = quoted(text.plain(title, _TITLE))
    return _("A little off {list}, to widen it: near {title}", list=of, title=near)


def like_reason(title: str) -> str:
    """Return that a topic brings a paper because it is like a saved one; plain text.

    Args:
        title: of the saved paper, as people read it.
    """
    return _(
        "like {title}, which you saved from this topic", title=quoted(text.plain(title, _TITLE))
    )
