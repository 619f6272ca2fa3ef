"""Several processes on one PostgreSQL server: a keeper, a gateway for each half of the shards, and
a spare, which takes over what a killed or a frozen one leaves."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import reliability
from tests.wire.clusters import PATIENCE, Cluster, Member, running


async def started(cluster: Cluster) -> tuple[Member, Member, Member, Member]:
    """Start all, each with its part, and let a thread be due in every channel."""
    keeper = await start(cluster, "keeper")
    first, second = await start(cluster, "gateway", "0/2"), await start(cluster, "gateway", "1/2")
    await cluster.until_has(keeper, "keeper")
    await cluster.until_has(first, "shards 0/2")
    await cluster.until_has(second, "shards 1/2")
    spare = await start(cluster, "gateway", "auto/2")
    await cluster.until_waits(spare)
    gateway = cluster.server.gateway
    await cluster.server.until(lambda: gateway.identified == 2, patience=PATIENCE)
    await cluster.let_be_due()
    return keeper, first, second, spare


async def start(cluster: Cluster, role: str, shards: str | None = None) -> Member:
    return await cluster.start("run", "--role", role, *(("--shards", shards) if shards else ()))


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with running(Cluster, tmp_path) as cluster:
        yield cluster


@pytest.mark.timeout(900)
async def test_a_spare_goes_on_with_the_thread_that_a_killed_gateway_left(
    cluster: Cluster,
) -> None:
    server, (channel, _) = cluster.server, cluster.channels
    keeper, first, second, spare = await started(cluster)
    server.kill(first.running.pid, f"POST /channels/{channel.id}/*", at=2, when="after")
    await asyncio.wait_for(first.running.wait(), PATIENCE)
    server.heal()
    await cluster.until_has(spare, "shards 0/2")
    await cluster.until_posted()
    # The keeper alone asked the sources and registered the commands.
    assert await cluster.ask("SELECT source, failing_since FROM source_health") == [("Fake", None)]
    assert server.count("PUT /applications/*/commands") == 1
    assert keeper.has("keeper")
    assert second.has("shards 1/2")
    # One that starts again is the next spare for its shards.
    again = await start(cluster, "gateway", "0/2")
    await cluster.until_waits(again)
    spare.running.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(spare.running.wait(), PATIENCE) == 0
    await cluster.until_has(again, "shards 0/2")
    reliability.record(
        "processes", "one of two gateways is killed", "goes on with its posts", "has ended", "0 s"
    )


@pytest.mark.timeout(900)
async def test_a_gateway_that_was_frozen_sends_nothing_after_a_spare_took_its_shards(
    cluster: Cluster,
) -> None:
    server, (channel, _) = cluster.server, cluster.channels
    _, first, _, spare = await started(cluster)
    fault = server.freeze(first.running.pid, f"POST /channels/{channel.id}/*", at=1, when="before")
    await server.until(lambda: fault.met >= 1, patience=PATIENCE)
    server.heal()
    server.world.advance(3_600)  # no nonce is remembered
    await cluster.until_has(spare, "shards 0/2")
    await cluster.until_posted()
    # What the spare does by itself in a minute is over: all that follows is the frozen one's.
    posted = [request.line for request in server.requests if "/channels/" in request.path]
    first.running.send_signal(signal.SIGCONT)
    assert await asyncio.wait_for(first.running.wait(), PATIENCE) == 1
    assert "took over its work on" in first.said
    await asyncio.sleep(2)
    assert [r.line for r in server.requests if "/channels/" in r.path] == posted
    reliability.record(
        "processes",
        "one of two gateways is frozen",
        "goes on with its posts",
        "ends without sending anything",
        "20 s at most",
    )
