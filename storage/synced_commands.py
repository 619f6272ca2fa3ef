"""Which commands Discord knows of us, so that they are registered only when they changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers import program
from storage.engines.statements import insert
from storage.tables import synced_commands


@dataclass(frozen=True, slots=True)
class SyncedCommands:
    """What was last registered for an application; `command_ids` are for clickable mentions."""

    payload_hash: str
    command_ids: dict[str, int]
    synced_at: datetime
    version: str
    """Of the program that registered them; empty if it was one that did not say so."""


async def get(conn: AsyncConnection, application_id: int) -> SyncedCommands | None:
    """Return what was last registered, `None` before the first time."""
    statement = select(synced_commands).where(synced_commands.c.application_id == application_id)
    row = (await conn.execute(statement)).first()
    if row is None:
        return None
    return SyncedCommands(row.payload_hash, row.command_ids, row.synced_at, row.version)


async def put(
    conn: AsyncConnection,
    application_id: int,
    payload_hash: str,
    command_ids: Mapping[str, int],
    *,
    now: datetime,
) -> None:
    """Record what Discord accepted."""
    values = {
        "payload_hash": payload_hash,
        "command_ids": dict(command_ids),
        "synced_at": now,
        "version": program.version(),
    }
    await conn.execute(
        insert(synced_commands)
        .values(application_id=application_id, **values)
        .on_conflict_do_update(index_elements=[synced_commands.c.application_id], set_=values)
    )
