"""Posts: which feed owes one, and how far each has got."""

from storage.posts._plan import claim_due, plan
from storage.posts._progress import (
    finish,
    forget_payloads,
    mark_card,
    mark_header,
    mark_refreshed,
    mark_retry,
    mark_sending,
    mark_thread,
    refresh_due,
)
from storage.posts._read import first_batch, get, newest, of_batch, shown, steps, unfinished
from storage.posts._types import (
    DONE,
    EMPTY,
    FAILED,
    PLANNED,
    SENDING,
    SKIPPED,
    UNFINISHED,
    DueFeed,
    Post,
    Step,
)

__all__ = [
    "DONE",
    "EMPTY",
    "FAILED",
    "PLANNED",
    "SENDING",
    "SKIPPED",
    "UNFINISHED",
    "DueFeed",
    "Post",
    "Step",
    "claim_due",
    "finish",
    "first_batch",
    "forget_payloads",
    "get",
    "mark_card",
    "mark_header",
    "mark_refreshed",
    "mark_retry",
    "mark_sending",
    "mark_thread",
    "newest",
    "of_batch",
    "plan",
    "refresh_due",
    "shown",
    "steps",
    "unfinished",
]
