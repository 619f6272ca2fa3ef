"""Feeds that servers added: when each is asked for, and what it had before."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from papers.sources import SourceErrorKind
from papers.sources.feed import FeedState
from storage import feeds, guilds, server_sources, subscriptions, web_feeds
from storage.database import Database
from storage.subscriptions import Every, Mode
from tests.storage.shared import NOON

pytestmark = pytest.mark.engines

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
URL = "https://journal.example/rss"


async def test_a_feed_is_claimed_once_and_only_if_a_server_has_it(database: Database) -> None:
    async with database.write() as conn:
        feed = await web_feeds.add(conn, URL, NOON)
        assert await web_feeds.add(conn, URL, NOON + HOUR) == feed
        assert await web_feeds.due(conn, NOON, most=9) == []
        await server_sources.offer(conn, 7, feed.id, "Tests", NOON)
        assert await web_feeds.due(conn, NOON, most=9) == []
        await server_sources.add(conn, 7, feed.id, NOON)
        assert await web_feeds.due(conn, NOON, most=9) == [feed.id]
        assert await web_feeds.claim(conn, feed.id, NOON, NOON + HOUR) is not None
        assert await web_feeds.claim(conn, feed.id, NOON, NOON + HOUR) is None
        assert await web_feeds.due(conn, NOON + HOUR / 2, most=9) == []
        assert await web_feeds.due(conn, NOON + HOUR, most=9) == [feed.id]
        await guilds.left(conn, 7, NOON)
        assert await web_feeds.due(conn, NOON + HOUR, most=9) == []


async def test_how_a_feed_is_comes_back_as_it_was_stored(database: Database) -> None:
    async with database.write() as conn:
        feed = await web_feeds.add(conn, URL, NOON)
        other = await web_feeds.add(conn, URL + "2", NOON)
        state = FeedState(
            URL + "3", '"v1"', "Thu", NOON + HOUR, 2, gone=True, ttl=1440, skipped=("1", "sunday")
        )
        after = replace(
            feed,
            title="Tests",
            state=state,
            kind=SourceErrorKind.REFUSED,
            detail="x" * 9_000,
            read_at=NOON,
            entries=2,
            newest=("A", "B"),
        )
        assert await web_feeds.keep(conn, after) == feed.id
        found = await web_feeds.get(conn, feed.id)
        assert found is not None
        assert found.detail is not None
        assert len(found.detail) < 1_000
        assert replace(found, detail=after.detail) == after
        assert await web_feeds.claim(conn, feed.id, NOON + DAY, NOON + DAY) is None  # it is gone
        moved = replace(other, state=replace(other.state, url=URL + "3", etag="2"))
        assert await web_feeds.keep(conn, moved) == feed.id
        found = await web_feeds.get(conn, other.id)
        assert found is not None
        assert (found.state.url, found.state.etag) == (URL + "2", "2")


async def test_an_entry_is_known_by_any_of_its_digests_and_forgotten_long_after_it_was_listed(
    database: Database,
) -> None:
    async with database.write() as conn:
        feed = await web_feeds.add(conn, URL, NOON)
        await server_sources.offer(conn, 7, feed.id, "Tests", NOON)
        await server_sources.add(conn, 7, feed.id, NOON)
        day = NOON.date()
        assert await web_feeds.seen(conn, feed.id, {"a": {"1", "2"}, "b": {"3"}}, day) == set()
        again = {"a": {"9", "2"}, "b": {"4"}}
        assert await web_feeds.seen(conn, feed.id, again, day) == {"a"}
        later = NOON + web_feeds.ENTRIES_KEPT
        assert await web_feeds.forget_entries(conn, later) == 0
        listed = {"a": {"2"}}
        assert await web_feeds.seen(conn, feed.id, listed, later.date()) == {"a"}
        assert await web_feeds.forget_entries(conn, later + DAY) == 4
        assert await web_feeds.seen(conn, feed.id, listed, later.date()) == {"a"}


async def test_a_feed_that_no_server_has_goes_with_its_entries(database: Database) -> None:
    async with database.write() as conn:
        feed = await web_feeds.add(conn, URL, NOON)
        await server_sources.offer(conn, 7, feed.id, "Tests", NOON)
        await server_sources.add(conn, 7, feed.id, NOON)
        entries = {str(number): {str(number)} for number in range(1_500)}
        await web_feeds.seen(conn, feed.id, entries, NOON.date())
        later = NOON + 2 * DAY
        assert await server_sources.forget_offers(conn, later) == 0
        assert await web_feeds.forget(conn, later) == 0
        assert not await server_sources.remove(conn, 8, feed.id)
        assert await server_sources.remove(conn, 7, feed.id)
        assert await web_feeds.forget(conn, later) == 1_001
        assert await web_feeds.get(conn, feed.id) is not None
        assert await web_feeds.forget(conn, later) == 501
        assert await web_feeds.forget(conn, later) == 0
        assert await web_feeds.get(conn, feed.id) is None


async def test_a_thread_knows_its_feeds_by_the_names_of_its_own_server(database: Database) -> None:
    async with database.write() as conn:
        feed = await web_feeds.add(conn, URL, NOON)
        for guild_id, name in ((7, "Tests"), (8, "Proben")):
            await server_sources.offer(conn, guild_id, feed.id, name, NOON)
            await server_sources.add(conn, guild_id, feed.id, NOON)
        added = await feeds.add(
            conn,
            guild_id=8,
            channel_id=5,
            at=NOON.time(),
            timezone="UTC",
            size=10,
            now=NOON,
            sources=[feed.key, "biorxiv"],
        )
        assert added is not None
        assert added.named == {feed.key: "Proben"}
        assert await server_sources.names(conn, [7, 8, 9]) == {
            7: {feed.key: "Tests"},
            8: {feed.key: "Proben"},
        }


async def test_a_topics_feeds_are_named_by_the_servers_that_still_have_them(
    database: Database,
) -> None:
    async with database.write() as conn:
        feed = await web_feeds.add(conn, URL, NOON)
        other = await web_feeds.add(conn, URL + "2", NOON)
        for server, name in ((7, "Tests"), (8, "Theirs")):
            await server_sources.offer(conn, server, feed.id, name, NOON)
            await server_sources.add(conn, server, feed.id, NOON)
        await server_sources.offer(conn, 7, other.id, "Only offered", NOON)
        ours, theirs = f"web{feed.id}@7", f"web{feed.id}@8"
        keys = ("biorxiv", ours, theirs, f"web{other.id}@7", f"web{feed.id}@9", f"web{feed.id}")
        assert await server_sources.named(conn, keys) == {ours: "Tests", theirs: "Theirs"}
        assert await server_sources.named(conn, [theirs]) == {theirs: "Theirs"}
        await server_sources.remove(conn, 7, feed.id)
        await guilds.left(conn, 8, NOON)
        assert await server_sources.named(conn, keys) == {}


async def test_a_feed_that_a_topic_has_is_known_until_the_topic_ends(database: Database) -> None:
    async with database.write() as conn:
        feed = await web_feeds.add(conn, URL, NOON)
        await web_feeds.add(conn, URL + "2", NOON)
        key = f"{feed.key}@7"
        await subscriptions.ensure_subscriber(
            conn, 1, at=time(9), timezone="UTC", every=Every.DAY, now=NOON
        )
        topic: dict[str, Any] = {
            "key": "mice",
            "query": "mice",
            "mode": Mode.STRICT,
            "min_votes": 0,
            "now": NOON,
        }
        await subscriptions.subscribe(conn, 1, **topic, sources=[key])
        assert await web_feeds.forget(conn, NOON + 2 * DAY, most=1) == 1
        assert await web_feeds.forget(conn, NOON + 2 * DAY) == 0
        assert await web_feeds.add(conn, URL, NOON) == feed
        (mine,) = await subscriptions.all_topics(conn)
        await subscriptions.unsubscribe(conn, 1, mine.id)
        assert await web_feeds.forget(conn, NOON + 2 * DAY) == 1
