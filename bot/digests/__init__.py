"""Digests: each person's papers of the day, by direct message, at their own hour."""

from bot.digests._buttons import ITEMS, ManageTopics, ShowSettings, digest_buttons
from bot.digests._payload import DigestEntry, DigestPayload, entry_of, render_entries, why
from bot.digests._send import Digester, due_of
from bot.digests._texts import describe_settings, describe_subscription, digest_moment

__all__ = [
    "ITEMS",
    "DigestEntry",
    "DigestPayload",
    "Digester",
    "ManageTopics",
    "ShowSettings",
    "describe_settings",
    "describe_subscription",
    "digest_buttons",
    "digest_moment",
    "due_of",
    "entry_of",
    "render_entries",
    "why",
]
