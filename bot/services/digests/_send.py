"""Sending digests, exactly once, through a path that Discord has no reason to dislike.

A digest is sent under one nonce; what may have arrived unrecorded is read back. Two sliding-window
budgets, one for opening conversations and one for writing into open ones, are spent before anything
is sent, and a sign from Discord that we write too much stops everything.
"""

import logging
from collections.abc import Collection
from datetime import datetime

import discord

from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import Failure, Gone, Reason, Refused, Retry, failure_of
from bot.delivery.read_back import nonce, own_messages, strings_of
from bot.delivery.retry import retry_at
from bot.i18n import ENGLISH, Language, language_for, use
from bot.services.digests._buttons import render_digest
from bot.services.digests._compose import wanted
from bot.services.digests._conversations import BREAK, Conversations
from bot.services.digests._payload import DigestPayload
from papers.keyed_locks import KeyedLocks
from storage import digests, subscriptions
from storage.database import Database
from storage.digests import Digest
from storage.subscriptions import Subscriber

log = logging.getLogger(__name__)


class DigestSender:
    """Sends frozen digests, and records what became of them."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        tracker: MessageTracker,
        conversations: Conversations,
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._tracker = tracker
        self._doors = conversations
        self._under_way = KeyedLocks()

    async def send(self, digest_id: int, now: datetime) -> None:
        """Send a digest that waits, if it may be sent now."""
        # A minute that begins while a digest is under way finds it unfinished, and asks for it too.
        async with self._under_way.of(digest_id):
            await self._send_unsent(digest_id, now)

    async def _send_unsent(self, digest_id: int, now: datetime) -> None:
        async with self._database.read() as conn:
            digest = await digests.get(conn, digest_id)
            if digest is None or digest.state not in digests.UNFINISHED:
                return
            person = await subscriptions.subscriber(conn, digest.user_id)
            followed = await subscriptions.followed(conn, digest.user_id)
            broken = await digests.broken_until(conn, now)
        with use(_language_of(digest)):
            await self._settle(digest, person, followed, broken, now)

    async def _settle(
        self,
        digest: Digest,
        person: Subscriber | None,
        followed: Collection[str],
        broken: datetime | None,
        now: datetime,
    ) -> None:
        """Send a digest, put it off, or leave it in the inbox."""
        if person is not None and not wanted(digest, person, followed):
            await self._withdraw(digest, person, now)
        elif person is None or person.closed_at is not None:
            await self._to_inbox(digest, Reason.DM_CLOSED, now)
        elif now >= digest.expires_at:
            await self._to_inbox(digest, digest.reason or "its day was over", now)  # not shown
        elif broken is not None:
            await self._wait(digest, broken, Reason.DM_BLOCKED, now)
        else:
            await self._send(digest, person, now)

    async def _send(self, digest: Digest, person: Subscriber, now: datetime) -> None:
        payload = DigestPayload.model_validate(digest.payload)
        opened = await self._doors.channel_of(person, now)
        if isinstance(opened, Retry | Gone | Refused):
            await self._handle(opened, digest, now)
            return
        channel = self._messenger.get_partial_messageable(opened, type=discord.ChannelType.private)
        try:
            found = await self._already_there(channel, digest, payload)
            again = found is not None
            if found is None:
                async with self._database.write(durable=True) as conn:
                    wait = await self._doors.spend_message(conn, now)
                    if wait is None:
                        await digests.mark_sending(conn, digest.id, now)
                if wait is not None:
                    reason = "too many direct messages in this hour"  # not shown
                    await self._wait(digest, wait, reason, now)
                    return
                found = await self._post(channel, digest, payload)
        except Exception as error:
            await self._handle(failure_of(error), digest, now)
            return
        await self._record(digest, payload, found, opened, now, again=again)

    async def _withdraw(self, digest: Digest, person: Subscriber, now: datetime) -> None:
        """Do not send a digest that its reader does not want any more, unless it has arrived."""
        if digest.state == digests.SENDING and person.dm_channel_id is not None:
            payload = DigestPayload.model_validate(digest.payload)
            channel = self._messenger.get_partial_messageable(
                person.dm_channel_id, type=discord.ChannelType.private
            )
            try:
                found = await self._already_there(channel, digest, payload)
            except Exception as error:
                await self._handle(failure_of(error), digest, now)
                return
            if found is not None:
                await self._record(digest, payload, found, person.dm_channel_id, now, again=True)
                return
        async with self._database.write() as conn:
            await digests.withdraw(conn, digest.id)
        log.info("digest withdrawn digest_id=%d", digest.id)

    async def _record(
        self,
        digest: Digest,
        payload: DigestPayload,
        message_id: int,
        channel_id: int,
        now: datetime,
        *,
        again: bool,
    ) -> None:
        """Record the digest's message; `again` where an earlier attempt had got it through."""
        async with self._database.write() as conn:
            shown = [entry.paper_id for entry in payload.entries]
            await digests.mark_sent(conn, digest, message_id, channel_id, shown, now)
            await subscriptions.reached(conn, digest.user_id)
        self._tracker.track_message(message_id, channel_id=channel_id, guild_id=None, found=again)
        log.info("digest sent digest_id=%d papers=%d", digest.id, len(payload.entries))

    async def _post(
        self, channel: discord.PartialMessageable, digest: Digest, payload: DigestPayload
    ) -> int:
        view = render_digest(digest.id, payload)
        once = nonce(digest.user_id, digest.id, digest.planned_at.timestamp())
        return (await channel.send(view=view, nonce=once)).id

    async def _already_there(
        self, channel: discord.PartialMessageable, digest: Digest, payload: DigestPayload
    ) -> int | None:
        """Return the digest's message if an earlier attempt got it through unrecorded."""
        if digest.state != digests.SENDING:
            return None
        async for message in own_messages(self._messenger, channel):
            if any(payload.title in text for text in strings_of(message)):
                return message.id
        return None

    async def _handle(self, failure: Failure, digest: Digest, now: datetime) -> None:
        ours = failure.reason in (Reason.BAD_PAYLOAD, Reason.UNKNOWN)
        level = logging.ERROR if ours else logging.INFO
        log.log(level, "digest not sent digest_id=%d: %s", digest.id, failure.reason)
        await self._doors.note_block(failure, now)
        match failure:
            case Retry():
                again = retry_at(now, digest.attempts, failure.after)
                await self._wait(digest, again, failure.reason, now)
            case Refused(Reason.DM_BLOCKED):
                await self._wait(digest, now + BREAK, failure.reason, now)
            case Refused(Reason.DM_CLOSED):
                async with self._database.write() as conn:
                    await subscriptions.refused(conn, digest.user_id, failure.reason, now)
                await self._to_inbox(digest, failure.reason, now)
            case Gone() | Refused():
                await self._to_inbox(digest, failure.reason, now)

    async def _wait(self, digest: Digest, until: datetime, reason: str, now: datetime) -> None:
        if until >= digest.expires_at:
            await self._to_inbox(digest, reason, now)
            return
        async with self._database.write() as conn:
            await digests.mark_retry(conn, digest.id, at=until, reason=reason)

    async def _to_inbox(self, digest: Digest, reason: str, now: datetime) -> None:
        async with self._database.write() as conn:
            await digests.to_inbox(conn, digest.id, reason, now)


def _language_of(digest: Digest) -> Language:
    """Return the language that a digest was composed in."""
    payload = digest.payload and DigestPayload.model_validate(digest.payload)
    return language_for(payload.language) if payload else ENGLISH
