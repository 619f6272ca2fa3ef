"""News about saved papers: which are followed, what became of them, and whom that was brought."""

from storage.news._follow import (
    AFTER_FAILURE,
    BETWEEN_ANSWERS,
    claim,
    due,
    follow,
    forget_unsaved,
    listed,
    sight,
    unfollowed,
)
from storage.news._people import (
    NEWS_KEPT,
    News,
    attach,
    claim_for,
    forget_old,
    lately,
    pending,
    set_wanted,
    wanted,
)

__all__ = [
    "AFTER_FAILURE",
    "BETWEEN_ANSWERS",
    "NEWS_KEPT",
    "News",
    "attach",
    "claim",
    "claim_for",
    "due",
    "follow",
    "forget_old",
    "forget_unsaved",
    "lately",
    "listed",
    "pending",
    "set_wanted",
    "sight",
    "unfollowed",
    "wanted",
]
