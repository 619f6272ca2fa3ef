"""The papers that a message names, and what is said of those that were not found."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import discord

from bot import limits
from bot.delivery.read_back import strings_of
from bot.i18n import gettext as _
from bot.i18n import listing, sentences
from bot.interactions.errors import UserError
from bot.interactions.short_keys import short_key
from bot.services.container import Services
from bot.services.paper_lookup import Found
from bot.services.search import unknown_links
from bot.ui.text import escape, plain
from papers.text import readable
from storage.papers import StoredPaper

MAX_PAPERS: Final = limits.SELECT_OPTIONS
"""Papers of one message that something is done with."""
SEVERAL: Final = "several"
"""Stands for a paper's id in the custom id of a form that asks which of several papers."""
_SHOWN: Final = 10


async def named_in(services: Services, message: discord.Message) -> list[str]:
    """Return the ids of all papers that a message names, in order.

    Raises:
        UserError: it names none.
    """
    named = await services.search.named(text_of(message))
    if not named and (refusal := unknown_links(text_of(message), services.mention("paper search"))):
        raise refusal
    if not named:
        raise UserError(
            _(
                "No paper links found in this message. I look for arXiv ids and links, and for"
                " DOIs of papers I know."
            )
        )
    return named


def paper_options(
    paper_ids: Iterable[str], known: Mapping[str, StoredPaper], *, chosen: bool = False
) -> list[discord.SelectOption]:
    """Return papers to choose from, by their titles where these are known."""
    titles = {each: readable(found.paper.title) for each, found in known.items()}
    return [
        discord.SelectOption(
            label=plain(titles.get(paper_id, ""), limits.OPTION_LABEL) or paper_id,
            value=short_key(paper_id),
            default=chosen,
        )
        for paper_id in paper_ids
    ]


def not_found_lines(found: Found) -> list[str]:
    """Return what to say of the papers that no source knows, or none has answered for."""
    lines: list[str] = []
    if found.unknown:
        shown = listing(f"`{paper_id}`" for paper_id in found.unknown[:_SHOWN])
        lines.append(_("⚠️ Not found: {papers}. New papers can take a day to appear.", papers=shown))
    if found.unasked:
        shown = listing(f"`{paper_id}`" for paper_id in found.unasked[:_SHOWN])
        lines.append(_("⚠️ Couldn't look up {papers} right now. Try again later.", papers=shown))
        if found.failed:
            lines.append(f"-# {escape(sentences(*found.failed))}")
    return lines


def text_of(message: discord.Message) -> str:
    """Return all text of a message and of what it forwards."""
    parts = [message.content, *strings_of(message)]
    for embed in message.embeds:
        parts += _strings(embed.to_dict())
    for snapshot in message.message_snapshots:
        parts.append(snapshot.content)
        parts += [text for embed in snapshot.embeds for text in _strings(embed.to_dict())]
    return "\n".join(dict.fromkeys(filter(None, parts)))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner: list[Any] = []
    if isinstance(value, dict):
        inner = list(cast("dict[str, Any]", value).values())
    elif isinstance(value, list):
        inner = cast("list[Any]", value)
    return [text for each in inner for text in _strings(each)]
