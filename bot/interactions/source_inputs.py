"""Sources of papers that people type into a command's options: read, and completed."""

import re

from discord import app_commands

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import listing
from bot.interactions.errors import UserError
from bot.ui.text import escape, plain
from papers.sources import declared

_LIFE_SCIENCES = (declared.BIORXIV.key, declared.MEDRXIV.key)
"""Sources that are offered together: many fields have papers in both."""

_CONFERENCES = tuple(conference.key for conference in declared.CONFERENCES)
_ALL_CONFERENCES = ("conference", "conferences")


def parse_topic_sources(text: str | None) -> tuple[str, ...] | None:
    """Read the sources of a topic, in any combination; the default ones alone are `()`, `None` is
    no choice.

    Raises:
        UserError: there is no such source.
    """
    return None if text is None else declared.in_order(_source_keys(text))


def parse_sources(text: str | None) -> tuple[str, ...]:
    """Read the sources of a feed: `bioRxiv`, `biorxiv, medrxiv`; the default ones are `()`.

    `conferences` stands for all of them.

    Raises:
        UserError: there is no such source, or they do not go together.
    """
    chosen = _source_keys(text)
    other = tuple(key for key in chosen if key in declared.CHOSEN)
    if other and other != chosen:
        raise UserError(
            _(
                "Papers of {voted} have upvotes and those of {other} have none, so they can't be"
                " ranked in one thread. Give each a channel.",
                voted=listing(declared.names(key for key in chosen if key not in other)),
                other=listing(declared.names(other)),
            )
        )
    return tuple(sorted(set(other)))


def _source_keys(text: str | None) -> tuple[str, ...]:
    keys = dict.fromkeys(filter(None, re.split(r"[\s,;+&]+", (text or "").casefold())))
    joined = " ".join(key for key in keys if key not in ("and", "none"))
    for source in declared.DECLARED.values():
        joined = joined.replace(source.name.casefold(), source.key)
    joined = joined.replace("default", " ".join(declared.DEFAULT))
    chosen = tuple(
        key
        for word in joined.split()
        for key in (_CONFERENCES if word in _ALL_CONFERENCES else (word,))
    )
    if unknown := [key for key in chosen if key not in declared.DECLARED]:
        known = listing(source.name for source in declared.DECLARED.values())
        raise UserError(
            _(
                "I don't know the source “{text}”. There are {known}.",
                text=escape(unknown[0], 40),
                known=known,
            )
        )
    return chosen


def topic_source_choices(typed: str) -> list[app_commands.Choice[str]]:
    """Complete the last of the sources typed so far; those before it stay."""
    before, _separator, last = typed.rpartition(",")
    kept = [part.strip() for part in before.split(",") if part.strip()]
    default = listing(declared.names(declared.DEFAULT))
    offered = {default: "default", **{each.name: each.key for each in declared.CHOSEN.values()}}
    offered[_("All conferences")] = "conferences"
    if not kept:
        more = {
            listing((*declared.names(declared.DEFAULT), name)): ", ".join(("default", key))
            for name, key in offered.items()
            if key != "default"
        }
        offered |= {**more, listing(declared.names(_LIFE_SCIENCES)): ", ".join(_LIFE_SCIENCES)}
    choices = [
        app_commands.Choice(
            name=plain(", ".join((*kept, name)), limits.CHOICE_NAME),
            value=", ".join((*kept, keys)),
        )
        for name, keys in offered.items()
        if last.strip().casefold() in f"{name} {keys}".casefold()
    ]
    return [each for each in choices if len(each.value) <= limits.CHOICE_VALUE][: limits.CHOICES]


def source_choices(typed: str) -> list[app_commands.Choice[str]]:
    """Complete the sources of a feed: the default ones, each other one, two that go together."""
    offered = {
        listing(declared.names(declared.DEFAULT)): "default",
        **{source.name: source.key for source in declared.CHOSEN.values()},
        listing(declared.names(_LIFE_SCIENCES)): " ".join(_LIFE_SCIENCES),
        _("All conferences"): "conferences",
    }
    return [
        app_commands.Choice(name=name, value=keys)
        for name, keys in offered.items()
        if typed.strip().casefold() in f"{name} {keys}".casefold()
    ]
