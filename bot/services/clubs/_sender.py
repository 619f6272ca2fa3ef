"""Sending what a step froze: each is in the database before it is sent, and its id after.

Messages have a nonce that follows from their session and step. After the time for which Discord
honours it, and for events, which have none, what is there is read back first.
"""

import logging
from collections.abc import Sequence
from typing import Final

import discord

from bot import limits
from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import (
    Failure,
    Gone,
    Outcome,
    Reason,
    Refused,
    Retry,
    Sent,
    failure_of,
)
from bot.delivery.read_back import nonce, own_messages, strings_of
from bot.i18n import language_for, use
from bot.services.clubs._next import Known
from bot.ui.clubs import ClubEvent, ClubPost, heading, poll_of, poll_text, render_post
from bot.ui.parts import AnyItem
from storage.clubs import Club

log = logging.getLogger(__name__)

_SOON: Final = 60.0
_NO_EVENT: Final = 10_070
"""Unknown Guild Scheduled Event."""


class ClubSender:
    """Sends a club's messages, and makes its events, threads and pins."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    async def post(
        self,
        known: Known,
        name: str,
        post: ClubPost,
        *,
        resuming: bool,
        thread_id: int | None = None,
        ping: int | None = None,
        presenter_id: int | None = None,
        actions: Sequence[AnyItem] = (),
    ) -> Outcome:
        """Send a message, unless it turns out to be there.

        Args:
            known: the session.
            name: the step, for the nonce.
            post: what to send.
            resuming: whether it may have been sent before.
            thread_id: the thread to send it to, by default the club's channel.
            ping: the person to mention.
            presenter_id: who presents, where the message names them.
            actions: its buttons.
        """
        channel = self._place(known, thread_id)
        people = [] if ping is None else [discord.Object(ping)]
        mentions = discord.AllowedMentions(everyone=False, users=people, roles=False)
        title, mention = heading(post.title), "" if ping is None else f"<@{ping}>"
        key = _nonce(known, name)
        try:
            if resuming and (there := await self._find(channel, title, mention)) is not None:
                return Sent(there)
            with use(language_for(post.language)):
                if post.papers:
                    sent = await channel.send(
                        poll_text(post),
                        poll=poll_of(post),
                        nonce=key,
                        suppress_embeds=True,
                        allowed_mentions=mentions,
                    )
                else:
                    view = render_post(post, presenter_id=presenter_id, actions=actions)
                    sent = await channel.send(view=view, nonce=key, allowed_mentions=mentions)
        except Exception as error:
            return failure_of(error)
        return Sent(sent.id)

    async def take_back(self, club: Club, message_ids: Sequence[int]) -> None:
        """Delete messages of a club that are no longer true, as far as Discord lets it."""
        channel = self._messenger.get_partial_messageable(
            club.channel_id, guild_id=club.guild_id, type=discord.ChannelType.text
        )
        for message_id in message_ids:
            try:
                await channel.get_partial_message(message_id).delete()
            except Exception as error:
                log.info("message of a club stays club_id=%d: %s", club.id, failure_of(error))

    async def poll(self, known: Known, message_id: int) -> discord.Poll | Failure | None:
        """Return a poll as it stands, `None` for a message that lost it."""
        try:
            return (await self._place(known).fetch_message(message_id)).poll
        except Exception as error:
            return failure_of(error)

    async def end_poll(self, known: Known, message_id: int) -> Failure | None:
        """End a poll before its time."""
        try:
            await self._place(known).get_partial_message(message_id).end_poll()
        except Exception as error:
            return failure_of(error)
        return None

    async def open_thread(self, known: Known, message_id: int, name: str) -> Outcome:
        """Open the thread on a message, which can have one only."""
        message = self._place(known).get_partial_message(message_id)
        try:
            thread = await message.create_thread(
                name=name, auto_archive_duration=limits.THREAD_ARCHIVE_MINUTES
            )
        except Exception as error:
            failure = failure_of(error)
            if isinstance(failure, Refused) and failure.reason is Reason.THREAD_EXISTS:
                return Sent(message_id)  # a thread started from a message has the message's id
            return failure
        return Sent(thread.id)

    async def pin(self, known: Known, message_id: int, *, resuming: bool) -> Outcome:
        """Pin a message of the thread, unless it is pinned."""
        thread = self._place(known, known.session.thread_id)
        try:
            if resuming and (await thread.fetch_message(message_id)).pinned:
                return Sent(message_id)
            await thread.get_partial_message(message_id).pin()
        except Exception as error:
            return failure_of(error)
        return Sent(message_id)

    async def make_event(self, known: Known, event: ClubEvent, *, resuming: bool) -> Outcome:
        """Make the session's event, unless it turns out to be there."""
        guild = self._messenger.get_guild(known.club.guild_id)
        if guild is None or guild.unavailable:
            return Retry(Reason.UNAVAILABLE, _SOON)
        try:
            if resuming:
                for each in await guild.fetch_scheduled_events(with_counts=False):
                    ours = self._messenger.user is not None and (
                        each.creator_id == self._messenger.user.id
                    )
                    if ours and each.name == event.name and each.start_time == event.starts:
                        return Sent(each.id)
            made = await guild.create_scheduled_event(
                name=event.name,
                description=event.description,
                start_time=event.starts,
                end_time=event.ends,
                entity_type=discord.EntityType.external,
                privacy_level=discord.PrivacyLevel.guild_only,
                location=event.location,
            )
        except Exception as error:
            return failure_of(error)
        return Sent(made.id)

    async def event_gone(self, known: Known, event_id: int) -> bool | Failure:
        """Tell whether someone deleted or cancelled the session's event."""
        guild = self._messenger.get_guild(known.club.guild_id)
        if guild is None or guild.unavailable:
            return Retry(Reason.UNAVAILABLE, _SOON)
        try:
            found = await guild.fetch_scheduled_event(event_id, with_counts=False)
        except discord.NotFound as error:
            return True if error.code == _NO_EVENT else failure_of(error)
        except Exception as error:
            return failure_of(error)
        return found.status in (discord.EventStatus.canceled, discord.EventStatus.completed)

    async def delete_event(self, known: Known, event_id: int) -> Failure | None:
        """Delete the session's event, if it is there."""
        guild = self._messenger.get_guild(known.club.guild_id)
        if guild is None or guild.unavailable:
            return Retry(Reason.UNAVAILABLE, _SOON)
        try:
            await (await guild.fetch_scheduled_event(event_id, with_counts=False)).delete()
        except discord.NotFound as error:
            return None if error.code == _NO_EVENT else failure_of(error)
        except Exception as error:
            return failure_of(error)
        return None

    async def confirmed(self, known: Known, failure: Gone) -> Failure:
        """Ask for the club's channel, of which one answer said that it is gone.

        One wrong answer must not end a club: the channel's own has to say the same.
        """
        guild = self._messenger.get_guild(known.club.guild_id)
        if guild is None:
            return failure
        try:
            await guild.fetch_channel(known.club.channel_id)
        except Exception as error:
            return failure_of(error)
        return Retry(failure.reason, _SOON)

    async def _find(
        self, channel: discord.PartialMessageable, title: str, mention: str
    ) -> int | None:
        async for message in own_messages(self._messenger, channel):
            whole = "\n".join((message.content, *strings_of(message)))
            if title in whole.splitlines() and mention in whole:
                return message.id
        return None

    def _place(self, known: Known, thread_id: int | None = None) -> discord.PartialMessageable:
        kind = discord.ChannelType.text if thread_id is None else discord.ChannelType.public_thread
        return self._messenger.get_partial_messageable(
            thread_id or known.club.channel_id, guild_id=known.club.guild_id, type=kind
        )


def _nonce(known: Known, name: str) -> str:
    session = known.session
    return nonce(known.club.channel_id, session.id, session.opened_at.timestamp(), name)
