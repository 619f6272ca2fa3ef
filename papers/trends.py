"""How often papers are about something, month by month, and which keywords become more frequent."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

LEAST: Final = 50
"""Papers of a month from which a share of them says something."""
RECENT: Final = 2
"""Months whose keywords are compared with those of the months before."""
_LEAST_SAID: Final = 5
"""Papers of the recent months that a keyword has to have."""
_PRIOR: Final = 0.5

Stretch = tuple[date, date]
"""The first and the last day of a month."""


@dataclass(frozen=True, slots=True)
class Trend:
    """What one topic or keyword did."""

    name: str
    counts: tuple[int, ...]
    """Papers a month."""
    shares: tuple[float | None, ...]
    """Papers of a thousand, a month; None for one of which too few papers are known."""

    @property
    def ends(self) -> tuple[float, float] | None:
        """The first and the last share; None where there are not two."""
        known = [share for share in self.shares if share is not None]
        return (known[0], known[-1]) if len(known) > 1 else None


def months_until(today: date, number: int) -> list[Stretch]:
    """Return the last `number` months, the present one last."""
    found: list[Stretch] = []
    last = today.replace(day=1)
    for _ in range(number):
        found.append((last, (last + timedelta(days=31)).replace(day=1) - timedelta(days=1)))
        last = (last - timedelta(days=1)).replace(day=1)
    return found[::-1]


def trend_of(name: str, counts: Sequence[int], totals: Sequence[int]) -> Trend:
    """Return the shares of `counts` in `totals`, a month each."""
    shares = (
        1000 * count / total if total >= LEAST else None
        for count, total in zip(counts, totals, strict=True)
    )
    return Trend(name, tuple(counts), tuple(shares))


def rising(counts: Mapping[str, Sequence[int]], totals: Sequence[int], limit: int) -> list[str]:
    """Return the keywords that recent months have more of than the months before, most so first.

    What rises is measured by the log odds of the two stretches in units of their standard error, so
    that a rare word needs more than a common one (Monroe, Colaresi and Quinn, "Fightin' Words",
    2008).

    Args:
        counts: papers a month that have a keyword.
        totals: papers a month.
        limit: how many keywords to return at most.
    """
    now, before = sum(totals[-RECENT:]), sum(totals[:-RECENT])
    if now < LEAST or before < LEAST:
        return []
    scored: list[tuple[float, str]] = []
    for word, months in counts.items():
        recent, earlier = sum(months[-RECENT:]), sum(months[:-RECENT])
        if recent < _LEAST_SAID:
            continue
        score = _rise(recent, now, earlier, before)
        if score > 0:
            scored.append((-score, word))
    return [word for _, word in sorted(scored)[:limit]]


def by_month(
    rows: Iterable[tuple[str, str, int]], months: Sequence[Stretch]
) -> dict[str, list[int]]:
    """Return the counts of each keyword from rows of (month as 2025-12, keyword, papers).

    Spellings that differ in case alone are one keyword.
    """
    places = {f"{first:%Y-%m}": place for place, (first, _) in enumerate(months)}
    found: dict[str, list[int]] = {}
    for month, keyword, papers in rows:
        if (place := places.get(month)) is not None:
            counts = found.setdefault(keyword.casefold(), [0] * len(months))
            counts[place] += papers
    return found


def _rise(recent: int, now: int, earlier: int, before: int) -> float:
    a, b = recent + _PRIOR, earlier + _PRIOR
    odds = math.log(a / (now - recent + _PRIOR)) - math.log(b / (before - earlier + _PRIOR))
    return odds / math.sqrt(1 / a + 1 / b)
