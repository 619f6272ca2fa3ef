"""A feed that moved to another's address: what both had is had by one."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.model import Batch
from storage import (
    batches,
    papers,
    server_sources,
    subscriptions,
    topic_matches,
    web_feed_moves,
    web_feeds,
)
from storage.batches import BatchState
from storage.database import Database
from storage.subscriptions import Every, Mode
from storage.topic_matches import NewMatch
from tests.storage.shared import NOON, record

pytestmark = pytest.mark.engines

DAY = timedelta(days=1)
URL = "https://journal.example/rss"


def batch(day: date, *numbers: int) -> Batch:
    return Batch(day, tuple(record(f"2603.{number:05}") for number in numbers))


async def test_days_and_entries_of_both_are_those_of_one(database: Database) -> None:
    first, second, third = (NOON.date() + number * DAY for number in range(3))
    async with database.write() as conn:
        old = await web_feeds.add(conn, URL, NOON)
        new = await web_feeds.add(conn, URL + "/", NOON)
        for guild_id, feed in ((7, old), (8, new), (9, old), (9, new)):
            await server_sources.offer(conn, guild_id, feed.id, f"Feed {feed.id}", NOON)
            await server_sources.add(conn, guild_id, feed.id, NOON)
        for feed, days in (
            (old, (batch(first, 1, 2), batch(second), batch(third, 5))),
            (new, (batch(first, 2, 3), batch(second, 4), batch(third))),
        ):
            for each in days:
                await batches.record(conn, each, feed.key, now=NOON)
        await web_feeds.seen(conn, old.id, {"a": ["a"], "b": ["b"]}, first)
        await web_feeds.seen(conn, new.id, {"b": ["b"], "c": ["c"]}, first)
        await web_feed_moves.fold(conn, old.id, new.id)
        rows = await batches.rows(conn, first, third)
        assert [(row.day, row.source, row.state, row.papers) for row in rows] == [
            (third, new.key, BatchState.COMPLETE, 1),
            (second, new.key, BatchState.COMPLETE, 1),
            (first, new.key, BatchState.COMPLETE, 3),
        ]
        found = await batches.papers(conn, [first, second, third], sources=[new.key])
        assert sorted(each.paper.paper.id[-1] for each in found) == ["1", "2", "3", "4", "5"]
        entries = {name: [name] for name in "abcd"}
        assert await web_feeds.seen(conn, new.id, entries, first) == {"a", "b", "c"}
        names = {
            guild_id: [each.name for each in await server_sources.of_guild(conn, guild_id)]
            for guild_id in (7, 8, 9)
        }
        assert names == {7: [f"Feed {old.id}"], 8: [f"Feed {new.id}"], 9: [f"Feed {new.id}"]}
        assert await web_feeds.due(conn, NOON, most=9) == [new.id]
        while await web_feeds.forget(conn, NOON + 2 * DAY):
            pass
        assert await web_feeds.get(conn, old.id) is None


async def test_a_feed_that_is_only_offered_where_it_moved_from_is_not_offered_any_more(
    database: Database,
) -> None:
    async with database.write() as conn:
        old = await web_feeds.add(conn, URL, NOON)
        new = await web_feeds.add(conn, URL + "/", NOON)
        await server_sources.offer(conn, 7, old.id, "Old", NOON)
        await server_sources.offer(conn, 8, new.id, "New", NOON)
        await server_sources.offer(conn, 8, old.id, "Ours", NOON)
        await server_sources.add(conn, 8, old.id, NOON)
        await web_feed_moves.fold(conn, old.id, new.id)
        assert await server_sources.get(conn, 7, old.id) is None
        assert [each.name for each in await server_sources.of_guild(conn, 8)] == ["Ours"]


ADA, BO, CY = 1, 2, 3


async def follow(conn: AsyncConnection, user_id: int, words: str, *sources: str) -> None:
    await subscriptions.ensure_subscriber(
        conn, user_id, at=time(9), timezone="UTC", every=Every.DAY, now=NOON
    )
    await subscriptions.subscribe(
        conn,
        user_id,
        key=words,
        query=words,
        mode=Mode.STRICT,
        min_votes=0,
        now=NOON,
        sources=sources,
    )


async def followed(conn: AsyncConnection, user_id: int) -> list[tuple[str, tuple[str, ...], int]]:
    return [
        (each.topic.query, each.topic.sources, each.matches)
        for each in await subscriptions.of_user(conn, user_id)
    ]


async def test_topics_have_the_feed_that_it_moved_to_with_what_they_matched(
    database: Database,
) -> None:
    async with database.write() as conn:
        old = await web_feeds.add(conn, URL, NOON)
        new = await web_feeds.add(conn, URL + "/", NOON)
        for guild_id, feed in ((7, old), (7, new), (8, old)):
            await server_sources.offer(conn, guild_id, feed.id, f"Feed {feed.id}", NOON)
            await server_sources.add(conn, guild_id, feed.id, NOON)
        was, now_is, theirs = f"{old.key}@7", f"{new.key}@7", f"{old.key}@8"
        await follow(conn, ADA, "mice", was, "biorxiv")
        await follow(conn, ADA, "rats", was)
        await follow(conn, ADA, "cats", was)
        await follow(conn, ADA, "cats", now_is)
        await follow(conn, BO, "cats", now_is)
        await follow(conn, CY, "mice", theirs)
        await papers.upsert(conn, [record("2603.00001")], now=NOON)
        matched = [
            NewMatch(topic.id, "2603.00001", 1.0, "in the title")
            for topic in await subscriptions.all_topics(conn)
            if was in topic.sources
        ]
        await topic_matches.remember(conn, matched, at=NOON)
        await web_feed_moves.fold(conn, old.id, new.id)
        assert await followed(conn, ADA) == [
            ("mice", ("biorxiv", now_is), 1),
            ("rats", (now_is,), 1),
            ("cats", (now_is,), 1),
        ]
        assert await followed(conn, BO) == [("cats", (now_is,), 1)]
        assert await followed(conn, CY) == [("mice", (f"{new.key}@8",), 0)]
        for user_id in (ADA, BO, CY):
            for each in await subscriptions.of_user(conn, user_id):
                assert each.topic.lost == frozenset()
        await follow(conn, BO, "rats", now_is)
        assert len(await subscriptions.all_topics(conn)) == 4
