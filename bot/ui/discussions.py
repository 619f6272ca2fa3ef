"""The thread about a paper: the message that begins it, and what the person who asked reads."""

from collections.abc import Sequence
from typing import Final

from discord import ui

from bot import limits
from bot.i18n import ENGLISH, ngettext
from bot.i18n import gettext as _
from bot.ui import text
from bot.ui.notices import render_notice
from bot.ui.parts import ACCENT, AnyItem, link_button, rows
from bot.ui.payloads import Payload, Text
from papers import arxiv_id, paper_key

_TITLE: Final = 300


class DiscussionPayload(Payload):
    """What a discussion begins with, frozen before anything is sent."""

    paper_id: str
    title: Text
    card_url: str
    """The address of the card that it was opened from."""
    comments: int | None = None
    """Comments on the Hugging Face Hub when it was opened."""
    language: str = ENGLISH.code
    """The code of the language that it is written in."""


def discussion_name(payload: DiscussionPayload) -> str:
    """Return the name of the thread."""
    return text.plain(payload.title, limits.THREAD_NAME) or payload.paper_id


def render_beginning(
    payload: DiscussionPayload, *, actions: Sequence[AnyItem] = ()
) -> ui.LayoutView:
    """Return the message that carries the thread: which paper, its card, and the Hub's comments."""
    paper = text.link(payload.title, paper_key.page_url(payload.paper_id), _TITLE)
    title = _("Discussion: {paper}", paper=f"**{paper}**")
    container = ui.Container[ui.LayoutView](ui.TextDisplay(f"💬 {title}"), accent_colour=ACCENT)
    links = [link_button(_("Card"), payload.card_url), *_comments(payload)]
    for row in rows((*actions, *links)):
        container.add_item(row)
    return ui.LayoutView(timeout=None).add_item(container)


def render_opened(
    payload: DiscussionPayload, guild_id: int, thread_id: int, *, new: bool, locked: bool
) -> ui.LayoutView:
    """Return where a paper is discussed, for the person who asked."""
    paper = text.link(payload.title, paper_key.page_url(payload.paper_id), _TITLE)
    lines = [f"{paper}: <#{thread_id}>"]
    if locked:
        lines.append(_("The thread is locked, so only moderators can write there."))
    return render_notice(
        _("Discussion opened") if new else _("Discussion"),
        "\n".join(lines),
        actions=[
            link_button(_("Open thread"), f"https://discord.com/channels/{guild_id}/{thread_id}"),
            *_comments(payload),
        ],
    )


def _comments(payload: DiscussionPayload) -> list[ui.Button[ui.LayoutView]]:
    if not payload.comments:
        return []
    label = ngettext(
        "{count} comment on Hugging Face", "{count} comments on Hugging Face", payload.comments
    )
    return [link_button(label, arxiv_id.hf_url(payload.paper_id))]
