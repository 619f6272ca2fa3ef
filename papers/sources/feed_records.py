"""Entries of RSS and Atom feeds, of any journal or site, as papers."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from papers import doi, markup, paper_key, paper_links
from papers.paper_key import PaperKey, Scheme
from papers.sources._lenient_fields import Known, Text, Wire
from papers.sources.feed_parsing import Moment
from papers.sources.listings import ListedPaper

_NEWS = re.compile(r"nature\.com/articles/d\d|10\.1038/d\d", re.IGNORECASE)
_NO_PAPERS: Final = frozenset((
    "book review", "books et al", "career", "corrections and clarifications", "correction",
    "editorial", "erratum", "in brief", "letter to the editor", "news", "news & views",
    "news feature", "obituary", "podcast", "policy forum", "retraction", "this week in science",
))  # fmt: skip
"""Kinds that journals state of what is no paper (`dc:type`, `prism:section`)."""
_NO_PAPER_TITLE = re.compile(
    r"(?:table of contents|front (?:cover|matter)|back cover|cover (?:image|picture)|masthead|"
    r"editorial board|issue information|in this issue|author index|call for papers|"
    r"(?:\w+ ){0,6}publication information|information for authors)\b|"
    r"(?:(?:author|publisher) )?(?:correction|corrigendum|erratum|retraction(?: note)?)(?: to|:)",
    re.IGNORECASE,
)
# "Nature, Published online: 13 May 2026; doi:10.1038/…", "Science, Volume 392, Issue 6800, 2026."
_CITATION = re.compile(
    r"arXiv:\S{4,30} Announce Type: \S{3,20}\s+Abstract:\s*"
    r"|[^.;]{2,100}, (?:Published online: [^;]{4,40}|(?:Volume|Vol\.) [^;]{1,120}?(?:19|20)\d\d)"
    r"[;.]\s*(?:\|?\s*doi:\s*10\.\S+?/(?:\w|[.-](?=\w))+)?\s*"
)
_TITLE_REST = re.compile(
    r"(?:\s*[-|:\u2013]\s*)?(?:new TOC|table of contents(?: alert)?|current issue|early view|"
    r"latest (?:articles|results|issue)|online first|articles in press|rss(?: feed)?)\s*$",
    re.IGNORECASE,
)
_AND = re.compile(r",?\s+and\s+")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")
_VERSION = re.compile(r"\d{6}v(\d{1,3})(?=[?.#]|$)")
_LICENCE = re.compile(r"https?://creativecommons\.org/\S+")
_OLDEST: Final = date(1900, 1, 1)
_LONGEST_NAME: Final = 80


def _joined(value: Any) -> Any:
    """Return a list's or a text's names: IEEE writes `<authors>A;B;</authors>`."""
    if isinstance(value, str):
        return [{"name": name} for name in value.split(";")]
    return value


class _Name(Wire):
    name: Known[Text] = None


class _Content(Wire):
    value: Known[str] = None


class _Term(Wire):
    term: Known[Text] = None


class _Entry(Wire):
    id: Known[Text] = None
    link: Known[Text] = None
    title: Known[str] = None
    summary: Known[str] = None
    content: Known[list[_Content]] = None
    authors: Annotated[Known[list[Known[_Name]]], BeforeValidator(_joined)] = None
    identifier: Known[Text] = Field(None, alias="dc_identifier")
    prism_doi: Known[Text] = None
    prism_url: Known[Text] = None
    published: Known[Moment] = Field(None, alias="published_parsed")
    updated: Known[Moment] = Field(None, alias="updated_parsed")
    type: Known[Text] = Field(None, alias="dc_type")
    section: Known[Text] = Field(None, alias="prism_section")
    journal: Known[Text] = Field(None, alias="prism_publicationname")
    rights: Known[Text] = None
    tags: Known[list[Known[_Term]]] = None


class _Head(Wire):
    title: Known[Text] = None
    journal: Known[Text] = Field(None, alias="prism_publicationname")
    ttl: Known[int] = None


@dataclass(frozen=True, slots=True)
class FeedContents:
    """What a feed holds, in its order."""

    title: str
    """The journal's or site's name, without "RSS" or "new TOC"."""
    papers: tuple[ListedPaper, ...]
    broken: int
    """Entries without a title or an address."""
    ttl: int | None = None
    """Minutes for which the feed does not change, as it says itself."""
    guids: Mapping[str, str] = field(default_factory=dict[str, str])
    """The feed's own ids of its entries by the keys of their papers, where no two are equal."""


