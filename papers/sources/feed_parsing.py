"""RSS and Atom feeds, parsed into plain dicts."""

import io
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from pydantic import BeforeValidator

from papers.sources.responses import MalformedError

_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_DOCTYPE = re.compile(
    rb"<!DOCTYPE\s[^<>\[]{0,1000}(?:\[(?:[^\]\"]|\"[^\"]{0,100000}\"){0,100000}\]\s*)?>",
    re.IGNORECASE,
)
_PROLOG = 20_000
"""Bytes in which a document's type is looked for."""


def parse_feed(body: bytes) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    """Return the head and the entries of a feed as feedparser reads them.

    Definitions of entities are left out: they can be made to expand into gigabytes.

    Raises:
        MalformedError: it is no feed, or cut short.
    """
    body = body.strip()
    body = _DOCTYPE.sub(b"", body[:_PROLOG], count=1) + body[_PROLOG:]
    if b"<!ENTITY" in body:
        raise MalformedError("the feed defines entities")
    import feedparser  # here: a start has no feed to read

    try:
        # In a stream, since feedparser takes a string for an address or a file name where it can.
        feed = cast(
            "Any",
            feedparser.parse(  # pyright: ignore[reportUnknownMemberType]
                io.BytesIO(_REFERENCE.sub(_possible, body)),
                sanitize_html=False,
                resolve_relative_uris=False,
            ),
        )
    except (ValueError, OverflowError) as error:
        raise MalformedError("the feed cannot be read") from error
    if not str(feed.get("version", "")).startswith(("rss", "atom")):
        raise MalformedError("answered with no feed")
    # feedparser makes the best of half a feed; half a batch that looks whole is worse than none.
    if feed.get("bozo") and not body.endswith((b"</rss>", b"</feed>", b"</rdf:RDF>")):
        raise MalformedError("the feed is cut short")
    # As plain dicts: its own kind warns on look-ups of `updated`.
    return dict(feed["feed"]), [dict(entry) for entry in feed["entries"]]


def _possible(reference: re.Match[bytes]) -> bytes:
    """Return a reference to a character, nothing where there is no such character in XML.

    feedparser ends with an error at half a character.
    """
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    known = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    return reference[0] if known else b""


def _moment(value: Any) -> Any:
    """Make a datetime of feedparser's times, which are in UTC."""
    if isinstance(value, time.struct_time):
        return datetime(*value[:6], tzinfo=UTC)
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]
