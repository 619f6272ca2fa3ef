"""What feed readers get is well-formed, whatever papers are called, and stays the same paper."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.syndication import Document, Entry, atom, json_feed, tag

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HERE = "https://papers.example.org/secret.atom"
ATOM = "{http://www.w3.org/2005/Atom}"
ANY_TEXT = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    ("\x00\x08\x0b\x1f", "\ud800", "\ufffe\uffff", "]]><script>alert(1)</script>", "&amp; &lt;")
)
MOMENTS = st.integers(0, 7_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def entry(number: int = 1, **known: Any) -> Entry:
    fields: dict[str, Any] = {
        "paper_id": f"2603.{number:05}",
        "title": "On the matter",
        "summary": "We look into the matter.",
        "authors": ("Ada Lovelace", "Grace Hopper"),
        "categories": ("cs.CL", "cs.LG"),
        "added_at": NOON,
        "updated_at": NOON,
    }
    return Entry(**{**fields, **known})


def document(*entries: Entry, **known: Any) -> Document:
    fields: dict[str, Any] = {
        "id": tag("papers.example.org", NOON, 7),
        "title": "#papers · Reading Group",
        "home": "https://discord.com/channels/1/2",
        "entries": entries,
        "created_at": NOON - timedelta(days=1),
    }
    return Document(**{**fields, **known})


def parsed(xml: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(xml)  # noqa: S314 - our own


def read_by_parser(xml: bytes) -> Any:
    parser: Any = feedparser  # it has no types
    return parser.parse(xml)


ENTRIES = st.lists(
    st.builds(
        entry,
        number=st.integers(1, 99_999),
        title=ANY_TEXT,
        summary=ANY_TEXT,
        authors=st.lists(ANY_TEXT, max_size=3).map(tuple),
        categories=st.lists(ANY_TEXT, max_size=3).map(tuple),
        added_at=MOMENTS,
        updated_at=MOMENTS,
    ),
    max_size=4,
)


@settings(max_examples=150)
@given(ENTRIES, ANY_TEXT)
def test_a_feed_of_any_papers_is_well_formed(entries: list[Entry], title: str) -> None:
    made = document(*entries, title=title)
    root = parsed(atom(made, HERE))
    assert len(root.findall(f"{ATOM}entry")) == len(entries)
    # RFC 4287: an id, a title and a date, of the feed and of each entry, and an author somewhere.
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    read = json.loads(json_feed(made, HERE))
    assert [each["id"] for each in read["items"]] == [
        each.text for each in root.iterfind(f"{ATOM}entry/{ATOM}id")
    ]
    for item in read["items"]:
        assert "content_html" in item or "content_text" in item


def test_a_reader_sees_title_authors_categories_dates_summary_and_links() -> None:
    later = NOON + timedelta(hours=2)
    found = read_by_parser(atom(document(entry(updated_at=later)), HERE))
    assert not found.bozo
    assert found.feed.title == "#papers · Reading Group"
    assert found.feed.link == "https://discord.com/channels/1/2"
    assert {"rel": "self", "href": HERE}.items() <= found.feed.links[1].items()
    assert found.feed.updated == found.entries[0].updated == "2026-03-04T14:00:00+00:00"
    assert found.entries[0].published == "2026-03-04T12:00:00+00:00"
    assert found.entries[0].id == "tag:papers.example.org,2026-03-04:paperboy/7/2603.00001"
    assert found.entries[0].link == "https://arxiv.org/abs/2603.00001"
    assert [each.name for each in found.entries[0].authors] == ["Ada Lovelace", "Grace Hopper"]
    assert [each.term for each in found.entries[0].tags] == ["cs.CL", "cs.LG"]
    assert "We look into the matter." in found.entries[0].summary
    assert "https://arxiv.org/pdf/2603.00001" in found.entries[0].summary


def test_json_feed_has_what_version_1_1_asks_for() -> None:
    found = json.loads(json_feed(document(entry(), entry(2, summary="", authors=())), HERE))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert (found["title"], found["feed_url"]) == ("#papers · Reading Group", HERE)
    assert found["items"][0] == {
        "id": "tag:papers.example.org,2026-03-04:paperboy/7/2603.00001",
        "url": "https://arxiv.org/abs/2603.00001",
        "title": "On the matter",
        "content_html": "<p>We look into the matter.</p><p>"
        '<a href="https://arxiv.org/abs/2603.00001">arXiv:2603.00001</a> · '
        '<a href="https://arxiv.org/pdf/2603.00001">PDF</a> · '
        '<a href="https://huggingface.co/papers/2603.00001">Hugging Face</a></p>',
        "summary": "We look into the matter.",
        "date_published": "2026-03-04T12:00:00+00:00",
        "date_modified": "2026-03-04T12:00:00+00:00",
        "authors": [{"name": "Ada Lovelace"}, {"name": "Grace Hopper"}],
        "tags": ["cs.CL", "cs.LG"],
    }
    assert not {"summary", "authors"} & found["items"][1].keys()


def test_markup_in_an_abstract_is_shown_and_does_nothing() -> None:
    hostile = '<img src=x onerror="alert(1)"> & a<b'
    made = document(entry(summary=hostile, title=hostile))
    html = json.loads(json_feed(made, HERE))["items"][0]["content_html"]
    assert "<img" not in html
    assert "&lt;img src=x" in html
    root = parsed(atom(made, HERE))
    assert root.findtext(f"{ATOM}entry/{ATOM}summary") == html
    # A title is text by RFC 4287, so that readers escape it themselves.
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == hostile


def test_a_feed_without_papers_says_when_it_was_made_and_equal_feeds_are_equal_bytes() -> None:
    found = read_by_parser(atom(document(), HERE))
    assert found.feed.updated == "2026-03-03T12:00:00+00:00"
    assert atom(document(entry()), HERE) == atom(document(entry()), HERE)
    assert atom(document(entry()), HERE) != atom(document(entry(title="Other")), HERE)


@given(st.text(max_size=60), MOMENTS)
def test_an_id_is_a_tag_uri_whatever_the_host(host: str, since: datetime) -> None:
    made = tag(host, since, 1)
    assert re.fullmatch(r"tag:[a-z0-9][a-z0-9.-]*,\d{4}-\d\d-\d\d:paperboy/1", made)
