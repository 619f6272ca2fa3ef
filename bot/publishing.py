"""Posts, exactly once: frozen first, then sent step by step, each step remembered before the
next."""

import hashlib
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import discord
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import limits
from bot.drafts import Draft, Drafter
from bot.feed_topics import FeedTopics
from bot.notify import tell_admins
from bot.outcomes import Failure, Gone, Outcome, Reason, Refused, Retry, Sent, failure_of
from bot.permissions import missing_permissions
from bot.ui.cards import render_card, render_header, thread_name
from bot.ui.save import SaveButton
from papers import arxiv_id, calendar
from papers.embedding import Embedder
from storage import batches, feeds, posts
from storage.batches import BatchState
from storage.feeds import Feed, FeedState
from storage.posts import DueFeed, Post, Step

if TYPE_CHECKING:
    from bot.client import PaperBot

log = logging.getLogger(__name__)

REFRESHES = (timedelta(hours=6), timedelta(hours=24))
"""When a header's numbers are brought up to date, counted from when the post was complete."""

LATE_AFTER = timedelta(hours=1)
"""A post this much after its feed's hour says that it is late."""

GIVE_UP_AFTER = timedelta(hours=24)
"""A post that could not be finished for so long is left as it is."""

EMPTY_DAYS = 7
"""How many confirmed empty days in a row are passed over in search of a batch: the longest
holidays."""

FIRST_RETRY = 30.0
LONGEST_RETRY = 1_800.0
"""Seconds: retries double from the first to the longest."""


