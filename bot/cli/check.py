"""`paperboy check`: settings, connections and permissions."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import click
import discord

from bot.cli.run import point_at, token_of
from bot.delivery.outcomes import failure_of
from bot.delivery.permissions import invite_link, lacking, needed_in
from bot.runtime.sources import live_sources
from bot.settings import Settings, SettingsError
from papers.embedding import EmbeddingError, load_embedder
from papers.sources import (
    DatedSource,
    EditionSource,
    PaperSource,
    SourceError,
    TrendingSource,
)
from papers.sources.declared import names
from storage import feeds, papers, subscriptions, web_feeds
from storage.backups import scheduled
from storage.database import Database
from storage.database_file import DatabaseError
from storage.engines.urls import parsed
from storage.feeds import Feed
from storage.web_feeds import WebFeed


class Finding(NamedTuple):
    """One line of the report; a warning leaves the exit code alone."""

    ok: bool
    text: str
    warning: bool = False


async def check(settings: Settings) -> int:
    """Print what works and what doesn't; return 1 if something keeps the bot from working."""
    failed = False
    async for finding in _findings(settings):
        failed |= not finding.ok and not finding.warning
        mark, colour = ("✓", "green") if finding.ok else ("✗", "red")
        if finding.warning and not finding.ok:
            mark, colour = "!", "yellow"
        click.echo(f"{click.style(mark, fg=colour)} {finding.text}")
    return int(failed)


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    """Yield what an operator has to do first before what depends on it."""
    async with discord.Client(intents=discord.Intents.none()) as client:
        login = await _login(client, settings)
        yield login
        if login.ok:
            invite = invite_link(client.application_id or 0)
            yield Finding(True, f"Invite link: {invite}")
        active: list[Feed] = []
        async for finding in _machine(settings, active):
            yield finding
        if login.ok:
            for feed in active:
                yield await _feed(client, feed)


async def _machine(settings: Settings, active: list[Feed]) -> AsyncIterator[Finding]:
    """Yield what does not depend on Discord; the feeds that post are added to `active`."""
    followed: list[tuple[str, ...]] = []
    try:
        database, note = await _database(settings)
    except DatabaseError as error:
        yield Finding(False, f"Database: {error}")
    else:
        yield Finding(True, f"Database: {note}")
        if database is not None:
            async with database.read() as conn:
                active += await feeds.active(conn)
                followed += await subscriptions.source_groups(conn)
                known = await papers.count(conn)
                web = await web_feeds.health(conn)
            await database.close()
            yield Finding(True, f"Stored: {known:,} papers; active daily threads: {len(active)}")
            if web:
                yield _web_feeds(web)
    yield _backups(settings)
    yield await _embedder(settings)
    sources = live_sources(settings)
    groups = (*(feed.sources for feed in active), *followed)
    wanted = names(key for group in groups for key in group)
    used = [each for each in sources if not isinstance(each, DatedSource) or each.name in wanted]
    try:
        asked = [_source(source) for source in used]
        if any(feed.trending for feed in active):
            asked += [_trending(each) for each in sources if isinstance(each, TrendingSource)]
        for answer in asyncio.as_completed(asked):
            yield await answer
    finally:
        for source in sources:
            await source.close()


def _web_feeds(web: Sequence[WebFeed]) -> Finding:
    """Say how many of the servers' feeds fail. Their addresses are the servers' own."""
    failing = [feed for feed in web if feed.kind is not None]
    text = f"Feeds added by servers: {len(web)}"
    if not failing:
        return Finding(True, f"{text}; all of them work or were not asked yet")
    kinds = Counter(str(feed.kind) for feed in failing)
    why = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    return Finding(False, f"{text}; failing: {len(failing)} ({why})", warning=True)


async def _database(settings: Settings) -> tuple[Database | None, str]:
    found = parsed(settings.database_url)
    if isinstance(found, Path):
        if not await asyncio.to_thread(found.exists):
            return None, f"{found} doesn't exist yet; the first start creates it"
        return await Database.open(settings.database_url, migrate=False), f"{found} is intact"
    database = await Database.open(settings.database_url, migrate=False)
    newer = "; a newer version has changed it, and this one can use it" if database.ahead else ""
    return database, f"{database.label} answers{newer}"


