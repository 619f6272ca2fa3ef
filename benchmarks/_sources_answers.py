"""What the sources of `benchmarks.sources` answer."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from papers.zones import NEW_YORK
from tests.papers.sources import arxiv_answers, biorxiv_answers, conference_answers
from tests.papers.sources.recorded_answers import SAMPLES
from tests.papers.sources.serving import Reply, html_reply, json_reply
from tests.shared import SHARED

WORKING_DAYS: Final = {"bioRxiv": 230, "medRxiv": 55, "ChemRxiv": 40, "SSRN": 1_000}
"""Papers of a working day, from notes about the sources; ChemRxiv's are assumed. On Saturdays and
Sundays there is a third."""
FEEDS: Final = ("feed", "feed-of-a-day", "feed-out-of-reach")
FIRST_RECORDED: Final = date(2026, 6, 29)
_WEEKEND: Final = 5
_BIORXIV_PAGE: Final = 30
_CROSSREF_PAGE: Final = 100


class Answers:
    """Answers for each source, by its name."""

    def __init__(self, now: Callable[[], datetime], sizes: Mapping[str, int]) -> None:
        self._now = now
        self._sizes = sizes

    def of(self, source: str, path: str, query: Mapping[str, str]) -> Reply:
        """Return the answer to a request."""
        match source:
            case "Hugging Face":
                return _daily_papers(query)
            case "arXiv":
                return self._arxiv(query)
            case "bioRxiv" | "medRxiv":
                return self._biorxiv(source, path)
            case "ChemRxiv" | "SSRN":
                return self._crossref(source, query)
            case "feed":
                return _xml("feeds/SYNTHETIC__nature_rss1.xml")
            case "feed-of-a-day":
                return _xml("feeds/research_bot__iacr_eprint_rss2.xml")
            case "feed-out-of-reach":
                return html_reply()
            case _:
                return _conference(source, path)

    def _arxiv(self, query: Mapping[str, str]) -> Reply:
        if "id_list" in query:
            extra = '<category term="cs.CL"/>'
            return arxiv_answers.atom(
                *(arxiv_answers.entry(each, extra) for each in query["id_list"].split(","))
            )
        today = self._now().astimezone(NEW_YORK).date()
        items = () if today.weekday() >= _WEEKEND else (_item(today, 1), _item(today, 2))
        return arxiv_answers.rss(*items, day=f"{today:%a, %d %b %Y} 00:00:00 -0400")

    def _size(self, source: str, day: date) -> int:
        return self._sizes[source] // (3 if day.weekday() >= _WEEKEND else 1)

    def _biorxiv(self, source: str, path: str) -> Reply:
        _details, server, text, _until, cursor, _json = path.split("/")
        day, first = date.fromisoformat(text), int(cursor)
        total = self._size(source, day)
        rows = [
            biorxiv_answers.row(
                number,
                doi=f"10.64898/{day:%Y.%m.%d}.{('b', 'm').index(server[0])}{number:05}",
                date=text,
                server=source,
            )
            for number in range(first, min(first + _BIORXIV_PAGE, total))
        ]
        return biorxiv_answers.page(rows, total, day=day, cursor=first)

    def _crossref(self, source: str, query: Mapping[str, str]) -> Reply:
        text = query["filter"].rpartition(":")[2]
        day, prefix = date.fromisoformat(text), {"ChemRxiv": "10.26434", "SSRN": "10.2139"}[source]
        first, total = int(query["cursor"].replace("*", "0")), self._size(source, day)
        last = min(first + _CROSSREF_PAGE, total)
        numbers = [day.year, day.month, day.day]
        works = [
            {
                "DOI": f"{prefix}/{day:%y%m%d}{number:04}",
                "type": "posted-content",
                "title": [f"Work {number} of {text}"],
                "author": [{"given": "Ada", "family": f"Example{number}"}],
                "created": {"date-parts": [numbers]},
            }
            for number in range(first, last)
        ]
        message = {"total-results": total, "items": works, "next-cursor": str(last)}
        return json_reply({"status": "ok", "message-type": "work-list", "message": message})


def _item(day: date, number: int) -> str:
    return arxiv_answers.item(day.day * 100 + number)


def _daily_papers(query: Mapping[str, str]) -> Reply:
    if "sort" in query:
        (path,) = SAMPLES.glob("huggingface/*sort_trending.json")
        return Reply(path.read_bytes(), headers={"Content-Type": "application/json"})
    path = SHARED / "samples" / "hf_daily" / f"{query.get('date')}.json"
    first = 100 * int(query.get("p", 0))
    rows: list[Any] = json.loads(path.read_text()) if path.exists() else _before(query["date"])
    return json_reply(rows[first : first + 100])


def _before(text: str) -> list[Any]:
    """Return the one paper of a working day before the recorded ones."""
    day = date.fromisoformat(text)
    if day >= FIRST_RECORDED or day.weekday() >= _WEEKEND:
        return []
    paper = {
        "id": f"2606.{day.day:05}",
        "title": "A paper",
        "submittedOnDailyAt": f"{day}T00:00:00Z",
    }
    return [{"paper": paper}]


@cache
def _xml(name: str) -> Reply:
    return Reply((SAMPLES / name).read_bytes(), headers={"Content-Type": "application/xml"})


def _conference(name: str, path: str) -> Reply:
    if path.endswith(".xml"):
        return _xml("acl/acl-anthology-py__2022.acl_some.xml")
    if path.endswith("-abstracts.json"):
        return json_reply({})
    return json_reply(conference_answers.rows(conference_answers.event(sum(name.encode()))))
