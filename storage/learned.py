"""What topics learn from: those of their papers that the person who follows them saved or hid.

Derived from saves, dismissals and matches. Only what those do not hold is stored: since when a
topic learns (`subscriptions.learned_since`), and papers that count as matched for one person alone
(`learned_papers`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    and_,
    delete,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import insert
from storage.hidden import Dismissal
from storage.papers import keys_of
from storage.tables import dismissals, learned_papers, lists, saves, subscriptions, topic_matches

MOST: Final = 50
"""Saved papers, and as many dismissed ones, that a topic is learned from: the newest."""


@dataclass(frozen=True, slots=True)
class TopicSignals:
    """What a person said of one topic's papers, by id, the newest last."""

    saved: dict[str, float]
    """Each with its score by the topic's text."""
    dismissed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearnedPaper:
    """A paper that counts as matched by a topic for one person."""

    topic_id: int
    paper_id: str
    score: float


async def signals(conn: AsyncConnection, user_id: int) -> dict[int, TopicSignals]:
    """Return what each of a person's topics learns from; no entry for one without any.

    A paper that was saved and dismissed counts as saved. Lists that are switched off for learning
    do not count.
    """
    statement = union_all(
        *(
            each
            for source in (topic_matches, learned_papers)
            for each in (_saved(source, user_id), _dismissed(source, user_id))
        )
    )
    rows = (await conn.execute(statement)).all()
    works = await keys_of(conn, [row.paper_id for row in rows])
    saved: dict[int, dict[str, tuple[datetime, float]]] = {}
    hidden: dict[int, dict[str, datetime]] = {}
    for row in rows:
        work = works[row.paper_id]
        if row.is_saved:
            known = saved.setdefault(row.topic_id, {})
            this: tuple[datetime, float] = (row.at, row.score)
            known[work] = max(this, known.get(work, this))
        else:
            refused = hidden.setdefault(row.topic_id, {})
            refused[work] = max(row.at, refused.get(work, row.at))
    return {
        topic_id: _newest(saved.get(topic_id, {}), hidden.get(topic_id, {}))
        for topic_id in {*saved, *hidden}
    }


async def forget(
    conn: AsyncConnection, user_id: int, topic_id: int, now: datetime
) -> tuple[bool, datetime | None]:
    """Let only what comes after `now` count; return whether the person follows the topic, and the
    moment that counted before."""
    mine = _subscription(user_id, topic_id)
    row = (await conn.execute(select(subscriptions.c.learned_since).where(mine))).one_or_none()
    if row is None:
        return False, None
    await conn.execute(update(subscriptions).where(mine).values(learned_since=now))
    return True, row.learned_since


async def remember(
    conn: AsyncConnection,
    user_id: int,
    topic_id: int,
    *,
    forgotten_at: datetime,
    before: datetime | None,
) -> bool:
    """Undo a `forget` unless there was another since; return whether it was undone."""
    undone = await conn.execute(
        update(subscriptions)
        .where(_subscription(user_id, topic_id), subscriptions.c.learned_since == forgotten_at)
        .values(learned_since=before)
    )
    return undone.rowcount == 1


async def add(conn: AsyncConnection, user_id: int, added: Sequence[LearnedPaper]) -> None:
    """Count papers as matched for one person by topics that the person still follows."""
    for each in added:
        followed = select(
            subscriptions.c.user_id,
            subscriptions.c.topic_id,
            literal(each.paper_id),
            literal(each.score),
        ).where(_subscription(user_id, each.topic_id))
        await conn.execute(
            insert(learned_papers)
            .from_select(["user_id", "topic_id", "paper_id", "score"], followed)
            .on_conflict_do_nothing()
        )


