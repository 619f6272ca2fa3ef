"""Picks: what of the new papers is like the papers on a person's lists, each list by itself."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import numpy as np

from bot.i18n import gettext as _
from bot.i18n import ngettext, sentences
from bot.interactions.errors import UserError
from bot.runtime.clock import Clock
from bot.services.background import Recent, RecentReading
from bot.services.library import ReadingLists
from bot.ui.lists import list_name
from papers.mutes import Mutes
from papers.picks import Interest, Why
from storage import digests, hidden, library, picks
from storage.database import Database
from storage.library import ReadingList
from storage.papers import StoredPaper

LEAST_SAVED: Final = 3
"""Papers on a list from which on it counts without being asked for."""
MOST: Final = 50
"""Picks of one list at most: ten pages."""
EDGE: Final = 10
"""Papers just below the threshold that are kept of one list."""
CLOSEST: Final = 5
"""Papers shown of a list where none is near enough to be a pick."""

_BEFORE_LAST: Final = timedelta(days=1)
"""How long before a person's last digest a pick may have come: it may have been read late."""
_FIRST_DIGEST: Final = timedelta(days=7)
_LONGEST_PAUSE: Final = timedelta(days=31)
_LEARNED_FROM: Final = 200


@dataclass(frozen=True, slots=True)
class Pick:
    """A new paper that is like the papers on a list."""

    paper: StoredPaper
    score: float
    why: Why
    near: StoredPaper
    """The saved paper that contributes most."""
    explores: bool = False
    """Whether it is only near the edge of what the list is about."""
    folded: tuple[str, ...] = ()
    """The ids of near-duplicates that stand behind it."""


@dataclass(frozen=True, slots=True)
class Picks:
    """What a list brings."""

    list: ReadingList
    picks: tuple[Pick, ...]
    learned_from: int
    """Papers of the list that it was learned from."""
    near_enough: bool = True
    """Whether these are picks, and not only the closest of what there is."""
    edge: tuple[Pick, ...] = ()
    """Papers just below the threshold, where there are picks."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a person's digest may bring because of their lists, the nearest first."""

    near: Sequence[tuple[ReadingList, Pick]] = ()
    edge: Sequence[tuple[ReadingList, Pick]] = ()


