"""What is read of each recorded or rebuilt answer of a source beside the project."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

from pydantic import ValidationError

from papers.importing import read_ids
from papers.sources.anthology_records import volumes
from papers.sources.biorxiv_records import listed_paper
from papers.sources.conference_records import programme
from papers.sources.crossref_records import listed_work
from papers.sources.feed_parsing import parse_feed
from papers.sources.feed_records import contents
from papers.sources.huggingface_records import record_of
from papers.sources.responses import MalformedError, Response
from tests.papers.sources.recorded_answers import SAMPLES, cassette

TODAY: Final = date(2026, 9, 30)
"""Younger than every sample."""


@dataclass
class Read:
    """What became of the records of a sample."""

    records: int = 0
    papers: set[str] = field(default_factory=set[str])
    """The keys of those that were read; versions of a paper are one."""
    refused: Counter[str] = field(default_factory=Counter[str])
    """How many records, or whole answers, were not read, by the reason."""

    def rows(self, wires: Iterable[Any], read: Callable[[Any], str]) -> "Read":
        """Read each row; `read` returns the key of its paper."""
        for wire in wires:
            self.records += 1
            try:
                self.papers.add(read(wire))
            except (ValueError, TypeError) as error:
                self.refused[_reason(error)] += 1
        return self

    def line(self, path: Path) -> dict[str, Any]:
        """Return the sample's line."""
        return {
            "file": f"{path.parent.name}/{path.name}",
            "is": kind_of(path),
            "records": self.records,
            "papers": len(self.papers),
            "refused": dict(self.refused),
        }


Reader = Callable[[Path], Read]


def kind_of(path: Path) -> str:
    """Return how far a sample is real, which its name says."""
    kinds = {"SYNTHETIC": "rebuilt", "TRANSCRIBED": "transcribed"}
    return kinds.get(path.name.partition("__")[0], "recorded")


def samples_of(source: str) -> list[dict[str, Any]]:
    """Return what is read of each sample of a source, by its name; none of one without samples."""
    found: list[dict[str, Any]] = []
    for pattern, reader in _READERS.get(source, {}).items():
        for path in sorted(SAMPLES.glob(pattern)):
            try:
                read = reader(path)
            except MalformedError as error:
                read = Read(refused=Counter([str(error)]))
            found.append(read.line(path))
    return found


def unread() -> list[str]:
    """Return the samples that no parser of the project reads."""
    read = {
        each
        for patterns in _READERS.values()
        for pattern in patterns
        for each in SAMPLES.glob(pattern)
    }
    files = {each for each in SAMPLES.glob("*/*") if each.is_file()}
    return sorted(f"{each.parent.name}/{each.name}" for each in files - read)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        names = sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]})
        return f"without {' or '.join(names)}"
    return str(error)


def _answer(path: Path) -> Response:
    return Response(200, {}, path.read_bytes())


def _biorxiv(server: str) -> Reader:
    def read(path: Path) -> Read:
        answer: Any = _answer(path).json()
        answers = cast("list[Any]", answer if isinstance(answer, list) else [answer])
        found = Read()
        for each in answers:
            whole = each.get("raw_response", each)
            if not whole.get("collection"):
                found.refused[str(whole["messages"][0]["status"])] += 1
            found.rows(whole.get("collection", ()), lambda row: listed_paper(row, server).key)
        return found

    return read


def _work(path: Path) -> Read:
    return Read().rows([_answer(path).json()["message"]], lambda work: listed_work(work).key)


def _cassette(path: Path) -> Read:
    found = Read()
    for address, status, body in cassette(path):
        if "api.crossref.org/works" not in address:
            continue
        if status != 200:
            found.refused[f"answered {status}"] += 1
            continue
        message: Mapping[str, Any] = json.loads(body)["message"]
        if "items" not in message and "DOI" not in message:
            found.refused["no work, and no list of works"] += 1
            continue
        found.rows(message.get("items", [message]), lambda work: listed_work(work).key)
    return found


def _programme(path: Path) -> Read:
    abstracts = path.with_name(path.name.replace("orals-posters", "abstracts"))
    known: dict[str, Any] = _answer(abstracts).json() if abstracts != path else {}
    answer = _answer(path).json()
    read = programme(answer, known, "ICML", 2026, "https://icml.cc")
    found = Read(len(answer["results"]), {paper.key for paper in read.papers})
    return _counting(found, read.broken)


def _volumes(path: Path) -> Read:
    parts = volumes(path.read_bytes())
    papers = [paper.key for part in parts for paper in part.papers]
    broken = sum(part.broken for part in parts)
    return _counting(Read(len(papers) + broken, set(papers)), broken)


def _feed(path: Path) -> Read:
    head, entries = parse_feed(path.read_bytes())
    read = contents(head, entries, TODAY)
    found = _counting(Read(len(entries), {paper.key for paper in read.papers}), read.broken)
    if left_out := len(entries) - len(read.papers) - read.broken:
        found.refused["no paper: news, a cover, or a second time"] = left_out
    return found


def _hub(path: Path) -> Read:
    answer: Any = _answer(path).json()
    rows = cast("list[Any]", answer if isinstance(answer, list) else [answer])
    return Read().rows(rows, lambda row: record_of(row, "https://hub.example").paper.id)


def _zotero(path: Path) -> Read:
    answer: Any = _answer(path).json()
    rows = cast("list[Any]", answer if isinstance(answer, list) else [answer])
    items = [each["data"] for each in rows]
    known = read_ids(json.dumps(items).encode(), "zotero.json")
    stated = {each.keys[0] for each in known.unreadable if each.keys}  # looked up by their ids
    found = Read(len(items), {*known.ids, *stated})
    if left_out := len(items) - len(found.papers):
        found.refused["no paper: attachments, notes, items without an id"] = left_out
    return found


def _counting(found: Read, broken: int) -> Read:
    if broken:
        found.refused["without a title or an address"] = broken
    return found


_READERS: Final[Mapping[str, Mapping[str, Reader]]] = {
    "Hugging Face": {"huggingface/TRANSCRIBED__*.json": _hub},
    "bioRxiv": {
        "biorxiv/*details*_biorxiv*.json": _biorxiv("bioRxiv"),
        "biorxiv/*biorxiv_details*.json": _biorxiv("bioRxiv"),
        "biorxiv/SYNTHETIC__*.json": _biorxiv("bioRxiv"),
        "biorxiv/TRANSCRIBED__*.json": _biorxiv("bioRxiv"),
    },
    "medRxiv": {"biorxiv/*details*_medrxiv*.json": _biorxiv("medRxiv")},
    "Crossref": {
        "crossref/prereview__*.json": _work,
        "crossref/*.yaml": _cassette,
    },
    "virtual sites": {
        "virtual-conference/*orals-posters.json": _programme,
        "virtual-conference/*not-yet.json": _programme,
    },
    "ACL Anthology": {"acl/*.xml": _volumes},
    "Zotero": {"zotero/pyzotero__item*_doc.json": _zotero},
    "feeds": {"feeds/*__*": _feed, "biorxiv/miniflux__*.xml": _feed},
}
