"""The papers that a message of ours shows, read from its buttons."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import discord

from bot.interactions.components import PAPER, template
from bot.interactions.folded_button import IDS
from papers.short_ids import lengthen

_SAVE: Final = template("save", paper_id=PAPER)
_OFFERED: Final = re.compile(rf"(?:card:)?(?P<paper_id>{PAPER})")
_DIGEST: Final = template("topics")
_FOLDED: Final = template("also", papers=IDS)


def papers_in(message: discord.Message) -> list[str]:
    """Return the papers that a reaction on a message of ours saves: a card's, or a digest's.

    A page of a search or of a library shows several papers and is neither.
    """
    ids = list(_custom_ids(message.components))
    found = [match["paper_id"] for each in ids if (match := _SAVE.fullmatch(each))]
    found = list(dict.fromkeys(found))
    digest = any(_DIGEST.fullmatch(each) for each in ids)
    return found if digest or len(found) == 1 else []


def listed_in(message: discord.Message | None) -> list[str]:
    """Return the papers that a page of ours lists, by its Save buttons and its menus."""
    if message is None:
        return []
    saved = (_SAVE.fullmatch(each) for each in _custom_ids(message.components))
    offered = (_OFFERED.fullmatch(value) for value in _values(message.components))
    return list(dict.fromkeys(match["paper_id"] for match in (*saved, *offered) if match))


def folded_in(message: discord.Message) -> list[str]:
    """Return the papers that a message of ours lists behind a button, without a card."""
    found = (_FOLDED.fullmatch(each) for each in _custom_ids(message.components))
    return [paper_id for match in found if match for paper_id in lengthen(match["papers"])]


def _custom_ids(components: Iterable[object]) -> Iterator[str]:
    for component in components:
        if isinstance(found := getattr(component, "custom_id", None), str):
            yield found
        yield from _custom_ids(getattr(component, "children", ()))
        if (accessory := getattr(component, "accessory", None)) is not None:
            yield from _custom_ids((accessory,))


def _values(components: Iterable[object]) -> Iterator[str]:
    for component in components:
        yield from (option.value for option in getattr(component, "options", ()))
        yield from _values(getattr(component, "children", ()))
