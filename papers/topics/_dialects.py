"""Queries in the languages of arXiv's API, PubMed, Scopus and Web of Science, put into ours.

Everything is replaced by something as long, so that a place in a query stays the same place.
"""

import re
from typing import Final

_LISTING: Final = re.compile(r"\+(?:OR|AND|ANDNOT)\+")
"""How a query stands in an address of arXiv's API: `+` for each blank."""
_PARAMETER: Final = re.compile(r"^\s*(?:search_query|query|q)=(?=\w)")
_SIGNS: Final = {"%22": '"  ', "%28": "(  ", "%29": "  )", "%3A": "  :", "%20": "   "}
_CODED: Final = re.compile("|".join(_SIGNS), re.IGNORECASE)

_NAMES: Final = (
    "ti|title|titles|intitle|abs|abstract|ab|au|author|authors|cat|category|categories|all|py|year"
)
_EQUALS: Final = re.compile(
    rf"(?<![\w.])(?:{_NAMES})(?P<sign>\s?=)\s?(?=[\w(\"“\[])", re.IGNORECASE
)
"""A field's name with `=`, as in Web of Science."""
_ANYWHERE: Final = re.compile(
    r"(?<![\w.])TITLE-ABS(?:-KEY)?(?=\s?\()|(?<![\w.])TS\s?=(?=\s?[(\"\w])"
)
_SLOP: Final = re.compile(r"(?<=[\"”])~\d{1,3}(?!\w)")
"""How far apart the words of a phrase may be, for Lucene."""
_PLUS: Final = re.compile(r"(?<!\S)\+(?=[\"“\w])")
"""What a search engine must find."""
_SITE: Final = re.compile(r"(?<!\S)(?:site|filetype):\S+", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(
    r"(?<![\w.])(?:cat|category|categories):\s?(?P<open>\[)[^\[\]()\"]*(?P<close>\])", re.IGNORECASE
)
_QUOTED: Final = re.compile(
    r"(?:(?<=[A-Za-z]:)|(?<=[A-Za-z]: ))"
    r"(?P<open>['\u2018])[^'\u2018\u2019\"]+(?P<close>['\u2019])(?!\w)"
)
_TAG: Final = re.compile(
    r"(?:(?P<phrase>[\"“][^\"“”]+[\"”])|(?<![\w.*-])(?P<words>(?:(?!(?:AND|OR|NOT)\s)[\w.*-]+\s)*(?!(?:AND|OR|NOT)\b)[\w.*-]+))"
    r"\s?\[(?P<tag>[A-Za-z/ ]{2,20})\]"
)
_TAGS: Final = {
    **dict.fromkeys(("ti", "title"), "ti:"),
    **dict.fromkeys(("au", "author", "first author", "1au"), "au:"),
    **dict.fromkeys(("ad", "affiliation"), "org:"),
    **dict.fromkeys(("tiab", "title/abstract", "tw", "all", "all fields", "text word"), ""),
}


def translated(source: str) -> str:
    """Return a query with other languages' signs put into ours, each text where it was."""
    if "+" in source:
        if _LISTING.search(source):
            source = source.replace("+", " ")
        source = _PLUS.sub(" ", source)
    if "%" in source:
        source = _CODED.sub(lambda match: _SIGNS[match[0].upper()], source)
    if "=" in source:
        source = _PARAMETER.sub(_blank, source)
    if "T" in source:
        source = _ANYWHERE.sub(_blank, source)
    if "=" in source:
        source = _EQUALS.sub(_with_colon, source)
    if "~" in source:
        source = _SLOP.sub(_blank, source)
    if ":" in source:
        source = _SITE.sub(_blank, source)
    if "[" in source:
        source = _IN_BRACKETS.sub(lambda match: _between(match, "(", ")"), source)
        source = _TAG.sub(_tagged, source)
    if ":" in source:
        source = _QUOTED.sub(lambda match: _between(match, '"', '"'), source)
    return source


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _with_colon(match: re.Match[str]) -> str:
    at = match.end("sign") - match.start()
    name = match[0][: match.start("sign") - match.start()]
    return f"{name}:".ljust(at) + match[0][at:]


def _between(match: re.Match[str], opening: str, closing: str) -> str:
    """Return a match with its opening and its closing sign replaced."""
    start, first, last = match.start(), match.start("open"), match.start("close")
    text = match[0]
    return f"{text[: first - start]}{opening}{text[first - start + 1 : last - start]}{closing}"


def _tagged(match: re.Match[str]) -> str:
    """Return PubMed's `words[tag]` as `tag:"words"`."""
    prefix = _TAGS.get(match["tag"].strip().lower())
    if prefix is None:
        return match[0]
    words = match["phrase"] or match["words"]
    quoted = words if match["phrase"] or (not prefix and " " not in words) else f'"{words}"'
    return f"{prefix}{quoted}".ljust(len(match[0]))
