"""Any RSS or Atom feed: what is read, when it is asked for, and what is refused."""

import asyncio
import gzip
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sources import SourceError, SourceErrorKind
from papers.sources.feed import (
    FeedReader,
    FeedState,
    Reading,
    after_failure,
    canonical_address,
    is_address,
)
from papers.sources.feed_parsing import parse_feed
from papers.sources.feed_records import contents, feed_title
from papers.sources.public_addresses import Allowed, is_public
from papers.sources.responses import MalformedError
from tests.papers.sources.serving import FakeTime, Reply, Service, html_reply
from tests.shared import SHARED, needs_shared

SAMPLES = SHARED / "samples" / "beyond_arxiv"
NOW = datetime(2026, 7, 16, 9, tzinfo=UTC)  # a Thursday
TODAY = NOW.date()
HEAD = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel>'
    "<title>Journal of Tests - Table of Contents</title>"
)


def item(number: int, rest: str = "", link: str = "https://journal.example/a/{}?af=R") -> str:
    address = link.format(number)
    return f"<item><title>Paper {number}</title><link>{address}</link>{rest}</item>"


def rss(*items: str, head: str = "") -> bytes:
    return f"{HEAD}{head}{''.join(items)}</channel></rss>".encode()


def reply(*items: str, head: str = "", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(rss(*items, head=head), headers={"Content-Type": "application/rss+xml", **named})


def read(body: bytes) -> Any:
    return contents(*parse_feed(body), TODAY)


def feed_reader(fake_time: FakeTime | None = None, allowed: Allowed | None = None) -> FeedReader:
    time = fake_time or FakeTime()
    return FeedReader(
        allowed=allowed or (lambda address: address.is_loopback),
        sleep=time.sleep,
        clock=time.clock,
    )


async def ask(
    service: Service, state: FeedState | None = None, *, now: datetime = NOW, path: str = "/feed"
) -> Reading:
    """Ask a feed of the server once."""
    return await feed_reader().read(state or FeedState(service.url + path), now, now.date())


async def failure(service: Service, *, path: str = "/feed") -> SourceError:
    reading = await ask(service, path=path)
    assert reading.failure is not None
    assert reading.contents is None
    return reading.failure


def titles(reading: Reading) -> list[str]:
    assert reading.contents is not None
    return [paper.title for paper in reading.contents.papers]


@pytest.mark.parametrize(
    ("rest", "link", "key"),
    [
        ("<prism:doi>10.1038/S41586-026-10461-3</prism:doi>", "https://a.example/{}",
         "doi:10.1038/s41586-026-10461-3"),
        ("<dc:identifier>doi:10.1101/857789</dc:identifier>",
         "http://biorxiv.org/cgi/content/short/857789v1?rss={}", "doi:10.1101/857789"),
        ("", "https://www.science.org/doi/abs/10.1126/science.aeg5507?af={}",
         "doi:10.1126/science.aeg5507"),
        ("", "https://arxiv.org/abs/2607.0000{}", "2607.00001"),
        ("", "https://openreview.net/forum?id=Abcd12345{}", "openreview:Abcd123451"),
        ("", "https://aclanthology.org/2022.acl-long.{}/", "acl:2022.acl-long.1"),
        ("", "https://www.nature.com/articles/s41586-026-10461-3",
         "doi:10.1038/s41586-026-10461-3"),
        ("", "https://eprint.iacr.org/2026/48{}", "page:eprint.iacr.org/2026/481"),
        ("", "http://WWW.Journal.example/A/{}/?utm_source=rss", "page:journal.example/A/1"),
        ("<guid isPermaLink='false'>tag:x,1</guid>", "", None),
    ],
)  # fmt: skip
def test_an_entry_has_the_id_that_it_states_or_its_address(rest: str, link: str, key: str | None):
    found = read(rss(item(1, rest, link)))
    assert [paper.key for paper in found.papers] == ([key] if key else [])
    assert found.broken == (key is None)


def test_an_entry_is_read_with_its_people_text_day_and_licence():
    rest = (
        "<description><![CDATA[<p>A <i>Mus musculus</i> study, P&lt;0.05.</p>]]></description>"
        "<dc:creator>Ada Example</dc:creator><dc:creator>Sample, Bo</dc:creator>"
        "<pubDate>Wed, 15 Jul 2026 10:00:00 GMT</pubDate>"
        "<prism:publicationName>Tests Today</prism:publicationName>"
    )
    (paper,) = read(rss(item(1, rest))).papers
    assert (paper.title, paper.source, paper.venue) == (
        "Paper 1", "Journal of Tests", "Tests Today",
    )  # fmt: skip
    assert paper.authors == ("Ada Example", "Bo Sample")
    assert paper.abstract == "A Mus musculus study, P<0.05."
    assert paper.day == date(2026, 7, 15)


@pytest.mark.parametrize(
    ("creator", "names"),
    [
        ("Kukla, D., Crampton, A., Khetani, S.", ("D. Kukla", "A. Crampton", "S. Khetani")),
        ("Ada Example, Bo Sample, and Cy Third", ("Ada Example", "Bo Sample", "Cy Third")),
        ("Ada Example and Bo Sample", ("Ada Example", "Bo Sample")),
        ("Ada Example", ("Ada Example",)),
        ("", ()),
    ],
)
def test_names_in_one_text_are_people(creator: str, names: tuple[str, ...]):
    (paper,) = read(rss(item(1, f"<dc:creator>{creator}</dc:creator>"))).papers
    assert paper.authors == names


def test_names_between_semicolons_are_people():
    (paper,) = read(rss(item(1, "<authors>Alice Smith;Bob Wang;</authors>"))).papers
    assert paper.authors == ("Alice Smith", "Bob Wang")


@pytest.mark.parametrize(
    ("description", "abstract"),
    [
        ("Nature, Published online: 13 May 2026; doi:10.1038/s41586-026-10461-3 We ask.",
         "We ask."),
        ("Science, Volume 392, Issue 6800, Page 814-814, May 2026.", ""),
        ("Paper 1", ""),
        ("arXiv:2607.00001v1 Announce Type: new Abstract: We ask.", "We ask."),
        ("In 2026, we ask. Volume 3 is read.", "In 2026, we ask. Volume 3 is read."),
    ],
)  # fmt: skip
def test_citations_before_an_abstract_are_no_part_of_it(description: str, abstract: str):
    (paper,) = read(rss(item(1, f"<description>{description}</description>"))).papers
    assert paper.abstract == abstract


@pytest.mark.parametrize(
    "entry",
    [
        item(1, "<dc:type>Book Review</dc:type>"),
        item(1, "<prism:section>News &amp; Views</prism:section>"),
        item(1, link="https://www.nature.com/articles/d41586-026-0000{}-1"),
        item(1).replace("Paper 1", "Table of Contents"),
        item(1).replace("Paper 1", "Author Correction: A paper"),
        item(1).replace("Paper 1", "IEEE Transactions on Tests Publication Information"),
    ],
)
def test_covers_news_and_corrections_are_no_papers(entry: str):
    found = read(rss(entry, item(2)))
    assert [paper.title for paper in found.papers] == ["Paper 2"]
    assert found.broken == 0


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Thu, 16 Jul 2026 08:00:00 GMT", TODAY),
        ("Fri, 01 Jan 2027 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("soon", None),
    ],
)
def test_dates_that_lie_are_not_known(text: str, day: date | None):
    (paper,) = read(rss(item(1, f"<pubDate>{text}</pubDate>"))).papers
    assert paper.day == day


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Nature", "Nature"),
        ("IEEE Transactions on Tests - new TOC", "IEEE Transactions on Tests"),
        ("Cell: Table of Contents", "Cell"),
        ("PLOS <i>Biology</i> | Latest Articles", "PLOS Biology"),
        ("Current Issue", "Current Issue"),
    ],
)  # fmt: skip
def test_a_feed_is_named_as_its_journal(title: str, name: str):
    assert feed_title(title) == name


