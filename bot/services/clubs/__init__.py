"""Journal clubs: nominations, a poll, the paper, its event, the reminder, the discussion."""

from bot.services.clubs._buttons import Decline, Nominate, Present
from bot.services.clubs._clubs import MAX_MEMBERS, Clubs, shortcomings
from bot.services.clubs._compose import where
from bot.services.clubs._decision import COUNTED_WITHIN
from bot.services.clubs._next import Known, Part
from bot.services.clubs._runner import ClubRunner
from bot.services.clubs._sender import ClubSender
from bot.services.clubs._types import NominatedPapers, Settings, Standing
from bot.services.clubs._typing_form import FORM, SEVERAL, SOME_CLUB, TYPED

__all__ = [
    "COUNTED_WITHIN",
    "FORM",
    "MAX_MEMBERS",
    "SEVERAL",
    "SOME_CLUB",
    "TYPED",
    "ClubRunner",
    "ClubSender",
    "Clubs",
    "Decline",
    "Known",
    "Nominate",
    "NominatedPapers",
    "Part",
    "Present",
    "Settings",
    "Standing",
    "shortcomings",
    "where",
]
