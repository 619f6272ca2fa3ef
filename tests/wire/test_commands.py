"""Every command by a real interaction: registered, answered in time, and valid to Discord."""

from pathlib import Path

from tests.bot.world import MONDAY, at
from tests.discord_server import DiscordServer
from tests.wire.bot import connected


async def test_a_feed_lives_its_life_by_command(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        world, ada, channel = here.world, here.admin, here.channel
        assert await world.complete(ada, channel, "feed add", "timezone", timezone="Berl")
        assert "09:00" in await here.add_feed(time="9am", timezone="Europe/Berlin", papers=5)
        here.clock.at = at(MONDAY, 9)
        await here.bot.ingest(here.clock.at)

        shown = await world.slash(ada, channel, "feed preview")
        assert "Paper number 900" in shown.text
        assert shown.ephemeral
        assert "09:00" in (await world.slash(ada, channel, "feed list")).text
        assert "10:30" in (await world.slash(ada, channel, "feed edit", time="10:30")).text
        assert (await world.slash(ada, channel, "feed pause")).text
        assert (await world.slash(ada, channel, "feed resume")).text

        await world.slash(ada, channel, "feed post-now")
        await here.bot.workers.drain()
        assert len(world.threads_of(channel)) == 1

        asked = await world.slash(ada, channel, "feed remove")
        button = next(label for label in asked.message.buttons if "emove" in label)
        await world.click(ada, asked.message, button)
        none = await world.slash(ada, channel, "feed list")
        assert "No channel" in none.text


async def test_everybody_can_ask_what_there_is(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        world, grace, channel = here.world, here.member, here.channel
        await here.bot.ingest(at(MONDAY, 9))
        here.clock.at = at(MONDAY, 9)
        trending = await world.slash(grace, channel, "paper trending")
        assert "Paper number 900" in trending.text
        assert (await world.slash(grace, channel, "paper status")).text
        assert "/paper" in (await world.slash(grace, channel, "paper help")).text.replace("</", "/")


async def test_a_direct_message_is_no_place_for_feeds_and_says_the_rest(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        world, grace = here.world, here.member
        conversation = world.open_dm(grace)
        assert (await world.slash(grace, conversation, "paper help")).text
        assert (await world.slash(grace, conversation, "paper status")).text


async def test_commands_are_registered_once_and_again_only_when_they_change(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    for _ in range(2):
        async with connected(discord_server, tmp_path):
            pass
    assert discord_server.count("PUT /applications/*/commands") == 1
