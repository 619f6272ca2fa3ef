"""The steps of every club's sessions: which are due, and what follows when one fails."""

import logging
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Final

from bot.delivery.admin_notice import Notices
from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import Failure, Gone, Reason, Refused, Retry, Sent
from bot.delivery.permissions import missing_permissions
from bot.delivery.retry import retry_at
from bot.i18n import gettext as _
from bot.i18n import use
from bot.runtime.clock import Clock
from bot.runtime.task_queue import TaskQueue
from bot.services.clubs._next import Known, Part, next_part
from bot.services.clubs._sender import ClubSender
from bot.services.clubs._taker import MISLED, StepTaker
from bot.ui.clubs import ClubPost
from bot.ui.reasons import reason_text
from papers.keyed_locks import KeyedLocks
from storage import clubs, restores
from storage.clubs import Club, ClubState, SessionState, StepState
from storage.database import Database

log = logging.getLogger(__name__)

_MOST_STEPS: Final = 50
"""More than the steps of a session and the members who may decline."""
_WITHOUT_CHANNEL: Final = frozenset({Part.DECIDE, Part.EVENT, Part.CANCEL, Part.END})
"""Steps that write nothing to the channel, or end what was there."""
_LEFT_OUT: Final = frozenset({Part.POLL, Part.EVENT, Part.THREAD, Part.CARD, Part.PIN})
"""Steps that a club goes on without, where Discord does not allow them."""
_IN_THREAD: Final = frozenset({Part.CARD, Part.PIN})
"""Steps in the thread, where a missing channel is a deleted thread."""
_SOON: Final = 60.0
_LOST: Final = frozenset({Reason.CHANNEL_GONE, Reason.GUILD_GONE})
"""What one answer says of the club's channel or server, and another may contradict."""


