"""Ids that buttons hold: an old button must never act on somebody else's row."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine

from storage import feeds, migrations
from storage.database import Database
from storage.engines import sqlite
from tests.databases import url_in
from tests.looking import rows
from tests.storage.test_feeds import added

HELD_BY_BUTTONS = ("feeds", "topics", "topic_drafts", "digests", "lists", "search_sessions")


async def test_the_number_of_a_removed_feed_is_not_given_out_again(database: Database) -> None:
    async with database.write() as connection:
        first = await added(connection)
        await feeds.remove(connection, first.id)
        second = await added(connection)
    assert second.id > first.id


@pytest.mark.parametrize("table", HELD_BY_BUTTONS)
async def test_no_id_that_a_button_holds_is_given_out_again(
    database: Database, tmp_path: Path, table: str
) -> None:
    if database.is_file:
        asked = "SELECT sql FROM sqlite_master WHERE name = :name"
        ((made,),) = rows(url_in(tmp_path), asked, name=table)
        assert "AUTOINCREMENT" in made
    else:  # a sequence never gives a number out twice
        asked = "SELECT pg_get_serial_sequence(CAST(:name AS text), 'id')"
        assert rows(url_in(tmp_path), asked, name=table) == [(f"public.{table}_id_seq",)]


def test_feeds_from_before_keep_their_numbers_and_their_posts(tmp_path: Path) -> None:
    path = tmp_path / "paperboy.db"
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, connect_args=sqlite.DRIVER_ARGUMENTS
    )
    sqlite.set_up_writer(engine, foreign_keys=False)
    with engine.begin() as connection:
        migrations.upgrade(connection, "0005")
        for statement in (
            "INSERT INTO guilds (id, joined_at) VALUES (1, 0)",
            "INSERT INTO feeds (id, guild_id, channel_id, at, timezone, size, min_votes, include,"
            " exclude, categories, state, created_at) VALUES (7, 1, 70, '09:00', 'UTC', 10, 0,"
            " '[]', '[]', '[]', 'active', 0)",
            "INSERT INTO posts (feed_id, guild_id, channel_id, batch_day, state, planned_at)"
            " VALUES (7, 1, 70, '2025-06-09', 'done', 0)",
        ):
            connection.exec_driver_sql(statement)
    with engine.begin() as connection:
        migrations.upgrade(connection)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA foreign_keys = ON")
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        assert file.execute("SELECT id, topics FROM feeds").fetchall() == [(7, "[]")]
        assert file.execute("SELECT feed_id FROM posts").fetchall() == [(7,)]
        file.execute("DELETE FROM feeds")
        assert file.execute("SELECT feed_id FROM posts").fetchall() == [(None,)]
        file.execute(
            "INSERT INTO feeds (guild_id, channel_id, at, timezone, size, min_votes, include,"
            " exclude, categories, state, created_at) VALUES (1, 70, '09:00', 'UTC', 10, 0,"
            " '[]', '[]', '[]', 'active', 0)"
        )
        assert file.execute("SELECT id FROM feeds").fetchall() == [(8,)]