class Publisher:
    """Plans and sends the daily threads of every feed."""

    def __init__(self, bot: "PaperBot", embedder: Embedder | None) -> None:
        self._bot = bot
        self._database = bot.database
        self._sources = [source.name for source in bot.sources if source.curated]
        topics = FeedTopics(bot.database, embedder, self._sources)
        self.drafter = Drafter(self._sources, topics)

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
            return None if target is None else await self.drafter.draft(conn, feed, target, now)

    async def post_now(self, feed: Feed, now: datetime) -> Post | None:
        """Post the newest batch to this feed at once, or return the post that it has already.

        It takes the place of the day's ordinary post; `None` while there is no batch at all.
        """
        async with self._database.read() as conn:
            target = await self.newest(conn, now)
            if target is None:
                return None
            existing = await posts.of_batch(conn, feed.id, target)
        if existing is None:
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
            draft = await self.drafter.draft(conn, feed, batch_day, now, late=late)
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
            await self._finish(post, posts.FAILED, now, "the feed was removed")
            return
        if now - post.planned_at > GIVE_UP_AFTER:
            await self._finish(post, posts.FAILED, now, post.reason or "it was too late for it")
            return
        failure = await self._send_steps(post, Draft.from_json(post.payload), now)
        if failure is None:
            await self._finish(post, posts.DONE, now)
            log.info("posted feed_id=%d batch=%s", feed.id, post.batch_day)
        else:
            await self._handle(failure, post, feed, now)

    async def _send_steps(self, post: Post, draft: Draft, now: datetime) -> Failure | None:
        missing = missing_permissions(self._bot, post.guild_id, post.channel_id)
        if missing:
            return Refused(Reason.NO_PERMISSION, ", ".join(missing))
        resuming = post.sent_at is not None
        async with self._database.write() as conn:
            await posts.mark_sending(conn, post.id, now)

        header_id = post.header_message_id
        if header_id is None:
            outcome = await self._send_header(post, draft, resuming=resuming)
            if not isinstance(outcome, Sent):
                return outcome
            header_id = outcome.id
            async with self._database.write() as conn:
                await posts.mark_header(conn, post.id, header_id)

        thread_id = post.thread_id
        if thread_id is None:
            outcome = await self._open_thread(post, header_id, thread_name(post.batch_day))
            if not isinstance(outcome, Sent):
                return outcome
            thread_id = outcome.id
            async with self._database.write() as conn:
                await posts.mark_thread(conn, post.id, thread_id)
        return await self._send_cards(post, thread_id, draft, now, resuming=resuming)

    async def _send_header(self, post: Post, draft: Draft, *, resuming: bool) -> Outcome:
        channel = self._channel(post.guild_id, post.channel_id)
        title = thread_name(post.batch_day)
        try:
            if resuming:
                async for message in self._own(channel):
                    if any(title in text.partition("\n")[0] for text in strings_of(message)):
                        return Sent(message.id)
            message = await channel.send(
                view=render_header(draft.header),
                nonce=nonce(post, "header"),
                allowed_mentions=role_mention(draft.header.ping_role_id),
            )
        except Exception as error:
            return failure_of(error)
        return Sent(message.id)

    async def _open_thread(self, post: Post, header_id: int, name: str) -> Outcome:
        header = self._channel(post.guild_id, post.channel_id).get_partial_message(header_id)
        try:
            thread = await header.create_thread(
                name=name, auto_archive_duration=limits.THREAD_ARCHIVE_MINUTES
            )
        except Exception as error:
            failure = failure_of(error)
            if isinstance(failure, Refused) and failure.reason is Reason.THREAD_EXISTS:
                return Sent(header_id)  # a thread started from a message has the message's id
            return failure
        return Sent(thread.id)

    async def _send_cards(
        self, post: Post, thread_id: int, draft: Draft, now: datetime, *, resuming: bool
    ) -> Failure | None:
        thread = self._channel(post.guild_id, thread_id, discord.ChannelType.public_thread)
        async with self._database.read() as conn:
            # The post as it is now: cards are filed under the thread that may be minutes old.
            post = await posts.get(conn, post.id) or post
            steps = [step for step in await posts.steps(conn, post.id) if step.message_id is None]
        there = await self._cards_there(thread, steps) if resuming else {}
        if isinstance(there, Retry | Gone | Refused):
            return _in_thread(there)
        for step in steps:
            message_id = there.get(step.paper_id)
            if message_id is None:
                outcome = await self._send_card(thread, post, step, draft)
                if isinstance(outcome, Refused) and outcome.reason is Reason.BAD_PAYLOAD:
                    # Our own mistake with this one paper: the others are not held up.
                    log.error("card refused post_id=%d paper=%s", post.id, step.paper_id)
                    continue
                if not isinstance(outcome, Sent):
                    return _in_thread(outcome)
                message_id = outcome.id
            async with self._database.write() as conn:
                await posts.mark_card(conn, post, step, message_id, now)
            self._bot.library.shown(
                message_id,
                channel_id=thread_id,
                guild_id=post.guild_id,
                seed=True,
                found=step.paper_id in there,
            )
        return None

    async def _cards_there(
        self, thread: discord.PartialMessageable, steps: Sequence[Step]
    ) -> dict[str, int] | Failure:
        found: dict[str, int] = {}
        try:
            async for message in self._own(thread):
                urls = strings_of(message)
                for step in steps:
                    if any(arxiv_id.abs_url(step.paper_id) in text for text in urls):
                        found.setdefault(step.paper_id, message.id)
        except Exception as error:
            return failure_of(error)
        return found

    async def _send_card(
        self, thread: discord.PartialMessageable, post: Post, step: Step, draft: Draft
    ) -> Outcome:
        try:
            message = await thread.send(
                view=render_card(draft.cards[step.position], actions=[SaveButton(step.paper_id)]),
                nonce=nonce(post, str(step.position)),
            )
        except Exception as error:
            return failure_of(error)
        return Sent(message.id)

    async def _own(self, channel: discord.PartialMessageable) -> AsyncIterator[discord.Message]:
        """Yield our own latest messages, to see what had arrived before we stopped."""
        async for message in channel.history(limit=limits.READ_BACK_MESSAGES):
            if self._bot.user is not None and message.author.id == self._bot.user.id:
                yield message

    async def _handle(self, failure: Failure, post: Post, feed: Feed, now: datetime) -> None:
        log.warning(
            "not sent post_id=%d feed_id=%d: %s %s",
            post.id,
            feed.id,
            failure.reason,
            getattr(failure, "detail", ""),
        )
        match failure:
            case Retry():
                again = now + timedelta(
                    seconds=max(failure.after, min(FIRST_RETRY * 2**post.attempts, LONGEST_RETRY))
                )
                if again - post.planned_at > GIVE_UP_AFTER:
                    await self._finish(post, posts.FAILED, now, failure.reason)
                    return
                async with self._database.write() as conn:
                    await posts.mark_retry(conn, post.id, at=again, reason=failure.reason)
            case Gone(Reason.CHANNEL_GONE | Reason.GUILD_GONE):
                await self._finish(post, posts.FAILED, now, failure.reason)
                await self._disable(feed, failure.reason, now)
            case Refused(Reason.NO_ACCESS | Reason.NO_PERMISSION):
                # The post stays as it is: when an admin has mended it, `/feed resume` sends it on.
                lacking = f": {failure.detail}" if failure.detail else ""
                await self._disable(feed, f"{failure.reason}{lacking}", now)
            case Gone() | Refused(Reason.THREAD_CAP | Reason.ARCHIVED):
                # Somebody deleted the header or the thread, or there is room for none: that is how
                # they want it, or how it is.
                await self._finish(post, posts.DONE, now, failure.reason)
            case Refused():
                await self._finish(post, posts.FAILED, now, failure.reason)

    async def _finish(
        self, post: Post, state: str, now: datetime, reason: str | None = None
    ) -> None:
        async with self._database.write() as conn:
            await posts.finish(conn, post.id, state, now, reason)

    async def _disable(self, feed: Feed, reason: str, now: datetime) -> None:
        async with self._database.write() as conn:
            await feeds.set_state(conn, feed.id, FeedState.DISABLED, reason)
        told = feed.told_at is not None or await tell_admins(
            self._bot,
            feed.guild_id,
            "The daily papers have stopped",
            f"<#{feed.channel_id}> gets no more threads: {reason}. When that is mended,"
            f" {self._bot.mention('feed resume')} starts them again.",
            avoid=feed.channel_id,
        )
        if told and feed.told_at is None:
            async with self._database.write() as conn:
                await feeds.mark_told(conn, feed.id, now)

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
        channel = self._channel(post.guild_id, post.channel_id)
        try:
            await channel.get_partial_message(post.header_message_id).edit(
                view=render_header(draft.header)
            )
        except Exception as error:
            failure = failure_of(error)
            log.info("header not refreshed post_id=%d: %s", post.id, failure.reason)
            if isinstance(failure, Retry) and now - post.finished_at < 2 * REFRESHES[-1]:
                return
        async with self._database.write() as conn:
            await posts.mark_refreshed(conn, post.id, done, draft.to_json())

    def _channel(
        self,
        guild_id: int,
        channel_id: int,
        kind: discord.ChannelType = discord.ChannelType.text,
    ) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(channel_id, guild_id=guild_id, type=kind)


