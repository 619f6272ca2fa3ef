"""News about saved papers: found once, for those who follow the paper, and brought once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from papers.news import Kind, Side
from storage import digests, library, news, restores
from storage.database import Database
from storage.digests import DueDigest
from storage.subscriptions import Every
from storage.tables import digests as digest_rows
from storage.tables import news as news_rows
from storage.tables import papers as paper_rows
from storage.tables import person_news
from tests.storage.followed import CODE, ids, know, save, sight, size, waiting
from tests.storage.libraries import ADA, FIRST, GRACE, SECOND, list_id, prepare
from tests.storage.shared import NOON, url

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def known(database: Database) -> Database:
    """Three papers; Ada has saved the first, and the Hub has said what it knew of it."""
    await prepare(database)
    await save(database, ADA, FIRST)
    await sight(database)
    return database


async def test_what_a_source_says_first_is_no_news(database: Database) -> None:
    await prepare(database)
    await know(database, repository=CODE, stars=5_000, version=3, doi="10.1000/1")
    await save(database, ADA, FIRST)
    for side in Side:
        assert await sight(database, answered=side) == 0
    assert await waiting(database) == []


async def test_a_paper_that_gets_code_is_news_once(known: Database) -> None:
    await know(known, repository=CODE, stars=7)
    assert await sight(known, answered=None) == 1
    assert await waiting(known) == [(FIRST, Kind.CODE)]
    for answered in (None, *Side):
        assert await sight(known, answered=answered) == 0
    assert await size(known, news_rows) == 1


async def test_of_a_source_that_has_not_answered_yet_nothing_is_news(known: Database) -> None:
    await know(known, version=4, doi="10.1000/1", repository=CODE)
    assert await sight(known, answered=None) == 1  # the Hub's, which has
    assert await waiting(known) == [(FIRST, Kind.CODE)]
    assert await sight(known, answered=Side.ARCHIVE) == 0
    await know(known, version=5, comment="Accepted")
    assert await sight(known, answered=Side.ARCHIVE) == 1
    async with known.read() as conn:
        (_, second) = await news.pending(conn, ADA)
    assert (second.event.kind, second.event.level, second.event.words) == (
        Kind.VERSION,
        5,
        "Accepted",
    )


@pytest.mark.parametrize(
    ("side", "news_of"),
    [(Side.COMMUNITY, {"repository": CODE}), (Side.ARCHIVE, {"version": 4})],
    ids=["the Hub", "arXiv"],
)
async def test_after_a_restore_what_a_source_says_first_is_no_news(
    known: Database, side: Side, news_of: dict[str, Any]
) -> None:
    assert await sight(known, answered=Side.ARCHIVE) == 0
    async with known.write() as conn:
        await restores.mark(conn, NOON)
    await know(known, **news_of)
    for answered in (None, side):
        assert await sight(known, answered=answered) == 0
    assert await waiting(known) == []


async def test_two_processes_that_find_the_same_at_once_find_it_once(
    known: Database, tmp_path: Path
) -> None:
    await know(known, repository=CODE)
    other = await Database.open(url(known.path))
    try:
        found = [await sight(each) for each in (known, other)]
    finally:
        await other.close()
    assert found == [1, 0]
    assert await size(known, person_news) == 1


async def test_news_is_for_everyone_who_has_the_paper_and_for_no_one_else(known: Database) -> None:
    await save(known, GRACE, SECOND)
    await save(known, 1003, FIRST)
    await know(known, repository=CODE)
    await sight(known)
    assert await waiting(known, ADA) == await waiting(known, 1003) == [(FIRST, Kind.CODE)]
    assert await waiting(known, GRACE) == []
    await save(known, GRACE, FIRST)  # after it was news
    await sight(known)
    assert await waiting(known, GRACE) == []


async def test_who_switched_news_off_gets_none(known: Database) -> None:
    async with known.write() as conn:
        await news.set_wanted(conn, ADA, NOON, on=False)
    await know(known, repository=CODE)
    await sight(known)
    async with known.write() as conn:
        assert not await news.wanted(conn, ADA)
        await news.set_wanted(conn, ADA, NOON, on=True)
        assert await news.wanted(conn, ADA)
    assert await waiting(known) == [], "what was found meanwhile does not come later"
    await know(known, repository=CODE, stars=100)
    await sight(known)
    assert await waiting(known) == [(FIRST, Kind.STARS)]


async def test_news_that_waits_is_held_back_while_it_is_off(known: Database) -> None:
    await know(known, repository=CODE)
    await sight(known)
    for on in (False, True):
        async with known.write() as conn:
            await news.set_wanted(conn, ADA, NOON, on=on)
        assert (await waiting(known) != []) is on


async def test_a_list_may_be_left_out_and_another_with_the_same_paper_counts(
    known: Database,
) -> None:
    async with known.write() as conn:
        (mine, *_) = await library.of_user(conn, ADA)
        assert mine.news
        await library.change(conn, replace(mine, news=False))
    await know(known, repository=CODE)
    await sight(known)
    assert await waiting(known) == []
    other = await list_id(known, "favourites")
    async with known.write() as conn:
        await library.place_on(conn, ADA, FIRST, [mine.id, other], now=NOON)
    await know(known, repository=CODE, stars=100)
    await sight(known)
    assert await waiting(known) == [(FIRST, Kind.STARS)]


async def test_a_paper_taken_off_all_lists_brings_no_news_any_more(known: Database) -> None:
    await know(known, repository=CODE)
    await sight(known)
    async with known.write() as conn:
        await library.remove(conn, ADA, [FIRST])
    assert await waiting(known) == []


async def test_a_paper_withdrawn_again_after_it_came_back_is_no_second_piece_of_news(
    known: Database,
) -> None:
    await know(known, version=1)
    await sight(known, answered=Side.ARCHIVE)
    for _ in range(2):
        await know(known, version=2, withdrawn_at=NOON)
        await sight(known, answered=Side.ARCHIVE)
        assert await waiting(known) == [(FIRST, Kind.WITHDRAWN)]
        async with known.write() as conn:
            await library.remove(conn, ADA, [FIRST])
            while await news.forget_unsaved(conn, NOON + 30 * DAY):
                pass
            await conn.execute(update(paper_rows).values(withdrawn_at=None))
        await save(known, ADA, FIRST)
        await sight(known, answered=Side.ARCHIVE)


async def test_what_one_surface_brought_no_other_brings(known: Database) -> None:
    await know(known, repository=CODE)
    await sight(known)
    (first,) = await ids(known)
    async with known.write() as conn:
        assert await news.claim_for(conn, GRACE, [first], NOON) == []
        assert await news.claim_for(conn, ADA, [first], NOON) == [first]
        assert await news.claim_for(conn, ADA, [first], NOON) == []
    assert await waiting(known) == []
    async with known.read() as conn:
        assert [each.id for each in await news.lately(conn, ADA, NOON - DAY)] == [first]
        assert await news.lately(conn, ADA, NOON + DAY) == []


async def planned(database: Database, day: int, state: str) -> int:
    """Plan a digest of Ada's that brings all her news."""
    due = DueDigest(ADA, NOON.date() + day * DAY, Every.DAY, NOON, NOON + DAY)
    async with database.write() as conn:
        owed = [each.id for each in await news.pending(conn, ADA)]
        claimed = await news.claim_for(conn, ADA, owed, NOON)
        digest_id = await digests.plan(conn, due, [], payload={}, state=state, now=NOON)
        await news.attach(conn, ADA, claimed, digest_id)
    assert digest_id is not None
    return digest_id


async def test_a_digest_that_is_withdrawn_gives_its_news_back(known: Database) -> None:
    await know(known, repository=CODE)
    await sight(known)
    digest_id = await planned(known, 0, digests.PLANNED)
    assert await waiting(known) == []
    async with known.write() as conn:
        await digests.withdraw(conn, digest_id)
    assert await waiting(known) == [(FIRST, Kind.CODE)]


async def test_a_digest_that_is_pruned_or_was_sent_keeps_its_news(known: Database) -> None:
    await know(known, repository=CODE)
    await sight(known)
    digest_id = await planned(known, 0, digests.SENT)
    async with known.write() as conn:
        await digests.withdraw(conn, digest_id)
        while await digests.fold(conn, NOON + 60 * DAY):
            pass
    assert await size(known, digest_rows) == 0
    assert await waiting(known) == []
