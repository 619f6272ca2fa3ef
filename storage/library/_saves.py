"""Saving and taking out on purpose: by button, command or file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chunks import chunks
from storage.engines.statements import insert
from storage.library import _lists
from storage.library._types import NOWHERE, Place, ReadingList, Via
from storage.papers import families, keys_of
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
    keys = await families(conn, [paper_id])
    here = (saves.c.list_id == target.id) & saves.c.paper_id.in_(keys)
    held = await conn.execute(
        select(saves.c.emoji_key).where(here, saves.c.emoji_key.is_not(None), saves.c.kept == 1)
    )
    emoji = tuple(dict.fromkeys(held.scalars()))
    taken = await conn.execute(
        delete(saves).where(here, saves.c.emoji_key.is_(None)).returning(saves.c.saved_at)
    )
    if before := list(taken.scalars()):
        return Toggled(target, saved=False, saved_at=min(before), held=emoji)
    await save(conn, user_id, target.id, {paper_id: now}, via=Via.BUTTON, place=place)
    return Toggled(target, saved=True, saved_at=now, held=emoji)


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
    """Put papers on a list on purpose, each with when; return those that were not on it.

    Keys of one work are one paper: the first of them is put on the list, with the earliest moment.
    """
    if not papers:
        return []
    keys = await families(conn, papers)
    known: set[str] = set()
    on_purpose: dict[str, set[str]] = {}
    for ids in chunks(list(keys)):
        there = (saves.c.list_id == list_id) & saves.c.paper_id.in_(ids)
        for row in await conn.execute(select(saves).where(there)):
            if row.kept:
                known.add(keys[row.paper_id])
            if row.emoji_key is None:
                on_purpose.setdefault(keys[row.paper_id], set()).add(row.paper_id)
    first: dict[str, str] = {}
    since: dict[str, datetime] = {}
    for paper_id, at in papers.items():
        work = keys[paper_id]
        first.setdefault(work, paper_id)
        since[work] = min(at, since.get(work, at))
    rows = [
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
            "saved_at": since[work],
        }
        for work, paper_id in first.items()
        if not on_purpose.get(work, set()) - {paper_id}
    ]
    if rows:
        await conn.execute(_SAVE, rows)
    return [paper_id for work, paper_id in first.items() if work not in known]


async def on_list(conn: AsyncConnection, list_id: int, paper_ids: Iterable[str]) -> set[str]:
    """Return which of these papers are on a list."""
    wanted = list(paper_ids)
    keys = await families(conn, wanted)
    found: set[str] = set()
    for ids in chunks(list(keys)):
        rows = await conn.execute(
            select(saves.c.paper_id).where(
                saves.c.list_id == list_id, saves.c.paper_id.in_(ids), saves.c.kept == 1
            )
        )
        found.update(keys[paper_id] for paper_id in rows.scalars())
    return {paper_id for paper_id in wanted if keys[paper_id] in found}


async def remove(
    conn: AsyncConnection, user_id: int, paper_ids: Sequence[str], list_id: int | None = None
) -> int:
    """Take papers off a list, or out of the whole library; return how many were on it.

    Reactions that saved them may still stand: they are kept in mind as overruled. The note goes
    with the paper's last list; a note on a paper that was on no list stays.
    """
    keys = await families(conn, paper_ids)
    left: set[str] = set()
    of_works: dict[str, list[str]] = {}
    for key, work in keys.items():
        of_works.setdefault(work, []).append(key)
    for some in chunks(list(of_works), 100):
        ids = [key for work in some for key in of_works[work]]
        held = (saves.c.user_id == user_id) & saves.c.paper_id.in_(ids)
        mine = held if list_id is None else held & (saves.c.list_id == list_id)
        there = select(saves.c.paper_id).where(mine, saves.c.kept == 1).distinct()
        taken = {keys[key] for key in (await conn.execute(there)).scalars()}
        await conn.execute(delete(saves).where(mine, saves.c.emoji_key.is_(None)))
        await conn.execute(update(saves).where(mine).values(kept=0))
        still = select(saves.c.paper_id).where(held, saves.c.kept == 1).distinct()
        kept = {keys[key] for key in (await conn.execute(still)).scalars()}
        gone = [key for work in taken - kept for key in of_works[work]]
        await conn.execute(
            delete(notes).where(notes.c.user_id == user_id, notes.c.paper_id.in_(gone))
        )
        left |= taken
    return len(left)


async def undo(conn: AsyncConnection, user_id: int, saved_at: datetime) -> int:
    """Take back what was saved on purpose at exactly that moment; return how many papers."""
    taken = await conn.execute(
        delete(saves)
        .where(
            saves.c.user_id == user_id,
            saves.c.saved_at == saved_at,
            saves.c.emoji_key.is_(None),
        )
        .returning(saves.c.paper_id)
    )
    return len(set((await keys_of(conn, taken.scalars().all())).values()))


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
    keys = await families(conn, [paper_id])
    mine = (saves.c.user_id == user_id) & saves.c.paper_id.in_(keys) & (saves.c.kept == 1)
    if source is not None:
        mine &= saves.c.list_id == source
    oldest = select(saves).where(mine).order_by(saves.c.saved_at, saves.c.id).limit(1)
    first = (await conn.execute(oldest)).first()
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
    keys = await families(conn, [paper_id])
    rows = await conn.execute(
        select(saves.c.list_id, func.min(saves.c.saved_at).label("since"))
        .where(saves.c.user_id == user_id, saves.c.paper_id.in_(keys), saves.c.kept == 1)
        .group_by(saves.c.list_id)
        .order_by(saves.c.list_id)
    )
    return {row.list_id: row.since for row in rows}


async def ensure_user(conn: AsyncConnection, user_id: int, now: datetime) -> None:
    """Make the row that everything personal hangs on."""
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())


def read_lists(user_id: int) -> Any:
    """Return a subquery of the person's lists that mark a paper as read."""
    return select(lists.c.id).where(lists.c.user_id == user_id, lists.c.is_read == 1)
