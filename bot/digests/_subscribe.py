"""Following a topic: the settings somebody new gets, the first direct message, and closed ones."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot import limits
from bot.digests._buttons import ManageTopics, ShowSettings
from bot.digests._texts import next_digest, often
from bot.outcomes import Failure, Reason
from bot.topics import read_topic
from bot.ui.errors import UserError
from bot.ui.notices import render_notice
from bot.ui.text import escape
from storage import subscriptions
from storage.subscriptions import Every, Mode, Subscriber, TopicDraft

if TYPE_CHECKING:
    from bot.client import PaperBot

TRENDING = "trending"
MOST_TOPICS = limits.SELECT_OPTIONS
"""Topics of one person: what one select can list for ending them."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What following a topic led to."""

    new: bool
    when: str
    """When the next digest comes, as a sentence without its full stop."""
    failure: Failure | None = None
    """What kept the confirmation from arriving."""
    replaced: str | None = None
    """The topic in whose place this one came, as it was written; the same one where only its
    settings changed."""
    rhythm: str = ""
    """How the whole digest's rhythm changed, as a sentence, where it did."""


async def follow(
    bot: "PaperBot", user_id: int, draft: TopicDraft, now: datetime, *, replaces: int = 0
) -> Followed:
    """Subscribe a person to a topic, and tell them by direct message.

    One that comes in another's place is not told: the person was told of the first.

    Args:
        bot: the bot.
        user_id: whose subscription it is.
        draft: the topic as it was previewed.
        now: the present instant.
        replaces: the id of the topic that ends with this, 0 for none.

    Raises:
        UserError: they follow as many as one can.
    """
    trending = draft.mode is Mode.TRENDING
    topic = None if trending else read_topic(draft.query)
    key, query = (TRENDING, TRENDING) if topic is None else (topic.key, str(topic))
    settings = bot.settings
    async with bot.database.write() as conn:
        person = await subscriptions.ensure_subscriber(
            conn,
            user_id,
            at=settings.default_time,
            timezone=settings.default_timezone,
            every=draft.every or Every.DAY,
            now=now,
        )
        rhythm = ""
        if draft.every is not None and draft.every is not person.every:
            rhythm = (
                f"Your whole digest now comes {often(draft.every)}"
                f" instead of {often(person.every)}."
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
        )
        stored = await subscriptions.topic_of_key(conn, draft.mode, key)
        same = stored is not None and stored.id == replaces
        replaced = None
        if replaces and not same:
            replaced = await subscriptions.unsubscribe(conn, user_id, replaces)
        if len(await subscriptions.of_user(conn, user_id)) > MOST_TOPICS:
            # Raising takes back what was written.
            raise UserError(
                f"You follow {MOST_TOPICS} topics, which is as many as I can manage for one person."
                f" {bot.mention('paper unsubscribe')} makes room."
            )
    if stored is not None:
        await bot.topics.remember(stored, now)
    when = await next_digest(bot, person, now)
    if replaced is not None:
        return Followed(new, when, replaced=replaced.query, rhythm=rhythm)
    if same:
        return Followed(new, when, replaced=query, rhythm=rhythm)
    hello = render_notice(
        "You follow a topic",
        f"**{escape(query, 200)}**\n{when}. It has what is new on your topics, and nothing twice.",
        footer="You get this because you pressed Subscribe.",
        actions=[ManageTopics(), ShowSettings()],
    )
    return Followed(new, when, await bot.digester.greet(person, hello, now), rhythm=rhythm)


def describe_failure(bot: "PaperBot", failure: Failure) -> str:
    """Say what it means that a direct message did not arrive, and what to do."""
    inbox = bot.mention("paper inbox")
    if failure.reason is Reason.DM_CLOSED:
        return (
            "⚠️ I cannot send you direct messages. Allow them in the privacy settings of a server"
            f" that we share, then change anything in {bot.mention('paper digest settings')} to"
            f" try again. Until then your digests wait in {inbox}."
        )
    return (
        f"I could not send you the confirmation just now. Your digests come nonetheless; whatever"
        f" does not arrive waits in {inbox}."
    )


async def reopen(bot: "PaperBot", person: Subscriber | None) -> str:
    """Try closed direct messages again from now on; return what to tell the person, once."""
    if person is None or person.closed_at is None:
        return ""
    async with bot.database.write() as conn:
        tried = await subscriptions.try_again(conn, person.user_id)
    return (
        "⚠️ My direct messages to you did not arrive lately. The next digest tries again; please"
        " allow direct messages in the privacy settings of a server that we share. What did not"
        f" arrive is in {bot.mention('paper inbox')}."
        if tried
        else ""
    )
