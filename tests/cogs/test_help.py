"""`/paper help`: some things to do first, then every command by group."""

from pathlib import Path
from typing import Any

from discord import app_commands

from tests.bot.topics import answer
from tests.bot.world import MONDAY, World, at, text_of, world

FIRST = ("Show papers", "Search…", "Follow…", "Open library", "Look up…", "Open shelf")


async def opened(here: World, *, admin: bool = False) -> Any:
    actor = here.admin if admin else here.member
    result = await actor.slash(here.channel, "paper help")
    assert result.response is not None
    assert result.ephemeral
    return result.response


async def test_the_help_begins_with_things_to_tap(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        text = text_of((await opened(here)).message)
        assert all(label in text for label in FIRST)
        assert "For admins" not in text
        assert "Set up a daily thread" in text_of((await opened(here, admin=True)).message)


async def test_one_tap_shows_todays_papers_or_the_library(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.tick(at(MONDAY, 9))
        shown = await opened(here)
        await here.member.click(shown, label="Show papers")
        assert "Paper number 900" in text_of(shown.message)
        result = await here.member.click(await opened(here), label="Open library")
        assert result is not None


async def test_what_a_first_search_or_topic_needs_is_asked_for(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.tick(at(MONDAY, 9))
        for label, asked in (("Search…", "matter"), ("Follow…", "paper")):
            form = await here.member.click(await opened(here), label=label)
            found = await here.member.submit_modal(form, {"value": asked})
            assert "Paper number 90" in answer(found), label
        form = await here.member.click(await opened(here), label="Look up…")
        found = await here.member.submit_modal(form, {"value": "2506.00901"})
        assert "Paper number 901" in answer(found)


async def test_every_command_stands_in_one_group_of_the_help(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        shown = await opened(here, admin=True)
        texts: list[str] = []
        for page in ("papers", "digest", "library", "together", "privacy", "server"):
            await here.admin.select(shown, values=[page])
            texts.append(text_of(shown.message))
        commands = [
            command
            for command in here.bot.tree.walk_commands()
            if isinstance(command, app_commands.Command)
        ]
        for command in commands:
            mentioned = [f"{command.qualified_name}:" in text for text in texts]
            assert sum(mentioned) == 1, command.qualified_name
        await here.admin.select(shown, values=["query"])
        assert '`author:"Yann LeCun"`' in text_of(shown.message)


async def test_commands_for_admins_are_listed_for_admins_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        shown = await opened(here)
        assert "Manage this server" not in str(shown.message.components)
        await here.member.select(shown, values=["together"])
        text = text_of(shown.message)
        assert all(f"</{name}:" in text for name in ("shelf show", "club status", "club swap"))
        assert "</club create:" not in text


async def test_the_help_names_the_commands_on_messages_that_a_person_has(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        shown = await opened(here)
        await here.member.select(shown, values=["papers"])
        text = text_of(shown.message)
        assert "then *Apps*: **Save papers**, **Cite**, **Similar papers**" in text
        assert "Send to another channel" not in text
        managing = await opened(here, admin=True)
        await here.admin.select(managing, values=["papers"])
        assert "**Send to another channel**" in text_of(managing.message)
