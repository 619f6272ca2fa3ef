"""Digests, exactly once, through a path that Discord has no reason to dislike.

A digest is frozen first and sent under one nonce; what may have arrived unrecorded is read back.
Two sliding-window budgets, one for opening conversations and one for writing into open ones, are
spent before anything is sent, and a word from Discord that we write too much stops everything.
"""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord

from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import Failure, Gone, Reason, Refused, Retry, failure_of
from bot.delivery.read_back import nonce, own_messages, strings_of
from bot.delivery.retry import retry_at
from bot.i18n import ENGLISH, Language, language_for, use
from bot.runtime.task_queue import TaskQueue
from bot.services.batch_ranking import BatchRanking
from bot.services.digests._buttons import render_digest
from bot.services.digests._compose import (
    brought_or_saved,
    compose,
    freeze,
    trending_entries,
    wanted,
)
from bot.services.digests._conversations import BREAK, Conversations
from bot.services.digests._payload import DigestEntry, DigestPayload, MoreEntry
from bot.services.digests._restored import RestoredDigests
from bot.settings import Settings
from papers import schedule, zones
from papers.keyed_locks import KeyedLocks
from papers.schedule import Window
from storage import digests, subscriptions
from storage.database import Database
from storage.digests import Digest, DueDigest
from storage.subscriptions import Subscriber

log = logging.getLogger(__name__)

AT_ONCE = 20
"""So many digests of one minute need no spreading."""


@dataclass(frozen=True, slots=True)
class TrendingPreview:
    """What the topic `trending` would bring."""

    entries: tuple[DigestEntry, ...]
    left_out: bool
    """Whether papers were left out that the person has already."""


class Digester:
    """Plans and sends what people subscribed to."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        *,
        ranking: BatchRanking,
        tracker: MessageTracker,
        queue: TaskQueue,
        settings: Settings,
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._ranking = ranking
        self._tracker = tracker
        self._queue = queue
        self._spread = timedelta(minutes=settings.dm_spread_minutes)
        self._doors = Conversations(database, messenger, settings)
        self._restored = RestoredDigests(database, messenger, tracker)
        self.greet = self._doors.greet
        self._under_way = KeyedLocks()

    async def claim(self, now: datetime) -> None:
        """Queue every person who is owed a digest, and every digest that is not sent."""
        async with self._database.read() as conn:
            due = await digests.claim_due(conn, now)
            waiting = await digests.unfinished(conn, now)
        submit = self._queue.submit
        for digest_id in waiting:
            submit(("digest", digest_id), self._sending(digest_id, now))
        for person in due:
            if now >= person.due_at + self._jitter(person, len(due)):
                submit(("digests-of", person.user_id), self._planning(person, now))

    def _sending(self, digest_id: int, now: datetime) -> Callable[[], Awaitable[None]]:
        return lambda: self.send(digest_id, now)

    def _planning(self, person: DueDigest, now: datetime) -> Callable[[], Awaitable[None]]:
        return lambda: self._publish(person, now)

    def _jitter(self, person: DueDigest, due: int) -> timedelta:
        """Spread many digests of one hour; the same person keeps their place in it."""
        if due <= AT_ONCE:
            return timedelta()
        seed = hashlib.blake2b(str(person.user_id).encode(), digest_size=4).digest()
        share = int.from_bytes(seed) / 2**32
        # Whose hour is shortly before midnight must not be put off into the next day.
        room = (person.expires_at - person.due_at) / 2
        return share * min(self._spread, room)

    async def _publish(self, person: DueDigest, now: datetime) -> None:
        async with self._database.read() as conn:
            known = await subscriptions.subscriber(conn, person.user_id)
        if known is not None and isinstance(
            await self._restored.read_back(known, person, now), Retry
        ):
            return  # the next minute tries again, and nothing is sent before
        async with self._database.read() as conn:
            subscriber = await subscriptions.subscriber(conn, person.user_id)
            if subscriber is None:
                return
            with use(language_for(subscriber.language)):
                composed = await compose(self._ranking, conn, person, now)
        state = digests.PLANNED if subscriber.closed_at is None else digests.INBOX
        if composed.payload is None:
            state = digests.EMPTY
        async with self._database.write() as conn:
            digest_id = await freeze(conn, person, composed, state, now)
        if digest_id is not None and state == digests.PLANNED:
            await self.send(digest_id, now)

    async def now(self, user_id: int, now: datetime) -> tuple[Digest, DigestPayload] | None:
        """Return a person's digest of today, made now if it was not yet; `None` without papers.

        It takes the place of the one that would come at their hour.
        """
        async with self._database.read() as conn:
            subscriber = await subscriptions.subscriber(conn, user_id)
            if subscriber is None:
                return None
            due = due_of(subscriber, now)
            existing = await digests.of_day(conn, user_id, due.local_date)
            made = existing is not None and existing.payload is not None
            # A day that had nothing in the morning may have something by now.
            composed = None if made else await compose(self._ranking, conn, due, now)
        payload = composed.payload if composed else None
        async with self._database.write() as conn:
            if existing is None and composed is not None and payload is not None:
                await freeze(conn, due, composed, digests.SHOWN, now)
            elif existing is not None and composed is not None and payload is not None:
                await digests.show(
                    conn,
                    existing,
                    now,
                    payload=payload.model_dump(mode="json"),
                    paper_ids=payload.paper_ids,
                    batch_day=composed.batch_day,
                )
            elif existing is not None and made:
                await digests.show(conn, existing, now)
            existing = await digests.of_day(conn, user_id, due.local_date)
        if existing is None or existing.payload is None:
            return None
        return existing, DigestPayload.model_validate(existing.payload)

    async def inbox(self, user_id: int, now: datetime) -> tuple[DigestEntry | MoreEntry, ...]:
        """Return what the last two weeks' digests brought, those that did not arrive first."""
        since = now.date() - digests.INBOX_KEPT
        async with self._database.read() as conn:
            kept = await digests.inbox(conn, user_id, since)
        payloads = [DigestPayload.model_validate(digest.payload) for digest in kept]
        return tuple(entry for payload in payloads for entry in (*payload.entries, *payload.more))

    async def trending_preview(
        self, user_id: int, now: datetime, *, weekly: bool
    ) -> TrendingPreview:
        """Return what the topic `trending` would bring a person now."""
        async with self._database.read() as conn:
            known = await brought_or_saved(conn, user_id)
            entries = await trending_entries(self._ranking, conn, known, now, weekly=weekly)
        return TrendingPreview(tuple(entries), bool(known))

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
                async with self._database.write() as conn:
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


def due_of(person: Subscriber, now: datetime) -> DueDigest:
    """Return the digest that a person would get today."""
    zone = zones.zone_or_utc(person.timezone)
    today = now.astimezone(zone).date()
    here = schedule.window(today, person.at, zone) or Window(today, now, now + schedule.SLACK)
    return DueDigest(person.user_id, today, person.every, here.opens, here.closes)
