"""What people wrote on papers, by the work."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chunks import chunks
from storage.engines.statements import insert
from storage.library._saves import of_paper
from storage.library._types import Note
from storage.papers import families
from storage.tables import notes


async def holds(conn: AsyncConnection, user_id: int, paper_id: str) -> bool:
    """Return whether a person has saved a paper, or has a note on it from when it was saved."""
    return (
        bool(await of_paper(conn, user_id, paper_id))
        or await note_on(conn, user_id, paper_id) is not None
    )


async def note_on(conn: AsyncConnection, user_id: int, paper_id: str) -> Note | None:
    """Return what a person wrote on a paper."""
    keys = await families(conn, [paper_id])
    mine = (notes.c.user_id == user_id) & notes.c.paper_id.in_(keys)
    return note_of((await conn.execute(select(notes).where(mine))).all())


def note_of(rows: Sequence[Row[Any]]) -> Note | None:
    """Return what was written on one work, from the rows of `notes` of its keys."""
    if not rows:
        return None
    written = sorted(rows, key=lambda row: (row.updated_at, row.paper_id))
    return Note(joined(row.text for row in written), written[-1].updated_at)


def joined(texts: Iterable[str]) -> str:
    """Return several notes on one work as one text."""
    return "\n\n".join(dict.fromkeys(texts))


async def set_note(
    conn: AsyncConnection, user_id: int, paper_id: str, note: str | None, now: datetime
) -> bool:
    """Write a person's note on a paper, or delete it; false if they hold nothing of the paper.

    It takes the place of every note on the paper's work.
    """
    if not await holds(conn, user_id, paper_id):
        return False
    keys = await families(conn, [paper_id])
    others = list(keys.keys() - {paper_id}) if note is not None else list(keys)
    if others:
        await conn.execute(
            delete(notes).where(notes.c.user_id == user_id, notes.c.paper_id.in_(others))
        )
    if note is None:
        return True
    await conn.execute(
        insert(notes)
        .values(user_id=user_id, paper_id=paper_id, text=note, updated_at=now)
        .on_conflict_do_update(
            index_elements=[notes.c.user_id, notes.c.paper_id],
            set_={"text": note, "updated_at": literal(now, notes.c.updated_at.type)},
        )
    )
    return True


async def add_notes(
    conn: AsyncConnection, user_id: int, texts: Mapping[str, str], now: datetime
) -> None:
    """Write notes on papers that have none yet."""
    keys = await families(conn, texts)
    noted: set[str] = set()
    for ids in chunks(list(keys)):
        mine = (notes.c.user_id == user_id) & notes.c.paper_id.in_(ids)
        rows = await conn.execute(select(notes.c.paper_id).where(mine))
        noted.update(keys[key] for key in rows.scalars())
    new: dict[str, list[str]] = {}
    for paper_id, text in texts.items():
        if keys[paper_id] not in noted:
            new.setdefault(keys[paper_id], []).append(text)
    if new:
        await conn.execute(
            insert(notes).on_conflict_do_nothing(),
            [
                {"user_id": user_id, "paper_id": work, "text": joined(each), "updated_at": now}
                for work, each in new.items()
            ],
        )
