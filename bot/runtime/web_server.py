"""A web server on a port that the operator chose."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot.settings import SettingsError

if TYPE_CHECKING:
    from aiohttp import web


@asynccontextmanager
async def serving(
    app: "web.Application",
    host: str,
    port: int,
    *,
    setting: str,
    logger: logging.Logger | None = None,
) -> AsyncGenerator[int]:
    """Answer while the block runs, without a log of requests; yields the port.

    Args:
        app: what answers.
        host: the address to listen at.
        port: 0 for any.
        setting: the name of the port's setting.
        logger: aiohttp's messages go there, by default into its own.

    Raises:
        SettingsError: the port cannot be had.
    """
    # Imported here: a web server is a part of aiohttp that most bots do not need.
    from aiohttp import web

    given: dict[str, Any] = {} if logger is None else {"logger": logger}
    runner = web.AppRunner(app, access_log=None, **given)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise SettingsError(
                f"{setting}: cannot listen on {host}:{port}"
                f" ({error.strerror or error}); choose another port, or none"
            ) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
