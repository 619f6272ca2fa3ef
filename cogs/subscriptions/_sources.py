"""The sources of a topic: as they are typed, chosen in a form, or named by the topic itself."""

from collections.abc import Sequence
from typing import Final

from papers.sources.declared import DEFAULT, in_order
from papers.topics import Branch, Field, FieldName, Topic

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


def chosen_sources(values: Sequence[str]) -> tuple[str, ...]:
    """Return the sources that were chosen in the form, as they are stored; none for the default."""
    keys = [key for value in values for key in (DEFAULT if value == DEFAULT_VALUE else (value,))]
    return in_order(keys)
