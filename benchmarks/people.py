"""What a million people's rows cost on PostgreSQL: `python -m benchmarks.people [--people N]`.

The server fills the tables itself: everybody follows three topics, has a list with three papers,
and got a digest at their last hour, which had a card. The hours are spread over all minutes of the
day, and it is noon. Then the reads are timed with which the next minute begins, and the statements
of commands on one's own rows, `/privacy delete` among them.

Prints JSON lines, one for each figure; times are the slowest of ten.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks._ending import end_on_sigterm
from papers.model import Batch
from storage import batches, digests, library, personal_data, posts, subscriptions, topic_matches
from storage.database import Database
from tests.bot.world import MONDAY, at, votes
from tests.postgresql import Server, program

PERSON, CONVERSATION, MESSAGE = 2 * 10**17, 3 * 10**17, 4 * 10**17
"""Before the first id of each kind."""
TOPICS = 1_000
MINUTES = 1_440
"""Minutes of the day over which people's hours are spread."""
PAPERS = 50
NOW = at(MONDAY, 12)
TIMES = 10

FILLED = (
    "INSERT INTO users (id, created_at) SELECT {person} + n, {before} FROM {people}",
    "INSERT INTO topics (id, key, query, mode, created_at)"
    " SELECT n, 'strict:topic ' || n, 'topic ' || n, 'strict', {before}"
    " FROM generate_series(1, {topics}) AS each(n)",
    "INSERT INTO topic_matches (topic_id, paper_id, score, reason, matched_at)"
    " SELECT n, papers.id, 1, 'in the title', {now} FROM generate_series(1, {topics}) AS each(n)"
    " JOIN papers ON papers.row % 16 = n % 16",
    "INSERT INTO subscribers (user_id, at, timezone, every, dm_channel_id, created_at)"
    " SELECT {person} + n, to_char(time '00:00' + n % {minutes} * interval '1 minute', 'HH24:MI'),"
    " 'UTC', 'day', {conversation} + n, {before} FROM {people}",
    "INSERT INTO subscriptions (user_id, topic_id, min_votes, created_at)"
    " SELECT {person} + n, (n + step * 331) % {topics} + 1, 0, {before}"
    " FROM {people}, generate_series(0, 2) AS steps(step)",
    "INSERT INTO lists (id, user_id, name, key, emoji, emoji_key, is_default, created_at)"
    " SELECT n, {person} + n, 'Saved', 'saved', '⭐', '⭐', 1, {before} FROM {people}",
    "INSERT INTO saves (user_id, list_id, paper_id, via, saved_at)"
    " SELECT {person} + n, n, papers.id, 'command', {before} FROM {people},"
    " generate_series(0, 2) AS steps(step) JOIN papers ON papers.row = 1 + step * 16",
    "INSERT INTO digests"
    " (id, user_id, local_date, state, message_id, planned_at, sent_at, finished_at, expires_at)"
    " SELECT n, {person} + n, CASE WHEN n % {minutes} < {passed} THEN '{today}' ELSE '{day}' END,"
    " 'sent', {message} + n, {early}, {early}, {early}, {early} FROM {people}",
    "INSERT INTO cards (message_id, paper_id, channel_id, posted_at)"
    " SELECT {message} + n, papers.id, {conversation} + n, {early} FROM {people}"
    " JOIN papers ON papers.row = 1",
)


async def measure(people: int, server: Server, folder: Path) -> None:
    """Fill a database and time its statements."""
    url = await asyncio.to_thread(server.empty, folder)
    database = await Database.open(url, migrate=False, files=folder)
    try:
        batch = Batch(MONDAY, tuple(votes(MONDAY, *range(PAPERS, 0, -1))))
        async with database.write() as conn:
            await batches.record(conn, batch, "Fake", now=NOW)
        began = time.perf_counter()
        for statement in FILLED:
            await asyncio.to_thread(server.run, folder, _said(statement, people))
        _say("filling", time.perf_counter() - began, "s", people=people)
        began = time.perf_counter()
        await asyncio.to_thread(server.tend, folder)
        _say("VACUUM ANALYZE", time.perf_counter() - began, "s")
        _say("size", await database.size() / 1e6, "MB")
        await _minute(database)
        await _commands(database, people)
    finally:
        await database.close()
        await asyncio.to_thread(server.clear)


def _said(statement: str, people: int) -> str:
    day = timedelta(days=1)
    return statement.format(
        people=f"generate_series(1, {people}) AS everybody(n)",
        person=PERSON,
        conversation=CONVERSATION,
        message=MESSAGE,
        topics=TOPICS,
        minutes=MINUTES,
        passed=NOW.hour * 60 + NOW.minute,
        now=_microseconds(NOW),
        early=_microseconds(NOW - day),
        before=_microseconds(NOW - 30 * day),
        today=NOW.date().isoformat(),
        day=(NOW - day).date().isoformat(),
    )


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


async def _minute(database: Database) -> None:
    """Time the reads with which a minute begins."""
    due: list[digests.DueDigest] = []

    async def claim(conn: AsyncConnection) -> None:
        due[:] = await digests.claim_due(conn, NOW)

    await _time(database, "who is owed a digest", claim)
    _say("digests owed at once", len(due), "people")
    await _time(database, "digests to send on", lambda c: digests.unfinished(c, NOW))
    await _time(database, "how many wait", digests.backlog)
    await _time(database, "posts to send on", lambda c: posts.unfinished(c, NOW))
    await _time(database, "topics to match", subscriptions.all_topics)


async def _commands(database: Database, people: int) -> None:
    """Time what commands ask of one person's rows, each time of another person."""
    chance = random.Random(1)

    def someone() -> int:
        return chance.randint(1, people)

    await _time(
        database,
        "a person's matches",
        lambda c: topic_matches.unseen(c, PERSON + someone(), NOW - timedelta(days=8)),
    )
    await _time(database, "a person's lists", lambda c: library.of_user(c, PERSON + someone()))
    for name, ask in (("show", personal_data.counts), ("export", personal_data.export)):
        await _time(
            database,
            f"/privacy {name}",
            lambda c, ask=ask: ask(c, PERSON + (n := someone()), CONVERSATION + n),
        )
    await _time(
        database,
        "/privacy delete",
        lambda c: personal_data.erase(c, PERSON + (n := someone()), NOW, CONVERSATION + n),
        write=True,
    )


async def _time(
    database: Database,
    name: str,
    ask: Callable[[AsyncConnection], Awaitable[object]],
    *,
    write: bool = False,
) -> None:
    slowest = 0.0
    for _ in range(TIMES):
        began = time.perf_counter()
        async with database.write() if write else database.read() as conn:
            await ask(conn)
        slowest = max(slowest, time.perf_counter() - began)
    _say(name, slowest * 1_000, "ms")


def _say(figure: str, value: float, unit: str, **more: object) -> None:
    line = {"bench": "people", "figure": figure, "value": round(value, 1), "unit": unit, **more}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    end_on_sigterm()
    parser = argparse.ArgumentParser(prog="benchmarks.people", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    options = parser.parse_args()
    found = program(durable=True)
    if isinstance(found, str):
        raise SystemExit(f"benchmarks.people: {found}")
    with tempfile.TemporaryDirectory(prefix="paperboy-people-") as folder:
        asyncio.run(measure(options.people, Server(found.url), Path(folder)))


if __name__ == "__main__":
    main()
