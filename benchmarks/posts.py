"""What a minute costs when many feeds are due at once: `python -m benchmarks.posts [FEEDS]`.

Everything but Discord is real: feeds due in five time zones, one batch, each post ranked, frozen
and planned. Prints JSON lines; times are seconds but where the figure's name says otherwise.
"""

import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from datetime import time as wall_time
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.client import create_bot
from bot.runtime.clock import FixedClock
from bot.settings import Settings
from papers.sources.sample import SampleSource
from storage import feeds, tables

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Auckland")


async def _send_nothing(post_id: int, now: datetime) -> None:
    """Stop where Discord would begin."""


async def measure(count: int) -> dict[str, float]:
    """Plan one batch for `count` feeds and return what it took."""
    source = SampleSource()
    now = datetime.combine(source.newest_day, wall_time(14), UTC)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
            database_url=f"sqlite+aiosqlite:///{Path(folder, 'bench.db')}",
            embedder="none",
        )
        bot = create_bot(settings, clock=FixedClock(now), sources=[source])
        await bot.open()
        publisher: Any = bot.services.publisher
        publisher.send = _send_nothing
        await bot.app.cycle.ingest(now)
        async with bot.services.database.write() as conn:
            await feeds.add(
                conn, guild_id=1, channel_id=1, at=wall_time(0), timezone="UTC", size=10, now=now
            )
            row: dict[str, object] = {
                "guild_id": 1,
                "at": wall_time(0),
                "size": 10,
                "min_votes": 0,
                "include": [],
                "exclude": [],
                "categories": [],
                "state": "active",
                "created_at": now,
            }
            await conn.execute(
                insert(tables.feeds),
                [
                    row | {"channel_id": 2 + n, "timezone": ZONES[n % len(ZONES)]}
                    for n in range(count - 1)
                ],
            )
        lags: list[float] = []
        watching = asyncio.create_task(_watch(lags))
        start = time.perf_counter()
        await bot.services.publisher.claim(now)
        claimed = time.perf_counter()
        await bot.services.queue.drain()
        planned = time.perf_counter()
        await bot.services.publisher.claim(now)
        idle = time.perf_counter()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await bot.close()
    lags.sort()
    return {
        "claim_s": claimed - start,
        "plan_s": planned - claimed,
        "plan_ms_per_feed": 1000 * (planned - claimed) / count,
        "claim_nothing_due_s": idle - planned,
        "loop_lag_p99_ms": 1000 * lags[int(len(lags) * 0.99)],
    }


async def _watch(lags: list[float], interval: float = 0.005) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(interval)
        lags.append(time.perf_counter() - before - interval)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    for figure, value in asyncio.run(measure(count)).items():
        print(
            json.dumps(
                {"bench": "posts", "set": f"{count} feeds", "figure": figure, "value": value}
            )
        )


if __name__ == "__main__":
    main()
