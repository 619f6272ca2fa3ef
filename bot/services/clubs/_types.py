"""What clubs are asked for, and what they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from bot.services.clubs._next import Known
from bot.services.paper_lookup import Found
from papers.club_schedule import Every
from storage.clubs import Club, Nominated, Nomination, Session


@dataclass(frozen=True, slots=True)
class Settings:
    """When and where a club meets and who presents; `None` for what stays."""

    weekday: int | None = None
    at: time | None = None
    timezone: str | None = None
    every: Every | None = None
    members: Sequence[int] | None = None
    """Who takes turns, in this order; empty for volunteers."""
    place: str | None = None
    """A room or a link to a call; empty for the channel itself."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A club as its members see it."""

    club: Club
    known: Known | None
    """Its open session."""
    nominations: Sequence[Nomination]
    before: Sequence[Session]
    """Its last sessions, the latest first."""


@dataclass(frozen=True, slots=True)
class NominatedPapers:
    """What became of papers that someone nominated in a club."""

    club: Club
    session: Session | None
    found: Found
    outcomes: dict[str, Nominated]
