"""A new version on a cluster, one process after another: nothing stops, and nothing comes twice."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import migrations
from tests import reliability
from tests.discord_server import Message
from tests.storage import histories
from tests.wire.clusters import PATIENCE, Cluster, Member, running

OLD, NEW = "1.0.0", "1.1.0"
HERE = migrations.known_revisions()[-1]
NEEDED = migrations.needed_by(HERE)
SAVE = "🔖"
EXPANDS = (
    # The tables that a thread and a save are written to.
    "[op.add_column(name, sa.Column('more', sa.Text)) for name in ('posts', 'cards', 'leases')];"
    " op.add_column('saves', sa.Column('more', sa.BigInteger, nullable=False, server_default='7'));"
    " op.create_index('ix_more', 'saves', ['more']);"
    " op.create_table('more', sa.Column('id', sa.BigInteger, primary_key=True),"
    " sa.Column('paper_id', sa.Text(collation='C'),"
    " sa.ForeignKey('papers.id', ondelete='CASCADE')))",
    None,
)
CONTRACTS = ("op.drop_column('leases', 'more')", "9001")


class Deployed(Cluster):
    """Processes of two versions; the older one is this program."""

    async def older(self, role: str, shards: str | None = None) -> Member:
        return await self._start(role, shards, VERSION=OLD)

    async def newer(self, role: str, shards: str | None = None, *, last: bool = False) -> Member:
        """Start a process of the version that expands, or of the `last`, which contracts."""
        history = self.folder / ("last" if last else "next")
        if not history.exists():
            histories.newer(history, EXPANDS, *((CONTRACTS,) if last else ()))
        return await self._start(role, shards, VERSION=NEW, HISTORY=str(history))

    async def _start(self, role: str, shards: str | None, **settings: str) -> Member:
        given = ("--shards", shards) if shards else ()
        return await self.start("run", "--role", role, *given, **settings)

    def commands(self) -> set[str]:
        """Return the names of the commands that Discord has."""
        return {command["name"] for command in self.server.world.commands}

    def registrations(self) -> int:
        return self.server.count("PUT /applications/*/commands")

    def card(self, channel: int, number: int = 0) -> Message:
        (thread,) = self.server.world.threads_of(self.channels[channel])
        return thread.history[number]

    async def until_saved(self, number: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(await self.ask("SELECT 1 FROM saves WHERE kept = 1")) < number:  # noqa: ASYNC110 - nothing says so
                await asyncio.sleep(0.3)


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Deployed]:
    async with running(Deployed, tmp_path) as cluster:
        yield cluster


async def stop(member: Member) -> None:
    member.running.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(member.running.wait(), PATIENCE) == 0, member.said


async def handed(cluster: Deployed, giver: Member, taker: Member, part: str) -> float:
    """Stop a process, and return the seconds from its end until another one has its part."""
    await stop(giver)
    ended = time.monotonic()
    await cluster.until_has(taker, part)
    return time.monotonic() - ended


@pytest.mark.timeout(900)
async def test_a_thread_and_saves_arrive_while_all_processes_are_brought_to_a_new_version(
    cluster: Deployed,
) -> None:
    server, world, (first, second) = cluster.server, cluster.server.world, cluster.channels
    reader = world.add_member(world.guilds[first.guild_id or 0], "grace")
    world.add_member(world.guilds[second.guild_id or 0], reader)
    old_keeper = await cluster.older("keeper")
    left, right = [await cluster.older("gateway", f"{number}/2") for number in (0, 1)]
    await cluster.until_has(old_keeper, "keeper")
    await cluster.until_has(left, "shards 0/2")
    await cluster.until_has(right, "shards 1/2")
    await server.until(lambda: server.gateway.identified == 2, patience=PATIENCE)
    # The spares come first, and change the schema under the others.
    spare_keeper = await cluster.newer("keeper")
    await cluster.until_waits(spare_keeper)
    assert await cluster.ask("SELECT version_num, needs FROM alembic_version") == [("9000", NEEDED)]
    spare = await cluster.newer("gateway", "auto/2")
    await cluster.until_waits(spare)
    # Half of a thread is of the older version, and the rest of the newer one.
    server.kill(left.running.pid, f"POST /channels/{first.id}/*", at=2, when="after")
    await cluster.let_be_due()
    await asyncio.wait_for(left.running.wait(), PATIENCE)
    server.heal()
    await cluster.until_has(spare, "shards 0/2")
    await cluster.until_posted()
    world.react(reader, cluster.card(0), SAVE)  # heard by the newer version
    world.react(reader, cluster.card(1), SAVE)  # heard by the older one
    await cluster.until_saved(2)
    # An older process that has to start again goes on with the newer schema.
    again = await cluster.older("gateway", "0/2")
    await cluster.until_waits(again)
    assert f"of a newer version; this one knows {HERE} and can use it" in again.said
    gaps = [await handed(cluster, old_keeper, spare_keeper, "keeper")]
    await server.until(lambda: "brandnew" in cluster.commands(), patience=PATIENCE)
    # The part of the keeper goes back to an older process: the newer commands stay.
    back = await cluster.older("keeper")
    await cluster.until_waits(back)
    registered = cluster.registrations()
    gaps.append(await handed(cluster, spare_keeper, back, "keeper"))
    await server.until(lambda: f"commands of version {NEW} stay" in back.said, patience=PATIENCE)
    last = await cluster.newer("keeper")
    await cluster.until_waits(last)
    gaps.append(await handed(cluster, back, last, "keeper"))
    await stop(again)
    new_right = await cluster.newer("gateway", "1/2")
    await cluster.until_waits(new_right)
    gaps.append(await handed(cluster, right, new_right, "shards 1/2"))
    await server.until(lambda: server.gateway.identified >= 4, patience=PATIENCE)
    world.react(reader, cluster.card(1, 1), SAVE)
    await cluster.until_saved(3)
    assert cluster.registrations() == registered
    assert "brandnew" in cluster.commands()
    assert {spare.has("shards 0/2"), new_right.has("shards 1/2"), last.has("keeper")} == {True}
    print("a part was without a process for", [round(gap, 2) for gap in gaps], "s")  # noqa: T201
    reliability.record(
        "processes",
        "all are brought to a new version one by one",
        "goes on with threads and saves",
        "goes on under the new schema",
        "0 s",
    )


@pytest.mark.timeout(900)
async def test_a_version_that_takes_something_away_waits_until_none_needs_it(
    cluster: Deployed,
) -> None:
    old = await cluster.older("keeper")
    await cluster.until_has(old, "keeper")
    refused = await cluster.newer("gateway", "0/2", last=True)
    assert await asyncio.wait_for(refused.running.wait(), PATIENCE) == 1
    assert refused.said.count("\n") == 1
    assert "Stop every process of the older version, then start this one" in refused.said
    spare = await cluster.older("keeper")
    await cluster.until_waits(spare)
    assert old.has("keeper")
    await stop(spare)
    await stop(old)
    newer = await cluster.newer("keeper", last=True)
    await cluster.until_has(newer, "keeper")
    outdated = await cluster.older("gateway", "0/2")
    assert await asyncio.wait_for(outdated.running.wait(), PATIENCE) == 1
    assert "was changed by a newer version of this program" in outdated.said
    reliability.record(
        "processes", "a new version takes away what an older one needs", "refused", "goes on", "0 s"
    )
