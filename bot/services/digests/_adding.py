"""Storing a subscription, and what its first digest begins with."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.i18n import current
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.services.digests._texts import often
from bot.services.topics import read_topic
from bot.settings import Settings
from storage import digests, subscriptions
from storage.subscriptions import Every, Mode, StoredTopic, Subscriber, TopicDraft

TRENDING = "trending"


@dataclass(frozen=True, slots=True)
class Added:
    """What storing a subscription changed."""

    person: Subscriber
    query: str
    topic: StoredTopic | None
    """The topic as it is matched, `None` for `trending`."""
    new: bool
    replaced: str | None
    """The topic in whose place this one came, as it was written; the same one where only its
    settings changed."""
    rhythm: str
    """How the whole digest's rhythm changed, as a sentence, where it did."""
    seen: int = 0
    """Papers that the preview showed, which no digest brings again."""


async def add_topic(
    conn: AsyncConnection,
    user_id: int,
    draft: TopicDraft,
    now: datetime,
    *,
    replaces: int,
    settings: Settings,
    most: int,
    unsubscribe: str,
) -> Added:
    """Subscribe a person to a topic as it was previewed.

    Args:
        conn: a writer; an exception must undo what it wrote.
        user_id: whose subscription it is.
        draft: the topic as it was previewed, and what they saw of it.
        now: the present instant.
        replaces: the id of the topic that ends with this, 0 for none.
        settings: when digests come, for a person's first subscription.
        most: how many topics a person can follow.
        unsubscribe: the command that ends one, as a mention.

    Raises:
        UserError: they follow as many as one can.
    """
    trending = draft.mode is Mode.TRENDING
    topic = None if trending else read_topic(draft.query)
    key, query = (TRENDING, TRENDING) if topic is None else (topic.key, str(topic))
    person = await subscriptions.ensure_subscriber(
        conn,
        user_id,
        at=settings.default_time,
        timezone=settings.default_timezone,
        every=draft.every or Every.DAY,
        now=now,
        language=current().code,
    )
    rhythm = ""
    if draft.every is not None and draft.every is not person.every:
        rhythm = _(
            "Your digest, with all your topics, now comes: {now} (before: {before}).",
            now=often(draft.every),
            before=often(person.every),
        )
        person = replace(person, every=draft.every)
        await subscriptions.change_settings(conn, person)
    new = await subscriptions.subscribe(
        conn,
        user_id,
        key=key,
        query=query,
        mode=draft.mode,
        min_votes=draft.min_votes,
        now=now,
        brings_from=await _brings_from(conn, user_id, draft, replaces, now),
        sources=draft.sources,
    )
    await digests.count_as_brought(conn, user_id, draft.shown, now)
    stored = await subscriptions.topic_of_key(conn, draft.mode, key, draft.sources)
    same = stored is not None and stored.id == replaces
    replaced = query if same else None
    if replaces and not same:
        if stored is not None and draft.mode is not Mode.TRENDING:
            await subscriptions.move_links(conn, user_id, replaces, stored.id)
        ended = await subscriptions.unsubscribe(conn, user_id, replaces)
        replaced = ended.query if ended else None
    if len(await subscriptions.of_user(conn, user_id)) > most:
        # Raising takes back what was written.
        raise UserError(
            _(
                "You already follow {most} topics, the most there can be. Remove one with"
                " {command} first.",
                most=most,
                command=unsubscribe,
            )
        )
    return Added(person, query, stored, new, replaced, rhythm, len(draft.shown))


async def _brings_from(
    conn: AsyncConnection, user_id: int, draft: TopicDraft, replaces: int, now: datetime
) -> datetime:
    """Return from when on digests bring what a topic matched.

    One that comes in another's place also brings what it matched since the last digest.
    """
    begun = draft.brings_from or now
    before = await subscriptions.brings_from(conn, user_id, replaces) if replaces else None
    if before is None:
        return begun
    last = await digests.last_planned(conn, user_id)
    return min(begun, before if last is None else max(before, last))
