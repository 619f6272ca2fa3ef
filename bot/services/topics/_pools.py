"""The recent papers of each pool of sources (`papers.sources.declared.pools`).

A word that is rare among all papers may be common in biology, and a score says how near a paper is
compared with its like: each source beside the default ones is a pool of its own, so that what one
reads changes no match in another.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from bot.services.topics._recent_papers import RecentPapers
from papers.embedding import Embedder
from papers.sources import DatedSource, PaperSource
from papers.sources.declared import DEFAULT_POOL, names, pools, server_feed
from storage import server_sources
from storage.database import Database
from storage.topic_matches import Progress


class Pools:
    """The recent papers of the default sources, and of others while topics use them."""

    def __init__(
        self, database: Database, embedder: Embedder | None, sources: Sequence[PaperSource]
    ) -> None:
        self._database = database
        self._embedder = embedder
        listed = [source.name for source in sources if not isinstance(source, DatedSource)]
        self.default = RecentPapers(database, embedder, listed)
        self._known = {DEFAULT_POOL: self.default}

    def all(self) -> Iterable[RecentPapers]:
        """Return the papers of every pool that is held."""
        return tuple(self._known.values())

    async def lost(self, groups: Iterable[Sequence[str]]) -> set[str]:
        """Return those of these sources that are feeds which their servers have no more."""
        feeds = {key for group in groups for key in group if server_feed(key) is not None}
        if not feeds:
            return feeds
        async with self._database.read() as conn:
            return feeds - set(await server_sources.named(conn, feeds))

    async def of(self, groups: Collection[Sequence[str]], now: datetime) -> dict[str, RecentPapers]:
        """Return the pools of these sets of sources, but for those lost, read up to now."""
        lost = await self.lost(groups)
        found: dict[str, RecentPapers] = {}
        for pool in dict.fromkeys(pool for group in groups for pool in pools(group, lost=lost)):
            if (papers := self._known.get(pool)) is None:
                papers = RecentPapers(self._database, self._embedder, names([pool]))
                self._known[pool] = papers
            await papers.refresh(now)
            found[pool] = papers
        return found

    def keep(self, used: Mapping[str, RecentPapers]) -> None:
        """Let go of the pools that no topic uses."""
        self._known = {DEFAULT_POOL: self.default, **used}


def reached(some: Iterable[RecentPapers]) -> Progress:
    """Return how far all of these have come."""
    each = [papers.reached for papers in some]
    return Progress(min(one.revision for one in each), min(one.entry for one in each))
