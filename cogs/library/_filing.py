"""Filing the papers of an imported file: saved as they become known, on the lists that it names."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import limits
from bot.services.container import Services
from bot.ui.notices import render_notice
from bot.ui.text import plain
from cogs.library._choices import NAME_LENGTH, Interaction, find_list
from papers.importing import Imported
from storage import library
from storage.library import ReadingList, Via
from storage.papers import StoredPaper

_NOTE: Final = 500


class Filing:
    """Saves the papers of a file as they become known, and says how far that is."""

    def __init__(
        self,
        services: Services,
        interaction: Interaction,
        named: Sequence[Imported],
        name: str | None,
        now: datetime,
    ) -> None:
        self.now = now
        self.new = self.there = 0
        self.target: ReadingList | None = None
        self.crowded: dict[str, None] = {}
        self._services, self._interaction = services, interaction
        self._left: list[Imported] = list(named)
        self._name = name

    async def progress(self, known: Mapping[str, StoredPaper], done: int, total: int) -> None:
        """Save what is known by now; say how much was looked up."""
        await self.file(known)
        if done < total:
            text = f"Looking up papers: {done:,} of {total:,}. Those found are saved already."
            await self._interaction.edit_original_response(view=render_notice("Import", text))

    async def file(self, known: Mapping[str, StoredPaper]) -> None:
        """Save those of the papers that are left and known."""
        ready = [each for each in self._left if each.id in known]
        if not ready:
            return
        self._left = [each for each in self._left if each.id not in known]
        user_id = self._interaction.user.id
        async with self._services.database.write() as conn:
            mine = await library.ensure(conn, user_id, self.now)
            if self._name is not None:
                self.target = await find_list(conn, user_id, self._name)
            new = await _save(conn, mine, self.target, ready, self.now, self.crowded)
        self.new += new
        self.there += len(ready) - new


async def _save(
    conn: AsyncConnection,
    mine: Sequence[ReadingList],
    target: ReadingList | None,
    named: Sequence[Imported],
    now: datetime,
    crowded: dict[str, None],
) -> int:
    """Put the papers on their lists; return how many were not in the library before.

    Lists for which there is no room are noted in `crowded`; their papers go on the default list.
    """
    user_id = mine[0].user_id
    before = await library.saved_papers(conn, user_id)
    by_list: dict[int, dict[str, datetime]] = {}
    ids = await _ids(conn, mine, () if target else named, now, crowded)
    for each in named:
        names = () if target else each.lists
        on = [ids[key] for key in map(str.casefold, names) if key in ids]
        for list_id in on or [(target or mine[0]).id]:
            at = min(each.saved_at or now, now)
            by_list.setdefault(list_id, {})[each.id] = at
    for list_id, saved in by_list.items():
        await library.save(conn, user_id, list_id, saved, via=Via.IMPORT)
    written = {each.id: each.note[:_NOTE] for each in named if each.note}
    await library.add_notes(conn, user_id, written, now)
    return len({each.id for each in named} - before)


async def _ids(
    conn: AsyncConnection,
    mine: Sequence[ReadingList],
    named: Sequence[Imported],
    now: datetime,
    crowded: dict[str, None],
) -> Mapping[str, int]:
    """Return the person's lists by folded name, after making those that the file has besides."""
    ids = {each.name.casefold(): each.id for each in mine}
    for name in dict.fromkeys(name for each in named for name in each.lists):
        short = _short_name(name)
        if not short or name.casefold() in ids:
            continue
        list_id = ids.get(short.casefold())
        if list_id is None:
            list_id = await library.create(conn, mine[0].user_id, short, None, now)
        if list_id is None:
            crowded[name] = None
        else:
            ids[name.casefold()] = ids[short.casefold()] = list_id
    return ids


def _short_name(name: str) -> str:
    """Return a list's name as it fits; long names that begin alike stay apart, every time."""
    whole = plain(name, limits.CHOICE_VALUE)
    if len(whole) <= NAME_LENGTH:
        return whole
    mark = f" #{hashlib.blake2b(name.casefold().encode(), digest_size=2).hexdigest()}"
    return plain(name, NAME_LENGTH - len(mark)) + mark
