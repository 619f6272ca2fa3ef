"""What follows when a post cannot be sent: another try, an end, a word to the admins."""

import logging
from collections.abc import Mapping
from datetime import datetime

from bot.delivery.admin_notice import STOPPED, Notices
from bot.delivery.outcomes import Failure, Gone, Reason, Refused, Retry
from bot.delivery.retry import retry_at
from bot.i18n import gettext as _
from bot.i18n import long_date, ngettext, sentences, use
from bot.services.publishing._schedule import GIVE_UP_AFTER
from bot.ui.cards import thread_name
from bot.ui.reasons import THREE_TIMES, reason_text
from papers import paper_key
from storage import feeds, posts
from storage.database import Database
from storage.feeds import Feed, FeedState, Kind
from storage.posts import Post

log = logging.getLogger(__name__)


UNKNOWN_REFUSALS = 3
"""So many posts in a row that fail for a reason unknown disable their feed."""


class Failures:
    """Decides what becomes of a post that failed, and of its feed."""

    def __init__(self, database: Database, notices: Notices) -> None:
        self._database = database
        self._notices = notices

    async def handle(self, failure: Failure, post: Post, feed: Feed, now: datetime) -> None:
        """Draw the consequences of a step that failed."""
        reason = _stored(failure)
        log.warning("not sent post_id=%d feed_id=%d: %s", post.id, feed.id, reason)
        match failure:
            case Retry():
                again = retry_at(now, post.attempts, failure.after)
                if again - max(post.planned_at, feed.since) > GIVE_UP_AFTER:
                    await self.give_up(post, feed, failure.reason, now)
                    return
                async with self._database.write() as conn:
                    await posts.mark_retry(conn, post.id, at=again, reason=failure.reason)
            case Gone(Reason.CHANNEL_GONE | Reason.GUILD_GONE):
                await self.finish(post, posts.FAILED, now, failure.reason)
                await self.disable(feed, failure.reason, now)
            case Refused(Reason.ARCHIVED | Reason.LOCKED) if feed.kind is Kind.THREAD:
                await self.disable(feed, Reason.LOCKED, now)
            case Refused(Reason.THREAD_CAP) if feed.kind is Kind.FORUM:
                await self.give_up(post, feed, reason, now)
            case Refused(Reason.NO_ACCESS | Reason.NO_PERMISSION | Reason.TAG_REQUIRED):
                # The post stays as it is: when an admin has mended it, `/feed resume` sends it on.
                await self.disable(feed, reason, now)
            case Gone() | Refused(Reason.THREAD_CAP | Reason.ARCHIVED | Reason.LOCKED):
                # A moderator deleted the header or the thread, or there is room for none: that is
                # how they want it, or how it is.
                await self.finish(post, posts.DONE, now, failure.reason)
            case Refused(Reason.UNKNOWN_PLACE):
                await self.give_up(post, feed, reason, now)
                async with self._database.read() as conn:
                    last = await posts.last_outcomes(conn, feed.id, UNKNOWN_REFUSALS)
                again = [why for state, why in last if state == posts.FAILED and why]
                if sum(why.startswith(failure.reason) for why in again) == UNKNOWN_REFUSALS:
                    await self.disable(feed, f"{THREE_TIMES}{reason}", now)
            case Refused():
                await self.give_up(post, feed, reason, now)

    async def tell_refused(self, post: Post, feed: Feed, refused: Mapping[str, Refused]) -> None:
        """Tell the admins which cards are missing from a thread, and why.

        Papers are named by id alone: their titles and links may be what was refused.
        """
        with use(self._notices.language_of(feed.guild_id)):
            lines = [
                f"- `{paper_key.label(paper_id)}`: {reason_text(_stored(failure))}"
                for paper_id, failure in refused.items()
            ]
            channel = f"<#{feed.channel_id}>"
            if post.every.is_daily:
                missing = ngettext(
                    "{count} paper couldn't be posted in the thread of {day} in {channel}. The"
                    " others are there.",
                    "{count} papers couldn't be posted in the thread of {day} in {channel}. The"
                    " others are there.",
                    len(refused),
                    day=long_date(post.batch_day),
                    channel=channel,
                )
            else:
                missing = ngettext(
                    "{count} paper couldn't be posted in the thread “{name}” in {channel}. The"
                    " others are there.",
                    "{count} papers couldn't be posted in the thread “{name}” in {channel}. The"
                    " others are there.",
                    len(refused),
                    name=thread_name(post.batch_day, post.every),
                    channel=channel,
                )
            await self._notices.tell_admins(
                feed.guild_id,
                _("Papers missing from a thread"),
                "\n".join((missing, *lines)),
            )

    async def finish(
        self, post: Post, state: str, now: datetime, reason: str | None = None
    ) -> None:
        """Close a post."""
        async with self._database.write() as conn:
            await posts.finish(conn, post.id, state, now, reason)

    async def give_up(self, post: Post, feed: Feed, reason: str, now: datetime) -> None:
        """Close a post that no waiting and no admin can help, and say so where it is missed."""
        await self.finish(post, posts.FAILED, now, reason)
        log.error("given up post_id=%d feed_id=%d: %s", post.id, feed.id, reason)
        with use(self._notices.language_of(feed.guild_id)):
            channel = f"<#{feed.channel_id}>"
            if post.every.is_daily:
                lost = _(
                    "The thread of {day} in {channel} couldn't be posted, or only in part.",
                    day=long_date(post.batch_day),
                    channel=channel,
                )
            else:
                lost = _(
                    "The roundup “{name}” in {channel} couldn't be posted, or only in part.",
                    name=thread_name(post.batch_day, post.every),
                    channel=channel,
                )
            later = _(
                "The next one comes as usual. If you report this to the people who run this bot,"
                " mention post {post}.",
                post=str(post.id),
            )
            await self._notices.tell_admins(
                feed.guild_id, _("Thread not posted"), sentences(lost, reason_text(reason), later)
            )

    async def disable(self, feed: Feed, reason: str, now: datetime) -> None:
        """Stop a feed that cannot post, and notify the admins why."""
        async with self._database.write() as conn:
            await feeds.set_state(conn, feed.id, FeedState.DISABLED, reason)
        with use(self._notices.language_of(feed.guild_id)):
            notified = feed.told_at is not None or await self._notices.tell_admins(
                feed.guild_id,
                _(STOPPED),
                self._notices.stopped_text(feed, reason),
                avoid=feed.channel_id,
                keep=False,  # The database knows, until an admin was notified.
            )
        if notified and feed.told_at is None:
            async with self._database.write() as conn:
                await feeds.mark_told(conn, feed.id, now)


def _stored(failure: Failure) -> str:
    """Return a failure as the database and the log have it."""
    detail = failure.detail if isinstance(failure, Refused) else ""
    return f"{failure.reason}: {detail}" if detail else str(failure.reason)
