"""What posts are made of."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from papers.cadence import Every


class PostState(StrEnum):
    """How far a post is."""

    PLANNED = "planned"
    SENDING = "sending"
    DONE = "done"
    EMPTY = "empty"
    SKIPPED = "skipped"
    FAILED = "failed"


PLANNED, SENDING, DONE, EMPTY, SKIPPED, FAILED = PostState
UNFINISHED = (PLANNED, SENDING)


class Crosspost(StrEnum):
    """How far publishing a header to the channels that follow its own is."""

    OWED = "owed"
    CLAIMED = "claimed"
    """Discord may have been asked."""
    DONE = "done"
    FAILED = "failed"


class DueFeed(NamedTuple):
    """A feed that owes a batch, and the local date that its post uses up."""

    feed_id: int
    guild_id: int
    channel_id: int
    local_date: date
    batch_day: date
    """Of a roundup, the last batch day of its period."""
    every: Every = Every.DAY


class Used(NamedTuple):
    """The newest batch that was planned for a feed, and the last local date that was used up."""

    batch: date | None
    day: date | None


@dataclass(frozen=True, slots=True)
class Post:
    """One feed's thread for one batch or period, as far as it has got."""

    id: int
    feed_id: int | None
    guild_id: int
    channel_id: int
    batch_day: date
    local_date: date | None
    state: str
    late: bool
    payload: Any
    header_message_id: int | None
    thread_id: int | None
    planned_at: datetime
    started_at: datetime | None
    sent_at: datetime | None
    finished_at: datetime | None
    attempts: int
    next_try_at: datetime | None
    refreshes: int
    reason: str | None
    rest: Any = None
    crosspost: str | None = None
    every: Every = Every.DAY


class Step(NamedTuple):
    """One card of a post: its place, its paper, and its message once it is there."""

    position: int
    paper_id: str
    message_id: int | None
