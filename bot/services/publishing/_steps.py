"""The steps of a post: a header, a thread on it, a card per paper; each is remembered before the
next.

In a thread, header and cards are messages there. In a forum, the header starts a post, or each card
does and there is no header.
"""

import io
import logging
from datetime import datetime

import discord
from discord import ui

from bot import limits
from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import (
    ABOUT_MESSAGE,
    Failure,
    Outcome,
    Reason,
    Refused,
    Retry,
    Sent,
    failure_of,
)
from bot.delivery.permissions import may_attach, missing_permissions
from bot.delivery.read_back import has_title, own_messages, role_mention, strings_of
from bot.runtime.charts import Charts
from bot.services.publishing._cards import Cards, ForumCards, ThreadCards, post_nonce
from bot.services.publishing._draft import PostPayload
from bot.services.publishing._forum import Forum
from bot.services.publishing._picture import picture_of
from bot.services.publishing._schedule import READ_BACK_AFTER
from bot.ui.cards import header_name, render_header
from bot.ui.charts import FILE
from storage import posts
from storage.database import Database
from storage.feeds import Kind
from storage.posts import Post

log = logging.getLogger(__name__)


UNKNOWN_IN_A_ROW = 3
"""So many cards refused one after the other for a reason unknown: it is the place, not the card."""


