"""Adding to a shelf and taking back: by reaction, and on purpose.

An addition has an origin, as a save has: one reaction on one message, or the person's will. Taking
an origin away takes away nothing else, and never what another person added.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import library
from storage.chunks import chunks
from storage.engines.statements import insert
from storage.library import NOWHERE, Cleared, Event, Member, Place, Reaction
from storage.papers import all_keys, families
from storage.shelves._settings import ensure, of_guilds, same_emoji
from storage.shelves._types import AddedVia
from storage.tables import cards, shelf_additions, shelf_papers, users

_ADD = insert(shelf_additions)
_REACTION = [
    shelf_additions.c.message_id,
    shelf_additions.c.user_id,
    shelf_additions.c.emoji_key,
    shelf_additions.c.paper_id,
]
_ADD_AGAIN = _ADD.on_conflict_do_update(
    index_elements=_REACTION,
    index_where=shelf_additions.c.emoji_key.is_not(None),
    set_={"kept": 1, "added_at": _ADD.excluded.added_at},
    where=shelf_additions.c.kept == 0,
)
_ADD_UNLESS_KNOWN = _ADD.on_conflict_do_nothing(
    index_elements=_REACTION, index_where=shelf_additions.c.emoji_key.is_not(None)
)
_ADD_ON_PURPOSE = _ADD.on_conflict_do_nothing(
    index_elements=[
        shelf_additions.c.guild_id,
        shelf_additions.c.user_id,
        shelf_additions.c.paper_id,
    ],
    index_where=shelf_additions.c.emoji_key.is_(None),
)


async def apply(conn: AsyncConnection, events: Iterable[Event]) -> None:
    """Bring the shelves to what these events, in this order, made of the reactions.

    Reactions count where their message shows papers in a server, their emoji is that of its shelf,
    the person may add there, and the emoji saves to no list of theirs.
    """
    settled = library.settle(events)
    for event in settled.cleared:
        await _clear(conn, event)
    await remove(conn, settled.removed)
    await add(
        conn,
        {reaction: event.at for reaction, event in settled.added.items()},
        {reaction: event.member for reaction, event in settled.added.items()},
    )


async def add(
    conn: AsyncConnection,
    reactions: Mapping[Reaction, datetime],
    members: Mapping[Reaction, Member | None],
    *,
    again: bool = True,
) -> int:
    """Add what these reactions stand on; return how many of them mean something.

    Args:
        conn: the writer.
        reactions: with the moment each was added.
        members: what is known of the persons in the server of each.
        again: as in `library.add_reactions`.
    """
    # What saves for everybody is never a shelf's: most reactions end here.
    some = {each: at for each, at in reactions.items() if not library.is_default(each.emoji)}
    shown = await _shown(conn, {reaction.message_id for reaction in some})
    some = {each: at for each, at in some.items() if each.message_id in shown}
    if not some:
        return 0
    found = await of_guilds(conn, {card.guild_id for on in shown.values() for card in on})
    meant = {
        reaction: at
        for reaction, at in some.items()
        if same_emoji(shelf := found[shown[reaction.message_id][0].guild_id], reaction.emoji)
        and shelf.lets(members.get(reaction))
    }
    private = await library.saving(conn, meant)
    meant = {reaction: at for reaction, at in meant.items() if reaction not in private}
    if not meant:
        return 0
    here = {shown[reaction.message_id][0].guild_id for reaction in meant}
    await ensure(conn, here, min(meant.values()))
    blocked = await _blocked(conn, here)
    rows: list[dict[str, Any]] = [
        {
            "guild_id": card.guild_id,
            "user_id": reaction.user_id,
            "paper_id": card.paper_id,
            "via": AddedVia.REACTION.value,
            "emoji_key": reaction.emoji,
            "kept": 1,
            "message_id": reaction.message_id,
            "channel_id": card.channel_id,
            "added_at": at,
        }
        for reaction, at in meant.items()
        for card in shown[reaction.message_id]
        if (card.guild_id, card.paper_id) not in blocked
    ]
    if rows:
        await _ensure_users(conn, {row["user_id"]: row["added_at"] for row in rows})
        await conn.execute(_ADD_AGAIN if again else _ADD_UNLESS_KNOWN, rows)
    return len(meant)


async def remove(conn: AsyncConnection, reactions: Sequence[Reaction]) -> None:
    """Take back what these reactions added, and nothing else."""
    for reaction in reactions:
        await conn.execute(
            delete(shelf_additions).where(
                shelf_additions.c.message_id == reaction.message_id,
                shelf_additions.c.user_id == reaction.user_id,
                shelf_additions.c.emoji_key == reaction.emoji,
            )
        )


async def standing(conn: AsyncConnection, message_id: int) -> set[Reaction]:
    """Return the reactions on a message that added something, overruled ones included."""
    rows = await conn.execute(
        select(shelf_additions.c.user_id, shelf_additions.c.emoji_key)
        .where(shelf_additions.c.message_id == message_id, shelf_additions.c.emoji_key.is_not(None))
        .distinct()
    )
    return {Reaction(message_id, row.user_id, row.emoji_key) for row in rows}


async def add_on_purpose(
    conn: AsyncConnection,
    guild_id: int,
    user_id: int,
    paper_id: str,
    *,
    via: AddedVia,
    now: datetime,
    place: Place = NOWHERE,
) -> bool:
    """Add a paper for a person; false, and nothing changes, for one that is blocked there."""
    await ensure(conn, [guild_id], now)
    if (guild_id, paper_id) in await _blocked(conn, [guild_id]):
        return False
    await _ensure_users(conn, {user_id: now})
    await conn.execute(
        _ADD_ON_PURPOSE.values(
            guild_id=guild_id,
            user_id=user_id,
            paper_id=paper_id,
            via=via.value,
            kept=1,
            message_id=place.message_id,
            channel_id=place.channel_id,
            added_at=now,
        )
    )
    return True


async def take_back(conn: AsyncConnection, guild_id: int, user_id: int, paper_id: str) -> None:
    """Take back what a person added, however; what others added stays."""
    keys = await families(conn, [paper_id])
    await _overrule(
        conn,
        (shelf_additions.c.guild_id == guild_id)
        & (shelf_additions.c.user_id == user_id)
        & shelf_additions.c.paper_id.in_(keys),
    )


async def take_off(conn: AsyncConnection, guild_id: int, paper_id: str) -> None:
    """Take a paper off a shelf for all who added it; anyone may add it again."""
    keys = await families(conn, [paper_id])
    await _overrule(
        conn, (shelf_additions.c.guild_id == guild_id) & shelf_additions.c.paper_id.in_(keys)
    )
    await _mark(conn, guild_id, paper_id, pinned_at=None)


async def pin(conn: AsyncConnection, guild_id: int, paper_id: str, now: datetime) -> None:
    """Keep a paper on a shelf even if no one added it; a blocked one is blocked no more."""
    await ensure(conn, [guild_id], now)
    await _mark(conn, guild_id, paper_id, pinned_at=now, blocked_at=None)


async def unpin(conn: AsyncConnection, guild_id: int, paper_id: str) -> None:
    """Leave a paper on a shelf only as long as members want it there."""
    await _mark(conn, guild_id, paper_id, pinned_at=None)


async def block(conn: AsyncConnection, guild_id: int, paper_id: str, now: datetime) -> None:
    """Take a paper off a shelf and let no one add it."""
    await ensure(conn, [guild_id], now)
    await take_off(conn, guild_id, paper_id)
    await _mark(conn, guild_id, paper_id, blocked_at=now)


async def unblock(conn: AsyncConnection, guild_id: int, paper_id: str) -> None:
    """Let members add a paper again."""
    await _mark(conn, guild_id, paper_id, blocked_at=None)


async def _overrule(conn: AsyncConnection, which: ColumnElement[bool]) -> None:
    """End additions; reactions may still stand, and are kept in mind as overruled."""
    await conn.execute(delete(shelf_additions).where(which, shelf_additions.c.emoji_key.is_(None)))
    await conn.execute(update(shelf_additions).where(which).values(kept=0))


async def _mark(
    conn: AsyncConnection, guild_id: int, paper_id: str, **values: datetime | None
) -> None:
    """Set what a server's admins say of a paper, whichever keys of its work they named before."""
    keys = await families(conn, [paper_id])
    statement = insert(shelf_papers)
    if any(value is not None for value in values.values()):
        await conn.execute(
            statement.values(guild_id=guild_id, paper_id=paper_id, **values).on_conflict_do_update(
                index_elements=[shelf_papers.c.guild_id, shelf_papers.c.paper_id], set_=values
            )
        )
    gone = {name: None for name, value in values.items() if value is None}
    if gone:
        await conn.execute(
            update(shelf_papers)
            .where(shelf_papers.c.guild_id == guild_id, shelf_papers.c.paper_id.in_(keys))
            .values(gone)
        )


