"""What the tests of news share: papers that are saved, and sources that say something of them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from papers.model import Metrics, Record
from papers.news import Kind, Side
from storage import library, news, papers
from storage.database import Database
from storage.library import Via
from tests.storage.libraries import ADA, FIRST
from tests.storage.shared import NOON, paper

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CODE = "https://github.com/ada/matter"


async def save(
    database: Database, user_id: int, *paper_ids: str, at: datetime = NOON, follow: bool = True
) -> None:
    async with database.write() as conn:
        mine = next(each for each in await library.ensure(conn, user_id, at) if each.is_default)
        saved = dict.fromkeys(paper_ids, at)
        await library.save(conn, user_id, mine.id, saved, via=Via.COMMAND)
    if follow:
        async with database.write() as conn:
            await news.follow(conn, await news.unfollowed(conn))


async def know(database: Database, paper_id: str = FIRST, **fields: Any) -> None:
    stars = fields.pop("stars", None)
    record = Record(paper(paper_id, **fields), Metrics(stars=stars))
    async with database.write() as conn:
        await papers.upsert(conn, [record], now=NOON)


async def sight(
    database: Database,
    *paper_ids: str,
    answered: Side | None = Side.COMMUNITY,
    at: datetime = NOON,
) -> int:
    async with database.write() as conn:
        return await news.sight(conn, paper_ids or (FIRST,), at, answered=answered)


async def waiting(database: Database, user_id: int = ADA) -> list[tuple[str, Kind]]:
    async with database.read() as conn:
        return [(each.paper_id, each.event.kind) for each in await news.pending(conn, user_id)]


async def ids(database: Database, user_id: int = ADA) -> list[int]:
    async with database.read() as conn:
        return [each.id for each in await news.pending(conn, user_id)]


async def due(database: Database, side: Side, at: datetime, most: int = 10) -> list[str]:
    async with database.write() as conn:
        return await news.claim(conn, side, await news.due(conn, side, at, most=most), at)


async def size(database: Database, table: Any) -> int:
    async with database.read() as conn:
        return await conn.scalar(select(func.count()).select_from(table)) or 0
