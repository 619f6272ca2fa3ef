"""The sources of a topic: as they are typed, chosen in a form, or named by the topic itself."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.interactions.source_inputs import require_known
from papers.sources.declared import DEFAULT, in_order, is_feed
from papers.topics import Branch, Field, FieldName, Topic
from storage.subscriptions import StoredTopic

SOURCES: Final = "sources"
FEEDS: Final = "feeds"
"""The form's fields."""
DEFAULT_VALUE: Final = "default"
"""Stands for the default sources among the form's values."""


def sources_for(topic: Topic | None, chosen: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the sources of a topic: those chosen, else those that each alternative names.

    `source:biorxiv` among the papers of arXiv alone would never match.
    """
    if chosen is not None or topic is None:
        return chosen or ()
    named = [_named(branch) for branch in topic.branches]
    return in_order(set[str]().union(*named)) if all(named) else ()


def _named(branch: Branch) -> set[str]:
    return {
        condition.leaf.value
        for condition in branch.conditions
        if condition.wanted
        and isinstance(condition.leaf, Field)
        and condition.leaf.name is FieldName.SOURCE
    }


def chosen_sources(
    values: Mapping[str, Sequence[str]], before: StoredTopic, named: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the sources that were chosen in the form, as they are stored; none for the default.

    Args:
        values: of the form's fields; one that a form of an older version lacks is left as it was.
        before: the topic as it was.
        named: the feeds that the person may choose, by their keys in topics.

    Raises:
        UserError: a feed is not among those.
    """
    had = partition(before.sources or DEFAULT)
    sources, feeds = (
        had[place] if (chosen := values.get(field)) is None else tuple(chosen)
        for place, field in enumerate((SOURCES, FEEDS))
    )
    require_known((key for key in feeds if key not in before.sources), named)
    keys = [key for value in sources for key in (DEFAULT if value == DEFAULT_VALUE else (value,))]
    return in_order((*keys, *feeds))


def partition(keys: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return those sources that everyone may choose, and those that are feeds of servers."""
    feeds = tuple(filter(is_feed, keys))
    return tuple(key for key in keys if key not in feeds), feeds
