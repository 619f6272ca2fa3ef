"""What a person does not get: papers they know or do not want, and authors and words they hide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.mutes import Mutes
from storage.engines.statements import delete_some, insert
from storage.papers import every_key
from storage.tables import (
    dismissals,
    lists,
    mutes,
    opened_papers,
    papers,
    saves,
    subscriptions,
    users,
)
from storage.types import UTCDateTime

OPENED_KEPT: Final = timedelta(days=60)
"""How long an opened paper is kept: nothing brings papers that came a month before."""

_INSERT_USER: Final = insert(users).on_conflict_do_nothing()


class Dismissal(StrEnum):
    """Why a person does not want to get a paper again."""

    UNWANTED = "unwanted"
    """Nor papers like it."""
    SEEN = "seen"


class MuteKind(StrEnum):
    """What a person hides papers by."""

    AUTHOR = "author"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Mute:
    """An author or a word whose papers a person does not get."""

    id: int
    kind: MuteKind
    text: str
    """The name or the words as they were chosen or typed."""


async def known(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return every key of the papers that a person saved, dismissed or opened."""
    on_lists = (
        select(saves.c.paper_id)
        .join(lists, lists.c.id == saves.c.list_id)
        .where(saves.c.user_id == user_id, saves.c.kept == 1)
    )
    refused = select(dismissals.c.paper_id).where(dismissals.c.user_id == user_id)
    opened = select(opened_papers.c.paper_id).where(opened_papers.c.user_id == user_id)
    some = on_lists.union(refused, opened).subquery()
    return set(await conn.scalars(every_key(select(some))))


async def dismiss(
    conn: AsyncConnection, user_id: int, paper_ids: Sequence[str], kind: Dismissal, now: datetime
) -> None:
    """Note that a person does not want to get these known papers again, from now on."""
    if not paper_ids:
        return
    await conn.execute(_INSERT_USER, [{"id": user_id, "created_at": now}])
    statement = insert(dismissals)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[dismissals.c.user_id, dismissals.c.paper_id],
        set_={"dismissed_at": new.dismissed_at, "kind": new.kind},
    )
    each = {"user_id": user_id, "dismissed_at": now, "kind": kind.value}
    await conn.execute(statement, [{**each, "paper_id": paper_id} for paper_id in paper_ids])


async def restore(conn: AsyncConnection, user_id: int, dismissed_at: datetime | None) -> int:
    """Let papers come again, those of one moment or all; return how many that was."""
    statement = delete(dismissals).where(dismissals.c.user_id == user_id)
    if dismissed_at is not None:
        statement = statement.where(dismissals.c.dismissed_at == dismissed_at)
    return (await conn.execute(statement)).rowcount


async def dismissed(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return every key of the papers that a person dismissed, for whatever reason."""
    mine = dismissals.c.user_id == user_id
    return set(await conn.scalars(every_key(select(dismissals.c.paper_id).where(mine))))


async def keeps_anything(conn: AsyncConnection, user_id: int) -> bool:
    """Return whether a person follows a topic or has a list."""
    return bool(await conn.scalar(select(_keeps_anything(user_id))))


async def note_opened(conn: AsyncConnection, user_id: int, paper_id: str, now: datetime) -> None:
    """Note that a person opened a known paper, if they follow a topic or have a list."""
    row = select(
        literal(user_id).label("user_id"),
        papers.c.id,
        literal(now, UTCDateTime).label("opened_at"),
    ).where(papers.c.id == paper_id, _keeps_anything(user_id))
    statement = insert(opened_papers).from_select(["user_id", "paper_id", "opened_at"], row)
    await conn.execute(
        statement.on_conflict_do_update(
            index_elements=[opened_papers.c.user_id, opened_papers.c.paper_id],
            set_={"opened_at": statement.excluded.opened_at},
        )
    )


async def forget_opened(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete what was opened more than `OPENED_KEPT` ago; return how many rows, 0 at the end."""
    old = opened_papers.c.opened_at < now - OPENED_KEPT
    return await delete_some(conn, opened_papers, old, first=opened_papers.c.opened_at, most=most)


async def mute(
    conn: AsyncConnection, user_id: int, kind: MuteKind, *, key: str, text: str, now: datetime
) -> Mute:
    """Hide an author's papers, or those with a word; `key` is the text as it is compared."""
    await conn.execute(_INSERT_USER, [{"id": user_id, "created_at": now}])
    values = {"user_id": user_id, "kind": kind.value, "key": key, "text": text, "created_at": now}
    row = await conn.execute(
        insert(mutes)
        .values(**values)
        .on_conflict_do_update(
            index_elements=[mutes.c.user_id, mutes.c.kind, mutes.c.key], set_={"text": text}
        )
        .returning(mutes.c.id)
    )
    return Mute(row.scalar_one(), kind, text)


async def unmute(conn: AsyncConnection, user_id: int, mute_ids: Iterable[int]) -> int:
    """Let a person get papers of authors or with words again; return how many entries went."""
    statement = delete(mutes).where(mutes.c.user_id == user_id, mutes.c.id.in_(list(mute_ids)))
    return (await conn.execute(statement)).rowcount


async def muted(conn: AsyncConnection, user_id: int) -> list[Mute]:
    """Return the authors and words that a person hides, the oldest first."""
    rows = await conn.execute(
        select(mutes.c.id, mutes.c.kind, mutes.c.text)
        .where(mutes.c.user_id == user_id)
        .order_by(mutes.c.id)
    )
    return [Mute(row.id, MuteKind(row.kind), row.text) for row in rows]


async def mutes_of(conn: AsyncConnection, user_id: int) -> Mutes:
    """Return what tells which papers a person hides."""
    mine = await muted(conn, user_id)
    return Mutes(
        authors=[each.text for each in mine if each.kind is MuteKind.AUTHOR],
        phrases=[each.text for each in mine if each.kind is MuteKind.WORD],
    )


def _keeps_anything(user_id: int) -> ColumnElement[bool]:
    return or_(
        exists(select(subscriptions.c.user_id).where(subscriptions.c.user_id == user_id)),
        exists(select(lists.c.user_id).where(lists.c.user_id == user_id)),
    )