def _backups(settings: Settings) -> Finding:
    if not settings.backup_keep:
        return Finding(
            False, "Backups: off (BACKUP_KEEP=0). Back up the database yourself", warning=True
        )
    directory = settings.database_path.parent / settings.backup_dir
    hours, keep = settings.backup_hours, settings.backup_keep
    text = f"Backups: every {hours} h to {directory}; the newest {keep} kept"
    made = scheduled(directory, settings.database_path.name)
    if not made:
        return Finding(True, f"{text}; none yet")
    old = datetime.now(UTC) - made[0].at > 2 * timedelta(hours=settings.backup_hours)
    newest = f"{text}; last one on {made[0].at.day} {made[0].at:%b %Y, %H:%M} UTC"
    return Finding(
        not old, newest + (", too long ago: the log says why" if old else ""), warning=True
    )


async def _embedder(settings: Settings) -> Finding:
    try:
        embedder = await asyncio.to_thread(load_embedder, settings.embedder)
        if embedder is not None:
            await asyncio.to_thread(embedder.embed, ["whether the model runs"])
    except EmbeddingError as error:
        return Finding(False, f"Semantic search: {error}")
    if embedder is None:
        return Finding(True, "Semantic search: off (EMBEDDER=none); search works by words only")
    return Finding(True, f"Semantic search: on ({settings.embedder})")


async def _source(source: PaperSource) -> Finding:
    try:
        if isinstance(source, EditionSource):
            return await _edition(source)
        batch = await source.latest()
    except SourceError as error:
        return Finding(False, f"{source.name}: {error.kind} ({error.detail})")
    return Finding(True, f"{source.name}: works; {len(batch.records)} papers for {batch.day}")


async def _trending(source: TrendingSource) -> Finding:
    """Say whether the list of what trends works; threads come on time without it."""
    try:
        found = await source.trending()
    except SourceError as error:
        return Finding(
            False, f"{source.name}, what trends: {error.kind} ({error.detail})", warning=True
        )
    return Finding(True, f"{source.name}, what trends: works; {len(found)} papers")


async def _edition(source: EditionSource) -> Finding:
    found = await source.proceedings()
    if found is None or not found.papers:
        return Finding(True, f"{source.name}: works; no programme of this year yet")
    return Finding(True, f"{source.name}: works; {found.venue} has {len(found.papers):,} papers")


async def _login(client: discord.Client, settings: Settings) -> Finding:
    try:
        token = token_of(settings)
    except SettingsError as error:
        return Finding(False, f"Discord: {error}")
    point_at(settings)
    try:
        await client.login(token)
    except discord.LoginFailure:
        return Finding(False, "Discord: the token was refused; reset it in the developer portal")
    except Exception as error:
        return Finding(False, f"Discord: {_why(error)}")
    return Finding(True, f"Discord: logged in as {client.user}")


def _why(error: Exception) -> str:
    """Say what a failed request means, and what the connection or Discord said of it."""
    return f"{failure_of(error).reason} ({error or type(error).__name__})"


async def _feed(client: discord.Client, feed: Feed) -> Finding:
    """Say whether the bot has the permissions for a daily thread in a feed's channel."""
    name = f"Daily thread in channel {feed.channel_id}"
    try:
        guild = await client.fetch_guild(feed.guild_id)
        channel = await guild.fetch_channel(feed.channel_id)
        me = await guild.fetch_member(client.user.id if client.user else 0)
        rights = channel
        if isinstance(channel, discord.Thread):  # its permissions are its channel's
            rights = await guild.fetch_channel(channel.parent_id)
    except Exception as error:
        return Finding(False, f"{name}: {_why(error)}", warning=True)
    missing = lacking(rights.permissions_for(me), needed_in(feed.kind))
    where = f"#{channel.name} in {guild.name}"
    if missing:
        return Finding(
            False, f"{name} ({where}): missing permissions: {', '.join(missing)}", warning=True
        )
    return Finding(True, f"{name} ({where}): all permissions granted")
