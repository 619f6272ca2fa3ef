"""DataCite: the DOIs of repositories such as Zenodo, figshare and institutions, which Crossref
does not know.

Reference: https://support.datacite.org/docs/api-get-doi. Known from its documentation alone.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final, cast
from urllib.parse import quote

import aiohttp
from pydantic import Field

from papers import markup, paper_key
from papers.doi import first_version
from papers.model import Batch, Record
from papers.sources._budget import utc_now
from papers.sources._http import Fetcher
from papers.sources._lenient_fields import Known, Text, Wire
from papers.sources.crossref import Crossref
from papers.sources.listings import ListedPaper
from papers.sources.rate_limits import RateLimiter
from papers.sources.responses import MalformedError, Response, RetryPolicy

DATACITE_URL: Final = "https://api.datacite.org"
PACE: Final = 0.5
"""Seconds between requests."""
_MANNERS: Final = RetryPolicy(timeout=15.0, attempts=3, cool_down=60.0, cache_for=86_400.0)
"""A DOI that DataCite does not know is not asked for again for a day."""
_KINDS: Final = {
    "preprint": "preprint",
    "journalarticle": "article",
    "text": "article",
    "conferencepaper": "proceedings",
    "bookchapter": "chapter",
    "book": "book",
    "report": "report",
    "dissertation": "dissertation",
}
"""What is a paper of https://datacite-metadata-schema.readthedocs.io (`resourceTypeGeneral`)."""
_DATES: Final = frozenset(("Issued", "Submitted", "Available", "Created"))
_SAME_WORK: Final = frozenset(("isversionof", "isidenticalto", "isnewversionof", "hasversion"))


class _Title(Wire):
    title: Known[str] = None


class _Creator(Wire):
    name: Known[Text] = None
    given: Known[Text] = Field(None, alias="givenName")
    family: Known[Text] = Field(None, alias="familyName")


class _Description(Wire):
    text: Known[str] = Field(None, alias="description")
    type: Known[Text] = Field(None, alias="descriptionType")


class _Types(Wire):
    general: Known[Text] = Field(None, alias="resourceTypeGeneral")


class _Rights(Wire):
    address: Known[Text] = Field(None, alias="rightsUri")


class _Related(Wire):
    id: Known[Text] = Field(None, alias="relatedIdentifier")
    kind: Known[Text] = Field(None, alias="relatedIdentifierType")
    relation: Known[Text] = Field(None, alias="relationType")


class _Publisher(Wire):
    name: Known[Text] = None


class _Date(Wire):
    date: Known[Text] = None
    type: Known[Text] = Field(None, alias="dateType")


class _Container(Wire):
    title: Known[Text] = None


class _Attributes(Wire):
    doi: Text
    titles: Known[list[Known[_Title]]] = None
    creators: Known[list[Known[_Creator]]] = None
    descriptions: Known[list[Known[_Description]]] = None
    types: Known[_Types] = None
    rights: Known[list[Known[_Rights]]] = Field(None, alias="rightsList")
    related: Known[list[Known[_Related]]] = Field(None, alias="relatedIdentifiers")
    publisher: Known[Text | _Publisher] = None
    dates: Known[list[Known[_Date]]] = None
    year: Known[int] = Field(None, alias="publicationYear")
    container: Known[_Container] = None


