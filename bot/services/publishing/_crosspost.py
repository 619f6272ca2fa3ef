"""Publishing headers of announcement channels to the channels of other servers that follow them.

A header is published once, after its first refresh: its numbers have settled, and Discord shows
later edits to the followers too. Discord refuses to publish a message again
(`Reason.PUBLISHED`), so a request whose answer was lost is repeated without harm.
"""

import logging
from datetime import datetime
from typing import Final

from bot.delivery.admin_notice import Notices
from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import Failure, Gone, Reason, Refused, Retry
from bot.delivery.retry import retry_at
from bot.i18n import gettext as _
from bot.i18n import long_date, sentences, use
from bot.services.publishing._schedule import GIVE_UP_AFTER, REFRESHES
from bot.services.publishing._steps import Steps
from bot.ui.cards import thread_name
from bot.ui.reasons import reason_text
from storage import feeds, posts
from storage.database import Database
from storage.feeds import Feed, FeedState
from storage.posts import Crosspost, Post

log = logging.getLogger(__name__)

_LASTING: Final = frozenset({Reason.NO_ACCESS, Reason.NO_PERMISSION, Reason.WRONG_KIND})
"""Refusals that every later header would meet too."""


class Crossposts:
    """Publishes the headers that are due for it."""

    def __init__(
        self, database: Database, messenger: Messenger, steps: Steps, notices: Notices
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._steps = steps
        self._notices = notices

    async def send(self, post_id: int, now: datetime) -> None:
        """Publish a header, if its feed still wants that."""
        async with self._database.read() as conn:
            post = await posts.get(conn, post_id)
            feed = (
                None
                if post is None or post.feed_id is None
                else await feeds.get(conn, post.feed_id)
            )
        if post is None or post.header_message_id is None or post.finished_at is None:
            return
        if feed is None or not feed.publish or feed.state is not FeedState.ACTIVE:
            await self._mark(post, None)
            return
        await self._mark(post, Crosspost.CLAIMED)
        failure = await self._steps.crosspost(post, post.header_message_id)
        if failure is None:
            await self._mark(post, Crosspost.DONE)
            log.info("published feed_id=%d batch=%s", feed.id, post.batch_day)
            return
        log.warning("not published post_id=%d feed_id=%d: %s", post.id, feed.id, failure.reason)
        if isinstance(failure, Retry):
            again = retry_at(now, post.attempts, failure.after)
            if again - post.finished_at <= REFRESHES[0] + GIVE_UP_AFTER:
                await self._mark(post, Crosspost.CLAIMED, again)
                return
        await self._give_up(failure, post, feed)

    async def _mark(
        self, post: Post, state: Crosspost | None, retry: datetime | None = None
    ) -> None:
        async with self._database.write() as conn:
            await posts.mark_crosspost(conn, post.id, state, retry_at=retry)

    async def _give_up(self, failure: Failure, post: Post, feed: Feed) -> None:
        """Leave a header unpublished, and notify the admins, unless one of them deleted it."""
        lasting = isinstance(failure, Refused) and failure.reason in _LASTING
        async with self._database.write() as conn:
            await posts.mark_crosspost(conn, post.id, Crosspost.FAILED)
            if lasting:
                await feeds.set_publish(conn, feed.id, publish=False)
        if isinstance(failure, Gone):
            return
        with use(self._notices.language_of(feed.guild_id)):
            channel = f"<#{feed.channel_id}>"
            text = sentences(
                _(
                    "The overview of {day} in {channel} couldn't be published to the channels that"
                    " follow it.",
                    day=long_date(post.batch_day),
                    channel=channel,
                )
                if post.every.is_daily
                else _(
                    "The roundup “{name}” in {channel} couldn't be published to the channels that"
                    " follow it.",
                    name=thread_name(post.batch_day, post.every),
                    channel=channel,
                ),
                reason_text(failure.reason),
            )
            if lasting:
                off = _(
                    "I turned publishing off. Once that's fixed, turn it on again with {command}.",
                    command=self._messenger.mention("feed edit"),
                )
                text = sentences(text, off)
            await self._notices.tell_admins(feed.guild_id, _("Overview not published"), text)
