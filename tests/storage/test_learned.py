"""What topics learn from, as it is kept: saves, dismissals, old matches, and forgetting."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.model import Batch
from storage import batches, hidden, learned, library, subscriptions, topic_matches
from storage.database import Database
from storage.hidden import Dismissal
from storage.learned import LearnedPaper
from storage.library import Via
from storage.subscriptions import Mode, StoredTopic
from storage.tables import learned_papers
from storage.topic_matches import MATCHES_KEPT, NewMatch
from tests.databases import open_empty
from tests.storage.test_subscriptions import ADA, GRACE, MONDAY, NOW, follow, record

FIRST, SECOND, THIRD, FOURTH = (f"2506.{number:05}" for number in range(1, 5))
HOUR = timedelta(hours=1)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_empty(tmp_path)
    async with opened.write() as conn:
        known = Batch(MONDAY, tuple(record(number) for number in range(1, 5)))
        await batches.record(conn, known, "Fake", now=NOW)
    yield opened
    await opened.close()


async def matched(conn: AsyncConnection, topic: StoredTopic, *paper_ids: str) -> None:
    found = [
        NewMatch(topic.id, paper_id, 0.5 + place / 8, "why")
        for place, paper_id in enumerate(paper_ids)
    ]
    await topic_matches.remember(conn, found, at=NOW)


async def save(conn: AsyncConnection, user_id: int, *paper_ids: str, hours: int = 1) -> None:
    mine = next(each for each in await library.ensure(conn, user_id, NOW) if each.is_default)
    saved = dict.fromkeys(paper_ids, NOW + hours * HOUR)
    await library.save(conn, user_id, mine.id, saved, via=Via.COMMAND)


async def hide(
    conn: AsyncConnection, user_id: int, paper_id: str, kind: Dismissal = Dismissal.UNWANTED
) -> None:
    await hidden.dismiss(conn, user_id, [paper_id], kind, NOW + HOUR)


async def kept(conn: AsyncConnection) -> int:
    return await conn.scalar(select(func.count()).select_from(learned_papers)) or 0


async def test_only_what_a_topic_matched_and_its_follower_saved_or_did_not_want_counts(
    database: Database,
) -> None:
    async with database.write() as conn:
        topic, other = await follow(conn, ADA, "agents"), await follow(conn, ADA, "graphs")
        await follow(conn, GRACE, "agents")
        await matched(conn, topic, FIRST, SECOND, THIRD)
        await matched(conn, other, FOURTH)
        await save(conn, ADA, SECOND, hours=3)
        await save(conn, ADA, FIRST, FOURTH, hours=2)
        await save(conn, GRACE, THIRD)
        await hide(conn, ADA, THIRD)
        await hide(conn, ADA, FIRST)
        found = await learned.signals(conn, ADA)
        assert found.keys() == {topic.id, other.id}
        assert list(found[topic.id].saved.items()) == [(FIRST, 0.5), (SECOND, 0.625)]
        assert found[topic.id].dismissed == (THIRD,)
        assert (await learned.signals(conn, GRACE))[topic.id].dismissed == ()
        await hide(conn, ADA, THIRD, Dismissal.SEEN)
        assert (await learned.signals(conn, ADA))[topic.id].dismissed == ()


async def test_a_person_of_many_saves_is_learned_from_the_newest(database: Database) -> None:
    many = [f"2506.{number:05}" for number in range(100, 100 + learned.MOST + 1)]
    async with database.write() as conn:
        rest = Batch(MONDAY, tuple(record(int(each[5:])) for each in many))
        await batches.record(conn, rest, "Fake", now=NOW)
        topic = await follow(conn, ADA, "agents")
        await matched(conn, topic, *many)
        await save(conn, ADA, *many[1:])
        await save(conn, ADA, many[0], hours=0)
        found = (await learned.signals(conn, ADA))[topic.id].saved
    assert list(found) == many[1:]


async def test_what_was_learned_stays_when_the_matches_of_a_month_go(database: Database) -> None:
    async with database.write() as conn:
        topic = await follow(conn, ADA, "agents")
        await follow(conn, GRACE, "agents")
        await matched(conn, topic, FIRST, SECOND, THIRD)
        await save(conn, ADA, SECOND)
        await hide(conn, ADA, THIRD)
        await save(conn, 99, FIRST)  # follows nothing
        before = await learned.signals(conn, ADA)
        assert await topic_matches.prune(conn, NOW + MATCHES_KEPT, most=2) == 0
        late = NOW + MATCHES_KEPT + HOUR
        assert await topic_matches.prune(conn, late, most=2) == 2
        assert await topic_matches.prune(conn, late, most=2) == 1
        assert await topic_matches.prune(conn, late, most=2) == 0
        assert await learned.signals(conn, ADA) == before
        assert await learned.signals(conn, GRACE) == {}
        assert await kept(conn) == 2


async def test_what_a_topic_added_goes_with_the_subscription_of_that_person(
    database: Database,
) -> None:
    async with database.write() as conn:
        topic = await follow(conn, ADA, "agents")
        await follow(conn, GRACE, "agents")
        for user_id in (ADA, GRACE, 99):
            await learned.add(conn, user_id, [LearnedPaper(topic.id, FIRST, 0.25)])
            await learned.add(conn, user_id, [LearnedPaper(topic.id, FIRST, 0.25)])
        assert await kept(conn) == 2  # whoever does not follow it any more gets none
        await subscriptions.unsubscribe(conn, ADA, topic.id)
        await save(conn, GRACE, FIRST)
        assert (await learned.signals(conn, GRACE))[topic.id].saved == {FIRST: 0.25}
        assert await kept(conn) == 1


async def test_a_topic_that_is_matched_more_strictly_goes_on_with_what_it_learned(
    database: Database,
) -> None:
    async with database.write() as conn:
        topic = await follow(conn, ADA, "agents")
        await matched(conn, topic, FIRST, SECOND)
        await learned.add(conn, ADA, [LearnedPaper(topic.id, THIRD, 0.25)])
        await save(conn, ADA, FIRST, THIRD)
        await learned.forget(conn, ADA, topic.id, NOW)
        after = await subscriptions.change_mode(conn, ADA, topic.id, Mode.BROAD, NOW)
        assert after is not None
        found = await learned.signals(conn, ADA)
        assert {key: each.saved for key, each in found.items()} == {
            after.id: {FIRST: 0.5, THIRD: 0.25}
        }
        forgotten, before = await learned.forget(conn, ADA, after.id, NOW + 2 * HOUR)
        assert (forgotten, before) == (True, NOW)


async def test_forgetting_begins_at_its_moment_and_is_undone_once(database: Database) -> None:
    async with database.write() as conn:
        topic = await follow(conn, ADA, "agents")
        await matched(conn, topic, FIRST, SECOND)
        await save(conn, ADA, FIRST)
        at = NOW + HOUR
        assert await learned.forget(conn, ADA, topic.id, at) == (True, None)
        assert await learned.forget(conn, GRACE, topic.id, at) == (False, None)
        assert await learned.signals(conn, ADA) == {}
        await save(conn, ADA, SECOND, hours=2)
        assert list((await learned.signals(conn, ADA))[topic.id].saved) == [SECOND]

        async def undo() -> bool:
            return await learned.remember(conn, ADA, topic.id, forgotten_at=at, before=None)

        assert await undo()
        assert list((await learned.signals(conn, ADA))[topic.id].saved) == [FIRST, SECOND]
        assert not await undo()
