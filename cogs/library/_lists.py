"""`/library lists …`: making, naming and ordering one's lists."""

from dataclasses import replace

from discord import app_commands
from discord.ext import commands
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.interactions.errors import UserError
from bot.interactions.inputs import parse_emoji
from bot.services.container import Services
from bot.ui.lists import list_name
from bot.ui.notices import render_notice
from bot.ui.text import escape, plural, visible
from cogs.library._choices import NAME_LENGTH, Interaction, find_list, list_choices
from storage import library
from storage.library import ReadingList


class Lists(commands.Cog):
    """The commands for lists."""

    lists = app_commands.Group(name="lists", description="Your reading lists and their emoji")

    def __init__(self, services: Services) -> None:
        self.services = services

    @lists.command(name="show", description="Show your lists, and which reaction saves to which")
    async def show(self, interaction: Interaction) -> None:
        """List them; everybody begins with three, which are stored once something is saved."""
        async with self.services.database.read() as conn:
            mine = await library.of_user(conn, interaction.user.id)
        mine = mine or [
            ReadingList(
                0, interaction.user.id, each.name, each.emoji, each.is_default, each.is_read
            )
            for each in library.DEFAULT_LISTS
        ]
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
        user_id, now = interaction.user.id, self.services.clock.now()
        clean, sign = _name(name), None if emoji is None else parse_emoji(emoji)
        async with self.services.database.write() as conn:
            if len(await library.ensure(conn, user_id, now)) >= library.MOST_LISTS:
                raise UserError(
                    f"You have {library.MOST_LISTS} lists, and more do not fit in a menu. Delete"
                    f" one with {self.services.mention('library lists delete')}."
                )
            if await library.create(conn, user_id, clean, sign, now) is None:
                raise UserError(_TAKEN)
            mine = await library.of_user(conn, user_id)
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
        async with self.services.database.write() as conn:
            found = await self._find(conn, interaction, in_list)
            if not await library.change(conn, replace(found, name=_name(name))):
                raise UserError(_TAKEN)
            mine = await library.of_user(conn, interaction.user.id)
        await self._answer(interaction, "Renamed", mine)

    @lists.command(name="emoji", description="Choose the reaction that saves to a list")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="Which list", emoji="The reaction; a dash (-) for none")
    @app_commands.autocomplete(in_list=list_choices)
    async def emoji(self, interaction: Interaction, in_list: str, emoji: str) -> None:
        """Give a list another emoji, or none."""
        sign = None if emoji.strip() == "-" else parse_emoji(emoji)
        async with self.services.database.write() as conn:
            found = await self._find(conn, interaction, in_list)
            if not await library.change(conn, replace(found, emoji=sign)):
                raise UserError(_TAKEN)
            mine = await library.of_user(conn, interaction.user.id)
        await self._answer(interaction, "Changed", mine)

    @lists.command(name="default", description="Choose the list that the Save button saves to")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="Which list")
    @app_commands.autocomplete(in_list=list_choices)
    async def default(self, interaction: Interaction, in_list: str) -> None:
        """Make a list the default one."""
        async with self.services.database.write() as conn:
            found = await self._find(conn, interaction, in_list)
            await library.make_default(conn, interaction.user.id, found.id)
            mine = await library.of_user(conn, interaction.user.id)
        await self._answer(interaction, f"Buttons save to {list_name(found)} now", mine)

    @lists.command(name="delete", description="Delete a list; papers on no other list go with it")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="Which list", confirm="Yes, with the papers on it")
    @app_commands.autocomplete(in_list=list_choices)
    async def delete(self, interaction: Interaction, in_list: str, confirm: bool = False) -> None:
        """Delete a list that is empty, or whose deletion was confirmed."""
        user_id = interaction.user.id
        async with self.services.database.write() as conn:
            found = await self._find(conn, interaction, in_list)
            if found.is_default:
                raise UserError(
                    "Buttons save to that list. Choose another one for that with"
                    f" {self.services.mention('library lists default')}, then delete this one."
                )
            if found.papers and not confirm:
                raise UserError(
                    f"**{escape(found.name)}** has {plural(found.papers, 'paper')}. Set `confirm`"
                    " to True to delete it all the same."
                )
            await library.drop(conn, user_id, found.id)
            mine = await library.of_user(conn, user_id)
        await self._answer(interaction, f"{found.name} is deleted", mine)

    async def _find(
        self, conn: AsyncConnection, interaction: Interaction, name: str
    ) -> ReadingList:
        await library.ensure(conn, interaction.user.id, self.services.clock.now())
        return await find_list(conn, interaction.user.id, name)

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


_TAKEN = "You have a list with that name or that emoji already."


def _name(text: str) -> str:
    clean = " ".join(visible(text).split())
    if not clean:
        raise UserError("A list needs a name that can be seen.")
    return clean
