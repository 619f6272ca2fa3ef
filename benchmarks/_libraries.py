"""A file with many libraries: people, their lists, papers, cards, and what they saved of them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

import discord
from sqlalchemy import insert, select

from storage import library, tables
from storage.database import Database

PEOPLE = 50_000
SAVES = 1_000_000
CARDS = 20_000
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EMOJI = ("🔖", "⭐", "✅")
FIRST_PERSON = 10**17
CARDS_POSTED = NOW - timedelta(days=20)
FIRST_CARD = discord.utils.time_snowflake(CARDS_POSTED)
_ROWS = 20_000

_Row = TypeVar("_Row")
_NONE: list[str] = []


async def fill(database: Database, saves: int = SAVES) -> None:
    """Write people, their lists, papers, cards and so many saves."""
    papers = [f"{2001 + n // 5000}.{n % 5000 + 10000:05}" for n in range(CARDS)]
    async with database.write() as conn:
        for rows in _chunks(
            {
                "id": paper_id,
                "title": f"Paper {paper_id}",
                "abstract": "We study it.",
                **dict.fromkeys(("authors", "categories", "keywords", "media"), _NONE),
                "first_seen_at": NOW,
                "revision": number + 1,
            }
            for number, paper_id in enumerate(papers)
        ):
            await conn.execute(insert(tables.papers), rows)
        for rows in _chunks(
            {
                "message_id": FIRST_CARD + n,
                "paper_id": papers[n],
                "channel_id": FIRST_CARD + n // 10,
                "guild_id": n // 100,
                "posted_at": CARDS_POSTED,
            }
            for n in range(CARDS)
        ):
            await conn.execute(insert(tables.cards), rows)
        for people in _chunks(range(FIRST_PERSON, FIRST_PERSON + PEOPLE)):
            await library.make_defaults(conn, people, NOW)
        lists = [
            (row.user_id, row.id)
            for row in await conn.execute(
                select(tables.lists.c.user_id, tables.lists.c.id)
                .where(tables.lists.c.is_default == 1)
                .order_by(tables.lists.c.user_id)
            )
        ]
        each = saves // PEOPLE
        for rows in _chunks(
            {
                "user_id": user_id,
                "list_id": list_id,
                "paper_id": papers[(place := (n * 7 + k * 911) % CARDS)],
                "via": "reaction",
                "emoji_key": EMOJI[0],
                "kept": 1,
                "message_id": FIRST_CARD + place,
                "channel_id": FIRST_CARD + place // 10,
                "guild_id": place // 100,
                "saved_at": NOW - timedelta(minutes=k),
            }
            for n, (user_id, list_id) in enumerate(lists)
            for k in range(each)
        ):
            await conn.execute(insert(tables.saves), rows)


def _chunks(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    waiting = iter(rows)
    while part := list(islice(waiting, _ROWS)):
        yield part
