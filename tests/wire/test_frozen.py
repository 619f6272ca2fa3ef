"""A frozen process sends nothing more after another one took over, and each thread comes once.

`pytest --full tests/wire/test_frozen.py` freezes at every request; otherwise at a selection.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import reliability
from tests.databases import put_empty
from tests.discord_server import DiscordServer
from tests.discord_server.faults import When
from tests.wire import processes
from tests.wire.bot_process import TOKEN
from tests.wire.processes import Running
from tests.wire.test_killed import BOUNDARIES, PAPERS, Boundary, Lab

LIFE = 2.0
"""Seconds that a lease lasts here."""

SELECTED = {(1, "after"), (2, "before"), (8, "after")}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Freeze at every request, or at those that stand for all."""
    full = metafunc.config.getoption("--full")
    if "boundary" not in metafunc.fixturenames:
        return
    moments = [
        (boundary, when)
        for boundary in BOUNDARIES
        for when in ("before", "after")
        if full or (boundary.number, when) in SELECTED
    ]
    ids = [f"{each.name}-{when}" for each, when in moments]
    metafunc.parametrize(("boundary", "when"), moments, ids=ids)


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    """A quick Discord with one channel; it must have heard nothing unheard of."""
    async with DiscordServer() as server:
        server.buckets.pace = 0.01
        server.world.token = TOKEN
        guild = server.world.add_guild("Lab")
        yield Lab(server, tmp_path, guild.id, server.world.add_channel(guild, "papers"))
    server.assert_clean()


async def start(lab: Lab, minute: int = 0) -> Running:
    server = lab.server
    put_empty(lab.folder)
    return await processes.start(
        "tests.wire.leased_process",
        *(LIFE, lab.folder, server.api_url, server.gateway_url),
        *(lab.guild_id, lab.channel.id, PAPERS, minute),
        folder=lab.folder,
    )


@pytest.mark.timeout(180)
async def test_a_process_that_was_frozen_ends_without_sending_what_another_one_has_sent(
    lab: Lab, boundary: Boundary, when: When
) -> None:
    frozen = await start(lab)
    try:
        fault = lab.server.freeze(frozen.pid, boundary.pattern, at=boundary.at, when=when)
        await lab.server.until(lambda: fault.met >= boundary.at, patience=60)
        lab.server.heal()
        await asyncio.sleep(LIFE)
        lab.world.advance(3_600)  # no nonce is remembered: only the process itself can hold back
        before = len(lab.server.requests)
        second = await start(lab)
        refused = await second.end()
        posted = len(lab.server.requests)
        frozen.send_signal(signal.SIGCONT)
        said = await frozen.end()
    finally:
        frozen.kill()
    assert "Traceback" not in refused + said
    if second.returncode != 0:
        # The other one was frozen within a transaction, which nobody can end: it goes on.
        assert "database is locked" in refused.splitlines()[-1], refused
        assert (posted, frozen.returncode) == (before, 0), said
        # Its request may have timed out meanwhile, which is tried again some minutes later.
        assert "Traceback" not in await (await start(lab, minute=10)).end()
    else:
        assert frozen.returncode == 1, said
        assert "took over" in said  # the request that it was at may fail after that
        later = [request.line for request in lab.server.requests[posted:]]
        assert later == []
    there, lost, doubled = lab.ends_with()
    assert (lost, doubled) == (0, 0), there
    assert lab.recorded() == ("done", PAPERS, 1)
    if (boundary.number, when) not in SELECTED:
        return  # the page has those that stand for all
    moment = "not carried out" if when == "before" else "carried out, answer lost"
    row = f"frozen at request {boundary.number} ({boundary.name}) until another process took over"
    reliability.record("kills", f"{row}: {moment}", there, str(lost), str(doubled))
