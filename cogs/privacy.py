"""`/privacy …`: what is kept about a person, shown, taken along, erased."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any, Final, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.i18n import gettext as _
from bot.i18n import marked, ngettext, number
from bot.interactions.cancel import Cancel
from bot.interactions.components import PaperboyButton, custom_id, template
from bot.interactions.cooldowns import FILES, rate_limited
from bot.interactions.errors import Interaction, UserError
from bot.services.container import CogHost, Services, services_of
from bot.services.hidden import ShowHidden
from bot.ui.notices import render_notice
from bot.ui.parts import ALARM

WHY: Final = {
    "users": marked("Your Discord user ID"),
    "lists": marked("Your reading lists"),
    "feed_links": marked("Your links for feed readers; the addresses themselves aren't stored"),
    "saves": marked("Papers on your lists, with when, where and how you saved each"),
    "notes": marked("Your notes on papers"),
    "removals": marked("Papers you removed in the last day, with your notes, so Undo works"),
    "subscribers": marked("When, in which language and in which DM you get your digest"),
    "subscriptions": marked("Topics you follow"),
    "learned_papers": marked("Papers that your topics added or learned from"),
    "digests": marked("Your digests of the last weeks, so no paper comes twice"),
    "digest_papers": marked("Papers in your recent digests"),
    "brought_papers": marked(
        "Papers of older digests and previews, by year, so no paper comes twice"
    ),
    "club_members": marked("Journal clubs in which you take turns to present"),
    "club_turns": marked("Sessions of journal clubs that you were asked to present, or offered to"),
    "club_nominations": marked("Papers you nominated for a journal club"),
    "cards": marked("My DMs that show you a paper, so reacting with 🔖 saves the paper"),
    "shelf_additions": marked("Papers you added to servers' shelves, with when, where and how"),
    "preferences": marked(
        "Whether your saves count in servers, whether shelves show your name, and whether you get"
        " news"
    ),
    "dismissals": marked("Papers that don't come again because they aren't for you"),
    "opened_papers": marked("Papers you opened in the last 60 days, so they don't come again"),
    "mutes": marked("Authors and words whose papers you hide"),
    "person_news": marked("News on papers you saved, with when you got each piece"),
}
"""What each table of a person holds and why, in words for that person."""


class EraseMe(PaperboyButton, template=template("erase-me")):
    """The one confirmation of `/privacy delete`."""

    def __init__(self) -> None:
        super().__init__(
            ui.Button(
                label=_("Delete everything"),
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
                _("Your data is deleted"),
                ngettext(
                    "{count} entry about you was deleted for good.",
                    "{count} entries about you were deleted for good.",
                    rows,
                )
                if rows
                else _("There was nothing about you."),
            )
        )


class Privacy(commands.Cog):
    """People's rights over what is kept about them."""

    privacy = app_commands.Group(
        name="privacy",
        description="See, export or delete the data I store about you",
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=True
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    @privacy.command(name="show", description="See what data I store about you, and why")
    async def show(self, interaction: Interaction) -> None:
        """Say what is kept."""
        data = self.services.personal_data
        counts = await data.counts(interaction.user.id, _conversation(interaction))
        lines = [
            f"- {_(WHY[table]) if table in WHY else table} ({number(count)})"
            for table, count in counts.items()
            if count
        ]
        mention = self.services.mention
        text = "\n".join(lines) or _("Nothing. You haven't saved or followed anything yet.")
        how = _(
            "{export} gives you all of it as a file. {delete} deletes it. I don't read messages,"
            " and I don't store who searched for what.",
            export=mention("privacy export"),
            delete=mention("privacy delete"),
        )
        hides = counts["dismissals"] or counts["mutes"]
        await interaction.response.send_message(
            view=render_notice(
                _("Your data"),
                f"{text}\n\n{how}",
                actions=[ShowHidden()] if hides else [],
            ),
            ephemeral=True,
        )

    @rate_limited(FILES)
    @privacy.command(name="export", description="Download all data I store about you")
    async def export(self, interaction: Interaction) -> None:
        """Answer with a zip of JSON: one file for each kind of entry."""
        await interaction.response.defer(ephemeral=True)
        data = self.services.personal_data
        found = await data.export(interaction.user.id, _conversation(interaction))
        packed = await asyncio.to_thread(_packed, found)
        file = discord.File(packed, filename="paperboy-my-data.zip")
        await interaction.followup.send(
            _("All data I store about you: one JSON file for each kind of entry."),
            file=file,
            ephemeral=True,
        )

    @privacy.command(name="delete", description="Delete all data I store about you")
    async def delete(self, interaction: Interaction) -> None:
        """Ask once, then erase."""
        data = self.services.personal_data
        counts = await data.counts(interaction.user.id, _conversation(interaction))
        if not any(counts.values()):
            raise UserError(_("I don't store any data about you, so there is nothing to delete."))
        await interaction.response.send_message(
            view=render_notice(
                _("Delete all your data?"),
                _(
                    "Your library, notes, topics and digests will be deleted for good. To keep a"
                    " copy, use {export} first.",
                    export=self.services.mention("privacy export"),
                ),
                colour=ALARM,
                actions=[EraseMe(), Cancel()],
            ),
            ephemeral=True,
        )

    @privacy.command(
        name="settings",
        description="Choose whether your saves count in servers, and who sees your name",
    )
    @app_commands.describe(
        count_my_saves="Count your saves in servers, without your name",
        show_my_name="Show your name on servers' shelves, beside papers you added",
    )
    async def settings(
        self,
        interaction: Interaction,
        count_my_saves: bool | None = None,
        show_my_name: bool | None = None,
    ) -> None:
        """Let a person's saves count and shelves show their name, or not."""
        user_id, data, said = interaction.user.id, self.services.personal_data, list[str]()
        if count_my_saves is None and show_my_name is None:
            raise UserError(_("Choose `count_my_saves` or `show_my_name`."))
        if count_my_saves is not None:
            await data.count_saves(user_id, counted=count_my_saves)
            said.append(_counted(self.services.mention("paper top"), counted=count_my_saves))
        if show_my_name is not None:
            await data.name_on_shelves(user_id, named=show_my_name)
            said.append(
                _("Servers' shelves show your name beside papers you added.")
                if show_my_name
                else _("Servers' shelves don't show your name.")
            )
        view = render_notice(_("Setting saved"), "\n\n".join(said))
        await interaction.response.send_message(view=view, ephemeral=True)


def _counted(top: str, *, counted: bool) -> str:
    if counted:
        return _(
            "Your saves count in {top} and for the order of daily threads, without your name.",
            top=top,
        )
    return _("Your saves no longer count in {top} or for the order of daily threads.", top=top)


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
