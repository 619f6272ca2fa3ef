"""Text from outside, made safe to show: what a person sees is the text, and nothing of it acts.

Discord's markdown is not CommonMark: a backslash before any character that is neither a letter, a
digit nor a space shows that character (simple-markdown's `escape` rule), but its link rule counts
brackets without looking at backslashes, so labels must not contain any.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

import discord
from discord.utils import TimestampStyle

from bot import limits
from bot.i18n import conjunction, listing, pgettext

ELLIPSIS: Final = "…"
_MARKS_IN_A_ROW: Final = 4
"""Combining marks on one letter: more is a tower over the neighbouring lines, not a script."""

_WORD: Final = 16
"""How far back a cut looks for the end of a word."""

_NEWLINES: Final = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES: Final = re.compile(r"\s+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_INVISIBLE_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
_JOINERS: Final = frozenset("\u200c\u200d")
_JOINED: Final = frozenset(("Lo", "Lm", "Mn", "Mc", "So", "Sk"))
"""What a joiner stands between in emoji and in Indic, Arabic and Persian script."""

# Anywhere: emphasis, underline, strike-through, spoilers, code, links, and everything in angle
# brackets (mentions, custom emoji, timestamps, commands, autolinks). Then what acts in company:
# `:` of a URL scheme or an emoji code, `@` of everyone and here, `&` of an HTML entity, and `](`,
# which a link further left would take for its own end.
_ANYWHERE: Final = re.compile(
    r"[\\*_~|`\[\]<]|(?<=\])\(|:(?!\s)|@(?=everyone|here)|&(?=#?\w+;)", re.IGNORECASE
)
# At the start of a line: headings, subtext, lists, quotes, rules and underlined headings.
_LINE_START: Final = re.compile(r"^(?:[#>+=-]|(\d+)(?=[.)]))", re.MULTILINE)
_UNIT: Final = re.compile(
    r"\[(?:\\.|[^\\\[\]])*\]\([^()\s]*\)|<t:-?\d+(?::\w)?>|<@&\d+>|\\.|\*\*|.", re.DOTALL
)
_SCHEME: Final = re.compile(r"\b[a-z][a-z0-9+.-]*:/[/\s]*", re.IGNORECASE)
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters of Hebrew, Arabic and the other scripts that run from right to left."""
_STRAY_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def length(text: str) -> int:
    """Return the length that we hold against Discord's limits: UTF-16 units, never too few."""
    return len(text) + sum(character > "\uffff" for character in text)


def visible(text: str) -> str:
    """Return `text` without what cannot be seen or reorders its surroundings, whitespace tidied.

    Controls, bidirectional overrides, zero-width characters (joiners stay where emoji and scripts
    need them), invisible letters and lone surrogates go; towers of combining marks are cut; lines
    are stripped, and empty lines never come more than one in a row.
    """
    kept: list[str] = []
    marks = 0
    text = _NEWLINES.sub("\n", text)
    for position, character in enumerate(text):
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > _MARKS_IN_A_ROW or character in _INVISIBLE_LETTERS:
                continue
        else:
            marks = 0
        if character == "\n":
            kept.append(character)
        elif character == "\t" or category == "Zs":
            kept.append(" ")
        elif category in ("Cc", "Cf", "Cs") or character in _INVISIBLE_LETTERS:
            if character in _JOINERS and kept and _joins(kept[-1], text[position + 1 :][:1]):
                kept.append(character)
        else:
            kept.append(character)
    tidied = "\n".join(" ".join(line.split()) for line in "".join(kept).split("\n"))
    return _BLANK_LINES.sub("\n\n", tidied).strip()


def isolated(text: str) -> str:
    """Return a text of a script from right to left so that what stands around it keeps its order.

    Without first-strong isolates (Unicode UAX #9) numbers and signs beside it change their places.
    """
    return f"\u2068{text}\u2069" if _RIGHT_TO_LEFT.search(text) else text


def escape(text: str, limit: int | None = None, *, lines: bool = False) -> str:
    """Return `text` so that Discord shows it as it is: no markdown, no mention, no link, no emoji.

    Lines of a script from right to left are isolated. Line breaks become spaces unless `lines`
    keeps them. With `limit`, the text is cut (with `…`, at a word where one is near) until the
    result fits it.
    """
    clean = visible(text)
    return _fit(clean if lines else _SPACES.sub(" ", clean), limit, _escaped)


def link(label: str, url: str, limit: int | None = None) -> str:
    """Return a masked link that neither its label nor its URL can break, or the label alone.

    The label alone is shown when `safe_url` refuses the URL, or when the URL leaves too little of
    `limit` to the label. In the label, brackets become parentheses (Discord counts them without
    regard to backslashes) and schemes go (it refuses labels that look like links).
    """
    target = safe_url(url)
    if target is None or (limit is not None and limit - length(target) < 12):
        return escape(label, limit)
    clean = _SCHEME.sub("", _SPACES.sub(" ", visible(label)))
    clean = clean.replace("[", "(").replace("]", ")").strip() or "link"
    room = None if limit is None else limit - length(target) - len("[]()")
    shown = _fit(clean, room, _escaped)
    return f"[{shown}]({target})" if shown else escape(label, limit)


