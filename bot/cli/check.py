"""`paperboy check`: what is configured, reachable and permitted."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import click
import discord

from bot.cli.run import point_at, token_of
from bot.delivery.outcomes import failure_of
from bot.delivery.permissions import invite_permissions, lacking
from bot.runtime.sources import live_sources
from bot.settings import Settings, SettingsError
from papers.embedding import EmbeddingError, load_embedder
from papers.sources import PaperSource, SourceError
from storage import feeds, papers
from storage.backups import scheduled
from storage.database import Database
from storage.database_file import DatabaseError
from storage.feeds import Feed


class Finding(NamedTuple):
    """One line of the report; a warning leaves the exit code alone."""

    ok: bool
    text: str
    warning: bool = False


async def check(settings: Settings) -> int:
    """Print what is well and what is not; return 1 if something keeps the bot from working."""
    failed = False
    async for finding in _findings(settings):
        failed |= not finding.ok and not finding.warning
        mark, colour = ("✓", "green") if finding.ok else ("✗", "red")
        if finding.warning and not finding.ok:
            mark, colour = "!", "yellow"
        click.echo(f"{click.style(mark, fg=colour)} {finding.text}")
    return int(failed)


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    active: list[Feed] = []
    try:
        database, note = await _database(settings)
    except DatabaseError as error:
        yield Finding(False, f"Database: {error}")
    else:
        yield Finding(True, f"Database: {note}")
        if database is not None:
            async with database.read() as conn:
                active = await feeds.active(conn)
                known = await papers.count(conn)
            await database.close()
            yield Finding(True, f"Papers known: {known:,}; feeds posting: {len(active)}")
    yield _backups(settings)
    yield await _embedder(settings)
    sources = live_sources(settings)
    try:
        for answer in asyncio.as_completed([_source(source) for source in sources]):
            yield await answer
    finally:
        for source in sources:
            await source.close()
    async for finding in _discord(settings, active):
        yield finding


async def _database(settings: Settings) -> tuple[Database | None, str]:
    path = settings.database_path
    if not path.exists():
        return None, f"{path} does not exist yet; the first start makes it"
    return await Database.open(settings.database_url, migrate=False), f"{path} is whole"


def _backups(settings: Settings) -> Finding:
    if not settings.backup_keep:
        return Finding(False, "Backups: off (BACKUP_KEEP=0); make your own", warning=True)
    directory = settings.database_path.parent / settings.backup_dir
    text = f"Backups: every {settings.backup_hours} h into {directory}, {settings.backup_keep} kept"
    made = scheduled(directory, settings.database_path.name)
    if not made:
        return Finding(True, f"{text}; none yet")
    old = datetime.now(UTC) - made[0].at > 2 * timedelta(hours=settings.backup_hours)
    newest = f"{text}; the newest is of {made[0].at:%d %b %Y %H:%M} UTC"
    return Finding(not old, newest + (", which is old" if old else ""), warning=True)


async def _embedder(settings: Settings) -> Finding:
    try:
        embedder = await asyncio.to_thread(load_embedder, settings.embedder)
    except EmbeddingError as error:
        return Finding(False, f"Search by meaning: {error}")
    if embedder is None:
        return Finding(True, "Search by meaning: off (EMBEDDER=none); search is by words")
    return Finding(True, f"Search by meaning: {embedder.name} {embedder.version}")


async def _source(source: PaperSource) -> Finding:
    try:
        batch = await source.latest()
    except SourceError as error:
        return Finding(False, f"{source.name}: {error.kind}, {error.detail}")
    return Finding(True, f"{source.name}: answers; {len(batch.records)} papers on {batch.day}")


async def _discord(settings: Settings, active: list[Feed]) -> AsyncIterator[Finding]:
    try:
        token = token_of(settings)
    except SettingsError as error:
        yield Finding(False, f"Discord: {error}")
        return
    point_at(settings)
    client = discord.Client(intents=discord.Intents.none())
    async with client:
        try:
            await client.login(token)
        except discord.LoginFailure:
            yield Finding(False, "Discord: the token is not accepted; reset it in the portal")
            return
        except Exception as error:
            yield Finding(False, f"Discord: {failure_of(error).reason}")
            return
        yield Finding(True, f"Discord: logged in as {client.user}")
        invite = discord.utils.oauth_url(
            client.application_id or 0,
            permissions=invite_permissions(),
            scopes=("bot", "applications.commands"),
        )
        yield Finding(True, f"Invite link: {invite}")
        for feed in active:
            yield await _feed(client, feed)


async def _feed(client: discord.Client, feed: Feed) -> Finding:
    """Say whether the bot may do in a feed's channel what a daily thread takes."""
    name = f"Feed in channel {feed.channel_id}"
    try:
        guild = await client.fetch_guild(feed.guild_id)
        channel = await guild.fetch_channel(feed.channel_id)
        me = await guild.fetch_member(client.user.id if client.user else 0)
    except Exception as error:
        return Finding(False, f"{name}: {failure_of(error).reason}", warning=True)
    missing = lacking(channel.permissions_for(me))
    where = f"#{channel.name} in {guild.name}"
    if missing:
        return Finding(False, f"{name} ({where}): lacks {', '.join(missing)}", warning=True)
    return Finding(True, f"{name} ({where}): everything is permitted")
