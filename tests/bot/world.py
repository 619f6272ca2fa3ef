"""A small world for behaviour tests: a source with a few batches, and the real bot in simcord."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import discord
import simcord

from bot.client import PaperBot, create_bot
from bot.delivery.read_back import strings_of
from bot.demo import start_posts_as_discord
from bot.interactions.errors import sentence_of
from bot.runtime.clock import FixedClock
from bot.settings import Settings
from papers.model import Author, Batch, Metrics, Paper, Record
from papers.sources import PaperSource, SourceError, SourceErrorKind
from storage import feeds
from storage.feeds import Feed
from tests.databases import is_file, put_empty, url_in

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2025, 6, day) for day in range(9, 14))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment in UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def paper(number: int, title: str | None = None, **known: object) -> Paper:
    """Make a paper; equal numbers are equal papers."""
    return Paper(
        id=f"2506.{number:05}",
        title=title or f"Paper number {number}",
        abstract=f"We study matter number {number}.",
        authors=(Author("Ada Lovelace"), Author("Grace Hopper")),
        **known,  # pyright: ignore[reportArgumentType] - fields of Paper
    )


def votes(batch: date, *upvotes: int, start: int = 0) -> list[Record]:
    """Make a batch of papers with these votes."""
    first = batch.day * 100 + start
    return [
        Record(paper(first + number), Metrics(count), batch) for number, count in enumerate(upvotes)
    ]


@dataclass
class FakeSource:
    """A curated source that answers from memory, or fails while told to."""

    days: dict[date, list[Record]]
    name: str = "Fake"
    curated: bool = True
    failing: bool = False
    asked: list[date] = field(default_factory=list[date])

    async def daily(self, day: date) -> Batch:
        self.asked.append(day)
        if self.failing:
            raise SourceError(self.name, SourceErrorKind.UNREACHABLE, "no connection")
        return Batch(day, tuple(self.days.get(day, ())))

    async def latest(self) -> Batch:
        return await self.daily(max(self.days))

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        return [record for record in self._all() if record.paper.id in paper_ids]

    async def search(self, query: str, limit: int) -> list[Record]:
        return [record for record in self._all() if query in record.paper.title][:limit]

    async def close(self) -> None:
        return None

    def _all(self) -> Iterable[Record]:
        return (record for records in self.days.values() for record in records)


@dataclass
class World:
    """The bot in a server of the simulated Discord."""

    env: simcord.Env
    bot: PaperBot
    clock: FixedClock
    source: FakeSource
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    admin: simcord.MemberActor
    member: simcord.MemberActor
    others: Sequence[PaperSource] = ()
    """Sources besides `source`."""

    async def add_feed(
        self,
        channel: simcord.ChannelHandle | None = None,
        *,
        hour: int = 9,
        timezone: str = "UTC",
        size: int = 10,
        **known: object,
    ) -> Feed:
        """Give a channel its feed."""
        async with self.bot.services.database.write() as conn:
            feed = await feeds.add(
                conn,
                guild_id=self.guild.id,
                channel_id=(channel or self.channel).id,
                at=time(hour),
                timezone=timezone,
                size=size,
                now=self.clock.now(),
                **known,  # pyright: ignore[reportArgumentType] - fields of a feed
            )
        assert feed is not None
        return feed

    async def tick(self, now: datetime) -> None:
        """Let the clock stand at `now` and the bot do its minute's work."""
        self.clock.at = now
        await self.bot.tick(now)

    async def restart(self, database_url: str | None = None) -> None:
        """Stop the bot and start it again in the same Discord, on the same database or another."""
        old = self.bot
        url = database_url or old.settings.database_url
        settings = old.settings.model_copy(update={"database_url": url})
        self.bot = create_bot(settings, clock=self.clock, sources=[self.source, *self.others])
        await self.env.restart_bot(self.bot)
        await old.close()


def headers(channel: simcord.ChannelHandle) -> list[str]:
    """Return the text of every header in a channel, oldest first."""
    return [text for text in map(text_of, channel.history()) if "Papers of" in text]


def cards(channel: simcord.ChannelHandle, thread: int = -1) -> list[str]:
    """Return the text of every card in one of a channel's threads, the newest thread by default."""
    threads = sorted(channel.threads, key=lambda thread: thread.id)
    return [text for text in map(text_of, threads[thread].history()) if text]


def text_of(message: object) -> str:
    """Return everything that can be read in a message."""
    return "\n".join(strings_of(message))  # pyright: ignore[reportArgumentType] - simcord's message


def thread_in(here: World, name: str) -> simcord.ChannelHandle:
    """Open a thread of the admin's in the channel."""
    thread = here.env.backend.create_thread(here.channel.id, name, here.admin.id)
    return simcord.ChannelHandle(here.env, here.guild, thread)


NOWHERE = "http://127.0.0.1:9"
"""An address at which nothing answers."""


def make_settings(folder: Path, **known: object) -> Settings:
    """Return settings that read no `.env` and keep their database in `folder`."""
    url = url_in(folder)
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
        database_url=url,
        index_dir=None if is_file(url) else folder,
        **{"embedder": "none", "zotero_url": NOWHERE, **known},  # pyright: ignore[reportArgumentType]
    )


@asynccontextmanager
async def world(
    folder: Path,
    days: dict[date, list[Record]] | None = None,
    *,
    now: datetime | None = None,
    others: Sequence[PaperSource] = (),
    **settings: object,
) -> AsyncGenerator[World]:
    """Run the real bot in a server with one channel, an admin and a member."""
    clock = FixedClock(now or at(MONDAY, 8))
    source = FakeSource(days if days is not None else {MONDAY: votes(MONDAY, 30, 20, 10)})
    put_empty(folder)
    bot = create_bot(make_settings(folder, **settings), clock=clock, sources=[source, *others])
    here: World | None = None
    try:
        async with simcord.run(bot, settle_timeout=30.0, check_errors=False) as env:
            start_posts_as_discord(env)
            guild = env.create_guild("Reading Group", owner=env.create_user("owner"))
            channel = guild.create_text_channel("papers")
            admins = discord.Permissions(manage_guild=True)
            admin_role = guild.create_role("admins", permissions=admins)
            admin = guild.add_member(env.create_user("ada"), roles=[admin_role])
            member = guild.add_member(env.create_user("grace"))
            await env.settle()
            here = World(env, bot, clock, source, guild, channel, admin, member, others)
            yield here
        unexpected = [
            error
            for error in env.errors
            if not isinstance(error, Exception) or sentence_of(error) is None
        ]
        if unexpected:
            raise BaseExceptionGroup("nobody is told how to mend this", unexpected)
    finally:
        await (here.bot if here else bot).close()
