"""One process of several that share a database, as `paperboy run` runs it, on a day of its own.

`python -m tests.wire.cluster_process ROLE SHARDS FOLDER DATABASE API GATEWAY LIFE AHEAD`: SHARDS is
`-` for a keeper, LIFE how many seconds a lease lasts, and AHEAD how far the clock is.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.cli.run import run_bot
from bot.settings import Settings
from tests.bot.world import MONDAY, FakeSource, votes
from tests.wire.bot_process import TOKEN


class Ahead:
    """A clock that goes on as the machine's does, and shows another time."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC) + self._ahead


async def work(
    role: str, shards: str, folder: str, database: str, api: str, gateway: str, *more: str
) -> int:
    """Run the process until it is stopped."""
    life, ahead = map(float, more)
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
        role=role,  # pyright: ignore[reportArgumentType]
        shards=None if shards == "-" else shards,  # pyright: ignore[reportArgumentType]
        discord_token=TOKEN,  # pyright: ignore[reportArgumentType]
        database_url=database,
        index_dir=Path(folder),
        embedder="none",
        discord_api_url=api,
        discord_gateway_url=gateway,
    )
    # Only the keeper asks: what a gateway asked for would be on record as failed.
    source = FakeSource({MONDAY: votes(MONDAY, 30, 20, 10)}, failing=role != "keeper")
    return await run_bot(
        settings, life=timedelta(seconds=life), clock=Ahead(ahead), sources=[source]
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(work(*sys.argv[1:])))
