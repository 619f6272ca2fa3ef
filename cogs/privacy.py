"""`/privacy …`: what is kept about a person, shown, taken along, erased."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.interactions.components import PaperboyButton, custom_id, template
from bot.interactions.cooldowns import FILES, rate_limited
from bot.interactions.errors import Interaction, UserError
from bot.services.container import CogHost, Services, services_of
from bot.ui.notices import render_notice
from bot.ui.parts import ALARM
from bot.ui.text import plural

WHY = {
    "users": "your Discord id, which everything else hangs on",
    "lists": "your reading lists: the three that come with a library, and your own",
    "saves": "papers on your reading lists, with when, where and how you saved each",
    "notes": "your notes on papers",
    "removals": "papers that you took off a list lately, with your notes, so that Undo works",
    "subscribers": "when and in which conversation your digest comes",
    "subscriptions": "the topics that you follow",
    "digests": "digests that you got or that wait in your inbox, so that no paper comes twice",
    "digest_papers": "papers in your digests",
    "brought_papers": "papers that older digests brought you, by year",
    "cards": "my direct messages that show you papers, so that 🔖 on such a message saves",
    "preferences": "whether your saves count in a server's list",
}
"""What each table of a person holds and why, in words for that person."""


class EraseMe(PaperboyButton, template=template("erase-me")):
    """The one confirmation of `/privacy delete`."""

    def __init__(self) -> None:
        super().__init__(
            ui.Button(
                label="Erase everything",
                style=discord.ButtonStyle.danger,
                custom_id=custom_id("erase-me"),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Erase everything of the user."""
        data = services_of(interaction).personal_data
        rows = await data.erase(interaction.user.id, _conversation(interaction))
        await interaction.response.edit_message(
            view=render_notice(
                "Erased",
                f"{plural(rows, 'entry', 'entries')} about you are gone for good."
                if rows
                else "Nothing about you was kept.",
            )
        )


class Privacy(commands.Cog):
    """People's rights over what is kept about them."""

    privacy = app_commands.Group(
        name="privacy",
        description="What I keep about you: see it, take it along, erase it",
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=True
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    @privacy.command(name="show", description="What I keep about you, and why")
    async def show(self, interaction: Interaction) -> None:
        """Say what is kept."""
        data = self.services.personal_data
        counts = await data.counts(interaction.user.id, _conversation(interaction))
        lines = [
            f"- {plural(count, 'entry', 'entries')}: {WHY.get(table, table)}"
            for table, count in counts.items()
            if count
        ]
        mention = self.services.mention
        text = "\n".join(lines) if lines else "Nothing: you have not saved or followed anything."
        await interaction.response.send_message(
            view=render_notice(
                "What I keep about you",
                f"{text}\n\n{mention('privacy export')} gives you all of it as a file;"
                f" {mention('privacy delete')} erases it. I do not read messages, and"
                " searches are not kept under anybody's name.",
            ),
            ephemeral=True,
        )

    @rate_limited(FILES)
    @privacy.command(name="export", description="Everything that I keep about you, as a file")
    async def export(self, interaction: Interaction) -> None:
        """Answer with a zip of JSON: one file for each kind of entry."""
        await interaction.response.defer(ephemeral=True)
        data = self.services.personal_data
        found = await data.export(interaction.user.id, _conversation(interaction))
        packed = await asyncio.to_thread(_packed, found)
        file = discord.File(packed, filename="paperboy-my-data.zip")
        await interaction.followup.send(
            "Everything that I keep about you, one file of JSON for each kind of entry.",
            file=file,
            ephemeral=True,
        )

    @privacy.command(name="delete", description="Erase everything that I keep about you")
    async def delete(self, interaction: Interaction) -> None:
        """Ask once, then erase."""
        data = self.services.personal_data
        counts = await data.counts(interaction.user.id, _conversation(interaction))
        if not any(counts.values()):
            raise UserError("There is nothing to erase: I keep nothing about you.")
        await interaction.response.send_message(
            view=render_notice(
                "Erase everything?",
                "Your library, your notes, your topics and your digests go at once and for good."
                f" {self.services.mention('privacy export')} gives you a copy first.",
                colour=ALARM,
                actions=[EraseMe()],
            ),
            ephemeral=True,
        )

    @privacy.command(name="settings", description="Whether your saves count in a server's list")
    @app_commands.describe(count_my_saves="Count what you save, namelessly, in /paper top")
    async def settings(self, interaction: Interaction, count_my_saves: bool) -> None:
        """Let a person's saves count, or not."""
        await self.services.personal_data.count_saves(interaction.user.id, counted=count_my_saves)
        counted = "count, without your name" if count_my_saves else "do not count"
        await interaction.response.send_message(
            view=render_notice(
                "Set", f"Your saves {counted}, in what a server's members save most."
            ),
            ephemeral=True,
        )


def _packed(found: Mapping[str, Any]) -> io.BytesIO:
    """Return a zip archive with one file of JSON for each table."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for table, rows in found.items():
            archive.writestr(f"{table}.json", json.dumps(rows, ensure_ascii=False, indent=1))
    packed.seek(0)
    return packed


def _conversation(interaction: Interaction) -> int | None:
    """Return the channel of the user's direct messages with the bot, if that is where they are."""
    return interaction.channel_id if interaction.context.dm_channel else None


async def setup(bot: CogHost) -> None:
    """Add the cog and its button."""
    bot.add_dynamic_items(EraseMe)
    await bot.add_cog(Privacy(bot.services))
