"""A soak beyond machine learning: one server, its three channels, and where their papers are from.

Machine learning is from the soak's curated source; neuroscience from one as bioRxiv is: fewer
papers on weekends, new versions, withdrawals. A lab reads three journals by their feeds, which a
local server answers: with 304 where nothing changed, out of reach for hours, with a page for people
in their place, and with entries that two of them have. One feed is there under a second address,
which the lab reads as another one until it moves to the first.
"""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Final

from aiohttp import web

from benchmarks._soak_life import START, Soak
from benchmarks._soak_sources import SUBJECTS, Preprints, moment
from papers.calendar import POSTED, SourceDays
from papers.model import Announcement, Record
from tests.papers.sources.serving import Reply, Service, html_reply

JOURNALS: Final = ("Neuron Letters", "Cortex Reports", "Brain Methods")
OTHER: Final = "Neuron Letters by Another Address"
"""What the lab calls the first journal's feed at its second address."""
PREFIX: Final = "10.5555"
_SHOWN: Final = timedelta(days=6)
"""How long an entry stays in its feed."""
_WEEKEND: Final = 5
_MOVED: Final = timedelta(days=2, hours=7)
"""When the second address begins to redirect to the first."""
_CALM: Final = timedelta(days=3)
"""How old an entry is that must be known, whatever was out of reach."""


class Neuroscience(Preprints):
    """Papers every day, two on a day of a weekend; some get a new version, some are withdrawn."""

    withdrawn: set[str]

    def fill(self, first: date, count: int) -> None:
        """Write what is posted on these days."""
        self.withdrawn = set()
        for number in range(count):
            day = first + timedelta(days=number)
            size = 2 if day.weekday() >= _WEEKEND else 5
            records = [self._preprint(day, number, place) for place in range(size)]
            before = self.days.get(day - timedelta(days=1))
            if before is not None:
                records += self._again(before[1], day)
            self.days[day] = (SourceDays.DAILY.settles(day) - POSTED, records)

    def _again(self, records: list[Record], day: date) -> Iterator[Record]:
        new = [each for each in records if each.announcement is Announcement.NEW]
        if self.chance.random() < 0.5:
            paper = replace(new[0].paper, version=2)
            yield replace(new[0], paper=paper, batch=day, announcement=Announcement.REPLACE)
        if self.chance.random() < 0.3:
            paper = replace(new[1].paper, version=2, withdrawn_at=moment(day, 0))
            self.withdrawn.add(paper.id)
            yield replace(new[1], paper=paper, batch=day, announcement=Announcement.REPLACE)


@dataclass(frozen=True, slots=True)
class Entry:
    """An article, and the feeds that have it."""

    doi: str
    title: str
    at: datetime
    journals: frozenset[int]


