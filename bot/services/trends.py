"""Trends: how often papers are about a topic, month by month, and what rises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from cachetools import TTLCache

from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.runtime.charts import Charts
from bot.runtime.clock import Clock
from bot.services.search_engine import Engine
from papers.topics import Topic, TopicError, parse
from papers.trends import LEAST, Stretch, Trend, by_month, months_until, rising, trend_of
from storage import trends
from storage.database import Database

RISING: Final = 5
_KEPT: Final = timedelta(hours=6)
"""How long keywords are not counted again: that reads every paper of the months."""


@dataclass(frozen=True, slots=True)
class TrendReport:
    """What some topics did, and a picture of it."""

    months: tuple[Stretch, ...]
    trends: tuple[Trend, ...]
    papers: int
    """Papers of those months that are known."""
    picture: bytes | None
    """A PNG, None where it could not be drawn."""


class Trends:
    """Counts papers by month."""

    def __init__(self, database: Database, engine: Engine, clock: Clock, charts: Charts) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._charts = charts
        self._keywords: TTLCache[int, list[str]] = TTLCache(16, _KEPT.total_seconds())

    async def of(self, topics: Sequence[str], months: int) -> TrendReport:
        """Return what these topics did in the last months.

        Raises:
            UserError: too few papers of those months are known, or they cannot be counted now.
        """
        stretches = months_until(self._clock.now().date(), months)
        counts, totals = await self._counts([parse(topic) for topic in topics], stretches)
        found = [trend_of(topic, each, totals) for topic, each in zip(topics, counts, strict=True)]
        if sum(total >= LEAST for total in totals) < 2:
            raise UserError(
                _(
                    "I know too few papers for a trend yet: it takes two months with {least} papers"
                    " each. Try more months.",
                    least=LEAST,
                )
            )
        picture = await self._charts.lines(
            [f"{first:%Y-%m}" for first, _last in stretches], [each.shares for each in found]
        )
        return TrendReport(tuple(stretches), tuple(found), sum(totals), picture)

    async def rising(self, months: int) -> list[str]:
        """Return the keywords that the last months have more of than the months before, as topics.

        Raises:
            UserError: papers cannot be counted now.
        """
        if (known := self._keywords.get(months)) is not None:
            return known
        stretches = months_until(self._clock.now().date(), months)
        since = datetime.combine(stretches[0][0], time(), UTC)
        async with self._database.read() as conn:
            rows = await trends.keywords(conn, since)
        _none, totals = await self._counts([], stretches)
        counts = by_month(rows, stretches)
        topics = {topic: counts[word] for word in counts if (topic := _phrase(word)) is not None}
        found = rising(topics, totals, RISING)
        self._keywords[months] = found
        return found

    async def _counts(
        self, topics: Sequence[Topic], stretches: Sequence[Stretch]
    ) -> tuple[list[list[int]], list[int]]:
        counted = await self._engine.counts(topics, stretches)
        if counted is None:
            raise UserError(_("I'm still building the search index. Try again in a few minutes."))
        return counted


def _phrase(keyword: str) -> str | None:
    """Return a keyword as a topic; None for one that says nothing, or too much."""
    topic = f'"{keyword.replace(chr(34), " ").strip()}"'
    try:
        parse(topic)
    except TopicError:
        return None
    return topic
