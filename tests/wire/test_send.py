"""Sending a paper to another channel: once, whatever is pressed twice or gets lost."""

from pathlib import Path
from typing import Any

import pytest

from tests.bot.world import MONDAY, at
from tests.discord_server import DiscordServer, Interaction, Message
from tests.wire.bot import Connected, connected


async def send(here: Connected, said: Message) -> Interaction:
    """Send the paper of a message to the office."""
    menu = await here.world.use_menu(here.admin, here.channel, "Send to another channel", said)
    return await here.world.submit(menu, channel=str(here.office.id))


async def named(here: Connected) -> Message:
    """Return a message that names a paper of Monday's."""
    await here.bot.app.cycle.ingest(at(MONDAY, 9))
    return here.world.say(here.admin, here.channel, "2506.00900")


def cards(here: Connected) -> list[Message]:
    """Return the paper's cards in the office."""
    return [each for each in here.office.history if "Paper number 900" in each.text]


async def test_a_paper_sent_twice_from_a_message_is_there_once(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        said = await named(here)
        for _ in range(2):
            assert "is now in" in (await send(here, said)).text
        assert len(cards(here)) == 1


async def test_from_another_message_or_later_it_is_sent_again(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        said = await named(here)
        await send(here, said)
        await send(here, await named(here))
        assert len(cards(here)) == 2
        here.world.advance(here.world.nonce_seconds + 1)
        await send(here, said)
        assert len(cards(here)) == 3


async def test_what_was_deleted_meanwhile_is_sent_again(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        said = await named(here)
        await send(here, said)
        here.world.delete_message(cards(here)[0])
        assert "is now in" in (await send(here, said)).text
        assert len(cards(here)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": True, "when": "after"},
        {"status": 502, "when": "after"},
        {"status": 503, "code": 0, "when": "after", "times": 9},
    ],
    ids=["the connection breaks", "one answer lost", "all answers lost"],
)
async def test_a_lost_answer_posts_nothing_twice(
    discord_server: DiscordServer, tmp_path: Path, fault: dict[str, Any]
) -> None:
    async with connected(discord_server, tmp_path) as here:
        said = await named(here)
        discord_server.fail(f"POST /channels/{here.office.id}/messages", **fault)
        first = (await send(here, said)).text
        discord_server.heal()
        assert "is now in" in first or "Discord isn't answering" in first
        assert "is now in" in (await send(here, said)).text
        assert len(cards(here)) == 1


async def test_a_refusal_is_explained(discord_server: DiscordServer, tmp_path: Path) -> None:
    async with connected(discord_server, tmp_path) as here:
        said = await named(here)
        discord_server.fail(f"POST /channels/{here.office.id}/messages", status=403, code=200000)
        answer = (await send(here, said)).text
        assert f"I couldn't send it to <#{here.office.id}>." in answer
        assert "AutoMod blocked the text" in answer
        assert not cards(here)
