"""Digests: who is owed one, and how far each has got; and the budgets of direct messages."""

from storage.digests._budget import OPEN, SEND, break_until, broken_until, spend
from storage.digests._outbox import (
    backlog,
    get,
    inbox,
    mark_retry,
    mark_sending,
    mark_sent,
    of_day,
    to_inbox,
    unfinished,
)
from storage.digests._plan import claim_due, last_planned, plan, show
from storage.digests._prune import (
    DIGESTS_KEPT,
    DM_LOG_KEPT,
    INBOX_KEPT,
    fold,
    forget_sending,
)
from storage.digests._types import (
    EMPTY,
    INBOX,
    PLANNED,
    SENDING,
    SENT,
    SHOWN,
    UNFINISHED,
    Digest,
    DueDigest,
)

__all__ = [
    "DIGESTS_KEPT",
    "DM_LOG_KEPT",
    "EMPTY",
    "INBOX",
    "INBOX_KEPT",
    "OPEN",
    "PLANNED",
    "SEND",
    "SENDING",
    "SENT",
    "SHOWN",
    "UNFINISHED",
    "Digest",
    "DueDigest",
    "backlog",
    "break_until",
    "broken_until",
    "claim_due",
    "fold",
    "forget_sending",
    "get",
    "inbox",
    "last_planned",
    "mark_retry",
    "mark_sending",
    "mark_sent",
    "of_day",
    "plan",
    "show",
    "spend",
    "to_inbox",
    "unfinished",
]
