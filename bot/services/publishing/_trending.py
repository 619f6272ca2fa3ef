"""What trends on the Hub, for the overview of a feed that wants to know."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from bot.services.publishing._order import Ordering
from bot.ui.payloads import TrendingEntry
from papers import paper_key
from papers.text import readable
from papers.trending import Candidate
from storage import papers, trending
from storage.database import Database
from storage.feeds import Feed
from storage.papers import StoredPaper

NAMED: Final = 3
"""Papers that an overview names at most."""
FRESH: Final = timedelta(hours=6)
"""How old the Hub's answer is at most that an overview calls what trends now."""


class TrendingSection:
    """Chooses what overviews name."""

    def __init__(self, database: Database, ordering: Ordering) -> None:
        self._database = database
        self._ordering = ordering

    async def of(
        self,
        feed: Feed,
        day: date,
        now: datetime,
        *,
        shown: Collection[str],
        there: Collection[str],
    ) -> tuple[TrendingEntry, ...]:
        """Return the first papers that trend and that the feed's filters let through.

        Those that an overview of the channel named before come with that day, and nothing comes if
        that is all: papers trend for weeks. None comes where the Hub has not said lately.

        Args:
            feed: the feed.
            day: the batch that the thread is for.
            now: the present instant.
            shown: papers that the channel had.
            there: papers that the thread itself shows.
        """
        async with self._database.read() as conn:
            found = await trending.papers(conn, now - FRESH)
            keys = await papers.all_keys(conn, [each.paper.id for each in found])
        there = set(there)
        found = [each for each in found if not keys[each.paper.id] & there]
        candidates = [Candidate(each.paper, each.metrics, day) for each in found]
        ordered = await self._ordering.of(feed, candidates, day, now, prior=None)
        wanted = {each.paper.id for each in ordered.ranked}
        chosen = [each for each in found if each.paper.id in wanted][:NAMED]
        all_keys = {key for each in chosen for key in keys[each.paper.id]}
        async with self._database.read() as conn:
            named = await trending.named(conn, feed.channel_id, all_keys)
            posted = await trending.posted(conn, feed.channel_id, all_keys)
        if not any(keys[each.paper.id].isdisjoint(named) for each in chosen):
            return ()
        shown = set(shown)
        entries: list[TrendingEntry] = []
        for each in chosen:
            own = keys[each.paper.id]
            days = [posted[key] for key in own if key in posted]
            days = days or [named[key].date() for key in own if key in named]
            entries.append(_entry(each, bool(own & shown), max(days, default=None)))
        return tuple(entries)


def _entry(found: StoredPaper, posted: bool, since: date | None) -> TrendingEntry:
    return TrendingEntry(
        paper_id=found.paper.id,
        title=readable(found.paper.title),
        url=paper_key.page_url(found.paper.id),
        upvotes=found.metrics.upvotes,
        stars=found.metrics.stars,
        posted=posted,
        since=since,
    )
