"""Which saved papers are followed, when the sources are asked about each, and what is kept."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, select

from papers.model import Batch, Record
from papers.news import Kind, Side
from storage import batches, library, migrations, news, personal_data, retention
from storage.database import Database
from storage.tables import followed_papers, person_news
from storage.tables import news as news_rows
from tests.storage.followed import CODE, due, know, save, sight, size, waiting
from tests.storage.libraries import ADA, FIRST, GRACE, SECOND, THIRD, prepare
from tests.storage.shared import NOON, paper, url

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def known(database: Database) -> Database:
    """Three papers; Ada has saved the first, and the Hub has said what it knew of it."""
    await prepare(database)
    await save(database, ADA, FIRST)
    await sight(database)
    return database


async def test_the_newest_saves_are_asked_about_first_and_each_once_a_week(
    database: Database,
) -> None:
    await prepare(database)
    for number, paper_id in enumerate((SECOND, THIRD, FIRST)):
        await save(database, ADA, paper_id, at=NOON + number * HOUR)
    later = NOON + DAY
    assert await due(database, Side.ARCHIVE, later, most=2) == [FIRST, THIRD]
    assert await due(database, Side.ARCHIVE, later) == [SECOND]
    assert await due(database, Side.COMMUNITY, later) == [FIRST, THIRD, SECOND]
    # Without an answer, they are due again some hours later; with one, after a week.
    await sight(database, FIRST, answered=Side.ARCHIVE, at=later)
    assert await due(database, Side.ARCHIVE, later + news.AFTER_FAILURE - HOUR) == []
    assert await due(database, Side.ARCHIVE, later + news.AFTER_FAILURE) == [THIRD, SECOND]
    await sight(database, SECOND, THIRD, answered=Side.ARCHIVE, at=later)
    week = later + news.BETWEEN_ANSWERS
    assert await due(database, Side.ARCHIVE, week - HOUR) == []
    assert await due(database, Side.ARCHIVE, week) == [FIRST, THIRD, SECOND]


async def test_a_paper_saved_again_goes_to_the_front_and_is_asked_about_no_sooner(
    database: Database,
) -> None:
    await prepare(database)
    await save(database, ADA, FIRST)
    await save(database, ADA, SECOND, at=NOON + HOUR)
    await sight(database, FIRST, SECOND, at=NOON + HOUR)
    await save(database, GRACE, FIRST, at=NOON + 2 * HOUR)
    assert await due(database, Side.COMMUNITY, NOON + DAY) == []
    assert await due(database, Side.COMMUNITY, NOON + 8 * DAY) == [FIRST, SECOND]


async def test_saves_are_noticed_also_where_an_id_is_given_out_again(database: Database) -> None:
    await prepare(database)
    await save(database, ADA, FIRST)
    async with database.write() as conn:
        await library.remove(conn, ADA, [FIRST])
    await save(database, ADA, SECOND, follow=False)
    async with database.read() as conn:
        assert [each for each, _ in await news.unfollowed(conn, newest=5)] == [SECOND]


async def test_what_is_on_no_list_is_not_asked_about_and_forgotten(database: Database) -> None:
    await prepare(database)
    await save(database, ADA, FIRST, SECOND)
    async with database.write() as conn:
        await library.remove(conn, ADA, [FIRST])
    assert await due(database, Side.COMMUNITY, NOON) == [SECOND]
    async with database.write() as conn:
        assert await news.forget_unsaved(conn, NOON) == 1
        assert await news.forget_unsaved(conn, NOON + 30 * DAY) == 0
    async with database.read() as conn:
        assert list(await conn.scalars(select(followed_papers.c.paper_id))) == [SECOND]


async def test_only_followed_papers_of_a_batch_are_compared(known: Database) -> None:
    listed = (Record(paper(FIRST)), Record(paper(SECOND)))
    async with known.write() as conn:
        await batches.record(conn, Batch(NOON.date(), listed), "Fake", now=NOON)
    async with known.read() as conn:
        assert await news.listed(conn, NOON.date(), "Fake") == [FIRST]
        assert await news.listed(conn, NOON.date(), "Other") == []


# What is kept.


async def prune(database: Database, now: datetime) -> None:
    for step in retention.STEPS.values():
        more = 1
        while more:
            async with database.write() as conn:
                more = await step(conn, now)


async def test_old_news_goes_and_does_not_become_news_again(known: Database) -> None:
    await know(known, repository=CODE)
    await sight(known)
    await prune(known, NOON + news.NEWS_KEPT - HOUR)
    assert await waiting(known) == [(FIRST, Kind.CODE)]
    await prune(known, NOON + news.NEWS_KEPT + HOUR)
    assert await size(known, news_rows) == await size(known, person_news) == 0
    assert await sight(known) == 0


async def test_erasing_a_person_takes_their_news_and_leaves_others_theirs(known: Database) -> None:
    await save(known, GRACE, FIRST)
    await know(known, repository=CODE)
    await sight(known)
    async with known.write() as conn:
        exported = await personal_data.export(conn, ADA)
        await personal_data.erase(conn, ADA, NOON)
    (row,) = exported["person_news"]
    assert (row["paper_id"], row["kind"], row["brought_at"]) == (FIRST, "code", None)
    assert await waiting(known, ADA) == []
    assert await waiting(known, GRACE) == [(FIRST, Kind.CODE)]


async def test_an_old_library_is_followed_without_a_flood_of_news(tmp_path: Path) -> None:
    path = tmp_path / "paperboy.db"
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.begin() as connection:
        migrations.upgrade(connection, "0017")
    moment = int(NOON.timestamp() * 1e6)
    with closing(sqlite3.connect(path)) as connection:
        for statement, values in (
            (
                "INSERT INTO papers (id, title, abstract, authors, categories, keywords, media,"
                " repository, version, stars, first_seen_at, revision)"
                " VALUES (?, 'Old', '', '[]', '[]', '[]', '[]', ?, 3, 2000, ?, 1)",
                (FIRST, CODE, moment),
            ),
            ("INSERT INTO users VALUES (?, ?)", (ADA, moment)),
            (
                "INSERT INTO lists (id, user_id, name, key, is_default, is_read, created_at)"
                " VALUES (1, ?, 'to read', 'to read', 1, 0, ?)",
                (ADA, moment),
            ),
            ("INSERT INTO preferences VALUES (?, 0, ?)", (ADA, moment)),
            (
                "INSERT INTO saves (user_id, list_id, paper_id, via, saved_at)"
                " VALUES (?, 1, ?, 'command', ?)",
                (ADA, FIRST, moment),
            ),
        ):
            connection.execute(statement, values)
        connection.commit()
    database = await Database.open(url(path))
    try:
        async with database.read() as conn:
            assert await news.unfollowed(conn) == []
            assert await news.wanted(conn, ADA)
            assert not await library.counts(conn, ADA)
            (mine,) = await library.of_user(conn, ADA)
        assert mine.news
        for side in Side:
            assert await due(database, side, NOON) == [FIRST]
            assert await sight(database, answered=side) == 0
        await know(database, version=4, linked_models=1)
        assert await sight(database, answered=None) == 2
        assert await waiting(database) == [(FIRST, Kind.VERSION), (FIRST, Kind.MODEL)]
    finally:
        await database.close()
