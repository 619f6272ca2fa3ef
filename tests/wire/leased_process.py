"""The bot of `bot_process` with the lease of its database, to be frozen.

`python -m tests.wire.leased_process LIFE FOLDER API GATEWAY GUILD CHANNEL PAPERS MINUTE`: LIFE is
how many seconds the lease lasts, and MINUTE the one after nine whose work is done.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bot.cli.holding import end_at_once
from bot.runtime.lease import leased
from storage.database_file import DatabaseError
from tests.databases import put_empty
from tests.wire.bot_process import main


async def work(life: float, folder: Path, *given: str) -> None:
    """Do one minute's work."""
    api_url, gateway_url, *numbers = given
    guild_id, channel_id, papers, minute = map(int, numbers)
    places = (guild_id, channel_id)
    lasting = timedelta(seconds=life)
    try:
        async with leased(put_empty(folder), asyncio.Event(), end_at_once, life=lasting) as lease:
            await main(
                folder, api_url, gateway_url, *places, papers, minutes=(minute,), lease=lease
            )
    except DatabaseError as error:
        sys.exit(f"paperboy: {error}")


if __name__ == "__main__":
    life, folder, *given = sys.argv[1:]
    asyncio.run(work(float(life), Path(folder), *given))
