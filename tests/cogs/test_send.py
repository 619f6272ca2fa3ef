"""Sending a paper from any message to another channel of the server."""

from pathlib import Path
from typing import Any

import discord

from tests.bot.library_fakes import FIRST, SAVE, SECOND, answer, posted, said, shelf
from tests.bot.raw_interactions import Interactions, what_is_registered
from tests.bot.world import World, text_of
from tests.cogs.test_cite import BOTH
from tests.cogs.test_feed_setup import form_fields

SEND = "Send to another channel"


async def opened(here: World, content: str = f"arXiv:{FIRST}", by: Any = None) -> Any:
    """Use the command on a message that says this."""
    message = await here.member.send(here.channel, content)
    return await (by or here.admin).context_menu(here.channel, SEND, message)


async def forged(here: World, who: Any, named: str = FIRST, **fields: object) -> str:
    """Submit the form without having opened it, and return what is answered."""
    wire = Interactions(here, *await what_is_registered(here, here.admin))
    form = wire.form(
        f"v1:send-form:1:{named}", {name: str(value) for name, value in fields.items()}
    )
    answered = wire.answer(await wire.send(who, here.channel, form))
    assert answered.ephemeral
    return answered.text


def links(message: Any) -> list[str]:
    """Return the addresses of a message's link buttons."""
    rows = [each for each in message.components[0].children if hasattr(each, "children")]
    return [button.url for row in rows for button in row.children if button.url]


async def test_an_admin_sends_a_papers_card_to_another_channel(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        lounge = here.guild.create_text_channel("lounge")
        form = await opened(here)
        assert list(form_fields(form)) == ["channel"]
        await here.restart()
        done = await here.admin.submit_modal(form, {"channel": [lounge]})
        assert f"is now in <#{lounge.id}>" in said(done)
        (card,) = lounge.history()
        assert "Paper number 900" in text_of(card)
        assert f"Sent by <@{here.admin.id}>" in text_of(card)
        assert links(answer(done)) == [
            f"https://discord.com/channels/{here.guild.id}/{lounge.id}/{card.id}"
        ]


async def test_the_card_can_be_saved_by_button_and_by_reaction(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        lounge = here.guild.create_text_channel("lounge")
        await here.admin.submit_modal(await opened(here), {"channel": [lounge]})
        (card,) = lounge.history()
        await here.member.react(card, SAVE)
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        await here.admin.click(card, label="Save")
        assert await shelf(here, here.admin) == {"to read": {FIRST}}


async def test_of_several_papers_the_chosen_one_is_sent(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        lounge = here.guild.create_text_channel("lounge")
        form = await opened(here, BOTH)
        labels = [each["label"] for each in form_fields(form)["paper"]["options"]]
        assert labels == ["Paper number 900", "Paper number 901"]
        await here.admin.submit_modal(form, {"paper": [SECOND], "channel": [lounge]})
        (card,) = lounge.history()
        assert "Paper number 901" in text_of(card)


async def test_a_thread_is_a_channel_too(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        (thread,) = here.channel.threads
        before = len(list(thread.history()))
        done = await here.admin.submit_modal(await opened(here), {"channel": [thread]})
        assert "is now in" in said(done)
        assert len(list(thread.history())) == before + 1


async def test_only_who_manages_the_server_sends(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        menu: Any = here.bot.tree.get_command(SEND, type=discord.AppCommandType.message)
        assert menu.default_permissions == discord.Permissions(manage_guild=True)
        assert not menu.allowed_installs.user
        assert not menu.allowed_contexts.dm_channel
        assert not menu.allowed_contexts.private_channel


async def test_a_form_is_worth_nothing_once_the_role_is_gone(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        lounge = here.guild.create_text_channel("lounge")
        refused = await forged(here, here.member, channel=lounge.id)
        assert "missing permissions in this server: **Manage Server**" in refused
        assert not list(lounge.history())


async def test_who_may_not_post_in_a_channel_sends_nothing_there(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        silent = discord.PermissionOverwrite(send_messages=False)
        lounge = here.guild.create_text_channel("lounge", overwrites={here.admin: silent})
        refused = await here.admin.submit_modal(await opened(here), {"channel": [lounge]})
        expected = f"You can't post in <#{lounge.id}>: you're missing **Send Messages** there."
        assert expected in said(refused)
        assert not list(lounge.history())


async def test_what_the_bot_lacks_in_a_channel_is_named(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        me = here.guild.me
        assert me is not None
        silent = discord.PermissionOverwrite(send_messages=False, embed_links=False)
        lounge = here.guild.create_text_channel("lounge", overwrites={me: silent})
        refused = await here.admin.submit_modal(await opened(here), {"channel": [lounge]})
        assert f"I need more permissions in <#{lounge.id}>:" in said(refused)
        assert "**Send Messages and Embed Links**" in said(refused)
        assert not list(lounge.history())


async def test_a_paper_that_no_source_knows_is_not_sent(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        lounge = here.guild.create_text_channel("lounge")
        refused = await here.admin.submit_modal(
            await opened(here, "2506.09999"), {"channel": [lounge]}
        )
        assert "Not found: `2506.09999`" in said(refused)
        assert not list(lounge.history())


async def test_a_channel_that_is_not_here_is_none(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        elsewhere = here.env.create_guild("Elsewhere", owner=here.env.create_user("bo"))
        lounge, voice = elsewhere.create_text_channel("a"), here.guild.create_voice_channel("b")
        for channel in (lounge.id, voice.id, "x", ""):
            assert "I can't see that channel" in await forged(here, here.admin, channel=channel)
        assert not list(lounge.history())


async def test_a_private_thread_is_none_whoever_is_in_it(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        channel = here.bot.get_channel(here.channel.id)
        assert isinstance(channel, discord.TextChannel)
        private = discord.ChannelType.private_thread
        thread = await channel.create_thread(name="secret", type=private)
        assert channel.guild.get_thread(thread.id) is not None
        assert "I can't see that channel" in await forged(here, here.admin, channel=thread.id)


async def test_a_paper_that_nobody_offered_is_none(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        for paper in ("", "paper", "<@1>"):
            said = await forged(here, here.admin, "several", paper=paper, channel=here.channel.id)
            assert "older version" in said