class PicksByList:
    """Finds picks; what it learns is kept nowhere."""

    def __init__(
        self,
        database: Database,
        reading: RecentReading,
        lists: ReadingLists,
        clock: Clock,
        mention: Callable[[str], str],
    ) -> None:
        self._database = database
        self._reading = reading
        self._lists = lists
        self._clock = clock
        self._mention = mention

    async def of_list(self, user_id: int, list_id: int, since: datetime) -> list[Picks]:
        """Return the picks of one list, of the papers that came since then.

        Raises:
            UserError: there is no such list any more, or nothing is on it.
        """
        mine = await self._lists.of_user(user_id)
        found = next((each for each in mine if each.id == list_id), None)
        if found is None:
            raise UserError(_("That list no longer exists."))
        if not found.papers:
            raise UserError(
                _("{list} is empty. Save a paper to it, and I'll find more.", list=list_name(found))
            )
        return await self._of(user_id, [found], since)

    async def of_person(self, user_id: int, since: datetime) -> list[Picks]:
        """Return the picks of each list that counts, the fullest first, a paper once.

        Raises:
            UserError: no list has enough papers.
        """
        mine = await self._lists.of_user(user_id)
        counting = [each for each in mine if each.learn and each.papers >= LEAST_SAVED]
        if not counting:
            raise UserError(self._too_few([each.papers for each in mine if each.learn]))
        counting.sort(key=lambda each: -each.papers)
        return _each_once(await self._of(user_id, counting, since))

    async def for_digest(self, user_id: int, now: datetime) -> Suggested:
        """Return what a person's digest may bring besides their topics.

        These are picks among the papers since their last digest, more of them than a digest brings,
        since some may have come before; nothing for a person who wants none or saved too little.
        """
        async with self._database.read() as conn:
            number = await picks.in_digest(conn, user_id)
            mine = await library.of_user(conn, user_id)
            last = await digests.last_planned(conn, user_id)
        counting = [each for each in mine if each.learn and each.papers >= LEAST_SAVED]
        if not number or not counting:
            return Suggested()
        since = now - _FIRST_DIGEST if last is None else min(last, now) - _BEFORE_LAST
        since = max(since, now - _LONGEST_PAUSE)
        found = _each_once(await self._of(user_id, counting, since))
        near = [(each.list, pick) for each in found if each.near_enough for pick in each.picks]
        edge = [(each.list, pick) for each in found for pick in each.edge]
        return Suggested(
            *(sorted(some, key=lambda entry: -entry[1].score) for some in (near, edge))
        )

    async def in_digest(self, user_id: int) -> int:
        """Return how many picks a person's digest brings at most."""
        async with self._database.read() as conn:
            return await picks.in_digest(conn, user_id)

    async def set_in_digest(self, user_id: int, number: int) -> None:
        """Set how many picks a person's digest brings at most."""
        async with self._database.write() as conn:
            await picks.set_in_digest(conn, user_id, number, self._clock.now())

    async def _of(
        self, user_id: int, wanted: Sequence[ReadingList], since: datetime
    ) -> list[Picks]:
        async with self._database.read() as conn:
            liked = [await picks.saved(conn, user_id, each.id, _LEARNED_FROM) for each in wanted]
            refused = await picks.dismissed(conn, user_id, _LEARNED_FROM)
            known = await hidden.known(conn, user_id)
            mutes = await hidden.mutes_of(conn, user_id)
        recent = await self._reading.recent()
        places = [
            place
            for place, entry in enumerate(recent.papers)
            if entry.first_seen_at >= since
            and entry.paper.id not in known
            and entry.paper.withdrawn_at is None
        ]
        return [
            await asyncio.to_thread(self._found, each, some, refused, recent, places, mutes)
            if places and some
            else Picks(each, (), len(some))
            for each, some in zip(wanted, liked, strict=True)
        ]

    def _found(
        self,
        of: ReadingList,
        liked: Sequence[StoredPaper],
        refused: Sequence[StoredPaper],
        recent: Recent,
        places: Sequence[int],
        mutes: Mutes,
    ) -> Picks:
        read = self._reading.read
        interest = Interest.of(recent.background, read(liked), read(refused))
        new = recent.background.features(recent.reading.take(np.array(places)))
        scores = interest.scores(new)
        order = [int(at) for at in np.argsort(-scores, kind="stable")]
        line = int((scores >= interest.threshold).sum())

        def wanted(some: Sequence[int]) -> Iterator[int]:
            # Read only as far as needed: whether a paper is hidden takes its whole abstract.
            return (at for at in some if not mutes.hides(recent.papers[places[at]].paper))

        near = list(islice(wanted(order[:line]), MOST))
        edge = [at for at in order[line:][:EDGE] if near and scores[at] >= interest.edge]
        by_id = {entry.paper.id: entry for entry in liked}

        def picked(at: int, *, explores: bool = False) -> Pick:
            why = interest.why(new, at)
            paper, score = recent.papers[places[at]], float(scores[at])
            return Pick(paper, score, why, by_id[why.paper_id], explores)

        return Picks(
            of,
            tuple(map(picked, near or islice(wanted(order), CLOSEST))),
            len(liked),
            near_enough=bool(near),
            edge=tuple(picked(at, explores=True) for at in wanted(edge)),
        )

    def _too_few(self, counting: Sequence[int]) -> str:
        """Say what is missing, from how many papers are on each list that may count."""
        if not counting:
            return _(
                "All of your lists are switched off for picks. {command} turns one on.",
                command=self._mention("library lists learn"),
            )
        missing = ngettext(
            "Save {count} more paper to one of your lists, then I can suggest papers like it.",
            "Save {count} more papers to one of your lists, then I can suggest papers like them.",
            LEAST_SAVED - max(counting),
        )
        import_ = _(
            "{command} brings in papers that you have elsewhere, or wrote.",
            command=self._mention("library import"),
        )
        return sentences(missing, import_)


def _each_once(found: Sequence[Picks]) -> list[Picks]:
    """Return the lists' picks, a paper only at the list that it is nearest to."""

    def claim(place: int, pick: Pick) -> tuple[int, float, int]:
        rank = 0 if not found[place].near_enough else 1 if pick.explores else 2
        return rank, pick.score, -place

    best: dict[str, tuple[int, float, int]] = {}
    for place, each in enumerate(found):
        for pick in (*each.picks, *each.edge):
            mine, paper_id = claim(place, pick), pick.paper.paper.id
            best[paper_id] = max(mine, best.get(paper_id, mine))

    def here(place: int, some: Sequence[Pick]) -> tuple[Pick, ...]:
        return tuple(each for each in some if best[each.paper.paper.id] == claim(place, each))

    return [
        replace(each, picks=here(place, each.picks), edge=here(place, each.edge))
        for place, each in enumerate(found)
    ]
