"""One paper: its full card, its abstract, and the papers like it."""

import asyncio
import re
from collections.abc import Sequence
from functools import partial
from typing import Final, Self

import discord
from discord import ui

from bot.i18n import Language, current, use
from bot.i18n import gettext as _
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
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.discuss_button import card_actions
from bot.interactions.errors import Interaction
from bot.interactions.language import public_language
from bot.interactions.replies import change, reply, turn
from bot.interactions.save_buttons import SaveButton
from bot.services.container import Services, services_of
from bot.services.hidden import RefusePaper, open_form
from bot.services.search import SimilarPage
from bot.ui.full_card import render_paper
from bot.ui.pages import render_hits
from bot.ui.parts import AnyItem, page_button
from cogs.cite import CiteButton
from cogs.paper_search._labels import options
from cogs.paper_search._lookup import known_paper
from cogs.paper_search._views import abstract_view, nothing_similar, pdf_buttons, similar_hits
from cogs.subscriptions import FollowSimilar
from storage.papers import StoredPaper

_OPENED: Final = rf"(?:card|text|like|skip):(?:{PAPER})"  # not shown


class SimilarButton(PaperboyButton, template=template("like", paper_id=PAPER)):
    """Opens the papers like one."""

    rate_limit = SEARCHES

    def __init__(self, paper_id: str) -> None:
        super().__init__(
            ui.Button(label=_("Similar papers"), custom_id=custom_id("like", paper_id))
        )
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Show them to the user."""
        await open_similar(interaction, self.paper_id, public=False)


class PageSimilar(PaperboyButton, template=template("like-turn", paper_id=PAPER, page=PAGE)):
    """Turns the page of a list of similar papers."""

    def __init__(self, paper_id: str, page: int, label: str, *, off: bool = False) -> None:
        super().__init__(
            ui.Button(label=label, disabled=off, custom_id=custom_id("like-turn", paper_id, page))
        )
        self.paper_id, self.page = paper_id, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"], int(match["page"]), "…")

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page that the button leads to."""
        await turn(interaction, _similar_view(services_of(interaction), self.paper_id, self.page))