def contents(
    head: Mapping[str, Any], entries: Iterable[Mapping[str, Any]], today: date
) -> FeedContents:
    """Return the papers of a feed; entries that are no papers (covers, news) are left out.

    A date after `today` is not known: dates of issues lie ahead.
    """
    known = _Head.model_validate(head)
    title = feed_title(known.journal or known.title or "")
    papers: dict[str, ListedPaper] = {}
    guids: dict[str, str] = {}
    broken = 0
    for wire in entries:
        entry = _Entry.model_validate(wire)
        if _is_no_paper(entry):
            continue
        try:
            paper = _paper(entry, title, today)
        except ValueError:
            broken += 1
        else:
            if papers.setdefault(paper.key, paper) is paper and entry.id:
                guids[paper.key] = entry.id
    often = Counter(guids.values())
    guids = {key: guid for key, guid in guids.items() if often[guid] == 1}
    return FeedContents(title, tuple(papers.values()), broken, known.ttl, guids)


def feed_title(text: str) -> str:
    """Return the name in a feed's title: "Nature - Table of Contents" is "Nature"."""
    name = markup.line(text)
    return _TITLE_REST.sub("", name).strip() or name


def _is_no_paper(entry: _Entry) -> bool:
    kinds = {(entry.type or "").lower(), (entry.section or "").lower()}
    return bool(
        kinds & _NO_PAPERS
        or _NEWS.search(entry.link or entry.id or "")
        or _NO_PAPER_TITLE.match(markup.line(entry.title or ""))
    )


def _paper(entry: _Entry, title: str, today: date) -> ListedPaper:
    key = _key(entry)
    name = markup.line(entry.title or "")
    if key is None or not name:
        raise ValueError("the entry has no address or no title")
    is_preprint = key.scheme is Scheme.DOI and doi.PREPRINTS.fullmatch(key.value) is not None
    version = _VERSION.search(entry.link or "") if is_preprint else None
    moment = entry.published or entry.updated
    day = moment.date() if moment and _OLDEST < moment.date() <= today else None
    return ListedPaper(
        key=str(key),
        source=title,
        title=name,
        authors=_authors(entry.authors or ()),
        abstract=_abstract(entry, name),
        day=day,
        version=int(version[1]) if version else None,
        licence=entry.rights if _LICENCE.fullmatch(entry.rights or "") else None,
        venue=entry.journal if entry.journal and entry.journal != title else None,
        kind="preprint" if is_preprint else "article" if key.scheme is Scheme.DOI else None,
    )


def _key(entry: _Entry) -> PaperKey | None:
    """Return the key of an entry, by the ids that it states, or by its address."""
    for identifier in (entry.prism_doi, entry.identifier):
        if identifier and (key := paper_key.of_doi(identifier)) is not None:
            return key
    addresses = [text for text in (entry.link, entry.prism_url, entry.id) if text]
    for address in addresses:
        if (found := paper_links.parse(address)) is not None:
            return PaperKey.read(found)
    return next(filter(None, map(paper_key.of_page, addresses)), None)


def _abstract(entry: _Entry, title: str) -> str:
    texts = [one.value for one in entry.content or () if one.value] or [entry.summary or ""]
    text = markup.text(max(texts, key=len))
    text = _CITATION.sub("", text, count=1).strip() if _CITATION.match(text) else text
    return "" if text == title else text


def _authors(names: Iterable[_Name | None]) -> tuple[str, ...]:
    found: list[str] = []
    for one in names:
        name = markup.line(one.name) if one and one.name else ""
        found += _split(name)
    return tuple(dict.fromkeys(name for name in found if 1 < len(name) <= _LONGEST_NAME))


def _split(text: str) -> list[str]:
    """Split names that stand in one text: "Kukla, D., Wood, D." or "Ada Example, Bo Sample"."""
    parts = [part for part in _AND.sub(", ", text).split(", ") if part]
    if len(parts) > 1 and len(parts) % 2 == 0 and all(
        _INITIALS.fullmatch(part) for part in parts[1::2]
    ):  # fmt: skip
        return [f"{given} {family}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    if len(parts) == 2 and " " not in parts[0]:
        return [f"{parts[1]} {parts[0]}"]
    return parts
