"""Categories by code or name, so that users need not know arXiv's codes."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from papers._category_names import ALIASES, NAMES
from papers.query_names import query_names
from papers.sources.declared import CHOSEN
from papers.terms import fold, words

_LISTING = re.compile(
    r"(?:https?://)?[\w.-]*arxiv\.org/(?:list|rss|atom|archive)/([\w.+*-]+)\S*", re.IGNORECASE
)
"""The address of a category's listing."""
_AROUND = re.compile(r"[`\[\]#\"]|\bcat(?:egory|egories)?[:=]", re.IGNORECASE)
_CODE = r"[a-z-]{2,8}\.[A-Za-z-]{2,8}"
_NAMED_CODE = re.compile(rf"(?<!\S)({_CODE}) \([^()]*\)|[A-Za-z, &-]+\(({_CODE})\)")
"""How arXiv shows a category: `Machine Learning (cs.LG)`."""
_SEPARATED = re.compile(r"(?<![\w.-])(cs|math|stat|eess|econ|physics)[ /:_-]([A-Z]{2})(?!\w)")
_OTHERS: Final = {
    code: f"{name} ({source.name})"
    for source in CHOSEN.values()
    for code, name in source.categories.items()
}
"""The categories of other sources than arXiv, by their codes: `biorxiv/cell-biology`."""
_OTHER_CODE = re.compile(rf"(?<!\S)({'|'.join(CHOSEN)})/[a-z0-9-]+", re.IGNORECASE)
_ANSWERS: Final = 1_024
_ENOUGH: Final = 2
"""Letters from which on categories of other sources are suggested: most people look for arXiv's."""
_QUALIFIER = re.compile(r",? all of it$| \(.*\)$")


class UnknownCategoryError(ValueError):
    """Text that names no category of arXiv.

    Attributes:
        text: what was typed.
        near: up to three codes that may have been meant.
    """

    def __init__(self, text: str, near: Sequence[str]) -> None:
        super().__init__(text)
        self.text, self.near = text, near


def parse(text: str) -> tuple[str, ...]:
    """Read categories between commas, semicolons or blanks, by code (`cs.CL`, `cs.*`) or name.

    Those of other sources are read by their codes, or as `suggest` shows them.

    Raises:
        UnknownCategoryError: neither arXiv nor another source has a category of that code or name.
    """
    others: list[str] = []

    def noted(match: re.Match[str]) -> str:
        if (code := match[0].lower()) not in _OTHERS:
            raise UnknownCategoryError(match[0], get_close_matches(code, _OTHERS, n=3))
        others.append(code)
        return ","

    text = _OTHER_CODE.sub(noted, text)
    for code, name in _OTHERS.items():
        if name.casefold() in text.casefold():
            others.append(code)
            text = re.sub(re.escape(name), ",", text, flags=re.IGNORECASE)
    return tuple(dict.fromkeys((*_of_arxiv(text), *others)))


def name_of(code: str) -> str | None:
    """Return the name of a category by its code, `None` if no source has such a category."""
    return NAMES.get(code) or _OTHERS.get(code, "").rpartition(" (")[0] or None


def _of_arxiv(text: str) -> tuple[str, ...]:
    if (named := _named(text)) is not None:
        return named
    text = _LISTING.sub(r" \1 ", text).replace("hep-*", ALIASES["high energy physics"])
    text = _NAMED_CODE.sub(lambda match: match[1] or match[2], _AROUND.sub(" ", text))
    text = _SEPARATED.sub(lambda match: _joined(match), text)
    codes: list[str] = []
    for part in re.split(r"[,;|/\n+\u3001\uff0c\uff1b]|\s&\s", text):
        codes += _part(part)
    return tuple(dict.fromkeys(codes))


@lru_cache(maxsize=_ANSWERS)
def is_known(text: str) -> bool:
    """Return whether `parse` understands a text."""
    try:
        return bool(parse(text))
    except UnknownCategoryError:
        return False


def is_category(code: str) -> bool:
    """Return whether there is such a category or archive, `cs.*` standing for `cs`."""
    return code.casefold() in _CODES or code in _OTHERS


