"""`/library lists …`: making, naming and ordering one's lists."""

from discord import app_commands
from discord.ext import commands

from bot.interactions.errors import Interaction, UserError
from bot.interactions.inputs import parse_emoji
from bot.services.container import Services
from bot.services.library import NAME_LENGTH
from bot.ui.lists import list_name
from bot.ui.notices import render_notice
from bot.ui.text import escape, plural, visible
from cogs.library._choices import list_choices
from storage.library import ReadingList


class Lists(commands.Cog):
    """The commands for lists."""

    lists = app_commands.Group(name="lists", description="Your reading lists and their emoji")

    def __init__(self, services: Services) -> None:
        self.services = services

    @lists.command(name="show", description="Show your lists, and which reaction saves to which")
    async def show(self, interaction: Interaction) -> None:
        """List them; everybody begins with three, which are stored once something is saved."""
        mine = await self.services.library.lists.of_user(interaction.user.id)
        await self._answer(interaction, "Your lists", mine)

    @lists.command(name="create", description="Make a list, with an emoji that saves to it")
    @app_commands.describe(name="What it is called", emoji="The reaction that saves to it")
    async def create(
        self,
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_LENGTH],
        emoji: str | None = None,
    ) -> None:
        """Make a list."""
        clean, sign = _name(name), None if emoji is None else parse_emoji(emoji)
        mine = await self.services.library.lists.create(interaction.user.id, clean, sign)
        await self._answer(interaction, f"{clean} is there", mine)

    @lists.command(name="rename", description="Give a list another name")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="Which list", name="Its new name")
    @app_commands.autocomplete(in_list=list_choices)
    async def rename(
        self,
        interaction: Interaction,
        in_list: str,
        name: app_commands.Range[str, 1, NAME_LENGTH],
    ) -> None:
        """Rename a list."""
        lists = self.services.library.lists
        mine = await lists.rename(interaction.user.id, in_list, _name(name))
        await self._answer(interaction, "Renamed", mine)

    @lists.command(name="emoji", description="Choose the reaction that saves to a list")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="Which list", emoji="The reaction; a dash (-) for none")
    @app_commands.autocomplete(in_list=list_choices)
    async def emoji(self, interaction: Interaction, in_list: str, emoji: str) -> None:
        """Give a list another emoji, or none."""
        sign = None if emoji.strip() == "-" else parse_emoji(emoji)
        mine = await self.services.library.lists.set_emoji(interaction.user.id, in_list, sign)
        await self._answer(interaction, "Changed", mine)

    @lists.command(name="default", description="Choose the list that the Save button saves to")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="Which list")
    @app_commands.autocomplete(in_list=list_choices)
    async def default(self, interaction: Interaction, in_list: str) -> None:
        """Make a list the default one."""
        lists = self.services.library.lists
        found, mine = await lists.make_default(interaction.user.id, in_list)
        await self._answer(interaction, f"Buttons save to {list_name(found)} now", mine)

    @lists.command(name="delete", description="Delete a list; papers on no other list go with it")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="Which list", confirm="Yes, with the papers on it")
    @app_commands.autocomplete(in_list=list_choices)
    async def delete(self, interaction: Interaction, in_list: str, confirm: bool = False) -> None:
        """Delete a list that is empty, or whose deletion was confirmed."""
        lists = self.services.library.lists
        found, mine = await lists.delete(interaction.user.id, in_list, confirmed=confirm)
        await self._answer(interaction, f"{found.name} is deleted", mine)

    async def _answer(self, interaction: Interaction, title: str, mine: list[ReadingList]) -> None:
        lines = [
            f"{each.emoji or '▫️'} **{escape(each.name)}** · {plural(each.papers, 'paper')}"
            + (" · the Save button's" if each.is_default else "")
            + (" · marks papers as read" if each.is_read else "")
            for each in mine
        ]
        footer = (
            "Reacting to a paper with a list's emoji saves it there; taking the reaction off takes"
            " it out again."
        )
        if any(each.emoji and each.emoji.startswith("<") for each in mine):
            footer += " A server's own emoji works wherever you can react with it."
        view = render_notice(title, "\n".join(lines), footer=footer)
        await interaction.response.send_message(view=view, ephemeral=True)


def _name(text: str) -> str:
    clean = " ".join(visible(text).split())
    if not clean:
        raise UserError("A list needs a name that can be seen.")
    return clean
