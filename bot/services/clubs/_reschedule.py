"""The session of a club whose weekday, hour, zone or rhythm changed."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.clubs._next import Part
from bot.services.clubs._types import Settings
from papers import club_schedule, zones
from storage import clubs
from storage.clubs import Club, Session

_ANNOUNCED: Final = frozenset({Part.POLL, Part.CANCEL})


async def reschedule(
    conn: AsyncConnection, club: Club, new: Settings, now: datetime
) -> tuple[Club, Session | None]:
    """Change when and where a club meets; return it and its open session.

    A session whose poll is out stays as it was announced. Any other takes the new date and hour,
    and is announced again. A date that had a session, cancelled ones too, is not used again. A
    new weekday or rhythm begins a new series of dates; with a new hour or zone the series goes on.
    """
    changed = replace(
        club,
        at=club.at if new.at is None else new.at,
        timezone=new.timezone or club.timezone,
        every=new.every or club.every,
        rotates=club.rotates if new.members is None else bool(new.members),
        place=club.place if new.place is None else new.place or None,
    )
    session = await clubs.the_open_one(conn, club.id)
    weekday = club.anchor.weekday() if new.weekday is None else new.weekday
    new_series = weekday != club.anchor.weekday() or changed.every is not club.every
    new_hour = (changed.at, changed.timezone) != (club.at, club.timezone)
    if session is not None and not (new_series or new_hour):
        return changed, session
    if session is not None and not await _is_movable(conn, session):
        used, moved = session.day, None
    else:
        used, moved = await clubs.last_day(conn, club.id), session
    if new_series:
        zone = zones.zone_or_utc(changed.timezone)
        first = club_schedule.first_day(weekday, changed.at, zone, now, after=used)
        changed = replace(changed, anchor=first)
    else:
        first = _following(changed, used, moved, now)
    if session is None or moved is not None:
        if moved is not None:
            await clubs.discard(conn, moved.id)
        session = await clubs.open_session(conn, changed, first, now)
    return changed, session


def _following(club: Club, used: date | None, moved: Session | None, now: datetime) -> date:
    """Return the next date of a club's series: that of the session moved, if there is time."""
    zone = zones.zone_or_utc(club.timezone)
    if moved is not None and club_schedule.moments(moved.day, club.at, zone).poll > now:
        return moved.day
    day = club.anchor if used is None else club_schedule.next_day(club.anchor, club.every, used)
    while club_schedule.starts_at(day, club.at, zone) < now + club_schedule.LEAD:
        day = club_schedule.next_day(club.anchor, club.every, day)
    return day


async def _is_movable(conn: AsyncConnection, session: Session) -> bool:
    taken = await clubs.steps(conn, session.id)
    return session.decided_at is None and not _ANNOUNCED & set(taken)
