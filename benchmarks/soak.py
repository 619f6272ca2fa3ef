"""A month in a few minutes: `python -m benchmarks.soak [--days N] [--seed N] [--write]`.

With `--zones`, a feed in every kind of time zone instead, and each of its threads at its hour; with
`--community`, one server with channels for machine learning, neuroscience and a lab's journals.

The real bot, connected over real sockets to the tests' local Discord, lives through simulated
days: sources that are late or out of reach, readers who react, follow, search and erase, admins who
pause and forbid, requests that fail before and after they were carried out, lost connections, and
restarts at any moment, also in the middle of a post. Journal clubs meet, and admins delete what
they made. In the end every invariant is held against
what Discord has and what the database says. Memory is measured each midnight after a collection:
the objects of our own, discord.py's and SQLAlchemy's, which the local Discord has no part in.

Prints JSON lines and fails if an invariant does; `--write` puts the report into
docs/reliability.md.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks._soak_checks import broken, counted
from benchmarks._soak_community import OTHER, Community
from benchmarks._soak_life import START, Soak, soaking
from benchmarks._soak_report import flat, measured, told
from benchmarks._soak_sources import moment
from benchmarks._soak_zones import written, zones_soak
from papers import calendar
from tests import reliability
from tests.papers.sources.serving import serving

__all__ = [
    "OTHER",
    "START",
    "Community",
    "Soak",
    "broken",
    "community_soak",
    "live",
    "main",
    "moment",
    "soak",
    "soaking",
]

MEASURED = 6
"""Days from which on memory says something."""


class Ears(logging.Handler):
    """Hears every traceback: an expected failure has none."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record that has a traceback."""
        if record.exc_info:
            self.heard.append(logging.Formatter().format(record))


async def soak(
    folder: Path, days: int, seed: int, *, guilds: int = 2, channels: int = 3, readers: int = 14
) -> dict[str, Any]:
    """Live through so many days; return the report, with what does not hold in `broken`."""
    async with soaking(folder, seed) as here:
        return await live(here, days, seed, guilds=guilds, channels=channels, readers=readers)


async def community_soak(folder: Path, days: int, seed: int, *, readers: int = 8) -> dict[str, Any]:
    """Live through so many days in one server with channels for three fields."""
    async with soaking(folder, seed) as here, serving() as journals:
        community = Community(here, journals, seed)
        return await live(
            here, days, seed, guilds=1, channels=1, readers=readers, community=community
        )


async def live(
    here: Soak,
    days: int,
    seed: int,
    *,
    guilds: int,
    channels: int,
    readers: int,
    community: Community | None = None,
) -> dict[str, Any]:
    """Let a soak live through so many days, and one of quiet; return the report.

    `community` is what there is in the place of a channel of every kind.
    """
    began = time.monotonic()
    ears = Ears()
    logging.getLogger().addHandler(ears)
    memory: list[dict[str, Any]] = []
    try:
        here.people.settle(guilds, channels, readers)
        if community is None:
            here.people.settle_places()
        else:
            community.settle(days)
        for source in (here.month, here.preprints):
            source.fill(START - timedelta(days=4), days + 6)
        here.clubs.settle()
        await here.start()
        if community is not None:
            await community.begin()
        await here.people.begin()
        await here.clubs.begin()
        await here.reader.begin()
        for number in range(days):
            day = START + timedelta(days=number)
            await here.day(day)
            if days >= MEASURED:
                memory.append(await measured(here.folder, day))
            here.server.requests.clear()
        await here.quiet(START + timedelta(days=days))
        wrong = [
            *broken(here.folder, here.people, here.clubs),
            *here.reader.broken(),
            *(() if community is None else community.broken()),
            *(f"logged: {each}" for each in ears.heard),
        ]
    finally:
        logging.getLogger().removeHandler(ears)
    wrong += flat(memory)
    return {
        "days": days,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "happened": {**here.done, **here.people.done},
        "in the end": counted(here.folder),
        "memory": memory,
        "broken": wrong,
    }


def main() -> int:
    """Soak, print, and say whether everything held."""
    parser = argparse.ArgumentParser(description="A month in a few minutes.")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zones", action="store_true", help="a feed in every kind of time zone")
    parser.add_argument("--write", action="store_true", help="write it into docs/reliability.md")
    parser.add_argument("--community", action="store_true", help="channels for three fields")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    if asked.zones:
        with tempfile.TemporaryDirectory() as folder:
            report = asyncio.run(zones_soak(soaking, Path(folder), START, calendar.SETTLE))
        print(json.dumps(report))
        if asked.write:
            reliability.write_block("zones", written(report))
        return 1 if report["broken"] else 0
    with tempfile.TemporaryDirectory() as folder:
        lived = community_soak if asked.community else soak
        report = asyncio.run(lived(Path(folder), asked.days, asked.seed))
    for day in report["memory"]:
        print(json.dumps(day))
    print(json.dumps({key: value for key, value in report.items() if key != "memory"}))
    if asked.write and asked.community:
        reliability.write_block("community", told(report, START, "--community"))
    elif asked.write:
        reliability.write_block("soak", told(report, START))
    return 1 if report["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
