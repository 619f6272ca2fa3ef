"""`paperboy run`: the bot under a clock, a supervisor and signals."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import click
import discord
import discord.gateway
import discord.http
import yarl
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.cli.holding import holding, part_of
from bot.client import PaperBot, create_bot
from bot.feed_server import serving_feeds
from bot.monitor import Monitor, serving
from bot.runtime.clock import Clock
from bot.runtime.lease import LIFE, Lease, StoppedError
from bot.runtime.logs import log_failure, logging_to_stderr
from bot.runtime.signals import signals
from bot.settings import Settings, SettingsError
from papers.sources import PaperSource
from storage.database_file import DriverError, file_error

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0
"""Seconds between attempts to connect, doubling from the first to the longest."""

UPKEEP_MINUTE = 47
"""The minute of the hour at which backups are made: far from the hours at which threads are due."""

CLOSE_TIMEOUT = 20.0
"""Seconds until a stop is a stop, whatever is still open."""


class TokenRefusedError(Exception):
    """Discord refused the token; trying again would not help."""


async def run_bot(
    settings: Settings,
    *,
    life: timedelta = LIFE,
    clock: Clock | None = None,
    sources: Sequence[PaperSource] | None = None,
) -> int:
    """Run the bot, or the part of it that the settings name, until a signal stops it, and return
    the exit code.

    Args:
        settings: what the operator set.
        life: how long another process waits for this one after it stopped renewing its lease.
        clock: as for `create_bot`.
        sources: as for `create_bot`.

    Raises:
        SettingsError: there is no token.
        DatabaseError: the database cannot be used, or a bot is running on it already.
    """
    token = token_of(settings)
    point_at(settings)
    monitor = Monitor()
    if settings.role != "all":
        monitor.shares(settings.database_path.stem, settings.role)
    stop = asyncio.Event()

    def bot_of(lease: Lease) -> PaperBot:
        return create_bot(
            settings,
            clock=clock,
            sources=sources,
            shard_count=1 if settings.discord_gateway_url is not None else None,
            monitor=monitor,
            lease=lease,
            part=part_of(settings, lease),
        )

    try:
        with logging_to_stderr(settings), signals(stop):
            async with (
                _answering(settings, stop, monitor, life) as lease,
                serving_feeds(lambda: monitor.services, settings),
                monitor.measuring(),
            ):
                await _serve(partial(bot_of, lease), token, stop)
    except TokenRefusedError:  # the log is written by now: this is the last line
        click.echo(
            "paperboy: Discord refused DISCORD_TOKEN; reset the token in the developer portal.",
            err=True,
        )
        return 1
    except StoppedError:
        pass
    return 0


@asynccontextmanager
async def _answering(
    settings: Settings, stop: asyncio.Event, monitor: Monitor, life: timedelta
) -> AsyncGenerator[Lease]:
    """Hold the database, or a part of the work, and answer for the health.

    A spare is asked for its health while it waits; where one process does everything, that another
    one does it already is said before the port is found to be that one's.
    """
    if settings.role == "all":
        async with holding(settings, stop, monitor, life) as lease, serving(monitor, settings):
            yield lease
    else:
        async with serving(monitor, settings), holding(settings, stop, monitor, life) as lease:
            yield lease


def token_of(settings: Settings) -> str:
    """Return the bot's token.

    Raises:
        SettingsError: it is missing, or is something else by its form.
    """
    if settings.discord_token is not None:
        token = settings.discord_token.get_secret_value().strip()
    elif settings.discord_token_file is not None:
        token = _token_in(settings.discord_token_file)
    else:
        raise SettingsError(
            "DISCORD_TOKEN is not set: copy the bot's token from discord.com/developers"
            " (your application, Bot, Reset Token) to .env; README.md explains the steps"
        )
    if token.count(".") != 2 or any(character.isspace() for character in token):
        raise SettingsError(
            "DISCORD_TOKEN is malformed: a bot's token has three parts separated by dots;"
            " this may be the client secret or the public key"
        )
    return token


def _token_in(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't a text file"
        raise SettingsError(f"DISCORD_TOKEN_FILE: {path} can't be read: {reason}") from error


def point_at(settings: Settings) -> None:
    """Talk to another server than Discord's, where the settings name one."""
    if settings.discord_api_url is not None:
        discord.http.Route.BASE = settings.discord_api_url
    if settings.discord_gateway_url is not None:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


