"""A bot killed at any request of a shelf's weekly post, and started again, posts it once.

`pytest --full tests/wire/test_killed_shelf.py` kills before and after each; otherwise after.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import reliability
from tests.databases import put_empty, url_in
from tests.discord_server import Channel, DiscordServer
from tests.discord_server.faults import When
from tests.looking import look
from tests.wire import processes
from tests.wire.bot_process import TOKEN
from tests.wire.shelf_process import PAPERS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Kill before and after every request, or at one of the two."""
    if "when" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        metafunc.parametrize("when", ["before", "after"] if full else ["after"])


class Kill(NamedTuple):
    """A request at which the bot is killed."""

    pattern: str
    when: When


@dataclass
class Lab:
    """A server with a channel, and the folder of the bot that posts there."""

    server: DiscordServer
    folder: Path
    guild_id: int
    channel: Channel

    async def run_bot(self, kill: Kill | None = None) -> int:
        """Run the bot to its end, killed at a request if one is given; return its code."""
        server = self.server
        put_empty(self.folder)
        process = await processes.start(
            "tests.wire.shelf_process",
            *(self.folder, server.api_url, server.gateway_url, self.guild_id, self.channel.id),
            folder=self.folder,
        )
        if kill is not None:
            server.kill(process.pid, kill.pattern, at=1, when=kill.when)
        said = await process.end()
        server.heal()
        if process.returncode not in (0, -9) or "Traceback" in said:
            raise AssertionError(said)
        return process.returncode or 0

    def posts(self) -> list[str]:
        """Return the weekly posts that are there."""
        shown = [str(message.components) for message in self.channel.history]
        return [text for text in shown if "New on the shelf" in text]

    def recorded(self) -> tuple[str, int]:
        """Return the state of the only post in the database, and how many papers it brought."""
        with closing(look(url_in(self.folder))) as database:
            ((state,),) = database.rows("SELECT state FROM shelf_posts")
            ((brought,),) = database.rows("SELECT count(posted_at) FROM shelf_papers")
        return state, brought

    def record(self, row: str) -> None:
        """Hold the page to what is there in the end."""
        posts = self.posts()
        papers = sum(f"2506.{900 + number:05}" in posts[0] for number in range(PAPERS))
        lost, doubled = int(not posts) + PAPERS - papers, max(0, len(posts) - 1)
        assert (lost, doubled) == (0, 0), row
        assert self.recorded() == ("done", PAPERS)
        there = f"{len(posts)} post of {papers} papers"
        reliability.record("kills", row, there, str(lost), str(doubled))


@pytest.fixture
async def lab(tmp_path: Path):
    """A quick Discord with one channel; it must have heard nothing unheard of."""
    async with DiscordServer() as server:
        server.buckets.pace = 0.01
        server.world.token = TOKEN
        guild = server.world.add_guild("Lab")
        yield Lab(server, tmp_path, guild.id, server.world.add_channel(guild, "papers"))
    server.assert_clean()


def moment(when: When) -> str:
    return "not carried out" if when == "before" else "carried out, answer lost"


@pytest.mark.timeout(180)
async def test_a_weekly_post_killed_at_its_request_comes_once(lab: Lab, when: When) -> None:
    assert await lab.run_bot(Kill(f"POST /channels/{lab.channel.id}/messages", when)) == -9
    if when == "after":
        # The nonce is forgotten by then: only what the channel shows can tell.
        lab.server.world.advance(3_600)
    assert await lab.run_bot() == 0
    lab.record(f"weekly post of a shelf, request 1 (post): {moment(when)}")
    sent = lab.server.count("POST /channels/*")
    assert await lab.run_bot() == 0
    assert lab.server.count("POST /channels/*") == sent, "a third start finds nothing left to do"


@pytest.mark.timeout(180)
async def test_a_weekly_post_killed_again_while_it_is_looked_for_comes_once(
    lab: Lab, when: When
) -> None:
    messages = f"/channels/{lab.channel.id}/messages"
    assert await lab.run_bot(Kill(f"POST {messages}", "after")) == -9
    lab.server.world.advance(3_600)
    assert await lab.run_bot(Kill(f"GET {messages}", when)) == -9
    assert await lab.run_bot() == 0
    again = "killed at its post and again at reading the channel back"
    lab.record(f"weekly post of a shelf, {again}: {moment(when)}")
