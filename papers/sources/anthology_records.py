"""Volumes of the ACL Anthology, https://github.com/acl-org/acl-anthology (`data/xml`)."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from xml.etree import ElementTree

from papers import markup, paper_key
from papers.paper_key import PaperKey, Scheme
from papers.presentations import AWARD
from papers.sources.listings import ListedPaper, Proceedings
from papers.sources.responses import MalformedError

Element = ElementTree.Element

_VENUES: Final = {
    "cl": "Computational Linguistics",
    "coling": "COLING",
    "conll": "CoNLL",
    "findings": "Findings of the ACL",
    "lrec": "LREC",
    "semeval": "SemEval",
    "starsem": "*SEM",
}
"""Names that are not their id in capitals."""
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_ABOUT_A_MONTH: Final = timedelta(days=30)
_NO_PAPERS: Final = ("tutorial", "tutorials")
"""Volumes of a conference whose entries announce courses."""
_OUTER_TAG = re.compile(r"\A<[^>]*>|</[^>]*>\s*\Z")


def volumes(body: bytes) -> list[Proceedings]:
    """Return the volumes of one of the Anthology's files, such as `2022.acl.xml`.

    Raises:
        MalformedError: it is no such file, or cut short.
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise MalformedError("the volume defines entities")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - nothing in it defines entities
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise MalformedError("the volume cannot be read") from error
    if root.tag != "collection" or not root.get("id"):
        raise MalformedError("answered with no volume")
    return [
        _volume(root.get("id", ""), volume)
        for volume in root.iterfind("volume")
        if volume.get("id") not in _NO_PAPERS
    ]


def _volume(collection: str, volume: Element) -> Proceedings:
    meta = volume.find("meta")
    year = _words(meta, "year")
    venue = f"{_venue(_words(meta, 'venue'))} {year}".strip()
    papers: list[ListedPaper] = []
    broken = 0
    for element in volume.iterfind("paper"):
        try:
            papers.append(_paper(collection, volume, element, venue, _day(meta, year)))
        except ValueError:
            broken += 1
    first = _day(meta, year)
    return Proceedings(venue, tuple(papers), broken, last=first and first + _ABOUT_A_MONTH)


def _paper(
    collection: str, volume: Element, element: Element, venue: str, day: date | None
) -> ListedPaper:
    # Papers of the scheme since 2020 whose PDF is not here have no address.
    number = f"{collection}-{volume.get('id')}.{element.get('id')}"
    key = paper_key.of(Scheme.ACL, _words(element, "url")) or paper_key.of(Scheme.ACL, number)
    title = markup.line(_inner(element, "title"))
    if key is None or not title:
        raise ValueError("the paper has no id or no title")
    revisions = [int(one.get("id", "")) for one in element.iterfind("revision") if one.get("id")]
    return ListedPaper(
        key=str(key),
        source="ACL Anthology",
        title=title,
        authors=tuple(_authors(element)),
        abstract=markup.text(_inner(element, "abstract")),
        first_day=day,
        day=day,
        version=max(revisions, default=1),
        licence="CC BY 4.0" if day and day.year >= 2016 else None,
        venue=venue or None,
        kind=_kind(volume, element),
        withdrawn=element.find("retracted") is not None,
        aliases=tuple(_aliases(element, key)),
    )


def _kind(volume: Element, element: Element) -> str:
    if _words(element, "award"):
        return AWARD
    return "article" if volume.get("type") == "journal" else "proceedings"


def _aliases(element: Element, key: PaperKey) -> Iterator[str]:
    found = paper_key.of_doi(_words(element, "doi"))
    if found is not None and found != key:
        yield str(found)


def _authors(element: Element) -> Iterator[str]:
    for author in element.iterfind("author"):
        name = f"{_words(author, 'first')} {_words(author, 'last')}".strip()
        if name:
            yield markup.line(name)


def _day(meta: Element | None, year: str) -> date | None:
    """Return the first day of the month of a volume, of the first of several."""
    month = _words(meta, "month")[:3].lower()
    number = _MONTHS.index(month) + 1 if month in _MONTHS else 1
    try:
        return date(int(year), number, 1)
    except ValueError:
        return None


def _venue(name: str) -> str:
    return _VENUES.get(name, name.upper())


def _words(element: Element | None, name: str) -> str:
    found = element.find(name) if element is not None else None
    return "".join(found.itertext()).strip() if found is not None else ""


def _inner(element: Element, name: str) -> str:
    """Return what is in an element, with its markup."""
    found = element.find(name)
    if found is None:
        return ""
    found.tail = None
    return _OUTER_TAG.sub("", ElementTree.tostring(found, encoding="unicode"))
