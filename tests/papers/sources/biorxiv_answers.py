"""Answers in the form of bioRxiv's and medRxiv's API."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from papers.sources.biorxiv import BiorxivSource
from papers.sources.responses import RetryPolicy
from tests.papers.sources.serving import FakeTime, Reply, Service, json_reply

YESTERDAY = date(2026, 7, 15)
NOW = datetime(2026, 7, 16, 9, tzinfo=UTC)


def row(number: int, **changed: Any) -> dict[str, Any]:
    """The row of a first version; the titles, names and dates are those of the field."""
    return {
        "title": f"Paper {number}",
        "authors": "Ghafari, T.; Quinn, A. J.; Jensen, O.",
        "author_corresponding": "Tara Ghafari",
        "author_corresponding_institution": "University of Oxford",
        "doi": f"10.64898/2026.07.13.{number:06d}",
        "date": YESTERDAY.isoformat(),
        "version": "1",
        "type": "new results",
        "license": "cc_by",
        "category": "neuroscience",
        "jatsxml": "",
        "abstract": f"Abstract of {number}.",
        "funder": "NA",
        "published": "NA",
        "server": "bioRxiv",
        **changed,
    }


def page(
    rows: Sequence[dict[str, Any]],
    total: int,
    *,
    day: date = YESTERDAY,
    cursor: int = 0,
    category: str = "all",
) -> Reply:
    message = {
        "status": "ok",
        "category": category,
        "interval": f"{day}:{day}",
        "cursor": cursor,
        "count": len(rows),
        "count_new_papers": str(sum(row["version"] == "1" for row in rows)),
        "total": str(total),
    }
    return json_reply({"messages": [message], "collection": list(rows)})


NO_POSTS = json_reply({"messages": [{"status": "no posts found"}], "collection": []})


def path(cursor: int = 0, day: date = YESTERDAY, server: str = "biorxiv") -> str:
    return f"/details/{server}/{day}/{day}/{cursor}/json"


def put_day(
    service: Service, rows: Sequence[dict[str, Any]], *, size: int = 30, day: date = YESTERDAY
) -> None:
    """Serve a day in pages of a size, at no other places than where they begin."""
    for cursor in range(0, len(rows), size):
        part = rows[cursor : cursor + size]
        service.on(path(cursor, day), page(part, len(rows), day=day, cursor=cursor))


@asynccontextmanager
async def biorxiv_source(
    service: Service,
    fake_time: FakeTime,
    *,
    server: str = "bioRxiv",
    now: Callable[[], datetime] = lambda: NOW,
    attempts: int = 1,
) -> AsyncGenerator[BiorxivSource]:
    source = BiorxivSource(
        server,
        service.url,
        manners=RetryPolicy(attempts=attempts, cache_for=0.0),
        now=now,
        sleep=fake_time.sleep,
        clock=fake_time.clock,
    )
    try:
        yield source
    finally:
        await source.close()
