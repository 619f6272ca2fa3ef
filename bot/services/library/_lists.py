"""A person's reading lists: found, made, renamed, ordered, deleted."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.messenger import Messenger
from bot.i18n import conjunction, ngettext
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.runtime.clock import Clock
from bot.ui.lists import list_name, shown_name
from bot.ui.text import escape
from storage import library
from storage.database import Database
from storage.library import DEFAULT_LISTS, ReadingList

NAME_LENGTH: Final = 40
"""Characters of a list's name."""

Lists = list[ReadingList]
Changing = Callable[[AsyncConnection, ReadingList], Awaitable[None]]


class ReadingLists:
    """The lists of each person's library."""

    def __init__(self, database: Database, messenger: Messenger, clock: Clock) -> None:
        self._database = database
        self._messenger = messenger
        self._clock = clock

    async def of_user(self, user_id: int) -> Lists:
        """Return a person's lists; the default ones, not stored yet, for one who saved nothing."""
        async with self._database.read() as conn:
            mine = await library.of_user(conn, user_id)
        return list(mine) or [
            ReadingList(0, user_id, each.name, each.emoji, each.is_default, each.is_read)
            for each in DEFAULT_LISTS
        ]

    async def find(self, user_id: int, typed: str) -> ReadingList:
        """Return the person's list with that name or emoji.

        Raises:
            UserError: there is none; names those that there are.
        """
        async with self._database.read() as conn:
            return await find_list(conn, user_id, typed)

    async def target(self, user_id: int, typed: str) -> ReadingList:
        """Return the list that papers are to be saved to, also for one who saved nothing yet.

        Raises:
            UserError: there is none; names those that there are.
        """
        async with self._database.write() as conn:
            await library.ensure(conn, user_id, self._clock.now())
            return await find_list(conn, user_id, typed)

    async def create(self, user_id: int, name: str, emoji: str | None) -> Lists:
        """Make a list; return all lists.

        Raises:
            UserError: there are as many as fit, or its name or emoji is taken.
        """
        now = self._clock.now()
        async with self._database.write() as conn:
            if len(await library.ensure(conn, user_id, now)) >= library.MAX_LISTS:
                raise UserError(
                    _(
                        "You already have {most} lists, the most there can be. Delete one with"
                        " {delete} first.",
                        most=library.MAX_LISTS,
                        delete=self._messenger.mention("library lists delete"),
                    )
                )
            if await library.create(conn, user_id, name, emoji, now) is None:
                raise UserError(_taken())
            return list(await library.of_user(conn, user_id))

    async def rename(self, user_id: int, typed: str, name: str) -> Lists:
        """Give a list another name; return all lists.

        Raises:
            UserError: there is no such list, or the name is taken.
        """

        async def change(conn: AsyncConnection, found: ReadingList) -> None:
            if not await library.change(conn, replace(found, name=name)):
                raise UserError(_taken())

        return (await self._change(user_id, typed, change))[1]

    async def set_emoji(self, user_id: int, typed: str, emoji: str | None) -> Lists:
        """Choose the reaction that saves to a list, or none; return all lists.

        Raises:
            UserError: there is no such list, or the emoji is taken.
        """

        async def change(conn: AsyncConnection, found: ReadingList) -> None:
            if not await library.change(conn, replace(found, emoji=emoji)):
                raise UserError(_taken())

        return (await self._change(user_id, typed, change))[1]

    async def set_news(self, user_id: int, typed: str, *, on: bool) -> tuple[ReadingList, Lists]:
        """Let a person get news about a list's papers, or not; return it and all lists.

        Raises:
            UserError: there is no such list.
        """

        async def change(conn: AsyncConnection, found: ReadingList) -> None:
            await library.change(conn, replace(found, news=on))

        return await self._change(user_id, typed, change)

    async def set_learn(self, user_id: int, typed: str, *, on: bool) -> tuple[ReadingList, Lists]:
        """Let a list count for what a person is interested in, or not; return it and all lists.

        Raises:
            UserError: there is no such list.
        """

        async def change(conn: AsyncConnection, found: ReadingList) -> None:
            await library.change(conn, replace(found, learn=on))

        return await self._change(user_id, typed, change)

    async def make_default(self, user_id: int, typed: str) -> tuple[ReadingList, Lists]:
        """Choose the list that buttons save to; return it and all lists.

        Raises:
            UserError: there is no such list.
        """

        async def change(conn: AsyncConnection, found: ReadingList) -> None:
            await library.make_default(conn, user_id, found.id)

        return await self._change(user_id, typed, change)

    async def delete(
        self, user_id: int, typed: str, *, confirmed: bool
    ) -> tuple[ReadingList, Lists]:
        """Delete a list that is empty, or whose deletion was confirmed; return it and the others.

        Raises:
            UserError: there is no such list, it is the default one, or it has papers.
        """

        async def change(conn: AsyncConnection, found: ReadingList) -> None:
            if found.is_default:
                raise UserError(
                    _(
                        "“{list}” is your default list. Pick another default with {default} first.",
                        list=escape(shown_name(found)),
                        default=self._messenger.mention("library lists default"),
                    )
                )
            if found.papers and not confirmed:
                raise UserError(
                    ngettext(
                        "**{list}** has {count} paper on it. To delete it anyway, set `confirm` to"
                        " True.",
                        "**{list}** has {count} papers on it. To delete it anyway, set `confirm` to"
                        " True.",
                        found.papers,
                        list=escape(shown_name(found)),
                    )
                )
            await library.drop(conn, user_id, found.id)

        return await self._change(user_id, typed, change)

    async def _change(
        self, user_id: int, typed: str, change: Changing
    ) -> tuple[ReadingList, Lists]:
        async with self._database.write() as conn:
            await library.ensure(conn, user_id, self._clock.now())
            found = await find_list(conn, user_id, typed)
            await change(conn, found)
            return found, list(await library.of_user(conn, user_id))


async def find_list(conn: AsyncConnection, user_id: int, typed: str) -> ReadingList:
    """Return the person's list with that name or emoji.

    Raises:
        UserError: there is none; names those that there are.
    """
    wanted = typed.strip().casefold()
    mine = await library.of_user(conn, user_id)
    for each in mine:
        names = (each.name, shown_name(each), list_name(each))
        if wanted in map(str.casefold, names):
            return each
        if each.emoji and library.emoji_key(each.emoji) == library.emoji_key(typed.strip()):
            return each
    if not mine:
        raise UserError(nothing_saved())
    raise UserError(
        _(
            "You don't have a list “{name}”. Your lists: {lists}.",
            name=escape(typed, 60),
            lists=conjunction(f"**{escape(shown_name(each))}**" for each in mine),
        )
    )


def nothing_saved() -> str:
    """Return the sentence for a person without saved papers."""
    return _("You haven't saved any papers yet. React to one with 🔖, or press **Save** on it.")


def _taken() -> str:
    return _("You already have a list with this name or emoji.")
