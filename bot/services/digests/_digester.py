"""Digests: what each person is owed, composed at their hour and handed to the sender."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import Retry
from bot.i18n import gettext as _
from bot.i18n import language_for, use
from bot.runtime.logs import log_failure
from bot.runtime.task_queue import TaskQueue
from bot.services.batch_ranking import BatchRanking
from bot.services.digests._compose import (
    NO_PICKS,
    NOTHING_LEARNED,
    best_of_batches,
    compose,
    fill,
    freeze,
    news_entry,
)
from bot.services.digests._conversations import Conversations
from bot.services.digests._learned import Learned
from bot.services.digests._learning import TopicLearning
from bot.services.digests._owed import brought_or_known
from bot.services.digests._payload import DigestEntry, DigestPayload, MoreEntry
from bot.services.digests._restored import RestoredDigests
from bot.services.digests._send import DigestSender
from bot.services.folding import Folding
from bot.services.picks import PicksByList, Suggested
from bot.settings import Settings
from bot.ui.news import news_text
from papers import schedule, zones
from papers.schedule import Window
from storage import digests, hidden, news, subscriptions
from storage.database import Database
from storage.database_file import DriverError
from storage.digests import Digest, DueDigest
from storage.news import News
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
    """Plans what people subscribed to, and has it sent."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        *,
        ranking: BatchRanking,
        folding: Folding,
        picks: PicksByList,
        learning: TopicLearning,
        tracker: MessageTracker,
        queue: TaskQueue,
        settings: Settings,
    ) -> None:
        self._database = database
        self._ranking = ranking
        self._folding = folding
        self._picks = picks
        self._learning = learning
        self._queue = queue
        self._spread = timedelta(minutes=settings.dm_spread_minutes)
        conversations = Conversations(database, messenger, settings)
        self._sender = DigestSender(database, messenger, tracker, conversations)
        self._restored = RestoredDigests(database, messenger, tracker)
        self.greet, self.revise = conversations.greet, conversations.revise

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
        return lambda: self._sender.send(digest_id, now)

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
        suggested = await self._suggested(person.user_id, now)
        learned = await self._learned(person.user_id, now)
        async with self._database.read() as conn:
            subscriber = await subscriptions.subscriber(conn, person.user_id)
            if subscriber is None:
                return
            with use(language_for(subscriber.language)):
                composed = await compose(
                    self._ranking,
                    self._folding,
                    conn,
                    person,
                    now,
                    suggested=suggested,
                    learned=learned,
                )
        state = digests.PLANNED if subscriber.closed_at is None else digests.INBOX
        if composed.payload is None:
            state = digests.EMPTY
        async with self._database.write() as conn:
            digest_id = await freeze(conn, person, composed, state, now)
        if digest_id is not None and state == digests.PLANNED:
            await self._sender.send(digest_id, now)

    async def _suggested(self, user_id: int, now: datetime) -> Suggested:
        """Return what a person's lists bring; nothing if that fails, as topics come anyway.

        Raises:
            DriverError: the database cannot be read; a minute later the digest comes whole.
        """
        try:
            return await self._picks.for_digest(user_id, now)
        except DriverError:
            raise
        except Exception as error:
            log_failure(log, error, "no picks for a digest")  # not shown
            return NO_PICKS

    async def _learned(self, user_id: int, now: datetime) -> Learned:
        """Return what a person's topics have learned; nothing if that fails: they come anyway.

        Raises:
            DriverError: the database cannot be read; a minute later the digest comes whole.
        """
        try:
            return await self._learning.for_digest(user_id, now)
        except DriverError:
            raise
        except Exception as error:
            log_failure(log, error, "nothing learned for a digest")  # not shown
            return NOTHING_LEARNED

    async def now(self, user_id: int, now: datetime) -> tuple[Digest, DigestPayload] | None:
        """Return a person's digest of today, made now if it was not yet; `None` without papers.

        It takes the place of the one that would come at their hour.
        """
        suggested = await self._suggested(user_id, now)
        learned = await self._learned(user_id, now)
        async with self._database.read() as conn:
            subscriber = await subscriptions.subscriber(conn, user_id)
            if subscriber is None:
                return None
            due = due_of(subscriber, now)
            existing = await digests.of_day(conn, user_id, due.local_date)
            made = existing is not None and existing.payload is not None
            # A day that had nothing in the morning may have something by now.
            composed = None
            if not made:
                composed = await compose(
                    self._ranking,
                    self._folding,
                    conn,
                    due,
                    now,
                    suggested=suggested,
                    learned=learned,
                )
        async with self._database.write() as conn:
            if composed is not None and composed.payload is not None:
                if existing is None:
                    await freeze(conn, due, composed, digests.SHOWN, now)
                else:
                    await fill(conn, existing, composed, now)
            elif existing is not None and made:
                await digests.show(conn, existing, now)
            existing = await digests.of_day(conn, user_id, due.local_date)
        if existing is None or existing.payload is None:
            return None
        return existing, DigestPayload.model_validate(existing.payload)

    async def inbox(self, user_id: int, now: datetime) -> tuple[DigestEntry | MoreEntry, ...]:
        """Return news about saved papers, then what the last two weeks' digests brought.

        The news is what was not brought yet and what was in these two weeks, the newest first. Of
        the digests, those that did not arrive come first; dismissed papers are left out.
        """
        since = now.date() - digests.INBOX_KEPT
        async with self._database.read() as conn:
            lately = await news.lately(conn, user_id, now - digests.INBOX_KEPT)
            kept = await digests.inbox(conn, user_id, since)
            dismissed = await hidden.dismissed(conn, user_id)
        payloads = [DigestPayload.model_validate(digest.payload) for digest in kept]
        return (
            *map(_inbox_entry, lately),
            *(
                entry
                for payload in payloads
                for entry in (*payload.entries, *payload.more)
                if entry.paper_id not in dismissed
            ),
        )

    async def read_news(
        self, user_id: int, entries: Sequence[DigestEntry | MoreEntry], now: datetime
    ) -> None:
        """Record that a person has seen this news in their inbox: no digest brings it any more."""
        seen = [
            each.news_id
            for each in entries
            if isinstance(each, MoreEntry) and each.news_id is not None
        ]
        if seen:
            async with self._database.write() as conn:
                await news.claim_for(conn, user_id, seen, now)

    async def trending_preview(
        self, user_id: int, now: datetime, *, weekly: bool
    ) -> TrendingPreview:
        """Return what the topic `trending` would bring a person now."""
        async with self._database.read() as conn:
            known = await brought_or_known(conn, user_id)
            mutes = await hidden.mutes_of(conn, user_id)
            found = await best_of_batches(
                self._ranking, conn, known, now, weekly=weekly, mutes=mutes
            )
        return TrendingPreview(tuple(each.entry() for each in found), bool(known))


def _inbox_entry(known: News) -> MoreEntry:
    return MoreEntry(
        paper_id=known.paper_id,
        topic=_("News"),
        reason=news_text(news_entry(known)),
        news_id=known.id,
    )


def due_of(person: Subscriber, now: datetime) -> DueDigest:
    """Return the digest that a person would get today."""
    zone = zones.zone_or_utc(person.timezone)
    today = now.astimezone(zone).date()
    here = schedule.window(today, person.at, zone) or Window(today, now, now + schedule.SLACK)
    return DueDigest(person.user_id, today, person.every, here.opens, here.closes)
