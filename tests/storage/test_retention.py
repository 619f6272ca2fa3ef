"""What is kept for how long, and that pruning forgets nothing that a promise needs."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from papers.club_schedule import Every
from papers.model import Batch
from storage import (
    batches,
    cards,
    clubs,
    papers,
    posts,
    retention,
    shelves,
    topic_matches,
    web_feeds,
)
from storage.database import Database
from storage.retention import Kept, Pruned
from storage.tables import (
    cards as card_rows,
)
from storage.tables import (
    digest_papers,
    guilds,
    metadata,
    post_papers,
    snapshots,
    users,
)
from storage.tables import digests as digest_rows
from storage.tables import posts as post_rows
from tests.storage.shared import NOON, record

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


async def prune(database: Database, now: datetime) -> int:
    """Prune all that is due; return in how many transactions."""
    count = 0
    for step in retention.STEPS.values():
        more = 1
        while more:
            async with database.write() as conn:
                more = await step(conn, now)
            count += 1
            assert count < 10_000, f"{step} does not end"
    return count


async def size(database: Database, table: Any) -> int:
    async with database.read() as conn:
        return await conn.scalar(select(func.count()).select_from(table)) or 0


def test_every_table_says_how_long_it_keeps_its_rows_and_who_prunes_it() -> None:
    assert retention.RETENTION.keys() == metadata.tables.keys()
    for name, rule in retention.RETENTION.items():
        match rule:
            case Kept(reason):
                assert reason, name
            case Pruned(age=age, by=step):
                assert age > timedelta(), name
                assert step in retention.STEPS.values(), f"nobody prunes {name}"


AGES = {
    "cards": "posted_at",
    "club_sessions": "finished_at",
    "posts": "planned_at",
    "digests": "planned_at",
    "incidents": "ended_at",
    "search_sessions": "created_at",
    "topic_matches": "matched_at",
    "topic_drafts": "created_at",
    "removals": "removed_at",
    "opened_papers": "opened_at",
    "news": "found_at",
    "dm_log": "at",
    "erasures": "erased_at",
    "source_searches": "asked_at",
    "source_memory": "written_at",
    "shelf_posts": "planned_at",
    "web_feeds": "created_at",
    "server_sources": "offered_at",
    "trending_named": "named_at",
}
"""The moment that the age of a table's rows is counted from."""


async def a_row(database: Database, name: str, at: datetime) -> None:
    """Write a row of that moment into a table, with the rows that it refers to."""
    moment = {AGES[name]: at}
    values: dict[str, dict[str, Any]] = {
        "cards": {"message_id": 1, "paper_id": "2603.00001", "channel_id": 5},
        "club_sessions": {
            "club_id": 1,
            "day": at.date(),
            "at": at.time(),
            "timezone": "UTC",
            "state": "held",
            "opened_at": at,
        },
        "posts": {"guild_id": 7, "channel_id": 5, "batch_day": at.date(), "state": "done"},
        "digests": {"user_id": 9, "local_date": at.date(), "state": "sent", "expires_at": at},
        "incidents": {"kind": "k", "subject": "", "text": "", "began_at": at, "seen_at": at},
        "search_sessions": {
            "query": "q",
            "categories": [],
            "sort": "best",
            "fresh": 0,
            "hits": ["2603.00001"],
            "remarks": {},
            "used": 0,
        },
        "topic_matches": {"topic_id": 1, "paper_id": "2603.00001", "score": 1.0, "reason": ""},
        "topic_drafts": {"query": "q", "mode": "broad", "min_votes": 0},
        "removals": {"user_id": 9, "paper_id": "2603.00001", "saves": [], "replaced_by": []},
        "opened_papers": {"user_id": 9, "paper_id": "2603.00001"},
        "news": {"paper_id": "2603.00001", "kind": "code", "level": 1, "words": ""},
        "dm_log": {"kind": "send"},
        "erasures": {"salt": b"", "digest": b""},
        "source_searches": {"question": "q", "answers": [], "papers": []},
        "source_memory": {"source": "bioRxiv", "name": "listing", "value": {}},
        "web_feeds": {"url": "https://journal.example/rss", "next_at": at},
        "server_sources": {"guild_id": 7, "web_feed_id": 1, "name": "Tests"},
        "trending_named": {"guild_id": 7, "channel_id": 5, "paper_id": "2603.00001"},
        "shelf_posts": {
            "guild_id": 7,
            "local_date": at.date(),
            "channel_id": 5,
            "state": "done",
        },
    }
    topic = {"id": 1, "key": "k", "query": "q", "mode": "broad", "created_at": at}
    async with database.write() as conn:
        await papers.upsert(conn, [record()], now=at)
        await conn.execute(insert(guilds).values(id=7, joined_at=at))
        await shelves.ensure(conn, [7], at)
        await conn.execute(insert(users).values(id=9, created_at=at))
        if name == "server_sources":
            await web_feeds.add(conn, "https://journal.example/rss", at)
        await conn.execute(insert(metadata.tables["topics"]).values(topic))
        await clubs.add(
            conn,
            guild_id=7,
            channel_id=5,
            anchor=at.date(),
            every=Every.WEEK,
            at=at.time(),
            timezone="UTC",
            rotates=False,
            now=at,
        )
        await conn.execute(insert(metadata.tables[name]).values(values[name] | moment))


