"""Which matched papers a person's next digest is about, before it is composed."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from papers.mutes import Mutes
from storage import digests, hidden, topic_matches
from storage.topic_matches import Candidate

LOOK_BACK: Final = timedelta(days=8)
"""How long before the last digest a match may lie: its votes may have come since, and what was
matched while that digest was made is not lost."""


async def owed_candidates(
    conn: AsyncConnection, user_id: int, known: Collection[str], mutes: Mutes, now: datetime
) -> list[Candidate]:
    """Return what a person's topics matched for the next digest, without papers that are `known`
    and those that are hidden."""
    last = await digests.last_planned(conn, user_id)
    since = now - topic_matches.MATCHES_KEPT if last is None else min(last, now) - LOOK_BACK
    candidates = [
        candidate
        for candidate in await topic_matches.unseen(conn, user_id, since)
        if candidate.paper.paper.id not in known
    ]
    if not mutes:
        return candidates
    matched = [candidate.paper.paper for candidate in candidates]
    unwanted = await asyncio.to_thread(mutes.hidden, matched)
    return [each for each in candidates if each.paper.paper.id not in unwanted]


async def brought_or_known(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return the papers that no digest brings a person: those that one brought, and those that
    they saved, dismissed or opened anywhere."""
    return await topic_matches.brought(conn, user_id) | await hidden.known(conn, user_id)
