"""Asking for the feeds that servers added, each once for all servers, and storing what is new."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from papers.calendar import SourceDays
from papers.keyed_locks import KeyedLocks
from papers.model import Batch
from papers.sources import SourceError, SourceErrorKind
from papers.sources.feed import SHORTEST_INTERVAL, FeedReader, Reading
from papers.sources.feed_records import FeedContents
from papers.sources.listings import ListedPaper
from storage import batches, papers, web_feed_moves, web_feeds
from storage.database import Database
from storage.database_file import DriverError
from storage.papers import UpsertReport
from storage.web_feeds import WebFeed

log = logging.getLogger(__name__)

BACKLOG: Final = timedelta(days=3)
"""How old an entry may be, by its own date, to be new when a feed is read for the first time."""
MOST_ENTRIES: Final = 2_000
"""Entries of one feed that are read, its first ones. Feeds of journals have up to a few hundred."""
NEWEST: Final = 3
"""Titles that are shown of a feed."""
_MOST_DUE: Final = 400
"""Feeds asked for in one pass; the others are in the next one, a minute later."""
_PORTION: Final = 250
"""Papers that one transaction stores: others wait for it to end."""
_MADE_UP: Final = timedelta(days=7)
"""How long ago a day may be that no answer came on, to be noted as one without papers."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of one feed."""

    report: UpsertReport
    broken: int
    """Entries that could not be read."""
    feed_id: int
    """The feed that has its address now: another one, if it moved to where that is."""


class WebFeeds:
    """Reads feeds of the web.

    Args:
        database: where they are.
        reader: what asks for them.
        on_new: called when papers were stored outside of a pass.
    """

    def __init__(
        self, database: Database, reader: FeedReader, *, on_new: Callable[[], None]
    ) -> None:
        self._database = database
        self._reader = reader
        self._on_new = on_new
        self._locks = KeyedLocks()

    async def read_due(self, now: datetime) -> Sequence[Stored]:
        """Ask for the feeds whose time it is; return what was stored of each. A feed that fails is
        noted as failing, and stops no other."""
        async with self._database.read() as conn:
            due = await web_feeds.due(conn, now, most=_MOST_DUE)
        found = await asyncio.gather(*(self._read(feed_id, now) for feed_id in due))
        return [each for each in found if each is not None]

    async def read(self, feed_id: int, now: datetime) -> WebFeed | None:
        """Return a feed as it is after asking for it, if its time has come; `None` if it was
        deleted. Of one that moved for good to where another one is, that other is returned."""
        stored = await self._read(feed_id, now)
        if stored is not None:
            self._on_new()
        async with self._database.read() as conn:
            return await web_feeds.get(conn, feed_id if stored is None else stored.feed_id)

    async def _read(self, feed_id: int, now: datetime) -> Stored | None:
        async with self._locks.of(feed_id):
            async with self._database.write() as conn:
                feed = await web_feeds.claim(conn, feed_id, now, now + SHORTEST_INTERVAL)
            if feed is None:
                return None
            today = SourceDays.DAILY.today(now)
            try:
                reading = await self._reader.read(feed.state, now, today)
                return await self._store(feed, reading, now, today)
            except DriverError:
                raise  # that says nothing of the feed
            except Exception as error:
                # One feed takes no other along. The error may hold its address, which the log
                # must not.
                name = type(error).__name__
                log.error("feed failed unexpectedly web_feed=%d error=%s", feed.id, name)  # noqa: TRY400 - see above
                failure = SourceError("", SourceErrorKind.MALFORMED, name)
                state = replace(
                    feed.state, failures=feed.state.failures + 1, next_at=now + SHORTEST_INTERVAL
                )
                return await self._store(feed, Reading(state, failure=failure), now, today)

    async def _store(self, feed: WebFeed, reading: Reading, now: datetime, today: date) -> Stored:
        """Store what came: the papers, a portion at a time, then in one transaction what is new and
        how the feed is. A process that is killed before has stored no state, and asks again."""
        found, failure = reading.contents, reading.failure
        read = () if found is None else found.papers[:MOST_ENTRIES]
        new = changed = unchanged = 0
        for first in range(0, len(read), _PORTION):
            records = [paper.record(today) for paper in read[first : first + _PORTION]]
            async with self._database.write() as conn:
                report = await papers.upsert(conn, records, now=now)
            new, changed = new + report.new, changed + report.changed
            unchanged += report.unchanged
        after = replace(feed, state=reading.state, kind=None, detail=None)
        if failure is not None:
            after = replace(after, kind=failure.kind, detail=failure.detail)
            log.warning("feed failed web_feed=%d kind=%s", feed.id, failure.kind)
        else:
            after = replace(after, read_at=now)
        if found is not None:
            newest = tuple(paper.title for paper in read[:NEWEST])
            after = replace(after, title=found.title, entries=len(read), newest=newest)
        there = feed.id
        async with self._database.write() as conn:
            if await web_feeds.get(conn, feed.id) is not None:
                if failure is None:
                    await _note(conn, feed, found, read, now, today)
                there = await web_feeds.keep(conn, after)
                if there != feed.id:
                    await web_feed_moves.fold(conn, feed.id, there)
                    log.info("feed moved web_feed=%d to=%d", feed.id, there)
        broken = 0 if found is None else found.broken
        return Stored(UpsertReport(new, changed, unchanged), broken, there)


async def _note(
    conn: AsyncConnection,
    feed: WebFeed,
    found: FeedContents | None,
    read: Sequence[ListedPaper],
    now: datetime,
    today: date,
) -> None:
    """Store which entries are new today, and that no more come for the days before."""
    since = today if feed.read_at is None else SourceDays.DAILY.today(feed.read_at)
    day = max(since, today - _MADE_UP)
    while day < today:
        await batches.note(conn, Batch(day, ()), feed.key, now=now)
        day += _DAY
    guids = dict[str, str]() if found is None else found.guids
    stored_as = await papers.keys_of(conn, [paper.key for paper in read])
    entries = {
        paper.key: {
            _digest("paper", paper.key),
            _digest("paper", stored_as[paper.key]),
            *([_digest("entry", guids[paper.key])] if paper.key in guids else ()),
        }
        for paper in read
    }
    before = await web_feeds.seen(conn, feed.id, entries, today)
    new = [
        paper.record(today)
        for paper in read
        if paper.key not in before
        and (feed.read_at is not None or (paper.day is not None and paper.day >= today - BACKLOG))
    ]
    await batches.note(conn, Batch(today, tuple(new)), feed.key, now=now)


def _digest(kind: str, text: str) -> str:
    """Return what stands for a key or a feed's own id: 64 bits, of at most thousands of entries."""
    return hashlib.sha256(f"{kind} {text}".encode()).hexdigest()[:16]
