"""Saving and taking out on purpose: by button, command or file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chunks import chunks
from storage.engines.statements import insert
from storage.library import _lists
from storage.library._types import NOWHERE, Place, ReadingList, Via
from storage.tables import lists, notes, saves, users

_SAVE = insert(saves).on_conflict_do_nothing(
    index_elements=[saves.c.list_id, saves.c.paper_id], index_where=saves.c.emoji_key.is_(None)
)


@dataclass(frozen=True, slots=True)
class Toggled:
    """What a press of the Save button did."""

    list: ReadingList
    saved: bool
    """Whether the button keeps it there now."""
    saved_at: datetime
    """Since when it does, or did."""
    held: tuple[str, ...] = ()
    """The keys of the emoji of standing reactions that keep it on that list, too."""


async def toggle(
    conn: AsyncConnection, user_id: int, paper_id: str, *, now: datetime, place: Place = NOWHERE
) -> Toggled:
    """Save a paper to the person's default list, or take back that it was saved on purpose."""
    target = await default_list(conn, user_id, now)
    here = (saves.c.list_id == target.id) & (saves.c.paper_id == paper_id)
    held = await conn.execute(
        select(saves.c.emoji_key).where(here, saves.c.emoji_key.is_not(None), saves.c.kept == 1)
    )
    keys = tuple(dict.fromkeys(held.scalars()))
    before = (
        await conn.execute(
            delete(saves).where(here, saves.c.emoji_key.is_(None)).returning(saves.c.saved_at)
        )
    ).first()
    if before is not None:
        return Toggled(target, saved=False, saved_at=before.saved_at, held=keys)
    await save(conn, user_id, target.id, {paper_id: now}, via=Via.BUTTON, place=place)
    return Toggled(target, saved=True, saved_at=now, held=keys)


async def default_list(conn: AsyncConnection, user_id: int, now: datetime) -> ReadingList:
    """Return the list that buttons and commands save to; everybody has exactly one."""
    return (await _lists.ensure(conn, user_id, now))[0]


async def read_list(conn: AsyncConnection, user_id: int, now: datetime) -> ReadingList:
    """Return the list that marks papers as read, created again where the person had deleted it."""
    mine = await _lists.ensure(conn, user_id, now)
    for each in mine:
        if each.is_read:
            return each
    return await _lists.make_read_list(conn, mine, now)


async def save(
    conn: AsyncConnection,
    user_id: int,
    list_id: int,
    papers: Mapping[str, datetime],
    *,
    via: Via,
    place: Place = NOWHERE,
) -> list[str]:
    """Put papers on a list on purpose, each with when; return those that were not on it."""
    if not papers:
        return []
    known = await on_list(conn, list_id, papers)
    await conn.execute(
        _SAVE,
        [
            {
                "user_id": user_id,
                "list_id": list_id,
                "paper_id": paper_id,
                "via": via.value,
                "emoji_key": None,
                "kept": 1,
                "message_id": place.message_id,
                "channel_id": place.channel_id,
                "guild_id": place.guild_id,
                "saved_at": at,
            }
            for paper_id, at in papers.items()
        ],
    )
    return [paper_id for paper_id in papers if paper_id not in known]


async def on_list(conn: AsyncConnection, list_id: int, paper_ids: Iterable[str]) -> set[str]:
    """Return which of these papers are on a list."""
    found: set[str] = set()
    for ids in chunks(list(paper_ids)):
        rows = await conn.execute(
            select(saves.c.paper_id).where(
                saves.c.list_id == list_id, saves.c.paper_id.in_(ids), saves.c.kept == 1
            )
        )
        found.update(rows.scalars())
    return found


async def remove(
    conn: AsyncConnection, user_id: int, paper_ids: Sequence[str], list_id: int | None = None
) -> int:
    """Take papers off a list, or out of the whole library; return how many were on it.

    Reactions that saved them may still stand: they are kept in mind as overruled. The note goes
    with the paper's last list; a note on a paper that was on no list stays.
    """
    left: set[str] = set()
    for ids in chunks(list(dict.fromkeys(paper_ids))):
        mine = (saves.c.user_id == user_id) & saves.c.paper_id.in_(ids)
        if list_id is not None:
            mine &= saves.c.list_id == list_id
        there = select(saves.c.paper_id).where(mine, saves.c.kept == 1).distinct()
        taken = (await conn.execute(there)).scalars().all()
        await conn.execute(delete(saves).where(mine, saves.c.emoji_key.is_(None)))
        await conn.execute(update(saves).where(mine).values(kept=0))
        kept = select(saves.c.paper_id).where(saves.c.user_id == user_id, saves.c.kept == 1)
        await conn.execute(
            delete(notes).where(
                notes.c.user_id == user_id,
                notes.c.paper_id.in_(taken),
                notes.c.paper_id.not_in(kept),
            )
        )
        left.update(taken)
    return len(left)


