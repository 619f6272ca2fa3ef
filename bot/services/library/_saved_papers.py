"""What a person does to one paper of their library: put on lists, taken off, put back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.interactions.saves import Change, SavedSome
from bot.runtime.clock import Clock
from storage import library, papers
from storage.database import Database
from storage.library import Place, PutBack, ReadingList, Toggled, Via


class SavedPapers:
    """Changes people's libraries, a paper at a time, each change in one transaction.

    What a change takes away is kept for `storage.library.REMOVALS_KEPT`, for `put_back`.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def toggle(
        self, user_id: int, paper_id: str, place: Place
    ) -> tuple[Toggled, Change] | None:
        """Save a paper to the default list, or take back that it was saved on purpose.

        Returns `None` for a paper that is not known.
        """
        now = self._clock.now()
        async with self._database.write() as conn:
            if (known := await papers.get(conn, paper_id)) is None:
                return None
            before = await library.holding(conn, user_id, paper_id)
            done = await library.toggle(conn, user_id, paper_id, now=now, place=place)
            removal = await library.remember(conn, user_id, paper_id, before, now)
            return done, await _change(conn, user_id, known.paper.title, paper_id, removal)

    async def place_on(
        self, user_id: int, paper_id: str, list_ids: Iterable[int], place: Place
    ) -> Change | None:
        """Put a paper on exactly these of the person's lists; `None` if it is not known."""
        now = self._clock.now()
        async with self._database.write() as conn:
            if (known := await papers.get(conn, paper_id)) is None:
                return None
            before = await library.holding(conn, user_id, paper_id)
            await library.place_on(conn, user_id, paper_id, list_ids, now=now, place=place)
            removal = await library.remember(conn, user_id, paper_id, before, now)
            return await _change(conn, user_id, known.paper.title, paper_id, removal)

    async def move(
        self, user_id: int, paper_id: str, target: int, source: int | None = None
    ) -> Change | None:
        """Move a paper from one list, or from all of them, to another.

        Returns `None` if it is not there, or the person has no such list.
        """
        now = self._clock.now()
        async with self._database.write() as conn:
            known = await papers.get(conn, paper_id)
            mine = {each.id for each in await library.of_user(conn, user_id)}
            if known is None or target not in mine:
                return None
            before = await library.holding(conn, user_id, paper_id)
            if not await library.move(conn, user_id, paper_id, target, source):
                return None
            removal = await library.remember(conn, user_id, paper_id, before, now)
            return await _change(conn, user_id, known.paper.title, paper_id, removal)

    async def take_out(
        self, user_id: int, paper_id: str, list_id: int | None = None
    ) -> Change | None:
        """Take a paper off one list, or out of the library with its note.

        A paper that is on no list and has a note loses the note. One that is gone already keeps its
        latest removal, so that an answer that was lost can be asked for again. Returns `None` where
        there is nothing to take out and nothing to put back.
        """
        now = self._clock.now()
        async with self._database.write() as conn:
            if (known := await papers.get(conn, paper_id)) is None:
                return None
            before = await library.holding(conn, user_id, paper_id)
            on = await library.of_paper(conn, user_id, paper_id)
            if list_id is not None and list_id not in on:
                return None
            only_note = not on and before.note is not None
            await library.remove(conn, user_id, [paper_id], list_id)
            if only_note:
                await library.set_note(conn, user_id, paper_id, None, now)
            removal = await library.remember(conn, user_id, paper_id, before, now)
            if removal is None:
                removal = await library.latest_removal(conn, user_id, paper_id)
            if removal is None:
                return None
            change = await _change(conn, user_id, known.paper.title, paper_id, removal)
            return replace(change, only_note=only_note)

    async def put_back(self, user_id: int, removal_id: int) -> tuple[PutBack, str] | None:
        """Undo a removal; return what that did, and the paper's title.

        Returns `None` if it was undone already, is too old, or is another user's.
        """
        async with self._database.write() as conn:
            done = await library.put_back(conn, user_id, removal_id, self._clock.now())
            if done is None:
                return None
            known = await papers.get(conn, done.paper_id)
            return done, done.paper_id if known is None else known.paper.title

    async def save_some(
        self, user_id: int, paper_ids: Sequence[str], *, via: Via, place: Place
    ) -> SavedSome:
        """Save the known ones of these papers to the default list."""
        now = self._clock.now()
        async with self._database.write() as conn:
            known = await papers.get_many(conn, paper_ids)
            mine = await library.default_list(conn, user_id, now)
            new = await library.save(
                conn, user_id, mine.id, dict.fromkeys(known, now), via=via, place=place
            )
        return SavedSome(tuple(new), mine, now)

    async def undo(self, user_id: int, saved_at: datetime) -> int:
        """Take back what was saved on purpose at one moment; return how many papers that were."""
        async with self._database.write() as conn:
            return await library.undo(conn, user_id, saved_at)

    async def save_again(
        self, user_id: int, paper_id: str, list_id: int, saved_at: datetime, place: Place
    ) -> tuple[str, ReadingList] | None:
        """Put a paper on a list, or on the default one if that is gone; return its title and the
        list, `None` for an unknown paper."""
        async with self._database.write() as conn:
            if (known := await papers.get(conn, paper_id)) is None:
                return None
            mine = await library.ensure(conn, user_id, self._clock.now())
            target = next((each for each in mine if each.id == list_id), mine[0])
            saved = {paper_id: saved_at}
            await library.save(conn, user_id, target.id, saved, via=Via.BUTTON, place=place)
        return known.paper.title, target


async def _change(
    conn: AsyncConnection, user_id: int, title: str, paper_id: str, removal: int | None
) -> Change:
    lists = await library.of_user(conn, user_id)
    on = await library.of_paper(conn, user_id, paper_id)
    return Change(title, tuple(lists), on, removal)
