"""The form that changes a feed, for those who would not type a command with many options."""

import asyncio
from typing import Any, Final

from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, custom_id, template
from bot.interactions.errors import UserError
from bot.interactions.filters import parse_topics
from bot.interactions.inputs import parse_time, parse_timezone
from bot.interactions.modals import FORM_TIMEOUT
from bot.runtime.clock import Clock
from storage.feeds import Feed

FORM: Final = template("feed-form", feed_id=NUMBER)

MIN_PAPERS: Final = 3
MAX_PAPERS: Final = limits.HEADER_PAPERS
MAX_VOTES: Final = 1_000
"""The most upvotes that a feed may ask of a paper."""
TOPICS_LENGTH: Final = 2_000


def form_of(feed: Feed) -> ui.Modal:
    """Return the form, filled in with the feed as it is."""
    form = ui.Modal(
        title=_("Edit daily thread"),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("feed-form", feed.id),
    )
    fields = (
        ("time", _("Time"), _("Local time, e.g. 9, 17:30 or 9pm"), f"{feed.at:%H:%M}", 20),
        ("timezone", _("Time zone"), _("A city, a country or UTC+2"), feed.timezone, 100),
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
                    required=name != "topics",
                ),
            )
        )
    return form


async def fields_of(typed: dict[str, str], clock: Clock) -> dict[str, Any]:
    """Return the fields of a feed that were typed into the form.

    Raises:
        UserError: something cannot be read.
    """
    return {
        "at": parse_time(typed.get("time", "")),
        "timezone": await asyncio.to_thread(parse_timezone, typed.get("timezone", ""), clock.now()),
        "size": _number(typed.get("papers", ""), MIN_PAPERS, MAX_PAPERS),
        "min_votes": _number(typed.get("min_votes", ""), 0, MAX_VOTES),
        "topics": parse_topics(typed.get("topics", "")),
    }


def _number(text: str, least: int, most: int) -> int:
    typed = text.strip()
    if not (typed.isdecimal() and len(typed) <= len(str(most)) and least <= int(typed) <= most):
        raise UserError(_("I need a number from {least} to {most} there.", least=least, most=most))
    return int(typed)
