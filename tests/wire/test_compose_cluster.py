"""The processes that `compose.cluster.yaml` names, with its commands and its environment, without
Docker: while the keeper and a gateway are killed, a thread, saves and a digest arrive."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from sqlalchemy import make_url

from tests import reliability
from tests.discord_server import DiscordServer, Message
from tests.wire.bot_process import TOKEN
from tests.wire.clusters import PATIENCE, ROOT, Cluster, Member, running

SERVICES: dict[str, dict[str, Any]] = {
    name: each
    for name, each in yaml.safe_load((ROOT / "compose.cluster.yaml").read_text())[
        "services"
    ].items()
    if name != "database"
}
PASSWORD = "only the file has it"
SAVE = "🔖"


class Composed(Cluster):
    """What `docker compose up` starts, here as processes of this machine."""

    def __init__(self, server: DiscordServer, folder: Path, url: str) -> None:
        super().__init__(server, folder, url)
        self.running: dict[str, Member] = {}
        self.ports: dict[str, int] = {}
        self.secrets = folder / "secrets"
        self.secrets.mkdir()
        (self.secrets / "discord_token").write_text(f"{TOKEN}\n")
        (self.secrets / "database_password").write_text(f"{PASSWORD}\n")

    async def up(self, name: str) -> Member:
        """Start a service, also one that has ended, as `restart: unless-stopped` does."""
        environment: dict[str, str] = SERVICES[name]["environment"]
        placed = {key: self._place(value) for key, value in environment.items()}
        self.ports[name] = free_port()
        here = {"METRICS_HOST": "127.0.0.1", "METRICS_PORT": str(self.ports[name])}
        given = {**placed, **here, "DISCORD_TOKEN": ""}  # the token comes from its file
        self.running[name] = await self.start(*SERVICES[name]["command"], **given)
        return self.running[name]

    def _place(self, value: str) -> str:
        """Return a setting's value with this machine's folders and server in it."""
        if value.startswith("postgresql"):
            user = make_url(value).username
            own = make_url(self.url).set(username=user)
            return own.set(drivername=make_url(value).drivername).render_as_string()
        for there, here in (("/run/secrets/", self.secrets), ("/data/", self.folder)):
            if value.startswith(there):
                return str(here / value.removeprefix(there))
        return value

    async def page(self, name: str, path: str) -> tuple[int, str]:
        """Ask a service what its container's health check or a Prometheus asks."""
        url = f"http://127.0.0.1:{self.ports[name]}/{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.text()

    async def saves(self) -> list[tuple[object, ...]]:
        return await self.ask(
            "SELECT user_id, paper_id FROM saves WHERE kept = 1 ORDER BY paper_id"
        )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


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
    for name in ("keeper", "gateway-0"):
        await cluster.until_waits(await cluster.up(name))
    await cluster.until_has(cluster.running["spare-gateway"], "shards 0/2")
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
