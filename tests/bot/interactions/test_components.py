import logging
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
import discord
import pytest
import simcord
from discord import app_commands, ui
from discord.ext import commands

from bot.interactions.components import (
    PAPER,
    Interaction,
    PaperboyButton,
    custom_id,
    template,
)
from bot.interactions.cooldowns import Cooldowns
from bot.interactions.errors import UserError, answer_error, sentence_of
from tests.bot.ui.items import Keep, Pick


class Fail(PaperboyButton, template=template("fail", how=r"\w+")):
    """Fails in every way there is."""

    def __init__(self, how: str) -> None:
        super().__init__(ui.Button(label=how, custom_id=custom_id("fail", how)))
        self.how = how

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        if match["how"] == "early":
            raise RuntimeError("no such row")
        return cls(match["how"])

    async def pressed(self, interaction: Interaction) -> None:
        if self.how == "user":
            raise UserError("That list is full. Remove a paper first.")
        if self.how == "answered":
            await interaction.response.send_message("working", ephemeral=True)
        if self.how.isdecimal():
            await interaction.response.defer()
            response: Any = type("Response", (), {"status": 404, "reason": "Not Found"})()
            raise discord.NotFound(response, {"code": int(self.how), "message": "No more answers"})
        if self.how == "unavailable":
            down: Any = type("Response", (), {"status": 503, "reason": "Service Unavailable"})()
            raise discord.DiscordServerError(down, "upstream connect error")
        if self.how == "cut":
            raise aiohttp.ServerDisconnectedError
        raise RuntimeError("the database is gone")


def layout(*items: ui.Item[Any]) -> ui.LayoutView:
    return ui.LayoutView(timeout=None).add_item(ui.ActionRow(*items))


@asynccontextmanager
async def world() -> AsyncGenerator[simcord.Env]:
    """A simulated Discord whose bot knows the buttons of these tests."""
    bot: Any = commands.Bot(commands.when_mentioned, intents=discord.Intents(guilds=True))
    bot.cooldowns = Cooldowns()
    bot.add_dynamic_items(Keep, Pick, Fail)
    async with simcord.run(bot) as env:
        yield env


def answers(result: simcord.InteractionResult) -> list[str]:
    """Return what the person was told, all of it to them alone."""
    told = [answer for answer in (result.response, *result.followups) if answer]
    assert all(answer.ephemeral for answer in told if answer.content)
    return [answer.content for answer in told if answer.content]


async def told(env: simcord.Env, item: ui.Item[Any], label: str) -> list[str]:
    """Press a button as a member and return what they are told."""
    channel, ada = a_member(env)
    message = await posted(env, channel, item)
    return answers(await ada.click(message, label=label))


def a_member(env: simcord.Env) -> tuple[simcord.ChannelHandle, simcord.MemberActor]:
    guild = env.create_guild()
    return guild.create_text_channel("papers"), guild.add_member(env.create_user("ada"))


async def posted(
    env: simcord.Env, channel: simcord.ChannelHandle, item: ui.Item[Any]
) -> discord.Message:
    destination = env.bot.get_partial_messageable(channel.id)
    return await destination.send(view=layout(item))


async def test_a_button_does_what_its_custom_id_says() -> None:
    async with world() as env:
        assert await told(env, Keep("hep-th/9901001"), "Keep") == ["kept hep-th/9901001"]


async def test_a_select_is_told_what_was_chosen() -> None:
    options = [discord.SelectOption(label=name, value=name) for name in ("a", "b")]
    async with world() as env:
        channel, ada = a_member(env)
        message = await posted(env, channel, Pick(options))
        assert answers(await ada.select(message, ["b"])) == ["picked b"]


