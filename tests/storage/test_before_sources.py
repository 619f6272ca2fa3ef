"""A database of before there were other sources than arXiv: nothing changes for its people."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import NullPool, create_engine

from storage import feeds, migrations, papers, posts, subscriptions
from storage.database import Database
from tests.storage.shared import url

BEFORE: Final = "0035"
"""The last revision with arXiv ids alone."""
AT: Final = 1_760_918_400_000_000
OLD, ODD = "2510.08500", "hep-th/9901001"
ROWS: Final[Mapping[str, Sequence[Mapping[str, Any]]]] = {
    "guilds": [{"id": 7, "joined_at": AT}],
    "papers": [
        {
            "id": each,
            "title": f"Paper {each}",
            "abstract": "We study it.",
            "authors": json.dumps([["Ada Lovelace", None]]),
            "categories": json.dumps(["cs.LG"]),
            "keywords": "[]",
            "media": "[]",
            "doi": doi,
            "upvotes": 38,
            "first_seen_at": AT,
            "revision": number,
        }
        for number, (each, doi) in enumerate([(OLD, None), (ODD, "10.1038/S41586-026-1")], 1)
    ],
    "batches": [
        {"day": "2025-10-17", "source": "Hugging Face", "state": "complete", "papers": 1,
         "broken": 0, "fetched_at": AT},
    ],
    "batch_papers": [
        {"day": "2025-10-17", "source": "Hugging Face", "paper_id": OLD, "position": 0}
    ],
    "feeds": [
        {"id": 1, "guild_id": 7, "channel_id": 5, "state": "active", "at": "07:00",
         "timezone": "UTC", "size": 3, "min_votes": 4, "include": '["proteins"]',
         "exclude": "[]", "categories": '["cs.LG"]', "created_at": AT},
    ],
    "posts": [
        {"id": 1, "feed_id": 1, "guild_id": 7, "channel_id": 5, "batch_day": "2025-10-17",
         "local_date": "2025-10-19", "state": "done", "late": 0, "header_message_id": 8,
         "thread_id": 8, "planned_at": AT, "finished_at": AT, "attempts": 0},
    ],
    "post_papers": [{"post_id": 1, "position": 0, "paper_id": OLD, "message_id": 9}],
    "cards": [
        {"message_id": 9, "paper_id": OLD, "channel_id": 8, "guild_id": 7, "posted_at": AT}
    ],
    "users": [{"id": 11, "created_at": AT}],
    "subscribers": [
        {"user_id": 11, "at": "09:00", "timezone": "UTC", "every": "day", "created_at": AT}
    ],
    "topics": [
        {"id": 1, "key": "strict:protein folding", "query": "protein folding", "mode": "strict",
         "created_at": AT}
    ],
    "subscriptions": [
        {"user_id": 11, "topic_id": 1, "min_votes": 0, "paused": 0, "created_at": AT,
         "brings_from": AT}
    ],
    "lists": [
        {"id": 1, "user_id": 11, "name": "to read", "key": "to read", "emoji": "🔖",
         "emoji_key": "🔖", "is_default": 1, "is_read": 0, "created_at": AT}
    ],
    "saves": [
        {"user_id": 11, "list_id": 1, "paper_id": each, "via": "button", "saved_at": AT}
        for each in (OLD, ODD)
    ],
    "notes": [{"user_id": 11, "paper_id": ODD, "text": "read it", "updated_at": AT}],
    "dismissals": [{"user_id": 11, "paper_id": OLD, "dismissed_at": AT, "kind": "paper"}],
}  # fmt: skip


def _table(conn: sqlite3.Connection, name: str, columns: str = "*") -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(f"SELECT {columns} FROM {name} ORDER BY rowid")]  # noqa: S608 - our own names


async def test_nothing_changes_for_the_people_of_a_database_that_knew_arxiv_alone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "paperboy.db"
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.begin() as connection:
        migrations.upgrade(connection, BEFORE)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.row_factory = sqlite3.Row
        for name, rows in ROWS.items():
            for row in rows:
                marks = ", ".join(f":{column}" for column in row)
                conn.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", row)  # noqa: S608 - our own names
        before = {name: _table(conn, name) for name in ROWS}
    database = await Database.open(url(path))
    try:
        with closing(sqlite3.connect(path)) as conn:
            conn.row_factory = sqlite3.Row
            for name, rows in before.items():
                assert _table(conn, name, ", ".join(rows[0])) == rows, name
        async with database.read() as conn:
            (feed,) = await feeds.of_guild(conn, 7)
            assert (feed.sources, feed.trending, feed.categories) == ((), False, ("cs.LG",))
            assert await posts.shown(conn, 5) == {OLD}
            (topic,) = await subscriptions.of_user(conn, 11)
            assert topic.topic.sources == ()
            found = await papers.get_many(conn, [OLD, ODD])
            assert {each.paper.source for each in found.values()} == {None}
    finally:
        await database.close()
