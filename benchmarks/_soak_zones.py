"""A feed in every kind of time zone, through the weeks of both changes of clocks."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol

from benchmarks._soak_sources import Month, moment
from bot.client import PaperBot
from papers import calendar, zones
from storage import feeds
from tests.discord_server import DiscordServer

DAYS = 16
QUARTER = timedelta(minutes=15)


class Running(Protocol):
    """What of a soak is needed here."""

    server: DiscordServer
    month: Month
    bot: PaperBot | None

    async def start(self) -> None:
        """Start the bot."""
        ...

    def at(self, when: datetime) -> None:
        """Let it be this moment."""
        ...


def kinds_of_zone(first: date, days: int) -> list[str]:
    """Return one zone for each row of offsets that any zone has in these days."""
    moments = [
        datetime.combine(first, time(), UTC) + n * timedelta(hours=6) for n in range(4 * days)
    ]
    kinds: dict[tuple[object, ...], str] = {}
    for name in sorted(zones.names()):
        zone = zones.zone(name)
        kinds.setdefault(tuple(zone.utcoffset(at.astimezone(zone)) for at in moments), name)
    return sorted(kinds.values())


def due(hour: time, name: str, settled: datetime) -> datetime:
    """Return when a clock first shows `hour` after a batch has settled, a quarter at a time."""
    zone = zones.zone(name)
    at = settled - QUARTER
    while True:
        before, at = at.astimezone(zone), at + QUARTER
        local = at.astimezone(zone)
        if local.time() >= hour and (local.date() > before.date() or before.time() < hour):
            return at


async def zones_soak(
    running: Callable[[Path, int], AbstractAsyncContextManager[Running]],
    folder: Path,
    start: date,
    settle: timedelta,
) -> dict[str, Any]:
    """Let the feeds live; return which posts came, and which not as they should in `broken`."""
    async with running(folder, 1) as here:
        chance = here.month.chance
        here.month.fill(start - timedelta(days=4), DAYS + 4)
        # Every batch is there in time: what is measured is the hour.
        here.month.days = {
            day: (calendar.begins(day), records) for day, (_, records) in here.month.days.items()
        }
        wanted: dict[int, tuple[str, time]] = {}
        guild = here.server.world.add_guild("Zones")
        names = kinds_of_zone(start, DAYS)
        await here.start()
        assert here.bot is not None
        for number, name in enumerate(names):
            channel = here.server.world.add_channel(guild, f"zone-{number}")
            wanted[channel.id] = name, time(chance.randrange(24), chance.choice((0, 15, 30, 45)))
        async with here.bot.services.database.write() as conn:
            for channel_id, (name, hour) in wanted.items():
                await feeds.add(
                    conn,
                    guild_id=guild.id,
                    channel_id=channel_id,
                    at=hour,
                    timezone=name,
                    size=3,
                    now=moment(start, 0),
                )
        async for when in _quarters(start):
            here.at(when)
            await here.bot.tick(when)
        return _judged(folder, wanted, here.month, start, settle)


async def _quarters(start: date) -> AsyncIterator[datetime]:
    for number in range(DAYS * 96):
        yield moment(start, 0) + number * QUARTER


def _judged(
    folder: Path, wanted: dict[int, tuple[str, time]], month: Month, start: date, settle: timedelta
) -> dict[str, Any]:
    broken: list[str] = []
    with sqlite3.connect(folder / "paperboy.db") as database:
        rows = database.execute(
            "SELECT channel_id, batch_day, planned_at, late, state FROM posts ORDER BY id"
        ).fetchall()
    end = moment(start, 0) + DAYS * timedelta(days=1)
    came: dict[tuple[int, date], list[datetime]] = {}
    for channel_id, day, planned_at, late, state in rows:
        at = datetime.fromtimestamp(planned_at / 1e6, UTC)
        came.setdefault((channel_id, date.fromisoformat(day)), []).append(at)
        if late or state != "done":
            broken.append(f"{wanted[channel_id]}: {day} is {state}{', late' if late else ''}")
    for channel_id, (name, hour) in wanted.items():
        for day in month.days:
            owed = due(hour, name, calendar.settles(day, settle))
            if not moment(start, 0) + QUARTER <= owed < end:
                continue
            found = came.get((channel_id, day), [])
            if found != [owed]:
                broken.append(f"{name} at {hour:%H:%M}: {day} was due {owed}, came {found}")
    return {
        "zones": len(wanted),
        "days": DAYS,
        "from": start.isoformat(),
        "posts": len(rows),
        "broken": broken,
    }


def written(report: dict[str, Any]) -> str:
    """Return the report as the page has it."""
    return "\n".join(
        (
            "`python -m benchmarks.soak --zones --write`",
            "",
            "| what | figure |",
            "| --- | --- |",
            f"| kinds of time zone, by their offsets in these days | {report['zones']} |",
            f"| simulated | {report['days']} days from {report['from']}, each quarter of an hour |",
            f"| threads | {report['posts']:,} |",
            f"| not at the hour, late, twice or missing | {len(report['broken'])} |",
        )
    )
