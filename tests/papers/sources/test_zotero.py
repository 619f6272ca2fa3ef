"""Zotero's public libraries; every answer here is rebuilt from Zotero's documentation."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sources import SourceError, SourceErrorKind
from papers.sources.zotero import Library, Page, Refusal, ZoteroSource
from tests.papers.sources.serving import FakeTime, Reply, Service, html_reply, json_reply
from tests.papers.sources.zotero_answers import (
    GROUP,
    USER,
    preprint,
    zotero_item,
    zotero_pages,
    zotero_refusal,
)

MINE = Library("users/475425")


@pytest.fixture
async def source(service: Service, fake_time: FakeTime) -> AsyncIterator[ZoteroSource]:
    found = ZoteroSource(service.url, sleep=fake_time.sleep, clock=fake_time.clock)
    yield found
    await found.close()


async def page(source: ZoteroSource, library: Library = MINE, start: int = 0) -> Page:
    found = await source.page(library, start)
    assert isinstance(found, Page)
    return found


@pytest.mark.parametrize(
    ("text", "library"),
    [
        ("475425", Library("users/475425")),
        (" users/475425 ", Library("users/475425")),
        ("user 475425", Library("users/475425")),
        ("groups/12345", Library("groups/12345")),
        ("Group 12345", Library("groups/12345")),
        ("https://www.zotero.org/groups/12345/engines", Library("groups/12345")),
        ("www.zotero.org/groups/12345/engines/library", Library("groups/12345")),
        ("https://www.zotero.org/groups/12345?x=1", Library("groups/12345")),
        (
            "https://www.zotero.org/groups/12345/engines/collections/ABCD2345/items/Q/item-list",
            Library("groups/12345", "ABCD2345"),
        ),
        ("https://api.zotero.org/users/475425/items?limit=5", Library("users/475425")),
        (
            "https://api.zotero.org/users/475425/collections/ABCD2345",
            Library("users/475425", "ABCD2345"),
        ),
        ("zotero://select/groups/12345/items/ABCD2345", Library("groups/12345")),
        ("https://www.zotero.org/ada", None),
        ("https://www.zotero.org/ada/collections/ABCD2345", None),
        ("ada", None),
        ("0", None),
        ("12345678901", None),
        ("https://example.org/groups/12345", None),
        ("groups/", None),
        ("", None),
    ],
)
def test_a_library_is_known_by_its_number_or_a_link_with_it(
    text: str, library: Library | None
) -> None:
    assert Library.named(text) == library


@given(st.text(max_size=100))
def test_whatever_is_typed_no_path_but_a_librarys_is_asked_for(text: str) -> None:
    library = Library.named(text)
    if library is not None:
        kind, number = library.path.split("/")
        assert kind in ("users", "groups")
        assert number.isascii()
        assert number.isdecimal()


async def test_a_library_is_asked_for_as_zoteros_documentation_says(
    service: Service, source: ZoteroSource
) -> None:
    service.on(USER, zotero_pages([preprint("2506.00001"), zotero_item(2)]))
    found = await page(source)
    assert [item["title"] for item in found.items] == ["Paper 2506.00001", "Article 2"]
    assert (found.total, found.more) == (2, False)
    (request,) = service.requests
    assert request.headers["Zotero-API-Version"] == "3"
    assert request.headers["User-Agent"].startswith("paperboy/")
    assert "Zotero-API-Key" not in request.headers
    assert "Authorization" not in request.headers
    assert dict(request.query) == {
        "format": "json",
        "limit": "100",
        "start": "0",
        "sort": "dateAdded",
        "direction": "desc",
    }


async def test_a_long_library_has_a_next_page(service: Service, source: ZoteroSource) -> None:
    service.on(GROUP, zotero_pages([zotero_item(number) for number in range(250)]))
    group = Library("groups/12345")
    found = [await page(source, group, start) for start in (0, 100, 200)]
    assert [(len(each.items), each.total, each.more) for each in found] == [
        (100, 250, True),
        (100, 250, True),
        (50, 250, False),
    ]


async def test_a_collection_is_read_alone(service: Service, source: ZoteroSource) -> None:
    service.on("/groups/12345/collections/ABCD2345/items/top", zotero_pages([zotero_item(7)]))
    found = await page(source, Library("groups/12345", "ABCD2345"))
    assert [item["title"] for item in found.items] == ["Article 7"]


@pytest.mark.parametrize(("status", "refusal"), [(403, Refusal.PRIVATE), (404, Refusal.UNKNOWN)])
async def test_a_refused_library_is_not_asked_for_again(
    service: Service, source: ZoteroSource, status: int, refusal: Refusal
) -> None:
    service.on(USER, zotero_refusal(status))
    assert await source.page(MINE, 0) is refusal
    assert len(service.requests) == 1


async def test_a_library_that_was_made_public_is_read_at_the_next_try(
    service: Service, source: ZoteroSource
) -> None:
    service.on(USER, zotero_refusal(403), zotero_pages([zotero_item(1)]))
    assert await source.page(MINE, 0) is Refusal.PRIVATE
    assert len((await page(source)).items) == 1


async def test_requests_keep_their_distance(
    service: Service, source: ZoteroSource, fake_time: FakeTime
) -> None:
    service.on(USER, zotero_pages([]))
    await page(source)
    await page(source, start=100)
    assert fake_time.slept == [0.5]


async def test_a_good_answer_that_asks_for_rest_gets_it(
    service: Service, source: ZoteroSource, fake_time: FakeTime
) -> None:
    service.on(USER, zotero_pages([zotero_item(1)], Backoff="20"), zotero_pages([zotero_item(2)]))
    began = fake_time.now
    assert (await page(source)).items[0]["title"] == "Article 1"
    assert fake_time.now == began
    assert (await page(source)).items[0]["title"] == "Article 2"
    assert fake_time.now == began + 20


@pytest.mark.parametrize("status", [429, 503])
async def test_after_a_named_time_the_same_page_is_asked_for_again(
    service: Service, source: ZoteroSource, fake_time: FakeTime, status: int
) -> None:
    refusal = replace(zotero_refusal(status), headers={"Retry-After": "15"})
    service.on(USER, refusal, zotero_pages([zotero_item(1)]))
    began = fake_time.now
    assert (await page(source)).total == 1
    assert fake_time.now >= began + 15


@pytest.mark.parametrize("header", ["Backoff", "Retry-After"])
async def test_a_long_rest_is_left_to_the_person(
    service: Service, source: ZoteroSource, fake_time: FakeTime, header: str
) -> None:
    service.on(USER, Reply(b"later", 429, {header: "600", "Retry-After": "600"}))
    began = fake_time.now
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            await source.page(MINE, 0)
        assert caught.value.kind is SourceErrorKind.RATE_LIMITED
    assert fake_time.now < began + 60
    assert len(service.requests) == 1


@pytest.mark.parametrize("seconds", ["", "soon", "-5", "1.5e9"])
async def test_a_rest_that_is_no_number_is_none(
    service: Service, source: ZoteroSource, fake_time: FakeTime, seconds: str
) -> None:
    service.on(USER, json_reply([zotero_item(1)], headers={"Backoff": seconds}))
    await page(source)
    await page(source)
    assert fake_time.slept == [0.5]


@pytest.mark.parametrize("reply", [html_reply(), json_reply({"error": "?"}), Reply(b"[{")])
async def test_another_shape_is_a_failure(
    service: Service, source: ZoteroSource, reply: Reply
) -> None:
    service.on(USER, reply)
    with pytest.raises(SourceError) as caught:
        await source.page(MINE, 0)
    assert caught.value.kind is SourceErrorKind.MALFORMED


async def test_rows_that_are_no_items_are_left_out(service: Service, source: ZoteroSource) -> None:
    service.on(USER, json_reply([None, 3, {"data": "?"}, {}, zotero_item(1)]))
    found = await page(source)
    assert [item["title"] for item in found.items] == ["Article 1"]
    assert (found.total, found.more) == (1, False)
