"""One process of several that share a database: a command of `paperboy`, on a day of its own.

`python -m tests.wire.cluster_process AHEAD LIFE run --role …`: AHEAD is how far the clock is, in
seconds, and LIFE how many seconds a lease lasts. The settings come from the environment, as ever;
with `APART=1` the process takes all others for processes of other machines, with
`EVERY_SECONDS=10` it does the minute's work that often, and with `PAPERS=10` the day has so many.
`VERSION=1.1.0` makes it one of that version, and `HISTORY=folder` of one with these migrations, and
with a command of its own.
"""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import discord
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from discord import app_commands
from discord.http import HTTPClient

import bot.cli.run
from bot.cli.main import main
from bot.client import PaperBot
from papers import program
from papers.model import Record
from storage import processes
from storage.database import Database
from tests.bot.world import MONDAY, FakeSource, votes

TOPIC = "flow matching"
TITLE = "Your papers of Monday 9 June 2025"
"""The first line of the digest of a person who follows the topic."""
PAPERS_VARIABLE = "PAPERS"


class Ahead:
    """A clock that goes on as the machine's does, and shows another time."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC) + self._ahead


class KeepersSource(FakeSource):
    """A source that only the keeper may ask: what a gateway asked for is on record as failed."""

    def __init__(self, papers: list[Record]) -> None:
        super().__init__({MONDAY: papers}, failing="keeper" not in sys.argv)


def sign_requests() -> None:
    """Let every request say which process it is of, as Discord's operators see an address."""
    begin = HTTPClient.__init__

    def signed(self: HTTPClient, *given: Any, **more: Any) -> None:
        begin(self, *given, **more)
        self.user_agent += f" process/{os.getpid()}"

    HTTPClient.__init__ = signed


class Quick(AsyncIOScheduler):
    """A scheduler that does the minute's work every few seconds."""

    seconds = "0"

    def add_job(self, work: Any, *given: Any, **when: Any) -> Any:
        """Add a job; those of each hour stay what they are."""
        if when.get("minute") == "*":
            when["second"] = self.seconds
        # APScheduler 3 has no types.
        return super().add_job(work, *given, **when)  # pyright: ignore[reportUnknownMemberType]


def know_more(history: Path) -> None:
    """Be a version that brings a schema and a command."""
    Database.open = partial(Database.open, history=history)
    add_known = PaperBot.add_commands

    async def add_commands(self: PaperBot) -> None:
        @app_commands.command(name="brandnew", description="Of the next version")
        async def brandnew(interaction: discord.Interaction[PaperBot]) -> None: ...

        self.tree.add_command(brandnew)  # pyright: ignore[reportUnknownArgumentType] - no parameters
        await add_known(self)

    PaperBot.add_commands = add_commands


def papers() -> list[Record]:
    """Return the day's papers, all of the topic."""
    count = int(os.environ.get(PAPERS_VARIABLE) or 3)
    found = votes(MONDAY, *range(10 * count, 0, -10))
    return [
        replace(each, paper=replace(each.paper, title=f"Flow Matching for Problem {number}"))
        for number, each in enumerate(found)
    ]


if __name__ == "__main__":
    ahead, life, *arguments = sys.argv[1:]
    sign_requests()
    if os.environ.get("APART"):
        processes._system = lambda: ""  # pyright: ignore[reportPrivateUsage]
    if version := os.environ.get("VERSION"):
        program.version = lambda: version
    if history := os.environ.get("HISTORY"):
        know_more(Path(history))
    if seconds := os.environ.get("EVERY_SECONDS"):
        Quick.seconds = f"*/{seconds}"
        bot.cli.run.AsyncIOScheduler = Quick
    bot.cli.run.run_bot = partial(
        bot.cli.run.run_bot,
        life=timedelta(seconds=float(life)),
        clock=Ahead(float(ahead)),
        sources=[KeepersSource(papers())],
    )
    main(arguments)
