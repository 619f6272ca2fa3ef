"""Opening the thread about a paper, exactly once, and leading people to it.

A row is claimed for the server and the paper before anything is sent (docs/decisions/0001). Then a
message is sent that carries the thread, unless the card itself can, and the thread is started on
it. Each step's id is recorded before the next; what a stopped bot left is finished in the next
minute's cycle, or when the button is pressed again.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import discord
from discord import ui

from bot import limits
from bot.delivery.messenger import MessageTracker, Messenger, owns
from bot.delivery.outcomes import Failure, Gone, Outcome, Reason, Refused, Retry, Sent, failure_of
from bot.delivery.read_back import nonce, own_messages, strings_of
from bot.i18n import gettext as _
from bot.i18n import language_for, sentences, use
from bot.interactions.errors import UserError
from bot.interactions.language import server_language
from bot.interactions.save_buttons import SaveButton
from bot.runtime.clock import Clock
from bot.runtime.task_queue import TaskQueue
from bot.services.discussions._place import own_thread, place_of, require_allowed
from bot.ui.discussions import DiscussionPayload, discussion_name, render_beginning, render_opened
from bot.ui.lists import paper_gone
from bot.ui.reasons import reason_text
from papers import paper_key
from papers.keyed_locks import KeyedLocks
from papers.text import readable
from storage import cards, discussions, papers
from storage.database import Database
from storage.discussions import Discussion
from storage.papers import StoredPaper

log = logging.getLogger(__name__)

GIVE_UP_AFTER: Final = timedelta(hours=1)
"""How long an unfinished thread is tried: then the person who asked has gone."""


@dataclass(frozen=True, slots=True)
class _There:
    """A thread that exists."""

    locked: bool


class Discussions:
    """Opens threads about papers."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        tracker: MessageTracker,
        queue: TaskQueue,
        clock: Clock,
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._tracker = tracker
        self._queue = queue
        self._clock = clock
        self._under_way = KeyedLocks()

    async def on(self, guild_id: int) -> bool:
        """Return whether a server's cards get the button."""
        async with self._database.read() as conn:
            return await discussions.on(conn, guild_id)

    async def turn(self, guild_id: int, *, on: bool) -> None:
        """Turn the button of a server's new cards on or off."""
        async with self._database.write() as conn:
            await discussions.turn(conn, guild_id, self._clock.now(), on=on)

    async def open(
        self, paper_id: str, card: discord.Message, member: discord.Member
    ) -> ui.LayoutView:
        """Return where the paper of a card is discussed, and open the thread if there is none.

        A thread that was archived is brought back; in the place of one that was deleted, another is
        opened.

        Raises:
            UserError: there is none and none can be opened; says why.
        """
        guild = member.guild
        async with self._database.read() as conn:
            entry = (await papers.get_many(conn, [paper_id])).get(paper_id)
        if entry is None:
            raise UserError(paper_gone(self._messenger.mention("paper search")))
        # Two who press at once get one thread: the second waits for the first.
        async with self._under_way.of((guild.id, paper_id)):
            return await self._open(entry, card, member)

    async def _open(
        self, entry: StoredPaper, card: discord.Message, member: discord.Member
    ) -> ui.LayoutView:
        guild, paper_id, now = member.guild, entry.paper.id, self._clock.now()
        payload = DiscussionPayload(
            paper_id=paper_id,
            title=readable(entry.paper.title),
            card_url=card.jump_url,
            comments=entry.metrics.comments,
            language=server_language(guild).code,
        )
        async with self._database.read() as conn:
            known = await discussions.of_paper(conn, guild.id, paper_id)
            post_id = await discussions.post_about(conn, guild.id, paper_id)
            on = await discussions.on(conn, guild.id)
        replacing = False
        if known is not None and known.thread_id is not None:
            _require_visible(guild, known.channel_id, member)
            there = await self._brought_back(guild, known.thread_id)
            if there is not None:
                return render_opened(
                    payload, guild.id, known.thread_id, new=False, locked=there.locked
                )
            async with self._database.write() as conn:
                await discussions.drop(conn, known.id)
            known, replacing = None, True
        if known is None:
            if not on:
                raise UserError(_("Someone who manages this server turned discussions off."))
            if (post := own_thread(card)) is not None:
                return render_opened(payload, guild.id, post.id, new=False, locked=post.locked)
            if post_id is not None and (there := await self._brought_back(guild, post_id)):
                return render_opened(payload, guild.id, post_id, new=False, locked=there.locked)
            place = place_of(card)
            require_allowed(place, member)
            async with self._database.write() as conn:
                known = await discussions.claim(
                    conn,
                    guild.id,
                    paper_id,
                    channel_id=place.channel.id,
                    payload=payload.model_dump(mode="json"),
                    # A message whose thread was deleted cannot have another.
                    message_id=None if replacing else place.message_id,
                    now=now,
                )
        if known.thread_id is not None:
            outcome: Outcome = Sent(known.thread_id)
        else:
            outcome = await self._finish(known, now)
        if not isinstance(outcome, Sent):
            raise UserError(_not_opened(outcome))
        return render_opened(payload, guild.id, outcome.id, new=True, locked=False)

    async def claim(self, now: datetime) -> None:
        """Queue every discussion that a stop or a failure has left unfinished."""
        async with self._database.read() as conn:
            waiting = await discussions.unfinished(conn)
        for discussion_id in waiting:
            self._queue.submit(("discussion", discussion_id), self._resuming(discussion_id, now))

    def _resuming(self, discussion_id: int, now: datetime) -> Callable[[], Awaitable[None]]:
        return lambda: self._resume(discussion_id, now)

    async def _resume(self, discussion_id: int, now: datetime) -> None:
        async with self._database.read() as conn:
            waiting = await discussions.get(conn, discussion_id)
        if waiting is None or not owns(self._messenger, waiting.guild_id):
            return
        async with self._under_way.of((waiting.guild_id, waiting.paper_id)):
            async with self._database.read() as conn:
                waiting = await discussions.get(conn, discussion_id)
            if waiting is None or waiting.thread_id is not None:
                return
            outcome = await self._finish(waiting, now)
            # One last attempt also after that time: the thread may be there, unrecorded.
            if isinstance(outcome, Retry) and now - waiting.claimed_at > GIVE_UP_AFTER:
                async with self._database.write() as conn:
                    await discussions.drop(conn, discussion_id)

    async def _finish(self, known: Discussion, now: datetime) -> Outcome:
        """Take the steps that are missing; forget the discussion if it cannot be opened."""
        payload = DiscussionPayload.model_validate(known.payload)
        with use(language_for(payload.language)):
            outcome = await self._steps(known, payload, now)
        if isinstance(outcome, Sent):
            async with self._database.write() as conn:
                await discussions.mark_thread(conn, known.id, outcome.id)
            log.info("discussion opened discussion_id=%d", known.id)
            return outcome
        log.info("discussion not opened discussion_id=%d: %s", known.id, outcome.reason)
        if not isinstance(outcome, Retry):
            async with self._database.write() as conn:
                await discussions.drop(conn, known.id)
        return outcome

    async def _steps(self, known: Discussion, payload: DiscussionPayload, now: datetime) -> Outcome:
        channel = self._messenger.get_partial_messageable(
            known.channel_id, guild_id=known.guild_id, type=discord.ChannelType.text
        )
        message_id = known.message_id
        if message_id is not None:
            outcome = await _start_thread(channel, message_id, payload)
            if outcome != Gone(Reason.MESSAGE_GONE):
                return outcome
            # The card was deleted, or the message that begins it: another one is needed.
        begun = await self._begin(channel, known, payload, now, again=message_id is not None)
        if not isinstance(begun, Sent):
            return begun
        async with self._database.write() as conn:
            await discussions.mark_message(conn, known.id, begun.id)
            await cards.add(
                conn,
                message_id=begun.id,
                paper_id=known.paper_id,
                channel_id=known.channel_id,
                guild_id=known.guild_id,
                now=now,
            )
        self._tracker.track_message(
            begun.id, channel_id=known.channel_id, guild_id=known.guild_id, found=True
        )
        return await _start_thread(channel, begun.id, payload)

    async def _begin(
        self,
        channel: discord.PartialMessageable,
        known: Discussion,
        payload: DiscussionPayload,
        now: datetime,
        *,
        again: bool,
    ) -> Outcome:
        """Send the message that carries the thread, unless an earlier attempt got it through."""
        paper_url = paper_key.page_url(known.paper_id)
        identity = (known.guild_id, known.id, known.claimed_at.timestamp(), known.message_id)
        try:
            if known.sent_at is not None and not again:
                async for message in own_messages(self._messenger, channel):
                    links = strings_of(message)
                    if payload.card_url in links and any(paper_url in each for each in links):
                        return Sent(message.id)
            async with self._database.write(durable=True) as conn:
                await discussions.mark_sending(conn, known.id, now)
                await discussions.mark_message(conn, known.id, None)
            message = await channel.send(
                view=render_beginning(payload, actions=[SaveButton(known.paper_id)]),
                nonce=nonce("discussion", *identity),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except Exception as error:
            return failure_of(error)
        return Sent(message.id)

    async def _brought_back(self, guild: discord.Guild, thread_id: int) -> _There | None:
        """Return a thread that exists, unarchived where the bot may; `None` if it was deleted."""
        thread: object = guild.get_thread(thread_id)
        if thread is None:
            try:
                thread = await guild.fetch_channel(thread_id)
            except Exception as error:
                gone = failure_of(error) == Gone(Reason.CHANNEL_GONE)
                return None if gone else _There(locked=False)
        if not isinstance(thread, discord.Thread):
            return None
        if thread.archived:
            try:
                await thread.edit(archived=False)
            except Exception as error:
                log.info("thread stays archived: %s", failure_of(error).reason)
        return _There(thread.locked)


async def _start_thread(
    channel: discord.PartialMessageable, message_id: int, payload: DiscussionPayload
) -> Outcome:
    try:
        thread = await channel.get_partial_message(message_id).create_thread(
            name=discussion_name(payload), auto_archive_duration=limits.THREAD_ARCHIVE_MINUTES
        )
    except Exception as error:
        failure = failure_of(error)
        if isinstance(failure, Refused) and failure.reason is Reason.THREAD_EXISTS:
            return Sent(message_id)  # a thread started from a message has the message's id
        return failure
    return Sent(thread.id)


def _require_visible(guild: discord.Guild, channel_id: int, member: discord.Member) -> None:
    channel = guild.get_channel(channel_id)
    if channel is not None and not channel.permissions_for(member).view_channel:
        raise UserError(_("This paper is discussed in a channel that you can't see."))


def _not_opened(failure: Failure) -> str:
    if isinstance(failure, Retry):
        soon = _("I couldn't open the thread just now. I'll try again in a minute.")
        return sentences(soon, reason_text(failure.reason))
    return sentences(_("I couldn't open the thread."), reason_text(failure.reason))
