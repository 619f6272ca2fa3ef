from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from storage import search_sessions, source_searches
from storage.database import Database
from storage.search import Sort
from storage.search_sessions import Question, Remarks
from storage.source_searches import BudgetSpentError, SourceAnswer
from storage.tables import search_sessions as table
from tests.storage.shared import NOON

QUESTION = Question("robots", date(2025, 1, 1), ("cs.RO",), Sort.NEWEST)
REMARKS = Remarks(
    "No.",
    {"robtos": ("robots",)},
    by_meaning=True,
    rebuilding=True,
    folded={"2501.00001": ("2501.00002", "c")},
)


async def test_a_search_comes_back_as_it_was_answered(database: Database):
    async with database.write() as conn:
        added = await search_sessions.add(conn, QUESTION, ["2501.00001", "b"], REMARKS, now=NOON)
    async with database.read() as conn:
        assert await search_sessions.get(conn, added.id, now=NOON) == added
    assert added.hits == ("2501.00001", "b")
    assert added.remarks == REMARKS
    assert added.listed == {"2501.00001", "2501.00002", "b", "c"}


async def test_a_search_holds_nothing_of_who_asked():
    assert not [key for column in table.columns for key in column.foreign_keys]
    assert not [column.name for column in table.columns if "user" in column.name]


async def test_results_are_forgotten_after_thirty_days_and_the_question_after_half_a_year(
    database: Database,
):
    async with database.write() as conn:
        old = await search_sessions.add(conn, QUESTION, ["a"], REMARKS, now=NOON)
    later = NOON + timedelta(days=31)
    async with database.write() as conn:
        seen = await search_sessions.get(conn, old.id, now=later)
        assert seen is not None
        assert seen.hits is None
        await search_sessions.add(conn, Question("new"), ["b"], Remarks(), now=later)
        kept = await conn.scalar(select(table.c.hits).where(table.c.id == old.id))
        assert kept is None
        seen = await search_sessions.get(conn, old.id, now=later)
        assert seen is not None
        assert seen.question == QUESTION
    much_later = NOON + timedelta(days=200)
    async with database.write() as conn:
        assert await search_sessions.get(conn, old.id, now=much_later) is None
        await search_sessions.add(conn, Question("newer"), ["c"], Remarks(), now=much_later)
        count = await conn.scalar(select(func.count()).select_from(table))
        assert count == 2


async def test_a_number_is_never_given_to_another_search(database: Database):
    async with database.write() as conn:
        old = await search_sessions.add(conn, QUESTION, ["a"], REMARKS, now=NOON)
        new = await search_sessions.add(
            conn, QUESTION, ["a"], REMARKS, now=NOON + timedelta(days=200)
        )
    assert new.id != old.id


async def test_a_used_message_stays_used(database: Database):
    async with database.write() as conn:
        added = await search_sessions.add(conn, QUESTION, [], Remarks(), now=NOON)
        await search_sessions.use(conn, added.id)
        await search_sessions.use(conn, added.id)
        seen = await search_sessions.get(conn, added.id, now=NOON)
    assert seen is not None
    assert seen.used


async def test_a_question_is_claimed_once_until_its_answer_is_old(database: Database):
    async with database.write() as conn:
        assert await source_searches.claim(conn, "q", now=NOON, per_minute=5) is None
        asking = await source_searches.claim(conn, "q", now=NOON, per_minute=5)
        assert asking is not None
        assert asking.answered_at is None
        answers = [SourceAnswer("A", 2), SourceAnswer("B", 0)]
        told = await source_searches.answer(conn, "q", answers, ["1", "2"], now=NOON)
        assert told.answers == tuple(answers)
        assert told.papers == ("1", "2")
        hours = NOON + timedelta(hours=23)
        assert await source_searches.claim(conn, "q", now=hours, per_minute=5) == told
        days = NOON + timedelta(hours=25)
        assert await source_searches.claim(conn, "q", now=days, per_minute=5) is None


async def test_a_failed_or_lost_question_is_asked_again_soon(database: Database):
    async with database.write() as conn:
        await source_searches.claim(conn, "q", now=NOON, per_minute=5)
        lost = NOON + timedelta(minutes=4)
        assert await source_searches.claim(conn, "q", now=lost, per_minute=5) is None
        await source_searches.answer(conn, "q", [SourceAnswer("A", None, "slow")], [], now=lost)
        again = lost + timedelta(minutes=6)
        assert await source_searches.claim(conn, "q", now=again, per_minute=5) is None


async def test_the_budget_is_for_all_questions_of_a_minute(database: Database):
    async with database.write() as conn:
        await source_searches.claim(conn, "a", now=NOON, per_minute=2)
        await source_searches.claim(conn, "b", now=NOON, per_minute=2)
        with pytest.raises(BudgetSpentError):
            await source_searches.claim(conn, "c", now=NOON, per_minute=2)
        minute = NOON + timedelta(seconds=61)
        assert await source_searches.claim(conn, "c", now=minute, per_minute=2) is None


async def test_an_answer_to_a_question_that_was_never_asked_is_a_mistake(database: Database):
    async with database.write() as conn:
        with pytest.raises(KeyError):
            await source_searches.answer(conn, "q", [], [], now=NOON)
