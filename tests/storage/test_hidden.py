"""What people hide and open, and topics that are matched in another mode."""

from datetime import time, timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import hidden, learned, library, matched_topics, papers, subscriptions, topic_matches
from storage.database import Database
from storage.hidden import Dismissal
from storage.learned import LearnedPaper
from storage.subscriptions import Every, Mode, StoredTopic
from storage.tables import users
from storage.topic_matches import NewMatch
from tests.storage.shared import NOON as NOW
from tests.storage.shared import record

ADA, GRACE = 11, 12
PAPER = record().paper.id


async def follow(
    conn: AsyncConnection, user_id: int, query: str, *, min_votes: int = 0
) -> StoredTopic:
    await subscriptions.ensure_subscriber(
        conn, user_id, at=time(9), timezone="UTC", every=Every.DAY, now=NOW
    )
    await subscriptions.subscribe(
        conn, user_id, key=query, query=query, mode=Mode.STRICT, min_votes=min_votes, now=NOW
    )
    topic = await subscriptions.topic_of_key(conn, Mode.STRICT, query)
    assert topic is not None
    return topic


async def test_what_is_opened_is_noted_for_those_who_follow_or_keep_something(
    database: Database,
) -> None:
    async with database.write() as conn:
        await papers.upsert(conn, [record()], now=NOW)
        await conn.execute(insert(users).values(id=7, created_at=NOW))
        await follow(conn, ADA, "robots")
        await library.ensure(conn, GRACE, NOW)
        for user_id in (7, 8, ADA, GRACE):
            await hidden.note_opened(conn, user_id, PAPER, NOW)
        known = {user_id: await hidden.known(conn, user_id) for user_id in (7, 8, ADA, GRACE)}
        assert known == {7: set(), 8: set(), ADA: {PAPER}, GRACE: {PAPER}}
        await hidden.note_opened(conn, ADA, "2506.99999", NOW)
        assert await hidden.known(conn, ADA) == {PAPER}


async def test_opening_again_keeps_a_paper_for_longer(database: Database) -> None:
    later = NOW + timedelta(days=10)
    async with database.write() as conn:
        await papers.upsert(conn, [record()], now=NOW)
        await follow(conn, ADA, "robots")
        await hidden.note_opened(conn, ADA, PAPER, NOW)
        await hidden.note_opened(conn, ADA, PAPER, later)
        assert await hidden.forget_opened(conn, later + hidden.OPENED_KEPT) == 0
        assert await hidden.known(conn, ADA) == {PAPER}


async def test_the_last_reason_of_a_dismissal_counts(database: Database) -> None:
    later = NOW + timedelta(minutes=1)
    async with database.write() as conn:
        await papers.upsert(conn, [record()], now=NOW)
        await hidden.dismiss(conn, ADA, [PAPER], Dismissal.UNWANTED, NOW)
        await hidden.dismiss(conn, ADA, [PAPER], Dismissal.SEEN, later)
        assert await hidden.restore(conn, ADA, NOW) == 0
        assert await hidden.restore(conn, ADA, later) == 1


async def test_a_stricter_topic_goes_on_where_the_subscription_was(database: Database) -> None:
    later = NOW + timedelta(days=3)
    async with database.write() as conn:
        strict = await follow(conn, ADA, "robots", min_votes=2)
        normal = await subscriptions.change_mode(conn, ADA, strict.id, Mode.NORMAL, later)
        assert normal is not None
        (only,) = await subscriptions.of_user(conn, ADA)
        assert (only.topic, only.min_votes, only.created_at) == (normal, 2, NOW)
        assert await subscriptions.stored_topic(conn, strict.id) is None
        assert await subscriptions.change_mode(conn, ADA, strict.id, Mode.BROAD, later) is None
        assert await subscriptions.change_mode(conn, ADA, normal.id, Mode.NORMAL, later) == normal


async def test_changing_a_topic_leaves_other_peoples_as_they_are(database: Database) -> None:
    async with database.write() as conn:
        shared = await follow(conn, ADA, "robots")
        assert await follow(conn, GRACE, "robots") == shared
        assert await subscriptions.change_mode(conn, 99, shared.id, Mode.NORMAL, NOW) is None
        await subscriptions.change_mode(conn, ADA, shared.id, Mode.NORMAL, NOW)
        (hers,) = await subscriptions.of_user(conn, GRACE)
        assert hers.topic == shared


async def test_a_topic_followed_in_both_modes_becomes_one(database: Database) -> None:
    async with database.write() as conn:
        strict = await follow(conn, ADA, "robots")
        await subscriptions.subscribe(
            conn, ADA, key="robots", query="robots", mode=Mode.NORMAL, min_votes=0, now=NOW
        )
        normal = await subscriptions.topic_of_key(conn, Mode.NORMAL, "robots")
        assert normal is not None
        assert await subscriptions.change_mode(conn, ADA, normal.id, Mode.STRICT, NOW) == strict
        assert [each.topic for each in await subscriptions.of_user(conn, ADA)] == [strict]


async def test_a_papers_topics_are_those_that_matched_it_for_the_person(database: Database) -> None:
    async with database.write() as conn:
        await papers.upsert(conn, [record()], now=NOW)
        strict, other = await follow(conn, ADA, "robots"), await follow(conn, ADA, "walking")
        paused = await follow(conn, ADA, "gaits")
        await follow(conn, GRACE, "walking")
        await subscriptions.set_paused(conn, ADA, paused.id, paused=True)
        matches = [NewMatch(each.id, PAPER, 0.5, "") for each in (strict, paused)]
        await topic_matches.remember(conn, matches, at=NOW)
        await learned.add(
            conn, ADA, [LearnedPaper(each.id, PAPER, 0.9) for each in (other, strict)]
        )
        assert await matched_topics.topics_of(conn, ADA, PAPER) == [strict, other]
        assert await matched_topics.topics_of(conn, GRACE, PAPER) == []
