"""The weekly post of a shelf, exactly once: claimed, frozen, sent under a nonce, recorded."""

import logging
from datetime import datetime, timedelta
from typing import Final

import discord

from bot.delivery.admin_notice import Notices
from bot.delivery.messenger import Messenger, owns
from bot.delivery.outcomes import ABOUT_MESSAGE, Failure, Reason, Refused, Retry, Sent, failure_of
from bot.delivery.permissions import missing_permissions
from bot.delivery.read_back import has_title, nonce, own_messages, strings_of
from bot.delivery.retry import retry_at
from bot.i18n import gettext as _
from bot.i18n import language_for, sentences, use
from bot.interactions.save_select import SaveSome
from bot.runtime.task_queue import TaskQueue
from bot.services.shelf._restored import RestoredShelves
from bot.ui.payloads import origin_line
from bot.ui.reasons import reason_text
from bot.ui.shelf import MAX_POSTED, PostedPaper, WeeklyPayload, render_weekly, weekly_title
from papers.keyed_locks import KeyedLocks
from papers.text import readable
from storage import shelves
from storage.database import Database
from storage.shelves import DueShelf, Shelf, ShelfPost, ShelfPostState, ShelfSort

log = logging.getLogger(__name__)

GIVE_UP_AFTER: Final = timedelta(hours=24)
"""A post that could not be sent for so long is left to the next week's."""
WRITING: Final = ("view_channel", "send_messages", "read_message_history")
"""What a weekly post needs of its channel: reading, too, to see after a stop what had arrived."""


