"""Digests: each person's papers of the day, by direct message, at their own hour."""

from bot.services.digests._buttons import ITEMS, render_digest, subscriptions_of
from bot.services.digests._follow import Followed, Following
from bot.services.digests._payload import DigestPayload, entry_of, render_entries
from bot.services.digests._send import Digester, due_of
from bot.services.digests._subscriptions import MAX_TOPICS, TRENDING, Subscriptions
from bot.services.digests._texts import describe_settings, describe_subscription, often

__all__ = [
    "ITEMS",
    "MAX_TOPICS",
    "TRENDING",
    "DigestPayload",
    "Digester",
    "Followed",
    "Following",
    "Subscriptions",
    "describe_settings",
    "describe_subscription",
    "due_of",
    "entry_of",
    "often",
    "render_digest",
    "render_entries",
    "subscriptions_of",
]