def _joined(match: re.Match[str]) -> str:
    """Return the code that was written with another sign for its dot, if there is one."""
    code = f"{match[1]}.{match[2]}"
    return code if is_category(code) else match[0]


def _part(text: str) -> Iterator[str]:
    """Yield the categories of a part without commas: a name, or codes and names of one word."""
    if (named := _named(text)) is not None:
        yield from named
        return
    pieces = re.split(r"\s+(?:and|or)\s+", text)
    if len(pieces) > 1:
        for piece in pieces:
            yield from _part(piece)
        return
    known = [_code_or_name(word) for word in text.split()]
    unknown = [word for word, codes in zip(text.split(), known, strict=True) if codes is None]
    if unknown:
        wrong = unknown[0] if len(unknown) < len(known) else text.strip()
        raise UnknownCategoryError(wrong, _near(wrong))
    for codes in known:
        yield from codes or ()


def _code_or_name(word: str) -> tuple[str, ...] | None:
    code = _CODES.get(word.casefold())
    if code is None and len(word) == 2 and word.isupper() and _named(word) is None:
        code = _CODES.get(f"cs.{word.casefold()}")
    return (code,) if code is not None else _named(word)


def _named(text: str) -> tuple[str, ...] | None:
    name = " ".join(words(text))
    codes = ALIASES.get(name) or _BY_NAME.get(name) or _IN_OTHER_LANGUAGES.get(name)
    return tuple(codes.split()) if codes is not None else None


def _near(text: str) -> list[str]:
    by_name = [value for _, value in suggest(text.replace(",", " ").strip(), 3) if " " not in value]
    name = " ".join(words(text))
    spelled = get_close_matches(text.casefold(), _CODES, n=2, cutoff=0.7)
    called = get_close_matches(name, (*_BY_NAME, *ALIASES), n=2, cutoff=0.7)
    subject = _named(text.partition(".")[2]) or ()  # "cs.NLP"
    codes = [*subject, *(_CODES[code] for code in spelled if not code.endswith("*"))]
    codes += [code for each in called for code in (_named(each) or ())]
    return list(dict.fromkeys((*codes, *by_name)))[:3]


def suggest(typed: str, limit: int) -> list[tuple[str, str]]:
    """Return how a begun list of categories may go on: what to show, and the whole list.

    The last one is completed by its code or by words of its name; those before it stay.
    """
    begun, _, last = typed.replace(",", " ").rpartition(" ")
    kept = begun.split()
    words = fold(last).split()
    folded = words[0] if words else ""
    codes = [code for code in NAMES if code.lower().startswith(folded)]
    named = [
        code
        for code, name in NAMES.items()
        if folded and any(word.startswith(folded) for word in fold(name).split())
    ]
    alias = [code for name, codes in ALIASES.items() if folded == name for code in codes.split()]
    called = [
        code
        for name, codes in _IN_OTHER_LANGUAGES.items()
        if folded and any(word.startswith(folded) for word in name.split())
        for code in codes.split()
    ]
    others = [
        code
        for code, name in _OTHERS.items()
        if len(folded) >= _ENOUGH and any(word.startswith(folded) for word in fold(name).split())
    ]
    found = dict.fromkeys((*alias, *codes, *named, *called, *others))
    chosen = [code for code in found if code not in kept][:limit]
    return [
        (_OTHERS.get(code) or f"{code} · {NAMES[code]}", " ".join((*kept, code))) for code in chosen
    ]


_CODES: Final[dict[str, str]] = {
    spelled.casefold(): spelled
    for code in NAMES
    for spelled in ((code,) if "." in code else (code, f"{code}.*"))
}
_BY_NAME: Final[dict[str, str]] = {
    " ".join(words(_QUALIFIER.sub("", name))): code for code, name in reversed(NAMES.items())
}
_IN_OTHER_LANGUAGES: Final[dict[str, str]] = {
    " ".join(words(name)): codes
    for codes, names in query_names("categories").items()
    for name in names
}
