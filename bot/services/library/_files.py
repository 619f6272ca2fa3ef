"""Libraries as files: what an export holds, and the papers of an imported one filed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import limits
from bot.services.library._lists import NAME_LENGTH, find_list
from bot.ui.text import plain
from papers.importing import Imported
from storage import library, papers
from storage.database import Database
from storage.library import ReadingList, Saved, Via
from storage.papers import StoredPaper

_NOTE: Final = 1500
"""Characters of a note: more than can be typed, as the notes of a paper that had several keys."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds."""

    only: ReadingList | None
    """The list that was asked for, `None` for the whole library."""
    lists: Mapping[int, str]
    """The names of all lists by id."""
    entries: Sequence[Saved]
    stored: Sequence[StoredPaper]
    """The papers of the entries, in their order."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of some papers of an imported file."""

    new: int
    """How many were not in the library before."""
    target: ReadingList | None
    """The list that was asked for."""
    crowded: tuple[str, ...]
    """Names of lists for which there was no room; their papers are on the default list."""


class LibraryFiles:
    """Reads libraries for export, and files imported papers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def exported(self, user_id: int, name: str | None) -> Exported:
        """Return what an export of the whole library, or of one list, holds.

        Raises:
            UserError: there is no such list.
        """
        async with self._database.read() as conn:
            only = None if name is None else await find_list(conn, user_id, name)
            lists = {each.id: each.name for each in await library.of_user(conn, user_id)}
            entries = await library.all_of(conn, user_id, only.id if only else None)
            stored = await library.papers_of(conn, entries)
        return Exported(only, lists, entries, stored)

    async def file(
        self, user_id: int, named: Sequence[Imported], name: str | None, now: datetime
    ) -> Filed:
        """Save papers of a file, all on one list or each on those that the file names.

        Raises:
            UserError: there is no list called `name`.
        """
        crowded: dict[str, None] = {}
        async with self._database.write() as conn:
            mine = await library.ensure(conn, user_id, now)
            target = None if name is None else await find_list(conn, user_id, name)
            new = await _save(conn, mine, target, named, now, crowded)
        return Filed(new, target, tuple(crowded))


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
    works = await papers.keys_of(conn, [each.id for each in named])
    return len({work for key, work in works.items() if key not in before})


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