def test_atom_is_read():
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A Lab</title><entry><title>On x</title>'
        '<link href="https://lab.example/x"/><id>urn:1</id><author><name>Ada Example</name>'
        "</author>"
        "<updated>2026-07-15T10:00:00+02:00</updated><summary>We ask.</summary></entry></feed>"
    )
    (paper,) = read(atom.encode()).papers
    assert (paper.key, paper.authors, paper.abstract, paper.day) == (
        "page:lab.example/x", ("Ada Example",), "We ask.", date(2026, 7, 15),
    )  # fmt: skip


def bomb(levels: int) -> bytes:
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(levels)
    )
    return f"<?xml version='1.0'?><!DOCTYPE rss [{entities}]>".encode()


@pytest.mark.parametrize("levels", [3, 9, 12])
def test_entities_that_expand_into_each_other_do_not_expand(levels: int):
    start = time.process_time()
    found = read(bomb(levels) + rss(item(1, f"<description>&l{levels - 1};</description>")))
    assert time.process_time() - start < 1
    assert all(len(paper.abstract) < 100 for paper in found.papers)


def test_definitions_of_entities_beyond_a_prolog_are_refused():
    with pytest.raises(MalformedError):
        read(b" <!-- " + b"x" * 30_000 + b" -->" + bomb(9) + rss(item(1)))


