"""`/feed preview`: the header, then the cards of the thread, a page of them at a time."""

import re
from typing import Self

from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import language_for, use
from bot.interactions.components import (
    NUMBER,
    PAGE,
    PaperboyButton,
    custom_id,
    page_buttons,
    template,
)
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.discuss_button import card_actions
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from bot.services.publishing import PostPayload
from bot.ui import text
from bot.ui.cards import card_container, header_name
from bot.ui.parts import rows
from bot.ui.payloads import CardPayload
from cogs.feeds._shared import require_manager
from storage.feeds import Feed

_PAGER = 4
"""Components that a page needs beside its cards: a line above, and a row of two buttons."""


def render_cards(feed: Feed, draft: PostPayload, page: int) -> ui.LayoutView:
    """Return a page of the thread's cards, each as it would be posted; the last page at most."""
    pages = _pages(draft)
    page = min(page, len(pages) - 1)
    shown = pages[page]
    before = sum(map(len, pages[:page]))
    last = before + len(shown)
    with use(language_for(draft.language)):
        name = text.escape(header_name(draft.header), limits.THREAD_NAME)
        cards = [_container(card, discuss=draft.discuss) for card in shown]
    values = {"first": before + 1, "last": last, "total": len(draft.cards), "name": name}
    if draft.posts_each_paper:
        numbers = _("Papers {first} to {last} of {total}, each in a post of its own", **values)
    elif len(shown) == 1:
        numbers = _("Card {last} of {total} in the thread “{name}”", **values)
    else:
        numbers = _("Cards {first} to {last} of {total} in the thread “{name}”", **values)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(f"-# {numbers}"))
    for card in cards:
        view.add_item(card)
    turn = page_buttons(
        page, len(pages), lambda to, label, off: PagePreview(feed.id, to, label, off=off)
    )
    for row in rows(turn):
        view.add_item(row)
    return view


def _pages(draft: PostPayload) -> list[list[CardPayload]]:
    """Split cards into as few messages as Discord's limits allow."""
    pages: list[list[CardPayload]] = [[]]
    components, characters = _PAGER, 2 * limits.THREAD_NAME
    for card in draft.cards:
        alone = ui.LayoutView(timeout=None).add_item(_container(card, discuss=draft.discuss))
        size, length = alone.total_children_count, _characters(alone)
        if pages[-1] and (
            components + size > limits.COMPONENTS or characters + length > limits.LAYOUT_CHARACTERS
        ):
            pages.append([])
            components, characters = _PAGER, 2 * limits.THREAD_NAME
        pages[-1].append(card)
        components, characters = components + size, characters + length
    return pages


def _characters(view: ui.LayoutView) -> int:
    texts = (item for item in view.walk_children() if isinstance(item, ui.TextDisplay))
    return sum(text.length(item.content) for item in texts)


def _container(card: CardPayload, *, discuss: bool) -> ui.Container[ui.LayoutView]:
    return card_container(card, actions=card_actions(card.paper_id, discuss=discuss))


class PagePreview(PaperboyButton, template=template("feed-cards", feed_id=NUMBER, page=PAGE)):
    """Turns the page of a preview's cards."""

    rate_limit = SEARCHES

    def __init__(self, feed_id: int, page: int, label: str = "…", *, off: bool = False) -> None:
        super().__init__(
            ui.Button(label=label, disabled=off, custom_id=custom_id("feed-cards", feed_id, page))
        )
        self.feed_id, self.page = feed_id, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["feed_id"]), int(match["page"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page in the place of this one, of what would be posted by now."""
        services = services_of(interaction)
        require_manager(interaction)
        feed = await services.feeds.own(self.feed_id, interaction.guild_id)
        await interaction.response.defer()
        draft = await services.feeds.preview(feed)
        await interaction.edit_original_response(view=render_cards(feed, draft, self.page))
