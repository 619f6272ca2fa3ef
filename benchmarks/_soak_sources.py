"""The papers of a soak: a curated source, and one of preprints."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from papers import calendar
from papers.calendar import POSTED, SourceDays
from papers.model import Announcement, Author, Batch, Metrics, Paper, Record
from papers.sources import SourceError, SourceErrorKind
from papers.zones import NEW_YORK

SUBJECTS = (
    *("flow matching", "protein folding", "robot grasping", "speech synthesis", "graph search"),
    *("image segmentation", "code generation", "weather forecasting", "theorem proving"),
)


@dataclass
class Month:
    """A curated source: a batch each working day, sometimes late, sometimes out of reach."""

    chance: random.Random
    now: datetime
    name: str = "Soak"
    curated: bool = True
    failing_until: datetime | None = None
    days: dict[date, tuple[datetime, list[Record]]] = field(
        default_factory=dict[date, tuple[datetime, list[Record]]]
    )

    def fill(self, first: date, count: int) -> None:
        """Write the batches of these days."""
        for number in range(count):
            day = first + timedelta(days=number)
            if not calendar.is_working_day(day) or self.chance.random() < 0.03:
                continue
            late = timedelta(hours=self.chance.choice((0, 0, 0, 0, 1, 5)))
            size = self.chance.randint(6, 18)
            records = [self._record(day, number, place) for place in range(size)]
            self.days[day] = (calendar.begins(day) + late, records)

    def _record(self, day: date, number: int, place: int) -> Record:
        subject = self.chance.choice(SUBJECTS)
        paper = Paper(
            id=f"{day:%y%m}.{day.day * 500 + place:05}",
            title=f"{subject.title()} from {self.chance.choice(SUBJECTS)}, study {number}-{place}",
            abstract=f"We study {subject} and what follows from it, with experiments.",
            authors=(Author("Ada Lovelace"), Author("Grace Hopper")),
            categories=(self.chance.choice(("cs.CL", "cs.LG", "cs.RO")),),
        )
        return Record(paper, Metrics(self.chance.randint(0, 90)), day)

    async def daily(self, day: date) -> Batch:
        """Return what of a day is there by now."""
        self._fail()
        there, records = self.days.get(day, (self.now, []))
        return Batch(day, tuple(records) if self.now >= there else ())

    async def latest(self) -> Batch:
        """Return the newest batch that is there by now."""
        self._fail()
        there = [day for day, (at, _) in self.days.items() if at <= self.now]
        return await self.daily(max(there, default=self.now.date()))

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return papers by id."""
        self._fail()
        known = [record for _, records in self.days.values() for record in records]
        return [record for record in known if record.paper.id in paper_ids]

    async def search(self, query: str, limit: int) -> list[Record]:
        """Find nothing: what is here is known."""
        self._fail()
        return []

    async def close(self) -> None:
        """Close nothing."""

    def _fail(self) -> None:
        if self.failing_until is not None and self.now < self.failing_until:
            kind = SourceErrorKind.UNREACHABLE
            raise SourceError(self.name, kind, "as the soak will have it")


class Preprints(Month):
    """A source without votes that has papers every day, as bioRxiv has."""

    def listed_days(self) -> Sequence[date]:
        """Return the four days that are over."""
        return [self.now.astimezone(NEW_YORK).date() - timedelta(days=back) for back in range(1, 5)]

    def fill(self, first: date, count: int) -> None:
        """Write what is posted on these days; a new version of the day before's now and then."""
        for number in range(count):
            day = first + timedelta(days=number)
            records = [self._preprint(day, number, place) for place in range(5)]
            before = self.days.get(day - timedelta(days=1))
            if before is not None and self.chance.random() < 0.5:
                again = replace(before[1][0], batch=day, announcement=Announcement.REPLACE)
                records.append(again)
            self.days[day] = (SourceDays.DAILY.settles(day) - POSTED, records)

    def _preprint(self, day: date, number: int, place: int) -> Record:
        record = self._record(day, number, place)
        paper = replace(
            record.paper,
            id=f"doi:10.64898/{day:%Y.%m.%d}.{700_000 + place}",
            title=f"Preprint: {record.paper.title}",
            categories=("biorxiv/neuroscience",),
            source=self.name,
            kind="preprint",
            version=1,
        )
        return Record(paper, batch=day, announcement=Announcement.NEW)


def moment(day: date, minute: int) -> datetime:
    """Return a minute of a day in UTC."""
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minute)
