"""What people are offered: every command is explained, every button works after a restart."""

import ast
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from discord import app_commands

from bot.client import PaperBot, create_bot
from bot.interactions.components import PaperboyButton, PaperboySelect
from tests.bot.world import make_settings
from tests.databases import put_empty

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[PaperBot]:
    """The bot with all its cogs, connected to nothing."""
    put_empty(tmp_path)
    made = create_bot(make_settings(tmp_path, sync_commands="never"), sources=[])
    await made.setup_hook()
    yield made
    await made.close()


def commands_of(bot: PaperBot) -> list[app_commands.Command[Any, ..., Any]]:
    return [each for each in bot.tree.walk_commands() if isinstance(each, app_commands.Command)]


def subclasses(of: type) -> Iterator[type]:
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


async def test_every_command_is_in_the_guides(bot: PaperBot) -> None:
    guides = "".join(
        (ROOT / "docs" / f"{name}-guide.md").read_text() for name in ("reader", "admin")
    )
    menus = [
        each.name for each in bot.tree.get_commands() if isinstance(each, app_commands.ContextMenu)
    ]
    wanted = [f"/{each.qualified_name}" for each in commands_of(bot)] + menus
    assert [name for name in wanted if name not in guides] == []


async def test_no_document_promises_a_command_that_is_not_there(bot: PaperBot) -> None:
    names = {f"/{each.qualified_name}" for each in commands_of(bot)}
    known = names | {name.rsplit(" ", 1)[0] for name in names}
    for document in DOCUMENTS:
        promised = re.findall(
            r"`(/(?:paper|feed|library|privacy)(?: [a-z-]+)*)", document.read_text()
        )
        lacking = [
            each
            for each in promised
            if each not in known and not any(each.startswith(f"{name} ") for name in names)
        ]
        assert lacking == [], document


def test_every_link_between_documents_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


async def test_every_option_says_what_it_is(bot: PaperBot) -> None:
    silent = [
        f"/{command.qualified_name} {option.name}"
        for command in commands_of(bot)
        for option in command.parameters
        if str(option.description) in ("", "…")
    ]
    assert silent == []


async def test_every_button_still_works_after_a_restart(bot: PaperBot) -> None:
    """A button that is not registered says "interaction failed" once its view is forgotten."""
    # By name: discord.py runs a cog's module again for each bot, which makes new classes.
    registered = {
        each.__qualname__ for each in vars(bot)["_connection"]._view_store._dynamic_items.values()
    }
    ours = {
        each.__qualname__
        for base in (PaperboyButton, PaperboySelect)
        for each in subclasses(base)
        if each.__module__.split(".")[0] in ("bot", "cogs")
    }
    assert ours - registered == set()


def test_no_view_mixes_what_lasts_with_what_does_not() -> None:
    """discord.py forgets a DynamicItem class bot-wide when a view stops that has other items too.

    So everything that calls us is a DynamicItem: a plain button is a link, or is wrapped in one.
    """
    found: list[str] = []
    for part in ("bot", "cogs"):
        for path in sorted((ROOT / part).rglob("*.py")):
            if path.name.endswith("_form.py"):
                continue  # a modal is answered by its own custom id, not by its items
            tree = ast.parse(path.read_text())
            wrapped = {
                id(part_of_argument)
                for call in ast.walk(tree)
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__"
                for argument in call.args
                for part_of_argument in ast.walk(argument)
            }
            found += [
                f"{path.relative_to(ROOT)}:{call.lineno}"
                for call in ast.walk(tree)
                if isinstance(call, ast.Call)
                and re.fullmatch(
                    r"(discord\.)?ui\.(Button|(\w*)Select|button|select)(\[.*\])?",
                    ast.unparse(call.func),
                )
                and id(call) not in wrapped
                and "url" not in {keyword.arg for keyword in call.keywords}
            ]
    assert found == []
