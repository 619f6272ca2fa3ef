"""The server itself, driven by a plain discord.py client."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any
from unittest.mock import MagicMock

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.discord_server import Channel, DiscordServer, Guild, Message
from tests.discord_server.faults import When
from tests.shared import needs_shared

BUCKET = 5


class Client(discord.Client):
    """A client with two commands, a button and an ear for reactions."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        intents.guild_reactions = True
        super().__init__(intents=intents, guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.ready = asyncio.Event()
        self.reactions: list[discord.RawReactionActionEvent] = []

    async def setup_hook(self) -> None:
        group = app_commands.Group(name="paper", description="Papers")

        @group.command(name="slow", description="Defers")
        @app_commands.describe(word="Any word")
        async def slow(interaction: discord.Interaction, word: str = "nothing") -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.followup.send(f"slowly, {word}", file=notes())
            await interaction.followup.send("and more", ephemeral=True)

        @slow.autocomplete("word")
        async def suggest(
            interaction: discord.Interaction, current: str
        ) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{current}!", value=current)]

        @group.command(name="quick", description="Answers")
        @app_commands.guild_only()
        async def quick(interaction: discord.Interaction, where: discord.TextChannel) -> None:
            await interaction.response.send_message(view=Layout(where.name))

        @group.command(name="silent", description="Never answers")
        async def silent(interaction: discord.Interaction) -> None:
            await asyncio.sleep(0)

        async def look(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(message.content, ephemeral=True)

        self.tree.add_command(group)
        self.tree.add_command(app_commands.ContextMenu(name="Look", callback=look))
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify without discord.py's five seconds between two sessions."""

    async def on_ready(self) -> None:
        self.ready.set()

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        self.reactions.append(payload)


class Layout(discord.ui.LayoutView):
    """A text with a button that changes it and one that asks."""

    def __init__(self, text: str) -> None:
        super().__init__(timeout=None)
        change = discord.ui.Button["Layout"](label="Change", custom_id="change")
        change.callback = self._change
        self.add_item(discord.ui.TextDisplay(text))
        self.add_item(discord.ui.ActionRow(change))

    async def _change(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(view=Layout("changed"))


def notes() -> discord.File:
    return discord.File(BytesIO(b"notes"), filename="notes.txt")


@asynccontextmanager
async def running(server: DiscordServer) -> AsyncGenerator[Client]:
    """Run a client until it is closed."""
    client = Client()
    connection = asyncio.create_task(client.start(server.world.token))
    try:
        async with asyncio.timeout(20):
            await client.ready.wait()
        yield client
    finally:
        await client.close()
        await connection


def place(server: DiscordServer) -> tuple[Guild, Channel]:
    guild = server.world.add_guild("Reading Group")
    return guild, server.world.add_channel(guild, "papers")


def text_channel(client: Client, channel: Channel) -> discord.TextChannel:
    found = client.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


@needs_shared
def test_discords_own_schema_is_at_hand() -> None:
    assert DiscordServer().schema is not None


async def test_a_client_logs_in_and_sees_its_servers(discord_server: DiscordServer) -> None:
    guild, channel = place(discord_server)
    async with running(discord_server) as client:
        here = client.get_guild(guild.id)
        assert here is not None
        assert here.me.guild_permissions.create_public_threads
        assert text_channel(client, channel).permissions_for(here.me).send_messages
        assert [command["name"] for command in discord_server.world.commands] == ["paper", "Look"]


async def test_a_deferred_command_is_answered_with_follow_ups(
    discord_server: DiscordServer,
) -> None:
    guild, channel = place(discord_server)
    world = discord_server.world
    ada = world.add_member(guild, "ada")
    async with running(discord_server):
        suggested = await world.complete(ada, channel, "paper slow", "word", word="pap")
        assert suggested == ["pap!"]
        answer = await world.slash(ada, channel, "paper slow", word="papers")
        await discord_server.until(lambda: len(answer.messages) == 2)
    assert answer.text == "slowly, papers\nand more"
    assert answer.ephemeral
    assert not channel.messages
    assert [file["filename"] for file in answer.message.attachments] == ["notes.txt"]
    assert world.files[int(answer.message.attachments[0]["id"])] == b"notes"


async def test_a_button_changes_its_message(discord_server: DiscordServer) -> None:
    guild, channel = place(discord_server)
    world = discord_server.world
    ada = world.add_member(guild, "ada")
    async with running(discord_server):
        answer = await world.slash(ada, channel, "paper quick", where=channel)
        assert channel.history == [answer.message]
        assert answer.text == "papers\nChange"
        await world.click(ada, answer.message, "Change")
    assert channel.history[0].text == "changed\nChange"


async def test_a_context_menu_is_given_its_message(discord_server: DiscordServer) -> None:
    guild, channel = place(discord_server)
    world = discord_server.world
    ada = world.add_member(guild, "ada")
    said = world.say(ada, channel, "read this")
    async with running(discord_server):
        answer = await world.use_menu(ada, channel, "Look", said)
    assert answer.text == "read this"


async def test_a_command_is_offered_where_and_with_what_it_takes(
    discord_server: DiscordServer,
) -> None:
    guild, channel = place(discord_server)
    world = discord_server.world
    ada = world.add_member(guild, "ada")
    async with running(discord_server):
        with pytest.raises(AssertionError, match="needs"):
            await world.slash(ada, channel, "paper quick")
        with pytest.raises(AssertionError, match="takes"):
            await world.slash(ada, channel, "paper quick", where=channel, when="now")
        with pytest.raises(AssertionError, match="not registered"):
            await world.slash(ada, channel, "paper loud")


async def test_a_thread_starts_from_a_message_once_and_takes_reactions(
    discord_server: DiscordServer,
) -> None:
    guild, channel = place(discord_server)
    world = discord_server.world
    ada = world.add_member(guild, "ada")
    async with running(discord_server) as client:
        header = await text_channel(client, channel).send("the day's papers")
        thread = await header.create_thread(name="Papers", auto_archive_duration=10080)
        assert thread.id == header.id
        with pytest.raises(discord.HTTPException) as again:
            await header.create_thread(name="Papers")
        assert again.value.code == 160004
        card = await thread.send("one paper")
        await card.add_reaction("🔖")
        there = world.channels[thread.id].messages[card.id]
        world.react(ada, there, "🔖")
        await discord_server.until(lambda: len(client.reactions) == 2)
        seen = client.reactions[-1]
        assert (seen.user_id, seen.message_id, str(seen.emoji)) == (ada.id, card.id, "🔖")
        assert seen.message_author_id == client.application_id
        assert there.reactions == {"🔖": [world.bot.id, ada.id]}


async def test_a_reconnecting_client_hears_what_it_missed(discord_server: DiscordServer) -> None:
    guild, channel = place(discord_server)
    world = discord_server.world
    ada = world.add_member(guild, "ada")
    said = world.say(ada, channel, "read this")
    gateway = discord_server.gateway
    async with running(discord_server) as client:
        gateway.drop()
        world.react(ada, said, "👀")
        await discord_server.until(lambda: client.reactions)
        assert (gateway.identified, gateway.resumed) == (1, 1)
        await discord_server.disconnect()
        await discord_server.until(lambda: gateway.resumed == 2)
        await discord_server.disconnect(resumable=False)
        # discord.py backs off at random before it identifies again.
        await discord_server.until(lambda: gateway.identified == 2, patience=60)


async def test_a_server_may_be_out_of_reach_and_come_back(discord_server: DiscordServer) -> None:
    guild, _ = place(discord_server)
    world = discord_server.world
    guild.available = False
    async with running(discord_server) as client:
        here = client.get_guild(guild.id)
        assert here is None or here.unavailable
        world.set_available(guild, available=True)
        await discord_server.until(lambda: is_there(client, guild))
        world.set_available(guild, available=False)
        await discord_server.until(lambda: not is_there(client, guild))


async def test_a_gateway_that_is_away_turns_everybody_away_until_it_is_back(
    discord_server: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(discord_server)
    monkeypatch.setattr("discord.client.ExponentialBackoff.delay", MagicMock(return_value=0.01))
    gateway = discord_server.gateway
    async with running(discord_server):
        gateway.away = True
        gateway.drop()
        await discord_server.until(lambda: gateway.turned_away >= 3)
        gateway.away = False
        await discord_server.until(lambda: gateway.resumed)


async def test_a_nonce_gives_the_same_message_for_minutes_only(
    discord_server: DiscordServer,
) -> None:
    _, channel = place(discord_server)
    async with running(discord_server) as client:
        target = text_channel(client, channel)
        first = await target.send("once", nonce="a")
        assert (await target.send("once", nonce="a")).id == first.id
        assert len(channel.messages) == 1
        discord_server.world.advance(600)
        assert (await target.send("once", nonce="a")).id != first.id


async def test_what_breaks_a_rule_is_refused(discord_server: DiscordServer) -> None:
    _, channel = place(discord_server)
    texts = [discord.ui.TextDisplay["discord.ui.LayoutView"]("x" * 2_001) for _ in range(2)]
    long = discord.ui.LayoutView()
    for text in texts:
        long.add_item(text)
    async with running(discord_server) as client:
        target = text_channel(client, channel)
        discord_server.buckets.pace = 0.01
        assert await refusal(target.send("x" * 2_001)) == 50035
        assert await refusal(target.send(view=long)) == 50035
        assert await refusal(target.send("")) == 50006
        send: Any = target.send  # its types know that a layout takes no text
        assert await refusal(send("hi", view=Layout("text"))) == 50035
        assert await refusal(target.get_partial_message(1).edit(content="x")) == 10008
        assert await refusal(client.get_partial_messageable(1).send("x")) == 10003
    assert not channel.messages
    # Whoever did that without meaning to would have failed the test.
    assert len(discord_server.pardon()) == 4


async def test_permissions_decide_as_discord_works_them_out(
    discord_server: DiscordServer,
) -> None:
    guild, channel = place(discord_server)
    world = discord_server.world
    async with running(discord_server) as client:
        target = text_channel(client, channel)
        discord_server.buckets.pace = 0.01
        world.set_permissions(channel, deny=["send_messages"])
        assert await refusal(target.send("x")) == 50013
        world.set_permissions(channel, guild.roles[guild.id], deny=["view_channel"])
        assert await refusal(target.send("x")) == 50001
        world.set_permissions(channel, allow=["view_channel"])
        await target.send("x")
        assert discord_server.invalid_requests == 2


async def test_direct_messages_are_closed_by_people_and_by_discord(
    discord_server: DiscordServer,
) -> None:
    guild, _ = place(discord_server)
    world = discord_server.world
    ada, eve = world.add_member(guild, "ada"), world.add_member(guild, "eve")
    stranger = world.add_user("stranger")
    async with running(discord_server) as client:
        discord_server.buckets.pace = 0.01
        await (await client.create_dm(discord.Object(ada.id))).send("hello")
        ada.takes_dms = False
        assert await refusal((await client.create_dm(discord.Object(ada.id))).send("x")) == 50007
        away = await client.create_dm(discord.Object(stranger.id))
        assert await refusal(away.send("x")) == 50278
        world.opens_dms = False
        assert await refusal(client.create_dm(discord.Object(eve.id))) == 40003
    conversation = world.dm_of(ada)
    assert conversation is not None
    assert [message.text for message in conversation.history] == ["hello"]


async def test_an_archived_thread_refuses_edits_and_wakes_up_for_messages(
    discord_server: DiscordServer,
) -> None:
    _, channel = place(discord_server)
    world = discord_server.world
    async with running(discord_server) as client:
        header = await text_channel(client, channel).send("header")
        thread = await header.create_thread(name="Papers", auto_archive_duration=60)
        card = await thread.send("card")
        world.advance(3_601)
        assert world.channels[thread.id].archived
        assert await refusal(card.edit(content="x")) == 50083
        await thread.send("more")
        assert not world.channels[thread.id].archived


async def test_a_server_has_room_for_so_many_threads(discord_server: DiscordServer) -> None:
    guild, channel = place(discord_server)
    guild.active_threads = 1
    async with running(discord_server) as client:
        target = text_channel(client, channel)
        await (await target.send("one")).create_thread(name="one")
        assert await refusal((await target.send("two")).create_thread(name="two")) == 160006


async def test_a_mention_pings_only_whom_the_message_allows(
    discord_server: DiscordServer,
) -> None:
    guild, channel = place(discord_server)
    world = discord_server.world
    readers = world.add_role(guild, "readers", mentionable=True)
    others = world.add_role(guild, "others", mentionable=True)
    text = f"<@&{readers.id}> <@&{others.id}> @everyone"
    async with running(discord_server) as client:
        target = text_channel(client, channel)
        only = discord.AllowedMentions(
            everyone=False, users=False, roles=[discord.Object(readers.id)]
        )
        await target.send(text, allowed_mentions=only)
        await target.send(text, allowed_mentions=discord.AllowedMentions.none())
    assert [pinged(message) for message in channel.history] == [[readers.id], []]
    (uninvited,) = discord_server.pardon()
    assert "mentions a role" in uninvited


async def test_a_mention_that_a_test_expects_is_no_violation(
    discord_server: DiscordServer,
) -> None:
    guild, channel = place(discord_server)
    world = discord_server.world
    readers = world.add_role(guild, "readers", mentionable=True)
    world.pingable.add(readers.id)
    async with running(discord_server) as client:
        await text_channel(client, channel).send(f"<@&{readers.id}>")
    assert pinged(channel.history[0]) == [readers.id]


async def test_the_bots_token_in_a_message_is_a_violation(discord_server: DiscordServer) -> None:
    _, channel = place(discord_server)
    async with running(discord_server) as client:
        await text_channel(client, channel).send(f"I am {discord_server.world.token}")
    (leak,) = discord_server.pardon()
    assert "carries the bot's token" in leak


async def test_the_sixth_message_waits_for_the_bucket(discord_server: DiscordServer) -> None:
    _, channel = place(discord_server)
    discord_server.buckets.pace = 0.1
    async with running(discord_server) as client:
        target = text_channel(client, channel)
        started = asyncio.get_running_loop().time()
        for number in range(BUCKET + 1):
            await target.send(str(number))
        assert asyncio.get_running_loop().time() - started > 0.4
    assert len(channel.messages) == BUCKET + 1
    assert discord_server.invalid_requests == 0


async def test_faults_come_when_they_are_asked_for(discord_server: DiscordServer) -> None:
    _, channel = place(discord_server)
    sending = "POST /channels/*/messages"
    async with running(discord_server) as client:
        target = text_channel(client, channel)
        discord_server.buckets.pace = 0.01
        discord_server.fail(sending, status=403, code=50013)
        assert await refusal(target.send("x")) == 50013
        discord_server.fail(sending, status=429, retry_after=0.05)
        await target.send("later")
        losses: list[tuple[When, str]] = [("before", "lost before"), ("after", "answer lost")]
        for moment, text in losses:
            discord_server.fail(sending, drop=True, when=moment)
            with pytest.raises(aiohttp.ClientError):
                await target.send(text)
            await asyncio.sleep(0.1)  # the client drops the dead connection from its pool
        discord_server.fail(sending, status=429, via=False)
        assert await refusal(target.send("banned")) == 0
        discord_server.fail(sending, status=502, html=True)  # discord.py asks again by itself
        discord_server.fail(sending, hang=0.1)
        await target.send("slow")
    assert [message.text for message in channel.history] == ["later", "answer lost", "slow"]


async def test_what_discord_does_not_know_fails_the_test() -> None:
    async with DiscordServer() as server, aiohttp.ClientSession() as session:
        answer = await session.get(f"{server.api_url}/nothing")
        assert answer.status == 404
    with pytest.raises(AssertionError, match="not served"):
        server.assert_clean()


async def refusal(request: object) -> int:
    """Return the code with which Discord refuses a request."""
    with pytest.raises(discord.HTTPException) as refused:
        await request  # pyright: ignore[reportGeneralTypeIssues] - whatever discord.py returns
    return refused.value.code


def is_there(client: discord.Client, guild: Guild) -> bool:
    """Tell whether a client has a server at hand."""
    here = client.get_guild(guild.id)
    return here is not None and not here.unavailable


def pinged(message: Message) -> list[int]:
    return message.mentioned_roles
