"""The form for a feed's size and filters, for those who would not type a command."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, custom_id, template
from bot.interactions.errors import UserError
from bot.interactions.filters import parse_topics, parse_words
from bot.interactions.inputs import parse_time, parse_timezone
from bot.interactions.modals import FORM_TIMEOUT
from bot.runtime.clock import Clock
from bot.services.feeds import MIN_PAPERS
from storage.feeds import Feed

FORM: Final = template("feed-form", feed_id=NUMBER)

MAX_PAPERS: Final = limits.HEADER_PAPERS
MAX_VOTES: Final = 1_000
"""The most upvotes that a feed may ask of a paper."""
TOPICS_LENGTH: Final = 2_000
WORDS_LENGTH: Final = 1_000
_NUMBERS: Final = ("papers", "min_votes")


def form_of(feed: Feed) -> ui.Modal:
    """Return the form, filled in with the feed as it is."""
    form = ui.Modal(
        title=_("Papers of the daily thread"),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("feed-form", feed.id),
    )
    fields = (
        (
            "papers",
            _("Papers a day"),
            _("{least} to {most}", least=MIN_PAPERS, most=MAX_PAPERS),
            str(feed.size),
            3,
        ),
        (
            "min_votes",
            _("Minimum upvotes"),
            _("{least} to {most}", least=0, most=MAX_VOTES),
            str(feed.min_votes),
            5,
        ),
        (
            "topics",
            _("Topics"),
            _("Separate topics with semicolons. Leave empty for all papers."),
            "; ".join(feed.topics),
            TOPICS_LENGTH,
        ),
        (
            "include",
            _("Words"),
            _("Only papers with one of these, separated by commas"),
            ", ".join(feed.include),
            WORDS_LENGTH,
        ),
        (
            "exclude",
            _("Words to leave out"),
            _("No papers with any of these, separated by commas"),
            ", ".join(feed.exclude),
            WORDS_LENGTH,
        ),
    )
    for name, label, description, value, length in fields:
        form.add_item(
            ui.Label(
                text=label,
                description=description,
                component=ui.TextInput(
                    custom_id=name,
                    default=value[:length] or None,
                    max_length=length,
                    required=name in _NUMBERS,
                ),
            )
        )
    return form


async def fields_of(typed: Mapping[str, str], clock: Clock) -> dict[str, Any]:
    """Return the fields of a feed that were typed into the form, or into its earlier version.

    Raises:
        UserError: something cannot be read.
    """
    fields: dict[str, Any] = {}
    for name, text in typed.items():
        match name:
            case "time":
                fields["at"] = parse_time(text)
            case "timezone":
                fields[name] = await asyncio.to_thread(parse_timezone, text, clock.now())
            case "papers":
                fields["size"] = _number(text, MIN_PAPERS, MAX_PAPERS)
            case "min_votes":
                fields[name] = _number(text, 0, MAX_VOTES)
            case "topics":
                fields[name] = parse_topics(text)
            case "include" | "exclude":
                fields[name] = parse_words(text)
            case _:
                pass
    return fields


def _number(text: str, least: int, most: int) -> int:
    typed = text.strip()
    if not (typed.isdecimal() and len(typed) <= len(str(most)) and least <= int(typed) <= most):
        raise UserError(_("I need a number from {least} to {most} there.", least=least, most=most))
    return int(typed)
