"""Following a topic: the subscription, and the direct message that confirms it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from cachetools import LRUCache
from discord import ui

from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import Failure, Gone, Reason, Refused, Retry
from bot.i18n import gettext as _
from bot.i18n import ngettext, sentences
from bot.services.digests._buttons import ManageTopics, ShowSettings
from bot.services.digests._digester import Digester
from bot.services.digests._subscriptions import Subscriptions
from bot.services.topics import Topics
from bot.ui.notices import render_notice
from bot.ui.text import escape
from storage.subscriptions import TopicDraft

_SITTING: Final = timedelta(minutes=30)
"""How long after a confirmation further topics are added to it, instead of a message each."""
_SITTINGS: Final = 1_000
_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """A confirmation that was sent."""

    at: datetime
    channel_id: int
    message_id: int
    seen: int
    """Papers that the previews of its topics showed."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What following a topic led to."""

    new: bool
    when: str
    """When the next digest comes, as a sentence."""
    failure: Failure | None = None
    """What kept the confirmation from arriving."""
    replaced: str | None = None
    """The topic in whose place this one came, as it was written; the same one where only its
    settings changed."""
    added: bool = False
    """Whether an earlier confirmation names it, instead of one of its own."""
    rhythm: str = ""
    """How the whole digest's rhythm changed, as a sentence, where it did."""


class Following:
    """Starts subscriptions, and confirms them by direct message: one for a few in a row."""

    def __init__(
        self,
        messenger: Messenger,
        subscriptions: Subscriptions,
        topics: Topics,
        digester: Digester,
    ) -> None:
        self._messenger = messenger
        self._subscriptions = subscriptions
        self._topics = topics
        self._digester = digester
        # Lost at a restart: then the next topic has a message of its own.
        self._confirmed: LRUCache[int, _Confirmed] = LRUCache(_SITTINGS)

    async def follow(
        self, user_id: int, draft: TopicDraft, now: datetime, *, replaces: int = 0
    ) -> Followed:
        """Subscribe a person to a topic, and confirm it by direct message.

        One that comes in another's place is not confirmed: the first one was.

        Args:
            user_id: whose subscription it is.
            draft: the topic as it was previewed.
            now: the present instant.
            replaces: the id of the topic that ends with this, 0 for none.

        Raises:
            UserError: they follow as many as one can.
        """
        added = await self._subscriptions.add(user_id, draft, now, replaces=replaces)
        if added.topic is not None:
            await self._topics.remember(added.topic, now)
        when = await self._subscriptions.next_digest(added.person, now)
        if added.replaced is not None:
            return Followed(added.new, when, replaced=added.replaced, rhythm=added.rhythm)
        before = self._confirmed.pop(user_id, None)
        if before is not None and timedelta() <= now - before.at < _SITTING:
            followed = await self._subscriptions.followed(user_id)
            topics = [each.topic.query for each in followed if each.created_at >= before.at]
            seen = before.seen + added.seen
            hello = _confirmation(topics or [added.query], when, seen)
            if await self._digester.revise(before.channel_id, before.message_id, hello) is None:
                self._confirmed[user_id] = replace(before, seen=seen)
                return Followed(added.new, when, added=True, rhythm=added.rhythm)
        hello = _confirmation([added.query], when, added.seen)
        sent = await self._digester.greet(added.person, hello, now)
        if isinstance(sent, Gone | Refused | Retry):
            return Followed(added.new, when, sent, rhythm=added.rhythm)
        self._confirmed[user_id] = _Confirmed(now, *sent, added.seen)
        return Followed(added.new, when, rhythm=added.rhythm)

    def describe_failure(self, failure: Failure) -> str:
        """Say what it means that a direct message did not arrive, and what to do."""
        inbox = self._messenger.mention("paper inbox")
        if failure.reason is Reason.DM_CLOSED:
            settings = self._messenger.mention("paper digest settings")
            return _(
                "⚠️ I can't send you direct messages. Allow them in the privacy settings of a server"
                " we share, then change any setting with {settings}. Until then, your digests are"
                " in {inbox}.",
                settings=settings,
                inbox=inbox,
            )
        return _(
            "I couldn't send you the confirmation just now. You'll still get your digests. Any that"
            " don't arrive are in {inbox}.",
            inbox=inbox,
        )


def _confirmation(topics: Sequence[str], when: str, seen: int) -> ui.LayoutView:
    """Say which topics a person follows, when papers come, and that what they saw does not."""
    shown = [f"**{escape(topic, 200)}**" for topic in topics[-_LISTED:]]
    if len(shown) > 1:
        shown = [f"- {topic}" for topic in shown]
    if (left := len(topics) - len(shown)) > 0:
        shown.append("- " + _("and {count} more", count=left))
    return render_notice(
        ngettext("You follow a new topic", "You follow {count} new topics", len(topics)),
        "\n".join((*shown, when, _what_comes(seen))),
        footer=_("You get this because you pressed Subscribe."),
        actions=[ManageTopics(), ShowSettings()],
    )


def _what_comes(seen: int) -> str:
    brings = _("It brings what is new on your topics, and no paper twice.")
    if not seen:
        return brings
    return sentences(
        brings,
        ngettext(
            "The paper you saw before subscribing doesn't come again.",
            "The {count} papers you saw before subscribing don't come again.",
            seen,
        ),
    )
