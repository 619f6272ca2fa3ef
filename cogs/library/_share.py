"""A list shown to others on purpose, and papers saved from it."""

import re
from collections.abc import Sequence
from typing import Final, Self

import discord
from discord import ui

from bot import limits
from bot.client import PaperBot
from bot.ui.buttons import PaperboySelect, custom_id, template
from bot.ui.errors import Interaction, UserError
from bot.ui.notices import render_notice
from bot.ui.save import UndoSave, list_name, place_of
from bot.ui.text import escape, link, plain, plural
from cogs.library._choices import find_list
from papers import arxiv_id
from papers.text import readable
from storage import library, papers
from storage.library import Via
from storage.papers import StoredPaper

MOST_SHARED: Final = 20
_LINE: Final = 165


class SaveShared(PaperboySelect, template=template("save-shared")):
    """Saves the chosen papers of a list that somebody shared."""

    def __init__(self, shown: Sequence[StoredPaper] = ()) -> None:
        options = [
            discord.SelectOption(
                label=plain(f"{n}. {readable(each.paper.title)}", limits.OPTION_LABEL),
                value=each.paper.id,
            )
            for n, each in enumerate(shown, 1)
        ] or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            ui.Select(
                custom_id=custom_id("save-shared"),
                placeholder="🔖 Save some of these",
                options=options,
                max_values=len(options),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Save them to the default list."""
        bot: PaperBot = interaction.client
        now = bot.clock.now()
        async with bot.database.write() as conn:
            known = await papers.get_many(conn, values)
            mine = await library.default_list(conn, interaction.user.id, now)
            new = await library.save(
                conn,
                interaction.user.id,
                mine.id,
                dict.fromkeys(known, now),
                via=Via.BUTTON,
                place=place_of(interaction),
            )
        if not new:
            raise UserError(f"They are all in **{escape(list_name(mine))}** already.")
        await interaction.response.send_message(
            view=render_notice(
                f"Saved to {list_name(mine)}", plural(len(new), "paper"), actions=[UndoSave(now)]
            ),
            ephemeral=True,
        )


async def share(bot: PaperBot, interaction: discord.Interaction[PaperBot], name: str) -> None:
    """Post a list in the channel, as it is at this moment: later saves stay private."""
    user_id = interaction.user.id
    async with bot.database.read() as conn:
        found = await find_list(conn, user_id, name)
        entries, total = await library.page(conn, user_id, list_id=found.id, limit=MOST_SHARED)
        shown = await library.papers_of(conn, entries)
    if not shown:
        raise UserError(f"**{escape(found.name)}** is empty: there is nothing to share yet.")
    lines = [
        f"**{number}.** " + link(readable(each.paper.title), arxiv_id.abs_url(each.paper.id), _LINE)
        for number, each in enumerate(shown, 1)
    ]
    more = f"The latest {len(shown)} of {total:,}. " if total > len(shown) else ""
    await interaction.response.send_message(
        view=render_notice(
            list_name(found),
            "\n".join(lines),
            footer=f"{more}Shared by {interaction.user.mention} from their library.",
            actions=[SaveShared(shown)],
        ),
        allowed_mentions=discord.AllowedMentions.none(),
    )


ITEMS: Final = (SaveShared,)
"""What a bot registers so that these work."""
