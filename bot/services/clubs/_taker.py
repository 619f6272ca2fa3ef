"""Each step of a session: what it sends is frozen, then sent, then recorded."""

from datetime import datetime
from typing import Final

import discord

from bot import limits
from bot.delivery.messenger import MessageTracker, Messenger
from bot.delivery.outcomes import Failure, Gone, Outcome, Reason, Refused, Retry, Sent
from bot.delivery.permissions import lacking_for_clubs
from bot.i18n import long_date
from bot.services.clubs import _compose as compose
from bot.services.clubs._buttons import Decline, Present, buttons_of
from bot.services.clubs._decision import decide
from bot.services.clubs._next import Known, Part
from bot.services.clubs._sender import ClubSender
from bot.ui.clubs import ClubEvent, ClubPost, thread_title
from papers import club_schedule, zones
from papers.text import readable
from storage import cards, clubs, papers
from storage.clubs import LeftOut, StepState
from storage.database import Database
from storage.papers import StoredPaper

_SOON: Final = 60.0
NOT_ASKED: Final = 0
"""Stands for the message of a question that could not be put."""
MISLED: Final = 3
"""How often a refusal without a reason that we know is taken for a mistake on the way."""
_NO_PLACE: Final = frozenset(
    {Reason.CHANNEL_GONE, Reason.GUILD_GONE, Reason.NO_ACCESS, Reason.NO_PERMISSION}
)