class DataCite:
    """The API, asked for one DOI at a time."""

    name = "DataCite"

    def __init__(
        self,
        base_url: str = DATACITE_URL,
        *,
        session: aiohttp.ClientSession | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dois = f"{base_url.rstrip('/')}/dois"
        self._fetcher = Fetcher(
            self.name,
            gate=RateLimiter(PACE, sleep=sleep, clock=clock),
            manners=_MANNERS,
            session=session,
            sleep=sleep,
            clock=clock,
        )

    async def resolve(self, doi: str) -> ListedPaper | None:
        """Return what a DOI is of; `None` if it is no paper, or registered elsewhere or nowhere.

        Raises:
            SourceError: DataCite could not be asked.
        """
        return await self._fetcher.get(
            f"{self._dois}/{quote(doi, safe='')}", {}, _read, accept=(200, 404)
        )

    async def close(self) -> None:
        """Release the connections."""
        await self._fetcher.close()


class DoiResolver:
    """Any DOI: Crossref is asked, and DataCite for what Crossref does not know.

    A work whose versions alone are registered is looked up by its first one.
    """

    def __init__(self, crossref: Crossref, datacite: DataCite) -> None:
        self._crossref, self._datacite = crossref, datacite

    async def resolve(self, doi: str) -> ListedPaper | None:
        """Return what a DOI is of, `None` if no agency knows it as a paper.

        Raises:
            SourceError: an agency could not be asked before one knew the DOI.
        """
        for known in filter(None, (doi, first_version(doi))):
            if (paper := await self._crossref.resolve(known)) is not None:
                return paper
        return await self._datacite.resolve(doi)


class DoiSource:
    """Looks papers up by their DOIs, and lists nothing."""

    name = "doi.org"
    curated = False

    def __init__(self, crossref: Crossref, datacite: DataCite) -> None:
        self._resolver = DoiResolver(crossref, datacite)
        self._datacite = datacite

    def listed_days(self) -> Sequence[date]:
        """Return no day."""
        return ()

    async def daily(self, day: date) -> Batch:
        """Return nothing."""
        return Batch(day, ())

    async def latest(self) -> Batch:
        """Return nothing."""
        return await self.daily(utc_now().date())

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return the records of those keys with a registered DOI that an agency knows as papers."""
        records: list[Record] = []
        for key in dict.fromkeys(paper_ids):
            doi = paper_key.registered_doi(key)
            if doi is not None and (paper := await self._resolver.resolve(doi)) is not None:
                records.append(paper.record())
        return records

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return nothing."""
        return []

    async def close(self) -> None:
        """Release the connections to DataCite; those to Crossref are shared."""
        await self._datacite.close()


def listed_doi(attributes: Any) -> ListedPaper:
    """Return the paper that a DOI's attributes describe.

    Raises:
        ValueError: it is no paper, or has no title.
    """
    work = _Attributes.model_validate(attributes)
    key = paper_key.of_doi(work.doi)
    general = (work.types.general if work.types else None) or ""
    kind = _KINDS.get(general.lower())
    titles = (markup.line(one.title) for one in work.titles or () if one and one.title)
    title = next(filter(None, titles), "")
    if key is None or kind is None or not title:
        raise ValueError("the DOI is of no paper")
    publisher = work.publisher.name if isinstance(work.publisher, _Publisher) else work.publisher
    venue = work.container.title if work.container else None
    return ListedPaper(
        key=str(key),
        source=publisher or "DataCite",
        title=title,
        authors=tuple(dict.fromkeys(filter(None, map(_name, work.creators or ())))),
        abstract=_abstract(work.descriptions or ()),
        day=_day(work),
        licence=next((one.address for one in work.rights or () if one and one.address), None),
        venue=markup.line(venue) if venue and kind != "preprint" else None,
        kind=kind,
        aliases=tuple(_aliases(work.related or (), str(key))),
    )


def _name(creator: _Creator | None) -> str:
    if creator is None:
        return ""
    if creator.given and creator.family:
        return markup.line(f"{creator.given} {creator.family}")
    family, comma, given = (creator.name or creator.family or "").partition(",")
    return markup.line(f"{given} {family}" if comma else family)


def _abstract(descriptions: Iterable[_Description | None]) -> str:
    texts = (one.text for one in descriptions if one and one.type == "Abstract" and one.text)
    return markup.text(next(texts, ""))


def _day(work: _Attributes) -> date | None:
    """Return the earliest day that is known whole, or else the first of its year."""
    days: list[date] = []
    for one in work.dates or ():
        if one is None or one.type not in _DATES:
            continue
        try:
            days.append(date.fromisoformat((one.date or "")[:10]))
        except ValueError:
            continue
    if days:
        return min(days)
    return date(work.year, 1, 1) if work.year and 1800 <= work.year <= 2200 else None


def _aliases(related: Iterable[_Related | None], own: str) -> list[str]:
    keys = (
        paper_key.of_doi(one.id)
        for one in related
        if one and one.id and one.kind == "DOI" and (one.relation or "").lower() in _SAME_WORK
    )
    return list(dict.fromkeys(str(key) for key in keys if key is not None and str(key) != own))


def _read(answer: Response) -> ListedPaper | None:
    if answer.status == 404:
        if answer.is_html:
            raise MalformedError("answered with a web page instead of data")
        return None
    data = cast("dict[str, Any]", answer.envelope(data=dict)["data"])
    if not isinstance(data.get("attributes"), dict):
        raise MalformedError("answered without attributes")
    try:
        return listed_doi(data["attributes"])
    except ValueError:
        return None