class Steps:
    """Sends what is missing of a post."""

    def __init__(
        self, database: Database, messenger: Messenger, tracker: MessageTracker, charts: Charts
    ) -> None:
        self._charts = charts
        self._database = database
        self._messenger = messenger
        self._tracker = tracker

    async def send(
        self, post: Post, draft: PostPayload, now: datetime, refused: dict[str, Refused]
    ) -> Failure | None:
        """Take every step that is not taken yet; return what kept the post from being finished.

        A card that Discord refuses is left out, and noted in `refused` by its paper's id.
        """
        missing = missing_permissions(self._messenger, post.guild_id, post.channel_id)
        if missing:
            return Refused(Reason.NO_PERMISSION, ", ".join(missing))
        resuming = post.sent_at is not None
        if post.sent_at is not None and draft.kind is Kind.FORUM and post.thread_id is None:
            wait = post.sent_at + READ_BACK_AFTER - now
            if wait.total_seconds() > 0:
                return Retry(Reason.UNAVAILABLE, wait.total_seconds())
        async with self._database.write(durable=True) as conn:
            await posts.mark_sending(conn, post.id, now)

        forum = Forum(self._database, self._messenger, post, draft)
        if draft.posts_each_paper:
            return await self._send_cards(
                post, ForumCards(forum, draft), now, refused, resuming=resuming
            )
        header_id = post.header_message_id
        if header_id is None:
            outcome = await self._send_header(post, draft, forum, resuming=resuming)
            if isinstance(outcome, Refused) and outcome.reason is Reason.BLOCKED:
                # One title is enough to block the list; the other papers' cards are still wanted.
                draft = draft.without_titles()
                outcome = await self._send_header(post, draft, forum, resuming=False)
            if not isinstance(outcome, Sent):
                return outcome
            header_id = outcome.id
            async with self._database.write() as conn:
                await posts.mark_header(conn, post.id, header_id, draft.to_json())

        if post.thread_id is None:
            outcome = await self._open_thread(post, header_id, draft)
            if not isinstance(outcome, Sent):
                return outcome
            async with self._database.write() as conn:
                await posts.mark_thread(conn, post.id, outcome.id)
        async with self._database.read() as conn:
            # The post as it is now: cards are filed under the thread that may be minutes old.
            post = await posts.get(conn, post.id) or post
        cards = ThreadCards(self._messenger, post, draft, header_id)
        return await self._send_cards(post, cards, now, refused, resuming=resuming)

    async def edit_header(self, post: Post, message_id: int, draft: PostPayload) -> Failure | None:
        """Show a header's draft as it is now; return what kept it from being shown."""
        # The first message of a forum's post is in that post.
        place = message_id if draft.kind is Kind.FORUM else post.channel_id
        channel = self._channel(post.guild_id, place)
        try:
            await channel.get_partial_message(message_id).edit(view=render_header(draft.header))
        except Exception as error:
            return failure_of(error)
        return None

    async def crosspost(self, post: Post, message_id: int) -> Failure | None:
        """Publish a header to the channels that follow its own; return what kept it from that."""
        channel = self._channel(post.guild_id, post.channel_id)
        try:
            await channel.get_partial_message(message_id).publish()
        except Exception as error:
            failure = failure_of(error)
            if isinstance(failure, Refused) and failure.reason is Reason.PUBLISHED:
                return None  # the answer to an earlier request was lost
            return failure
        return None

    async def _send_header(
        self, post: Post, draft: PostPayload, forum: Forum, *, resuming: bool
    ) -> Outcome:
        title = header_name(draft.header)
        if draft.kind is Kind.FORUM:
            if resuming and (found := await forum.find_day(title)) is not None:
                return found
            view, files = await self._rendered(post, draft)
            return await forum.open(
                title, view, files=files, ping_role_id=draft.header.ping_role_id
            )
        channel = self._channel(post.guild_id, post.channel_id)
        try:
            if resuming:
                async for message in own_messages(self._messenger, channel):
                    if has_title(strings_of(message), title):
                        return Sent(message.id)
            view, files = await self._rendered(post, draft)
            message = await channel.send(
                view=view,
                files=files,
                nonce=post_nonce(post, "header"),
                allowed_mentions=role_mention(draft.header.ping_role_id),
            )
        except Exception as error:
            return failure_of(error)
        return Sent(message.id)

    async def _rendered(
        self, post: Post, draft: PostPayload
    ) -> tuple[ui.LayoutView, list[discord.File]]:
        """Return the header's view, and the picture that belongs to it, if it can have one."""
        picture = None
        if may_attach(self._messenger, post.guild_id, post.channel_id):
            picture = await picture_of(self._charts, draft.header)
        files = [] if picture is None else [discord.File(io.BytesIO(picture), FILE)]
        return render_header(draft.header, picture=picture is not None), files

    async def _open_thread(self, post: Post, header_id: int, draft: PostPayload) -> Outcome:
        if draft.kind is Kind.FORUM:
            return Sent(header_id)  # the header is the first message of a thread
        if draft.kind is Kind.THREAD:
            return Sent(post.channel_id)
        header = self._channel(post.guild_id, post.channel_id).get_partial_message(header_id)
        try:
            thread = await header.create_thread(
                name=header_name(draft.header),
                auto_archive_duration=limits.THREAD_ARCHIVE_MINUTES,
            )
        except Exception as error:
            failure = failure_of(error)
            if isinstance(failure, Refused) and failure.reason is Reason.THREAD_EXISTS:
                return Sent(header_id)  # a thread started from a message has the message's id
            return failure
        return Sent(thread.id)

    async def _send_cards(
        self,
        post: Post,
        cards: Cards,
        now: datetime,
        refused: dict[str, Refused],
        *,
        resuming: bool,
    ) -> Failure | None:
        async with self._database.read() as conn:
            steps = [step for step in await posts.steps(conn, post.id) if step.message_id is None]
        there = await cards.there(steps) if resuming and steps else {}
        if not isinstance(there, dict):
            return there
        unknown = 0
        for step in cards.in_order(steps):
            message_id = there.get(step.paper_id)
            if message_id is None:
                outcome = await cards.send(step)
                if isinstance(outcome, Refused) and outcome.reason in _ABOUT_CARD:
                    # Something about this one paper: the others are not held up.
                    log.error(
                        "card refused post_id=%d paper=%s: %s",
                        *(post.id, step.paper_id, outcome.reason),
                    )
                    refused[step.paper_id] = outcome
                    unknown += outcome.reason is Reason.UNKNOWN_PLACE
                    if unknown == UNKNOWN_IN_A_ROW:
                        return outcome
                    continue
                if not isinstance(outcome, Sent):
                    return outcome
                message_id = outcome.id
            unknown = 0
            channel_id = cards.channel_of(message_id)
            async with self._database.write() as conn:
                await posts.mark_card(conn, post, step, message_id, now, channel_id=channel_id)
            self._tracker.track_message(
                message_id,
                channel_id=channel_id,
                guild_id=post.guild_id,
                seed=True,
                found=step.paper_id in there,
            )
        return None

    def _channel(
        self,
        guild_id: int,
        channel_id: int,
        kind: discord.ChannelType = discord.ChannelType.text,
    ) -> discord.PartialMessageable:
        return self._messenger.get_partial_messageable(channel_id, guild_id=guild_id, type=kind)


_ABOUT_CARD = ABOUT_MESSAGE | {Reason.UNKNOWN_PLACE}
