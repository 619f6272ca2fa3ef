"""A reader of Discord's markdown, for tests: what a person would see, and what would act.

The rules are those of Discord's client (simple-markdown with Discord's additions), in its order. It
leans to the strict side: what any client might take for markup counts as markup.
"""

import re
from dataclasses import dataclass, field

_LINK_TEXT = r"((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)"
_LINK_URL = r"\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['\"]([\s\S]*?)['\"])?\s*"

_BLOCK = (
    ("heading", re.compile(r" *(#{1,3})(?:\s+)([^\n]+)")),
    ("subtext", re.compile(r"-# +(?!-#)([^\n]+)")),
    ("code block", re.compile(r"```")),
    ("code block", re.compile(r"~~~")),
    ("quote", re.compile(r" *>(?:>>)? ")),
    ("list", re.compile(r" *(?:[*+-]|\d+[.)])\s")),
    ("rule", re.compile(r" *(?:[-=_*] *){3,}(?:\n|$)")),
    ("underlined heading", re.compile(r" *(?:=+|-+) *(?:\n|$)")),
)
_INLINE = (
    ("escape", re.compile(r"\\([^0-9A-Za-z\s])")),
    ("url", re.compile(r"(?:https?|steam)://[^\s<]+[^<.,:;\"'\]\s]")),
    ("link", re.compile(rf"\[{_LINK_TEXT}\]\({_LINK_URL}\)")),
    ("mention", re.compile(r"<(?:@[!&]?|#)\d+>|<id:\w+>|@everyone|@here", re.IGNORECASE)),
    ("custom emoji", re.compile(r"<a?:\w+:\d+>")),
    ("timestamp", re.compile(r"<t:-?\d+(?::[A-Za-z])?>")),
    ("command", re.compile(r"</[^:\n]+:\d+>")),
    ("autolink", re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*:[^ >]+|[^ >]+@[^ >]+|\+\d+)>")),
    ("emoji code", re.compile(r":[^\s:]+?(?:::skin-tone-\d)?:")),
    ("spoiler", re.compile(r"\|\|[\s\S]+?\|\|")),
    ("bold", re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")),
    ("underline", re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")),
    ("strike", re.compile(r"~~((?:\\[\s\S]|[^\\])+?)~~(?!_)")),
    ("italics", re.compile(r"\*(?=\S)((?:\*\*|\\[\s\S]|[^\s*\\]|\s+[^\s*])+?)\*(?!\*)")),
    ("italics", re.compile(r"_((?:__|\\[\s\S]|[^\\_])+?)_")),
    ("code", re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")),
    ("entity", re.compile(r"&#?\w+;")),
)


@dataclass
class Read:
    """What a client makes of a message's text."""

    seen: str = ""
    acted: set[str] = field(default_factory=set[str])
    links: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def read(markdown: str) -> Read:
    """Return what is seen of `markdown`, isolates not, and which rules acted on it."""
    result = Read()
    markdown = re.sub("[\u2068\u2069]", "", markdown)
    result.seen = _inline(markdown, result, starts_line=True)
    return result


def _inline(markdown: str, result: Read, *, starts_line: bool = False) -> str:
    seen: list[str] = []
    position = 0
    while position < len(markdown):
        if starts_line:
            position, text = _block(markdown, position, result)
            seen.append(text)
            starts_line = False
            continue
        for name, rule in _INLINE:
            if match := rule.match(markdown, position):
                seen.append(_taken(name, match, result))
                position = match.end()
                break
        else:
            character = markdown[position]
            seen.append(character)
            position += 1
            starts_line = character == "\n"
    return "".join(seen)


def _block(markdown: str, position: int, result: Read) -> tuple[int, str]:
    for name, rule in _BLOCK:
        if match := rule.match(markdown, position):
            result.acted.add(name)
            if name in ("heading", "subtext"):
                return match.start(match.lastindex or 0), ""
            return match.end(), match[0]
    return position, ""


def _taken(name: str, match: re.Match[str], result: Read) -> str:
    if name == "escape":
        return match[1]
    result.acted.add(name)
    if name == "link":
        inner = _inline(match[1], result)
        result.links.append((inner, match[2]))
        return inner
    if name in ("bold", "underline", "strike", "italics"):
        return _inline(match[1], result)
    return match[0]
