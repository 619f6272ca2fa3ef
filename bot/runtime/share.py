"""This process's share of the requests a second that a bot may send, where several processes send.

A small part is fixed, by the number of shards: a process has it whatever happens. The rest goes
where it is needed, second by second (`storage.shares`).
"""

import asyncio
import logging
from datetime import timedelta
from typing import Final, Protocol

from bot.runtime.lease import MARGIN, Lease, LeaseLostError
from bot.runtime.part import Part
from storage import shares
from storage.database_file import DriverError

log = logging.getLogger(__name__)

EVERY: Final = 1.0
"""Seconds between two renewals."""

THOUSANDTHS: Final = 1_000


class Paced(Protocol):
    """What lets requests pass."""

    @property
    def demand(self) -> int:
        """How many requests have passed since this was last asked, or wait to pass."""
        ...

    def set_rate(self, rate: float) -> None:
        """Let so many pass in a second from now on."""
        ...


class Share:
    """Renews the share of a process, and keeps its limiter to it.

    Does nothing where the process has no shards of several, or none that a lease says are its own.
    """

    def __init__(
        self,
        lease: Lease | None,
        limiter: Paced,
        part: Part,
        rate: float,
        *,
        every: float = EVERY,
        life: timedelta = shares.LIFE,
    ) -> None:
        self._every = every
        self._life = life
        self._lease = None if part.shards is None else lease
        self._limiter = limiter
        self._fixed = part.fixed(rate)
        self._pool = int(part.pool(rate) * THOUSANDTHS)
        self._share = 0.0
        self._lapse: asyncio.TimerHandle | None = None
        self._keeping: asyncio.Task[None] | None = None
        if self._lease is not None:
            self._set(0.0)

    def start(self) -> None:
        """Renew it every second from now on."""
        if self._lease is not None and self._keeping is None:
            self._keeping = asyncio.create_task(self.keep(self._lease), name="share")

    async def stop(self) -> None:
        """Let it lapse."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def keep(self, lease: Lease) -> None:
        """Renew it every second, until this is cancelled."""
        while True:
            try:
                await self.renew(lease)
            except LeaseLostError:
                return
            except DriverError as error:
                log.debug("the share was not renewed: %s", error)
            await asyncio.sleep(self._every)

    async def renew(self, lease: Lease) -> None:
        """Renew it once.

        Raises:
            LeaseLostError: another process has this one's work.
            DriverError: the database cannot be written.
        """
        demand = max(0, int((self._limiter.demand / self._every - self._fixed) * THOUSANDTHS))
        loop = asyncio.get_running_loop()
        async with lease.database.write() as conn:
            until = loop.time() + self._life.total_seconds() * (1 - MARGIN)
            granted = await conn.run_sync(shares.renew, lease.name, demand, self._pool, self._life)
            share = granted / THOUSANDTHS
            if share < self._share:
                self._set(share)  # before another process can have it
        self._set(share)
        if self._lapse is not None:
            self._lapse.cancel()
        self._lapse = loop.call_at(until, self._set, 0.0)

    def _set(self, share: float) -> None:
        self._share = share
        self._limiter.set_rate(self._fixed + share)