@pytest.mark.parametrize("name", AGES)
async def test_old_rows_go_when_their_time_is_over_and_not_before(
    database: Database, name: str
) -> None:
    rule = retention.RETENTION[name]
    assert isinstance(rule, Pruned)
    await a_row(database, name, NOON)
    await prune(database, NOON + rule.age - HOUR)
    assert await size(database, metadata.tables[name]) == 1
    # Posts and digests are folded by the week, and a source's answer has minutes to come.
    await prune(database, NOON + rule.age + 8 * DAY)
    assert await size(database, metadata.tables[name]) == 0


def test_every_table_that_loses_its_oldest_rows_is_tried() -> None:
    others = {"snapshots", "guilds", "post_papers", "digest_papers", "vectors"}  # tested apart
    others |= {"followed_papers", "person_news", "club_steps", "club_turns", "web_feed_entries"}
    others |= {"batches"}
    pruned = {name for name, rule in retention.RETENTION.items() if isinstance(rule, Pruned)}
    assert pruned == AGES.keys() | others


async def test_a_quiet_day_is_forgotten_after_months_and_a_day_with_papers_never(
    database: Database,
) -> None:
    day = NOON.date()
    async with database.write() as conn:
        await batches.record(conn, Batch(day, ()), "web1", now=NOON)
        await batches.record(conn, Batch(day, (record(),)), "web2", now=NOON)

    async def known() -> list[str]:
        async with database.read() as conn:
            return [row.source for row in await batches.rows(conn, day, day)]

    await prune(database, NOON + batches.EMPTY_KEPT)
    assert await known() == ["web1", "web2"]
    await prune(database, NOON + batches.EMPTY_KEPT + DAY)
    assert await known() == ["web2"]
    await prune(database, NOON + 2000 * DAY)
    assert await known() == ["web2"]


async def shown_on(database: Database, day: date, paper_id: str, *, state: str = "done") -> None:
    at = NOON + (day - NOON.date())
    async with database.write() as conn:
        await papers.upsert(conn, [record(paper_id)], now=at)
        post = await conn.scalar(
            insert(post_rows)
            .values(
                guild_id=7,
                channel_id=5,
                batch_day=day,
                state=state,
                payload={"x": 1},
                planned_at=at,
            )
            .returning(post_rows.c.id)
        )
        await conn.execute(
            insert(post_papers).values(post_id=post, position=0, paper_id=paper_id, message_id=1)
        )


async def test_a_channel_is_never_shown_a_paper_twice_however_long_ago_it_was(
    database: Database,
) -> None:
    first = NOON.date()
    async with database.write() as conn:
        await conn.execute(insert(guilds).values(id=7, joined_at=NOON))
    for number in range(5):
        await shown_on(database, first + number * 100 * DAY, f"2603.0000{number + 1}")
        await prune(database, NOON + number * 100 * DAY)
    await prune(database, NOON + 2000 * DAY)
    assert await size(database, post_rows) == 0
    assert await size(database, post_papers) == 0
    async with database.read() as conn:
        assert await posts.shown(conn, 5) == {f"2603.0000{number}" for number in range(1, 6)}
        assert await posts.shown(conn, 6) == set()
        assert await posts.first_batch(conn, 5) == first