@given(st.binary(max_size=200), st.integers(0, 400))
def test_bytes_of_any_kind_are_papers_or_a_failure(noise: bytes, place: int):
    whole = rss(item(1, "<dc:creator>Ada</dc:creator>"), item(2))
    try:
        found = read(whole[:place] + noise + whole[place:])
    except MalformedError:
        return
    assert all(paper.key and paper.title for paper in found.papers)


async def test_a_feed_that_has_not_changed_is_asked_for_with_what_it_said_last(service: Service):
    service.on(
        "/feed",
        reply(item(1), ETag='"v1"', Last_Modified="Thu, 16 Jul 2026 08:00:00 GMT"),
        Reply(status=304),
    )
    first = await ask(service)
    assert titles(first) == ["Paper 1"]
    second = await ask(service, first.state)
    assert (second.contents, second.failure) == (None, None)
    await ask(service, second.state)
    asked = [request.headers for request in service.requests]
    assert "If-None-Match" not in asked[0]
    for later in asked[1:]:
        assert later["If-None-Match"] == '"v1"'
        assert later["If-Modified-Since"] == "Thu, 16 Jul 2026 08:00:00 GMT"


def test_entries_are_known_by_their_own_ids_too_where_these_differ():
    found = read(rss(item(1, "<guid>a</guid>"), item(2, "<guid>b</guid>"), item(3)))
    assert found.guids == {"page:journal.example/a/1": "a", "page:journal.example/a/2": "b"}
    alike = read(rss(item(1, "<guid>same</guid>"), item(2, "<guid>same</guid>")))
    assert alike.guids == {}


def test_pages_that_differ_in_their_query_alone_are_different_papers():
    found = read(
        rss(
            item(1, link="https://lab.example/?p={}"),
            item(2, link="https://lab.example/?p={}&amp;utm_source=rss"),
        )
    )
    assert [paper.key for paper in found.papers] == [
        "page:lab.example/?p=1", "page:lab.example/?p=2",
    ]  # fmt: skip


def test_an_entry_that_comes_twice_is_one_paper():
    found = read(rss(item(1), item(1).replace("Paper 1", "Again")))
    assert [paper.title for paper in found.papers] == ["Paper 1"]


