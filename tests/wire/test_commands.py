"""Every command by a real interaction: registered, answered in time, and valid to Discord."""

from pathlib import Path

import discord
import pytest
from discord import app_commands

from bot.client import PaperBot
from storage.server_backups import restore_at
from tests.bot.world import MONDAY, at
from tests.databases import lose, new_in
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
        await here.bot.app.cycle.ingest(here.clock.at)

        shown = await world.slash(ada, channel, "feed preview")
        assert "Paper number 900" in shown.text
        assert shown.ephemeral
        assert "09:00" in (await world.slash(ada, channel, "feed list")).text
        assert "10:30" in (await world.slash(ada, channel, "feed edit", time="10:30")).text
        assert (await world.slash(ada, channel, "feed pause")).text
        assert (await world.slash(ada, channel, "feed resume")).text

        await world.slash(ada, channel, "feed post-now")
        await here.bot.services.queue.drain()
        assert len(world.threads_of(channel)) == 1

        asked = await world.slash(ada, channel, "feed remove")
        button = next(label for label in asked.message.buttons if "emove" in label)
        await world.click(ada, asked.message, button)
        none = await world.slash(ada, channel, "feed list")
        assert "no daily thread yet" in none.text


async def test_everybody_can_ask_what_there_is(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        world, grace, channel = here.world, here.member, here.channel
        await here.bot.app.cycle.ingest(at(MONDAY, 9))
        here.clock.at = at(MONDAY, 9)
        trending = await world.slash(grace, channel, "paper trending")
        assert "Paper number 900" in trending.text
        assert (await world.slash(grace, channel, "paper status")).text
        assert "/paper" in (await world.slash(grace, channel, "paper help")).text.replace("</", "/")


async def test_a_paper_is_refused_by_a_form(discord_server: DiscordServer, tmp_path: Path) -> None:
    async with connected(discord_server, tmp_path) as here:
        world, grace, channel = here.world, here.member, here.channel
        await here.bot.app.cycle.ingest(at(MONDAY, 9))
        here.clock.at = at(MONDAY, 9)
        card = await world.slash(grace, channel, "paper show", id_or_link="2506.00900")
        for answers in ({"what": "seen"}, {"what": "word", "word": "matter"}):
            form = await world.click(grace, card.message, "Not for me…")
            done = await world.submit(form, author="Ada Lovelace", **answers)
            assert done.ephemeral
            assert "Undo" in done.message.buttons
        listed = await world.slash(grace, channel, "privacy show")
        hidden = await world.click(grace, listed.message, "What you hide…")
        assert "Papers about “matter”" in hidden.text
        assert "1 hidden paper" in hidden.text


async def test_a_direct_message_is_no_place_for_feeds_and_says_the_rest(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        world, grace = here.world, here.member
        conversation = world.open_dm(grace)
        assert (await world.slash(grace, conversation, "paper help")).text
        assert (await world.slash(grace, conversation, "paper status")).text


async def test_commands_are_registered_once_and_read_once_at_each_later_start(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    for starts in (1, 2):
        async with connected(discord_server, tmp_path):
            pass
        assert discord_server.count("GET /applications/*/commands") == starts
        assert discord_server.count("PUT /applications/*/commands") == 1


@pytest.mark.parametrize("kept", [True, False], ids=["its backup", "no database"])
async def test_going_back_to_a_version_leaves_none_of_the_newer_ones_commands(
    discord_server: DiscordServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kept: bool,
) -> None:
    backup = tmp_path / "before.db"
    real = PaperBot.setup_hook

    async def newer(self: PaperBot) -> None:
        @app_commands.command(name="brandnew", description="Of the next version")
        async def brandnew(interaction: discord.Interaction[PaperBot]) -> None: ...

        self.tree.add_command(brandnew)  # pyright: ignore[reportUnknownArgumentType] - no parameters
        await real(self)

    def registered() -> list[str]:
        return sorted(command["name"] for command in discord_server.world.commands)

    async with connected(discord_server, tmp_path) as here:
        await here.bot.services.database.backup(backup)
    first = registered()
    with monkeypatch.context() as patch:
        patch.setattr(PaperBot, "setup_hook", newer)
        async with connected(discord_server, tmp_path):
            assert "brandnew" in registered()
    lose(tmp_path)
    if kept:
        await restore_at(backup, new_in(tmp_path), now=at(MONDAY, 9), files=tmp_path)
    async with connected(discord_server, tmp_path) as here:
        assert registered() == first
        ids = {each["name"]: each["id"] for each in discord_server.world.commands}
        assert here.bot.mention("paper help") == f"</paper help:{ids['paper']}>"


async def test_a_changed_option_is_noticed_wherever_it_was_changed(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path):
        pass
    (feed,) = (each for each in discord_server.world.commands if each["name"] == "feed")
    feed["options"][0]["options"][0]["description"] = "As another version has it"
    async with connected(discord_server, tmp_path):
        pass
    assert discord_server.count("PUT /applications/*/commands") == 2


async def test_known_commands_need_no_answer_at_a_start_and_changed_ones_do(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        help_ = here.bot.mention("paper help")
    discord_server.fail("GET /applications/*/commands", status=403, code=0)
    async with connected(discord_server, tmp_path) as here:
        assert here.bot.mention("paper help") == help_
    discord_server.heal()
    discord_server.fail("GET /applications/*/commands", status=403, code=0)
    lose(tmp_path)
    with pytest.raises(discord.Forbidden):
        async with connected(discord_server, tmp_path):
            pass


async def test_a_paper_is_cited_from_a_message(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        world, grace, channel = here.world, here.member, here.channel
        await here.bot.app.cycle.ingest(at(MONDAY, 9))
        said = world.say(here.admin, channel, "2506.00900 and 2506.00901")
        for style in ("bibtex", "apa", "markdown"):
            form = await world.use_menu(grace, channel, "Cite", said)
            cited = await world.submit(form, paper="2506.00901", style=style)
            assert cited.ephemeral
            assert "1 citation" in cited.text
        similar = await world.use_menu(grace, channel, "Similar papers", said)
        assert similar.ephemeral
        assert "names several papers" in similar.text


async def test_a_paper_is_cited_in_a_direct_message_and_sent_only_in_servers(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        world, grace = here.world, here.member
        await here.bot.app.cycle.ingest(at(MONDAY, 9))
        conversation = world.open_dm(grace)
        said = world.say(grace, conversation, "2506.00900")
        cited = await world.submit(
            await world.use_menu(grace, conversation, "Cite", said), style="apa"
        )
        assert "Paper number 900 (arXiv:2506.00900)" in cited.text
        with pytest.raises(AssertionError, match="not offered there"):
            await world.use_menu(grace, conversation, "Send to another channel", said)
        in_server = world.say(grace, here.channel, "2506.00900")
        with pytest.raises(AssertionError, match="not offered to grace"):
            await world.use_menu(grace, here.channel, "Send to another channel", in_server)
