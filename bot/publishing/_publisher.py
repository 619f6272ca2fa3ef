"""What each feed owes: claimed from the database, frozen, and handed to the steps."""

import logging
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.drafts import Draft, Drafter
from bot.feed_topics import FeedTopics
from bot.locks import KeyedLocks
from bot.outcomes import Refused, Retry
from bot.publishing._failures import Failures
from bot.publishing._pace import GIVE_UP_AFTER, LATE_AFTER, REFRESHES, scheduled
from bot.publishing._steps import Steps
from papers import calendar
from storage import batches, feeds, posts
from storage.batches import BatchState
from storage.feeds import Feed
from storage.posts import DueFeed, Post

if TYPE_CHECKING:
    from bot.client import PaperBot

log = logging.getLogger(__name__)

EMPTY_DAYS = 7
"""How many confirmed empty days in a row are passed over in search of a batch: the longest
holidays."""


class Publisher:
    """Plans and sends the daily threads of every feed."""

    def __init__(self, bot: "PaperBot") -> None:
        self._bot = bot
        self._database = bot.database
        self._sources = [source.name for source in bot.sources if source.curated]
        topics = FeedTopics(bot.database, bot.topics)
        self.drafter = Drafter(bot.database, self._sources, topics)
        self._steps = Steps(bot)
        self._failures = Failures(bot)
        self._under_way = KeyedLocks()

    async def claim(self, now: datetime) -> None:
        """Queue every feed that owes a post, every post that is not finished, every header to
        refresh."""
        async with self._database.read() as conn:
            target = await self.publishable(conn, now)
            due = [] if target is None else await posts.claim_due(conn, now, target)
            unfinished = await posts.unfinished(conn, now)
            stale = await posts.refresh_due(conn, now, REFRESHES)
        submit = self._bot.workers.submit
        for post_id in unfinished:
            submit(("post", post_id), lambda post_id=post_id: self.send(post_id, now))
        if target is not None:
            for feed in due:
                submit(
                    ("feed", feed.feed_id),
                    lambda feed=feed: self._publish(feed, target, now),
                    share=feed.guild_id,
                )
        for post_id in stale:
            submit(("refresh", post_id), lambda post_id=post_id: self._refresh(post_id, now))

    async def publishable(self, conn: AsyncConnection, now: datetime) -> date | None:
        """Return the newest batch that has settled, `None` while one that should be there is not.

        A day that its source confirmed to be empty is passed over; a day that its source was silent
        about is waited for.
        """
        day = calendar.expected_batch(now, self._bot.settings.settle)
        for _ in range(EMPTY_DAYS):
            state = await batches.state(conn, day, sources=self._sources)
            if state is BatchState.COMPLETE:
                return day
            over = day < calendar.batch_day(now) or day in calendar.ARXIV_HOLIDAYS
            if state is None or not over:
                return None
            day = calendar.previous(day)
        return None

    async def newest(self, conn: AsyncConnection, now: datetime) -> date | None:
        """Return the newest batch that has papers, settled or not."""
        return await batches.newest_complete(conn, calendar.batch_day(now), sources=self._sources)

    async def preview(self, feed: Feed, now: datetime) -> Draft | None:
        """Return exactly what would be posted to this feed now; `None` while there is no batch."""
        async with self._database.read() as conn:
            target = await self.newest(conn, now)
        return None if target is None else await self.drafter.draft(feed, target, now)

    async def post_now(self, feed: Feed, now: datetime) -> Post | None:
        """Post the newest batch to this feed at once, or return the post that it has already.

        It takes the place of the day's ordinary post; `None` while there is no batch at all. Where
        nothing was left of the batch, what the feed wants by now is looked for again.
        """
        async with self._database.read() as conn:
            target = await self.newest(conn, now)
            if target is None:
                return None
            existing = await posts.of_batch(conn, feed.id, target)
        if existing is None or existing.state == posts.EMPTY:
            local_date = now.astimezone(ZoneInfo(feed.timezone)).date()
            due = DueFeed(feed.id, feed.guild_id, feed.channel_id, local_date)
            await self._publish(due, target, now, late=False)
        elif existing.state in posts.UNFINISHED:
            await self.send(existing.id, now)
        async with self._database.read() as conn:
            return await posts.of_batch(conn, feed.id, target)

    async def _publish(
        self, due: DueFeed, batch_day: date, now: datetime, *, late: bool | None = None
    ) -> None:
        async with self._database.read() as conn:
            feed = await feeds.get(conn, due.feed_id)
        if feed is None:
            return
        if late is None:
            late = now - scheduled(feed, batch_day, self._bot.settings.settle) > LATE_AFTER
        draft = await self.drafter.draft(feed, batch_day, now, late=late)
        async with self._database.write() as conn:
            post_id = await posts.plan(
                conn,
                due,
                batch_day,
                now=now,
                late=late,
                payload=draft.to_json() if draft.paper_ids else None,
                paper_ids=draft.paper_ids,
                reason=draft.why_empty,
            )
        if post_id is None:
            return
        log.info("planned feed_id=%d batch=%s papers=%d", feed.id, batch_day, len(draft.paper_ids))
        if draft.paper_ids:
            await self.send(post_id, now)

    async def send(self, post_id: int, now: datetime) -> None:
        """Send what is missing of a post; what Discord has already is not sent again."""
        # A minute that begins while a post is under way finds it unfinished, and asks for it too.
        async with self._under_way.of(post_id):
            await self._send(post_id, now)

    async def _send(self, post_id: int, now: datetime) -> None:
        async with self._database.read() as conn:
            post = await posts.get(conn, post_id)
            feed = (
                None
                if post is None or post.feed_id is None
                else await feeds.get(conn, post.feed_id)
            )
        if post is None or post.state not in posts.UNFINISHED:
            return
        if feed is None:
            await self._failures.finish(post, posts.FAILED, now, "the feed was removed")
            return
        if now - post.planned_at > GIVE_UP_AFTER:
            reason = post.reason or "it was too late for it"
            await self._failures.give_up(post, feed, reason, now)
            return
        refused: dict[str, Refused] = {}
        failure = await self._steps.send(post, Draft.from_json(post.payload), now, refused)
        if failure is None:
            await self._failures.finish(post, posts.DONE, now)
            log.info("posted feed_id=%d batch=%s", feed.id, post.batch_day)
            if refused:
                await self._failures.tell_refused(post, feed, refused)
        else:
            await self._failures.handle(failure, post, feed, now)

    async def _refresh(self, post_id: int, now: datetime) -> None:
        """Bring the numbers in a header up to date; nothing else is ever edited."""
        async with self._database.read() as conn:
            post = await posts.get(conn, post_id)
            if post is None or post.header_message_id is None or post.finished_at is None:
                return
            draft = await self.drafter.refreshed(
                conn,
                Draft.from_json(post.payload),
                now=now,
                hours=(now - post.finished_at) / timedelta(hours=1),
            )
        done = sum(post.finished_at + offset <= now for offset in REFRESHES)
        failure = await self._steps.edit_header(post, post.header_message_id, draft)
        if failure is not None:
            log.info("header not refreshed post_id=%d: %s", post.id, failure.reason)
            if isinstance(failure, Retry) and now - post.finished_at < 2 * REFRESHES[-1]:
                return
        async with self._database.write() as conn:
            await posts.mark_refreshed(conn, post.id, done, draft.to_json())
