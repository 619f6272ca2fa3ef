"""Subscriptions: who wants to read about what, and when."""

from storage.subscriptions._drafts import DRAFTS_KEPT, add_draft, forget_drafts, get_draft
from storage.subscriptions._people import (
    STRIKES,
    change_settings,
    ensure_subscriber,
    open_channel,
    reached,
    refused,
    subscriber,
    try_again,
)
from storage.subscriptions._topics import (
    all_topics,
    forget_unfollowed,
    of_user,
    popular,
    set_paused,
    stored_topic,
    subscribe,
    topic_of_key,
    unsubscribe,
    unsubscribe_all,
)
from storage.subscriptions._types import (
    Every,
    Mode,
    StoredTopic,
    Subscriber,
    Subscription,
    TopicDraft,
)

__all__ = [
    "DRAFTS_KEPT",
    "STRIKES",
    "Every",
    "Mode",
    "StoredTopic",
    "Subscriber",
    "Subscription",
    "TopicDraft",
    "add_draft",
    "all_topics",
    "change_settings",
    "ensure_subscriber",
    "forget_drafts",
    "forget_unfollowed",
    "get_draft",
    "of_user",
    "open_channel",
    "popular",
    "reached",
    "refused",
    "set_paused",
    "stored_topic",
    "subscribe",
    "subscriber",
    "topic_of_key",
    "try_again",
    "unsubscribe",
    "unsubscribe_all",
]
