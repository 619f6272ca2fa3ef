"""People who are owed a digest, the bot that owes it, and what has arrived in the end."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.databases import put_empty, url_in
from tests.discord_server import Channel, DiscordServer, User
from tests.discord_server.faults import When
from tests.looking import rows
from tests.wire import processes
from tests.wire.digest_process import TITLE, Plan

OPENING = "POST /users/@me/channels"
SENDING = "POST /channels/*/messages"
READING = "GET /channels/*/messages"


@dataclass(frozen=True)
class Kill:
    """Where the bot is killed: at the `at`-th request that matches."""

    pattern: str
    at: int = 1
    when: When = "before"


@dataclass
class Readers:
    """Members of a server who all follow a topic; every `strangers`-th has no conversation yet."""

    server: DiscordServer
    folder: Path
    count: int
    strangers: int = 1
    papers: int = 2
    people: list[User] = field(default_factory=list[User])
    began: float = 0.0

    def __post_init__(self) -> None:
        world = self.server.world
        guild = world.add_guild("Reading Group")  # without a channel to say hello in
        for number in range(self.count):
            person = world.add_member(guild, f"reader {number}")
            self.people.append(person)
            if number % self.strangers:
                world.open_dm(person)

    async def run_bot(self, kill: Kill | None = None, *, patience: float = 60.0) -> int:
        """Run the bot until nothing is owed, killed on the way if so asked; return its code."""
        self.began = self.began or time.time()
        world = self.server.world
        plan = Plan(
            folder=self.folder,
            token=world.token,
            api_url=self.server.api_url,
            gateway_url=self.server.gateway_url,
            people=[(person.id, channel_id(world.dm_of(person))) for person in self.people],
            papers=self.papers,
            began=self.began,
        )
        put_empty(self.folder)
        process = await processes.start(
            "tests.wire.digest_process", plan.model_dump_json(), folder=self.folder
        )
        if kill is not None:
            self.server.kill(process.pid, kill.pattern, at=kill.at, when=kill.when)
        log = await process.end(patience)
        self.server.heal()
        if process.returncode not in (0, -9) or "Traceback" in log:
            raise AssertionError(log)
        assert not [secret for secret in world.secrets() if secret in log]
        return process.returncode or 0

    def pass_over(self, seconds: float) -> None:
        """Let time go by for Discord and for the bot."""
        self.server.world.advance(seconds)
        self.began -= seconds

    def received(self) -> list[int]:
        """Return how many digests each person has got."""
        return [
            sum(TITLE in message.text for message in channel.history)
            if (channel := self.server.world.dm_of(person)) is not None
            else 0
            for person in self.people
        ]

    def recorded(self) -> dict[int, tuple[str, int | None]]:
        """Return what the bot knows of each person's digest: its state and its message."""
        found = rows(url_in(self.folder), "SELECT user_id, state, message_id FROM digests")
        return {user_id: (state, message_id) for user_id, state, message_id in found}

    def expected(self) -> dict[int, tuple[str, int | None]]:
        """Return what it ought to know: each was sent, as the message that is there."""
        conversations = [(person, self.server.world.dm_of(person)) for person in self.people]
        return {
            person.id: ("sent", channel.history[0].id)
            for person, channel in conversations
            if channel is not None and channel.history
        }


def channel_id(channel: Channel | None) -> int | None:
    """Return a channel's id."""
    return None if channel is None else channel.id