@dataclass
class Community:
    """The server's channels, and the feeds of its journals."""

    here: Soak
    service: Service
    seed: int
    entries: list[Entry] = field(default_factory=list[Entry])
    away: list[tuple[int, datetime, datetime]] = field(
        default_factory=list[tuple[int, datetime, datetime]]
    )
    """Which feed is out of reach, since when and until when."""
    answered: dict[str, int] = field(default_factory=dict[str, int])

    def settle(self, days: int) -> None:
        """Make the channels, and write what the journals publish; the first channel is there."""
        people, chance = self.here.people, random.Random(self.seed)
        preprints = Neuroscience(
            self.here.chance, self.here.clock.at, name="bioRxiv", curated=False
        )
        self.here.preprints = preprints
        guild = people.guilds[0]
        neuroscience, lab = (
            people.server.world.add_channel(guild, name) for name in ("neuroscience", "lab")
        )
        people.channels += [neuroscience, lab]
        people.preprints = neuroscience
        people.options[neuroscience.id] = {"categories": "biorxiv/neuroscience"}
        people.options[lab.id] = {"sources": ", ".join((*JOURNALS, OTHER))}
        people.listed[lab.id] = tuple(f"web{number}" for number in range(1, len(JOURNALS) + 2))
        for number in range(-2, days + 1):
            day = START + timedelta(days=number)
            for place in range(chance.randint(0, 2 if day.weekday() >= _WEEKEND else 4)):
                first = chance.randrange(len(JOURNALS))
                # Every third article is in two feeds.
                both = {first, (first + 1) % len(JOURNALS)} if place == 1 else {first}
                subject = chance.choice(SUBJECTS)
                at = datetime.combine(day, time(chance.randrange(24)), UTC)
                doi = f"{PREFIX}/{day:%y%m%d}.{place}"
                title = f"Cortical {subject} on day {number}, article {place}"
                self.entries.append(Entry(doi, title, at, frozenset(both)))
        for number in range(0, days, 3):
            since = moment(START + timedelta(days=number), 60 * chance.randrange(24))
            hours = timedelta(hours=chance.randint(2, 30))
            self.away.append((chance.randrange(len(JOURNALS)), since, since + hours))
        for number in range(len(JOURNALS)):
            self.service.on(f"/{number}", self._answer(number))
        self.service.on("/other", self._moving(self._answer(0)))

    async def begin(self) -> None:
        """Let an admin add each journal's feed."""
        people = self.here.people
        guild = people.guilds[0]
        admin, office = people.admins[guild.id], people.offices[guild.id]
        paths = {name: str(number) for number, name in enumerate(JOURNALS)} | {OTHER: "other"}
        for name, path in paths.items():
            url = f"{self.service.url}/{path}"
            offered = await people.slash(admin, office, "source add", url=url, name=name)
            await people.safely(people.server.world.click(admin, offered.message, "Add"))

    def broken(self) -> Iterator[str]:
        """Say what does not hold of the articles."""
        now = self.here.clock.at
        with closing(sqlite3.connect(self.here.folder / "paperboy.db")) as conn:
            known = dict(conn.execute("SELECT id, title FROM papers WHERE id LIKE 'doi:10.5555/%'"))
            gone = {row[0] for row in conn.execute("SELECT id FROM papers WHERE withdrawn_at > 0")}
            names = {row[0] for row in conn.execute("SELECT name FROM server_sources")}
        for each in self.entries:
            owed = each.at.date() >= START and each.at + _CALM <= now
            if owed and f"doi:{each.doi}" not in known:
                yield f"{each.doi} of {each.at:%d %B} was never read"
        if OTHER in names:
            yield "the feed that moved is still read at both addresses"
        yield from (f"{each} is no entry" for each in known.keys() - self._keys())
        preprints = self.here.preprints
        assert isinstance(preprints, Neuroscience)
        yield from (f"{each} was not withdrawn" for each in gone - preprints.withdrawn)

    def _keys(self) -> set[str]:
        return {f"doi:{each.doi}" for each in self.entries}

    def _answer(self, number: int) -> Callable[[web.Request], Reply]:
        def answer(request: web.Request) -> Reply:
            now = self.here.clock.at
            for journal, since, until in self.away:
                if journal == number and since <= now < until:
                    self._count("feed out of reach")
                    return html_reply() if since.hour % 2 else Reply(status=503)
            shown = [
                each
                for each in self.entries
                if number in each.journals and each.at <= now < each.at + _SHOWN
            ]
            tag = json.dumps(str(hash(tuple(each.doi for each in shown))))
            if request.headers.get("If-None-Match") == tag:
                self._count("feed unchanged")
                return Reply(status=304, headers={"ETag": tag})
            self._count("feed read")
            return Reply(
                _feed(JOURNALS[number], shown).encode(),
                headers={"Content-Type": "application/rss+xml", "ETag": tag},
            )

        return answer

    def _moving(self, before: Callable[[web.Request], Reply]) -> Callable[[web.Request], Reply]:
        def answer(request: web.Request) -> Reply:
            if self.here.clock.at < moment(START, 0) + _MOVED:
                return before(request)
            self._count("feed moved")
            return Reply(status=301, headers={"Location": "/0"})

        return answer

    def _count(self, what: str) -> None:
        self.here.done[what] = self.here.done.get(what, 0) + 1


def _feed(journal: str, entries: list[Entry]) -> str:
    items = "".join(
        f"<item><title>{each.title}</title><link>https://doi.org/{each.doi}</link>"
        f"<guid>{journal}: {each.doi}</guid><dc:identifier>doi:{each.doi}</dc:identifier>"
        f"<description>We measure it: {each.title}.</description>"
        f"<pubDate>{format_datetime(each.at)}</pubDate></item>"
        for each in sorted(entries, key=lambda each: each.at, reverse=True)
    )
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{journal}</title>{items}</channel></rss>"
    )
