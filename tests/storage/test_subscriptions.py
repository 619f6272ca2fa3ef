"""Subscriptions, matches and digests as they are kept."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.model import Announcement, Author, Batch, Metrics, Paper, Record
from storage import batches, digests, papers, subscriptions, topic_matches
from storage.database import Database
from storage.digests import DueDigest
from storage.subscriptions import Every, Mode, StoredTopic
from storage.tables import metadata, users
from storage.topic_matches import NewMatch
from tests.databases import open_empty

NOW = datetime(2025, 6, 9, 8, tzinfo=UTC)
MONDAY = NOW.date()
ADA, GRACE = 11, 12


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_empty(tmp_path)
    yield opened
    await opened.close()


async def follow(
    conn: AsyncConnection,
    user_id: int,
    query: str,
    *,
    now: datetime = NOW,
    timezone: str = "UTC",
    at: time = time(9),
    every: Every = Every.DAY,
    min_votes: int = 0,
) -> StoredTopic:
    await subscriptions.ensure_subscriber(
        conn, user_id, at=at, timezone=timezone, every=every, now=now
    )
    await subscriptions.subscribe(
        conn, user_id, key=query, query=query, mode=Mode.STRICT, min_votes=min_votes, now=now
    )
    topic = await subscriptions.topic_of_key(conn, Mode.STRICT, query)
    assert topic is not None
    return topic


async def test_topics_of_different_sources_are_different_topics(database: Database) -> None:
    of_both = ("huggingface", "arxiv", "biorxiv")
    async with database.write() as conn:
        default = await follow(conn, ADA, "agents")
        await subscriptions.subscribe(
            conn,
            ADA,
            key="agents",
            query="agents",
            mode=Mode.STRICT,
            min_votes=0,
            now=NOW,
            sources=of_both,
        )
        assert await subscriptions.topic_of_key(conn, Mode.STRICT, "agents") == default
        own = await subscriptions.topic_of_key(conn, Mode.STRICT, "agents", of_both)
        assert own is not None
        assert own.id != default.id
        assert own.sources == of_both
        assert await subscriptions.source_groups(conn) == [of_both]
        wider = await subscriptions.change_mode(conn, ADA, own.id, Mode.BROAD, NOW)
        assert wider is not None
        assert (wider.mode, wider.sources) == (Mode.BROAD, of_both)
        await subscriptions.unsubscribe(conn, ADA, wider.id)
        assert await subscriptions.source_groups(conn) == []


async def test_a_draft_keeps_the_sources_that_were_chosen(database: Database) -> None:
    async with database.write() as conn:
        made = await subscriptions.add_draft(
            conn,
            query="agents",
            mode=Mode.STRICT,
            every=None,
            min_votes=0,
            now=NOW,
            sources=["biorxiv"],
        )
        found = await subscriptions.get_draft(conn, made.id)
    assert found is not None
    assert found.sources == made.sources == ("biorxiv",)


def record(number: int, *, votes: int = 3, announcement: Announcement | None = None) -> Record:
    paper = Paper(f"2506.{number:05}", f"Paper {number}", "About it.", (Author("Ada"),))
    return Record(paper, Metrics(votes), MONDAY, announcement)


async def test_people_who_ask_the_same_share_a_topic_that_goes_with_the_last_of_them(
    database: Database,
) -> None:
    async with database.write() as conn:
        first = await follow(conn, ADA, "agents")
        second = await follow(conn, GRACE, "agents")
        assert first == second
        assert await subscriptions.unsubscribe(conn, ADA, first.id) == first
        assert await subscriptions.unsubscribe(conn, ADA, first.id) is None
        assert await subscriptions.all_topics(conn) == [first]
        assert await subscriptions.unsubscribe(conn, GRACE, first.id) == first
        assert await subscriptions.all_topics(conn) == []


async def test_subscribing_again_ends_a_pause_and_is_not_new(database: Database) -> None:
    async with database.write() as conn:
        topic = await follow(conn, ADA, "agents")
        assert await subscriptions.set_paused(conn, ADA, topic.id, paused=True)
        assert not await subscriptions.set_paused(conn, GRACE, topic.id, paused=True)
        new = await subscriptions.subscribe(
            conn, ADA, key="agents", query="agents", mode=Mode.STRICT, min_votes=7, now=NOW
        )
        (mine,) = await subscriptions.of_user(conn, ADA)
    assert not new
    assert (mine.paused, mine.min_votes) == (False, 7)


async def test_only_what_several_people_follow_is_offered_to_others(database: Database) -> None:
    async with database.write() as conn:
        await follow(conn, ADA, "my secret agents")
        for user in (ADA, GRACE):
            await follow(conn, user, "language agents")
        assert await subscriptions.popular(conn, "AGENT", 5) == ["language agents"]
        assert await subscriptions.popular(conn, "%", 5) == []


async def test_three_refusals_in_a_row_close_the_messages_until_they_are_tried_again(
    database: Database,
) -> None:
    async with database.write() as conn:
        await follow(conn, ADA, "agents")
        assert not await subscriptions.refused(conn, ADA, "closed", NOW)
        assert not await subscriptions.refused(conn, ADA, "closed", NOW)
        await subscriptions.reached(conn, ADA)
        closed = [await subscriptions.refused(conn, ADA, "closed", NOW) for _ in range(3)]
        assert closed == [False, False, True]
        assert await subscriptions.try_again(conn, ADA)
        assert not await subscriptions.try_again(conn, ADA)
        assert await subscriptions.refused(conn, ADA, "closed", NOW)


async def test_a_preview_is_forgotten_after_a_week(database: Database) -> None:
    async with database.write() as conn:
        old = await subscriptions.add_draft(
            conn, query="a", mode=Mode.BROAD, every=Every.WEEK, min_votes=2, now=NOW
        )
        assert await subscriptions.get_draft(conn, old.id) == old
        await subscriptions.add_draft(
            conn,
            query="b",
            mode=Mode.STRICT,
            every=None,
            min_votes=0,
            now=NOW + timedelta(days=8),
        )
        assert await subscriptions.get_draft(conn, old.id) is None


async def test_matching_sees_what_batches_announced_and_nothing_else(database: Database) -> None:
    async with database.write() as conn:
        listed = Batch(
            MONDAY,
            (record(1), record(2, announcement=Announcement.REPLACE), record(3)),
        )
        await batches.record(conn, listed, "Fake", now=NOW)
        await papers.upsert(conn, [record(4)], now=NOW)  # somebody searched for that one
        seen = await topic_matches.placed(conn, MONDAY, sources=["Fake"])
        assert [item.paper_id for item in seen] == ["2506.00001", "2506.00003"]
        assert await topic_matches.placed(conn, MONDAY + timedelta(days=1), sources=["Fake"]) == []

        assert await topic_matches.placed(conn, MONDAY, sources=["arXiv"]) == []
        reached = await topic_matches.latest(conn)
        await topic_matches.store(conn, [], reached, now=NOW)
        assert await topic_matches.progress(conn) == reached
        # It is known, its text is unchanged, and it is announced only now.
        await batches.record(conn, Batch(MONDAY, (record(1), record(4))), "Fake", now=NOW)
        assert await topic_matches.latest(conn) != reached
        seen = await topic_matches.placed(conn, MONDAY, sources=["Fake"])
        fresh = [item for item in seen if item.entry > reached.entry]
        assert [item.paper_id for item in fresh] == ["2506.00004"]


async def test_a_person_is_brought_what_matched_since_and_was_not_brought(
    database: Database,
) -> None:
    later = NOW + timedelta(hours=1)
    async with database.write() as conn:
        numbers = [record(number, votes=number) for number in range(1, 6)]
        await batches.record(conn, Batch(MONDAY, tuple(numbers)), "Fake", now=NOW)
        topic = await follow(conn, ADA, "agents", min_votes=2)
        early = NewMatch(topic.id, "2506.00005", 1.0, "before")
        await topic_matches.remember(conn, [early], at=NOW - timedelta(hours=1))
        found = [NewMatch(topic.id, f"2506.{number:05}", 0.5, "why") for number in range(1, 6)]
        await topic_matches.store(conn, found, await topic_matches.latest(conn), now=later)
        due = DueDigest(ADA, MONDAY, Every.DAY, NOW, NOW + timedelta(days=1))
        await digests.plan(conn, due, ["2506.00002"], payload={}, state=digests.SENT, now=later)
        waiting = await topic_matches.unseen(conn, ADA, NOW)
        (mine,) = await subscriptions.of_user(conn, ADA, since=NOW - timedelta(days=1))
    assert {match.paper.paper.id for match in waiting} == {"2506.00003", "2506.00004"}
    assert mine.matches == 4  # one has too few votes


@pytest.mark.parametrize(
    ("min_votes", "brought"), [(0, [0, 1, 2, 3]), (1, [1, 2, 3]), (2, [2, 3]), (3, [3]), (4, [])]
)
async def test_a_paper_with_just_the_votes_that_a_topic_asks_for_is_brought(
    database: Database, min_votes: int, brought: list[int]
) -> None:
    unvoted = replace(record(4), metrics=Metrics())
    async with database.write() as conn:
        numbers = [*(record(number, votes=number) for number in range(4)), unvoted]
        await batches.record(conn, Batch(MONDAY, tuple(numbers)), "Fake", now=NOW)
        topic = await follow(conn, ADA, "agents", min_votes=min_votes)
        found = [NewMatch(topic.id, f"2506.{number:05}", 0.5, "why") for number in range(5)]
        await topic_matches.remember(conn, found, at=NOW)
        waiting = await topic_matches.unseen(conn, ADA, NOW)
    expected = [*brought, *([] if min_votes else [4])]
    assert sorted(match.paper.paper.id for match in waiting) == [
        f"2506.{number:05}" for number in expected
    ]


async def test_a_day_is_planned_once(database: Database) -> None:
    due = DueDigest(ADA, MONDAY, Every.DAY, NOW, NOW + timedelta(days=1))
    async with database.write() as conn:
        await follow(conn, ADA, "agents")
        first = await digests.plan(conn, due, [], payload={}, state=digests.PLANNED, now=NOW)
        again = await digests.plan(conn, due, [], payload={}, state=digests.PLANNED, now=NOW)
        assert first is not None
        assert again is None
        assert await digests.backlog(conn) == 1


async def test_a_budget_slides(database: Database) -> None:
    hour = timedelta(hours=1)
    async with database.write() as conn:

        async def spend(minutes: int) -> datetime | None:
            now = NOW + timedelta(minutes=minutes)
            return await digests.spend(conn, digests.SEND, limit=2, window=hour, now=now)

        assert await spend(0) is None
        assert await spend(30) is None
        assert await spend(31) == NOW + hour
        assert await spend(60) is None
        assert await spend(61) == NOW + timedelta(minutes=90)
        opened = await digests.spend(conn, digests.OPEN, limit=1, window=hour, now=NOW)
        assert opened is None


async def test_a_budget_that_was_lowered_is_free_again_when_enough_have_left_the_window(
    database: Database,
) -> None:
    hour = timedelta(hours=1)
    async with database.write() as conn:
        for minute in (0, 10, 20):
            now = NOW + timedelta(minutes=minute)
            assert not await digests.spend(conn, digests.SEND, limit=3, window=hour, now=now)

        async def spend(minute: int, limit: int) -> datetime | None:
            now = NOW + timedelta(minutes=minute)
            return await digests.spend(conn, digests.SEND, limit=limit, window=hour, now=now)

        assert await spend(30, 1) == NOW + timedelta(minutes=80)
        assert await spend(30, 2) == NOW + timedelta(minutes=70)
        assert await spend(30, 3) == NOW + hour
        # What lies a whole window back has left it, to the moment.
        assert await spend(59, 3) == NOW + hour
        assert await spend(60, 3) is None


async def test_the_longest_break_is_kept(database: Database) -> None:
    async with database.write() as conn:
        assert await digests.broken_until(conn, NOW) is None
        await digests.break_until(conn, NOW + timedelta(hours=24), "too many")
        assert await digests.broken_until(conn, NOW) == NOW + timedelta(hours=24)
        assert await digests.broken_until(conn, NOW + timedelta(hours=24)) is None


@pytest.mark.parametrize(
    ("every", "days"),
    [
        (Every.DAY, "MON TUE WED THU FRI SAT SUN"),
        (Every.WEEKDAYS, "MON TUE WED THU FRI"),
        (Every.WEEK, "MON"),
    ],
)
async def test_a_digest_is_due_on_the_days_that_were_asked_for(
    database: Database, every: Every, days: str
) -> None:
    async with database.write() as conn:
        await follow(conn, ADA, "agents", every=every)
        found: list[str] = []
        for day in range(7):
            morning = NOW + timedelta(days=day)
            assert await digests.claim_due(conn, morning) == []
            if await digests.claim_due(conn, morning + timedelta(hours=1)):
                found.append(f"{morning:%a}".upper())
    assert found == days.split()


async def test_quiet_days_and_paused_topics_owe_nothing(database: Database) -> None:
    nine = NOW + timedelta(hours=1)
    async with database.write() as conn:
        topic = await follow(conn, ADA, "agents")
        person = await subscriptions.subscriber(conn, ADA)
        assert person is not None
        quiet = replace(person, quiet_until=date(2025, 6, 11))
        await subscriptions.change_settings(conn, quiet)
        assert await digests.claim_due(conn, nine + timedelta(days=1)) == []
        assert len(await digests.claim_due(conn, nine + timedelta(days=2))) == 1
        await subscriptions.set_paused(conn, ADA, topic.id, paused=True)
        assert await digests.claim_due(conn, nine + timedelta(days=2)) == []


async def test_who_subscribes_after_their_hour_is_owed_the_next_days(database: Database) -> None:
    async with database.write() as conn:
        await follow(conn, ADA, "agents", now=NOW + timedelta(hours=3))
        assert await digests.claim_due(conn, NOW + timedelta(hours=4)) == []
        (due,) = await digests.claim_due(conn, NOW + timedelta(hours=25))
    assert due.local_date == date(2025, 6, 10)


@settings(deadline=None, max_examples=25)
@given(
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]
    ),
    hour=st.integers(0, 23),
    start=st.dates(date(2025, 3, 1), date(2025, 11, 30)),
)
def test_every_day_is_due_once_whatever_the_clocks_do(
    zone: str, hour: int, start: date, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def days() -> list[date]:
        database = await open_empty(tmp_path_factory.mktemp("due"))
        try:
            async with database.write() as conn:
                began = datetime.combine(start, time(), UTC)
                await follow(conn, ADA, "agents", now=began, timezone=zone, at=time(hour))
                found: list[date] = []
                for step in range(4 * 24):
                    now = began + timedelta(hours=step)
                    for due in await digests.claim_due(conn, now):
                        found.append(due.local_date)
                        await digests.plan(
                            conn, due, [], payload=None, state=digests.EMPTY, now=now
                        )
                return found
        finally:
            await database.close()

    found = asyncio.run(days())
    assert len(found) in (3, 4)
    assert found == [found[0] + timedelta(days=number) for number in range(len(found))]


async def test_everything_personal_goes_with_the_person(database: Database) -> None:
    due = DueDigest(ADA, MONDAY, Every.DAY, NOW, NOW + timedelta(days=1))
    async with database.write() as conn:
        await batches.record(conn, Batch(MONDAY, (record(1),)), "Fake", now=NOW)
        await follow(conn, ADA, "agents")
        await digests.plan(conn, due, ["2506.00001"], payload={}, state=digests.SENT, now=NOW)
        await conn.execute(delete(users).where(users.c.id == ADA))
        for name in ("subscribers", "subscriptions", "digests", "digest_papers"):
            table = metadata.tables[name]
            assert await conn.scalar(select(func.count()).select_from(table)) == 0, name
