"""Syntax errors of the query language, shown where they stand in what was typed."""

from bot.i18n import gettext as _
from bot.i18n import translated
from bot.ui.text import escape
from papers.topics import TopicError


def pointed(error: TopicError, typed: str, *, start: int = 0, width: int | None = None) -> str:
    """Return an error's sentence and, below it, the place with a mark under it.

    Args:
        error: what is wrong, and where.
        typed: all that was typed.
        start: where in it the text begins that the error is about.
        width: characters to show around the place; without it, all that was typed.
    """
    at = start + error.position
    begin = 0 if width is None else max(0, at - width // 2)
    line = typed[begin:][:width].replace("`", "'").replace("\n", " ")
    sentence = escape(translated(error.message))
    if not line:
        return sentence
    return f"{sentence}\n```\n{line}\n{' ' * min(at - begin, len(line))}^\n```"


def located(error: TopicError, typed: str, *, reach: int) -> str:
    """Return an error's sentence with its place in parentheses, unescaped and without a full stop.

    Args:
        error: what is wrong, and where.
        typed: all that was typed.
        reach: characters to show on both sides of the place.
    """
    begin = max(error.position - reach, 0)
    end = error.position + reach
    around = ("…" if begin else "") + typed[begin:end] + ("…" if end < len(typed) else "")
    sentence = translated(error.message).rstrip(".。")
    return _(
        "{problem} (at character {position}: {around})",
        problem=sentence,
        position=error.position + 1,
        around=around,
    )
