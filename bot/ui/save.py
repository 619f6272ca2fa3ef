"""The Save button and what follows from it: undo, other lists, taking out."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

import discord
from discord import ui
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import limits
from bot.ui.buttons import (
    NUMBER,
    PAPER,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    template,
)
from bot.ui.errors import Interaction, UserError
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape, link, plain, plural
from papers import arxiv_id
from papers.text import readable
from storage import library, papers
from storage.library import Place, ReadingList, Via

if TYPE_CHECKING:
    from bot.client import PaperBot

_TITLE: Final = 300
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

GONE: Final = "I do not know that paper any more. {search} may find it again."


class SaveButton(PaperboyButton, template=template("save", paper_id=PAPER)):
    """Saves a paper to the default list of whoever presses, or takes that back."""

    def __init__(self, paper_id: str) -> None:
        super().__init__(
            ui.Button(label="Save", emoji=library.SAVE_EMOJI, custom_id=custom_id("save", paper_id))
        )
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Save or unsave, and say which, with a way back."""
        bot: PaperBot = interaction.client
        user_id, now = interaction.user.id, bot.clock.now()
        async with bot.database.write() as conn:
            shown = await _titled(bot, conn, self.paper_id)
            done = await library.toggle(
                conn, user_id, self.paper_id, now=now, place=place_of(interaction)
            )
            lists = await library.of_user(conn, user_id)
            on = await library.of_paper(conn, user_id, self.paper_id)
        name = list_name(done.list)
        choose = ChooseLists(self.paper_id, lists, on)
        actions: list[AnyItem]
        if done.saved:
            title = f"Saved to {name}"
            footer = f"{bot.mention('library show')} has everything you saved."
            actions = [UndoSave(done.saved_at), choose]
        else:
            again = SaveAgain(self.paper_id, done.list.id, done.saved_at)
            if done.held:
                title = f"Still in {name}"
                footer = f"The button no longer keeps it there, your {reactions(done.held)} does."
                actions = [again, TakeOut(self.paper_id), choose]
            else:
                title = f"Taken out of {name}"
                footer = ""
                actions = [again, choose]
        await interaction.response.send_message(
            view=render_notice(title, shown, footer=footer, actions=actions), ephemeral=True
        )


