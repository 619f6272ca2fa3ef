"""A conference's virtual site as it answers, with invented papers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from papers.sources.conferences import Conference, ConferenceSource, conference_source
from papers.sources.responses import RetryPolicy
from tests.papers.sources.serving import FakeTime, Service, json_reply

ROWS = "/static/virtual/data/icml-2026-orals-posters.json"
ABSTRACTS = "/static/virtual/data/icml-2026-abstracts.json"


def event(number: int, **changed: Any) -> dict[str, Any]:
    """Return the row of a poster."""
    return {
        "id": number,
        "uid": f"{number:032x}",
        "name": f"Paper {number}",
        "authors": [{"fullname": "Ada Example"}, {"fullname": "Bo Sample"}, None],
        "abstract": None,
        "topic": "Deep Learning->Large Language Models",
        "decision": "Accept (regular)",
        "eventtype": "Poster",
        "virtualsite_url": f"/virtual/2026/poster/{number}",
        "sourceurl": "https://openreview.net/group?id=ICML.cc/2026/Conference",
        "visible": True,
        "paper_url": f"https://openreview.net/forum?id=Forum{number:05d}",
        "eventmedia": [],
        **changed,
    }


def rows(*events: Any, **changed: Any) -> dict[str, Any]:
    """Return the answer with these rows."""
    return {"count": len(events), "next": None, "results": list(events), **changed}


def put_programme(service: Service, *events: Any) -> None:
    """Serve a programme without abstracts, always with the same tag."""
    service.on(ROWS, json_reply(rows(*events)))


def icml_source(service: Service, now: Callable[[], datetime], **known: Any) -> ConferenceSource:
    """Return ICML at a server on loopback, in whose time nothing takes any."""
    fake_time = FakeTime()
    return conference_source(
        Conference("ICML", service.url, range(5, 9)),
        now=now,
        **{
            "sleep": fake_time.sleep,
            "clock": fake_time.clock,
            "manners": RetryPolicy(attempts=1, cache_for=0.0),
            **known,
        },
    )
