"""Sources of papers that people type into a command's options: read, and completed."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from discord import app_commands

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import listing
from bot.interactions.errors import UserError
from bot.ui.text import escape, plain
from papers.sources import declared

_LIFE_SCIENCES = (declared.BIORXIV.key, declared.MEDRXIV.key)
"""Sources that are offered together: many fields have papers in both."""

_SEPARATORS = re.compile(r"[\s,;+&]+")
_NONE: Mapping[str, str] = MappingProxyType({})
_KNOWN = 1_000
"""Characters of the names of all sources in an answer."""

_CONFERENCES = tuple(conference.key for conference in declared.CONFERENCES)
_ALL_CONFERENCES = ("conference", "conferences")
_MEANT = ("default", "hf", "hub", *_ALL_CONFERENCES)


def parse_topic_sources(text: str | None, named: Mapping[str, str]) -> tuple[str, ...] | None:
    """Read the sources of a topic, in any combination; the default ones alone are `()`, `None` is
    no choice.

    Args:
        text: as it was typed.
        named: the feeds that the person may choose, by their keys in topics. A feed may also be
            typed as the number that its server gave it (`web7`).

    Raises:
        UserError: there is no such source.
    """
    if text is None:
        return None
    # Of the server that they are in first.
    of_number = {key.partition("@")[0]: key for key in reversed([*named])}
    chosen = [of_number.get(key, key) for key in _source_keys(text, named)]
    require_known((key for key in chosen if key not in declared.DECLARED), named)
    return declared.in_order(chosen)


def require_known(feeds: Iterable[str], named: Mapping[str, str]) -> None:
    """Check that feeds are among those that a person may choose, by their keys in topics.

    Raises:
        UserError: one is not.
    """
    for key in feeds:
        if key not in named:
            raise _unknown(key, named)


def parse_sources(text: str | None, named: Mapping[str, str] = _NONE) -> tuple[str, ...]:
    """Read the sources of a feed: `bioRxiv`, `biorxiv, medrxiv`; the default ones are `()`.

    `conferences` stands for all of them.

    Args:
        text: as it was typed.
        named: what the server calls its feeds of the web, by their keys. Whether the server has
            those that are named by their keys is checked with the rest of the feed's settings.

    Raises:
        UserError: there is no such source, or they do not go together.
    """
    chosen = _source_keys(text, named)
    other = tuple(filter(declared.is_other, chosen))
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


def plain_name(text: str) -> str:
    """Return the name of a source as names are compared: however it is written among others."""
    words = filter(None, _SEPARATORS.split(text.casefold()))
    return " ".join(word for word in words if word not in ("and", "none"))


def is_taken(name: str, others: Iterable[str]) -> bool:
    """Return whether a name means another source already, or none at all."""
    plain = plain_name(name)
    known = {*others, *declared.DECLARED, *declared.names(declared.DECLARED), *_MEANT}
    named = {plain_name(each) for each in known}
    return not plain or plain in named or declared.web_number(plain) is not None


def _source_keys(text: str | None, named: Mapping[str, str] = _NONE) -> tuple[str, ...]:
    # A server's own names first: those between commas, then the longest before those that begin
    # like it.
    of_names = {plain_name(name): key for key, name in reversed([*named.items()])}
    parts = map(plain_name, re.split("[,;]", text or ""))
    joined = " ".join(of_names.get(part, part) for part in parts)
    for name in sorted(of_names, key=len, reverse=True):
        joined = re.sub(rf"(?<!\S){re.escape(name)}(?!\S)", of_names[name], joined)
    for source in declared.DECLARED.values():
        joined = joined.replace(source.name.casefold(), source.key)
    joined = joined.replace("default", " ".join(declared.DEFAULT))
    chosen = tuple(
        dict.fromkeys(
            key
            for word in joined.split()
            for key in (_CONFERENCES if word in _ALL_CONFERENCES else (word,))
        )
    )
    known = {*declared.DECLARED, *named}
    if unknown := [key for key in chosen if key not in known and declared.web_number(key) is None]:
        raise _unknown(unknown[0], named)
    return chosen


def _unknown(key: str, named: Mapping[str, str]) -> UserError:
    names = escape(listing((*declared.names(declared.DECLARED), *named.values())), _KNOWN)
    return UserError(
        _(
            "I don't know the source “{text}”. There are {known}.",
            text=escape(key, 40),
            known=names,
        )
    )


def topic_source_choices(typed: str, named: Mapping[str, str]) -> list[app_commands.Choice[str]]:
    """Complete the last of a topic's sources typed so far; those before it stay."""
    default = listing(declared.names(declared.DEFAULT))
    offered = {default: "default"}
    for key, name in named.items():
        offered.setdefault(name, key.partition("@")[0])
    offered |= {each.name: each.key for each in declared.CHOSEN.values()}
    offered[_("All conferences")] = "conferences"
    together = {
        listing((*declared.names(declared.DEFAULT), name)): ", ".join(("default", key))
        for name, key in offered.items()
        if key != "default"
    }
    together |= {listing(declared.names(_LIFE_SCIENCES)): ", ".join(_LIFE_SCIENCES)}
    return _choices(typed, offered, together)


def source_choices(typed: str, named: Mapping[str, str]) -> list[app_commands.Choice[str]]:
    """Complete the last of a feed's sources typed so far: the default ones, the server's own feeds,
    each other one, some that go together."""
    offered = {
        listing(declared.names(declared.DEFAULT)): "default",
        **{name: key for key, name in named.items()},
        **{source.name: source.key for source in declared.CHOSEN.values()},
        listing(declared.names(_LIFE_SCIENCES)): " ".join(_LIFE_SCIENCES),
        _("All conferences"): "conferences",
    }
    return _choices(typed, offered)


def _choices(
    typed: str, offered: Mapping[str, str], alone: Mapping[str, str] = _NONE
) -> list[app_commands.Choice[str]]:
    """Return what completes the last source typed; `alone` are offered behind no other one."""
    before, _separator, last = typed.rpartition(",")
    kept = [part.strip() for part in before.split(",") if part.strip()]
    choices = [
        app_commands.Choice(
            name=plain(", ".join((*kept, name)), limits.CHOICE_NAME),
            value=", ".join((*kept, keys)),
        )
        for name, keys in (offered if kept else {**offered, **alone}).items()
        if last.strip().casefold() in f"{name} {keys}".casefold()
    ]
    return [each for each in choices if len(each.value) <= limits.CHOICE_VALUE][: limits.CHOICES]
