"""Libraries: people's lists, the papers on them, and what holds each in its place.

A save stands as long as something holds it: a reaction on a message, a button, a command, an
import. Taking one away takes only that, so that a reaction and a button never contradict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.papers import StoredPaper, stored
from storage.sqlite import insert
from storage.tables import cards, holds, lists, papers, preferences, saves, users

DEFAULT_LISTS = (("to read", "🔖"), ("favourites", "⭐"), ("read", "✅"))
"""The lists that everybody has; the first one is the default."""

READ = "read"
"""The list that marks a paper as read."""


class Kind(StrEnum):
    """What can hold a save."""

    REACTION = "reaction"
    BUTTON = "button"
    COMMAND = "command"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class ReadingList:
    """One of a person's lists; `papers` counts what is on it."""

    id: int
    user_id: int
    name: str
    emoji: str | None
    is_default: bool
    papers: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """What put a save there, and where."""

    kind: Kind
    message_id: int = 0
    guild_id: int | None = None
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """A paper on a list."""

    paper: StoredPaper
    list_id: int
    list_name: str
    emoji: str | None
    saved_at: datetime
    guild_id: int | None
    channel_id: int | None
    note: str | None


async def of_user(conn: AsyncConnection, user_id: int) -> list[ReadingList]:
    """Return a person's lists, the default first; none for somebody who never saved."""
    counted = (
        select(func.count())
        .select_from(saves)
        .where(saves.c.list_id == lists.c.id)
        .scalar_subquery()
    )
    rows = await conn.execute(
        select(
            lists.c.id, lists.c.user_id, lists.c.name, lists.c.emoji, lists.c.is_default, counted
        )
        .where(lists.c.user_id == user_id)
        .order_by(lists.c.is_default.desc(), lists.c.id)
    )
    return [
        ReadingList(
            id=number,
            user_id=owner,
            name=name,
            emoji=emoji,
            is_default=bool(default),
            papers=count,
        )
        for number, owner, name, emoji, default, count in rows
    ]


async def ensure_lists(conn: AsyncConnection, user_id: int, now: datetime) -> list[ReadingList]:
    """Return a person's lists, made now for somebody who has none."""
    known = await of_user(conn, user_id)
    if known:
        return known
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())
    await conn.execute(
        insert(lists).on_conflict_do_nothing(),
        [
            {
                "user_id": user_id,
                "name": name,
                "emoji": emoji,
                "is_default": int(place == 0),
                "created_at": now,
            }
            for place, (name, emoji) in enumerate(DEFAULT_LISTS)
        ],
    )
    return await of_user(conn, user_id)


async def list_of_emoji(
    conn: AsyncConnection, user_id: int, emoji: str, now: datetime
) -> int | None:
    """Return the list that an emoji saves to for this person, `None` if it is none of theirs."""
    row = await conn.scalar(
        select(lists.c.id).where(lists.c.user_id == user_id, lists.c.emoji == emoji)
    )
    if row is not None or not any(emoji == default for _, default in DEFAULT_LISTS):
        return row
    if await conn.scalar(select(exists().where(lists.c.user_id == user_id))):
        return None  # they gave that list another emoji
    made = await ensure_lists(conn, user_id, now)
    return next((each.id for each in made if each.emoji == emoji), None)


async def hold(
    conn: AsyncConnection,
    user_id: int,
    list_id: int,
    paper_id: str,
    origin: Origin,
    now: datetime,
    *,
    note: str | None = None,
) -> bool:
    """Save a paper to a list; return whether it was not on it before. Twice is once."""
    added = await conn.scalar(
        insert(saves)
        .values(
            list_id=list_id,
            paper_id=paper_id,
            user_id=user_id,
            saved_at=now,
            guild_id=origin.guild_id,
            channel_id=origin.channel_id,
            note=note,
        )
        .on_conflict_do_nothing()
        .returning(saves.c.list_id)
    )
    await conn.execute(
        insert(holds)
        .values(
            list_id=list_id,
            paper_id=paper_id,
            kind=origin.kind.value,
            message_id=origin.message_id,
            at=now,
        )
        .on_conflict_do_nothing()
    )
    return added is not None


async def release(
    conn: AsyncConnection, list_id: int, paper_id: str, kind: Kind, message_id: int = 0
) -> bool:
    """Take one hold away; return whether the paper left the list with it."""
    await conn.execute(
        delete(holds).where(
            holds.c.list_id == list_id,
            holds.c.paper_id == paper_id,
            holds.c.kind == kind.value,
            holds.c.message_id == message_id,
        )
    )
    return await _drop_unheld(conn, list_id, paper_id)


