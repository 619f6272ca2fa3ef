"""One paper of a person's library: named in a command, shown, marked as read, noted."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.messenger import Messenger
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.runtime.clock import Clock
from bot.services.library._lists import nothing_saved
from bot.ui.lists import paper_gone
from bot.ui.text import escape
from papers import paper_key, paper_links
from storage import library, papers
from storage.database import Database
from storage.library import Place, ReadingList, Saved, Via
from storage.papers import StoredPaper


@dataclass(frozen=True, slots=True)
class SavedPaper:
    """A paper that a person saved, or that only their note is left of."""

    entry: Saved
    stored: StoredPaper
    lists: tuple[ReadingList, ...]
    """All of the person's lists."""
    on: dict[int, datetime]
    """The ids of those that the paper is on, with since when."""


class SavedPaperDetails:
    """Finds and changes single papers of libraries."""

    def __init__(self, database: Database, messenger: Messenger, clock: Clock) -> None:
        self._database = database
        self._messenger = messenger
        self._clock = clock

    async def titles(self, user_id: int, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return ids and titles of the person's papers whose titles hold what was typed, the latest
        saved first; papers on no list that still have a note come last."""
        async with self._database.read() as conn:
            return list(await library.titles(conn, user_id, typed, limit))

    async def find(self, user_id: int, typed: str) -> str:
        """Return the paper that a person chose, or named by id, link or words of its title.

        It is saved, or was saved once and still has a note.

        Raises:
            UserError: it is none of theirs, or one of several.
        """
        async with self._database.read() as conn:
            if named := await _named(conn, typed):
                paper_id = (await papers.keys_of(conn, named[:1]))[named[0]]
                if await library.holds(conn, user_id, paper_id):
                    return paper_id
                raise UserError(_("`{paper}` isn't in your library.", paper=named[0]))
            found = await library.titles(conn, user_id, typed, 2)
            if len(found) == 1:
                return found[0][0]
            if not await library.titles(conn, user_id, "", 1):
                raise UserError(nothing_saved())
        words = escape(typed, 80)
        raise UserError(
            _(
                "Several of your papers have “{words}” in the title. Type it again and pick a"
                " suggestion.",
                words=words,
            )
            if found
            else _(
                "None of your papers has “{words}” in the title. Type it again and pick a"
                " suggestion.",
                words=words,
            )
        )

    async def holds(self, user_id: int, paper_id: str) -> bool:
        """Return whether a paper is in the person's library, or a note on it is left."""
        async with self._database.read() as conn:
            return await library.holds(conn, user_id, paper_id)

    async def get(self, user_id: int, paper_id: str) -> SavedPaper:
        """Return a saved paper, or one that only has a note left.

        Raises:
            UserError: the person has neither saved it nor a note on it.
        """
        async with self._database.read() as conn:
            mine = await library.describe(conn, user_id, [paper_id])
            stored = await papers.get(conn, mine[0].paper_id) if mine else None
            lists = await library.of_user(conn, user_id)
            on = await library.of_paper(conn, user_id, paper_id)
        if stored is None:
            raise UserError(_("This paper is no longer in your library."))
        return SavedPaper(mine[0], stored, tuple(lists), on)

    async def mark(self, user_id: int, paper_id: str, place: Place, *, read: bool) -> None:
        """Mark a paper as read, or as unread.

        One that is on no other list moves to the default list when it is marked as unread: unread
        is not unsaved.

        Raises:
            UserError: the paper is unknown, or its only list is the default one and marks as read.
        """
        now = self._clock.now()
        async with self._database.write() as conn:
            if await papers.get(conn, paper_id) is None:
                raise UserError(paper_gone(self._messenger.mention("paper search")))
            target = await library.read_list(conn, user_id, now)
            if read:
                saved = {paper_id: now}
                await library.save(conn, user_id, target.id, saved, via=Via.BUTTON, place=place)
            elif set(await library.of_paper(conn, user_id, paper_id)) == {target.id}:
                mine = await library.default_list(conn, user_id, now)
                if mine.id == target.id:
                    raise UserError(
                        _(
                            "This paper is only on your default list, where everything counts as"
                            " read. Pick another default with {default} first.",
                            default=self._messenger.mention("library lists default"),
                        )
                    )
                await library.move(conn, user_id, paper_id, mine.id)
            else:
                await library.remove(conn, user_id, [paper_id], target.id)

    async def write_note(self, user_id: int, paper_id: str, note: str) -> tuple[str, bool]:
        """Write a person's note on a paper; an empty one deletes it.

        Returns the paper's title, and whether the library still holds anything of the paper.

        Raises:
            UserError: the paper is neither saved nor noted.
        """
        text = note.strip() or None
        async with self._database.write() as conn:
            written = await library.set_note(conn, user_id, paper_id, text, self._clock.now())
            left = await library.holds(conn, user_id, paper_id)
            stored = await papers.get(conn, paper_id)
        if not written or stored is None:
            raise UserError(_("This paper is no longer in your library."))
        return stored.paper.title, left


async def _named(conn: AsyncConnection, typed: str) -> list[str]:
    """Return the papers that a text names; a suggestion of ours names one by its short key."""
    if re.fullmatch(paper_key.SHORT_FORM, typed):
        return await papers.in_full(conn, [typed])
    return paper_links.find_all(typed)
