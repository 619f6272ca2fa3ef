"""What each feed owes: claimed from the database, frozen, and handed to the steps."""

import logging
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.admin_notice import Notices
from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import Refused, Retry
from bot.i18n import Language, language_for, use
from bot.runtime.charts import Charts
from bot.runtime.task_queue import TaskQueue
from bot.services.batch_ranking import Rankings
from bot.services.folding import Folding
from bot.services.publishing._crosspost import Crossposts
from bot.services.publishing._draft import PostComposer, PostPayload
from bot.services.publishing._failures import Failures
from bot.services.publishing._order import Ordering
from bot.services.publishing._restored import RestoredPosts
from bot.services.publishing._roundup import RoundupComposer
from bot.services.publishing._schedule import (
    GIVE_UP_AFTER,
    LATE_AFTER,
    REFRESHES,
    coming,
    expected_at,
    has,
    owed_now,
)
from bot.services.publishing._steps import Steps
from bot.services.publishing._topic_filter import TopicFilter
from bot.services.taste import ServerTaste
from bot.services.topics import Topics
from bot.ui.reasons import FEED_REMOVED, FEED_STOPPED, TOO_LATE, unknown_zone
from papers import zones
from papers.keyed_locks import KeyedLocks
from papers.schedule import Coming
from papers.sources.declared import is_conferences
from storage import feeds, posts
from storage.database import Database
from storage.feeds import Feed, FeedState
from storage.posts import DueFeed, Post

log = logging.getLogger(__name__)