@pytest.mark.parametrize("how", ["late", "early", "answered"])
async def test_a_failing_button_answers_with_the_id_that_the_log_has(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with world() as env:
        sentence = (await told(env, Fail(how), how))[-1]
    found = re.search(r"error `([0-9a-f]{6})`", sentence)
    assert found
    record = next(record for record in caplog.records if record.name == "bot.interactions.errors")
    assert found[1] in record.getMessage()
    assert "v1:fail" in record.getMessage()
    assert record.levelno == logging.ERROR
    assert record.exc_info


async def test_what_a_person_can_mend_is_told_without_an_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with world() as env:
        sentences = await told(env, Fail("user"), "user")
    assert sentences == ["That list is full. Remove a paper first."]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("code", ["10062", "10015", "50027", "40060", "10008", "50083"])
async def test_an_interaction_that_takes_no_answer_is_information_and_is_left_alone(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with world() as env:
        assert await told(env, Fail(code), code) == []
    records = [record for record in caplog.records if record.name == "bot.interactions.errors"]
    assert [(record.levelno, record.exc_info) for record in records] == [(logging.INFO, None)]


@pytest.mark.parametrize(
    ("code", "told_to"),
    [
        ("10003", "no longer exists"),
        ("10004", "no longer exists"),
        ("50001", "can't see that channel"),
        ("50013", "missing a permission"),
        ("50007", "Allow them in your privacy settings"),
        ("50278", "Allow them in your privacy settings"),
    ],
)
async def test_what_discord_refuses_for_good_says_what_to_do(
    code: str, told_to: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with world() as env:
        (sentence,) = await told(env, Fail(code), code)
    assert told_to in sentence
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("how", ["unavailable", "cut"])
async def test_a_discord_that_does_not_answer_is_a_warning_without_a_traceback(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with world() as env:
        (sentence,) = await told(env, Fail(how), how)
    assert sentence == "Discord isn't answering right now. Try again in a minute."
    records = [record for record in caplog.records if record.name == "bot.interactions.errors"]
    assert [(record.levelno, record.exc_info) for record in records] == [(logging.WARNING, None)]


async def test_an_error_that_cannot_be_reported_is_not_raised(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*args: object, **known: object) -> None:
        raise aiohttp.ClientOSError("reset")

    monkeypatch.setattr(discord.InteractionResponse, "send_message", fail)
    async with world() as env:
        assert await told(env, Fail("late"), "late") == []
    assert "error not reported" in caplog.text


async def test_a_failing_command_answers_with_the_id_that_the_log_has(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ids: list[str] = []

    async def broken(interaction: discord.Interaction[commands.Bot]) -> None:
        raise RuntimeError("the database is gone")

    async def on_error(interaction: Interaction, error: app_commands.AppCommandError) -> None:
        ids.append(await answer_error(interaction, error))

    bot: Any = commands.Bot(commands.when_mentioned, intents=discord.Intents(guilds=True))
    bot.cooldowns = Cooldowns()
    bot.tree.add_command(app_commands.Command(name="broken", description="Fail", callback=broken))
    bot.tree.error(on_error)
    async with simcord.run(bot) as env:
        await bot.tree.sync()
        channel, ada = a_member(env)
        (sentence,) = answers(await ada.slash(channel, "broken"))
        simcord.assert_error(env, RuntimeError, contains="database is gone")
    assert ids[0] in sentence
    assert "the database is gone" not in sentence
    assert "what='broken'" in caplog.text


def test_a_choice_that_cannot_be_seen_is_not_shown_as_code() -> None:
    error = app_commands.TransformerError(
        discord.Object(5),  # pyright: ignore[reportArgumentType] - what it holds for a hidden role
        discord.AppCommandOptionType.role,
        app_commands.Transformer(),
    )
    assert sentence_of(error) == "I can't see what you chose. Choose something else."


def test_known_refusals_say_what_to_do() -> None:
    missing = sentence_of(app_commands.MissingPermissions(["manage_guild"]))
    assert missing == "You're missing permissions in this server: **Manage Server**."
    lacking = sentence_of(app_commands.BotMissingPermissions(["send_messages", "add_reactions"]))
    assert lacking is not None
    assert lacking.startswith(
        "I'm missing permissions in this channel: **Send Messages** and **Add Reactions**."
    )
    assert "server" in (sentence_of(app_commands.NoPrivateMessage()) or "")
    assert sentence_of(RuntimeError("anything else")) is None


def test_custom_ids_carry_a_version_and_are_read_back() -> None:
    form = template("save", paper_id=PAPER, list_id=r"\d+")
    assert custom_id("save", "2406.07496", 7) == "v1:save:2406.07496:7"
    match = form.fullmatch(custom_id("save", "hep-th/9901001", 7))
    assert match
    assert match.groupdict() == {"paper_id": "hep-th/9901001", "list_id": "7"}
    assert not form.fullmatch("v2:save:2406.07496:7")
    assert template("save", version=2).fullmatch("v2:save")


def test_a_custom_id_that_discord_would_refuse_is_refused_here() -> None:
    with pytest.raises(ValueError, match="longer than 100"):
        custom_id("search", "x" * 100)
