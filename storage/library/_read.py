"""Reading libraries back, a page at a time or whole, and what servers saved most."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.shards import Shards
from storage.chunks import chunks
from storage.engines.statements import insert
from storage.guilds import in_shard, in_shards
from storage.library._find import mine, works
from storage.library._notes import note_of
from storage.library._saves import ensure_user, read_lists
from storage.library._types import NOWHERE, Card, Note, Place, Saved, Sort, Via
from storage.papers import StoredPaper, every_key, families, get_many, stored, work_of
from storage.tables import cards, notes, papers, post_papers, posts, preferences, saves


async def page(
    conn: AsyncConnection,
    user_id: int,
    *,
    list_id: int | None = None,
    sort: Sort = Sort.NEWEST,
    offset: int = 0,
    limit: int,
) -> tuple[list[Saved], int]:
    """Return part of a person's library in order, and how many papers all of it has."""
    held = works(user_id, list_id)
    total = await conn.scalar(select(func.count(held.c.work.distinct())))
    first = func.min(held.c.saved_at)
    order: dict[Sort, list[ColumnElement[Any]]] = {
        Sort.NEWEST: [first.desc()],
        Sort.OLDEST: [first],
        Sort.UNREAD: [held.c.work.in_(_read_works(user_id)), first.desc()],
        Sort.VOTES: [papers.c.upvotes.desc().nulls_last(), first.desc()],
        Sort.PUBLISHED: [papers.c.published_at.desc().nulls_last(), first.desc()],
        Sort.TITLE: [func.lower(papers.c.title)],
    }
    rows = await conn.execute(
        select(held.c.work)
        .join(papers, papers.c.id == held.c.work)
        .group_by(held.c.work, papers.c.row)
        .order_by(*order[sort], papers.c.row)
        .offset(offset)
        .limit(limit)
    )
    return await describe(conn, user_id, list(rows.scalars())), total or 0


async def all_of(conn: AsyncConnection, user_id: int, list_id: int | None = None) -> list[Saved]:
    """Return a person's whole library, or one list, in the order it was saved in."""
    held = works(user_id, list_id)
    rows = await conn.execute(
        select(held.c.work).group_by(held.c.work).order_by(func.min(held.c.saved_at), held.c.work)
    )
    return await describe(conn, user_id, list(rows.scalars()))


async def describe(conn: AsyncConnection, user_id: int, paper_ids: Sequence[str]) -> list[Saved]:
    """Return what a person's library says of these papers, in this order; others are left out.

    Keys of one work are one paper, under the key of the work. A paper that is on no list and has a
    note is there with the note alone.
    """
    found: dict[str, list[Row[Any]]] = {}
    written: dict[str, list[Row[Any]]] = {}
    keys = await families(conn, paper_ids)
    for ids in chunks(list(keys)):
        rows = await conn.execute(
            select(saves).where(
                saves.c.user_id == user_id, saves.c.kept == 1, saves.c.paper_id.in_(ids)
            )
        )
        for row in rows:
            found.setdefault(keys[row.paper_id], []).append(row)
        texts = await conn.execute(
            select(notes).where(notes.c.user_id == user_id, notes.c.paper_id.in_(ids))
        )
        for row in texts:
            written.setdefault(keys[row.paper_id], []).append(row)
    read = set((await conn.execute(read_lists(user_id))).scalars())
    return [
        _saved(work, found.get(work, ()), note_of(written.get(work, ())), read)
        for work in dict.fromkeys(keys[paper_id] for paper_id in paper_ids)
        if work in found or work in written
    ]


async def saved_papers(conn: AsyncConnection, user_id: int, list_id: int | None = None) -> set[str]:
    """Return every paper that a person has saved, by each key of its work."""
    held = select(saves.c.paper_id).where(mine(user_id, list_id))
    return set((await conn.execute(every_key(held))).scalars())


async def papers_of(conn: AsyncConnection, entries: Iterable[Saved]) -> list[StoredPaper]:
    """Return the papers themselves, in the order of the entries."""
    return list((await get_many(conn, [entry.paper_id for entry in entries])).values())


async def card_ids(conn: AsyncConnection, after: int, limit: int) -> list[int]:
    """Return the next messages of ours that show papers, in ascending order."""
    rows = await conn.execute(
        select(cards.c.message_id)
        .where(cards.c.message_id > after)
        .distinct()
        .order_by(cards.c.message_id)
        .limit(limit)
    )
    return list(rows.scalars())


