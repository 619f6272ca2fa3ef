"""The steps of a post: a header, a thread on it, a card per paper; each is remembered before the
next."""

import logging
from collections.abc import Sequence
from datetime import datetime

import discord

from bot import limits
from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import (
    ABOUT_MESSAGE,
    Failure,
    Gone,
    Outcome,
    Reason,
    Refused,
    Retry,
    Sent,
    failure_of,
)
from bot.delivery.permissions import missing_permissions
from bot.delivery.read_back import nonce, own_messages, role_mention, strings_of
from bot.interactions.folded_button import folded_on_card
from bot.interactions.save_buttons import SaveButton
from bot.services.publishing._draft import PostPayload
from bot.ui.cards import render_card, render_header, thread_name
from papers import paper_key
from storage import posts
from storage.database import Database
from storage.posts import Post, Step

log = logging.getLogger(__name__)


UNKNOWN_IN_A_ROW = 3
"""So many cards refused one after the other for a reason unknown: it is the place, not the card."""


class Steps:
    """Sends what is missing of a post."""

    def __init__(self, database: Database, messenger: Messenger, tracker: MessageTracker) -> None:
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
        async with self._database.write() as conn:
            await posts.mark_sending(conn, post.id, now)

        header_id = post.header_message_id
        if header_id is None:
            outcome = await self._send_header(post, draft, resuming=resuming)
            if isinstance(outcome, Refused) and outcome.reason is Reason.BLOCKED:
                # One title is enough to block the list; the other papers' cards are still wanted.
                draft = draft.without_titles()
                outcome = await self._send_header(post, draft, resuming=False)
            if not isinstance(outcome, Sent):
                return outcome
            header_id = outcome.id
            async with self._database.write() as conn:
                await posts.mark_header(conn, post.id, header_id, draft.to_json())

        thread_id = post.thread_id
        if thread_id is None:
            outcome = await self._open_thread(post, header_id, thread_name(post.batch_day))
            if not isinstance(outcome, Sent):
                return outcome
            thread_id = outcome.id
            async with self._database.write() as conn:
                await posts.mark_thread(conn, post.id, thread_id)
        return await self._send_cards(post, thread_id, draft, now, refused, resuming=resuming)

    async def edit_header(self, post: Post, message_id: int, draft: PostPayload) -> Failure | None:
        """Show a header's draft as it is now; return what kept it from being shown."""
        channel = self._channel(post.guild_id, post.channel_id)
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

    async def _send_header(self, post: Post, draft: PostPayload, *, resuming: bool) -> Outcome:
        channel = self._channel(post.guild_id, post.channel_id)
        title = thread_name(post.batch_day)
        try:
            if resuming:
                async for message in own_messages(self._messenger, channel):
                    if any(title in text.partition("\n")[0] for text in strings_of(message)):
                        return Sent(message.id)
            message = await channel.send(
                view=render_header(draft.header),
                nonce=_nonce(post, "header"),
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
        self,
        post: Post,
        thread_id: int,
        draft: PostPayload,
        now: datetime,
        refused: dict[str, Refused],
        *,
        resuming: bool,
    ) -> Failure | None:
        thread = self._channel(post.guild_id, thread_id, discord.ChannelType.public_thread)
        async with self._database.read() as conn:
            # The post as it is now: cards are filed under the thread that may be minutes old.
            post = await posts.get(conn, post.id) or post
            steps = [step for step in await posts.steps(conn, post.id) if step.message_id is None]
        there = await self._cards_there(thread, steps) if resuming else {}
        if isinstance(there, Retry | Gone | Refused):
            return _in_thread(there)
        unknown = 0
        for step in steps:
            message_id = there.get(step.paper_id)
            if message_id is None:
                outcome = await self._send_card(thread, post, step, draft)
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
                    return _in_thread(outcome)
                message_id = outcome.id
            unknown = 0
            async with self._database.write() as conn:
                await posts.mark_card(conn, post, step, message_id, now)
            self._tracker.track_message(
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
            # A thread has the id of the message that it starts from: its cards come next.
            async for message in own_messages(self._messenger, thread, after=thread.id):
                urls = strings_of(message)
                for step in steps:
                    if any(paper_key.page_url(step.paper_id) in text for text in urls):
                        found.setdefault(step.paper_id, message.id)
                if len(found) == len(steps):
                    break
        except Exception as error:
            return failure_of(error)
        return found

    async def _send_card(
        self, thread: discord.PartialMessageable, post: Post, step: Step, draft: PostPayload
    ) -> Outcome:
        try:
            card = draft.cards[step.position]
            message = await thread.send(
                view=render_card(
                    card, actions=[SaveButton(step.paper_id), *folded_on_card(card.folded)]
                ),
                nonce=_nonce(post, step.position),
            )
        except Exception as error:
            return failure_of(error)
        return Sent(message.id)

    def _channel(
        self,
        guild_id: int,
        channel_id: int,
        kind: discord.ChannelType = discord.ChannelType.text,
    ) -> discord.PartialMessageable:
        return self._messenger.get_partial_messageable(channel_id, guild_id=guild_id, type=kind)


_ABOUT_CARD = ABOUT_MESSAGE | {Reason.UNKNOWN_PLACE}


def _nonce(post: Post, step: object) -> str:
    return nonce(post.channel_id, post.id, post.planned_at.timestamp(), step)


def _in_thread(failure: Failure) -> Failure:
    """Read a failure of a card: there a missing channel is a deleted thread."""
    return Gone(Reason.THREAD_GONE) if isinstance(failure, Gone) else failure
