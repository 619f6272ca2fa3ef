"""How far something that goes through many things has come, so that it can go on after a stop."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import insert
from storage.tables import watermarks


async def get(conn: AsyncConnection, name: str) -> int:
    """Return how far it has come, 0 before the first time."""
    return await conn.scalar(select(watermarks.c.value).where(watermarks.c.name == name)) or 0


async def put(conn: AsyncConnection, name: str, value: int) -> None:
    """Remember how far it has come."""
    await conn.execute(
        insert(watermarks)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=[watermarks.c.name], set_={"value": value})
    )


async def drop(conn: AsyncConnection, beginning: str, *, but: str) -> None:
    """Drop all names with a beginning except one."""
    name = watermarks.c.name
    await conn.execute(
        delete(watermarks).where(name.startswith(beginning, autoescape=True), name != but)
    )
