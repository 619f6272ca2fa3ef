"""Why a paper stands where it stands, in one line."""

from collections.abc import Callable
from dataclasses import dataclass

from papers.messages import Message, PluralMessage

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
    taste: bool = False
    """Whether it moved up because members of the server saved papers like it."""
    new: bool = False
    """Whether it comes from a source without votes, so that having none says nothing."""

    def facts(self, word: Callable[[str], str], plain: Callable[[str], str]) -> list[str]:
        """Return what people read, fact by fact; a `Message` where it can be translated.

        Args:
            word: how a word that came from outside is written; pass one that escapes it.
            plain: the same for other text from outside.
        """
        facts: list[str] = [self._votes()]
        if self.stars:
            facts.append(PluralMessage("{count} star", "{count} stars", self.stars))
        if self.taste:
            facts.append(Message("Members here saved similar papers"))
        if self.topic:
            evidence = f": {plain(self.evidence)}" if self.evidence else ""
            facts.append(f"{word(self.topic)}{evidence}")
        if self.matched:
            facts.append(Message("matches {words}", words=", ".join(map(word, self.matched))))
        if self.prior:
            facts.append(Message(self.prior))
        return facts

    def _votes(self) -> Message:
        if not self.upvotes:
            return Message("new") if self.new else Message("no upvotes yet")
        votes = PluralMessage("{count} upvote", "{count} upvotes", self.upvotes)
        if not self.gained or self.gained < 0 or self.since_hours is None:
            return votes
        hours = round(self.since_hours)
        if hours in _YESTERDAY:
            return Message(
                "{upvotes} (+{gained} since yesterday)", upvotes=votes, gained=self.gained
            )
        if hours < _YESTERDAY.start:
            return PluralMessage(
                "{upvotes} (+{gained} in {count} hour)",
                "{upvotes} (+{gained} in {count} hours)",
                max(hours, 1),
                upvotes=votes,
                gained=self.gained,
            )
        return PluralMessage(
            "{upvotes} (+{gained} in {count} day)",
            "{upvotes} (+{gained} in {count} days)",
            round(hours / _DAY_HOURS),
            upvotes=votes,
            gained=self.gained,
        )

    def __str__(self) -> str:
        return " · ".join(self.facts("*{}*".format, str))
