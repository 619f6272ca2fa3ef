"""What several processes that share the work tell of themselves and of each other."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from sqlalchemy import update

from bot.monitor import Monitor, checks, collect
from bot.runtime.lease import hold
from papers.shards import Shards
from storage import leases
from storage.database import Database
from storage.tables import leases as table
from tests.bot.monitor.test_metrics import rules
from tests.bot.world import world
from tests.databases import open_empty

pytestmark = pytest.mark.engines

LEFT, RIGHT = Shards(0, 1, 4), Shards(2, 3, 4)


def told(monitor: Monitor) -> str:
    return generate_latest(monitor.instruments.placed).decode()


def value(monitor: Monitor, name: str, **labels: str) -> float | None:
    return monitor.instruments.registry.get_sample_value(f"paperboy_{name}", labels)


async def held(database: Database, *names: str) -> None:
    for name in names:
        await hold(database, timedelta(seconds=20), lambda _: None, name)
    database.fence = None


async def test_leases_are_reported_and_the_shards_that_none_covers(
    tmp_path: Path, kept_in: object
) -> None:
    async with world(tmp_path) as here:
        monitor, database = here.bot.monitor, await open_empty(tmp_path)
        monitor.shares("papers", "keeper")
        monitor.takes("keeper")
        await held(database, leases.KEEPER, LEFT.name)
        await collect(monitor)
        assert value(monitor, "shards_without_process") == 2, "2 and 3 were never started"
        await held(database, RIGHT.name)
        await collect(monitor)
        assert value(monitor, "shards_without_process") == 0
        for name in (leases.KEEPER, LEFT.name, RIGHT.name):
            remaining = value(monitor, "lease_remaining_seconds", lease=name)
            assert remaining is not None
            assert 15 < remaining <= 20
        async with database.write() as conn:
            gone = table.c.name.in_([LEFT.name, leases.KEEPER])
            await conn.execute(update(table).where(gone).values(expires_at=leases.ENDED))
        await collect(monitor)
        assert value(monitor, "shards_without_process") == 2
        assert value(monitor, "lease_remaining_seconds", lease=LEFT.name) == 0
        assert value(monitor, "lease_remaining_seconds", lease=leases.KEEPER) == 0
        await database.close()


async def test_every_value_says_of_which_process_of_which_cluster_it_is(
    tmp_path: Path, kept_in: object
) -> None:
    async with world(tmp_path) as here:
        monitor = here.bot.monitor
        await collect(monitor)
        assert 'cluster="' not in told(monitor), "one process is no cluster"
        assert value(monitor, "lease_remaining_seconds", lease=leases.RUN) is None
        monitor.shares("papers", "gateway")
        assert 'cluster="papers",role="gateway",slot="spare"' in told(monitor)
        monitor.takes("0-1/4")
        await collect(monitor)
        lines = [line for line in told(monitor).splitlines() if not line.startswith("#")]
        for label in ('cluster="papers"', 'role="gateway"', 'slot="0-1/4"'):
            assert [line for line in lines if label not in line] == []


async def test_a_spare_is_well_while_it_waits_and_says_what_for() -> None:
    monitor = Monitor()
    monitor.waits("other processes have the keeper's work", reachable=True)
    assert {check.name: check.ok for check in await checks(monitor)} == {
        "loop": True,
        "spare": True,
    }
    monitor.waits("the server can't be reached", reachable=False)
    _, spare = await checks(monitor)
    assert (spare.ok, spare.restart_helps) == (False, False)
    assert spare.text == "waiting: the server can't be reached"
    monitor.takes("keeper")
    assert "spare" not in {check.name for check in await checks(monitor)}


def test_alerts_about_a_cluster_fire_only_for_one() -> None:
    """A single process exports the same gauges, without any of these labels."""
    found = {rule["alert"]: rule["expr"] for rule in rules()}
    assert {"PaperboyShardsWithoutProcess", "PaperboyKeeperMissing", "PaperboyLeaseStale"} <= set(
        found
    )
    assert 'paperboy_shards_without_process{cluster!=""}' in found["PaperboyKeeperMissing"]
    assert f'lease="{leases.KEEPER}"' in found["PaperboyKeeperMissing"]
    named = {name for expr in found.values() for name in re.findall(r'role="(\w+)"', expr)}
    assert named <= {"gateway", "keeper"}