async def _blocked(conn: AsyncConnection, guild_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Return what is blocked in some servers, by every key of each paper's work."""
    found: set[tuple[int, str]] = set()
    for ids in chunks(list(guild_ids)):
        statement = select(shelf_papers.c.guild_id, shelf_papers.c.paper_id).where(
            shelf_papers.c.guild_id.in_(ids), shelf_papers.c.blocked_at.is_not(None)
        )
        found.update((row.guild_id, row.paper_id) for row in await conn.execute(statement))
    keys = await all_keys(conn, {paper_id for _, paper_id in found})
    return {(guild_id, key) for guild_id, paper_id in found for key in keys[paper_id]}


async def _clear(conn: AsyncConnection, event: Cleared) -> None:
    statement = delete(shelf_additions).where(
        shelf_additions.c.message_id == event.message_id,
        shelf_additions.c.emoji_key.is_not(None),
    )
    if event.emoji is not None:
        statement = statement.where(shelf_additions.c.emoji_key == event.emoji)
    await conn.execute(statement)


async def _ensure_users(conn: AsyncConnection, since: Mapping[int, datetime]) -> None:
    await conn.execute(
        insert(users).on_conflict_do_nothing(),
        [{"id": user_id, "created_at": at} for user_id, at in since.items()],
    )


async def _shown(conn: AsyncConnection, message_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Return what these messages show, those in servers alone."""
    shown: dict[int, list[Any]] = {}
    columns = (cards.c.message_id, cards.c.paper_id, cards.c.channel_id, cards.c.guild_id)
    for ids in chunks(list(message_ids)):
        statement = select(*columns).where(
            cards.c.message_id.in_(ids), cards.c.guild_id.is_not(None)
        )
        for row in await conn.execute(statement):
            shown.setdefault(row.message_id, []).append(row)
    return shown
