"""Reactions as saves: a batch of events becomes a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chunks import chunks
from storage.engines.statements import insert
from storage.library import _lists
from storage.library._types import DEFAULT_LISTS, SAVE_EMOJI, Via, emoji_key, without_tone
from storage.tables import cards, saves

_DEFAULT_KEYS = frozenset(emoji_key(each.emoji) for each in DEFAULT_LISTS)

_SAVE = insert(saves)
_SAVE_AGAIN = _SAVE.on_conflict_do_update(
    index_elements=[saves.c.message_id, saves.c.user_id, saves.c.emoji_key, saves.c.paper_id],
    index_where=saves.c.emoji_key.is_not(None),
    set_={"kept": 1},
    where=saves.c.kept == 0,
)
_SAVE_UNLESS_KNOWN = _SAVE.on_conflict_do_nothing(
    index_elements=[saves.c.message_id, saves.c.user_id, saves.c.emoji_key, saves.c.paper_id],
    index_where=saves.c.emoji_key.is_not(None),
)
_UNSAVE = delete(saves).where(
    saves.c.message_id == bindparam("on_message"),
    saves.c.user_id == bindparam("by_user"),
    saves.c.emoji_key == bindparam("with_emoji"),
)


class Reaction(NamedTuple):
    """One person's emoji on one message; `emoji` is its key."""

    message_id: int
    user_id: int
    emoji: str


@dataclass(frozen=True, slots=True)
class Member:
    """What a person may do in a server, as far as a shelf asks."""

    role_ids: frozenset[int] = frozenset()
    manages: bool = False
    """Whether they may manage the server."""


