from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from papers.model import Author, Metrics, Paper, Record
from storage import papers
from storage.database import Database
from storage.papers import Snapshot, StoredPaper, UpsertReport
from storage.tables import snapshots
from tests.storage.shared import NOON, record

MINUTE = timedelta(minutes=1)

FULL = Paper(
    id="2603.00001",
    title="A full record",
    abstract="It has $\\alpha$ and ünïcode.",
    authors=(Author("Ada Lovelace", "ada"), Author("Grace Hopper")),
    published_at=datetime(2026, 3, 3, 17, 59, 1, 500, tzinfo=UTC),
    categories=("cs.LG", "stat.ML"),
    summary="Short.",
    keywords=("agents", "memory"),
    organization="Example Lab",
    repository="https://github.com/example/full",
    project_page="https://example.org",
    thumbnail="https://example.org/t.png",
    media=("https://example.org/a.mp4",),
    submitter="ada",
    comment="12 pages",
    doi="10.1000/1",
    journal_ref="J. Ex. 1",
    version=2,
    updated_at=datetime(2026, 3, 4, tzinfo=UTC),
    withdrawn_at=datetime(2026, 3, 5, tzinfo=UTC),
    linked_models=1,
    linked_datasets=2,
    linked_spaces=3,
    source="bioRxiv",
    venue="Journal of Examples",
    kind="preprint",
    licence="cc_by",
)


async def put(database: Database, *records: Record, now: datetime = NOON) -> UpsertReport:
    async with database.write() as connection:
        return await papers.upsert(connection, records, now=now)


async def got(database: Database, paper_id: str = "2603.00001") -> StoredPaper:
    async with database.read() as connection:
        found = await papers.get(connection, paper_id)
    assert found is not None
    return found


async def history(database: Database) -> Sequence[tuple[int, int | None]]:
    """The votes noted, by minutes since noon."""
    async with database.read() as connection:
        rows = await connection.execute(
            select(snapshots.c.at, snapshots.c.upvotes).order_by(snapshots.c.at)
        )
        return [((at - NOON) // MINUTE, votes) for at, votes in rows.all()]


async def test_every_field_of_a_paper_comes_back(database: Database):
    await put(database, Record(FULL, Metrics(upvotes=7, stars=8, comments=9)))
    found = await got(database)
    assert found.paper == FULL
    assert found.metrics == Metrics(upvotes=7, stars=8, comments=9)
    assert found.first_seen_at == NOON
    assert all(getattr(FULL, name) for name in FULL.__slots__), "FULL lacks a field"


async def test_an_unknown_paper_is_not_found(database: Database):
    async with database.read() as connection:
        assert await papers.get(connection, "2603.99999") is None
        assert await papers.get_many(connection, ["2603.99999"]) == {}
        assert await papers.count(connection) == await papers.latest_revision(connection) == 0


async def test_headings_and_the_first_authors_are_read_without_the_rest(database: Database):
    crowd = tuple(Author(f"Author {n}", f"account{n}") for n in range(30))
    unsigned = replace(FULL, id="2603.00003", title="Unsigned", authors=(), doi=None)
    everyone = replace(FULL, id="2603.00002", authors=crowd, doi=None)
    wanted = [unsigned.id, FULL.id, "2603.99999", everyone.id, FULL.id]
    async with database.write() as conn:
        await papers.upsert(conn, [Record(each) for each in (FULL, everyone, unsigned)], now=NOON)
    async with database.read() as conn:
        found = await papers.headings(conn, wanted)
        known = await papers.get_many(conn, wanted)
        authors = await papers.first_authors(conn, wanted, 20)
    assert [each.row for each in found] == [each.row for each in known.values()]
    assert [each.paper for each in found] == [
        Paper(unsigned.id, "Unsigned"),
        Paper(FULL.id, FULL.title, doi=FULL.doi),
        Paper(everyone.id, FULL.title),
    ]
    assert authors == {
        FULL.id: ["Ada Lovelace", "Grace Hopper"],
        everyone.id: [f"Author {n}" for n in range(20)],
    }


async def test_many_papers_come_back_in_the_order_asked_for(database: Database):
    ids = [f"2603.{number:05d}" for number in range(1200)]
    await put(database, *map(record, ids))
    async with database.read() as connection:
        found = await papers.get_many(connection, [*reversed(ids), "2603.99999", ids[0]])
        assert await papers.count(connection) == 1200
    assert list(found) == ids[::-1]


async def test_the_same_papers_twice_change_nothing(database: Database):
    records = [record(f"2603.{number:05d}", votes=number) for number in range(5)]
    assert await put(database, *records) == UpsertReport(new=5)
    before = [await got(database, each.paper.id) for each in records]
    assert await put(database, *records, now=NOON + MINUTE) == UpsertReport(unchanged=5)
    assert [await got(database, each.paper.id) for each in records] == before


async def test_a_paper_given_twice_at_once_is_one_paper_of_both_records(database: Database):
    report = await put(database, record(votes=3), record(summary="Short.", categories=("cs.LG",)))
    assert report == UpsertReport(new=1)
    found = await got(database)
    assert (found.paper.summary, found.metrics.upvotes) == ("Short.", 3)


async def test_a_listing_without_votes_and_summary_erases_neither(database: Database):
    await put(database, Record(replace(FULL, version=None), Metrics(upvotes=7, stars=8)))
    listed = Record(Paper(FULL.id, FULL.title, categories=("cs.CL",)))
    assert await put(database, listed) == UpsertReport(changed=1)
    found = await got(database)
    assert found.paper == replace(FULL, version=None, categories=("cs.CL",))
    assert found.metrics == Metrics(upvotes=7, stars=8)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"abstract": "Another"},
        {"authors": (Author("Emmy Noether"),)},
        {"categories": ("cs.CL",)},
        {"summary": "Another"},
        {"keywords": ("another",)},
        {"organization": "Another"},
        {"repository": "https://example.org/another"},
    ],
)
async def test_a_change_that_search_would_see_makes_a_new_revision(
    database: Database, change: dict[str, object]
):
    await put(database, Record(FULL), record("2603.00002"))
    assert await put(database, Record(replace(FULL, **change))) == UpsertReport(changed=1)
    async with database.read() as connection:
        changed = await papers.changed_since(connection, 2, limit=10)
        assert [entry.paper.id for entry in changed] == [FULL.id]
        assert changed[0].revision == await papers.latest_revision(connection) == 3


