"""What Crossref says of a work, and the `ListedPaper` it becomes.

Reference: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md. Titles and abstracts
are JATS, HTML or either of them escaped, as publishers hand them in.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final, cast

from pydantic import Field

from papers import doi, markup, paper_key
from papers.sources._lenient_fields import Known, Text, Wire
from papers.sources.declared import code_of
from papers.sources.listings import ListedPaper

CORRECTION: Final = "correction"
"""The kind of notices about other works."""
_KINDS: Final = {
    "posted-content": "preprint",
    "journal-article": "article",
    "proceedings-article": "proceedings",
    "book-chapter": "chapter",
    "book": "book",
    "edited-book": "book",
    "monograph": "book",
    "reference-entry": "chapter",
    "report": "report",
    "dissertation": "dissertation",
    "dataset": "dataset",
    "other": "article",
}
"""Types of works that are papers, https://api.crossref.org/types; the others are parts of works,
series and journals, grants, and reviews."""
_SERVERS: Final = {
    "10.26434": "ChemRxiv",
    "10.2139": "SSRN",
    "10.21203": "Research Square",
    "10.36227": "TechRxiv",
    "10.22541": "Authorea",
    "10.31124": "Advance",
    "10.20944": "Preprints.org",
    "10.31219": "OSF Preprints",
    "10.31234": "PsyArXiv",
    "10.31235": "SocArXiv",
    "10.1590": "SciELO Preprints",
}
"""Preprint servers by the prefix of their DOIs; bioRxiv and medRxiv share theirs."""
_NOTICES: Final = frozenset(
    ("addendum", "correction", "corrigendum", "erratum", "expression_of_concern", "removal",
     "retraction", "withdrawal", "clarification", "concern")
)  # fmt: skip
_RETRACTIONS: Final = frozenset(("removal", "retraction", "withdrawal"))
_NOTICE_TITLE = re.compile(
    r"(?:(?:author|publisher)(?:'s)? )?(?:correction|corrigendum|erratum|retraction(?: note)?"
    r"|addendum|expression of concern)(?: to|:)",
    re.IGNORECASE,
)
_SAME_WORK: Final = ("is-preprint-of", "has-preprint", "is-version-of", "has-version", "is-same-as")
_NO_CATEGORIES: Final = frozenset(("preprints", "in review", "open science framework"))


class _Name(Wire):
    given: Known[Text] = None
    family: Known[Text] = None
    name: Known[Text] = None
    suffix: Known[Text] = None


class _Date(Wire):
    parts: Known[list[list[int | None]]] = Field(None, alias="date-parts")

    @property
    def numbers(self) -> tuple[int, ...]:
        """Year, month and day, as far as they are known."""
        known = self.parts[0] if self.parts else []
        return tuple(number for number in known if number)


class _Licence(Wire):
    url: Known[Text] = Field(None, alias="URL")


class _Related(Wire):
    id: Known[Text] = None
    id_type: Known[Text] = Field(None, alias="id-type")


class _Update(Wire):
    type: Known[Text] = None


class _Work(Wire):
    doi: Text = Field(alias="DOI")
    type: Text
    titles: Known[list[str]] = Field(None, alias="title")
    authors: Known[list[Known[_Name]]] = Field(None, alias="author")
    abstract: Known[str] = None
    containers: Known[list[Text]] = Field(None, alias="container-title")
    institutions: Known[list[_Name]] = Field(None, alias="institution")
    group: Known[Text] = Field(None, alias="group-title")
    publisher: Known[Text] = None
    published: Known[_Date] = None
    issued: Known[_Date] = None
    created: Known[_Date] = None
    licences: Known[list[Known[_Licence]]] = Field(None, alias="license")
    relation: Known[dict[str, list[_Related]]] = None
    updates: Known[list[_Update]] = Field(None, alias="update-to")
    updated_by: Known[list[_Update]] = Field(None, alias="updated-by")


def listed_work(message: Any) -> ListedPaper:
    """Return the paper that a work is; a notice about another work has the kind `CORRECTION`.

    Raises:
        ValueError: it has no DOI or no title, or is no paper but a part of one, a review or so.
    """
    work = _Work.model_validate(message)
    key, kind = paper_key.of_doi(work.doi), _KINDS.get(work.type)
    titles = [title for text in work.titles or () if (title := markup.line(text))]
    if key is None or kind is None or not titles:
        raise ValueError("the work is no paper")
    # arXiv's and the ACL's works have other keys, and their versions are not in their DOIs.
    version = _version(work.doi.lower())
    is_preprint = kind == "preprint"
    server = _server(work) if is_preprint else None
    related = tuple(_related(work, str(key)))
    return ListedPaper(
        key=str(key),
        source=server or "Crossref",
        title=titles[0],
        authors=_authors(work.authors or ()),
        abstract=markup.text(work.abstract or ""),
        categories=_categories(work, server),
        day=_day(work),
        version=version,
        licence=next((one.url for one in work.licences or () if one and one.url), None),
        venue=None if is_preprint else next(map(markup.line, work.containers or ()), None),
        kind=CORRECTION if _is_notice(work, titles[0]) else kind,
        published_doi=next(
            (found.partition(":")[2] for name, found in related if name == "is-preprint-of"), None
        ),
        withdrawn=any(update.type in _RETRACTIONS for update in work.updated_by or ()),
        aliases=tuple(dict.fromkeys(found for _, found in related)),
    )


def listed_works(messages: Iterable[Any]) -> tuple[list[ListedPaper], int]:
    """Return the papers among works, and how many works cannot be read.

    What is no paper, and notices about papers, are left out.
    """
    papers: list[ListedPaper] = []
    broken = 0
    for message in messages:
        try:
            paper = listed_work(message)
        except ValueError:
            broken += _is_paper(message)
        else:
            if paper.kind != CORRECTION:
                papers.append(paper)
    return papers, broken


def _is_paper(message: Any) -> bool:
    if not isinstance(message, dict):
        return True
    kind = cast("dict[str, Any]", message).get("type")
    return not isinstance(kind, str) or kind in _KINDS


def _is_notice(work: _Work, title: str) -> bool:
    about = any(update.type in _NOTICES for update in work.updates or ())
    return about or _NOTICE_TITLE.match(title) is not None


def _version(text: str) -> int | None:
    cut_off = text.removeprefix(doi.work(text))
    found = re.search(r"[0-9]{1,4}$", cut_off)
    return int(found[0]) if found else None


def _server(work: _Work) -> str:
    registrant = work.doi.partition("/")[0]
    institution = next((one.name for one in work.institutions or () if one.name), None)
    return _SERVERS.get(registrant) or institution or work.publisher or "Crossref"


def _categories(work: _Work, server: str | None) -> tuple[str, ...]:
    group = markup.line(work.group or "").lower()
    if server is None or not group or group in _NO_CATEGORIES or group == server.lower():
        return ()
    return (code_of(re.sub(r"[^a-z0-9]", "", server.lower()), group),)


def _authors(authors: Iterable[_Name | None]) -> tuple[str, ...]:
    names = (
        " ".join(filter(None, (one.given, one.family or one.name, one.suffix)))
        for one in authors
        if one is not None
    )
    return tuple(dict.fromkeys(filter(None, map(markup.line, names))))


def _day(work: _Work) -> date | None:
    """Return the day of publication, or of registration where only its year or month is known."""
    numbers = next((when.numbers for when in (work.published, work.issued) if when), ())
    created = work.created.numbers if work.created else ()
    if len(numbers) < 3 and created[: len(numbers)] == numbers:
        numbers = created
    try:
        return date(*(*numbers, 1, 1)[:3]) if numbers else None
    except (ValueError, OverflowError):
        return None


def _related(work: _Work, own: str) -> Iterator[tuple[str, str]]:
    """Yield the keys of the same work with how it is related, but not its own."""
    for name in _SAME_WORK:
        for one in (work.relation or {}).get(name, ()):
            key = paper_key.of_doi(one.id) if one.id and one.id_type == "doi" else None
            if key is not None and str(key) != own:
                yield name, str(key)
