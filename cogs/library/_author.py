"""An author's papers brought into a library, once a person has seen whose they are."""

import re
from collections.abc import Sequence
from typing import Final, Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import ngettext, sentences
from bot.interactions.components import (
    NUMBER,
    PAGE,
    PAPER,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    page_buttons,
    template,
)
from bot.interactions.errors import Interaction, UserError, control_outdated
from bot.interactions.replies import reply, turn
from bot.interactions.save_buttons import UndoSave
from bot.interactions.short_keys import short_key
from bot.services.container import Services, services_of
from bot.services.search import AuthorsPapers
from bot.ui.lists import list_name, titled
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape, people, plain
from cogs.subscriptions import FollowAuthor
from papers.importing import Imported
from papers.text import readable
from storage.papers import StoredPaper

NAME_LENGTH: Final = 60
"""Characters of a name: it stands in custom ids."""
_PER_PAGE: Final = 15
_TITLE: Final = 140
_PEOPLE: Final = 60

_NAME: Final = r"(?s:.{1,60})"


class PageAuthor(
    PaperboyButton, template=template("author", list_id=NUMBER, page=PAGE, author=_NAME)
):
    """Turns the page of an author's papers; list 0 stands for the default one."""

    def __init__(
        self, list_id: int, page: int, name: str, label: str, *, off: bool = False
    ) -> None:
        super().__init__(
            ui.Button(label=label, disabled=off, custom_id=custom_id("author", list_id, page, name))
        )
        self.list_id, self.page, self.name = list_id, page, name

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["list_id"]), int(match["page"]), match["author"], "…")

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page that the button leads to."""
        await turn(interaction, _page(interaction, self.name, self.list_id, self.page))


class SaveAllBy(
    PaperboyButton, template=template("author-all", list_id=NUMBER, count=PAGE, author=_NAME)
):
    """Saves all papers of an author that were listed."""

    def __init__(self, list_id: int, papers: int, name: str) -> None:
        super().__init__(
            ui.Button(
                label=ngettext("Save {count} paper", "Save all {count} papers", papers),
                style=discord.ButtonStyle.primary,
                custom_id=custom_id("author-all", list_id, papers, name),
            )
        )
        self.list_id, self.papers, self.name = list_id, papers, name

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["list_id"]), int(match["count"]), match["author"])

    async def pressed(self, interaction: Interaction) -> None:
        """Save them, or show them again where there are more or fewer by now."""
        found = await services_of(interaction).search.authors.find(self.name, ask=False)
        if len(found.papers) != self.papers:
            await turn(interaction, _page(interaction, self.name, self.list_id, 0, changed=True))
            return
        ids = [each.paper.id for each in found.papers]
        await _save(interaction, ids, self.list_id)


class SaveSomeBy(PaperboySelect, template=template("author-some", list_id=NUMBER)):
    """Saves the chosen papers of a page."""

    accepts = PAPER

    def __init__(self, list_id: int, options: Sequence[discord.SelectOption] = ()) -> None:
        super().__init__(
            ui.Select(
                placeholder=_("Save only some…"),
                custom_id=custom_id("author-some", list_id),
                max_values=max(len(options), 1),
                options=list(options),
            )
        )
        self.list_id = list_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls(int(match["list_id"]))

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Save what was chosen."""
        await _save(interaction, values, self.list_id)


async def import_author(
    services: Services, interaction: Interaction, typed: str, name: str | None
) -> None:
    """Show an author's papers to choose from; nothing is saved yet."""
    author = " ".join(typed.split())
    if not any(map(str.isalpha, author)):
        raise UserError(_("Write the author's name, such as `Ada Lovelace`."))
    list_id = 0
    if name is not None:
        list_id = (await services.library.lists.target(interaction.user.id, name)).id
    await reply(interaction, _page(interaction, author, list_id, 0, ask=True), ephemeral=True)


async def _page(
    interaction: Interaction,
    name: str,
    list_id: int,
    page: int,
    *,
    ask: bool = False,
    changed: bool = False,
) -> ui.LayoutView:
    found = await services_of(interaction).search.authors.find(name, ask=ask)
    return render(found, name, list_id, page, changed=changed)


def render(
    found: AuthorsPapers, name: str, list_id: int, page: int, *, changed: bool = False
) -> ui.LayoutView:
    """Return a page of an author's papers, with what saves all of them, or some of the page."""
    failed = escape(" ".join(found.failed))
    count = len(found.papers)
    if not count:
        nothing = _("I found no papers by {author}. Check the spelling.", author=escape(name))
        return render_notice(_("No papers"), sentences(nothing, failed))
    pages = -(-count // _PER_PAGE)
    page = min(page, pages - 1)
    first = page * _PER_PAGE
    shown = found.papers[first : first + _PER_PAGE]
    title = ngettext("{count} paper by {author}", "{count} papers by {author}", count, author=name)
    intro = _("People share names. Save all of them, or choose yours.")
    again = _("The list has changed meanwhile. Look at it again.") if changed else ""
    lines = [sentences(again, intro, failed)]
    lines += [_line(number, each) for number, each in enumerate(shown, first + 1)]
    turns = page_buttons(
        page, pages, lambda to, label, off: PageAuthor(list_id, to, name, label, off=off)
    )
    options = [
        discord.SelectOption(
            label=plain(f"{number}. {readable(each.paper.title)}", limits.OPTION_LABEL),
            value=short_key(each.paper.id),
        )
        for number, each in enumerate(shown, first + 1)
    ]
    actions: list[AnyItem] = [
        SaveAllBy(list_id, count, name),
        FollowAuthor(name),
        *turns,
        SaveSomeBy(list_id, options),
    ]
    return render_notice(title, "\n".join(lines), actions=actions)


def _line(number: int, entry: StoredPaper) -> str:
    paper = entry.paper
    names = people([readable(author.name) for author in paper.authors])
    year = str(paper.published_at.year) if paper.published_at else ""
    about = escape(" · ".join(filter(None, (year, names))), _PEOPLE)
    return f"**{number}.** {titled(paper.id, paper.title, _TITLE)}\n-# {about}"


async def _save(interaction: Interaction, paper_ids: Sequence[str], list_id: int) -> None:
    """Save papers to a list, 0 for the default one; say so, with a way back."""
    services = services_of(interaction)
    user_id, now = interaction.user.id, services.clock.now()
    mine = await services.library.lists.of_user(user_id)
    target = next(
        (each for each in mine if (each.id == list_id if list_id else each.is_default)), None
    )
    if target is None:
        raise UserError(_("That list no longer exists."))
    named = [Imported(paper_id) for paper_id in await services.lookup.known(paper_ids)]
    if not named:
        raise UserError(control_outdated())
    filed = await services.library.files.file(user_id, named, target.name, now)
    lines = [
        ngettext(
            "{count} paper saved to {list}.",
            "{count} papers saved to {list}.",
            filed.new,
            list=list_name(target),
        )
    ]
    there = len(named) - filed.new
    if there:
        lines.append(
            ngettext(
                "{count} paper was already in your library.",
                "{count} papers were already in your library.",
                there,
            )
        )
    actions: list[AnyItem] = [UndoSave(now)] if filed.new else []
    view = render_notice(_("Import finished"), "\n".join(lines), actions=actions)
    await interaction.response.send_message(view=view, ephemeral=True)


ITEMS: Final = (PageAuthor, SaveAllBy, SaveSomeBy)
"""Every kind of button and menu under an author's papers."""
