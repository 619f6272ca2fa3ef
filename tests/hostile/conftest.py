"""One bot for each file of attacks, and how many attacks there are."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path

import pytest

from tests import databases
from tests.hostile.attack_target import begin
from tests.hostile.harness import Hostile


@pytest.fixture(scope="module")
def hostile(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Hostile]:
    """The bot among people, one of whom means it ill."""
    folder = tmp_path_factory.mktemp("hostile")
    server = databases.wanted(str(pytestconfig.getoption("--engine")))
    with server.lent() if server else nullcontext(), asyncio.Runner() as runner:
        begun: asyncio.Future[Hostile] = runner.get_loop().create_future()
        over = asyncio.Event()
        # One task that opens and closes everything: what simcord keeps in context stays in it.
        life = runner.get_loop().create_task(_live(folder, runner, begun, over))
        with databases.kept_on(server):
            runner.run(_first(life, begun))
        try:
            yield begun.result()
        finally:
            over.set()
            runner.run(_last(life))


async def _live(
    folder: Path, runner: asyncio.Runner, begun: asyncio.Future[Hostile], over: asyncio.Event
) -> None:
    async with AsyncExitStack() as stack:
        begun.set_result(await begin(stack, folder, runner))
        await over.wait()


async def _first(life: asyncio.Task[None], begun: asyncio.Future[Hostile]) -> None:
    await asyncio.wait({life, begun}, return_when=asyncio.FIRST_COMPLETED)
    if life.done():
        await life


async def _last(life: asyncio.Task[None]) -> None:
    await life
