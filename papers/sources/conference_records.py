"""Programmes of conferences, as their virtual sites serve them, and volumes of the ACL Anthology.

The sites of ICLR, ICML, NeurIPS, MLSys, CVPR, ICCV and ECCV are one program:
`…-orals-posters.json` has a row for each event, so that a talk has two, and `…-abstracts.json` the
abstracts by event. `poster` in an event's name is its kind, also of "Spotlight Poster".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, cast
from urllib.parse import urljoin

from pydantic import Field

from papers import markup, paper_key, paper_links
from papers.paper_key import PaperKey, Scheme
from papers.presentations import better, place_of, presentation_of
from papers.sources._lenient_fields import Known, Text, Wire
from papers.sources.declared import code_of
from papers.sources.listings import ListedPaper, Proceedings
from papers.sources.responses import MalformedError


class _Named(Wire):
    fullname: Known[Text] = None


class _Medium(Wire):
    uri: Known[Text] = None


class _Event(Wire):
    id: Known[int] = None
    uid: Known[Text] = None
    name: Annotated[str, Field(strict=True, min_length=1)]
    authors: Known[list[Known[_Named]]] = None
    abstract: Known[str] = None
    topic: Known[Text] = None
    decision: Known[Text] = None
    type: Known[Text] = Field(None, alias="eventtype")
    type_too: Known[Text] = Field(None, alias="event_type")
    source_url: Known[Text] = Field(None, alias="sourceurl")
    page: Known[Text] = Field(None, alias="virtualsite_url")
    paper_url: Known[Text] = None
    media: Known[list[Known[_Medium]]] = Field(None, alias="eventmedia")
    visible: Known[bool] = None
    begins: Known[datetime] = Field(None, alias="starttime")
    ends: Known[datetime] = Field(None, alias="endtime")

    @property
    def kind(self) -> str | None:
        """The best of what the decision and the event say; `None` for other events."""
        return presentation_of(self.decision or "", f"{self.type} {self.type_too}")

    @property
    def is_papers(self) -> bool:
        """Whether this is shown, and is of a paper of the conference itself."""
        refused = re.search(r"reject|withdr", self.decision or "", re.IGNORECASE)
        workshop = "/workshop/" in (self.source_url or "").lower()
        return self.kind is not None and self.visible is not False and not refused and not workshop

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the event, where it is."""
        return tuple(moment.date() for moment in (self.begins, self.ends) if moment is not None)


def programme(
    answer: Mapping[str, Any], abstracts: Mapping[str, Any], name: str, year: int, base_url: str
) -> Proceedings:
    """Return the papers of a conference, each once, talks first; none before it has a programme.

    Workshops' rows and hidden ones are left out.

    Raises:
        MalformedError: there are more rows than the answer holds.
    """
    rows = cast("list[Any]", answer.get("results"))
    if answer.get("count") != len(rows) or answer.get("next"):
        raise MalformedError(f"counts {answer.get('count')} rows and lists {len(rows)}")
    papers: dict[str, ListedPaper] = {}
    broken = 0
    days: list[date] = []
    for row in rows:
        try:
            event = _Event.model_validate(row)
            if not event.is_papers:
                continue
            paper = _paper(event, abstracts, name, year, base_url)
        except ValueError:
            broken += 1
            continue
        # A year that is none of the conference's is a slip of the pen, or of a recording.
        days += (day for day in event.days if day.year == year)
        work = event.uid or paper.key
        papers[work] = _together(papers[work], paper) if work in papers else paper
    first, last = min(days, default=None), max(days, default=None)
    unique: dict[str, ListedPaper] = {}
    for paper in papers.values():
        known = unique.get(paper.key)
        unique[paper.key] = _together(known, paper) if known else paper
    ranked = sorted(unique.values(), key=lambda paper: place_of(paper.kind))
    dated = (replace(paper, first_day=first) for paper in ranked)
    return Proceedings(f"{name} {year}", tuple(dated), broken, last=last)


def _paper(
    event: _Event, abstracts: Mapping[str, Any], name: str, year: int, base_url: str
) -> ListedPaper:
    title = markup.line(event.name)
    page = paper_key.of_page(urljoin(base_url, event.page)) if event.page else None
    key = _linked(event) or page
    if key is None or not title:
        raise ValueError("the event has no address or no title")
    apart = abstracts.get(str(event.id))
    abstract = event.abstract or (apart if isinstance(apart, str) else "")
    topic = (event.topic or "").rpartition("->")[2].strip()
    names = (markup.line(one.fullname) for one in event.authors or () if one and one.fullname)
    return ListedPaper(
        key=str(key),
        source=name,
        title=title,
        authors=tuple(dict.fromkeys(filter(None, names))),
        abstract=markup.text(abstract),
        categories=(code_of(name.lower(), topic),) if topic else (),
        venue=f"{name} {year}",
        kind=event.kind,
        aliases=(str(page),) if page is not None and page != key else (),
    )


def _linked(event: _Event) -> PaperKey | None:
    """Return the key of the paper that an event links to, which some get late."""
    media = (medium.uri for medium in event.media or () if medium and medium.uri)
    for address in filter(None, (event.paper_url, *media)):
        if (found := paper_links.parse(address)) is not None:
            return PaperKey.read(found)
    return None


def _together(first: ListedPaper, second: ListedPaper) -> ListedPaper:
    """Return two rows of one paper as one: what each knows, and the better kind."""
    linked = first if not first.key.startswith(f"{Scheme.PAGE}:") else second
    keys = dict.fromkeys((first.key, *first.aliases, second.key, *second.aliases))
    return replace(
        linked,
        kind=better(first.kind, second.kind),
        authors=max(first.authors, second.authors, key=len),
        abstract=first.abstract or second.abstract,
        categories=first.categories or second.categories,
        aliases=tuple(key for key in keys if key != linked.key),
    )


def proceedings_of(parts: Iterable[Proceedings], venue: str) -> Proceedings:
    """Return several volumes as one, papers with an award first, else in their order."""
    known = tuple(parts)
    papers = {paper.key: paper for part in known for paper in part.papers}
    ranked = sorted(papers.values(), key=lambda paper: place_of(paper.kind))
    last = max((part.last for part in known if part.last is not None), default=None)
    return Proceedings(venue, tuple(ranked), sum(part.broken for part in known), last=last)
