"""What a thread says of the papers that it does not show, and why it shows none."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.services.publishing._order import either, filters_of
from bot.ui.payloads import EditionPart
from papers.folding import Group
from papers.trending import Filters, Ranked
from storage.editions import Edition
from storage.feeds import Feed


def rest(ranked: Sequence[Ranked], groups: Sequence[Group[Ranked]], size: int) -> tuple[int, ...]:
    """Return the upvotes of the papers that are neither leaders nor folded behind one."""
    shown = {each.paper.id for group in groups for each in (group.leader, *group.folded)}
    others = (each.metrics.upvotes or 0 for each in ranked if each.paper.id not in shown)
    return tuple(sorted(others, reverse=True)[:size])


def shown_of(
    editions: Iterable[Edition], shown: Sequence[Ranked], day: date
) -> tuple[EditionPart, ...]:
    """Return what a day's thread shows of each edition that it shows papers of."""
    numbers = Counter(place.edition for place in shown)
    return tuple(
        EditionPart(
            name=edition.name,
            shown=numbers[edition.name],
            total=edition.papers,
            day=(day - edition.day).days + 1,
            days=edition.days,
        )
        for edition in editions
        if numbers[edition.name]
    )


def why_empty(feed: Feed, total: int, about: Collection[str], shown: Collection[str]) -> str:
    """Say why nothing was left of a batch; `about` are its papers that the feed's topics want."""
    if feed.topics and not about:
        return ngettext(
            "The only paper of the day isn't about {topics}.",
            "None of the day's {count} papers is about {topics}.",
            total,
            topics=either(feed.topics),
        )
    seen = filters_of(feed) == Filters() or all(paper_id in shown for paper_id in about)
    if feed.topics:
        topics = either(feed.topics)
        if seen:
            return _("Every paper about {topics} was already posted here.", topics=topics)
        return _("No paper about {topics} passed the filters.", topics=topics)
    if seen:
        return _("Every paper was already posted here.")
    return _("No paper passed the filters.")
