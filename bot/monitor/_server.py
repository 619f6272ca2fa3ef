"""The server for machines in the same network, where the settings ask for one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.monitor._monitor import Monitor
from bot.settings import Settings


@asynccontextmanager
async def serving(monitor: Monitor, settings: Settings) -> AsyncGenerator[int | None]:
    """Answer while the block runs, where the settings name a port; yields the port.

    Raises:
        SettingsError: the port cannot be had.
    """
    if settings.metrics_port is None:
        yield None
        return
    # Imported here: a web server is a part of aiohttp that nothing else needs.
    from bot.monitor._pages import listening

    async with listening(monitor, settings.metrics_host, settings.metrics_port) as port:
        yield port