@pytest.mark.parametrize(
    ("head", "hours"),
    [
        ("<ttl>5</ttl>", 1),
        ("<ttl>180</ttl>", 3),
        ("<ttl>999999</ttl>", 24),
        ("<ttl>soon</ttl>", 1),
        ("<skipHours><hour>10</hour><hour>11</hour></skipHours>", 3),
        ("<skipDays><day>Thursday</day></skipDays>", 15),
    ],
)
async def test_a_feed_is_asked_for_hourly_or_as_seldom_as_it_wishes(
    head: str, hours: int, service: Service
):
    service.on("/feed", reply(item(1), head=head), Reply(status=304), reply(item(1)))
    first = await ask(service)
    assert first.state.next_at == NOW + timedelta(hours=hours)
    unchanged = await ask(service, first.state)
    assert unchanged.contents is None
    assert unchanged.state.next_at == NOW + timedelta(hours=hours)
    assert (await ask(service, unchanged.state)).state.next_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("cached", "hours"),
    [
        ("max-age=60", 1),
        ("public, max-age=10800", 3),
        ("s-maxage=10800", 1),
        ("max-age=99999999", 24),
        ("no-cache", 1),
    ],
)
async def test_a_feed_that_says_how_long_it_is_fresh_is_asked_for_after_that(
    cached: str, hours: int, service: Service
):
    service.on("/feed", reply(item(1), Cache_Control=cached))
    assert (await ask(service)).state.next_at == NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (html_reply("Just a moment..."), SourceErrorKind.MALFORMED),
        (html_reply("Just a moment...", status=403), SourceErrorKind.REFUSED),
        (Reply(b""), SourceErrorKind.MALFORMED),
        (Reply(b"{}"), SourceErrorKind.MALFORMED),
        (Reply(rss(item(1))[:-30]), SourceErrorKind.MALFORMED),
        (Reply(status=410), SourceErrorKind.REFUSED),
        (Reply(status=500), SourceErrorKind.UNAVAILABLE),
        (Reply(b"x" * 5_000_000), SourceErrorKind.REFUSED),
        (Reply(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}),
         SourceErrorKind.REFUSED),
    ],
    ids=["wall", "403", "nothing", "json", "half", "gone", "500", "large", "packed"],
)  # fmt: skip
async def test_what_is_no_whole_feed_is_a_failure_and_tried_again_later(
    answer: Reply, kind: SourceErrorKind, service: Service
):
    service.on("/feed", answer)
    state = (await ask(service)).state
    assert (await failure(service)).kind is kind
    assert (state.failures, state.gone) == (1, answer.status == 410)
    assert state.next_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_limit_is_obeyed_and_failures_make_it_seldom(status: int, service: Service):
    service.on("/feed", Reply(status=status, headers={"Retry-After": "7200"}))
    reading = await ask(service)
    assert len(service.requests) == 1
    assert reading.failure is not None
    assert reading.state.next_at == NOW + timedelta(hours=2)
    state = replace(reading.state, failures=3)
    error = SourceError("Tests", SourceErrorKind.UNREACHABLE, "")
    assert after_failure(state, NOW, error).next_at == NOW + timedelta(hours=8)
    assert after_failure(replace(state, failures=99), NOW, error).next_at == NOW + timedelta(days=1)


def redirect(target: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": target})


async def test_a_feed_that_moved_for_good_is_asked_for_where_it_is(service: Service):
    service.on("/feed", redirect("/new", 301))
    service.on("/new", redirect("/newest", 308))
    service.on("/newest", reply(item(1)))
    assert (await ask(service)).state.url == f"{service.url}/newest"
    service.on("/new", redirect("/newest", 307))
    assert (await ask(service)).state.url == f"{service.url}/feed"


async def test_three_redirects_are_followed_and_no_more(service: Service):
    for number in range(4):
        service.on(f"/{number}", redirect(f"/{number + 1}"))
    service.on("/4", reply(item(1)))
    reading = await ask(service, path="/1")
    assert titles(reading) == ["Paper 1"]
    assert reading.state.url == f"{service.url}/1"
    assert (await failure(service, path="/0")).kind is SourceErrorKind.REFUSED


@pytest.mark.parametrize("target", ["ftp://journal.example/feed", "file:///etc/passwd"])
async def test_redirects_out_of_the_web_are_refused(target: str, service: Service):
    service.on("/feed", redirect(target))
    assert (await failure(service)).kind is SourceErrorKind.REFUSED


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "127.1"])
async def test_addresses_that_are_not_public_are_refused_before_anything_is_sent(
    host: str, service: Service
):
    service.on("/feed", reply(item(1)))
    url = service.url.replace("127.0.0.1", host)
    reading = await FeedReader().read(FeedState(f"{url}/feed"), NOW, TODAY)
    assert reading.failure is not None
    assert reading.failure.kind is SourceErrorKind.REFUSED
    # aiohttp takes no shortened address for one.
    assert ("not public" in reading.failure.detail) is (host not in ("2130706433", "127.1"))
    assert service.requests == []


async def test_a_redirect_to_an_address_that_is_not_allowed_is_refused(service: Service):
    """The address is checked at each connection, so a redirect leads nowhere else."""
    port = service.url.rpartition(":")[2]
    service.on("/feed", redirect(f"http://127.0.0.2:{port}/secret"))
    reader = feed_reader(allowed=lambda address: address == ip_address("127.0.0.1"))
    reading = await reader.read(FeedState(f"{service.url}/feed"), NOW, TODAY)
    assert reading.failure is not None
    assert "not public" in reading.failure.detail
    assert len(service.requests) == 1


