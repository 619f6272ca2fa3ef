"""Moving a database: from each engine to each, in one go or interrupted, and what is refused."""

import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from storage import leases, moving, processes
from storage.database import Database
from storage.database_file import DatabaseError
from storage.tables import leases as lease_rows
from storage.tables import metadata, mutes, papers, search_sessions, topics, users
from tests.databases import empty
from tests.postgresql import server
from tests.storage.filled import FAR, fill
from tests.storage.shared import NOON, url

Make = Callable[[str], Awaitable[Database]]


@pytest.fixture
async def make(tmp_path: Path) -> Any:
    """Return a function that opens a new database of a kind: `sqlite…` or `postgresql…`."""
    made: dict[str, Database] = {}

    async def new(kind: str) -> Database:
        if kind not in made:
            if kind.startswith("postgresql"):
                found = server()
                if isinstance(found, str):
                    pytest.skip(found)
                where = found.empty(tmp_path / kind)
            else:
                where = url(tmp_path / f"{kind}.db")
                (tmp_path / f"{kind}.db").write_bytes(empty())
            made[kind] = await Database.open(where, moving=True)
        return made[kind]

    yield new
    for each in made.values():
        await each.close()


def nothing(_: moving.Step) -> None:
    """Show no progress."""


async def lease(database: Database) -> None:
    """Take the lease, as every move and every run of the bot does, and release it."""

    def take(conn: Connection) -> None:
        leases.end(conn, leases.take(conn, processes.current()))

    async with database.write() as conn:
        await conn.run_sync(take)


async def attempt(
    source: Database, target: Database, report: moving.Report = nothing
) -> tuple[bool, moving.Moved]:
    await lease(source)
    continued = await moving.begin(source, target)
    return continued, await moving.move(source, target, report)


async def contents(database: Database) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    async with database.read() as conn:
        for table in metadata.sorted_tables:
            if table is not lease_rows:
                rows = await conn.execute(select(table).order_by(*table.primary_key))
                found[table.name] = [tuple(row) for row in rows]
    return found


@pytest.mark.parametrize("target", ["sqlite-2", "postgresql-2"])
@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
async def test_every_table_arrives_as_it_was(make: Make, source: str, target: str) -> None:
    here, away = await make(source), await make(target)
    await fill(here)
    # The newest session was deleted: its number is on a button somewhere.
    async with here.write() as conn:
        newest = await conn.scalar(select(func.max(search_sessions.c.id))) or 0
        await conn.execute(delete(search_sessions).where(search_sessions.c.id == newest))
    before = await contents(here)
    assert all(before.values())
    continued, moved = await attempt(here, away)
    assert (continued, moved.tables, moved.cleaned) == (False, len(before), 0)
    assert moved.rows == sum(map(len, before.values()))
    assert await contents(away) == before == await contents(here)
    values = dict(zip(search_sessions.c.keys(), before[search_sessions.name][-1], strict=True))
    del values["id"]
    for database in (here, away):
        async with database.write() as conn:
            added = await conn.execute(insert(search_sessions).values(values))
            assert added.inserted_primary_key == (newest + 1,)
    with pytest.raises(DatabaseError, match="has data already"):
        await attempt(here, away)


@pytest.mark.parametrize("target", ["sqlite-2", "postgresql-2"])
async def test_a_move_goes_on_after_an_interruption_at_any_step(make: Make, target: str) -> None:
    here, away = await make("sqlite"), await make(target)
    await fill(here, 20)
    before = await contents(here)
    seen: list[moving.Step] = []

    class KilledError(Exception):
        pass

    def kill(step: moving.Step) -> None:
        seen.append(step)
        if step.doing == "copying" and len(seen) % 13 == 0:
            raise KilledError

    attempts = 0
    while True:
        attempts += 1
        try:
            continued, moved = await attempt(here, away, kill)
        except KilledError:
            with pytest.raises(DatabaseError, match="only a part of another database"):
                await Database.open(_url_of(away))
            continue
        break
    assert attempts > 10
    assert continued
    assert moved.rows == sum(map(len, before.values()))
    copied = [step for step in seen if step.doing == "copying"]
    assert len({(step.table, step.rows) for step in copied if step.rows}) == len(
        [each for each in before for _ in range(2)]
    )
    assert await contents(away) == before


def _url_of(database: Database) -> str:
    if database.is_file:
        return url(database.path)
    found = server()
    assert not isinstance(found, str)
    name = database.label.split()[0]
    return found.url.set(database=name).render_as_string(hide_password=False)


async def test_what_was_copied_before_the_bot_ran_again_is_copied_again(make: Make) -> None:
    here, away = await make("sqlite"), await make("postgresql")
    await fill(here)

    def stop(step: moving.Step) -> None:
        if step.table == "posts":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await attempt(here, away, stop)
    await lease(here)  # the bot ran meanwhile
    async with here.write() as conn:
        await conn.execute(delete(users).where(users.c.id == FAR + 1))
        await conn.execute(update(papers).values(title="changed"))
    continued, _ = await attempt(here, away)
    assert not continued
    assert await contents(away) == await contents(here)