async def test_votes_and_thumbnails_make_no_new_revision(database: Database):
    await put(database, record(votes=1))
    revision = (await got(database)).revision
    await put(database, record(votes=2, thumbnail="https://example.org/t.png"))
    found = await got(database)
    assert found.revision == revision
    assert (found.metrics.upvotes, found.paper.thumbnail) == (2, "https://example.org/t.png")


async def test_changes_can_be_followed_in_pages_without_a_gap(database: Database):
    ids = [f"2603.{number:05d}" for number in range(25)]
    await put(database, *map(record, ids))
    seen: list[str] = []
    watermark = 0
    async with database.read() as connection:
        while page := await papers.changed_since(connection, watermark, limit=10):
            seen += [entry.paper.id for entry in page]
            watermark = page[-1].revision
        assert watermark == await papers.latest_revision(connection)
    assert seen == ids


async def test_a_row_number_stays_with_its_paper(database: Database):
    await put(database, record("2603.00001"), record("2603.00002"))
    row = (await got(database, "2603.00001")).row
    await put(database, record("2603.00003"), record("2603.00001", title="Another"))
    assert (await got(database, "2603.00001")).row == row


async def test_two_sources_that_word_it_differently_do_not_undo_each_other_forever(
    database: Database,
):
    voted = Record(
        replace(FULL, version=None, title="A  full record\n", authors=FULL.authors),
        Metrics(upvotes=7),
    )
    listed = Record(
        Paper(
            id=FULL.id,
            title="A Full Record, Revised",
            abstract="Another wording.",
            authors=tuple(Author(author.name) for author in FULL.authors),
            published_at=datetime(2026, 3, 4, tzinfo=UTC),
            version=3,
        )
    )
    await put(database, voted)
    await put(database, listed)
    settled = await got(database)
    assert settled.paper.title == "A Full Record, Revised"
    assert settled.paper.authors == FULL.authors, "the listing knows no accounts"
    assert settled.paper.published_at == FULL.published_at
    for again in (voted, listed, voted):
        assert await put(database, again) == UpsertReport(unchanged=1)
    assert await got(database) == settled