async def release_reactions(
    conn: AsyncConnection, message_id: int, emoji: str | None = None
) -> int:
    """Take away what reactions on a message hold; return how many papers left their lists."""
    mine = select(holds.c.list_id, holds.c.paper_id).where(
        holds.c.message_id == message_id, holds.c.kind == Kind.REACTION.value
    )
    if emoji is not None:
        mine = mine.join(lists, lists.c.id == holds.c.list_id).where(lists.c.emoji == emoji)
    left = 0
    for list_id, paper_id in (await conn.execute(mine)).all():
        left += await release(conn, list_id, paper_id, Kind.REACTION, message_id)
    return left


async def remove(conn: AsyncConnection, list_id: int, paper_id: str) -> bool:
    """Take a paper off a list, whatever holds it there; return whether it was on it."""
    result = await conn.execute(
        delete(saves).where(saves.c.list_id == list_id, saves.c.paper_id == paper_id)
    )
    return result.rowcount == 1


async def move(conn: AsyncConnection, paper_id: str, source: int, target: int) -> bool:
    """Move a paper to another list of the same person; return whether it was on the first.

    Its note goes along. A reaction that held it stays on the message, and no longer holds it.
    """
    there = (saves.c.list_id == source) & (saves.c.paper_id == paper_id)
    known = (await conn.execute(select(saves).where(there))).one_or_none()
    if known is None:
        return False
    origin = Origin(Kind.COMMAND, 0, known.guild_id, known.channel_id)
    await hold(conn, known.user_id, target, paper_id, origin, known.saved_at, note=known.note)
    if source != target:
        await remove(conn, source, paper_id)
    return True


async def _drop_unheld(conn: AsyncConnection, list_id: int, paper_id: str) -> bool:
    held = exists().where(holds.c.list_id == saves.c.list_id, holds.c.paper_id == saves.c.paper_id)
    result = await conn.execute(
        delete(saves).where(saves.c.list_id == list_id, saves.c.paper_id == paper_id, ~held)
    )
    return result.rowcount == 1


