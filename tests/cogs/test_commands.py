"""Every command: named once, documented, and described for whoever reads it in Discord."""

import json
import re
from pathlib import Path

from discord import app_commands

from bot.interactions.language import with_translations
from tests.bot.world import world

DOCS = Path(__file__).resolve().parents[2] / "docs"


async def test_the_guides_list_exactly_the_commands_that_there_are(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        names = [
            command.qualified_name
            for command in here.bot.tree.walk_commands()
            if isinstance(command, app_commands.Command)
        ]
        menus = [
            command.name
            for command in here.bot.tree.get_commands()
            if isinstance(command, app_commands.ContextMenu)
        ]
    assert len(set(names)) == len(names)
    guides = ("reader-guide.md", "admin-guide.md")
    text = "\n".join((DOCS / guide).read_text(encoding="utf-8") for guide in guides)
    listed = re.findall(r"^\| `/([a-z -]+)` \|", text, re.MULTILINE)
    assert sorted(listed) == sorted(names)
    assert all(f"**{menu}**" in text for menu in menus)


async def test_every_option_says_what_it_is(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        silent = [
            f"{command.qualified_name} {option.name}"
            for command in here.bot.tree.walk_commands()
            if isinstance(command, app_commands.Command)
            for option in command.parameters
            if str(option.description) in ("", "…")
        ]
    assert silent == []


async def test_commands_are_registered_as_discord_py_would_register_them(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        tree, translator = here.bot.tree, here.bot.tree.translator
        assert translator is not None
        commands = tree.get_commands()
        theirs = [await command.get_translated_payload(tree, translator) for command in commands]
    ours = [with_translations(command.to_dict(tree)) for command in commands]
    assert ours == theirs
    assert json.dumps(ours).count('"ja": ') > 100  # translated at all
