"""Hugging Face and arXiv on loopback, which can kill whoever asks, before or after an answer.

Every day has three papers on two pages; arXiv announces three, and knows everybody's categories.
"""

import json
import os
import re
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from aiohttp import web
from aiohttp.test_utils import TestServer

Kind = Literal["daily", "listing", "look-up"]

ANNOUNCED = tuple(f"2501.{number:05}" for number in (1, 2, 3))
"""What arXiv's listing holds."""


def papers_of(day: str) -> tuple[str, ...]:
    """Return the ids of the papers of a day."""
    first = date.fromisoformat(day).toordinal() % 3_000 * 30
    return tuple(f"2502.{first + number:05}" for number in (1, 2, 3))


@dataclass
class Sources:
    """What was asked, and where to kill whoever asks."""

    url: str = ""
    asked: list[tuple[Kind, str]] = field(default_factory=list[tuple[Kind, str]])
    pid: int = 0
    kind: Kind = "daily"
    at: int = 0
    """Kill at the `at`-th request of this kind; 0 kills nobody."""
    after: bool = False

    @property
    def days(self) -> set[str]:
        """The days that were asked for."""
        return {what.partition(" ")[0] for kind, what in self.asked if kind == "daily"}

    def settings(self, *, arxiv: bool) -> dict[str, str]:
        """Return the settings that point a bot here."""
        return {
            "HUGGINGFACE_URL": self.url,
            "ARXIV_API_URL": f"{self.url}/api/query",
            "ARXIV_RSS_URL": f"{self.url}/rss",
            "ARXIV_CATEGORIES": "cs.CL" if arxiv else " ",
        }

    def kill(self, pid: int, kind: Kind, *, at: int, after: bool) -> None:
        """Kill a process at a request yet to come, before or after it is answered."""
        self.pid, self.kind, self.after = pid, kind, after
        self.at = at + sum(each == kind for each, _ in self.asked)

    async def daily(self, request: web.Request) -> web.StreamResponse:
        """Answer with a page of a day."""
        day, page = request.query["date"], int(request.query.get("p", 0))
        ids = papers_of(day)
        rows = [_row(paper_id, day) for paper_id in (ids[:2], ids[2:])[page]]
        more = {"Link": f'<{request.url.update_query(p=1)}>; rel="next"'} if not page else {}
        headers = {"Content-Type": "application/json", **more}
        return await self._answer(request, "daily", f"{day} {page}", json.dumps(rows), headers)

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """Answer with the day's announcement."""
        items = "".join(_item(paper_id) for paper_id in ANNOUNCED)
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
            'xmlns:arxiv="http://arxiv.org/schemas/atom" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>cs.CL updates</title>'
            f"<pubDate>Wed, 29 Jul 2026 00:00:00 -0400</pubDate>{items}</channel></rss>"
        )
        headers = {"Content-Type": "application/rss+xml"}
        return await self._answer(request, "listing", "", body, headers)

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Answer with the papers that were asked for by id."""
        asked = request.query["id_list"]
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
            'xmlns:arxiv="http://arxiv.org/schemas/atom"><title>arXiv Query</title>'
            "<updated>2026-07-29T00:00:00Z</updated>"
            f"{''.join(map(_entry, asked.split(',')))}</feed>"
        )
        headers = {"Content-Type": "application/atom+xml"}
        return await self._answer(request, "look-up", asked, body, headers)

    async def _answer(
        self, request: web.Request, kind: Kind, what: str, body: str, headers: dict[str, str]
    ) -> web.StreamResponse:
        self.asked.append((kind, what))
        now = kind == self.kind and self.at == sum(each == kind for each, _ in self.asked)
        if now and not self.after:
            self._strike(request)
        response = web.Response(body=body.encode(), headers=headers)
        await response.prepare(request)
        await response.write_eof()
        if now and self.after:
            self._strike(request)
        return response

    def _strike(self, request: web.Request) -> None:
        self.at = 0
        os.kill(self.pid, signal.SIGKILL)
        if request.transport is not None:
            request.transport.abort()


def _row(paper_id: str, day: str) -> Any:
    return {
        "paper": {
            "id": paper_id,
            "authors": [{"name": "Ada Lovelace", "hidden": False}],
            "publishedAt": "2025-02-01T00:00:00.000Z",
            "title": f"Paper {paper_id}",
            "summary": "We note that engines compute.",
            "upvotes": int(re.sub(r"\D", "", paper_id)) % 50,
            "submittedOnDailyAt": f"{day}T00:00:00.000Z",
        },
        "publishedAt": "2025-01-31T20:00:00.000Z",
    }


def _item(paper_id: str) -> str:
    return (
        f"<item><title>Paper {paper_id}</title><guid>oai:arXiv.org:{paper_id}v1</guid>"
        f"<description>arXiv:{paper_id}v1 Announce Type: new \nAbstract: It computes."
        "</description><category>cs.CL</category><dc:creator>Ada Lovelace</dc:creator>"
        "<pubDate>Wed, 29 Jul 2026 00:00:00 -0400</pubDate>"
        "<arxiv:announce_type>new</arxiv:announce_type></item>"
    )


def _entry(paper_id: str) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{paper_id}v1</id><title>Paper {paper_id}</title>"
        "<updated>2025-02-01T17:00:00Z</updated><published>2025-02-01T09:30:00Z</published>"
        "<summary>We note that engines compute.</summary>"
        '<author><name>Ada Lovelace</name></author><category term="cs.LG"/></entry>'
    )


@asynccontextmanager
async def sources() -> AsyncGenerator[Sources]:
    """Serve both."""
    served = Sources()
    app = web.Application()
    app.router.add_get("/api/daily_papers", served.daily)
    app.router.add_get("/rss/{categories}", served.listing)
    app.router.add_get("/api/query", served.look_up)
    async with TestServer(app) as server:
        served.url = str(server.make_url("")).rstrip("/")
        yield served