def safe_url(url: str | None, limit: int = limits.COMPONENT_URL) -> str | None:
    """Return `url` percent-encoded so that markdown and link buttons take it, else `None`.

    Refused: other schemes than http and https, names without a dot, addresses with a user part
    (`https://arxiv.org@evil.example`), ports that are none, and what is longer than `limit`.
    """
    if not url:
        return None
    try:
        parts = urlsplit(visible(url).replace("\n", ""))
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    if not re.fullmatch(r"(?:[a-z0-9_-]+\.)+[a-z0-9-]*[a-z][a-z0-9-]*", host):
        return None
    safe = f"{parts.scheme}://{host}"
    if port is not None:
        safe += f":{port}"
    safe += _quoted(parts.path)
    if parts.query:
        safe += f"?{_quoted(parts.query)}"
    if parts.fragment:
        safe += f"#{_quoted(parts.fragment)}"
    return safe if len(safe) <= limit else None


def picture_url(url: str | None) -> str | None:
    """Return the address of a picture as `safe_url` makes it, `None` unless it is https.

    Discord fetches pictures itself; one sent in the clear could be swapped on its way.
    """
    safe = safe_url(url, limits.MEDIA_URL)
    return safe if safe and safe.startswith("https://") else None


def plain(text: str, limit: int) -> str:
    """Return `text` on one line, cut to `limit`: for labels, options, thread names."""
    return _fit(_SPACES.sub(" ", visible(text)), limit, str)


def clip(markdown: str, limit: int) -> str:
    """Cut markdown that we rendered to `limit`, splitting no escape, link, timestamp or bold."""
    if length(markdown) <= limit:
        return markdown
    kept: list[str] = []
    room = limit - len(ELLIPSIS) - len("**")
    cut = ""
    for match in _UNIT.finditer(markdown):
        cut = match[0]
        room -= length(cut)
        if room < 0:
            break
        kept.append(cut)
    if not cut.isspace() and " " in kept[-_WORD:]:
        del kept[len(kept) - 1 - kept[::-1].index(" ") :]
    if kept and kept[-1] == "**" and kept.count("**") % 2:
        kept.pop()
    closing = "**" if kept.count("**") % 2 else ""
    return "".join(kept).rstrip() + ELLIPSIS + closing if kept else ""


def timestamp(moment: datetime, style: TimestampStyle = "f") -> str:
    """Return Discord's timestamp markup: each reader sees it in their own zone and language."""
    return discord.utils.format_dt(moment, style)


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return "1 paper", "2 papers", "1,204 papers"; `many` where an added s is wrong."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def people(names: Sequence[str], shown: int = 3, *, total: int = 0) -> str:
    """Return "A, B and C" or "A, B, C and 7 more": plain text, to be escaped by the caller.

    `total` counts everybody where `names` are only the first of them.
    """
    names = [name for name in (_SPACES.sub(" ", visible(name)) for name in names) if name]
    more = max(total, len(names)) - shown
    if names and more > 0:
        left = more + max(shown - len(names), 0)
        return pgettext(
            "people", "{names} and {count} more", names=listing(names[:shown]), count=left
        )
    return conjunction(names)


def _escaped(text: str) -> str:
    escaped = _ANYWHERE.sub(lambda match: "\\" + match[0], text)
    escaped = _LINE_START.sub(_behind_number, escaped)
    return "\n".join(map(isolated, escaped.split("\n")))


def _behind_number(match: re.Match[str]) -> str:
    return f"{match[1]}\\" if match[1] else "\\" + match[0]


def _fit(clean: str, limit: int | None, render: Callable[[str], str]) -> str:
    """Render the longest beginning of `clean` whose rendering fits `limit`."""
    whole = render(clean)
    if limit is None or length(whole) <= limit:
        return whole
    clean = clean[: max(limit, 0) + 1]  # rendering never makes a text shorter
    fits, too_long = 0, len(clean)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if length(render(_cut(clean, middle))) <= limit:
            fits = middle
        else:
            too_long = middle
    return render(_cut(clean, fits))


def _cut(text: str, size: int) -> str:
    if len(text) <= size:
        return text
    end = max(size - len(ELLIPSIS), 0)
    while end and (_continues(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    head = text[:end]
    space = max(head.rfind(" "), head.rfind("\n"))
    if not text[end].isspace() and space > max(end - _WORD, 0):
        head = head[:space]
    head = head.rstrip(" \n,;:.-")
    return head + ELLIPSIS if head else ""


def _continues(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) in ("Mn", "Mc", "Me", "Sk")


def _joins(before: str, after: str) -> bool:
    return bool(after) and all(unicodedata.category(side) in _JOINED for side in (before, after))


def _quoted(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe="%/:@!$&',;=+?-._")
