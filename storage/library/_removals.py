"""Removals: what a person took off their lists, kept for a while so that it can be put back whole.

A removal holds the saves and the note that one action took away, and the saves that the same action
made instead (a move). Putting it back uses it up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import delete_some, insert
from storage.library import _lists
from storage.library._notes import note_on
from storage.library._saves import of_paper
from storage.library._types import Note, ReadingList, Via
from storage.papers import families
from storage.tables import notes, removals, saves

REMOVALS_KEPT: Final = timedelta(days=1)
"""How long a removal can be undone. A deleted note is gone for good after that."""

_COLUMNS: Final = (
    "paper_id",
    "list_id",
    "via",
    "emoji_key",
    "message_id",
    "channel_id",
    "guild_id",
)


class NoteBack(Enum):
    """What became of a removal's note when the removal was put back."""

    NONE = "the removal took no note"
    RESTORED = "the note is there again"
    NEWER_STAYS = "the person wrote another one meanwhile, which stays"


@dataclass(frozen=True, slots=True)
class PutBack:
    """What putting a removal back did."""

    paper_id: str
    on: tuple[ReadingList, ...]
    """The lists that the paper is on now."""
    changed: bool
    """Whether any list differs from before."""
    note: NoteBack
    note_text: str | None
    """The note that the removal took, whatever became of it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The saves and the note of one paper at one moment."""

    rows: Mapping[tuple[Any, ...], Row[Any]]
    """Every save that keeps the paper on a list, by what distinguishes it."""
    note: Note | None


async def holding(conn: AsyncConnection, user_id: int, paper_id: str) -> Holding:
    """Return what a person's library holds of a paper, to be compared by `remember`."""
    keys = await families(conn, [paper_id])
    kept = await conn.execute(
        select(saves)
        .where(saves.c.user_id == user_id, saves.c.paper_id.in_(keys), saves.c.kept == 1)
        .order_by(saves.c.saved_at, saves.c.id)
    )
    note = await note_on(conn, user_id, paper_id)
    return Holding({_identity(row): row for row in kept}, note)


async def remember(
    conn: AsyncConnection, user_id: int, paper_id: str, before: Holding, now: datetime
) -> int | None:
    """Keep what an action took away since `before`, in the same transaction as the action.

    Returns the removal's id, or `None` if the action took nothing away.
    """
    after = await holding(conn, user_id, paper_id)
    taken = [row for key, row in before.rows.items() if key not in after.rows]
    note = before.note if after.note is None else None
    if not taken and note is None:
        return None
    made = [row for key, row in after.rows.items() if key not in before.rows]
    return await conn.scalar(
        insert(removals)
        .values(
            user_id=user_id,
            paper_id=paper_id,
            saves=[_plain(row) for row in taken],
            replaced_by=[_plain(row) for row in made],
            note=note and note.text,
            noted_at=note and note.updated_at,
            removed_at=now,
        )
        .returning(removals.c.id)
    )


async def latest_removal(conn: AsyncConnection, user_id: int, paper_id: str) -> int | None:
    """Return the person's latest removal of a paper that can still be put back."""
    keys = await families(conn, [paper_id])
    return await conn.scalar(
        select(removals.c.id)
        .where(removals.c.user_id == user_id, removals.c.paper_id.in_(keys))
        .order_by(removals.c.id.desc())
        .limit(1)
    )


async def put_back(
    conn: AsyncConnection, user_id: int, removal_id: int, now: datetime
) -> PutBack | None:
    """Restore the saves and the note of a person's removal, and forget the removal.

    What the person saved or wrote since then stays as it is. Saves of a deleted list come back on
    the default one. A reaction that no longer stands comes back as a deliberate save. Returns
    `None` where the removal was put back already, is too old, or is another user's.
    """
    found = await conn.execute(
        delete(removals)
        .where(removals.c.id == removal_id, removals.c.user_id == user_id)
        .returning(removals)
    )
    removal = found.first()
    if removal is None:
        return None
    paper_id: str = removal.paper_id
    mine = await _lists.ensure(conn, user_id, now)
    before = await of_paper(conn, user_id, paper_id)
    await _take_replacements(conn, user_id, paper_id, removal.replaced_by)
    known = {each.id for each in mine}
    for row in removal.saves:
        target = row["list_id"] if row["list_id"] in known else mine[0].id
        await _restore(conn, user_id, paper_id, {**row, "list_id": target})
    note = await _restore_note(conn, user_id, removal)
    after = await of_paper(conn, user_id, paper_id)
    return PutBack(
        paper_id,
        tuple(each for each in mine if each.id in after),
        changed=after.keys() != before.keys(),
        note=note,
        note_text=removal.note,
    )


async def forget_removals(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete removals older than `REMOVALS_KEPT`; return how many there were, 0 at the end."""
    at = removals.c.removed_at
    return await delete_some(conn, removals, at < now - REMOVALS_KEPT, first=at, most=most)


async def _take_replacements(
    conn: AsyncConnection, user_id: int, paper_id: str, made: Sequence[Mapping[str, Any]]
) -> None:
    for row in made:
        await conn.execute(
            delete(saves).where(
                saves.c.user_id == user_id,
                saves.c.list_id == row["list_id"],
                saves.c.paper_id == row.get("paper_id", paper_id),
                saves.c.emoji_key.is_(None),
                saves.c.via == row["via"],
                saves.c.saved_at == datetime.fromisoformat(row["saved_at"]),
            )
        )


async def _restore(
    conn: AsyncConnection, user_id: int, paper_id: str, row: Mapping[str, Any]
) -> None:
    values = {"paper_id": paper_id, **row}
    if row["emoji_key"] is not None:
        standing = await conn.execute(
            update(saves)
            .where(
                saves.c.message_id == row["message_id"],
                saves.c.user_id == user_id,
                saves.c.emoji_key == row["emoji_key"],
                saves.c.paper_id == values["paper_id"],
            )
            .values(kept=1)
        )
        if standing.rowcount:
            return
    if values["emoji_key"] is not None:
        values |= {"emoji_key": None, "via": Via.BUTTON.value}
    values["saved_at"] = datetime.fromisoformat(row["saved_at"])
    await conn.execute(
        insert(saves)
        .values(user_id=user_id, kept=1, **values)
        .on_conflict_do_nothing(
            index_elements=[saves.c.list_id, saves.c.paper_id],
            index_where=saves.c.emoji_key.is_(None),
        )
    )


async def _restore_note(conn: AsyncConnection, user_id: int, removal: Row[Any]) -> NoteBack:
    if removal.note is None:
        return NoteBack.NONE
    if await note_on(conn, user_id, removal.paper_id) is not None:
        return NoteBack.NEWER_STAYS
    await conn.execute(
        insert(notes).values(
            user_id=user_id,
            paper_id=removal.paper_id,
            text=removal.note,
            updated_at=removal.noted_at,
        )
    )
    return NoteBack.RESTORED


def _identity(row: Row[Any]) -> tuple[Any, ...]:
    """Return what is unique to a save of a work: the paper, and its reaction, or its list for a
    deliberate one."""
    if row.emoji_key is None:
        return (row.paper_id, row.list_id)
    return (row.paper_id, row.message_id, row.emoji_key)


def _plain(row: Row[Any]) -> dict[str, Any]:
    values = row._mapping  # pyright: ignore[reportPrivateUsage] - a Row's documented mapping
    return {**{name: values[name] for name in _COLUMNS}, "saved_at": row.saved_at.isoformat()}