class ClubRunner:
    """Takes the steps that are due."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        *,
        sender: ClubSender,
        tracker: MessageTracker,
        notices: Notices,
        queue: TaskQueue,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clock = clock
        self._messenger = messenger
        self._sender = sender
        self._taker = StepTaker(database, messenger, sender, tracker)
        self._notices = notices
        self._queue = queue
        self._under_way = KeyedLocks()

    async def claim(self, now: datetime) -> None:
        """Queue every session that has a step due."""
        async with self._database.read() as conn:
            due = await clubs.due(conn, now)
        for session_id, guild_id in due:
            if self._messenger.knows(guild_id):
                self.submit(session_id, guild_id, now)

    def submit(self, session_id: int, guild_id: int, now: datetime) -> None:
        """Queue the steps of one session that are due."""
        self._queue.submit(("club", session_id), lambda: self.run(session_id, now), share=guild_id)

    async def run(self, session_id: int, now: datetime) -> None:
        """Take the steps of a session until none is due."""
        async with self._under_way.of(session_id):
            for _attempt in range(_MOST_STEPS):
                known = await self.known(session_id)
                if known is None or known.session.state is not SessionState.OPEN:
                    return
                if known.club.state is not ClubState.ACTIVE:
                    return
                if not self._messenger.knows(known.club.guild_id):
                    return  # its shard lists its servers first: the next minute looks again
                part = next_part(known, now)
                if isinstance(part, datetime):
                    async with self._database.write() as conn:
                        await clubs.look_again(conn, session_id, part)
                    return
                if part not in _WITHOUT_CHANNEL and (missing := self._missing(known.club)):
                    await self._stop(known, f"{Reason.NO_PERMISSION}: {', '.join(missing)}")
                    return
                with use(self._notices.language_of(known.club.guild_id)):
                    failure = await self._take(known, part, now)
                if failure is not None and not await self._go_on(known, part, failure, now):
                    return

    def under_way(self, known: Known | None) -> AbstractAsyncContextManager[object]:
        """Return what waits for the steps of a session under way, and holds up the next ones."""
        return nullcontext() if known is None else self._under_way.of(known.session.id)

    async def known(self, session_id: int) -> Known | None:
        """Return all that is on record of a session, `None` if it is gone."""
        async with self._database.read() as conn:
            restored = await restores.newest(conn, self._clock.now()) is not None
            session = await clubs.session(conn, session_id)
            club = None if session is None else await clubs.get(conn, session.club_id)
            if session is None or club is None:
                return None
            return Known(
                club,
                session,
                await clubs.steps(conn, session_id),
                await clubs.turns(conn, session_id),
                await clubs.members(conn, club.id),
                restored,
            )

    async def _take(self, known: Known, part: Part, now: datetime) -> Failure | None:
        if part is Part.CANCEL:
            return await self._cancel(known, now)
        if part is Part.END:
            await self._end(known, now)
            return None
        return await self._taker.take(known, part, now)

    async def plan_cancel(self, session_id: int, now: datetime) -> bool:
        """Let a session be cancelled; return whether it has not begun yet."""
        known = await self.known(session_id)
        if known is None or known.session.state is not SessionState.OPEN:
            return False
        if Part.START in known.steps:
            return False
        with use(self._notices.language_of(known.club.guild_id)):
            await self._taker.plan_cancel(known, now, event_gone=False)
        return True

    async def _cancel(self, known: Known, now: datetime) -> Failure | None:
        """Take back what was made for a session, say so, and open the next one."""
        session = known.session
        if session.event_id is not None:
            failure = await self._sender.delete_event(known, session.event_id)
            if isinstance(failure, Retry):
                return failure
            async with self._database.write() as conn:
                await clubs.set_event(conn, session.id, None)
        poll = known.made(Part.POLL)
        if poll is not None and session.decided_at is None:
            failure = await self._sender.end_poll(known, poll)
            if isinstance(failure, Retry):
                return failure
        step = known.steps[Part.CANCEL]
        if step.state is StepState.PLANNED:
            outcome = await self._taker.send(
                known, Part.CANCEL, ClubPost.from_json(step.payload), now
            )
            if not isinstance(outcome, Sent):
                return outcome
        await self._finish(known, SessionState.SKIPPED, now)
        return None

    async def _end(self, known: Known, now: datetime) -> None:
        held = known.made(Part.START) is not None
        await self._finish(known, SessionState.HELD if held else SessionState.MISSED, now)

    async def _finish(self, known: Known, state: SessionState, now: datetime) -> None:
        """Close a session and open the next one, in one transaction."""
        club, session = known.club, known.session
        async with self._database.write() as conn:
            if not await clubs.finish(conn, session.id, state, now):
                return
            if state is SessionState.HELD:
                if session.paper_id is not None:
                    await clubs.drop(conn, club.id, [session.paper_id])
                if known.presenter is not None:
                    await clubs.presented(conn, club.id, known.presenter, session.day)
            following = await clubs.open_session(conn, club, known.next_day(now), now)
        log.info("session finished club_id=%d day=%s: %s", club.id, session.day, state)
        if following is not None:
            self.submit(following.id, club.guild_id, now)

    async def _go_on(self, known: Known, part: Part, failure: Failure, now: datetime) -> bool:
        """Draw the consequences of a step that failed; return whether the next may be taken."""
        club, session = known.club, known.session
        if isinstance(failure, Gone) and failure.reason in _LOST and part not in _IN_THREAD:
            failure = await self._sender.confirmed(known, failure)
        if failure.reason is Reason.UNKNOWN_PLACE and known.attempts(part) < MISLED:
            failure = Retry(failure.reason, _SOON)
        log.warning("club step failed club_id=%d step=%s: %s", club.id, part, failure.reason)
        match failure:
            case Retry():
                at = retry_at(now, known.attempts(part), failure.after)
                async with self._database.write() as conn:
                    await clubs.look_again(conn, session.id, at)
                return False
            case _ if part is Part.CANCEL:
                await self._finish(known, SessionState.SKIPPED, now)
                return False
            case Gone(Reason.CHANNEL_GONE) if part not in _IN_THREAD:
                await self._stop(known, failure.reason)
                return False
            case Refused(Reason.NO_ACCESS | Reason.NO_PERMISSION) if part not in _LEFT_OUT:
                detail = f": {failure.detail}" if failure.detail else ""
                await self._stop(known, f"{failure.reason}{detail}")
                return False
            case _:
                await self._taker.leave_out(known, part, now, failure.reason)
                return True

    async def _stop(self, known: Known, reason: str) -> None:
        """Stop a club that cannot write to its channel, and notify the admins why."""
        club = known.club
        async with self._database.write() as conn:
            if not await clubs.set_state(conn, club.id, ClubState.STOPPED, reason):
                return
        with use(self._notices.language_of(club.guild_id)):
            await self._notices.tell_admins(
                club.guild_id,
                _("Journal club stopped"),
                " ".join(
                    (
                        _(
                            "The journal club in {channel} can't go on.",
                            channel=f"<#{club.channel_id}>",
                        ),
                        reason_text(reason),
                        _(
                            "Once that's fixed, {command} starts it again.",
                            command=self._messenger.mention("club edit"),
                        ),
                    )
                ),
                avoid=club.channel_id,
            )

    def _missing(self, club: Club) -> list[str]:
        return missing_permissions(self._messenger, club.guild_id, club.channel_id)