class StepTaker:
    """Takes one step after the other."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        sender: ClubSender,
        tracker: MessageTracker,
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._sender = sender
        self._tracker = tracker

    async def take(self, known: Known, part: Part, now: datetime) -> Failure | None:
        """Take a step before or in a session; return what kept it from being taken."""
        match part:
            case Part.ASK:
                return await self._ask(known, now)
            case Part.POLL:
                return await self._poll(known, now)
            case Part.DECIDE:
                return await self._decide(known, now)
            case Part.EVENT:
                return await self._event(known, now)
            case Part.THREAD:
                return await self._thread(known, now)
            case Part.PIN:
                return await self._pin(known, now)
            case _:
                return await self._message(known, part, now)

    async def _message(self, known: Known, part: Part, now: datetime) -> Failure | None:
        """Send one of the messages that say where a session stands."""
        session = known.session
        event_id = session.event_id
        if part in (Part.REMIND, Part.START) and event_id is not None and part not in known.steps:
            gone = await self._sender.event_gone(known, event_id)
            if isinstance(gone, Retry):
                return gone
            # Where the bot may not look, the session goes on: its event is more likely there.
            if gone is True and now < known.moments.starts + club_schedule.REMINDED_BEFORE:
                await self.plan_cancel(known, now, event_gone=True)
                return None
        if part is Part.CARD and session.thread_id is None:
            return await self.leave_out(known, part, now, LeftOut.NOTHING_THERE)
        if part is Part.OPEN and now >= known.moments.decided:
            return await self.leave_out(known, part, now, LeftOut.TOO_LATE)
        payload = await self._planned(known, part)
        outcome = await self.send(known, part, payload, now)
        return None if isinstance(outcome, Sent) else outcome

    async def _planned(self, known: Known, part: Part) -> ClubPost:
        if (step := known.steps.get(part)) is not None:
            return ClubPost.from_json(step.payload)
        paper = await self._paper(known.session.paper_id)
        match part:
            case Part.OPEN:
                async with self._database.read() as conn:
                    waiting = len(await clubs.nominations(conn, known.club.id))
                return compose.opening(known, waiting)
            case Part.VOLUNTEERS:
                return compose.volunteers(known)
            case Part.REMIND:
                return compose.reminder(known, paper)
            case Part.START:
                return compose.start(known, paper)
            case _:
                return compose.card(known, paper)

    async def send(self, known: Known, part: Part, post: ClubPost, now: datetime) -> Outcome:
        """Freeze a message, send it, and record that it is there."""
        session = known.session
        async with self._database.write(durable=True) as conn:
            step = await clubs.plan(conn, session.id, part, post.to_json(), now)
            await clubs.tried(conn, step)
        thread_id = session.thread_id if part is Part.CARD else None
        named = part in (Part.RESULT, Part.REMIND, Part.START)
        no_paper = part is Part.RESULT and post.card is None
        outcome = await self._sender.post(
            known,
            part,
            ClubPost.from_json(step.payload),
            resuming=known.restored or step.attempts > 0,
            thread_id=thread_id,
            ping=known.presenter if no_paper else None,
            presenter_id=known.presenter if named else None,
            actions=buttons_of(known, part, post),
        )
        if not isinstance(outcome, Sent):
            return outcome
        async with self._database.write() as conn:
            await clubs.done(conn, step, StepState.DONE, outcome.id)
            if post.card is not None:
                await cards.add(
                    conn,
                    message_id=outcome.id,
                    paper_id=post.card.paper_id,
                    channel_id=thread_id or known.club.channel_id,
                    guild_id=known.club.guild_id,
                    now=now,
                )
        if post.card is not None:
            self._tracker.track_message(
                outcome.id,
                channel_id=thread_id or known.club.channel_id,
                guild_id=known.club.guild_id,
                found=step.attempts > 0,
            )
        return outcome

    async def _ask(self, known: Known, now: datetime) -> Failure | None:
        """Ask whose turn it is, each once."""
        turn = known.asking
        if turn is None:
            if known.candidate is not None:
                async with self._database.write() as conn:
                    await clubs.plan_turn(conn, known.session.id, known.candidate, now)
            return None
        async with self._database.write(durable=True) as conn:
            await clubs.turn_tried(conn, turn)
        session_id, user_id = known.session.id, turn.user_id
        outcome = await self._sender.post(
            known,
            f"ask {user_id}",  # not shown
            compose.asking(known, user_id),
            resuming=known.restored or turn.attempts > 0,
            ping=user_id,
            actions=[Present(session_id, user_id), Decline(session_id, user_id)],
        )
        if not isinstance(outcome, Sent) and (
            isinstance(outcome, Retry)
            or outcome.reason in _NO_PLACE
            or (outcome.reason is Reason.UNKNOWN_PLACE and turn.attempts < MISLED)
        ):
            return outcome
        # Where Discord refuses the question itself, the turn stays, and only that is left out.
        message_id = outcome.id if isinstance(outcome, Sent) else NOT_ASKED
        async with self._database.write() as conn:
            await clubs.asked(conn, turn, message_id)
        return None

    async def _poll(self, known: Known, now: datetime) -> Failure | None:
        step = known.steps.get(Part.POLL)
        if step is not None:
            post = ClubPost.from_json(step.payload)
        else:
            async with self._database.read() as conn:
                waiting = await clubs.nominations(conn, known.club.id)
                offered = [each.paper_id for each in waiting[: limits.POLL_ANSWERS]]
                found = await papers.get_many(conn, offered)
            hours = club_schedule.poll_hours(now, known.moments.decided)
            if len(offered) < 2:
                return await self.leave_out(known, Part.POLL, now, LeftOut.TOO_FEW)
            if not hours:
                return await self.leave_out(known, Part.POLL, now, LeftOut.TOO_LATE)
            if "send_polls" in self._lacking(known):
                return await self.leave_out(known, Part.POLL, now, LeftOut.NO_PERMISSION)
            post = compose.poll(known, [found[each] for each in offered if each in found], hours)
        outcome = await self.send(known, Part.POLL, post, now)
        return None if isinstance(outcome, Sent) else outcome

    async def _decide(self, known: Known, now: datetime) -> Failure | None:
        """Choose the paper, and freeze the message that says so."""
        made = await decide(self._database, self._sender, known, now)
        if isinstance(made, (Retry, Gone, Refused)):
            return made
        choice, unwanted = made
        paper = await self._paper(None if choice is None else choice.paper_id)
        post = compose.result(known, choice, paper)
        async with self._database.write() as conn:
            await clubs.choose(conn, known.session.id, choice and choice.paper_id, now)
            await clubs.drop(conn, known.club.id, unwanted)
            if now < known.moments.starts:
                await clubs.plan(conn, known.session.id, Part.RESULT, post.to_json(), now)
        return None

    async def _event(self, known: Known, now: datetime) -> Failure | None:
        if "create_events" in self._lacking(known):
            return await self.leave_out(known, Part.EVENT, now, LeftOut.NO_PERMISSION)
        guild = self._messenger.get_guild(known.club.guild_id)
        channel = None if guild is None else guild.get_channel(known.club.channel_id)
        if channel is None:
            return Retry(Reason.UNAVAILABLE, _SOON)  # an outage: the event names the channel
        paper = await self._paper(known.session.paper_id)
        event = compose.event(known, paper, channel.name)
        async with self._database.write(durable=True) as conn:
            step = await clubs.plan(conn, known.session.id, Part.EVENT, event.to_json(), now)
            await clubs.tried(conn, step)
        outcome = await self._sender.make_event(
            known, ClubEvent.from_json(step.payload), resuming=known.restored or step.attempts > 0
        )
        if not isinstance(outcome, Sent):
            return outcome
        async with self._database.write() as conn:
            await clubs.done(conn, step, StepState.DONE, outcome.id)
            await clubs.set_event(conn, known.session.id, outcome.id)
        return None

    async def _thread(self, known: Known, now: datetime) -> Failure | None:
        header = known.made(Part.START)
        if header is None:
            return await self.leave_out(known, Part.THREAD, now, LeftOut.NOTHING_THERE)
        paper = await self._paper(known.session.paper_id)
        title = None if paper is None else readable(paper.paper.title)
        name = thread_title(long_date(known.session.day), title)
        async with self._database.write() as conn:
            step = await clubs.plan(conn, known.session.id, Part.THREAD, name, now)
            await clubs.tried(conn, step)
        outcome = await self._sender.open_thread(known, header, step.payload)
        if not isinstance(outcome, Sent):
            return outcome
        async with self._database.write() as conn:
            await clubs.done(conn, step, StepState.DONE, outcome.id)
            await clubs.set_thread(conn, known.session.id, outcome.id)
        return None

    async def _pin(self, known: Known, now: datetime) -> Failure | None:
        message_id = known.made(Part.CARD)
        if message_id is None:
            return await self.leave_out(known, Part.PIN, now, LeftOut.NOTHING_THERE)
        if "pin_messages" in self._lacking(known):
            return await self.leave_out(known, Part.PIN, now, LeftOut.NO_PERMISSION)
        async with self._database.write() as conn:
            step = await clubs.plan(conn, known.session.id, Part.PIN, None, now)
            await clubs.tried(conn, step)
        outcome = await self._sender.pin(
            known, message_id, resuming=known.restored or step.attempts > 0
        )
        if not isinstance(outcome, Sent):
            return outcome
        async with self._database.write() as conn:
            await clubs.done(conn, step, StepState.DONE, message_id)
        return None

    async def plan_cancel(self, known: Known, now: datetime, *, event_gone: bool) -> None:
        """Freeze the message that a session is cancelled: from then on it is."""
        following = known.next_day(now)
        zone = zones.zone_or_utc(known.club.timezone)
        next_at = club_schedule.starts_at(following, known.club.at, zone)
        post = compose.cancelled(known, next_at, event_gone=event_gone)
        async with self._database.write() as conn:
            await clubs.plan(conn, known.session.id, Part.CANCEL, post.to_json(), now)

    async def leave_out(self, known: Known, part: Part, now: datetime, reason: str) -> None:
        """Record that a step is not taken, and why."""
        async with self._database.write() as conn:
            step = await clubs.plan(conn, known.session.id, part, None, now)
            await clubs.done(conn, step, StepState.LEFT_OUT, reason=reason)

    def _lacking(self, known: Known) -> list[str]:
        guild = self._messenger.get_guild(known.club.guild_id)
        channel = None if guild is None else guild.get_channel(known.club.channel_id)
        return lacking_for_clubs(channel) if isinstance(channel, discord.TextChannel) else []

    async def _paper(self, paper_id: str | None) -> StoredPaper | None:
        if paper_id is None:
            return None
        async with self._database.read() as conn:
            return (await papers.get_many(conn, [paper_id])).get(paper_id)
