"""`/library lists …`: making, naming and ordering one's lists."""

from discord import app_commands
from discord.ext import commands

from bot.i18n import gettext as _
from bot.i18n import ngettext, sentences
from bot.interactions.cooldowns import FILES, rate_limited
from bot.interactions.errors import Interaction, UserError
from bot.interactions.inputs import parse_emoji
from bot.interactions.switches import SWITCH, is_on
from bot.services.container import Services
from bot.services.library import NAME_LENGTH
from bot.ui.lists import list_name, shown_name
from bot.ui.notices import render_notice
from bot.ui.text import escape, visible
from cogs.feed_links import Kind, show_links
from cogs.library._choices import list_choices
from storage.library import ReadingList


class Lists(commands.Cog):
    """The commands for lists."""

    lists = app_commands.Group(name="lists", description="Manage your lists and their emoji")

    def __init__(self, services: Services) -> None:
        self.services = services

    @lists.command(name="show", description="Show your lists and the reaction that saves to each")
    async def show(self, interaction: Interaction) -> None:
        """List them; everybody begins with three, which are stored once something is saved."""
        mine = await self.services.library.lists.of_user(interaction.user.id)
        await self._answer(interaction, _("Your lists"), mine)

    @lists.command(name="create", description="Create a list")
    @app_commands.describe(name="Name of the list", emoji="Reaction that saves to it")
    async def create(
        self,
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_LENGTH],
        emoji: str | None = None,
    ) -> None:
        """Make a list."""
        clean, sign = _name(name), None if emoji is None else parse_emoji(emoji)
        mine = await self.services.library.lists.create(interaction.user.id, clean, sign)
        await self._answer(interaction, _("List “{name}” created", name=clean), mine)

    @lists.command(name="rename", description="Rename a list")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="List to rename", name="New name")
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
        await self._answer(interaction, _("List renamed to “{name}”", name=_name(name)), mine)

    @lists.command(name="emoji", description="Choose the reaction that saves to a list")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="List to change", emoji="Reaction that saves to it; - for none")
    @app_commands.autocomplete(in_list=list_choices)
    async def emoji(self, interaction: Interaction, in_list: str, emoji: str) -> None:
        """Give a list another emoji, or none."""
        sign = None if emoji.strip() == "-" else parse_emoji(emoji)
        mine = await self.services.library.lists.set_emoji(interaction.user.id, in_list, sign)
        await self._answer(interaction, _("Emoji changed"), mine)

    @lists.command(name="default", description="Choose the list the Save button saves to")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="List to save to")
    @app_commands.autocomplete(in_list=list_choices)
    async def default(self, interaction: Interaction, in_list: str) -> None:
        """Make a list the default one."""
        lists = self.services.library.lists
        found, mine = await lists.make_default(interaction.user.id, in_list)
        await self._answer(
            interaction, _("Save buttons now save to {list}", list=list_name(found)), mine
        )

    @lists.command(name="news", description="Turn news on a list's papers on or off")
    @app_commands.rename(in_list="list")
    @app_commands.describe(
        in_list="List to change", news="News on its papers, such as code or a new version"
    )
    @app_commands.autocomplete(in_list=list_choices)
    @app_commands.choices(news=SWITCH)
    async def news(self, interaction: Interaction, in_list: str, news: str) -> None:
        """Follow what becomes of a list's papers, or not."""
        lists = self.services.library.lists
        found, mine = await lists.set_news(interaction.user.id, in_list, on=is_on(news))
        title = (
            _("News on {list} is on", list=list_name(found))
            if is_on(news)
            else _("News on {list} is off", list=list_name(found))
        )
        await self._answer(interaction, title, mine)

    @lists.command(name="learn", description="Choose whether a list counts for your picks")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="List to change", learn="Suggest papers like those on it")
    @app_commands.autocomplete(in_list=list_choices)
    @app_commands.choices(learn=SWITCH)
    async def learn(self, interaction: Interaction, in_list: str, learn: str) -> None:
        """Learn from a list, or not."""
        lists = self.services.library.lists
        found, mine = await lists.set_learn(interaction.user.id, in_list, on=is_on(learn))
        title = (
            _("Picks for {list} are on", list=list_name(found))
            if is_on(learn)
            else _("Picks for {list} are off", list=list_name(found))
        )
        await self._answer(interaction, title, mine)

    @rate_limited(FILES)
    @lists.command(name="link", description="Get a list in a feed reader, or show it to others")
    @app_commands.rename(in_list="list")
    @app_commands.describe(in_list="List to link to")
    @app_commands.autocomplete(in_list=list_choices)
    async def link(self, interaction: Interaction, in_list: str) -> None:
        """Show the secret links to a list, and make the first."""
        found = await self.services.library.lists.find(interaction.user.id, in_list)
        await show_links(interaction, Kind.LIST, found.id)

    @lists.command(
        name="delete", description="Delete a list, and the papers that are on no other list"
    )
    @app_commands.rename(in_list="list")
    @app_commands.describe(
        in_list="List to delete", confirm="Delete it even if there are papers on it"
    )
    @app_commands.autocomplete(in_list=list_choices)
    async def delete(self, interaction: Interaction, in_list: str, confirm: bool = False) -> None:
        """Delete a list that is empty, or whose deletion was confirmed."""
        lists = self.services.library.lists
        found, mine = await lists.delete(interaction.user.id, in_list, confirmed=confirm)
        await self._answer(interaction, _("List “{name}” deleted", name=found.name), mine)

    async def _answer(self, interaction: Interaction, title: str, mine: list[ReadingList]) -> None:
        footer = [
            _(
                "React to a paper with a list's emoji to save it there. Take the reaction off to"
                " remove it again."
            )
        ]
        if any(each.emoji and each.emoji.startswith("<") for each in mine):
            footer.append(_("A server's own emoji works wherever you can react with it."))
        view = render_notice(title, "\n".join(map(_line, mine)), footer=sentences(*footer))
        await interaction.response.send_message(view=view, ephemeral=True)


def _line(each: ReadingList) -> str:
    facts = [
        f"{each.emoji or '▫️'} **{escape(shown_name(each))}**",
        ngettext("{count} paper", "{count} papers", each.papers),
    ]
    if each.is_default:
        facts.append(_("default for Save"))
    if each.is_read:
        facts.append(_("marks papers as read"))
    if not each.news:
        facts.append(_("no news"))
    return " · ".join(facts)


def _name(text: str) -> str:
    clean = " ".join(visible(text).split())
    if not clean:
        raise UserError(_("Give the list a name with at least one visible character."))
    return clean