class UndoSave(PaperboyButton, template=template("undo-save", at=NUMBER)):
    """Takes back what was saved on purpose at one moment: one paper, or all those of a message."""

    def __init__(self, saved_at: datetime) -> None:
        at = _microseconds(saved_at)
        super().__init__(ui.Button(label="Undo", custom_id=custom_id("undo-save", at)))
        self.saved_at = saved_at

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(_moment(match["at"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Take it back."""
        bot: PaperBot = interaction.client
        async with bot.database.write() as conn:
            undone = await library.undo(conn, interaction.user.id, self.saved_at)
        if not undone:
            raise UserError("That has been undone already.")
        body = f"{plural(undone, 'paper')} taken out again."
        await interaction.response.edit_message(view=render_notice("Undone", body))


class SaveAgain(
    PaperboyButton, template=template("save-again", paper_id=PAPER, list_id=NUMBER, at=NUMBER)
):
    """Puts a paper back where it was, with the time at which it was first saved."""

    def __init__(self, paper_id: str, list_id: int, saved_at: datetime) -> None:
        at = _microseconds(saved_at)
        super().__init__(
            ui.Button(label="Undo", custom_id=custom_id("save-again", paper_id, list_id, at))
        )
        self.paper_id, self.list_id, self.saved_at = paper_id, list_id, saved_at

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"], int(match["list_id"]), _moment(match["at"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Put it back; on the default list if its own is gone."""
        bot: PaperBot = interaction.client
        user_id = interaction.user.id
        async with bot.database.write() as conn:
            shown = await _titled(bot, conn, self.paper_id)
            mine = await library.ensure(conn, user_id, bot.clock.now())
            target = next((each for each in mine if each.id == self.list_id), mine[0])
            await library.save(
                conn,
                user_id,
                target.id,
                {self.paper_id: self.saved_at},
                via=Via.BUTTON,
                place=place_of(interaction),
            )
        await interaction.response.edit_message(
            view=render_notice(f"Back in {list_name(target)}", shown)
        )


class TakeOut(PaperboyButton, template=template("take-out", paper_id=PAPER)):
    """Takes a paper off every list, whatever put it there."""

    def __init__(self, paper_id: str, label: str = "Remove from my library") -> None:
        super().__init__(
            ui.Button(
                label=label,
                style=discord.ButtonStyle.danger,
                custom_id=custom_id("take-out", paper_id),
            )
        )
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Take it out, and offer to put it back."""
        bot: PaperBot = interaction.client
        user_id = interaction.user.id
        async with bot.database.write() as conn:
            shown = await _titled(bot, conn, self.paper_id)
            on = await library.of_paper(conn, user_id, self.paper_id)
            if not on:
                raise UserError("That paper is not in your library.")
            await library.remove(conn, user_id, [self.paper_id])
        again = SaveAgain(self.paper_id, next(iter(on)), min(on.values()))
        await interaction.response.edit_message(
            view=render_notice("Taken out of your library", shown, actions=[again])
        )


class ChooseLists(PaperboySelect, template=template("lists", paper_id=PAPER)):
    """Puts a paper on exactly the chosen lists."""

    accepts, may_be_empty = NUMBER, True

    def __init__(
        self,
        paper_id: str,
        lists: Sequence[ReadingList] = (),
        on: Sequence[int] | dict[int, datetime] = (),
    ) -> None:
        options = list_options(lists, on) or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            ui.Select(
                custom_id=custom_id("lists", paper_id),
                placeholder="On which lists?",
                options=options,
                min_values=0,
                max_values=len(options),
            )
        )
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select whose custom id matched; its options are those of the message."""
        return cls(match["paper_id"])

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Put the paper there, and say where it is now."""
        bot: PaperBot = interaction.client
        user_id = interaction.user.id
        async with bot.database.write() as conn:
            shown = await _titled(bot, conn, self.paper_id)
            await library.place_on(
                conn,
                user_id,
                self.paper_id,
                map(int, values),
                now=bot.clock.now(),
                place=place_of(interaction),
            )
            lists = await library.of_user(conn, user_id)
            on = await library.of_paper(conn, user_id, self.paper_id)
        names = [list_name(each) for each in lists if each.id in on]
        title = f"On {', '.join(names)}" if names else "On none of your lists"
        await interaction.response.edit_message(
            view=render_notice(title, shown, actions=[ChooseLists(self.paper_id, lists, on)])
        )


def place_of(interaction: Interaction) -> Place:
    """Return where an interaction happened."""
    message = interaction.message
    ephemeral = message is not None and message.flags.ephemeral
    return Place(
        message_id=None if message is None or ephemeral else message.id,
        channel_id=interaction.channel_id,
        guild_id=interaction.guild_id,
    )


def list_name(each: ReadingList) -> str:
    """Return a list as people see it in plain text: its emoji and its name."""
    return f"{each.emoji} {each.name}" if each.emoji and each.emoji[0] != "<" else each.name


def list_options(
    lists: Sequence[ReadingList], chosen: Sequence[int] | dict[int, datetime] = ()
) -> list[discord.SelectOption]:
    """Return a select's options for a person's lists; the values are the lists' ids.

    The emoji stands in the label: as an option's own emoji, Discord refuses the whole message over
    one that it does not know or that is from a server which the bot is not in.
    """
    return [
        discord.SelectOption(
            label=plain(list_name(each), limits.OPTION_LABEL) or "…",
            value=str(each.id),
            default=each.id in chosen,
        )
        for each in lists[: limits.SELECT_OPTIONS]
    ]


def reactions(keys: Sequence[str]) -> str:
    """Return "🔖 reaction": what keeps a paper on a list; custom emoji go by their number."""
    shown = [key for key in keys if not key.isdigit()]
    return f"{' and '.join(map(escape, shown))} reaction".strip()


def titled(paper_id: str, title: str, limit: int = _TITLE) -> str:
    """Return a paper's title as a link to it, in markdown."""
    return link(readable(title), arxiv_id.abs_url(paper_id), limit)


async def _titled(bot: "PaperBot", conn: AsyncConnection, paper_id: str) -> str:
    known = await papers.get(conn, paper_id)
    if known is None:
        raise UserError(GONE.format(search=bot.mention("paper search")))
    return titled(paper_id, known.paper.title)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(microseconds: str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))


ITEMS: Final = (SaveButton, UndoSave, SaveAgain, TakeOut, ChooseLists)
"""What a bot registers so that these buttons work."""
