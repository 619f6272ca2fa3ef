"""Libraries and reactions agree, whenever the bot is killed and whatever happens meanwhile."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import reliability
from tests.databases import put_empty, url_in
from tests.discord_server import DiscordServer, FakeDiscord, Message, User
from tests.discord_server.faults import When
from tests.looking import rows
from tests.wire import processes
from tests.wire.bot_process import TOKEN
from tests.wire.processes import Running
from tests.wire.saving_process import READY

SAVE, STAR, READ = LISTS = ("🔖", "⭐", "✅")

KILLED_AT: dict[When, str] = {
    "before": "a reaction: its save written, not committed",
    "after": "a reaction: its save committed",
}
Stands = set[tuple[int, str, str]]
"""Who has which paper under which emoji."""


@dataclass
class Place:
    """A server with a channel, its people, and the database that outlives the bot's process."""

    server: DiscordServer
    folder: Path
    ids: tuple[int, int]
    people: list[User]

    @property
    def world(self) -> FakeDiscord:
        """What is there."""
        return self.server.world

    @property
    def cards(self) -> list[Message]:
        """The cards of the day's thread."""
        (thread,) = (each for each in self.world.channels.values() if each.is_thread)
        return thread.history

    def stands(self) -> Stands:
        """Return the reactions that people have on the papers."""
        return {
            (user_id, f"2506.{number:05}", emoji)
            for number, card in enumerate(self.cards, 900)
            for emoji, users in card.reactions.items()
            for user_id in users
            if emoji in LISTS and user_id != self.world.bot.id
        }

    def saves(self) -> list[tuple[int, str, str]]:
        """Return every save that is recorded."""
        return rows(
            url_in(self.folder),
            "SELECT saves.user_id, paper_id, lists.emoji FROM saves"
            " JOIN lists ON lists.id = list_id WHERE kept = 1",
        )

    async def agree(self) -> None:
        """Wait until the libraries are what the reactions are."""
        await self.server.until(lambda: set(self.saves()) == self.stands())

    def record(self, killed_at: str) -> None:
        """Write down how it ended."""
        saves, stands = self.saves(), self.stands()
        same = "the libraries are what the reactions are"
        lost, doubled = len(stands - set(saves)), len(saves) - len(set(saves))
        reliability.record("kills", killed_at, same, str(lost), str(doubled))

    async def play(self, chance: random.Random, times: int, *, pause: float = 0.005) -> None:
        """Let people do something at random."""
        for _ in range(times):
            user, card = chance.choice(self.people), chance.choice(self.cards)
            emoji = chance.choice(LISTS)
            if user.id in card.reactions.get(emoji, ()):
                self.world.unreact(user, card, emoji)
            else:
                self.world.react(user, card, emoji)
            await asyncio.sleep(pause)


@asynccontextmanager
async def a_place(folder: Path) -> AsyncGenerator[Place]:
    async with DiscordServer() as server:
        server.buckets.pace = 0.01
        server.world.token = TOKEN
        guild = server.world.add_guild("Lab")
        channel = server.world.add_channel(guild, "papers")
        people = [server.world.add_member(guild, name) for name in ("ada", "grace", "alan")]
        yield Place(server, folder, (guild.id, channel.id), people)
    server.assert_clean()


@asynccontextmanager
async def a_bot(place: Place, *deadly: object) -> AsyncGenerator[Running]:
    """Run the bot until the block ends, where it is killed if it still lives."""
    put_empty(place.folder)
    process = await processes.start(
        "tests.wire.saving_process",
        *(place.folder, place.server.api_url, place.server.gateway_url),
        *(*place.ids, *deadly),
        folder=place.folder,
    )
    try:
        yield process
    finally:
        process.kill()
        assert await process.wait() == -9, process.said


async def ready(process: Running) -> None:
    """Wait until the thread is posted and the bot listens."""
    async with asyncio.timeout(40):
        while f"{READY}\n" not in process.said:
            assert process.returncode is None, process.said
            await asyncio.sleep(0.05)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_bot_killed_at_a_save_catches_up_with_what_people_did_meanwhile(
    tmp_path: Path, when: When
) -> None:
    async with a_place(tmp_path) as place:
        world, (ada, grace, _) = place.world, place.people
        async with a_bot(place, when, 2) as bot:
            await ready(bot)
            first, second, third = place.cards
            world.react(grace, first, SAVE)
            await place.agree()
            world.react(ada, second, SAVE)
            assert await asyncio.wait_for(bot.wait(), 20) == -9

        held = (ada.id, "2506.00901", SAVE) in place.saves()
        assert held is (when == "after"), "a save is there from its commit on, and not before"
        world.unreact(grace, first, SAVE)
        world.react(grace, third, READ)
        world.react(ada, first, STAR)
        if when == "after":
            world.unreact(ada, second, SAVE)

        async with a_bot(place) as bot:
            await place.agree()
            await ready(bot)
            world.unreact(ada, first, STAR)
            world.react(grace, second, SAVE)
            await place.agree()
        place.record(KILLED_AT[when])


@pytest.mark.timeout(120)
async def test_a_bot_killed_again_and_again_among_many_reactions_loses_none(
    tmp_path: Path,
) -> None:
    chance = random.Random(4)  # noqa: S311 - a repeatable crowd
    async with a_place(tmp_path) as place:
        async with a_bot(place) as bot:
            await ready(bot)
            await place.play(chance, 80)
        await place.play(chance, 20, pause=0)
        # While reactions are read back, too: what comes then must win over what was read.
        async with a_bot(place):
            await place.server.until(lambda: place.server.gateway.connected)
            await place.play(chance, 80)
        async with a_bot(place):
            await place.agree()
        assert len(place.stands()) > 3
        place.record("two hundred reactions, twice among them")