async def recent_cards(
    conn: AsyncConnection, since: datetime, limit: int, *, shard: tuple[int, int] = (0, 1)
) -> list[Card]:
    """Return the newest messages of ours that show papers, in the servers of one shard."""
    rows = await conn.execute(
        select(
            cards.c.message_id,
            cards.c.channel_id,
            cards.c.guild_id,
            func.min(cards.c.posted_at).label("posted_at"),
        )
        .where(cards.c.posted_at >= since, in_shard(cards.c.guild_id, shard))
        .group_by(cards.c.message_id, cards.c.channel_id, cards.c.guild_id)
        .order_by(cards.c.message_id.desc())
        .limit(limit)
    )
    return [Card(row.message_id, row.channel_id, row.guild_id, row.posted_at) for row in rows]


async def thread_cards(
    conn: AsyncConnection, since: datetime, after: int, shards: Shards | None = None
) -> set[int]:
    """Return the cards with greater ids than `after` in the threads begun since a moment, with
    `shards` only those in their servers."""
    rows = await conn.execute(
        select(post_papers.c.message_id)
        .join(posts, posts.c.id == post_papers.c.post_id)
        .where(
            posts.c.started_at >= since,
            post_papers.c.message_id > after,
            in_shards(posts.c.guild_id, shards),
        )
    )
    return set(rows.scalars())


async def top(
    conn: AsyncConnection, guild_id: int, since: datetime, *, offset: int = 0, limit: int
) -> tuple[list[tuple[StoredPaper, int]], int]:
    """Return the papers that most members saved in a server since then, and how many there are."""
    here = (saves.c.guild_id == guild_id) & (saves.c.saved_at >= since) & counted()
    saved = (
        select(work_of(saves.c.paper_id).label("work"), saves.c.user_id)
        .where(here)
        .subquery("saved")
    )
    members = func.count(saved.c.user_id.distinct())
    rows = await conn.execute(
        select(papers, members.label("members"))
        .join(saved, saved.c.work == papers.c.id)
        .group_by(papers.c.row)
        .order_by(members.desc(), papers.c.upvotes.desc().nulls_last(), papers.c.row.desc())
        .offset(offset)
        .limit(limit)
    )
    total = await conn.scalar(select(func.count(saved.c.work.distinct())))
    return [(stored(row), row.members) for row in rows], total or 0


async def saved_count(conn: AsyncConnection, guild_id: int, paper_id: str) -> int:
    """Return how many members saved a paper in a server."""
    keys = await families(conn, [paper_id])
    return (
        await conn.scalar(
            select(func.count(saves.c.user_id.distinct())).where(
                saves.c.guild_id == guild_id, saves.c.paper_id.in_(keys), counted()
            )
        )
        or 0
    )


async def counts(conn: AsyncConnection, user_id: int) -> bool:
    """Return whether a person's saves count in what servers saved most."""
    found = await conn.scalar(select(preferences.c.counted).where(preferences.c.user_id == user_id))
    return found != 0


async def set_counts(conn: AsyncConnection, user_id: int, now: datetime, *, counted: bool) -> None:
    """Let a person's saves count in what servers saved most, or not."""
    await ensure_user(conn, user_id, now)
    values = {"counted": int(counted), "updated_at": now}
    await conn.execute(
        insert(preferences)
        .values(user_id=user_id, **values)
        .on_conflict_do_update(index_elements=[preferences.c.user_id], set_=values)
    )


def _read_works(user_id: int) -> Select[Any]:
    """Return the papers on lists that mark them as read."""
    return select(work_of(saves.c.paper_id)).where(
        mine(user_id, None), saves.c.list_id.in_(read_lists(user_id))
    )


def counted() -> ColumnElement[bool]:
    """Return the condition on `saves` that a save counts: it stands, and its owner did not opt
    out."""
    silent = exists().where(preferences.c.user_id == saves.c.user_id, preferences.c.counted == 0)
    return (saves.c.kept == 1) & ~silent


def _saved(paper_id: str, rows: Sequence[Row[Any]], note: Note | None, read: set[int]) -> Saved:
    if note is not None and not rows:
        return Saved(paper_id, (), note.updated_at, None, NOWHERE, note.text, read=False)
    first = min(rows, key=lambda row: (row.saved_at, row.id))
    on = {row.list_id for row in rows}
    return Saved(
        paper_id=paper_id,
        lists=tuple(sorted(on)),
        saved_at=first.saved_at,
        via=Via(first.via),
        place=Place(first.message_id, first.channel_id, first.guild_id),
        note=None if note is None else note.text,
        read=bool(on & read),
    )