async def test_what_changes_during_a_move_is_noticed(make: Make) -> None:
    here, away = await make("sqlite"), await make("postgresql")
    await fill(here)
    with closing(sqlite3.connect(here.path, isolation_level=None)) as other:

        def change(step: moving.Step) -> None:
            if step.table == "posts" and step.doing == "copying":
                other.execute("UPDATE papers SET upvotes = 4711 WHERE upvotes IS NOT NULL")

        with pytest.raises(DatabaseError, match=r"was changed while it was moved \(papers\)"):
            await attempt(here, away, change)
    continued, _ = await attempt(here, away)
    assert not continued
    assert await contents(away) == await contents(here)


async def test_what_cannot_be_written_is_removed_and_counted(make: Make) -> None:
    here, away = await make("sqlite"), await make("postgresql")
    await fill(here)
    with closing(sqlite3.connect(here.path, isolation_level=None)) as file:
        (first, second, *_) = file.execute("SELECT id, key FROM mutes ORDER BY id").fetchall()
        half = b"sal\xed\xa0\x80t".decode("utf-8", "surrogatepass")
        file.execute("UPDATE papers SET title = 'a' || char(0) || 'b' WHERE row = 1")
        file.execute(
            "UPDATE papers SET title = CAST(? AS TEXT) WHERE row = 101",
            [half.encode("utf-8", "surrogatepass")],
        )
        escaped = json.dumps(["one\0two", "\ud800three"])
        file.execute("UPDATE papers SET keywords = ? WHERE row = 1", [escaped])
        # Two words that are the same without it: the one that was whole keeps its own.
        file.execute("UPDATE mutes SET user_id = (SELECT min(user_id) FROM mutes), kind = 'word'")
        file.execute("UPDATE mutes SET key = 'same' WHERE id = ?", [second[0]])
        file.execute("UPDATE mutes SET key = 'same' || char(0) WHERE id = ?", [first[0]])
    _, moved = await attempt(here, away)
    assert moved.cleaned == 4
    async with away.read() as conn:
        known = (await conn.execute(select(papers).order_by(papers.c.row).limit(2))).all()
        words = {row.id: row.key for row in await conn.execute(select(mutes))}
    assert [row.title for row in known] == ["ab", "salt"]
    assert known[0].keywords == ["onetwo", "three"]
    assert (words[first[0]], words[second[0]]) == ("same\ufffd", "same")


async def test_a_key_with_half_a_character_is_passed(make: Make) -> None:
    here, away = await make("sqlite"), await make("postgresql")
    await fill(here, 40)
    with closing(sqlite3.connect(here.path, isolation_level=None)) as file:
        # The first portion ends with it.
        (name,) = file.execute(
            "SELECT name FROM watermarks ORDER BY name LIMIT 1 OFFSET 15"
        ).fetchone()
        file.execute(
            "UPDATE watermarks SET name = CAST(? AS TEXT) WHERE name = ?",
            [name.encode() + b"\xed\xa0\x80", name],
        )
    _, moved = await attempt(here, away)
    assert moved.cleaned == 1
    async with away.read() as conn:
        assert (
            await conn.scalar(select(func.count()).select_from(metadata.tables["watermarks"])) == 40
        )


async def test_few_rows_are_held_where_they_are_long(make: Make) -> None:
    here, away = await make("sqlite"), await make("sqlite-2")
    async with here.write() as conn:
        await conn.execute(
            insert(topics),
            [
                {"key": f"{n}", "query": 100_000 * "x", "mode": "", "created_at": NOON}
                for n in range(100)
            ],
        )
    steps: list[moving.Step] = []
    await attempt(here, away, steps.append)
    done = [step.rows for step in steps if step.table == "topics" and step.doing == "copying"]
    assert max(later - earlier for earlier, later in pairwise(done)) <= 16


@pytest.mark.parametrize("target", ["sqlite-2", "postgresql-2"])
async def test_a_target_with_data_is_left_alone(make: Make, target: str) -> None:
    here, away = await make("sqlite"), await make(target)
    await fill(here)
    async with away.write() as conn:
        await conn.execute(insert(users).values(id=1, created_at=NOON))
    with pytest.raises(DatabaseError, match=r"has data already \(in the table users\)"):
        await attempt(here, away)
    async with away.read() as conn:
        assert (await conn.scalars(select(users.c.id))).all() == [1]


async def test_a_part_of_another_database_is_left_alone(make: Make) -> None:
    first, second, away = [await make(name) for name in ("sqlite", "sqlite-2", "sqlite-3")]
    await fill(first)
    await fill(second)

    def stop(step: moving.Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await attempt(first, away, stop)
    with pytest.raises(DatabaseError, match=r"a part of another database, .*sqlite\.db"):
        await attempt(second, away)
    await attempt(first, away)
