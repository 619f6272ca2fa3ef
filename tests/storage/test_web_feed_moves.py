"""A feed that moved to another's address: what both had is had by one."""

from datetime import date, timedelta

import pytest

from papers.model import Batch
from storage import batches, server_sources, web_feed_moves, web_feeds
from storage.batches import BatchState
from storage.database import Database
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
