"""What of a feed a file has: one list, for writing, reading and comparing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bot import limits
from bot.i18n import LANGUAGES
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.interactions.filters import parse_topics, parse_words
from bot.interactions.inputs import parse_categories, parse_time
from bot.interactions.source_inputs import parse_sources
from bot.services.feeds import MIN_PAPERS
from bot.ui.text import escape
from papers import zones
from papers.cadence import Every
from storage.feeds import Feed, Kind, Layout, Tags, Taste

Written: TypeAlias = str | int | bool | tuple[str, ...]
Typed: TypeAlias = Sequence[str]
"""A value as it stands in a file: its parts, one for what is no list."""

MAX_VOTES: Final = 1_000
SERVERS_LANGUAGE: Final = "server"
NO_PING: Final = "none"
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ON: Final = frozenset(("true", "yes", "on"))
_OFF: Final = frozenset(("false", "no", "off"))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a feed."""

    key: str
    """Its name in a file: that of the option of `/feed add`."""
    field: str
    """Its name in `Feed`."""
    write: Callable[[Any], Written]
    """Return the field's value as a file has it."""
    read: Callable[[Typed], Any]
    """Return the field's value, or raise UserError."""
    of_forums: bool = False
    """Whether only forums have it."""


def _one(parts: Typed) -> str:
    return ", ".join(parts).strip()


def _choice(values: Sequence[str]) -> Callable[[Typed], str]:
    def read(parts: Typed) -> str:
        typed = _one(parts).casefold()
        if typed not in values:
            known = ", ".join(f"`{value}`" for value in values)
            raise UserError(
                _("“{text}” is none of {known}.", text=escape(_one(parts), 40), known=known)
            )
        return typed

    return read


def _number(least: int, most: int) -> Callable[[Typed], int]:
    def read(parts: Typed) -> int:
        typed = _one(parts)
        if not (typed.isascii() and typed.isdigit() and least <= int(typed[:9]) <= most):
            raise UserError(
                _(
                    "“{text}” is no number from {least} to {most}.",
                    text=escape(typed, 40),
                    least=least,
                    most=most,
                )
            )
        return int(typed)

    return read


def _zone(parts: Typed) -> str:
    typed = _one(parts)
    if typed not in zones.names():
        raise UserError(
            _("I don't know the time zone “{zone}”. Write one like `Europe/Berlin`.", zone=typed)
        )
    return typed


def _role(parts: Typed) -> int | None:
    typed = _one(parts)
    if typed.casefold() == NO_PING:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 20):
        raise UserError(
            _(
                "“{text}” is no role's id. Copy it in Discord's developer mode, or write `none`.",
                text=escape(typed, 40),
            )
        )
    return int(typed)


def _language(parts: Typed) -> str | None:
    codes = {code.casefold(): code for code in LANGUAGES}
    found = _choice((SERVERS_LANGUAGE, *codes))(parts)
    return codes.get(found)


def _switch(parts: Typed) -> bool:
    return _choice((*sorted(_ON), *sorted(_OFF)))(parts) in _ON


def _role_or_none(role_id: int | None) -> Written:
    return NO_PING if role_id is None else role_id


def _code_or_servers(code: str | None) -> Written:
    return code or SERVERS_LANGUAGE


def _list(value: Sequence[str]) -> tuple[str, ...]:
    return tuple(value)


_day = _choice(_DAYS)

SETTINGS: Final = (
    Setting("every", "every", str, lambda typed: Every(_choice(tuple(Every))(typed))),
    Setting("weekday", "weekday", _DAYS.__getitem__, lambda typed: _DAYS.index(_day(typed))),
    Setting("time", "at", lambda at: f"{at:%H:%M}", lambda typed: parse_time(_one(typed))),
    Setting("timezone", "timezone", str, _zone),
    Setting("papers", "size", int, _number(MIN_PAPERS, limits.HEADER_PAPERS)),
    Setting("min_votes", "min_votes", int, _number(0, MAX_VOTES)),
    Setting("include", "include", _list, lambda typed: parse_words("\n".join(typed))),
    Setting("exclude", "exclude", _list, lambda typed: parse_words("\n".join(typed))),
    Setting("categories", "categories", _list, lambda typed: parse_categories(", ".join(typed))),
    Setting("topics", "topics", _list, lambda typed: parse_topics("; ".join(typed))),
    Setting("sources", "sources", _list, lambda typed: parse_sources(" ".join(typed))),
    Setting("ping", "ping_role_id", _role_or_none, _role),
    Setting("language", "language", _code_or_servers, _language),
    Setting("taste", "taste", str, lambda typed: Taste(_choice(tuple(Taste))(typed))),
    Setting("publish", "publish", bool, _switch),
    Setting("trending", "trending", bool, _switch),
    Setting(
        "posts", "layout", str, lambda typed: Layout(_choice(tuple(Layout))(typed)), of_forums=True
    ),
    Setting("tags", "tags", str, lambda typed: Tags(_choice(tuple(Tags))(typed)), of_forums=True),
)
"""Every setting of a feed, in the order of a file."""

BY_KEY: Final = {setting.key: setting for setting in SETTINGS}


def settings_of(feed: Feed) -> list[Setting]:
    """Return the settings that a feed has."""
    return [each for each in SETTINGS if feed.kind is Kind.FORUM or not each.of_forums]
