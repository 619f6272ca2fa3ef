"""`/paper help`: what to do first, then all commands by group, and how to write a search."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final, Self

import discord
from discord import app_commands, ui

from bot.i18n import gettext as _
from bot.i18n import listing, marked
from bot.interactions.components import PaperboySelect, custom_id, template
from bot.interactions.errors import Interaction
from bot.interactions.replies import turn
from bot.services.container import services_of
from bot.ui.parts import ACCENT, rows
from cogs.club import SetUpClub
from cogs.feeds import SetUpFeed
from cogs.status._start import sections

_SOURCE: Final = "https://huggingface.co/papers"


class Page(StrEnum):
    """A page of the help; the values are a select's."""

    START = "start"
    PAPERS = "papers"
    DIGEST = "digest"
    LIBRARY = "library"
    TOGETHER = "together"
    PRIVACY = "privacy"
    QUERY = "query"
    SERVER = "server"


_TITLES: Final = {
    Page.START: marked("First steps"),
    Page.PAPERS: marked("Find papers"),
    Page.DIGEST: marked("Follow topics"),
    Page.LIBRARY: marked("Your library"),
    Page.TOGETHER: marked("Read together"),
    Page.PRIVACY: marked("Your data"),
    Page.QUERY: marked("How to write a search"),
    Page.SERVER: marked("Manage this server"),
}

_ROOTS: Final = {
    "library": Page.LIBRARY,
    "shelf": Page.TOGETHER,
    "privacy": Page.PRIVACY,
    "feed": Page.SERVER,
    "source": Page.SERVER,
    "club": Page.SERVER,
}
_FOR_ADMINS: Final = ("settings", "link")
"""What is for those who manage a server of the commands under `/shelf`."""
_FOR_MEMBERS: Final = ("status", "swap")
"""What is for everyone of the commands under `/club`."""
_FOLLOWING: Final = ("subscribe", "unsubscribe", "subscriptions", "digest", "inbox")
"""What belongs to digests of the commands under `/paper`."""


class ChooseHelp(PaperboySelect, template=template("help")):
    """Shows a page of the help."""

    accepts = "|".join(Page)

    def __init__(
        self, *, manages: bool = False, in_server: bool = False, chosen: Page | None = None
    ) -> None:
        hidden = {
            *(() if manages else (Page.SERVER,)),
            *(() if in_server else (Page.TOGETHER,)),
        }
        pages = [page for page in Page if page not in hidden]
        options = [
            discord.SelectOption(label=_(_TITLES[page]), value=page, default=page is chosen)
            for page in pages
        ]
        super().__init__(
            ui.Select(custom_id=custom_id("help"), placeholder=_("All commands…"), options=options)
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Show the page."""
        await turn(interaction, _made(interaction, Page(values[0])))


def render_help(interaction: Interaction, page: Page) -> ui.LayoutView:
    """Return a page of the help for the person who asks."""
    manages = interaction.guild is not None and interaction.permissions.manage_guild
    container = ui.Container[ui.LayoutView](accent_colour=ACCENT)
    if page is Page.START:
        container.add_item(ui.TextDisplay(_intro()))
        for section in sections(in_server=interaction.guild is not None):
            container.add_item(section)
        if manages:
            for_admins = (
                (_("**For admins**\nPost the day's papers in a channel"), SetUpFeed()),
                (_("**For admins**\nNominate, vote on and discuss a paper"), SetUpClub()),
            )
            for text, button in for_admins:
                accessory: Any = button
                container.add_item(ui.Section[ui.LayoutView](text, accessory=accessory))
        container.add_item(ui.TextDisplay(f"-# {_credits()}"))
    else:
        body = _syntax() if page is Page.QUERY else "\n".join(_commands(interaction, page))
        container.add_item(ui.TextDisplay(f"### {_(_TITLES[page])}\n{body}"))
    select = ChooseHelp(
        manages=manages,
        in_server=interaction.guild is not None,
        chosen=None if page is Page.START else page,
    )
    view = ui.LayoutView(timeout=None).add_item(container)
    for row in rows([select]):
        view.add_item(row)
    return view


async def _made(interaction: Interaction, page: Page) -> ui.LayoutView:
    return render_help(interaction, page)


def _intro() -> str:
    what = _("I find research papers, and post the day's most upvoted ones in a thread.")
    return "### Paperboy\n" + what  # not shown


def _credits() -> str:
    return _(
        "Papers: [Hugging Face Daily Papers]({url}). Thank you to arXiv for use of its open access"
        " interoperability.",
        url=_SOURCE,
    )


def _commands(interaction: Interaction, page: Page) -> Iterator[str]:
    """Yield a line for each command of a page, as people can tap it."""
    services = services_of(interaction)
    tree: app_commands.CommandTree[Any] = interaction.client.tree
    found = [
        command
        for command in tree.walk_commands()
        if isinstance(command, app_commands.Command) and _page_of(command) is page
    ]
    for command in sorted(found, key=lambda command: command.qualified_name):
        yield f"{services.mention(command.qualified_name)} {_(command.description)}"
    if page is Page.DIGEST:
        yield _(
            "Sources other than Hugging Face and arXiv: {subscribe} with `sources`. In a server,"
            " its feeds of journals and sites, too.",
            subscribe=services.mention("paper subscribe"),
        )
    if page is Page.TOGETHER:
        yield _("**Discuss** under a paper opens the one thread about it in this server.")
    if page is Page.SERVER:
        add = services.mention("feed add")
        yield _(
            "Roundups of the week or month: {add} with `every`. Other sources, such as bioRxiv or"
            " conferences: `sources`. Forums and announcement channels work too.",
            add=add,
        )
    if page is Page.PAPERS:
        manages = interaction.guild is not None and interaction.permissions.manage_guild
        menus = tree.get_commands(type=discord.AppCommandType.message)
        names = [f"**{each.name}**" for each in menus if manages or not each.default_permissions]
        yield _(
            "Long-press or right-click a message that links to papers, then *Apps*: {commands}",
            commands=listing(names),
        )


def _page_of(command: app_commands.Command[Any, ..., Any]) -> Page:
    root, name = command.qualified_name.split()[:2]
    if root == "paper":
        return Page.DIGEST if name in _FOLLOWING else Page.PAPERS
    if root == "shelf" and name in _FOR_ADMINS:
        return Page.SERVER
    if root == "club" and name in _FOR_MEMBERS:
        return Page.TOGETHER
    return _ROOTS[root]


def _syntax() -> str:
    return "\n".join((
        _("`diffusion models`: papers with these words, best match first"),
        _('`"flow matching"`: exactly this phrase'),
        _("`robots OR drones`: one of them is enough"),
        _("`agents -games`: without a word"),
        _('`author:"Yann LeCun"`: papers by an author'),
        _("`title:attention`: a word of the title"),
        _("`cat:cs.CL`: an arXiv category; `cat:cs` for all of computer science"),
        _("`org:nvidia`: an organization"),
        _('`source:biorxiv`, `venue:"ICLR 2026"`: where papers are from'),
        _("`code:yes`: papers with code"),
        _("Questions work, too, and so do arXiv links and numbers."),
    ))  # fmt: skip