async def test_feeds_of_one_host_are_asked_for_one_by_one(service: Service):
    for number in range(3):
        service.on(f"/{number}", replace(reply(item(1)), hang=0.05))
    reader = feed_reader()
    await asyncio.gather(
        *(reader.read(FeedState(f"{service.url}/{number}"), NOW, TODAY) for number in range(3))
    )
    assert (len(service.requests), service.most_open) == (3, 1)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("HTTPS://WWW.Journal.EXAMPLE:443/Feed?x=1#top", "https://www.journal.example/Feed?x=1"),
        ("http://journal.example", "http://journal.example/"),
        ("http://journal.example:8080/a", "http://journal.example:8080/a"),
        (" https://journal.example/rss ", "https://journal.example/rss"),
        ("feed://journal.example/rss", "https://journal.example/rss"),
        ("feed:https://journal.example/rss", "https://journal.example/rss"),
        ("https://journal.example./rss", "https://journal.example/rss"),
        ("https://bücher.example/rss", "https://xn--bcher-kva.example/rss"),
        ("http://[2606:4700::1111]/rss", "http://[2606:4700::1111]/rss"),
    ],
)
def test_an_address_has_one_form(typed: str, address: str):
    assert canonical_address(typed) == address
    assert canonical_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fec0::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
        "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_of_a_network_of_ones_own_are_not_public(address: str):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_addresses_of_the_internet_are_public(address: str):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://www.nature.com/nature.rss", True),
        ("http://feeds.example:8080/rss?x=1", True),
        ("ftp://a.example/feed", False),
        ("javascript:alert(1)", False),
        ("https://user:password@a.example/feed", False),
        ("https:///feed", False),
        ("https://a.example:99999/feed", False),
        ("https://a.example/a b", False),
        ("https://a.example/\n", False),
        ("https://[::1", False),
        (f"https://a.example/{'x' * 3000}", False),
        ("", False),
    ],
)
async def test_the_address_of_a_feed_is_one_of_the_web(url: str, known: bool):
    assert is_address(url) is known
    if not known:
        with pytest.raises(ValueError, match="web address"):
            await FeedReader().read(FeedState(url), NOW, TODAY)


@needs_shared
@pytest.mark.parametrize(
    ("name", "papers"),
    [
        ("feeds/SYNTHETIC__ieee_toc_rss2.xml", ["page:ieeexplore.ieee.org/document/123"]),
        ("feeds/SYNTHETIC__nature_rss1.xml", ["doi:10.1038/s41586-026-10461-3"]),
        ("feeds/SYNTHETIC__science_rss1.xml", []),
        ("feeds/research_bot__iacr_eprint_rss2.xml",
         ["page:eprint.iacr.org/2026/488", "page:eprint.iacr.org/2025/1665",
          "page:eprint.iacr.org/2026/1148"]),
        ("biorxiv/miniflux__biorxiv_subject_rss1_2019.xml", ["doi:10.1101/857789"]),
        ("feeds/feedparser__prism.rdf", ["page:example.org/archives/2002/09/04.html"]),
    ],
)  # fmt: skip
def test_recorded_feeds_are_read(name: str, papers: list[str]):
    found = contents(*parse_feed((SAMPLES / name).read_bytes()), date(2026, 9, 30))
    assert [paper.key for paper in found.papers] == papers
    assert found.broken == 0
    assert all(paper.day and paper.authors for paper in found.papers if "example" not in paper.key)


@needs_shared
@pytest.mark.parametrize(
    "path", sorted((SAMPLES / "feeds").glob("*__*")), ids=lambda path: path.stem
)
def test_recorded_oddities_are_papers_or_a_failure(path: Path):
    try:
        found = contents(*parse_feed(path.read_bytes()), date(2026, 9, 30))
    except MalformedError:
        assert path.stem.startswith(
            ("SYNTHETIC__cloudflare", "feedparser__rss_inc", "feedparser__rdf_", "miniflux__iso")
        )
    else:
        assert all(paper.title for paper in found.papers)
