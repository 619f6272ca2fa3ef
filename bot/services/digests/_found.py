"""What a digest may bring, and the near-duplicates among it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.services.digests._payload import DigestEntry, MoreEntry, entry_of
from bot.services.folding import Folding
from bot.services.picks import Pick, Suggested
from storage.library import ReadingList
from storage.papers import StoredPaper


@dataclass(frozen=True, slots=True)
class Found:
    """A paper that a topic brought, and why."""

    paper: StoredPaper
    topic: str
    reason: str
    folded: tuple[str, ...] = ()
    """The ids of near-duplicates that stand behind it."""

    def entry(self) -> DigestEntry:
        """Return the paper as it is shown."""
        return entry_of(self.paper, topic=self.topic, reason=self.reason, folded=self.folded)

    def named(self) -> MoreEntry:
        """Return the paper as one that did not fit."""
        return MoreEntry(
            paper_id=self.paper.paper.id, topic=self.topic, reason=self.reason, folded=self.folded
        )


_Suggestion = tuple[ReadingList, Pick]


async def folded(
    folding: Folding, found: Sequence[Found], suggested: Suggested
) -> tuple[list[Found], Suggested]:
    """Put near-duplicates behind the first of them: what topics brought, then what lists did."""
    ranked: list[Found | _Suggestion] = [*found, *suggested.near, *suggested.edge]
    kept: list[Found] = []
    near: list[_Suggestion] = []
    edge: list[_Suggestion] = []
    for group in await folding.folded(ranked, _paper):
        leader = group.leader
        behind = tuple(_paper(item).paper.id for item in group.folded)
        if isinstance(leader, Found):
            kept.append(replace(leader, folded=behind))
        else:
            of, pick = leader
            (edge if pick.explores else near).append((of, replace(pick, folded=behind)))
    return kept, Suggested(near, edge)


def _paper(item: Found | _Suggestion) -> StoredPaper:
    return item.paper if isinstance(item, Found) else item[1].paper
