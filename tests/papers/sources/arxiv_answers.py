"""arXiv's feed and query API as tests have them answer."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from xml.sax.saxutils import escape

from papers.sources.arxiv import ArxivSource
from tests.papers.sources.serving import FakeTime, Reply, Service

API = "/api/query"
RSS = "/rss/cs.CL+cs.LG"


def item(number: int, kind: str = "new", **tags: str) -> str:
    """An item of the daily feed, of a paper that nobody wrote."""
    known = {
        "title": f"Paper {number}",
        "guid": f"oai:arXiv.org:2607.{number:05}v1",
        "description": f"arXiv:2607.{number:05}v1 Announce Type: {kind} \nAbstract: It computes.",
        "category": "cs.CL",
        "pubDate": "Wed, 29 Jul 2026 00:00:00 -0400",
        "arxiv:announce_type": kind,
        "dc:creator": "Ada Lovelace, Charles Babbage",
    } | {name.replace("__", ":"): text for name, text in tags.items()}
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in known.items() if text)
    return f"<item>{inner}</item>"


def rss(*items: str, day: str = "Wed, 29 Jul 2026 00:00:00 -0400") -> Reply:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>cs.CL updates</title><pubDate>{day}</pubDate>{''.join(items)}"
        "</channel></rss>"
    )
    return Reply(body.encode(), headers={"Content-Type": "application/rss+xml"})


def entry(paper_id: str, extra: str = "", abstract: str = "It computes.") -> str:
    """An entry of the query API."""
    return (
        f"<entry><id>http://arxiv.org/abs/{paper_id}</id><title>Paper {paper_id}</title>"
        "<updated>2026-07-20T17:00:00Z</updated><published>2026-07-08T09:30:00Z</published>"
        f"<summary>{abstract}</summary><author><name>Ada Lovelace</name></author>{extra}</entry>"
    )


def atom(*entries: str, status: int = 200) -> Reply:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom"><title>arXiv Query</title>'
        f"<updated>2026-07-29T00:00:00Z</updated>{''.join(entries)}</feed>"
    )
    return Reply(body.encode(), status, {"Content-Type": "application/atom+xml"})


@asynccontextmanager
async def arxiv_source(service: Service, fake_time: FakeTime) -> AsyncGenerator[ArxivSource]:
    """Two categories of arXiv as `service` answers, in a time that passes by itself."""
    source = ArxivSource(
        service.url + API,
        service.url + "/rss",
        ("cs.CL", "cs.LG"),
        sleep=fake_time.sleep,
        clock=fake_time.clock,
    )
    try:
        yield source
    finally:
        await source.close()