class WeeklyShelves:
    """Plans and sends the weekly posts of all shelves."""

    def __init__(
        self, database: Database, messenger: Messenger, notices: Notices, queue: TaskQueue
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._notices = notices
        self._queue = queue
        self._restored = RestoredShelves(database, messenger)
        self._under_way = KeyedLocks()

    async def claim(self, now: datetime) -> None:
        """Queue every shelf that owes a weekly post, and every post that is not sent."""
        async with self._database.read() as conn:
            due = await shelves.claim_due(conn, now)
            waiting = await shelves.unfinished(conn, now)
        for post_id in waiting:
            self._queue.submit(
                ("shelf-post", post_id), lambda post_id=post_id: self.send(post_id, now)
            )
        for each in (each for each in due if self._messenger.knows(each.guild_id)):
            self._queue.submit(
                ("shelf", each.guild_id),
                lambda each=each: self._publish(each, now),
                share=each.guild_id,
            )

    async def _publish(self, due: DueShelf, now: datetime) -> None:
        if isinstance(await self._restored.read_back(due, now), Retry):
            return  # the next minute tries again, and nothing is posted before
        async with self._database.write() as conn:
            since = await shelves.posts_from(conn, due, now)
            new = await shelves.papers_on(
                conn, due.guild_id, sort=ShelfSort.ADDED, unposted_since=since
            )
            payload = self._compose(due, await shelves.get(conn, due.guild_id), new)
            post_id = await shelves.plan(
                conn,
                due,
                payload=None if payload is None else payload.model_dump(mode="json"),
                now=now,
            )
        if post_id is not None and payload is not None:
            log.info("shelf planned guild_id=%d papers=%d", due.guild_id, len(payload.entries))
            await self.send(post_id, now)

    def _compose(
        self, due: DueShelf, shelf: Shelf, new: list[shelves.OnShelf]
    ) -> WeeklyPayload | None:
        if not new:
            return None
        guild = self._messenger.get_guild(due.guild_id)
        language = language_for(None if guild is None else guild.preferred_locale.value)
        return WeeklyPayload(
            day=due.local_date,
            entries=tuple(
                PostedPaper(
                    paper_id=each.stored.paper.id,
                    title=readable(each.stored.paper.title),
                    people=each.people,
                    origin=origin_line(each.stored.paper),
                )
                for each in new[:MAX_POSTED]
            ),
            others=tuple(each.stored.paper.id for each in new[MAX_POSTED:]),
            emoji=shelf.emoji,
            language=language.code,
        )

    async def send(self, post_id: int, now: datetime) -> None:
        """Send a weekly post, unless Discord has it already."""
        # A minute that begins while a post is under way finds it unfinished, and asks for it too.
        async with self._under_way.of(post_id):
            await self._send(post_id, now)

    async def _send(self, post_id: int, now: datetime) -> None:
        async with self._database.read() as conn:
            post = await shelves.post(conn, post_id)
            shelf = None if post is None else await shelves.get(conn, post.guild_id)
        if post is None or shelf is None or post.state not in shelves.UNFINISHED:
            return
        if not owns(self._messenger, post.guild_id):
            return
        payload = WeeklyPayload.model_validate(post.payload)
        with use(language_for(payload.language)):
            outcome = await self._arrived(post, payload)
            if outcome is None and shelf.channel_id != post.channel_id:
                await self._fail(post, "the shelf is posted elsewhere by now", now)  # not shown
                return
            if outcome is None and now - post.planned_at > GIVE_UP_AFTER:
                await self._fail(post, post.reason or Reason.UNAVAILABLE, now)
                return
            if outcome is None:
                outcome = await self._post(post, payload, now)
        if isinstance(outcome, Sent):
            async with self._database.write() as conn:
                await shelves.mark_sent(
                    conn, post.id, post.guild_id, outcome.id, payload.paper_ids, now
                )
            log.info("shelf posted guild_id=%d", post.guild_id)
        else:
            await self._handle(outcome, post, now)

    async def _arrived(self, post: ShelfPost, payload: WeeklyPayload) -> Sent | Failure | None:
        """Return the post's message if an earlier attempt got it through unrecorded."""
        if post.state is not ShelfPostState.SENDING:
            return None
        title = weekly_title(payload.day)
        try:
            async for message in own_messages(self._messenger, self._channel(post)):
                if has_title(strings_of(message), title):
                    return Sent(message.id)
        except Exception as error:
            return failure_of(error)
        return None

    async def _post(self, post: ShelfPost, payload: WeeklyPayload, now: datetime) -> Sent | Failure:
        missing = missing_permissions(
            self._messenger, post.guild_id, post.channel_id, needed=WRITING
        )
        if missing:
            return Refused(Reason.NO_PERMISSION, ", ".join(missing))
        async with self._database.write(durable=True) as conn:
            await shelves.mark_sending(conn, post.id, now)
        titles = [(at, each.paper_id, each.title) for at, each in enumerate(payload.entries, 1)]
        try:
            message = await self._channel(post).send(
                view=render_weekly(payload, actions=[SaveSome(titles)]),
                nonce=nonce(post.channel_id, post.id, post.planned_at.timestamp(), "shelf"),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except Exception as error:
            return failure_of(error)
        return Sent(message.id)

    async def _handle(self, failure: Failure, post: ShelfPost, now: datetime) -> None:
        """Draw the consequences of a post that was not sent."""
        reason = failure.reason.value
        if isinstance(failure, Refused) and failure.detail:
            reason = f"{reason}: {failure.detail}"
        log.warning("shelf not posted guild_id=%d: %s", post.guild_id, reason)
        if isinstance(failure, Retry):
            again = retry_at(now, post.attempts, failure.after)
            async with self._database.write() as conn:
                await shelves.mark_retry(conn, post.id, at=again, reason=reason)
            return
        await self._fail(post, reason, now)
        stops = failure.reason not in _ABOUT_POST
        if stops:
            async with self._database.write() as conn:
                await shelves.stop_weekly(conn, post.guild_id, reason)
        with use(self._notices.language_of(post.guild_id)):
            await self._notices.tell_admins(
                post.guild_id,
                _("Weekly post of the shelf stopped")
                if stops
                else _("Weekly post of the shelf not sent"),
                _stopped_text(post, reason, self._messenger, stops=stops),
                avoid=post.channel_id,
            )

    async def _fail(self, post: ShelfPost, reason: str, now: datetime) -> None:
        async with self._database.write() as conn:
            await shelves.mark_failed(conn, post.id, reason, now)

    def _channel(self, post: ShelfPost) -> discord.PartialMessageable:
        return self._messenger.get_partial_messageable(
            post.channel_id, guild_id=post.guild_id, type=discord.ChannelType.text
        )


def _stopped_text(post: ShelfPost, reason: str, messenger: Messenger, *, stops: bool) -> str:
    why = reason_text(reason)
    if not stops:
        text = _(
            "I couldn't post this week's additions in {channel}. They come with the next post.",
            channel=f"<#{post.channel_id}>",
        )
        return sentences(text, why)
    text = _("{channel} gets no weekly post of the shelf.", channel=f"<#{post.channel_id}>")
    remedy = _(
        "Once that's fixed, choose the channel again with {command}.",
        command=messenger.mention("shelf settings"),
    )
    return sentences(text, why, remedy)


_ABOUT_POST: Final = ABOUT_MESSAGE | {Reason.UNKNOWN_PLACE}
"""Refusals of one post, which say nothing of the next."""