def scheduled(feed: Feed, batch_day: date, settle: timedelta) -> datetime:
    """Return when a feed should have posted a batch: its first hour after the batch settled.

    A feed that was added later owed it from then on.
    """
    zone = ZoneInfo(feed.timezone)
    ready = (calendar.begins(batch_day) + settle).astimezone(zone)
    at = datetime.combine(ready.date(), feed.at, zone)
    if at < ready:
        at = datetime.combine(ready.date() + timedelta(days=1), feed.at, zone)
    return max(at, feed.created_at)


def nonce(post: Post, step: str) -> str:
    """Return the nonce of one step: the same after a restart, another for another database."""
    identity = f"{post.channel_id}:{post.id}:{post.planned_at.timestamp()}:{step}"
    return hashlib.blake2b(identity.encode(), digest_size=limits.MESSAGE_NONCE // 2).hexdigest()


def role_mention(role_id: int | None) -> discord.AllowedMentions:
    """Allow exactly this role to be pinged, or nobody."""
    roles = [] if role_id is None else [discord.Object(role_id)]
    return discord.AllowedMentions(everyone=False, users=False, roles=roles, replied_user=False)


def strings_of(message: discord.Message) -> list[str]:
    """Return every text and every link in a message's components, to know our own posts again."""
    return list(_strings(message.components))


def _strings(components: Iterable[object]) -> Iterable[str]:
    for component in components:
        for name in ("content", "url", "label"):
            if isinstance(text := getattr(component, name, None), str):
                yield text
        yield from _strings(getattr(component, "children", ()))
        if (accessory := getattr(component, "accessory", None)) is not None:
            yield from _strings((accessory,))


def _in_thread(failure: Failure) -> Failure:
    """Read a failure of a card: there a missing channel is a deleted thread."""
    return Gone(Reason.THREAD_GONE) if isinstance(failure, Gone) else failure
