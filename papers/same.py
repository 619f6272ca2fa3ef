"""Whether a title and an author, as some program wrote them, are those of a paper."""

import re
import unicodedata

from papers.model import Paper
from papers.text import readable

_NOT_WORD = re.compile(r"[\W_]+")
_FIRST = re.compile(r"\s+and\s+|\s*;\s*|\n", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")


def same(paper: Paper, title: str, author: str) -> bool:
    """Return whether the titles are equal and the first author has that family name.

    Case, accents, punctuation and LaTeX make no difference; `author` may name several, the first
    one first, in any order of their names.
    """
    first = _FIRST.split(author.strip(), maxsplit=1)[0].strip(" ,{}")
    if not first or not paper.authors or title_key(title) != title_key(paper.title):
        return False
    name = title_key(paper.authors[0].name).split()
    family = title_key(family_name(first)).split()
    return bool(family) and name[-len(family) :] == family


def title_key(text: str) -> str:
    """Return a title, or a name, as it is compared: equal keys are equal titles."""
    plain = unicodedata.normalize("NFKD", readable(text).replace("{", "").replace("}", ""))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return _NOT_WORD.sub(" ", letters).strip()


def family_name(name: str) -> str:
    """Return the family name of the first person that `name` names, as far as its form says."""
    if "," in name:
        # `Last, First`, or a list such as `First Last, First Last`.
        before = name.partition(",")[0].strip()
        return (
            before
            if len(before.split()) == 1 or before.split()[0].islower()
            else before.split()[-1]
        )
    words = name.split()
    # PubMed and Scopus write `Last F. M.`.
    while len(words) > 1 and _INITIALS.fullmatch(words[-1]):
        words.pop()
    return words[-1]