async def undo(conn: AsyncConnection, user_id: int, saved_at: datetime) -> int:
    """Take back what was saved on purpose at exactly that moment; return how many papers."""
    result = await conn.execute(
        delete(saves).where(
            saves.c.user_id == user_id,
            saves.c.saved_at == saved_at,
            saves.c.emoji_key.is_(None),
        )
    )
    return result.rowcount


async def place_on(
    conn: AsyncConnection,
    user_id: int,
    paper_id: str,
    list_ids: Iterable[int],
    *,
    now: datetime,
    place: Place = NOWHERE,
) -> None:
    """Put a paper on exactly these of the person's lists."""
    wanted = set(list_ids)
    known = await of_paper(conn, user_id, paper_id)
    mine = {each.id for each in await _lists.ensure(conn, user_id, now)}
    first = min(known.values(), default=now)
    for list_id in sorted((wanted & mine) - known.keys()):
        await save(conn, user_id, list_id, {paper_id: first}, via=Via.COMMAND, place=place)
    for list_id in sorted(known.keys() - wanted):
        await remove(conn, user_id, [paper_id], list_id)


async def move(
    conn: AsyncConnection, user_id: int, paper_id: str, target: int, source: int | None = None
) -> bool:
    """Move a paper from one list, or from all of them, to another; false if it was not there.

    It keeps when and where it was saved.
    """
    mine = (saves.c.user_id == user_id) & (saves.c.paper_id == paper_id) & (saves.c.kept == 1)
    if source is not None:
        mine &= saves.c.list_id == source
    first = (
        await conn.execute(select(saves).where(mine).order_by(saves.c.saved_at).limit(1))
    ).first()
    if first is None:
        return False
    place = Place(first.message_id, first.channel_id, first.guild_id)
    await save(conn, user_id, target, {paper_id: first.saved_at}, via=Via.COMMAND, place=place)
    others = await of_paper(conn, user_id, paper_id) if source is None else {source: None}
    for list_id in others:
        if list_id != target:
            await remove(conn, user_id, [paper_id], list_id)
    return True


async def of_paper(conn: AsyncConnection, user_id: int, paper_id: str) -> dict[int, datetime]:
    """Return which of a person's lists a paper is on, and since when."""
    rows = await conn.execute(
        select(saves.c.list_id, func.min(saves.c.saved_at).label("since"))
        .where(saves.c.user_id == user_id, saves.c.paper_id == paper_id, saves.c.kept == 1)
        .group_by(saves.c.list_id)
        .order_by(saves.c.list_id)
    )
    return {row.list_id: row.since for row in rows}


async def holds(conn: AsyncConnection, user_id: int, paper_id: str) -> bool:
    """Return whether a person has saved a paper, or has a note on it from when it was saved."""
    noted = select(notes.c.paper_id).where(notes.c.user_id == user_id, notes.c.paper_id == paper_id)
    return bool(await of_paper(conn, user_id, paper_id)) or await conn.scalar(noted) is not None


async def set_note(
    conn: AsyncConnection, user_id: int, paper_id: str, note: str | None, now: datetime
) -> bool:
    """Write a person's note on a paper, or delete it; false if they hold nothing of the paper."""
    if not await holds(conn, user_id, paper_id):
        return False
    if note is None:
        await conn.execute(
            delete(notes).where(notes.c.user_id == user_id, notes.c.paper_id == paper_id)
        )
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
    if texts:
        await conn.execute(
            insert(notes).on_conflict_do_nothing(),
            [
                {"user_id": user_id, "paper_id": paper_id, "text": text, "updated_at": now}
                for paper_id, text in texts.items()
            ],
        )


async def ensure_user(conn: AsyncConnection, user_id: int, now: datetime) -> None:
    """Make the row that everything personal hangs on."""
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())


def read_lists(user_id: int) -> Any:
    """Return a subquery of the person's lists that mark a paper as read."""
    return select(lists.c.id).where(lists.c.user_id == user_id, lists.c.is_read == 1)