async def test_a_post_that_is_not_finished_is_never_pruned(database: Database) -> None:
    async with database.write() as conn:
        await conn.execute(insert(guilds).values(id=7, joined_at=NOON))
    await shown_on(database, NOON.date(), "2603.00001", state="sending")
    await prune(database, NOON + 500 * DAY)
    async with database.read() as conn:
        (post_id,) = await posts.unfinished(conn, NOON + 500 * DAY)
        post = await posts.get(conn, post_id)
    assert post is not None
    assert post.payload == {"x": 1}


async def test_a_person_never_gets_a_paper_twice_however_long_ago_it_was(
    database: Database,
) -> None:
    async with database.write() as conn:
        await conn.execute(insert(users).values(id=9, created_at=NOON))
        for number in range(1, 6):
            at = NOON + number * 100 * DAY
            await papers.upsert(conn, [record(f"2603.0000{number}")], now=at)
            digest = await conn.scalar(
                insert(digest_rows)
                .values(
                    user_id=9,
                    local_date=at.date(),
                    state="sent",
                    payload={"x": 1},
                    planned_at=at,
                    expires_at=at,
                )
                .returning(digest_rows.c.id)
            )
            await conn.execute(
                insert(digest_papers).values(
                    digest_id=digest, position=0, paper_id=f"2603.0000{number}"
                )
            )
    for days in range(0, 700, 50):
        await prune(database, NOON + days * DAY)
    assert await size(database, digest_rows) == 0
    async with database.read() as conn:
        assert await topic_matches.brought(conn, 9) == {
            f"2603.0000{number}" for number in range(1, 6)
        }


async def test_snapshots_are_hourly_for_a_week_then_daily_then_weekly(database: Database) -> None:
    begin = NOON - timedelta(hours=12)
    async with database.write() as conn:
        await papers.upsert(conn, [record()], now=begin - 400 * DAY)
        await conn.execute(snapshots.delete())
        await conn.execute(
            insert(snapshots),
            [
                {"paper_id": "2603.00001", "at": begin - minutes * timedelta(minutes=30)}
                for minutes in range(1, 48 * 120)
            ],
        )
    await prune(database, begin)
    async with database.read() as conn:
        rows = list((await conn.execute(select(snapshots.c.at))).scalars())
    ages = [begin - at for at in rows]
    assert sum(age <= 7 * DAY for age in ages) == 7 * 24 + 1  # the hour under way has two
    assert 83 <= sum(7 * DAY < age <= 91 * DAY for age in ages) <= 91
    assert sum(age > 91 * DAY for age in ages) <= 5 + 6  # a week is thinned when it is over
    assert await prune(database, begin) < 2 * len(retention.STEPS)


async def test_a_great_backlog_goes_in_many_short_transactions(database: Database) -> None:
    async with database.write() as conn:
        await papers.upsert(conn, [record()], now=NOON)
        await conn.execute(
            insert(card_rows),
            [
                {"message_id": n, "paper_id": "2603.00001", "channel_id": 5, "posted_at": NOON}
                for n in range(5_000)
            ],
        )
        assert 0 < await cards.prune(conn, NOON + 31 * DAY) <= 500
    assert await prune(database, NOON + 31 * DAY) >= 9
    assert await size(database, card_rows) == 0


@pytest.mark.sqlite
async def test_free_pages_go_back_to_the_disk_a_few_at_a_time(database: Database) -> None:
    async with database.write() as conn:
        await conn.execute(insert(users), [{"id": n, "created_at": NOON} for n in range(100_000)])
    async with database.write() as conn:
        await conn.execute(users.delete())
    async with database.read() as conn:
        before = (await conn.exec_driver_sql("PRAGMA page_count")).scalar() or 0
    assert await database.give_back(50) == 50
    while await database.give_back(50):
        pass
    async with database.read() as conn:
        assert ((await conn.exec_driver_sql("PRAGMA page_count")).scalar() or 0) < before / 2
