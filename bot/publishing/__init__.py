"""Posts, exactly once: frozen first, then sent step by step, each step remembered before the
next."""

from bot.publishing._marks import own_messages, own_messages_since, role_mention, strings_of
from bot.publishing._pace import FIRST_RETRY, LONGEST_RETRY
from bot.publishing._publisher import Publisher

__all__ = [
    "FIRST_RETRY",
    "LONGEST_RETRY",
    "Publisher",
    "own_messages",
    "own_messages_since",
    "role_mention",
    "strings_of",
]
