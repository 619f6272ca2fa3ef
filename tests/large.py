"""A database as a server and one eager reader have it after years."""

import itertools
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from papers import calendar
from papers.embedding import MiniLMEmbedder, unit_rows
from storage import tables
from storage.database import Database
from storage.library import DEFAULT_LISTS, emoji_key
from tests.bot.world import MONDAY

LAST: Final = MONDAY
"""The newest batch."""
BATCHES: Final = 500
"""Days with a batch; two years."""
A_DAY: Final = 40
SAVED, NOTED, LISTS, TOPICS, DIGESTS, SESSIONS = 10_000, 2_000, 24, 100, 500, 5_000
CATEGORIES: Final = ("cs.CL", "cs.CV", "cs.LG", "cs.RO", "stat.ML", "q-bio.NC", "math.OC")
_AT: Final = datetime(2025, 6, 9, 6, tzinfo=UTC)
_PORTION: Final = 10_000
DIMENSIONS: Final = MiniLMEmbedder.dimensions


async def fill(
    database: Database,
    *,
    papers: int,
    reader: int,
    guild: int,
    channels: list[int],
    model: str | None = None,
) -> list[str]:
    """Fill an empty database: papers of ten years, and everything that one person may have.

    Args:
        database: where to.
        papers: how many.
        reader: the person, with `SAVED` papers on `LISTS` lists, notes, topics and digests.
        guild: a server that got a thread for each batch, and where the reader saved.
        channels: its channels with a feed; the threads are the first one's.
        model: the key of the embedder that all papers get a vector of.

    Returns:
        The ids of the papers, oldest first, of which the reader saved the last.
    """
    dice = random.Random(11)  # noqa: S311
    ids = [_id(number, papers) for number in range(papers)]
    async with database.write() as conn:
        await _put(conn, tables.papers, _papers(ids, dice))
        await _put(conn, tables.snapshots, _snapshots(ids[-BATCHES * A_DAY :], dice))
        await _batches(conn, ids[-BATCHES * A_DAY :])
        await _server(conn, ids[-BATCHES * A_DAY :], guild, channels)
        await _library(conn, ids[-SAVED:], reader, guild, channels[0])
        await _topics(conn, ids, reader)
        await _sessions(conn, ids, dice)
        if model is not None:
            await _put(conn, tables.vectors, _vectors(ids, model))
    await database.optimize()
    return ids