async def _serve(new_bot: Callable[[], PaperBot], token: str, stop: asyncio.Event) -> None:
    pause = FIRST_PAUSE
    while not stop.is_set():
        bot = new_bot()
        started = asyncio.get_running_loop().time()
        await _connected(bot, token, stop)
        if stop.is_set():
            break
        # discord.py ends on a payload that it cannot parse, and on some closes: start afresh.
        if asyncio.get_running_loop().time() - started > LONGEST_PAUSE:
            pause = FIRST_PAUSE
        log.warning("connection ended; reconnecting in %.0f s", pause)
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            pause = min(2 * pause, LONGEST_PAUSE)


async def _connected(bot: PaperBot, token: str, stop: asyncio.Event) -> None:
    """Run one bot until it stops by itself or is asked to."""
    scheduler: Any = AsyncIOScheduler(timezone="UTC")  # APScheduler 3 has no types
    connection = asyncio.create_task(_stay_connected(bot, token), name="connection")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    try:
        for work, minute in ((every_minute, "*"), (_upkeep, UPKEEP_MINUTE)):
            scheduler.add_job(
                _until_stopped,
                "cron",
                args=[partial(work, bot)],
                name=work.__name__,
                minute=minute,
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        scheduler.start()
        if bot.part.shards is not None:
            # Another process may have left work a moment ago.
            bot.add_listener(partial(every_minute, bot), "on_guilds_known")
        await asyncio.wait({connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            _raise_final(connection)
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=False)
        stopping.cancel()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await bot.close()
        except TimeoutError:
            log.warning("shutdown timed out; some connections were not closed")
        connection.cancel()
        await asyncio.gather(connection, stopping, return_exceptions=True)


async def _stay_connected(bot: PaperBot, token: str) -> None:
    if bot.part.listens:
        await bot.start(token)
    else:
        await bot.login(token)
        await asyncio.Event().wait()


def _raise_final(connection: asyncio.Task[None]) -> None:
    error = connection.exception()
    match error:
        case (
            None
            | discord.ConnectionClosed()
            | discord.GatewayNotFound()
            | aiohttp.ClientError()
            | OSError()
        ):
            log.warning("connection lost: %s", error)
        case discord.LoginFailure():
            raise TokenRefusedError from error
        case discord.HTTPException():
            log.warning("Discord refused the connection: %s", error)
        case (
            discord.DiscordException() | KeyError() | ValueError() | TypeError() | AttributeError()
        ):
            # What a payload that discord.py does not know does to it (gateway.py,
            # received_message).
            log.warning("connection failed on an unexpected payload", exc_info=error)
        case DriverError() if (trouble := file_error(error)) is not None:
            log.warning("the database cannot be used: %s", trouble)  # e.g. its server is away
        case _:
            raise error


async def _until_stopped(work: Callable[[], Awaitable[None]]) -> None:
    """Do a job's work until the scheduler stops, which APScheduler would log as an error."""
    try:
        await work()
    except asyncio.CancelledError:
        log.info("work was broken off by the stop; the next start goes on with it")


async def every_minute(bot: PaperBot) -> None:
    """Do the minute's work once a shard is ready, where the process has any, and look for
    problems."""
    services = bot.monitor.services
    if bot.known_shards or (services is not None and not bot.part.listens):
        if services is not None:
            await bot.registration.look_again(services.registered_commands)
        await run_minute(bot)
    else:
        bot.monitor.cycle_skipped()
    if services is not None and bot.part.keeps:
        try:
            await bot.app.incidents.check(services.clock.now())
        except Exception as error:
            log_failure(log, error, "looking for problems failed")


async def run_minute(bot: PaperBot) -> None:
    """Run one minute's work; an error is logged and counted, and ends nothing."""
    try:
        await bot.app.cycle.run(bot.clock.now())
    except Exception as error:
        # The next minute is a new chance, and the database knows what is owed.
        log_failure(log, error, "the minute's work failed")
        bot.monitor.cycle_failed(error)
    else:
        bot.monitor.cycle_succeeded()


async def _upkeep(bot: PaperBot) -> None:
    if (services := bot.monitor.services) is None:
        return
    if not bot.part.keeps:
        services.library.forget_old(services.clock.now())
        return
    try:
        await services.maintenance.run(services.clock.now())
    except Exception as error:
        # It comes again in an hour, and what keeps it from working is reported as an incident.
        log_failure(log, error, "database maintenance failed")
