"""A person's reading year: what they saved, month by month."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from papers.categories import NAMES
from papers.trends import Stretch, months_until
from storage import library
from storage.database import Database
from storage.library import Saved
from storage.papers import StoredPaper

MONTHS: Final = 12
_FIELDS: Final = 3


@dataclass(frozen=True, slots=True)
class ReadingYear:
    """Twelve months of a library."""

    months: tuple[Stretch, ...]
    saved: tuple[int, ...]
    """Papers saved each month."""
    read: int
    """Those of them that are read."""
    noted: int
    """Those of them with a note."""
    fields: tuple[str, ...]
    """The names of the categories that most of them are in first, the most frequent first."""


async def reading_year(
    database: Database, user_id: int, now: datetime, zone: ZoneInfo
) -> ReadingYear:
    """Return what a person saved in the twelve months of their zone until now and still has."""
    months = months_until(now.astimezone(zone).date(), MONTHS)
    since = datetime.combine(months[0][0], time(), zone)
    async with database.read() as conn:
        entries = [each for each in await library.all_of(conn, user_id) if each.saved_at >= since]
        known = await library.papers_of(conn, entries)
    return year_of(months, entries, known, zone)


def year_of(
    months: Sequence[Stretch],
    entries: Sequence[Saved],
    known: Sequence[StoredPaper],
    zone: ZoneInfo,
) -> ReadingYear:
    """Return the sums of what was saved; what lies outside of the months does not count."""
    counts = [0] * len(months)
    counted: list[Saved] = []
    for entry in entries:
        day = entry.saved_at.astimezone(zone).date()
        place = next((at for at, (first, last) in enumerate(months) if first <= day <= last), None)
        if place is not None and entry.lists:
            counts[place] += 1
            counted.append(entry)
    ids = {entry.paper_id for entry in counted}
    first = Counter(
        entry.paper.categories[0]
        for entry in known
        if entry.paper.id in ids and entry.paper.categories
    )
    return ReadingYear(
        months=tuple(months),
        saved=tuple(counts),
        read=sum(entry.read for entry in counted),
        noted=sum(entry.note is not None for entry in counted),
        fields=tuple(NAMES.get(code, code) for code, _ in first.most_common(_FIELDS)),
    )
