"""`/feed export` and `/feed import`: a server's feeds as a file."""

import asyncio
import io
import re
from collections.abc import Sequence
from typing import Final, Self

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.i18n import gettext as _
from bot.i18n import ngettext, translated
from bot.interactions.cancel import Cancel
from bot.interactions.components import PaperboyButton, custom_id, template
from bot.interactions.cooldowns import FILES, rate_limited
from bot.interactions.errors import Interaction, UserError, control_outdated
from bot.services.container import Services, services_of
from bot.services.feed_files import (
    MAX_BYTES,
    SETTINGS,
    Change,
    Plan,
    Problem,
    Written,
    read,
    write,
)
from bot.ui.notices import render_notice
from bot.ui.parts import ALARM
from bot.ui.text import plain
from cogs.feeds._options import OPTIONS
from cogs.feeds._shared import guild_of, require_manager

NAME: Final = "feeds.yaml"
_SHOWN: Final = 15
"""Changes or problems that a message lists."""
_VALUE: Final = 80
_MARK: Final = r"[0-9a-f]{12}"


class ApplyFile(PaperboyButton, template=template("feed-import", mark=_MARK)):
    """Makes a server's feeds like the file of its message."""

    rate_limit = FILES

    def __init__(self, mark: str) -> None:
        super().__init__(
            ui.Button(
                label=_("Apply"),
                style=discord.ButtonStyle.primary,
                custom_id=custom_id("feed-import", mark),
            )
        )
        self.mark = mark

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["mark"])

    async def pressed(self, interaction: Interaction) -> None:
        """Apply the file, or show again what it would change if that differs by now."""
        require_manager(interaction)
        services, guild = services_of(interaction), guild_of(interaction)
        message = interaction.message
        if message is None or not message.attachments:
            raise UserError(control_outdated())
        await interaction.response.defer()
        data = await _downloaded(message.attachments[0])
        plan = await services.feed_files.plan(await asyncio.to_thread(read, data), guild)
        if plan.problems or plan.mark != self.mark:
            view = _render(plan, _("The settings have changed meanwhile. Look at it again."))
            await interaction.edit_original_response(view=view)
            return
        count = await services.feed_files.apply(plan)
        title = ngettext("{count} change made", "{count} changes made", count)
        body = "\n".join(map(_line, plan.changes[:_SHOWN]))
        await interaction.edit_original_response(view=render_notice(title, body), attachments=[])


class FeedFiles(commands.Cog):
    """The two commands, under `/feed`."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.commands = (
            app_commands.Command[FeedFiles, ..., None](
                name="export",
                description=locale_str("Get this server's daily threads as a file to edit"),
                callback=self.export,
            ),
            app_commands.Command[FeedFiles, ..., None](
                name="import",
                description=locale_str("Set up daily threads from a file; see what changes first"),
                callback=self.import_file,
            ),
        )

    @rate_limited(FILES)
    async def export(self, interaction: Interaction) -> None:
        """Send the file to the person alone."""
        require_manager(interaction)
        guild = guild_of(interaction)
        feeds = [each.feed for each in await self.services.feeds.of_guild(guild.id)]
        text = write(
            (guild.id, guild.name),
            feeds,
            opening=(
                _(
                    "The daily threads and roundups of a server. Change what you like, then use"
                    " /feed import."
                ),
                _("What you leave out stays as it is; threads that aren't listed stay, too."),
            ),
            explained={key.key: translated(OPTIONS[key.key].message) for key in SETTINGS},
            name_of=lambda found: _name(guild, found),
            paused=_("Doesn't post now: paused or stopped."),
        )
        await interaction.response.send_message(
            _("The daily threads and roundups of this server."),
            file=discord.File(io.BytesIO(text.encode()), NAME),
            ephemeral=True,
        )

    @rate_limited(FILES)
    @app_commands.describe(file="File from /feed export")
    async def import_file(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Show what a file would change, with a button that does it."""
        require_manager(interaction)
        guild = guild_of(interaction)
        if file.size > MAX_BYTES:
            raise UserError(
                _("This file is larger than {size} KB. Split it.", size=MAX_BYTES // 1_000)
            )
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await _downloaded(file)
        plan = await self.services.feed_files.plan(await asyncio.to_thread(read, data), guild)
        view = _render(plan)
        if plan.problems or not plan.changes:
            await interaction.edit_original_response(view=view)
            return
        # The button reads the file from its message, also after a restart.
        view.add_item(ui.File(f"attachment://{NAME}"))
        attachment = discord.File(io.BytesIO(data), NAME)
        await interaction.edit_original_response(view=view, attachments=[attachment])


async def _downloaded(file: discord.Attachment) -> bytes:
    try:
        return await file.read()
    except discord.HTTPException as error:
        raise UserError(_("I couldn't download the file from Discord. Send it again.")) from error


def _render(plan: Plan, note: str = "") -> ui.LayoutView:
    if plan.problems:
        return _render_problems(plan.problems)
    lines = [note] if note else []
    lines += map(_line, plan.changes[:_SHOWN])
    if (left := len(plan.changes) - _SHOWN) > 0:
        lines.append(_("and {count} more", count=left))
    if plan.alone:
        lines.append(ngettext("{count} stays as it is.", "{count} stay as they are.", plan.alone))
    if plan.unnamed:
        lines.append(
            ngettext(
                "{count} isn't in the file and stays.",
                "{count} aren't in the file and stay.",
                plan.unnamed,
            )
        )
    if not plan.changes:
        return render_notice(_("Nothing to change"), "\n".join(lines))
    count = len(plan.changes)
    return render_notice(
        ngettext("Apply {count} change?", "Apply {count} changes?", count),
        "\n".join(lines),
        actions=[ApplyFile(plan.mark), Cancel()],
    )


def _render_problems(problems: Sequence[Problem]) -> ui.LayoutView:
    lines = [
        _("Line {line}: {reason}", line=each.line, reason=each.reason) for each in problems[:_SHOWN]
    ]
    if (left := len(problems) - _SHOWN) > 0:
        lines.append(_("and {count} more", count=left))
    count = len(problems)
    title = ngettext(
        "{count} line is wrong. Nothing was changed.",
        "{count} lines are wrong. Nothing was changed.",
        count,
    )
    return render_notice(title, "\n".join(lines), colour=ALARM)


def _line(change: Change) -> str:
    """Return what a file does to one channel."""
    if change.before is None:
        return _("New in {channel}", channel=change.channel.mention)
    changes = ", ".join(
        f"`{each.key}` {_shown(each.write(getattr(change.before, each.field)))} →"
        f" {_shown(each.write(change.values[each.field]))}"
        for each in SETTINGS
        if each.field in change.values
    )
    return _("{channel}: {changes}", channel=change.channel.mention, changes=changes)


def _shown(value: Written) -> str:
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return f"`{plain(text, _VALUE).replace('`', '') or '-'}`"


def _name(guild: discord.Guild, found: int) -> str | None:
    channel = guild.get_channel_or_thread(found) or guild.get_role(found)
    return None if channel is None else channel.name
