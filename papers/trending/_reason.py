"""Why a paper stands where it stands, in one line."""

from collections.abc import Callable
from dataclasses import dataclass

_DAY_HOURS = 24
_YESTERDAY = range(18, 37)
"""Hours that a person calls "since yesterday": snapshots are not taken on the hour."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The facts behind a place in the order.

    `matched`, `topic` and `evidence` hold people's words: escape them.
    """

    upvotes: int | None = None
    gained: int | None = None
    """Votes since the last snapshot; `None` where there was none."""
    since_hours: float | None = None
    stars: int | None = None
    matched: tuple[str, ...] = ()
    prior: str | None = None
    """What the prior liked, where it had a say: "authors' earlier papers did well"."""
    topic: str | None = None
    """The feed's topic that the paper is about."""
    evidence: str | None = None
    """How that shows: "“flow matching” in the title"."""

    def text(
        self,
        word: Callable[[str], str] = "*{}*".format,
        *,
        plain: Callable[[str], str] = str,
        separator: str = " · ",
    ) -> str:
        """Return the line people read.

        Args:
            word: how a word that came from outside is written; pass one that escapes it.
            plain: the same for other text from outside.
            separator: what stands between the facts.
        """
        return separator.join(self._facts(word, plain))

    def _facts(self, word: Callable[[str], str], plain: Callable[[str], str]) -> list[str]:
        facts = [f"▲ {self.upvotes:,}{self._growth()}" if self.upvotes else "no votes yet"]
        if self.stars:
            facts.append(f"★ {self.stars:,}")
        if self.topic:
            evidence = f": {plain(self.evidence)}" if self.evidence else ""
            facts.append(f"{word(self.topic)}{evidence}")
        if self.matched:
            facts.append(f"matches {', '.join(map(word, self.matched))}")
        if self.prior:
            facts.append(self.prior)
        return facts

    def _growth(self) -> str:
        if not self.gained or self.gained < 0 or self.since_hours is None:
            return ""
        hours = round(self.since_hours)
        if hours in _YESTERDAY:
            return f" (+{self.gained:,} since yesterday)"
        if hours < _YESTERDAY.start:
            return f" (+{self.gained:,} in {max(hours, 1)} h)"
        return f" (+{self.gained:,} in {round(hours / _DAY_HOURS)} days)"

    def __str__(self) -> str:
        return self.text()
