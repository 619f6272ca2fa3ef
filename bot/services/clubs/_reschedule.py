"""The session of a club whose weekday, hour, zone or rhythm changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.clubs._next import Part
from bot.services.clubs._types import Settings
from papers import club_schedule, zones
from storage import clubs
from storage.clubs import Club, Session

_ANNOUNCED: Final = frozenset({Part.POLL, Part.CANCEL})


class Rescheduled(NamedTuple):
    """A club whose settings changed."""

    club: Club
    session: Session | None
    """Its open session."""
    untrue: Sequence[int] = ()
    """Messages that name another date or hour."""


async def reschedule(
    conn: AsyncConnection, club: Club, new: Settings, now: datetime
) -> Rescheduled:
    """Change when and where a club meets.

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
        return Rescheduled(changed, session)
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
    if session is not None and moved is None:
        return Rescheduled(changed, session)
    untrue = [] if moved is None else await _announced(conn, moved, same_day=moved.day == first)
    if moved is not None and moved.day == first:
        await clubs.move(conn, changed, moved.id, Part.OPEN, now)
        return Rescheduled(changed, await clubs.the_open_one(conn, club.id), untrue)
    if moved is not None:
        await clubs.discard(conn, moved.id)
    return Rescheduled(changed, await clubs.open_session(conn, changed, first, now), untrue)


async def _announced(conn: AsyncConnection, session: Session, *, same_day: bool) -> list[int]:
    """Return the messages of a session that name its hour or, unless it stays, its date."""
    taken = await clubs.steps(conn, session.id)
    parts = (Part.OPEN,) if same_day else (Part.OPEN, Part.VOLUNTEERS)
    made = [taken[part].made_id for part in parts if part in taken]
    if not same_day:
        made += [turn.message_id for turn in await clubs.turns(conn, session.id)]
    return [each for each in made if each]


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