class Publisher:
    """Plans and sends the daily threads of every feed."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        *,
        rankings: Rankings,
        topics: Topics,
        folding: Folding,
        taste: ServerTaste,
        tracker: MessageTracker,
        notices: Notices,
        charts: Charts,
        queue: TaskQueue,
        settle: timedelta,
    ) -> None:
        self._database = database
        self._rankings = rankings
        self._queue = queue
        self._settle = settle
        self._messenger = messenger
        ordering = Ordering(TopicFilter(database, topics), taste)
        self._composer = PostComposer(database, rankings, ordering, folding)
        self._roundups = RoundupComposer(database, rankings.default, ordering, folding)
        self._steps = Steps(database, messenger, tracker, charts)
        self._restored = RestoredPosts(database, messenger, tracker, rankings, settle)
        self._failures = Failures(database, notices)
        self._crossposts = Crossposts(database, messenger, self._steps, notices)
        self._under_way = KeyedLocks()

    async def claim(self, now: datetime) -> None:
        """Queue every feed that owes a post, every post that is not finished, every header to
        refresh or to publish.

        Those of a shard that has not listed its servers yet wait: a post needs the server's
        language and permissions, and discord.py makes no thread in a server that it does not know.
        """
        knows, shards = self._messenger.knows, self._messenger.part.shards
        async with self._database.read() as conn:
            due = await self._due(conn, now)
            misplaced = await feeds.misplaced(conn)
            unfinished = await posts.unfinished(conn, now, shards)
            stale = await posts.refresh_due(conn, now, REFRESHES, shards)
            unpublished = await posts.crossposts_due(conn, now, shards)
        submit = self._queue.submit
        for post_id in unfinished:
            submit(("post", post_id), lambda post_id=post_id: self.send(post_id, now))
        for feed in (each for each in due if knows(each.guild_id)):
            submit(
                ("feed", feed.feed_id),
                lambda feed=feed: self._publish(feed, now),
                share=feed.guild_id,
            )
        for post_id in stale:
            submit(("refresh", post_id), lambda post_id=post_id: self._refresh(post_id, now))
        for post_id in unpublished:
            submit(
                ("crosspost", post_id),
                lambda post_id=post_id: self._crossposts.send(post_id, now),
            )
        for feed in (each for each in misplaced if knows(each.guild_id)):
            reason = unknown_zone(feed.timezone)
            submit(
                ("zone", feed.id),
                lambda feed=feed, reason=reason: self._failures.disable(feed, reason, now),
            )

    async def _due(self, conn: AsyncConnection, now: datetime) -> list[DueFeed]:
        """Return the feeds that owe a post, those of each set of sources by their days."""
        due: list[DueFeed] = []
        shards = self._messenger.part.shards
        for keys in await feeds.source_groups(conn):
            ranking = self._rankings.of(keys)
            known = await ranking.known(conn, now)
            days = ranking.source_days
            due += await posts.claim_due(
                conn, now, self._settle, known, sources=keys, days=days, shards=shards
            )
        return due

    async def coming(self, feed: Feed, now: datetime) -> Coming | None:
        """Return a feed's next thread; `None` for a feed that posts none, and before the next
        programme of its conferences is known."""
        if feed.state is not FeedState.ACTIVE or feed.timezone not in zones.names():
            return None
        async with self._database.read() as conn:
            ranking = self._rankings.of(feed.sources)
            known = await ranking.known(conn, now)
            used = await posts.used(conn, feed.id)
            found = coming(feed, now, self._settle, known, used)
            if found is None or not is_conferences(feed.sources) or known.get(found.batch):
                return found
            # Of conferences alone, a thread comes on the days of an edition.
            return found if await ranking.editions.open(conn, found.batch) else None

    async def preview(self, feed: Feed, now: datetime) -> PostPayload | None:
        """Return what the feed's next thread would be like now; `None` while there is no batch.

        That is the batch it owes next, or the newest one while that has no papers yet. Of roundups
        it is the last whose date has come.
        """
        coming = await self.coming(feed, now)
        ranking = self._rankings.of(feed.sources)
        async with self._database.read() as conn:
            target = await ranking.newest(conn, now)
            if target is not None and not feed.every.is_daily:
                target = owed_now(feed, target, now, self._settle).batch_day
            elif coming is not None and (await ranking.known(conn, now)).get(coming.batch):
                target = coming.batch
        if target is None:
            return None
        with use(self._language(feed)):
            return await self._draft(feed, target, now)

    async def post_now(self, feed: Feed, now: datetime) -> Post | None:
        """Post the newest batch to this feed at once, or return the post that it has already.

        It takes the place of the day's ordinary post; `None` while there is no batch at all. Where
        nothing was left of the batch, what the feed wants by now is looked for again.
        """
        async with self._database.read() as conn:
            newest = await self._rankings.of(feed.sources).newest(conn, now)
            if newest is None:
                return None
            due = owed_now(feed, newest, now, self._settle)
            existing = await posts.of_batch(conn, feed.id, due.batch_day)
        if existing is None or existing.state == posts.EMPTY:
            await self._publish(due, now, late=False)
        elif existing.state in posts.UNFINISHED:
            await self.send(existing.id, now)
        async with self._database.read() as conn:
            return await posts.of_batch(conn, feed.id, due.batch_day)

    async def _publish(self, due: DueFeed, now: datetime, *, late: bool | None = None) -> None:
        async with self._database.read() as conn:
            feed = await feeds.get(conn, due.feed_id)
        if feed is None:
            return
        if isinstance(await self._restored.read_back(feed, now), Retry):
            return  # the next minute tries again, and nothing is posted before
        async with self._database.read() as conn:
            used = await posts.used(conn, due.feed_id)
        if late is None and has(feed, due, used):
            return
        if late is None:
            late = now - expected_at(feed, due, now, self._settle, used) > LATE_AFTER
        with use(self._language(feed)):
            draft = await self._draft(feed, due.batch_day, now, late=late)
        async with self._database.write() as conn:
            post_id = await posts.plan(
                conn,
                due,
                now=now,
                late=late,
                payload=draft.to_json() if draft.paper_ids else None,
                paper_ids=draft.paper_ids,
                folded=draft.folded,
                upvotes={card.paper_id: card.upvotes or 0 for card in draft.cards},
                code=draft.with_code,
                rest=draft.rest,
                sources=self._rankings.of(feed.sources).sources,
                reason=draft.why_empty,
                crosspost=feed.publish,
                trending=draft.trending,
            )
        if post_id is None:
            return
        log.info(
            "planned feed_id=%d batch=%s papers=%d", feed.id, due.batch_day, len(draft.paper_ids)
        )
        if draft.paper_ids:
            await self.send(post_id, now)

    async def _draft(
        self, feed: Feed, day: date, now: datetime, *, late: bool = False
    ) -> PostPayload:
        composer = self._composer if feed.every.is_daily else self._roundups
        return await composer.draft(feed, day, now, late=late)

    def _language(self, feed: Feed) -> Language:
        """Return the language that a feed posts in: its own, or its server's."""
        if feed.language is not None:
            return language_for(feed.language)
        guild = self._messenger.get_guild(feed.guild_id)
        return language_for(None if guild is None else guild.preferred_locale.value)

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
        if not self._messenger.knows(post.guild_id):
            return
        if feed is None:
            await self._failures.finish(post, posts.FAILED, now, FEED_REMOVED)
            return
        if now - post.planned_at > GIVE_UP_AFTER:
            waited = feed.since > post.planned_at and post.header_message_id is None
            if waited and post.every.is_daily:
                # It waited for an admin, not for Discord: the newest batch comes instead.
                await self._failures.finish(post, posts.SKIPPED, now, FEED_STOPPED)
                return
            if now - feed.since > GIVE_UP_AFTER:
                reason = post.reason or TOO_LATE
                await self._failures.give_up(post, feed, reason, now)
                return
        refused: dict[str, Refused] = {}
        draft = PostPayload.from_json(post.payload)
        with use(language_for(draft.language)):
            failure = await self._steps.send(post, draft, now, refused)
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
            draft = await self._composer.refreshed(
                conn,
                PostPayload.from_json(post.payload),
                now=now,
                hours=(now - post.finished_at) / timedelta(hours=1),
            )
        done = sum(post.finished_at + offset <= now for offset in REFRESHES)
        with use(language_for(draft.language)):
            failure = await self._steps.edit_header(post, post.header_message_id, draft)
        if failure is not None:
            log.info("overview not updated post_id=%d: %s", post.id, failure.reason)
            if isinstance(failure, Retry) and now - post.finished_at < 2 * REFRESHES[-1]:
                return
        async with self._database.write() as conn:
            await posts.mark_refreshed(conn, post.id, done, draft.to_json())
