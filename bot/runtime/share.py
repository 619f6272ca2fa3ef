"""This process's share of the requests a second that a bot may send, where several processes send.

A small part is fixed, by the number of shards: a process has it whatever happens. The rest goes
where it is needed, again every half second (`storage.shares`).

Discord refuses what is too much in any second, so the pace alone is not enough: processes that are
late make up for it, two of them perhaps at once. So each process also keeps to a number of requests
in any second, and all numbers together are no more than Discord allows. What a process gets it uses
a second later, when what another one sent at its old pace counts no more.
"""

import asyncio
import logging
from collections import deque
from datetime import timedelta
from math import ceil, inf
from typing import Final, Protocol

from bot.limits import COUNTED_SECONDS
from bot.runtime.lease import MARGIN, Lease, LeaseLostError
from bot.runtime.part import Part
from storage import shares
from storage.database_file import DriverError

log = logging.getLogger(__name__)

EVERY: Final = 0.5
"""Seconds between two renewals."""

SETTLES: Final = COUNTED_SECONDS
"""Seconds until no request counts that another process sent before it gave up its share."""


class Paced(Protocol):
    """What lets requests pass."""

    @property
    def demand(self) -> int:
        """How many requests have passed since this was last asked, or wait to pass."""
        ...

    def set_rate(self, rate: float, most: int) -> None:
        """Let so many pass in a second on average from now on, and so many at most in any."""
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
        self._part = part
        self._rate = rate
        self._share = 0
        self._granted: deque[tuple[float, int]] = deque([(-inf, 0)])
        """What this process had since when; the first may be longer ago than matters."""
        self._lapse: asyncio.TimerHandle | None = None
        self._keeping: asyncio.Task[None] | None = None
        if self._lease is not None:
            self._set(0)

    def start(self) -> None:
        """Renew it every so often from now on."""
        if self._lease is not None and self._keeping is None:
            self._keeping = asyncio.create_task(self.keep(self._lease), name="share")

    async def stop(self) -> None:
        """Let it lapse."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def keep(self, lease: Lease) -> None:
        """Renew it every so often, until this is cancelled."""
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
        demand = max(0, ceil(self._limiter.demand / self._every - self._part.fixed(self._rate)))
        pool = self._part.pool(self._rate)
        loop = asyncio.get_running_loop()
        async with lease.database.write() as conn:
            until = loop.time() + self._life.total_seconds() * (1 - MARGIN)
            granted = await conn.run_sync(
                shares.renew, lease.name, demand * shares.WHOLE, pool * shares.WHOLE, self._life
            )
            share = granted // shares.WHOLE
            if share < self._share:
                self._grant(share)  # before another process can have it
        self._grant(share)
        loop.call_later(SETTLES, self._settle)
        if self._lapse is not None:
            self._lapse.cancel()
        self._lapse = loop.call_at(until, self._grant, 0)

    def _grant(self, share: int) -> None:
        self._granted.append((asyncio.get_running_loop().time(), share))
        self._settle()

    def _settle(self) -> None:
        """Use what was this process's throughout the last second."""
        since = asyncio.get_running_loop().time() - SETTLES
        while len(self._granted) > 1 and self._granted[1][0] <= since:
            self._granted.popleft()
        self._set(min(share for _, share in self._granted))

    def _set(self, share: int) -> None:
        part, rate = self._part, self._rate
        self._share = share
        self._limiter.set_rate(
            part.fixed(rate) + part.pace_of(share, rate), part.fixed_in_a_second(rate) + share
        )
