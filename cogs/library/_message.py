"""The command on any message: save the papers that it links to."""

from typing import Any, Final, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.read_back import strings_of
from bot.i18n import gettext as _
from bot.i18n import listing, ngettext, sentences
from bot.interactions.cooldowns import SEARCHES, rate_limit_check
from bot.interactions.errors import Interaction, UserError
from bot.interactions.save_buttons import UndoSave
from bot.services.container import Services
from bot.services.paper_lookup import Found
from bot.ui.lists import list_name, titled
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape
from storage.library import Place, ReadingList, Via

MAX_PAPERS: Final = 25
_SHOWN: Final = 10
_TITLE: Final = 200


class SaveMessage(commands.Cog):
    """The message command; a message's text comes with it, without any intent."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menu = app_commands.ContextMenu(name="Save papers", callback=self.save)
        self.menu.add_check(rate_limit_check(SEARCHES))
        self.menu.allowed_contexts = app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=True
        )
        self.menu.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)

    async def save(self, interaction: Interaction, message: discord.Message) -> None:
        """Save every paper that the message names to the default list."""
        named = await self.services.search.named(_text(message))
        if not named:
            raise UserError(
                _(
                    "No paper links found in this message. I look for arXiv ids and links, and for"
                    " DOIs of papers I know."
                )
            )
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self.services.lookup.find(named[:MAX_PAPERS])
        saved = await self.services.library.saved.save_some(
            interaction.user.id,
            list(found.papers),
            via=Via.MESSAGE,
            place=Place(message.id, interaction.channel_id, interaction.guild_id),
        )
        new, mine = list(saved.new), saved.list
        actions: list[AnyItem] = [UndoSave(saved.at)] if new else []
        await interaction.followup.send(
            view=render_notice(
                _title(new, found, mine), _lines(new, found, len(named)), actions=actions
            ),
            ephemeral=True,
        )


def _title(new: list[str], found: Found, mine: ReadingList) -> str:
    if new:
        return ngettext(
            "{count} paper saved to {list}",
            "{count} papers saved to {list}",
            len(new),
            list=list_name(mine),
        )
    if found.papers:
        return _("Already in {list}", list=list_name(mine))
    return _("Paper not found")


def _lines(new: list[str], found: Found, named: int) -> str:
    saved = [titled(each, found.papers[each].paper.title, _TITLE) for each in new]
    lines = [f"- {each}" for each in saved[:_SHOWN]]
    if len(saved) > _SHOWN:
        lines.append("- " + _("and {count} more", count=len(saved) - _SHOWN))
    there = len(found.papers) - len(new)
    if there:
        lines.append(
            ngettext(
                "{count} paper was already there.", "{count} papers were already there.", there
            )
        )
    if found.unknown:
        shown = listing(f"`{paper_id}`" for paper_id in found.unknown[:_SHOWN])
        lines.append(_("⚠️ Not found: {papers}. New papers can take a day to appear.", papers=shown))
    if found.unasked:
        shown = listing(f"`{paper_id}`" for paper_id in found.unasked[:_SHOWN])
        lines.append(_("⚠️ Couldn't look up {papers} right now. Try again later.", papers=shown))
        if found.failed:
            lines.append(f"-# {escape(sentences(*found.failed))}")
    if named > MAX_PAPERS:
        lines.append(
            "-# " + _("Only the first {most} of {total} were saved.", most=MAX_PAPERS, total=named)
        )
    return "\n".join(lines)


def _text(message: discord.Message) -> str:
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