class OpenHit(PaperboySelect, template=template("find-open", session=NUMBER)):
    """Opens the card, the abstract, or what is similar to a hit of a search."""

    accepts, may_be_empty = _OPENED, True
    rate_limit = SEARCHES

    def __init__(self, session_id: int, options: Sequence[discord.SelectOption] = ()) -> None:
        super().__init__(
            ui.Select(
                placeholder=_("Open a paper…"),
                custom_id=custom_id("find-open", session_id),
                options=list(options),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select whose custom id matched; its options may differ."""
        return cls(int(match["session"]))

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Open what was chosen, for the user alone."""
        await _open(interaction, values)


class OpenSimilar(PaperboySelect, template=template("like-open", paper_id=PAPER)):
    """Opens the card, the abstract, or what is similar to a similar paper."""

    accepts, may_be_empty = _OPENED, True
    rate_limit = SEARCHES

    def __init__(self, paper_id: str, options: Sequence[discord.SelectOption] = ()) -> None:
        super().__init__(
            ui.Select(
                placeholder=_("Open a paper…"),
                custom_id=custom_id("like-open", paper_id),
                options=list(options),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select whose custom id matched; its options may differ."""
        return cls(match["paper_id"])

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Open what was chosen, for the user alone."""
        await _open(interaction, values)


async def _open(interaction: Interaction, values: list[str]) -> None:
    what, _colon, paper_id = (values[0] if values else "").partition(":")
    match what:
        case "card":
            await open_card(interaction, paper_id, public=False)
        case "text":
            await open_abstract(interaction, paper_id)
        case "like":
            await open_similar(interaction, paper_id, public=False)
        case "skip":
            await open_form(interaction, paper_id)
        case _:
            await interaction.response.defer()


async def open_card(interaction: Interaction, paper_id: str, *, public: bool) -> None:
    """Answer with the full card of a paper, known or not yet.

    A public card is one that reactions save.

    Raises:
        UserError: neither the database nor a source has the paper.
    """
    services = services_of(interaction)
    spoken = public_language(interaction) if public else current()
    finding = asyncio.ensure_future(known_paper(services, paper_id))

    async def make() -> ui.LayoutView:
        entry = await finding
        with use(spoken):
            return await _card(interaction, entry, public=public)

    message_id = await reply(interaction, make(), ephemeral=not public)
    if public and message_id is not None and interaction.channel_id is not None:
        await services.library.record_card(
            message_id, paper_id, interaction.channel_id, interaction.guild_id
        )
    if not public:
        await services.hidden.note_opened(interaction.user.id, paper_id)
    complete = partial(_complete, interaction, spoken, public=public)
    services.search.complete((await finding).paper, complete)


async def open_abstract(interaction: Interaction, paper_id: str) -> None:
    """Answer with a paper's abstract alone."""
    services = services_of(interaction)

    async def make() -> ui.LayoutView:
        paper = (await known_paper(services, paper_id)).paper
        return abstract_view(
            paper,
            [
                page_button(paper_id),
                *pdf_buttons(paper_id),
                SaveButton(paper_id),
                SimilarButton(paper_id),
                RefusePaper(paper_id),
            ],
        )

    await reply(interaction, make(), ephemeral=True)
    await services.hidden.note_opened(interaction.user.id, paper_id)


async def open_similar(interaction: Interaction, paper_id: str, *, public: bool) -> None:
    """Answer with the papers like one."""
    services = services_of(interaction)

    async def make() -> ui.LayoutView:
        entry = await known_paper(services, paper_id)
        with use(public_language(interaction) if public else current()):
            return similar_view(await services.search.similar(entry, 0))

    await reply(interaction, make(), ephemeral=not public)


def card_view(
    entry: StoredPaper,
    saved: int | None = None,
    *,
    public: bool = False,
    discuss: bool = False,
    elsewhere: Sequence[str] = (),
) -> ui.LayoutView:
    """Return the full card of a paper with what can be done about it, and with links to the same
    work `elsewhere`."""
    paper_id = entry.paper.id
    return render_paper(
        entry.paper,
        entry.metrics,
        saved=saved,
        elsewhere=elsewhere,
        actions=[
            *card_actions(paper_id, discuss=discuss),
            SimilarButton(paper_id),
            CiteButton(paper_id),
            *([] if public else [RefusePaper(paper_id)]),
        ],
    )


def similar_view(page: SimilarPage) -> ui.LayoutView:
    """Return a page of the papers like one, each with why."""
    paper = page.paper.paper
    if not page.papers:
        return nothing_similar(paper)
    hits = similar_hits(page)
    turns: list[AnyItem] = list(
        page_buttons(
            page.number,
            page.pages,
            lambda to, label, off: PageSimilar(paper.id, to, label, off=off),
        )
    )
    return render_hits(
        hits,
        accessory=lambda hit: SaveButton(hit.paper_id),
        select=OpenSimilar(paper.id, options(hits)),
        buttons=[*turns, FollowSimilar(paper.id)],
    )


async def _similar_view(services: Services, paper_id: str, number: int) -> ui.LayoutView:
    entry = await known_paper(services, paper_id)
    return similar_view(await services.search.similar(entry, number))


async def _complete(
    interaction: Interaction, spoken: Language, entry: StoredPaper, *, public: bool
) -> None:
    with use(spoken):
        await change(interaction, await _card(interaction, entry, public=public))


async def _card(interaction: Interaction, entry: StoredPaper, *, public: bool) -> ui.LayoutView:
    services = services_of(interaction)
    elsewhere = await services.lookup.elsewhere(entry.paper.id)
    if interaction.guild_id is None:
        return card_view(entry, public=public, elsewhere=elsewhere)
    saved = await services.library.saved_count(interaction.guild_id, entry.paper.id)
    ours = services.messenger.get_guild(interaction.guild_id) is not None
    discuss = public and ours and await services.discussions.on(interaction.guild_id)
    return card_view(entry, saved, public=public, discuss=discuss, elsewhere=elsewhere)
