"""The processes that `compose.cluster.yaml` names, with its commands and its environment, without
Docker: while the keeper and a gateway are killed, a thread, saves and a digest arrive."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import reliability
from tests.discord_server import Message
from tests.wire.clusters import PATIENCE, Cluster, running
from tests.wire.composed import SERVICES, Composed

SAVE = "🔖"


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Composed]:
    async with running(Composed, tmp_path) as cluster:
        yield cluster


@pytest.mark.timeout(900)
async def test_a_thread_saves_and_a_digest_arrive_while_the_keeper_and_a_gateway_are_killed(
    cluster: Composed,
) -> None:
    server, world, (first, second) = cluster.server, cluster.server.world, cluster.channels
    reader = world.add_member(world.guilds[first.guild_id or 0], "grace")
    world.add_member(world.guilds[second.guild_id or 0], reader)
    world.open_dm(reader)
    await cluster.let_follow([reader])
    for name in SERVICES:
        if "spare" not in name:
            await cluster.up(name)
    # The keeper is killed before it has asked for the day's papers, the gateway within its thread.
    pids = {name: member.running.pid for name, member in cluster.running.items()}
    server.kill(pids["keeper"], "PUT /applications/*/commands", when="after")
    server.kill(pids["gateway-0"], f"POST /channels/{first.id}/*", at=2, when="after")
    for number in (0, 1):
        await cluster.until_has(cluster.running[f"gateway-{number}"], f"shards {number}/2")
    await cluster.until_waits(await cluster.up("spare-gateway"))
    await asyncio.wait_for(cluster.running["keeper"].running.wait(), PATIENCE)
    await cluster.until_has(await cluster.up("spare-keeper"), "keeper")
    await cluster.until_matched()
    await cluster.let_be_due()
    await asyncio.wait_for(cluster.running["gateway-0"].running.wait(), PATIENCE)
    server.heal()
    await server.until(lambda: cluster.there(second)[2] == 3, patience=PATIENCE)
    world.react(reader, card(cluster, 1), SAVE)
    await cluster.until_has(cluster.running["spare-gateway"], "shards 0/2")
    for name in ("keeper", "gateway-0"):
        await cluster.until_waits(await cluster.up(name))
    await cluster.until_posted()
    world.react(reader, card(cluster, 0, 1), SAVE)
    await server.until(lambda: cluster.received(reader), patience=PATIENCE)
    async with asyncio.timeout(PATIENCE):
        while len(await cluster.saves()) < 2:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.5)
    assert [user_id for user_id, _ in await cluster.saves()] == [reader.id] * 2
    assert cluster.received(reader) == 1
    for name in SERVICES:
        status, said = await cluster.page(name, "livez")
        assert status == 200, f"{name}: {said}"
    for name, role, slot in (
        ("spare-keeper", "keeper", "keeper"),
        ("spare-gateway", "gateway", "0/2"),
        ("gateway-1", "gateway", "1/2"),
        ("gateway-0", "gateway", "spare"),
    ):
        status, told = await cluster.page(name, "metrics")
        assert status == 200
        assert f'role="{role}",slot="{slot}"' in told, name
    reliability.record(
        "processes",
        "the keeper and one of two gateways are killed",
        "a thread, saves and a digest arrive",
        "have ended",
        "0 s",
    )


def card(cluster: Cluster, channel: int, number: int = 0) -> Message:
    (thread,) = cluster.server.world.threads_of(cluster.channels[channel])
    return thread.history[number]
