"""Digests: each person's papers of the day, by direct message, at their own hour."""

from bot.digests._buttons import ITEMS, ManageTopics, ShowSettings, render_digest
from bot.digests._compose import brought_or_saved, trending_entries
from bot.digests._payload import DigestEntry, DigestPayload, entry_of, page_of, render_entries, why
from bot.digests._send import Digester, due_of
from bot.digests._subscribe import (
    MOST_TOPICS,
    TRENDING,
    Followed,
    describe_failure,
    follow,
    reopen,
)
from bot.digests._texts import describe_settings, describe_subscription, next_digest, often

__all__ = [
    "ITEMS",
    "MOST_TOPICS",
    "TRENDING",
    "DigestEntry",
    "DigestPayload",
    "Digester",
    "Followed",
    "ManageTopics",
    "ShowSettings",
    "brought_or_saved",
    "describe_failure",
    "describe_settings",
    "describe_subscription",
    "due_of",
    "entry_of",
    "follow",
    "next_digest",
    "often",
    "page_of",
    "render_digest",
    "render_entries",
    "reopen",
    "trending_entries",
    "why",
]