async def test_an_older_version_read_later_does_not_bring_back_the_old_text(database: Database):
    await put(database, record(version=2, title="Second", comment="camera-ready"))
    await put(database, record(version=1, title="First", comment="draft", summary="Short."))
    found = (await got(database)).paper
    assert (found.version, found.title, found.comment) == (2, "Second", "camera-ready")
    assert found.summary == "Short."
    await put(database, record(version=3, title="Third"))
    assert (await got(database)).paper.title == "Third"


async def test_numbers_are_noted_when_they_change_and_every_hour(database: Database):
    for minutes, votes in [(0, 5), (10, 5), (20, 6), (30, 6), (79, 6), (80, 6), (90, None)]:
        await put(database, record(votes=votes), now=NOON + minutes * MINUTE)
    assert await history(database) == [(0, 5), (20, 6), (80, 6)]


async def test_numbers_noted_twice_at_the_same_moment_are_the_later_ones(database: Database):
    await put(database, record(votes=5))
    await put(database, record(votes=6))
    assert await history(database) == [(0, 6)]


async def test_a_paper_without_numbers_has_no_history(database: Database):
    await put(database, record())
    assert await history(database) == []


async def test_earlier_numbers_are_the_last_ones_before_the_moment_asked_for(database: Database):
    await put(database, record("2603.00001", votes=5), record("2603.00002"))
    await put(database, record("2603.00001", votes=9), now=NOON + 60 * MINUTE)
    await put(database, record("2603.00003", votes=1), now=NOON + 60 * MINUTE)
    async with database.read() as connection:
        ids = ["2603.00001", "2603.00002", "2603.00003"]
        first = Snapshot(NOON, Metrics(upvotes=5))
        for minutes, expected in [(0, {}), (1, {ids[0]: first}), (60, {ids[0]: first})]:
            before = NOON + minutes * MINUTE
            assert await papers.metrics_before(connection, ids, before) == expected
        latest = await papers.metrics_before(connection, ids, NOON + 61 * MINUTE)
        assert {key: value.metrics.upvotes for key, value in latest.items()} == {
            ids[0]: 9,
            ids[2]: 1,
        }


async def test_papers_that_nobody_has_categorised_are_named_newest_first(database: Database):
    await put(database, record("2603.00001"), record("2603.00002", categories=("cs.LG",)))
    await put(database, record("2603.00003"), record("2603.00004"))
    async with database.read() as connection:
        assert await papers.without_categories(connection, 2) == ["2603.00004", "2603.00003"]
        assert await papers.without_categories(connection, 9) == [
            "2603.00004",
            "2603.00003",
            "2603.00001",
        ]


TEXTS = st.sampled_from(["", "one", "two", " two", "three  words here"])
VIEWS = st.builds(
    Paper,
    id=st.just("2603.00001"),
    title=TEXTS.filter(bool),
    abstract=TEXTS,
    authors=st.lists(
        st.builds(Author, st.sampled_from("AB"), st.none() | st.just("ab")), max_size=2
    ).map(tuple),
    categories=st.lists(st.sampled_from(["cs.LG", "cs.CL"]), max_size=2).map(tuple),
    published_at=st.none() | st.sampled_from([NOON, NOON - MINUTE]),
    summary=st.none() | TEXTS,
    version=st.none() | st.integers(1, 3),
    comment=st.none() | TEXTS,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(views=st.lists(VIEWS, min_size=1, max_size=3))
async def test_any_views_of_a_paper_put_in_again_change_nothing_once_settled(
    database: Database, views: list[Paper]
):
    # Whatever sources say in turns, each full round after the first leaves nothing to index again,
    # unless they contradict each other in a text that neither dates by a version.
    async with database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM papers")
    for view in views:
        await put(database, Record(view))
    last = views[-1]
    await put(database, Record(last))
    settled = await got(database)
    assert await put(database, Record(last)) == UpsertReport(unchanged=1)
    assert await got(database) == settled
    for name in ("authors", "categories", "published_at", "summary"):
        if any(getattr(view, name) for view in views):
            assert getattr(settled.paper, name), f"{name} was erased"


async def test_a_new_version_brings_a_withdrawn_paper_back_and_no_older_word_does(
    database: Database,
) -> None:
    for version, withdrawn_at, gone in (
        (2, FULL.withdrawn_at, True),
        (None, None, True),
        (1, None, True),
        (3, None, False),
    ):
        await put(database, Record(replace(FULL, version=version, withdrawn_at=withdrawn_at)))
        assert ((await got(database)).paper.withdrawn_at is not None) is gone
