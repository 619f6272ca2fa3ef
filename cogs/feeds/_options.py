"""What the options of `/feed add` and `/feed edit` say and offer, and what takes a filter away."""

from typing import Any, Final

from discord import app_commands
from discord.app_commands import locale_str

from bot.services.feeds import MIN_PAPERS
from cogs.feeds._form import MAX_PAPERS
from cogs.feeds._shared import (
    cadence_choices,
    language_choices,
    layout_choices,
    tags_choices,
    taste_choices,
    weekday_choices,
)
from papers.query_names import query_names

OPTIONS: Final = {
    "channel": locale_str("Channel that gets the daily thread"),
    "time": locale_str("Local time, e.g. 9, 17:30 or 9pm"),
    "timezone": locale_str("Time zone: type a city"),
    "papers": locale_str(f"Papers a day ({MIN_PAPERS}-{MAX_PAPERS})"),
    "min_votes": locale_str("Minimum number of upvotes"),
    "include": locale_str("Only papers with one of these words, separated by commas"),
    "exclude": locale_str("No papers with any of these words, separated by commas"),
    "categories": locale_str("Only these categories, e.g. cs.CL stat.ML cs.*; type a field"),
    "sources": locale_str("Where papers come from (default: Hugging Face and arXiv)"),
    "topics": locale_str("Only papers about one of these, separated by semicolons"),
    "ping": locale_str("Role to ping with each thread"),
    "language": locale_str("Language of the thread"),
    "taste": locale_str("How much the order follows what members saved from threads here"),
    "every": locale_str("A daily thread, or a roundup of the week or month with up to 10 papers"),
    "weekday": locale_str("Day of a weekly roundup (default: Monday)"),
    "publish": locale_str("Announcement channels: publish the overview to channels that follow"),
    "trending": locale_str("Also name what trends on Hugging Face, below the overview's list"),
    "posts": locale_str("Forum and media channels: what each post has"),
    "tags": locale_str("Forum and media channels: tags by topics and categories"),
}
WHICH: Final = locale_str("Channel (default: this one)")
KIND: Final = locale_str("Which of the channel's threads and roundups")
CHOICES: Final[dict[str, list[app_commands.Choice[Any]]]] = {
    "language": language_choices(),
    "taste": taste_choices(),
    "every": cadence_choices(),
    "weekday": weekday_choices(),
    "posts": layout_choices(),
    "tags": tags_choices(),
}
_NOTHING: Final = frozenset(query_names("nothing")["words"])
"""What takes a filter away: "none" in the bot's languages."""
CHANGED: Final = {
    "channel": WHICH,
    "include": locale_str("Only papers with one of these words, or none"),
    "exclude": locale_str("No papers with any of these words, or none"),
    "categories": locale_str("Only these categories, e.g. cs.CL cs.*, or none"),
    "topics": locale_str("Only papers about one of these, separated by semicolons, or none"),
    "no_ping": locale_str("Stop pinging a role"),
    "every": locale_str("Which to change; a daily thread also takes its days from this"),
}


def cleared(text: str) -> str:
    """Return a filter as it was typed, empty for a word that takes it away."""
    return "" if text.strip().casefold() in _NOTHING else text