@dataclass(frozen=True, slots=True)
class Reacted:
    """A user added a reaction, or took it off."""

    reaction: Reaction
    at: datetime
    added: bool = True
    member: Member | None = None
    """The user in the message's server; `None` where Discord does not say."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """A moderator took every reaction off a message, or every one with an emoji."""

    message_id: int
    emoji: str | None = None


Event = Reacted | Cleared


@dataclass(frozen=True, slots=True)
class Settled:
    """What some events come to: first what was cleared, then what else went, then what came."""

    cleared: list[Cleared] = field(default_factory=list[Cleared])
    removed: list[Reaction] = field(default_factory=list[Reaction])
    added: dict[Reaction, Reacted] = field(default_factory=dict[Reaction, Reacted])


def settle(events: Iterable[Event]) -> Settled:
    """Return what events, in this order, come to: the last one of a reaction counts."""
    cleared: list[Cleared] = []
    last: dict[Reaction, Reacted] = {}
    for event in events:
        if isinstance(event, Reacted):
            last[event.reaction] = event
        else:
            cleared.append(event)
            for reaction in [known for known in last if _covers(event, known)]:
                del last[reaction]
    return Settled(
        cleared,
        [reaction for reaction, event in last.items() if not event.added],
        {reaction: event for reaction, event in last.items() if event.added},
    )


async def apply(conn: AsyncConnection, events: Iterable[Event]) -> None:
    """Bring the saves to what these events, in this order, made of the reactions.

    Reactions on messages that show no paper, or with an emoji that is none of the person's, count
    for nothing.
    """
    settled = settle(events)
    for event in settled.cleared:
        await _clear(conn, event)
    if settled.removed:
        await remove(conn, settled.removed)
    if settled.added:
        await add(conn, {reaction: event.at for reaction, event in settled.added.items()})


async def add(
    conn: AsyncConnection, reactions: Mapping[Reaction, datetime], *, again: bool = True
) -> int:
    """Save what these reactions stand on; return how many of them mean something.

    Args:
        conn: the writer.
        reactions: with the moment each was added.
        again: whether a reaction that the person had overruled counts again, because they have just
            added it; false for one that was merely seen to stand.
    """
    shown = await _shown(conn, {reaction.message_id for reaction in reactions})
    meant = {reaction: at for reaction, at in reactions.items() if reaction.message_id in shown}
    mine = await _lists.by_emoji(conn, {reaction.user_id for reaction in meant})
    new = {
        reaction.user_id: at
        for reaction, at in meant.items()
        if reaction.user_id not in mine and without_tone(reaction.emoji) in _DEFAULT_KEYS
    }
    if new:
        await _lists.make_defaults(conn, new, min(new.values()))
        mine = {**mine, **await _lists.by_emoji(conn, new)}
    rows: list[dict[str, Any]] = []
    counted = 0
    for reaction, at in meant.items():
        list_id = _list_of(mine.get(reaction.user_id, {}), reaction.emoji)
        if list_id is None:
            continue
        counted += 1
        rows += (
            {
                "user_id": reaction.user_id,
                "list_id": list_id,
                "paper_id": card.paper_id,
                "via": Via.REACTION.value,
                "emoji_key": reaction.emoji,
                "kept": 1,
                "message_id": reaction.message_id,
                "channel_id": card.channel_id,
                "guild_id": card.guild_id,
                "saved_at": at,
            }
            for card in shown[reaction.message_id]
        )
    if rows:
        await conn.execute(_SAVE_AGAIN if again else _SAVE_UNLESS_KNOWN, rows)
    return counted


async def means(conn: AsyncConnection, reaction: Reaction) -> bool:
    """Return whether a reaction would save, if its message showed a paper."""
    mine = await _lists.by_emoji(conn, [reaction.user_id])
    if reaction.user_id not in mine:
        return reaction.emoji in _DEFAULT_KEYS
    return _list_of(mine[reaction.user_id], reaction.emoji) is not None


async def saving(conn: AsyncConnection, reactions: Iterable[Reaction]) -> set[Reaction]:
    """Return which of these reactions have an emoji that saves to a list of the person."""
    some = set(reactions)
    mine = await _lists.by_emoji(conn, {reaction.user_id for reaction in some})
    return {
        reaction
        for reaction in some
        if _list_of(mine.get(reaction.user_id, {}), reaction.emoji) is not None
    }


def is_default(key: str) -> bool:
    """Return whether an emoji, by its key, saves to one of the lists that everybody begins with."""
    return without_tone(key) in _DEFAULT_KEYS


async def remove(conn: AsyncConnection, reactions: Sequence[Reaction]) -> None:
    """Take away what these reactions saved, and nothing else."""
    await conn.execute(
        _UNSAVE,
        [
            {
                "on_message": reaction.message_id,
                "by_user": reaction.user_id,
                "with_emoji": reaction.emoji,
            }
            for reaction in reactions
        ],
    )


async def standing(conn: AsyncConnection, message_id: int) -> set[Reaction]:
    """Return the reactions on a message that we know of, overruled ones included."""
    rows = await conn.execute(
        select(saves.c.user_id, saves.c.emoji_key)
        .where(saves.c.message_id == message_id, saves.c.emoji_key.is_not(None))
        .distinct()
    )
    return {Reaction(message_id, row.user_id, row.emoji_key) for row in rows}


def _list_of(mine: Mapping[str | None, int], emoji: str) -> int | None:
    """Return the list that an emoji saves to: the one with this very emoji, else with its base."""
    if (exact := mine.get(emoji)) is not None:
        return exact
    base = without_tone(emoji)
    toned = {without_tone(key): list_id for key, list_id in mine.items() if key is not None}
    return toned.get(base, mine.get(None) if base == SAVE_EMOJI else None)


def _covers(event: Cleared, reaction: Reaction) -> bool:
    return event.message_id == reaction.message_id and event.emoji in (None, reaction.emoji)


async def _clear(conn: AsyncConnection, event: Cleared) -> None:
    statement = delete(saves).where(
        saves.c.message_id == event.message_id, saves.c.emoji_key.is_not(None)
    )
    if event.emoji is not None:
        statement = statement.where(saves.c.emoji_key == event.emoji)
    await conn.execute(statement)


async def _shown(conn: AsyncConnection, message_ids: Iterable[int]) -> dict[int, list[Any]]:
    shown: dict[int, list[Any]] = {}
    columns = (cards.c.message_id, cards.c.paper_id, cards.c.channel_id, cards.c.guild_id)
    for ids in chunks(list(message_ids)):
        for row in await conn.execute(select(*columns).where(cards.c.message_id.in_(ids))):
            shown.setdefault(row.message_id, []).append(row)
    return shown
