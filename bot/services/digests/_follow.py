"""Following a topic: the subscription, and the first direct message."""

from dataclasses import dataclass
from datetime import datetime

from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import Failure, Reason
from bot.i18n import gettext as _
from bot.services.digests._buttons import ManageTopics, ShowSettings
from bot.services.digests._digester import Digester
from bot.services.digests._subscriptions import Subscriptions
from bot.services.topics import Topics
from bot.ui.notices import render_notice
from bot.ui.text import escape
from storage.subscriptions import TopicDraft


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
    rhythm: str = ""
    """How the whole digest's rhythm changed, as a sentence, where it did."""


class Following:
    """Starts subscriptions, and confirms each by direct message."""

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
        hello = render_notice(
            _("You follow a new topic"),
            "\n".join(
                (
                    f"**{escape(added.query, 200)}**",
                    when,
                    _("It brings what is new on your topics, and no paper twice."),
                )
            ),
            footer=_("You get this because you pressed Subscribe."),
            actions=[ManageTopics(), ShowSettings()],
        )
        failure = await self._digester.greet(added.person, hello, now)
        return Followed(added.new, when, failure, rhythm=added.rhythm)

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