async def keep(conn: AsyncConnection, matches: Select[Any]) -> None:
    """Keep matches for the people who saved or dismissed them, before they go.

    Args:
        conn: a transaction.
        matches: their rows of `topic_matches`.
    """
    of = matches.subquery()
    said = union_all(
        select(saves.c.user_id, of.c.topic_id, of.c.paper_id, of.c.score).join_from(
            of, saves, and_(saves.c.paper_id == of.c.paper_id, saves.c.kept == 1)
        ),
        select(dismissals.c.user_id, of.c.topic_id, of.c.paper_id, of.c.score).join_from(
            of, dismissals, dismissals.c.paper_id == of.c.paper_id
        ),
    ).subquery()
    kept = (
        select(said)
        .join(
            subscriptions,
            and_(
                subscriptions.c.user_id == said.c.user_id,
                subscriptions.c.topic_id == said.c.topic_id,
            ),
        )
        .where(literal(value=True))
    )  # SQLite: a join before ON CONFLICT is ambiguous without
    await conn.execute(
        insert(learned_papers)
        .from_select(["user_id", "topic_id", "paper_id", "score"], kept)
        .on_conflict_do_nothing()
    )


async def move(conn: AsyncConnection, user_id: int, before: int, after: int) -> None:
    """Let a topic that comes in another's place learn from what that one learned from."""
    await keep(conn, select(topic_matches).where(topic_matches.c.topic_id == before))
    moved = select(
        learned_papers.c.user_id,
        literal(after),
        learned_papers.c.paper_id,
        learned_papers.c.score,
    ).where(learned_papers.c.user_id == user_id, learned_papers.c.topic_id == before)
    await conn.execute(
        insert(learned_papers)
        .from_select(["user_id", "topic_id", "paper_id", "score"], moved)
        .on_conflict_do_nothing()
    )
    await drop(conn, user_id, before)


async def drop(conn: AsyncConnection, user_id: int, topic_id: int) -> None:
    """Delete what counted as matched for a person who unsubscribes."""
    await conn.execute(
        delete(learned_papers).where(
            learned_papers.c.user_id == user_id, learned_papers.c.topic_id == topic_id
        )
    )


def _subscription(user_id: int, topic_id: int) -> ColumnElement[bool]:
    return (subscriptions.c.user_id == user_id) & (subscriptions.c.topic_id == topic_id)


def _saved(source: Table, user_id: int) -> Select[Any, Any, Any, Any, int]:
    return (
        select(
            source.c.topic_id,
            source.c.paper_id,
            source.c.score,
            saves.c.saved_at.label("at"),
            literal(1).label("is_saved"),
        )
        .join_from(saves, lists, lists.c.id == saves.c.list_id)
        .join(subscriptions, subscriptions.c.user_id == saves.c.user_id)
        .join(source, _of_topic(source, saves.c.paper_id))
        .where(
            saves.c.user_id == user_id,
            saves.c.kept == 1,
            lists.c.learn == 1,
            _counts(saves.c.saved_at),
        )
    )


def _dismissed(source: Table, user_id: int) -> Select[Any, Any, Any, Any, int]:
    return (
        select(
            source.c.topic_id,
            source.c.paper_id,
            source.c.score,
            dismissals.c.dismissed_at.label("at"),
            literal(0).label("is_saved"),
        )
        .join_from(dismissals, subscriptions, subscriptions.c.user_id == dismissals.c.user_id)
        .join(source, _of_topic(source, dismissals.c.paper_id))
        .where(
            dismissals.c.user_id == user_id,
            dismissals.c.kind == Dismissal.UNWANTED.value,
            _counts(dismissals.c.dismissed_at),
        )
    )


def _of_topic(source: Table, paper_id: Column[Any]) -> ColumnElement[bool]:
    same = (source.c.topic_id == subscriptions.c.topic_id) & (source.c.paper_id == paper_id)
    if source is learned_papers:
        same &= source.c.user_id == subscriptions.c.user_id
    return same


def _counts(at: Column[Any]) -> ColumnElement[bool]:
    return or_(subscriptions.c.learned_since.is_(None), at > subscriptions.c.learned_since)


def _newest(saved: dict[str, tuple[datetime, float]], hidden: dict[str, datetime]) -> TopicSignals:
    by_save = sorted(saved, key=lambda paper_id: (saved[paper_id][0], paper_id))[-MOST:]
    only_hidden = [paper_id for paper_id in hidden if paper_id not in saved]
    by_dismissal = sorted(only_hidden, key=lambda paper_id: (hidden[paper_id], paper_id))[-MOST:]
    return TopicSignals({paper_id: saved[paper_id][1] for paper_id in by_save}, tuple(by_dismissal))
