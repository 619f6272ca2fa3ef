"""What bioRxiv's and medRxiv's API says of a paper, and the `ListedPaper` it becomes.

Reference: https://api.biorxiv.org. Each version of a paper is a row of its own.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field

from papers import doi, markup, paper_key
from papers.sources._lenient_fields import Known, Text, Wire
from papers.sources.declared import code_of
from papers.sources.listings import ListedPaper

PREFIXES: Final = ("10.1101", "10.64898")
"""New papers have had the second one since December 2025."""
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_NONE: Final = frozenset(("", "na", "n/a", "none", "null"))


class _Row(Wire):
    doi: Text
    title: Annotated[str, Field(strict=True, min_length=1)]
    authors: Known[Text] = None
    day: date = Field(alias="date")
    version: int = Field(ge=1, le=9999)
    type: Known[Text] = None
    licence: Known[Text] = Field(None, alias="license")
    category: Known[Text] = None
    abstract: Known[Annotated[str, Field(strict=True)]] = None
    published: Known[Text] = None
    server: Known[Text] = None


def listed_paper(wire: Any, server: str) -> ListedPaper:
    """Return the version of a paper that a row is of.

    Raises:
        ValueError: it lacks its DOI, title, date or version, or is of another server.
    """
    row = _Row.model_validate(wire)
    key = paper_key.of_doi(row.doi)
    if key is None or not doi.PREPRINTS.fullmatch(key.value):
        raise ValueError("the DOI is not a preprint's")
    if row.server and row.server.lower() != server.lower():
        raise ValueError("the paper is of another server")
    title = markup.line(row.title)
    if not title:
        raise ValueError("the title is empty")
    withdrawn = (row.type or "").lower() == "withdrawn"
    published = paper_key.of_doi(row.published or "")
    category = as_category(row.category)
    return ListedPaper(
        key=str(key),
        source=server,
        title=title,
        authors=author_names(row.authors or ""),
        # A withdrawn version has the reason in the place of its abstract, which stays the old one.
        abstract="" if withdrawn else markup.text(row.abstract or ""),
        categories=(code_of(server.lower(), category),) if category else (),
        day=row.day,
        first_day=row.day if row.version == 1 else None,
        version=row.version,
        licence=None if (row.licence or "").lower() in _NONE else row.licence,
        kind="preprint",
        published_doi=published.value if published else None,
        withdrawn=withdrawn,
        aliases=(str(published),) if published else (),
    )


def listed_papers(wires: Iterable[Any], server: str) -> tuple[list[ListedPaper], int]:
    """Return the versions that can be read, and how many cannot."""
    papers: list[ListedPaper] = []
    broken = 0
    for wire in wires:
        try:
            papers.append(listed_paper(wire, server))
        except ValueError:
            broken += 1
    return papers, broken


def author_names(text: str) -> tuple[str, ...]:
    """Return names as people read them: "Dixon, M. M.; Anna Example Group" in their order.

    A name without a comma is a group's, or of someone who has one name.
    """
    names: list[str] = []
    for part in markup.line(text).split(";"):
        family, *given = (piece.strip() for piece in part.split(","))
        suffixes = [piece for piece in given if _SUFFIX.fullmatch(piece)]
        first = [piece for piece in given if piece and piece not in suffixes]
        if name := " ".join((*first, family, *suffixes)).strip():
            names.append(name)
    return tuple(dict.fromkeys(names))


def other_prefix(text: str) -> str:
    """Return the DOI with the other one of the two prefixes."""
    prefix, _, rest = text.partition("/")
    return f"{PREFIXES[prefix == PREFIXES[0]]}/{rest}"


def as_category(text: object) -> str:
    """Return a category as it is compared: "cell_biology" in an address is "cell biology"."""
    return " ".join(text.lower().replace("_", " ").split()) if isinstance(text, str) else ""
