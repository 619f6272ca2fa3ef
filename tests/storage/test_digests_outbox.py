"""How far a digest has got, and what is kept of it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import digests, papers, subscriptions
from storage.database import Database
from storage.digests import Digest, DueDigest
from storage.subscriptions import Every
from storage.tables import brought_papers, cards, digest_papers, dm_log
from storage.tables import digests as rows
from tests.storage.shared import record

pytestmark = pytest.mark.engines

MONDAY = date(2025, 6, 9)
NINE = datetime(2025, 6, 9, 9, tzinfo=UTC)
MIDNIGHT = datetime(2025, 6, 10, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
ADA, GRACE = 11, 12
PAPERS = ["2506.00001", "2506.00002"]


async def planned(
    conn: AsyncConnection,
    user: int = ADA,
    day: date = MONDAY,
    *,
    state: str = digests.PLANNED,
    paper_ids: list[str] = PAPERS,
    now: datetime = NINE,
    reason: str | None = None,
) -> int:
    await subscriptions.ensure_subscriber(
        conn, user, at=time(9), timezone="UTC", every=Every.DAY, now=NINE
    )
    await papers.upsert(conn, [record(each) for each in paper_ids], now=NINE)
    due = DueDigest(user, day, Every.DAY, NINE, MIDNIGHT)
    found = await digests.plan(
        conn, due, paper_ids, payload={"a": 1}, state=state, now=now, reason=reason
    )
    assert found is not None
    return found


async def got(conn: AsyncConnection, digest_id: int) -> Digest:
    found = await digests.get(conn, digest_id)
    assert found is not None
    return found


async def listed(conn: AsyncConnection, digest_id: int) -> list[tuple[int, str]]:
    query = select(digest_papers.c.position, digest_papers.c.paper_id)
    found = await conn.execute(query.where(digest_papers.c.digest_id == digest_id))
    return sorted((row.position, row.paper_id) for row in found)


async def test_a_planned_digest_comes_back_as_it_was_frozen(database: Database) -> None:
    async with database.write() as conn:
        await planned(conn, GRACE)
        found = await planned(conn, reason="why")
        assert await got(conn, found) == Digest(
            id=found,
            user_id=ADA,
            local_date=MONDAY,
            state=digests.PLANNED,
            payload={"a": 1},
            message_id=None,
            planned_at=NINE,
            sent_at=None,
            finished_at=None,
            expires_at=MIDNIGHT,
            attempts=0,
            next_try_at=None,
            reason="why",
        )
        assert await listed(conn, found) == [(0, PAPERS[0]), (1, PAPERS[1])]
        assert await digests.get(conn, found + 1) is None


async def test_what_is_not_sent_is_finished_when_it_is_planned(database: Database) -> None:
    async with database.write() as conn:
        for number, state in enumerate((digests.EMPTY, digests.INBOX, digests.SENDING)):
            found = await planned(conn, 20 + number, state=state, paper_ids=[])
            assert (await got(conn, found)).finished_at == (
                None if state == digests.SENDING else NINE
            )
            assert await listed(conn, found) == []


async def test_the_digest_of_a_day_is_the_latest_from_that_day_on(database: Database) -> None:
    async with database.write() as conn:
        await planned(conn, GRACE, MONDAY + 5 * DAY)
        first = await planned(conn)
        second = await planned(conn, day=MONDAY + DAY)
        latest = await planned(conn, day=MONDAY + 2 * DAY, now=NINE + 2 * DAY)
        found = [await digests.of_day(conn, ADA, MONDAY + n * DAY) for n in (0, 1, 2)]
        assert [each and each.id for each in found] == [latest] * 3
        assert await digests.of_day(conn, ADA, MONDAY + 3 * DAY) is None
        assert await digests.last_planned(conn, ADA) == NINE + 2 * DAY
        assert await digests.last_planned(conn, 99) is None
        assert first < second < latest


async def test_the_inbox_has_what_could_not_be_sent_first_and_the_newest_first(
    database: Database,
) -> None:
    states = [digests.INBOX, digests.SENT, digests.INBOX, digests.SHOWN, digests.EMPTY]
    states += [digests.PLANNED, digests.SENDING]
    async with database.write() as conn:
        await planned(conn, GRACE, state=digests.INBOX)
        made = [
            await planned(conn, day=MONDAY + n * DAY, state=state) for n, state in enumerate(states)
        ]
        shown = [each.id for each in await digests.inbox(conn, ADA, MONDAY)]
        assert shown == [made[2], made[0], made[3], made[1]]
        later = [each.id for each in await digests.inbox(conn, ADA, MONDAY + DAY)]
        assert later == [made[2], made[3], made[1]]


async def test_digests_wait_in_order_and_each_until_its_next_try(database: Database) -> None:
    async with database.write() as conn:
        assert await digests.backlog(conn) == 0
        waiting = await planned(conn, 20)
        sending = await planned(conn, 21, state=digests.SENDING)
        await planned(conn, 22, state=digests.SENT)
        await planned(conn, 23, state=digests.INBOX)
        await digests.mark_retry(conn, waiting, at=NINE + HOUR, reason="full")
        assert await digests.unfinished(conn, NINE + HOUR - SECOND) == [sending]
        assert await digests.unfinished(conn, NINE + HOUR) == [waiting, sending]
        assert await digests.backlog(conn) == 2
        await digests.mark_retry(conn, waiting, at=NINE + 2 * HOUR, reason="full again")
        found = await got(conn, waiting)
        assert (found.attempts, found.next_try_at) == (2, NINE + 2 * HOUR)
        assert found.reason == "full again"
        assert (await got(conn, sending)).attempts == 0


async def test_a_sent_digest_names_its_message_and_its_papers(database: Database) -> None:
    async with database.write() as conn:
        other = await planned(conn, GRACE)
        mine = await planned(conn)
        await digests.mark_retry(conn, mine, at=NINE, reason="full")
        await digests.mark_sending(conn, mine, NINE + SECOND)
        found = await got(conn, mine)
        assert (found.state, found.sent_at) == (digests.SENDING, NINE + SECOND)
        await digests.mark_sent(conn, found, 500, 600, PAPERS, NINE + HOUR)
        found = await got(conn, mine)
        assert (found.state, found.message_id) == (digests.SENT, 500)
        assert (found.finished_at, found.next_try_at, found.reason) == (NINE + HOUR, None, None)
        assert (await got(conn, other)).state == digests.PLANNED
        shown = (await conn.execute(select(cards).order_by(cards.c.paper_id))).all()
        assert [
            (row.message_id, row.paper_id, row.channel_id, row.guild_id, row.posted_at)
            for row in shown
        ] == [(500, each, 600, None, NINE + HOUR) for each in PAPERS]
        await digests.mark_sent(conn, found, 500, 600, PAPERS, NINE + HOUR)


async def test_nothing_is_recorded_of_a_digest_whose_person_was_erased(database: Database) -> None:
    async with database.write() as conn:
        mine = await got(conn, await planned(conn))
        await conn.execute(rows.delete())
        await digests.mark_sent(conn, mine, 500, 600, PAPERS, NINE)
        assert await conn.scalar(select(func.count()).select_from(cards)) == 0


async def test_a_digest_that_cannot_be_sent_goes_to_the_inbox(database: Database) -> None:
    async with database.write() as conn:
        other, mine = await planned(conn, GRACE), await planned(conn)
        await digests.mark_retry(conn, mine, at=NINE, reason="full")
        await digests.to_inbox(conn, mine, "closed", NINE + HOUR)
        found = await got(conn, mine)
        assert (found.state, found.finished_at) == (digests.INBOX, NINE + HOUR)
        assert (found.next_try_at, found.reason) == (None, "closed")
        assert (await got(conn, other)).state == digests.PLANNED


async def test_a_digest_that_a_person_asked_for_is_not_sent_any_more(database: Database) -> None:
    async with database.write() as conn:
        other = await planned(conn, GRACE)
        for number, state in enumerate((digests.PLANNED, digests.INBOX, digests.EMPTY)):
            found = await planned(conn, 30 + number, state=state, paper_ids=[])
            await digests.mark_retry(conn, found, at=NINE, reason="full")
            await papers.upsert(conn, [record(PAPERS[0])], now=NINE)
            await digests.show(
                conn,
                await got(conn, found),
                NINE + HOUR,
                payload={"b": 2} if number else None,
                paper_ids=PAPERS[:1],
            )
            now = await got(conn, found)
            assert (now.state, now.finished_at) == (digests.SHOWN, NINE + HOUR)
            assert now.next_try_at is None
            assert now.payload == ({"b": 2} if number else {"a": 1})
            assert await listed(conn, found) == [(0, PAPERS[0])]
        assert (await got(conn, other)).state == digests.PLANNED


async def test_a_digest_that_is_being_sent_is_not_shown_as_another(database: Database) -> None:
    async with database.write() as conn:
        found = await planned(conn, state=digests.SENDING, paper_ids=[])
        await digests.show(conn, await got(conn, found), NINE, payload={"b": 2}, paper_ids=PAPERS)
        now = await got(conn, found)
        assert (now.state, now.payload) == (digests.SENDING, {"a": 1})
        assert await listed(conn, found) == []


async def test_a_budget_counts_what_left_its_window_no_more(database: Database) -> None:
    async def spend(kind: str, now: datetime) -> datetime | None:
        return await digests.spend(conn, kind, limit=2, window=HOUR, now=now)

    async with database.write() as conn:
        assert await spend(digests.SEND, NINE) is None
        assert await spend(digests.SEND, NINE + SECOND) is None
        assert await spend(digests.SEND, NINE + HOUR - SECOND) == NINE + HOUR
        assert await spend(digests.OPEN, NINE + SECOND) is None
        assert await spend(digests.SEND, NINE + HOUR) is None
        assert await spend(digests.SEND, NINE + HOUR) == NINE + HOUR + SECOND


async def test_messages_are_kept_back_until_the_break_is_over(database: Database) -> None:
    async with database.write() as conn:
        assert await digests.broken_until(conn, NINE) is None
        await digests.break_until(conn, NINE + HOUR, "flagged")
        assert await digests.broken_until(conn, NINE + HOUR - SECOND) == NINE + HOUR
        assert await digests.broken_until(conn, NINE + HOUR) is None
        await digests.break_until(conn, NINE + DAY, "flagged")
        assert await digests.broken_until(conn, NINE) == NINE + DAY


async def test_old_digests_are_folded_into_what_they_brought(database: Database) -> None:
    old, older = NINE, datetime(2024, 12, 30, 9, tzinfo=UTC)
    now = NINE + digests.DIGESTS_KEPT + 7 * DAY
    async with database.write() as conn:
        await planned(conn, day=older.date(), now=older, state=digests.SENT)
        await planned(conn, now=old, state=digests.SENT, paper_ids=["2506.00003"])
        await planned(conn, day=MONDAY + DAY, now=old + DAY, state=digests.EMPTY, paper_ids=[])
        kept = await planned(conn, day=MONDAY + 2 * DAY, now=old, state=digests.SENDING)
        fresh = await planned(conn, day=MONDAY + 7 * DAY, now=old + 7 * DAY, state=digests.SENT)
        await planned(conn, GRACE, now=old, state=digests.SENT)
        assert await digests.fold(conn, now, most=1) == 3
        assert await digests.fold(conn, now) == 1
        assert await digests.fold(conn, now) == 0
        assert sorted((await conn.execute(select(rows.c.id))).scalars()) == [kept, fresh]
        brought = {
            (row.user_id, row.year): sorted(row.papers)
            for row in await conn.execute(select(brought_papers))
        }
        assert brought == {
            (ADA, 2024): PAPERS,
            (ADA, 2025): ["2506.00003"],
            (GRACE, 2025): PAPERS,
        }
        assert await digests.fold(conn, now + 7 * DAY) == 1
        row = (
            await conn.execute(
                select(brought_papers).where(
                    brought_papers.c.user_id == ADA, brought_papers.c.year == 2025
                )
            )
        ).one()
        assert sorted(row.papers) == [*PAPERS, "2506.00003"]


async def test_what_budgets_count_no_more_is_forgotten_a_little_at_a_time(
    database: Database,
) -> None:
    async with database.write() as conn:
        moments: list[dict[str, Any]] = [
            {"at": NINE + n * SECOND, "kind": digests.SEND} for n in range(3)
        ]
        await conn.execute(insert(dm_log), moments)
        now = NINE + digests.DM_LOG_KEPT + 2 * SECOND
        assert await digests.forget_sending(conn, now, most=1) == 1
        assert await digests.forget_sending(conn, now) == 1
        assert await digests.forget_sending(conn, now) == 0
        assert (await conn.execute(select(dm_log.c.at))).scalars().all() == [NINE + 2 * SECOND]