async def saved_papers(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return every paper that a person has saved."""
    rows = await conn.execute(select(saves.c.paper_id).where(saves.c.user_id == user_id))
    return set(rows.scalars())


async def lists_of_paper(conn: AsyncConnection, user_id: int, paper_id: str) -> list[str]:
    """Return the names of the person's lists that a paper is on."""
    rows = await conn.execute(
        select(lists.c.name)
        .join(saves, saves.c.list_id == lists.c.id)
        .where(saves.c.user_id == user_id, saves.c.paper_id == paper_id)
        .order_by(lists.c.id)
    )
    return list(rows.scalars())


async def shelf(conn: AsyncConnection, user_id: int, list_id: int | None = None) -> list[Saved]:
    """Return what a person has saved, the newest first."""
    statement = (
        select(
            papers,
            lists.c.id.label("list_id"),
            lists.c.name.label("list_name"),
            lists.c.emoji,
            saves.c.saved_at,
            saves.c.guild_id,
            saves.c.channel_id,
            saves.c.note,
        )
        .join(saves, saves.c.paper_id == papers.c.id)
        .join(lists, lists.c.id == saves.c.list_id)
        .where(saves.c.user_id == user_id)
        .order_by(saves.c.saved_at.desc(), papers.c.id)
    )
    if list_id is not None:
        statement = statement.where(saves.c.list_id == list_id)
    return [_saved(row) for row in await conn.execute(statement)]


async def set_note(conn: AsyncConnection, user_id: int, paper_id: str, note: str | None) -> bool:
    """Write a note on a paper, on each list that has it; return whether it is saved at all."""
    result = await conn.execute(
        update(saves)
        .where(saves.c.user_id == user_id, saves.c.paper_id == paper_id)
        .values(note=note)
    )
    return result.rowcount > 0


async def create(
    conn: AsyncConnection, user_id: int, name: str, emoji: str | None, now: datetime
) -> int | None:
    """Make a list; `None` if the name or the emoji is taken."""
    await ensure_lists(conn, user_id, now)
    return await conn.scalar(
        insert(lists)
        .values(user_id=user_id, name=name, emoji=emoji, is_default=0, created_at=now)
        .on_conflict_do_nothing()
        .returning(lists.c.id)
    )


async def change(conn: AsyncConnection, wanted: ReadingList) -> bool:
    """Store a list's name and emoji, made with `dataclasses.replace`; false if one is taken."""
    others = (lists.c.user_id == wanted.user_id) & (lists.c.id != wanted.id)
    clash = (lists.c.name == wanted.name) | (
        (lists.c.emoji == wanted.emoji) & lists.c.emoji.is_not(None)
    )
    if await conn.scalar(select(exists().where(others, clash))):
        return False
    await conn.execute(
        update(lists)
        .where(lists.c.id == wanted.id, lists.c.user_id == wanted.user_id)
        .values(name=wanted.name, emoji=wanted.emoji)
    )
    return True


async def make_default(conn: AsyncConnection, user_id: int, list_id: int) -> None:
    """Let buttons and commands save to this list."""
    await conn.execute(
        update(lists).where(lists.c.user_id == user_id).values(is_default=(lists.c.id == list_id))
    )


async def drop(conn: AsyncConnection, user_id: int, list_id: int) -> None:
    """Delete a list with what is on it."""
    await conn.execute(delete(lists).where(lists.c.id == list_id, lists.c.user_id == user_id))


async def card_ids(conn: AsyncConnection) -> set[int]:
    """Return every message of ours that shows papers."""
    return set((await conn.execute(select(cards.c.message_id))).scalars())


async def papers_of_message(conn: AsyncConnection, message_id: int) -> list[str]:
    """Return the papers that a message of ours shows."""
    rows = await conn.execute(select(cards.c.paper_id).where(cards.c.message_id == message_id))
    return list(rows.scalars())


async def recent_cards(
    conn: AsyncConnection, since: datetime, limit: int
) -> list[tuple[int, int, int | None]]:
    """Return the newest messages that show papers: message, channel and server."""
    rows = await conn.execute(
        select(cards.c.message_id, cards.c.channel_id, cards.c.guild_id)
        .where(cards.c.posted_at >= since)
        .distinct()
        .order_by(cards.c.message_id.desc())
        .limit(limit)
    )
    return [(row.message_id, row.channel_id, row.guild_id) for row in rows]


async def add_card(
    conn: AsyncConnection,
    message_id: int,
    paper_ids: Sequence[str],
    *,
    channel_id: int,
    guild_id: int | None,
    now: datetime,
) -> None:
    """Record that a message of ours shows these papers, so that reacting to it saves them."""
    await conn.execute(
        insert(cards).on_conflict_do_nothing(),
        [
            {
                "message_id": message_id,
                "paper_id": paper_id,
                "channel_id": channel_id,
                "guild_id": guild_id,
                "posted_at": now,
            }
            for paper_id in paper_ids
        ],
    )


async def reacted(conn: AsyncConnection, message_id: int) -> set[tuple[int, str]]:
    """Return whose reactions with which emoji hold saves on a message, as we know it."""
    rows = await conn.execute(
        select(lists.c.user_id, lists.c.emoji)
        .join(holds, holds.c.list_id == lists.c.id)
        .where(holds.c.message_id == message_id, holds.c.kind == Kind.REACTION.value)
    )
    return {(row.user_id, row.emoji) for row in rows if row.emoji is not None}


async def emoji_in_use(conn: AsyncConnection) -> set[str]:
    """Return every emoji that saves for anybody."""
    rows = await conn.execute(select(lists.c.emoji).where(lists.c.emoji.is_not(None)).distinct())
    return {emoji for _, emoji in DEFAULT_LISTS} | set(rows.scalars())


async def top(
    conn: AsyncConnection, guild_id: int, since: datetime, limit: int
) -> list[tuple[StoredPaper, int]]:
    """Return the papers that most members of a server saved there since then, and how many did."""
    counted = func.count(saves.c.user_id.distinct())
    rows = await conn.execute(
        select(papers, counted.label("members"))
        .join(saves, saves.c.paper_id == papers.c.id)
        .where(saves.c.guild_id == guild_id, saves.c.saved_at >= since, _counts())
        .group_by(papers.c.row)
        .order_by(counted.desc(), papers.c.upvotes.desc(), papers.c.id)
        .limit(limit)
    )
    return [(stored(row), row.members) for row in rows]


async def saved_count(conn: AsyncConnection, guild_id: int, paper_id: str) -> int:
    """Return how many members saved a paper in a server."""
    return (
        await conn.scalar(
            select(func.count(saves.c.user_id.distinct())).where(
                saves.c.guild_id == guild_id, saves.c.paper_id == paper_id, _counts()
            )
        )
        or 0
    )


async def counts(conn: AsyncConnection, user_id: int) -> bool:
    """Return whether a person's saves count in a server's list."""
    found = await conn.scalar(select(preferences.c.counted).where(preferences.c.user_id == user_id))
    return found != 0


async def set_counts(conn: AsyncConnection, user_id: int, counted: bool, now: datetime) -> None:
    """Let a person's saves count in a server's list, or not."""
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())
    await conn.execute(
        insert(preferences)
        .values(user_id=user_id, counted=int(counted))
        .on_conflict_do_update(
            index_elements=[preferences.c.user_id], set_={"counted": int(counted)}
        )
    )


def _counts() -> Any:
    silent = exists().where(preferences.c.user_id == saves.c.user_id, preferences.c.counted == 0)
    return ~silent


def _saved(row: Row[Any]) -> Saved:
    return Saved(
        paper=stored(row),
        list_id=row.list_id,
        list_name=row.list_name,
        emoji=row.emoji,
        saved_at=row.saved_at,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        note=row.note,
    )
