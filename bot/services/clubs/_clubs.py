"""What people do with journal clubs: set up, change, nominate, present, skip."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Final

import discord

from bot.delivery.outcomes import Retry
from bot.delivery.permissions import lacking_for_clubs
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.runtime.clock import Clock
from bot.services.clubs._compose import without
from bot.services.clubs._next import Known
from bot.services.clubs._reschedule import reschedule
from bot.services.clubs._runner import ClubRunner
from bot.services.clubs._sender import ClubSender
from bot.services.clubs._types import NominatedPapers, Settings, Standing
from bot.services.feed_requirements import require_permissions
from bot.services.paper_lookup import PaperLookup
from papers import club_schedule, zones
from papers.club_schedule import Every
from storage import clubs
from storage.clubs import Answer, Club, ClubState, Nominated, Session, SessionState
from storage.database import Database

MAX_MEMBERS: Final = 25
"""People in one rotation: half a year of weekly sessions."""
_SHOWN_BEFORE: Final = 3


class Clubs:
    """Sets clubs up, changes them, and takes what people do in them."""

    def __init__(
        self,
        database: Database,
        sender: ClubSender,
        runner: ClubRunner,
        lookup: PaperLookup,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sender = sender
        self._runner = runner
        self._lookup = lookup
        self._clock = clock

    async def claim(self, now: datetime) -> None:
        """Queue every session that has a step due."""
        await self._runner.claim(now)

    async def create(
        self,
        channel: discord.TextChannel,
        *,
        weekday: int,
        at: time,
        timezone: str,
        every: Every,
        members: Sequence[int] = (),
        place: str | None = None,
    ) -> Standing:
        """Give a channel its club, and open the first session.

        Raises:
            UserError: it has one, or the bot may not post there.
        """
        require_permissions(channel)
        _require_few(members)
        now = self._clock.now()
        first = club_schedule.first_day(weekday, at, zones.zone(timezone), now)
        async with self._database.write() as conn:
            club = await clubs.add(
                conn,
                guild_id=channel.guild.id,
                channel_id=channel.id,
                anchor=first,
                every=every,
                at=at,
                timezone=timezone,
                rotates=bool(members),
                now=now,
                place=place,
            )
            if club is None:
                raise UserError(_("{channel} has a journal club already.", channel=channel.mention))
            await clubs.set_members(conn, club.id, members, now)
            session = await clubs.open_session(conn, club, first, now)
        self._wake(club, session)
        return await self.standing(club)

    async def edit(self, club: Club, channel: discord.TextChannel, new: Settings) -> Standing:
        """Change a club, and start it again if it was stopped.

        A session that has a poll already stays as it was announced; else it is announced again,
        and what named another date or hour is deleted.

        Raises:
            UserError: the bot may not post in its channel.
        """
        require_permissions(channel)
        _require_few(new.members or ())
        now = self._clock.now()
        known = await self._open(club)
        async with self._runner.under_way(known), self._database.write() as conn:
            changed, session, untrue = await reschedule(conn, club, new, now)
            await clubs.update(conn, changed)
            if new.members is not None:
                await clubs.set_members(conn, club.id, new.members, now)
            await clubs.set_state(conn, club.id, ClubState.ACTIVE)
            if session is not None:
                await clubs.look_again(conn, session.id, now)
        await self._sender.take_back(club, untrue)
        self._wake(club, session)
        return await self.standing(await self.own(club.id, club.guild_id))

    async def end(self, club: Club) -> None:
        """Delete a club, and the event of its session.

        Raises:
            UserError: Discord does not answer.
        """
        known = await self._open(club)
        if known is not None and known.session.event_id is not None:
            failure = await self._sender.delete_event(known, known.session.event_id)
            if isinstance(failure, Retry):
                raise UserError(_("Discord isn't answering right now. Try again in a minute."))
        async with self._database.write() as conn:
            await clubs.remove(conn, club.id)

    async def skip(self, club: Club) -> date:
        """Cancel a club's next session; return its date.

        Raises:
            UserError: there is none.
        """
        known = await self._open(club)
        if known is None or not await self._runner.plan_cancel(known.session.id, self._clock.now()):
            raise UserError(_("This club has no session to skip."))
        self._wake(club, known.session)
        return known.session.day

    async def swap(self, club: Club, user_id: int) -> tuple[Known, int | None]:
        """Let a member present the next session; return it, and who would have.

        Raises:
            UserError: there is no session.
        """
        known = await self._open(club)
        if known is None:
            raise UserError(_("This club has no session to swap."))
        async with self._database.write() as conn:
            await clubs.offer(conn, known.session.id, user_id, self._clock.now())
        return known, None if known.presenter == user_id else known.presenter

    async def of_guild(self, guild_id: int) -> list[Club]:
        """Return a server's clubs, the oldest first."""
        async with self._database.read() as conn:
            return await clubs.all_of(conn, guild_id)

    async def own(self, club_id: int, guild_id: int | None) -> Club:
        """Return a club of a server.

        Raises:
            UserError: it is not there any more.
        """
        async with self._database.read() as conn:
            club = await clubs.get(conn, club_id)
        if club is None or club.guild_id != guild_id:
            raise UserError(_("This journal club has ended."))
        return club

    async def standing(self, club: Club) -> Standing:
        """Return where a club stands."""
        async with self._database.read() as conn:
            waiting = await clubs.nominations(conn, club.id)
            before = await clubs.sessions_before(conn, club.id, _SHOWN_BEFORE)
        return Standing(club, await self._open(club), waiting, before)

    async def nominate(self, club: Club, paper_ids: Sequence[str], user_id: int) -> NominatedPapers:
        """Nominate papers, asking the sources for those that are not known yet.

        Where a session waits for a paper, the first one is read then.
        """
        found = await self._lookup.find(paper_ids)
        now = self._clock.now()
        outcomes: dict[str, Nominated] = {}
        async with self._database.write() as conn:
            session = await clubs.the_open_one(conn, club.id)
            for paper_id in found.papers:
                outcome = await clubs.nominate(conn, club.id, paper_id, user_id, now)
                outcomes[paper_id] = outcome
                wanted = session and session.decided_at and session.paper_id is None
                if session is not None and wanted and outcome is Nominated.NEW:
                    await clubs.choose(conn, session.id, paper_id, session.decided_at or now)
                    session = replace(session, paper_id=paper_id)
        return NominatedPapers(club, session, found, outcomes)

    async def present(self, session_id: int, user_id: int, asked: int) -> Known:
        """Let someone present a session.

        Args:
            session_id: the session.
            user_id: who pressed the button.
            asked: who may; 0 for anyone.

        Raises:
            UserError: it is not theirs to say, or someone else presents.
        """
        known = await self._answerable(session_id, user_id, asked)
        async with self._database.write() as conn:
            turns = await clubs.turns(conn, session_id)  # as they are now: two may press at once
            agreed = [turn.user_id for turn in turns if turn.answer is Answer.YES]
            if agreed and agreed != [user_id]:
                raise UserError(_("{member} presents already.", member=f"<@{agreed[0]}>"))
            await clubs.offer(conn, session_id, user_id, self._clock.now())
        return known

    async def decline(self, session_id: int, user_id: int, asked: int) -> Known:
        """Pass someone's turn on to the next member.

        Raises:
            UserError: it is not theirs to say.
        """
        known = await self._answerable(session_id, user_id, asked)
        now = self._clock.now()
        async with self._database.write() as conn:
            await clubs.answer(conn, session_id, user_id, Answer.NO)
            await clubs.look_again(conn, session_id, now)
        self._wake(known.club, known.session)
        return known

    async def _answerable(self, session_id: int, user_id: int, asked: int) -> Known:
        known = await self._runner.known(session_id)
        if known is None or known.session.state is not SessionState.OPEN:
            raise UserError(_("This session is over or was cancelled."))
        if asked and asked != user_id:
            raise UserError(_("Only {member} can answer this.", member=f"<@{asked}>"))
        return known

    async def _open(self, club: Club) -> Known | None:
        async with self._database.read() as conn:
            session = await clubs.the_open_one(conn, club.id)
        return None if session is None else await self._runner.known(session.id)

    def _wake(self, club: Club, session: Session | None) -> None:
        if session is not None:
            self._runner.submit(session.id, club.guild_id, self._clock.now())


def shortcomings(channel: discord.TextChannel) -> list[str]:
    """Return what a club in a channel has to do without, a sentence each."""
    return without(lacking_for_clubs(channel))


def _require_few(members: Sequence[int]) -> None:
    if len(members) > MAX_MEMBERS:
        raise UserError(
            _(
                "Name {most} presenters at most; you named {count}.",
                most=MAX_MEMBERS,
                count=len(members),
            )
        )
