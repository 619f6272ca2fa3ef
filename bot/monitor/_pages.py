"""`/healthz`, `/livez` and `/metrics`, for machines in the same network."""

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.monitor._collect import collect
from bot.monitor._health import Check, checks
from bot.monitor._monitor import Monitor
from bot.runtime.web_server import serving

log = logging.getLogger(__name__)

_CHECK_MAX_AGE_SECONDS: Final = 2.0
"""Seconds that an answer is kept: a client that asks all the time costs nothing."""


class _Pages:
    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._checks: list[Check] = []
        self._checked_at = float("-inf")

    async def health(self, request: web.Request) -> web.Response:
        """Say whether all is well: 200 or 503, and why."""
        found = await self._look()
        return _answer(found, [check for check in found if not check.ok])

    async def life(self, request: web.Request) -> web.Response:
        """Say whether starting the process again could help: 503 then, and only then."""
        found = await self._look()
        return _answer(found, [check for check in found if not check.ok and check.restart_helps])

    async def metrics(self, request: web.Request) -> web.Response:
        """Return every metric in Prometheus' text format."""
        found = await self._look()
        self._monitor.instruments.healthy.set(all(check.ok for check in found))
        await collect(self._monitor)
        return web.Response(
            body=generate_latest(self._monitor.instruments.placed),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )

    async def _look(self) -> list[Check]:
        if time.monotonic() - self._checked_at > _CHECK_MAX_AGE_SECONDS:
            self._checks = await checks(self._monitor)
            self._checked_at = time.monotonic()
        return self._checks


def _answer(found: list[Check], failing: list[Check]) -> web.Response:
    return web.json_response(
        {
            "status": "failing" if failing else "ok",
            "checks": {check.name: {"well": check.ok, "text": check.text} for check in found},
        },
        status=503 if failing else 200,
    )


@asynccontextmanager
async def listening(monitor: Monitor, host: str, port: int) -> AsyncGenerator[int]:
    """Answer while the block runs; yields the port.

    Raises:
        SettingsError: the port cannot be had.
    """
    pages = _Pages(monitor)
    app = web.Application()
    app.router.add_get("/healthz", pages.health)
    app.router.add_get("/livez", pages.life)
    app.router.add_get("/metrics", pages.metrics)
    async with serving(app, host, port, setting="METRICS_PORT") as taken:
        log.info("health and metrics at http://%s:%d", host, taken)
        yield taken