def _id(number: int, papers: int) -> str:
    month, place = divmod(number, papers // 125 + 1)
    return f"{15 + month // 12:02}{month % 12 + 1:02}.{place + 1:05}"


def _papers(ids: list[str], dice: random.Random) -> Iterator[dict[str, Any]]:
    syllables = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u", "an")]
    words = ["".join(dice.choices(syllables, k=dice.randint(2, 4))) for _ in range(20_000)]
    weights = list(itertools.accumulate(1 / (place + 10) for place in range(len(words))))
    # Whole sentences repeat: what is measured is how much there is, not how well it is found.
    sentences = [
        " ".join(dice.choices(words, cum_weights=weights, k=12)).capitalize() + "."
        for _ in range(4_000)
    ]
    subjects = ("Diffusion", "Flow Matching", "Language Models", "Robots", "Graphs", "Segmentation")
    for number, paper_id in enumerate(ids):
        yield {
            "id": paper_id,
            "title": f"{subjects[number % 6]} {number}: {sentences[number % 4_000][:60]}",
            "abstract": " ".join(dice.choices(sentences, k=8)),
            "authors": [[name.title(), None] for name in dice.choices(words, k=4)],
            "published_at": _AT - timedelta(hours=len(ids) - number),
            "categories": dice.choices(CATEGORIES, k=2),
            "keywords": dice.choices(words, k=3),
            "media": [],
            "upvotes": dice.randint(0, 90),
            "first_seen_at": _AT - timedelta(hours=len(ids) - number),
            "revision": number + 1,
        }


def _vectors(ids: list[str], model: str) -> Iterator[dict[str, Any]]:
    dice = np.random.default_rng(11)
    for start in range(0, len(ids), _PORTION):
        some = ids[start : start + _PORTION]
        rows = unit_rows(dice.normal(size=(len(some), DIMENSIONS)).astype(np.float32))
        for place, (paper_id, row) in enumerate(zip(some, rows, strict=True), start + 1):
            stored = row.astype(np.float16).tobytes()
            yield {"paper_id": paper_id, "model": model, "revision": place, "vector": stored}


def _snapshots(ids: list[str], dice: random.Random) -> Iterator[dict[str, Any]]:
    for number, paper_id in enumerate(ids):
        day = _AT - timedelta(days=(len(ids) - number) // A_DAY * 7 / 5)
        for hours in (0, 12, 24, 48):
            at = day + timedelta(hours=hours)
            yield {"paper_id": paper_id, "at": at, "upvotes": dice.randint(0, 90)}


def _days() -> list[date]:
    days = [LAST]
    while len(days) < BATCHES:
        days.append(calendar.previous(days[-1]))
    return days[::-1]


async def _batches(conn: AsyncConnection, ids: list[str]) -> None:
    days = _days()
    shared = {"source": "Fake"}
    await _put(
        conn,
        tables.batches,
        (
            {"day": day, "state": "complete", "papers": A_DAY, "broken": 0, "fetched_at": _AT}
            | shared
            for day in days
        ),
    )
    await _put(
        conn,
        tables.batch_papers,
        (
            {"day": days[number // A_DAY], "paper_id": paper_id, "position": number % A_DAY}
            | shared
            for number, paper_id in enumerate(ids)
        ),
    )


async def _server(conn: AsyncConnection, ids: list[str], guild: int, channels: list[int]) -> None:
    await _put(conn, tables.guilds, [{"id": guild, "joined_at": _AT, "welcomed_at": _AT}])
    feed: dict[str, Any] = {
        "guild_id": guild,
        "at": _AT.time(),
        "timezone": "Europe/Berlin",
        "size": 10,
        "min_votes": 0,
        "include": [],
        "exclude": [],
        "categories": [],
        "topics": ["diffusion OR robots", "flow matching"],
        "state": "active",
        "created_at": _AT - timedelta(days=730),
    }
    await _put(conn, tables.feeds, (feed | {"channel_id": channel} for channel in channels))
    days = _days()
    await _put(
        conn,
        tables.posts,
        (
            {
                "id": number + 1,
                "feed_id": 1,
                "guild_id": guild,
                "channel_id": channels[0],
                "batch_day": day,
                "local_date": day,
                "state": "done",
                "planned_at": _AT,
                "started_at": _AT,
                "sent_at": _AT,
                "finished_at": _AT,
                "refreshes": 2,
            }
            for number, day in enumerate(days[:-1])
        ),
    )
    shown = [paper_id for number, paper_id in enumerate(ids[:-A_DAY]) if number % A_DAY < 10]
    await _put(
        conn,
        tables.post_papers,
        (
            {
                "post_id": number // 10 + 1,
                "position": number % 10,
                "paper_id": paper_id,
                "message_id": number + 1,
            }
            for number, paper_id in enumerate(shown)
        ),
    )
    await _put(
        conn,
        tables.cards,
        (
            {
                "message_id": number + 1,
                "paper_id": paper_id,
                "channel_id": channels[0],
                "guild_id": guild,
                "posted_at": _AT - timedelta(days=730 - number // 10),
            }
            for number, paper_id in enumerate(shown)
        ),
    )


async def _library(
    conn: AsyncConnection, ids: list[str], reader: int, guild: int, channel: int
) -> None:
    others = range(10**9, 10**9 + 200)
    await _put(conn, tables.users, ({"id": user, "created_at": _AT} for user in (reader, *others)))
    names = [*DEFAULT_LISTS, *((f"list {n}", None, False, False) for n in range(LISTS - 3))]
    await _put(
        conn,
        tables.lists,
        (
            {
                "user_id": user,
                "name": name,
                "key": name.casefold(),
                "emoji": emoji,
                "emoji_key": emoji and emoji_key(emoji),
                "is_default": default,
                "is_read": read,
                "created_at": _AT,
            }
            for user in (reader, *others)
            for name, emoji, default, read in (names if user == reader else names[:1])
        ),
    )
    save: dict[str, Any] = {
        "user_id": reader,
        "via": "button",
        "channel_id": channel,
        "guild_id": guild,
    }
    await _put(
        conn,
        tables.saves,
        (
            save
            | {
                "list_id": number % LISTS + 1,
                "paper_id": paper_id,
                "saved_at": _AT - timedelta(hours=number),
            }
            for number, paper_id in enumerate(ids)
        ),
    )
    await _put(
        conn,
        tables.saves,
        (
            save
            | {
                "user_id": user,
                "list_id": LISTS + 1 + place,
                "paper_id": paper_id,
                "saved_at": _AT - timedelta(hours=number),
            }
            for place, user in enumerate(others)
            for number, paper_id in enumerate(ids[place : place + 50])
        ),
    )
    await _put(
        conn,
        tables.notes,
        (
            {
                "user_id": reader,
                "paper_id": paper_id,
                "text": f"I read this twice. {number}",
                "updated_at": _AT,
            }
            for number, paper_id in enumerate(ids[:NOTED])
        ),
    )


async def _topics(conn: AsyncConnection, ids: list[str], reader: int) -> None:
    words = ("diffusion", "robots", "graphs", "segmentation", "language models")
    queries = [f"{words[n % 5]} AND {words[n * 3 % 5]} {n}" for n in range(TOPICS)]
    await _put(
        conn,
        tables.topics,
        (
            {"key": f"strict:{query}", "query": query, "mode": "strict", "created_at": _AT}
            for query in queries
        ),
    )
    await _put(
        conn,
        tables.subscribers,
        [
            {
                "user_id": reader,
                "at": _AT.time(),
                "timezone": "Europe/Berlin",
                "every": "day",
                "created_at": _AT,
            }
        ],
    )
    await _put(
        conn,
        tables.subscriptions,
        (
            {"user_id": reader, "topic_id": number + 1, "min_votes": 0, "created_at": _AT}
            for number in range(TOPICS)
        ),
    )
    await _put(
        conn,
        tables.topic_matches,
        (
            {
                "topic_id": number % TOPICS + 1,
                "paper_id": paper_id,
                "score": 0.5,
                "reason": "the title",
                "matched_at": _AT - timedelta(minutes=number),
            }
            for number, paper_id in enumerate(ids[-50_000:])
        ),
    )
    await _put(
        conn,
        tables.digests,
        (
            {
                "user_id": reader,
                "local_date": LAST - timedelta(days=number + 1),
                "state": "inbox",
                "payload": _digest(ids, number),
                "planned_at": _AT,
                "finished_at": _AT,
                "expires_at": _AT,
            }
            for number in range(DIGESTS)
        ),
    )
    await _put(
        conn,
        tables.digest_papers,
        (
            {
                "digest_id": number // 25 + 1,
                "position": number % 25,
                "paper_id": ids[number],
            }
            for number in range(DIGESTS * 25)
        ),
    )


def _digest(ids: list[str], number: int) -> dict[str, Any]:
    entries = [
        {
            "paper_id": paper_id,
            "title": f"Paper {paper_id}",
            "authors": ["Ada Lovelace", "Grace Hopper"],
            "published": "2025-01-01",
            "summary": "We study a matter. " * 10,
            "topic": "diffusion",
            "reason": "the title",
        }
        for paper_id in ids[number * 25 : number * 25 + 25]
    ]
    day = LAST - timedelta(days=number + 1)
    return {"day": day.isoformat(), "entries": entries, "topics": 5}


async def _sessions(conn: AsyncConnection, ids: list[str], dice: random.Random) -> None:
    await _put(
        conn,
        tables.search_sessions,
        (
            {
                "query": f"question {number}",
                "categories": [],
                "sort": "best",
                "fresh": 0,
                "hits": dice.choices(ids, k=20),
                "remarks": {},
                "used": 0,
                "created_at": _AT - timedelta(minutes=number),
            }
            for number in range(SESSIONS)
        ),
    )


async def _put(conn: AsyncConnection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    rest = iter(rows)
    while portion := list(itertools.islice(rest, _PORTION)):
        await conn.execute(insert(table), portion)
