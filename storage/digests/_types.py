"""What digests are made of."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from storage.subscriptions import Every


class DigestState(StrEnum):
    """How far a digest is."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    SHOWN = "shown"
    INBOX = "inbox"
    EMPTY = "empty"


PLANNED, SENDING, SENT, SHOWN, INBOX, EMPTY = DigestState
UNFINISHED = (PLANNED, SENDING)


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A person whose hour has come, and the calendar day it is there."""

    user_id: int
    local_date: date
    every: Every
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """One person's papers of one day, as far as they have got."""

    id: int
    user_id: int
    local_date: date
    state: str
    payload: Any
    message_id: int | None
    planned_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime
    attempts: int
    next_try_at: datetime | None
    reason: str | None
    batch_day: date | None = None
