"""Which paper a session reads: read from its poll, or from the nominations where there is none."""

from datetime import datetime, timedelta
from typing import Final

import discord

from bot.delivery.outcomes import Failure, Gone, Reason, Refused, Retry
from bot.services.clubs._next import Known, Part
from bot.services.clubs._sender import ClubSender
from bot.ui.clubs import ClubPost, votes_in
from papers import club_vote
from papers.club_vote import Choice, Why
from storage import clubs
from storage.database import Database

COUNTED_WITHIN: Final = timedelta(minutes=15)
"""How long a poll's final count is awaited; after that, the count so far holds."""
_SOON: Final = 60.0
_UNREADABLE: Final = frozenset({Reason.NO_ACCESS, Reason.NO_PERMISSION, Reason.CHANNEL_GONE})
"""Why nothing can be read in the channel: that says nothing of the poll."""


async def decide(
    database: Database, sender: ClubSender, known: Known, now: datetime
) -> tuple[Choice | None, list[str]] | Failure:
    """Return the choice, `None` without nominations, and the papers that no one voted for.

    Those leave the nominations, unless no one voted at all. A poll that the bot may not read keeps
    its votes: the club waits until an admin lets it. Only Discord's own word that the message is
    gone, or that it has no poll any more, means that an admin deleted it.
    """
    async with database.read() as conn:
        waiting = [each.paper_id for each in await clubs.nominations(conn, known.club.id)]
    step = known.steps.get(Part.POLL)
    if step is None or step.made_id is None:
        if not waiting:
            return None, []
        return Choice(waiting[0], Why.ONLY_ONE if len(waiting) == 1 else Why.NO_POLL), []
    polled = ClubPost.from_json(step.payload).papers
    poll = await sender.poll(known, step.made_id)
    ids = [paper.paper_id for paper in polled]
    if isinstance(poll, Retry):
        return poll
    if isinstance(poll, (Gone, Refused)):
        if poll.reason in _UNREADABLE:
            return poll
        if poll.reason is not Reason.MESSAGE_GONE and now < known.moments.starts:
            return Retry(poll.reason, _SOON)
    if not isinstance(poll, discord.Poll):
        return Choice(ids[0], Why.POLL_GONE), []
    if not poll.is_finalised() and now < known.moments.decided + COUNTED_WITHIN:
        return Retry(Reason.UNAVAILABLE, _SOON)
    votes = votes_in(poll, polled)
    choice = club_vote.choose(ids, votes)
    unwanted = [] if choice.why is Why.NO_VOTES else [each for each in ids if not votes.get(each)]
    return choice, unwanted
