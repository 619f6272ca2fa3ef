"""Documents for feed readers: Atom (RFC 4287) and JSON Feed 1.1 (https://jsonfeed.org/version/1.1).

Both are made of the same entries, and equal entries make equal bytes, so that a hash of them is an
entity tag.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from feedgenerator import Atom1Feed

from papers import arxiv_id, paper_key

NAME: Final = "Paperboy"
ATOM: Final = "Atom"
JSON_FEED: Final = "JSON Feed"
"""What the formats are called in every language."""
_VERSION: Final = "https://jsonfeed.org/version/1.1"
_LANGUAGE: Final = "en"
"""The language that papers are written in."""

_NO_CHARACTER: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write, not even as a reference (section 2.2)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper in a feed, in words for people; nothing of it is escaped yet."""

    paper_id: str
    title: str
    summary: str
    """Plain text, empty where nothing is known."""
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    added_at: datetime
    """When the paper came into the feed."""
    updated_at: datetime
    """When it last changed in a way that matters to readers, not before `added_at`."""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed as it is at a moment."""

    id: str
    """A tag URI (RFC 4151) that stays the same as long as the feed exists."""
    title: str
    home: str
    """The address of the page that the feed is about."""
    entries: tuple[Entry, ...]
    """The newest first."""
    created_at: datetime

    @property
    def updated_at(self) -> datetime:
        """When the newest change was, or when the feed was made."""
        return max((entry.updated_at for entry in self.entries), default=self.created_at)


def tag(host: str, since: datetime, number: int) -> str:
    """Return a tag URI: a name for a feed that this host had on that day (RFC 4151)."""
    authority = re.sub(r"[^a-z0-9.-]", "-", host.lower()).strip("-.") or "localhost"
    return f"tag:{authority},{since.astimezone(UTC):%Y-%m-%d}:paperboy/{number}"


def atom(document: Document, address: str) -> bytes:
    """Return a feed as Atom.

    Args:
        document: the feed.
        address: where this document is read, which it names itself.
    """
    feed: Any = _Atom(  # the library has no types
        title=_clean(document.title),
        link=document.home,
        description=None,
        language=_LANGUAGE,
        author_name=NAME,
        feed_url=address,
        feed_guid=document.id,
        updated=document.updated_at,
    )
    for entry in document.entries:
        feed.add_item(
            title=_clean(entry.title),
            link=paper_key.page_url(entry.paper_id),
            description=_html(entry),
            pubdate=entry.added_at,
            updateddate=entry.updated_at,
            unique_id=_id(document, entry),
            categories=[_clean(each) for each in entry.categories],
            authors=[_clean(each) for each in entry.authors],
        )
    return feed.writeString("utf-8").encode()


def json_feed(document: Document, address: str) -> bytes:
    """Return a feed as JSON Feed 1.1; the arguments are those of `atom`."""
    feed = {
        "version": _VERSION,
        "title": _clean(document.title),
        "home_page_url": document.home,
        "feed_url": address,
        "language": _LANGUAGE,
        "authors": [{"name": NAME}],
        "items": [_item(document, entry) for entry in document.entries],
    }
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":")).encode()


def _item(document: Document, entry: Entry) -> dict[str, Any]:
    item = {
        "id": _id(document, entry),
        "url": paper_key.page_url(entry.paper_id),
        "title": _clean(entry.title),
        "content_html": _html(entry),
        "summary": _clean(entry.summary),
        "date_published": _rfc3339(entry.added_at),
        "date_modified": _rfc3339(entry.updated_at),
        "authors": [{"name": _clean(each)} for each in entry.authors],
        "tags": [_clean(each) for each in entry.categories],
    }
    return {name: value for name, value in item.items() if value}


def _on_arxiv(paper_id: str) -> list[tuple[str, str]]:
    """Return the further links of an arXiv paper."""
    if not paper_key.is_arxiv(paper_id):
        return []
    return [("PDF", arxiv_id.pdf_url(paper_id)), ("Hugging Face", arxiv_id.hf_url(paper_id))]


def _html(entry: Entry) -> str:
    """Return the summary, and links to where all of the paper is."""
    links = " · ".join(
        f'<a href="{escape(url)}">{name}</a>'
        for name, url in (
            (escape(paper_key.label(entry.paper_id)), paper_key.page_url(entry.paper_id)),
            *_on_arxiv(entry.paper_id),
        )
    )
    summary = escape(_clean(entry.summary))
    return f"<p>{summary}</p><p>{links}</p>" if summary else f"<p>{links}</p>"


def _id(document: Document, entry: Entry) -> str:
    return f"{document.id}/{entry.paper_id}"


def _clean(text: str) -> str:
    return _NO_CHARACTER.sub("", text)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


class _Atom(Atom1Feed):
    """Atom with every author of an entry, and a date of its own where it has no entries."""

    feed: dict[str, Any]

    def latest_post_date(self) -> datetime:
        """Return when the feed last changed."""
        return self.feed["updated"]

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Write an entry."""
        base: Any = super()
        base.add_item_elements(handler, item)
        authors: Sequence[str] = item["authors"]
        for name in authors:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.endElement("author")
