"""The order in which docs/scaling.md brings a cluster to a new version, on the processes that
`compose.cluster.yaml` names: no part of the work is left, and a thread arrives meanwhile."""

import asyncio
import re
import signal
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage import leases
from storage.database import Database
from tests.storage import histories
from tests.wire.clusters import PATIENCE, Cluster, Member, running
from tests.wire.composed import SERVICES, Composed
from tests.wire.processes import ROOT

OLD, NEW = "1.0.0", "1.1.0"
EXPANDS = "op.add_column('posts', sa.Column('more', sa.Text))"
PARTS = {"keeper", "shards 0/2", "shards 1/2"}
ORDER = re.findall(r"^    deploy ([\w -]+)$", (ROOT / "docs/scaling.md").read_text(), re.MULTILINE)


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Composed]:
    async with running(Composed, tmp_path) as cluster:
        yield cluster


class Watch:
    """For how long something was missing at a time, at the most."""

    def __init__(self) -> None:
        self.there: set[str] = set()
        self.longest: dict[str, float] = defaultdict(float)
        self._since: dict[str, float] = {}

    async def until(self, wanted: set[str]) -> None:
        """Wait until nothing is missing any more, by what is seen from now on."""
        self.there = set()
        async with asyncio.timeout(30):
            while not self.there >= wanted:  # noqa: ASYNC110 - another task looks
                await asyncio.sleep(0.05)

    def look(self, wanted: set[str], there: set[str]) -> None:
        now = time.monotonic()
        self.there = there
        for each in wanted:
            since = self._since.setdefault(each, now)
            if each in there:
                self._since[each] = now
            self.longest[each] = max(self.longest[each], now - since)


@asynccontextmanager
async def watching(cluster: Cluster) -> AsyncGenerator[tuple[Watch, Watch]]:
    """Watch which parts have a process, and which shards are heard."""
    parts, heard = Watch(), Watch()
    database = await Database.open(cluster.url, migrate=False, files=cluster.folder)

    async def look() -> None:
        while True:
            async with database.read() as conn:
                left = await conn.run_sync(leases.remaining)
            parts.look(PARTS, {name for name, time in left.items() if time})
            sessions = cluster.server.gateway.sessions.values()
            live = {str(each.shard) for each in sessions if each.socket is not None}
            heard.look({"0", "1"}, live)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(look())
    try:
        yield parts, heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.close()


def well(member: Member) -> Callable[[], bool]:
    """Tell whether a service has begun its work, or waits for some."""
    words = ("this process has", "waiting as a spare")
    return lambda: any(each in member.said for each in words)


@pytest.mark.timeout(900)
async def test_a_new_version_leaves_no_part_without_a_process_in_the_order_of_the_page(
    cluster: Composed,
) -> None:
    server = cluster.server
    for name in sorted(SERVICES, key=lambda name: "spare" in name):
        await server.until(well(await cluster.up(name, VERSION=OLD)), patience=PATIENCE)
    await server.until(lambda: server.gateway.identified == 2, patience=PATIENCE)
    history = histories.newer(cluster.folder / "next", (EXPANDS, None))
    (order,) = ORDER
    assert set(order.split()) == set(SERVICES)
    async with watching(cluster) as (parts, heard):
        for number, name in enumerate(order.split()):
            ending = cluster.running[name].running
            ending.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(ending.wait(), PATIENCE) == 0
            await parts.until(PARTS)  # another process has its part before it is there again
            begun = await cluster.up(name, VERSION=NEW, HISTORY=str(history))
            await server.until(well(begun), patience=PATIENCE)
            if number == len(SERVICES) // 2:
                await cluster.let_be_due()
        await cluster.until_posted()
        versions = await cluster.ask("SELECT version FROM leases WHERE name NOT LIKE 'turn:%'")
    assert versions == [(NEW,)] * len(PARTS)
    print("without a process for at most", dict(parts.longest), "s")  # noqa: T201
    print("not heard for at most", dict(heard.longest), "s")  # noqa: T201
