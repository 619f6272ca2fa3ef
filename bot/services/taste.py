"""A server's taste: what its members saved from earlier threads moves the order of the next.

Only counts are used, of at least `LEAST_SAVERS` members, and nothing that is learned is stored.
Where a feed says so, what is on the server's shelf counts as saved, too: everyone there sees it, so
that it takes no number of members. An
interest (`papers.picks`) is learned from the papers that were saved on the cards of the server's
threads in the last four weeks. A new paper's score is measured in deviations of recent papers'
scores above their median: from one on likeness counts, and from four in full. In full it is worth
as much as twice the upvotes with a mild taste, and eight times the upvotes with a strong one.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from bot.runtime.logs import log_failure
from bot.services.background import Recent, RecentReading
from papers.picks import Features, Signals, learn
from papers.trending import Candidate
from storage import papers, shelves, thread_saves
from storage.database import Database
from storage.database_file import DriverError
from storage.feeds import Feed, Taste
from storage.papers import StoredPaper

log = logging.getLogger(__name__)

LEAST_SAVERS: Final = 5
"""Different members who must have saved something before it moves anything (k-anonymity): the
order of a thread then shows no single member's interests."""
DOUBLINGS: Final[Mapping[Taste, float]] = {
    Taste.OFF: 0.0,
    Taste.MILD: 1.0,
    Taste.STRONG: 3.0,
    Taste.SHELF_MILD: 1.0,
    Taste.SHELF_STRONG: 3.0,
}
"""What full likeness is worth, in doublings of a paper's upvotes."""
SAVED_WITHIN: Final = timedelta(days=28)
"""How far back saves count: as long as posts are kept at least (`storage.posts.POSTS_KEPT`)."""

_EACH: Final = 20
"""Newest papers of one member that count, so that none outweighs the others."""
_LEARNED_FROM: Final = 100
_BEGINS: Final = 1.0
_FULL: Final = 4.0
"""Deviations above recent papers from which on likeness counts, and counts in full. Measured by
words alone on topics that a person filed papers under, with 15 saved papers of one, three and five
topics mixed: other papers of these topics get .87, .52 and .40 of the full worth on average, and
papers of no such topic .07, .05 and .05."""
_DEVIATION: Final = 1.4826
"""Of a normal distribution, in its median absolute deviations: recent papers may be among those
that were saved, and these must not count."""
_LEAST_DEVIATION: Final = 0.25
"""Of the standard deviation, so much is the least: where most recent papers score alike, the median
deviation is next to nothing."""


class ServerTaste:
    """Tells how much each candidate of a thread is like what a server's members saved."""

    def __init__(self, database: Database, reading: RecentReading) -> None:
        self._database = database
        self._reading = reading
        self._seeing = asyncio.Lock()
        self._seen: tuple[Recent, tuple[str, ...], Features] | None = None

    async def boosts(
        self, feed: Feed, candidates: Sequence[Candidate], now: datetime
    ) -> dict[str, float]:
        """Return what likeness adds to papers' scores, in doublings, above 0, by paper.

        Nothing where the feed does not want it, too few members saved something, or it fails: a
        thread comes in any case.

        Raises:
            DriverError: the database cannot be read; the thread is tried again.
        """
        if feed.taste is Taste.OFF or not candidates:
            return {}
        try:
            return await self._boosts(feed, sorted({each.paper.id for each in candidates}), now)
        except DriverError:
            raise
        except Exception as error:
            log_failure(log, error, "taste left out feed_id=%d", feed.id)  # not shown
            return {}

    async def _boosts(self, feed: Feed, ids: Sequence[str], now: datetime) -> dict[str, float]:
        liked = await self._liked(feed, now)
        if not liked:
            return {}
        recent = await self._reading.recent()
        new = await self._features(recent, tuple(ids))
        shares = await asyncio.to_thread(self._shares, recent, liked, new)
        most = DOUBLINGS[feed.taste]
        return {
            paper.id: most * share
            for paper, share in zip(new.papers, shares, strict=True)
            if share > 0
        }

    async def _liked(self, feed: Feed, now: datetime) -> list[tuple[StoredPaper, int]]:
        """Return the papers that count, each with how many members saved or added it."""
        async with self._database.read() as conn:
            saved = await thread_saves.of_guild(
                conn, feed.guild_id, now - SAVED_WITHIN, each=_EACH, limit=_LEARNED_FROM
            )
            shelf = (
                await shelves.papers_on(conn, feed.guild_id, limit=_LEARNED_FROM)
                if feed.taste.with_shelf
                else []
            )
        liked = {each.stored.paper.id: (each.stored, max(each.people, 1)) for each in shelf}
        if saved.savers >= LEAST_SAVERS:
            for stored, members in saved.papers:
                _, before = liked.get(stored.paper.id, (stored, 0))
                liked[stored.paper.id] = stored, max(members, before)
        return list(liked.values())

    async def _features(self, recent: Recent, ids: tuple[str, ...]) -> Features:
        """Return the candidates as the background shows them: once for all feeds of a moment."""
        async with self._seeing:
            if self._seen is not None and self._seen[0] is recent and self._seen[1] == ids:
                return self._seen[2]
            async with self._database.read() as conn:
                known = list((await papers.get_many(conn, ids)).values())
            features = await asyncio.to_thread(
                lambda: recent.background.features(self._reading.read(known))
            )
            self._seen = recent, ids, features
            return features

    def _shares(
        self, recent: Recent, liked: Sequence[tuple[StoredPaper, int]], new: Features
    ) -> list[float]:
        """Return how much of its full worth each paper's likeness is; a tenth of a second of CPU.

        A paper counts 1 + log2 of how many members saved it.
        """
        pool = recent.background.features(self._reading.read([entry for entry, _ in liked]))
        times = 1 + np.log2([members for _, members in liked])
        places = np.repeat(np.arange(len(pool)), np.rint(times).astype(np.int64))
        signals = Signals(places, np.empty(0, dtype=np.int64))
        (interest,) = learn(recent.background, pool, [signals])
        usual = interest.scores(recent.background.sample)
        middle = float(np.median(usual))
        deviation = max(
            _DEVIATION * float(np.median(np.abs(usual - middle))),
            _LEAST_DEVIATION * float(np.std(usual)),
        )
        if not deviation:
            return [0.0] * len(new)
        deviations = (interest.scores(new) - middle) / deviation
        return np.clip((deviations - _BEGINS) / (_FULL - _BEGINS), 0, 1).tolist()
