"""Incidents, reported once to the operator: when one begins, and when it is over.

Errors are many and incidents few: a source that is out of reach for a day fails three hundred
times, and its owner reads two lines.
"""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

import discord
from discord.abc import Snowflake

from bot.delivery.outcomes import failure_of
from bot.monitor._monitor import Monitor
from bot.services.container import Services
from bot.ui.notices import render_notice
from bot.ui.parts import ACCENT, ALARM
from bot.ui.text import escape, plural, timestamp
from storage import clock_repair, digests, incidents, metrics, source_health
from storage.database_file import DriverError
from storage.incidents import Change, Incident, Problem

log = logging.getLogger(__name__)


class Operator(Protocol):
    """The way to the person who runs the bot."""

    @property
    def application(self) -> discord.AppInfo | None:
        """The application, whose owner it is."""
        ...

    @property
    def user(self) -> discord.ClientUser | None:
        """The bot's own account."""
        ...

    async def create_dm(self, user: Snowflake, /) -> discord.DMChannel:
        """Open the direct messages of a user."""
        ...

    def mention(self, command: str, /) -> str:
        """Return a command as people can tap it."""
        ...


class IncidentTracker:
    """Looks once a minute at what is wrong."""

    def __init__(self, services: Services, monitor: Monitor, operator: Operator) -> None:
        self._services = services
        self._monitor = monitor
        self._thresholds = monitor.thresholds
        self._operator = operator
        self._refusals = 0
        self._down: Incident | None = None

    async def check(self, now: datetime) -> None:
        """Record what is wrong, and report what began and what ended."""
        try:
            change = await self._note([trouble async for trouble in self._problems(now)], now)
        except DriverError as error:
            await self._database_down(error, now)
            return
        self._refusals = 0
        for incident in change.begun:
            if await self._begin(incident):
                async with self._services.database.write() as conn:
                    await incidents.mark_told(conn, incident.id, now)
        for incident in change.ended:
            await self._end(incident)

    async def report(self, kind: str, text: str, now: datetime) -> None:
        """Record something that went wrong and is over already, and report it."""
        delivered = await self._begin(Incident(0, kind, "", text, now, now, None, None))
        async with self._services.database.write() as conn:
            incident = Incident(0, kind, "", text, now, now, now, now if delivered else None)
            await incidents.add_over(conn, incident, now)

    async def _note(self, found: list[Problem], now: datetime) -> Change:
        async with self._services.database.read() as conn:
            known = await incidents.current(conn)
        gauge = self._monitor.instruments.incidents
        gauge.clear()
        for kind in {incident.kind for incident in known} | {trouble.kind for trouble in found}:
            gauge.labels(kind).set(1)
        if not found and not known and self._down is None:
            return Change((), ())
        async with self._services.database.write() as conn:
            change = await incidents.note(conn, found, now)
            if (down := self._down) is None:
                return change
            await incidents.add_over(conn, down, now)
        self._down = None
        return Change(change.begun, (*change.ended, down))

    async def _database_down(self, error: Exception, now: datetime) -> None:
        """There can be no row for this one until it is over."""
        self._refusals += 1
        log.debug("database error", exc_info=error)
        if self._down is None and self._refusals >= self._thresholds.refusals:
            cause = getattr(error, "orig", None) or error
            text = (
                f"The database can't be written: {cause}. Nothing is posted or saved until it can."
            )
            self._down = Incident(0, "database", "", text, now, now, None, None)
            self._monitor.instruments.incidents.labels("database").set(1)
            if await self._begin(self._down):
                self._down = Incident(0, "database", "", text, now, now, None, now)

    async def _begin(self, incident: Incident) -> bool:
        log.error("incident kind=%s: %s", incident.kind, incident.text)
        if incident.kind == "messages":
            return False  # Discord wants no direct messages, this one neither.
        return await self._tell("Problem found", escape(incident.text), ALARM)

    async def _end(self, incident: Incident) -> None:
        since = f"{incident.began_at:%d %b %H:%M} UTC"
        log.warning("incident over kind=%s since=%s: %s", incident.kind, since, incident.text)
        if incident.told_at is not None:
            began = timestamp(incident.began_at)
            body = f"{escape(incident.text)}\nIt began {began}."
            await self._tell("Problem solved", body, ACCENT)

    async def _tell(self, title: str, body: str, colour: discord.Colour) -> bool:
        """Write to the application's owner, in markdown; return whether it arrived."""
        operator = self._operator
        application, user = operator.application, operator.user
        if not self._services.settings.tell_owner or application is None or user is None:
            return False
        team = application.team
        owner_id = application.owner.id if team is None else team.owner_id
        if owner_id is None or owner_id == user.id:
            return False
        view = render_notice(
            title,
            body,
            colour=colour,
            footer=f"{operator.mention('paper status')} has more. To turn these messages off, set"
            " `TELL_OWNER=false`.",
        )
        try:
            channel = await operator.create_dm(discord.Object(owner_id, type=discord.User))
            await channel.send(view=view)
        except Exception as error:
            log.info("the owner was not notified: %s", failure_of(error).reason)
            return False
        return True

    async def _problems(self, now: datetime) -> AsyncIterator[Problem]:
        async with self._services.database.read() as conn:
            sources = await source_health.all(conn)
            waiting = await metrics.backlog(conn)
            rest = await digests.broken_until(conn, now)
        for source in sources:
            since = source.failing_since
            if since is not None and now - since >= self._thresholds.source_silent:
                why = "failing" if source.kind is None else source.kind.value
                yield Problem(
                    "source",
                    source.source,
                    f"{source.source} has not answered for an hour: {why}. Threads come late until"
                    " it does.",
                )
        posts = waiting["post"]
        if posts.since is not None and now - posts.since >= self._thresholds.threads_late:
            have = "has" if posts.waiting == 1 else "have"
            yield Problem(
                "late",
                "",
                f"{plural(posts.waiting, 'daily thread')} {have} waited for half an hour:"
                f" {posts.reason or 'the reason is unknown'}.",
            )
        if rest is not None:
            yield Problem(
                "messages",
                "",
                f"Discord limits direct messages; none are sent until {rest:%d %b %H:%M} UTC."
                " To avoid this, lower DM_OPENS_PER_DAY.",
            )
        async for trouble in self._own(now):
            yield trouble

    async def _own(self, now: datetime) -> AsyncIterator[Problem]:
        """Yield what is wrong with the process and its machine."""
        monitor, maintenance = self._monitor, self._services.maintenance
        async with self._services.database.read() as conn:
            behind = await clock_repair.is_behind(conn, now)
        if behind:
            yield Problem(
                "clock",
                "",
                "The machine's clock is behind: papers of a later day are stored. Threads and"
                " digests wait until it is right. Check its time synchronisation.",
            )
        if monitor.requests.invalid.pause is not None:
            yield Problem(
                "refused",
                "",
                "Discord refuses too many requests. Sending is paused for some minutes; commands"
                " keep working.",
            )
        if monitor.disconnected_for() >= self._thresholds.gateway_gone:
            yield Problem("gateway", "", "No connection to Discord for five minutes.")
        if monitor.failing_cycles >= self._thresholds.failing_cycles:
            yield Problem(
                "beat",
                "",
                f"The minute's work fails ({monitor.last_failure}). The log has the full error.",
            )
        if maintenance.last_error is not None:
            yield Problem(
                "backup", "", f"The database was not backed up: {maintenance.last_error}."
            )
        for task, why in maintenance.failing.items():
            yield Problem("upkeep", task, f"Database maintenance fails ({task}): {why}.")
        database = self._services.database
        size = await database.size() if database.is_file else 0
        free = await asyncio.to_thread(_room, database.beside(".index"))
        if free < max(self._thresholds.free_bytes, size):
            yield Problem("disk", "", f"Only {free / 1e6:,.0f} MB of disk space are left.")


def _room(beside: Path) -> int:
    return shutil.disk_usage(beside.parent).free
