"""What `/feed edit` changes, as it was typed."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from bot.interactions.filters import parse_topics, parse_words
from bot.interactions.inputs import parse_categories, parse_time, parse_timezone
from bot.interactions.source_inputs import parse_sources
from cogs.feeds._options import cleared
from cogs.feeds._shared import language_of
from storage.feeds import Layout, Tags, Taste


def _as_it_is(value: Any) -> Any:
    return value


_READ: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "time": ("at", parse_time),
    "papers": ("size", _as_it_is),
    "min_votes": ("min_votes", _as_it_is),
    "include": ("include", lambda text: parse_words(cleared(text))),
    "exclude": ("exclude", lambda text: parse_words(cleared(text))),
    "categories": ("categories", lambda text: parse_categories(cleared(text))),
    "topics": ("topics", lambda text: parse_topics(cleared(text))),
    "language": ("language", language_of),
    "taste": ("taste", Taste),
    "publish": ("publish", _as_it_is),
    "trending": ("trending", _as_it_is),
    "posts": ("layout", Layout),
    "tags": ("tags", Tags),
    "weekday": ("weekday", _as_it_is),
}
"""The fields of a feed by the options, each with what reads it."""


async def fields_of(
    options: Mapping[str, Any], named: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Return the fields of a feed that were named, as they are to be; `None` stands for an option
    that was not.

    Args:
        options: as they were typed, in the order in which they are looked at.
        named: what the server calls its feeds of the web, by their keys.
        now: the present instant.

    Raises:
        UserError: one cannot be read.
    """
    fields: dict[str, Any] = {}
    for option, value in options.items():
        if value is None:
            continue
        if option == "timezone":
            fields["timezone"] = await asyncio.to_thread(parse_timezone, value, now)
        elif option == "sources":
            fields["sources"] = parse_sources(value, named)
        else:
            field, read = _READ[option]
            fields[field] = read(value)
    return fields
