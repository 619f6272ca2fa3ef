"""The people of a soak, and what they do at random."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from benchmarks._soak_sources import SUBJECTS
from tests.discord_server import Channel, DiscordServer, Guild, Message, User
from tests.discord_server.objects import FORUM, NEWS

TOPICS = (*SUBJECTS[:6], '"protein folding" OR robot', "speech -synthesis", "trending")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
EMOJI = ("🔖", "⭐", "✅", "📌", "🎉")
"""Three that save, one that adds to the server's shelf, and one that means nothing."""


@dataclass
class People:
    """Who is there, where, and what they do when it is their turn."""

    server: DiscordServer
    chance: random.Random
    guilds: list[Guild] = field(default_factory=list[Guild])
    channels: list[Channel] = field(default_factory=list[Channel])
    options: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    """What `/feed add` is told of some channels besides."""
    weekly: list[Channel] = field(default_factory=list[Channel])
    """Channels that get a roundup of the week, on Mondays at noon."""
    listed: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    """The sources of channels whose papers are from several."""
    preprints: Channel | None = None
    """The channel that gets papers of a source without votes."""
    offices: dict[int, Channel] = field(default_factory=dict[int, Channel])
    admins: dict[int, User] = field(default_factory=dict[int, User])
    readers: list[User] = field(default_factory=list[User])
    home: dict[int, Guild] = field(default_factory=dict[int, Guild])
    erased: set[int] = field(default_factory=set[int])
    ever_erased: set[int] = field(default_factory=set[int])
    troubled: set[int] = field(default_factory=set[int])
    """Channels that are paused, or closed to the bot."""
    disturbed: set[tuple[int, date]] = field(default_factory=set[tuple[int, date]])
    """Channels with the days on which they were."""
    done: dict[str, int] = field(default_factory=dict[str, int])
    unanswered: list[str] = field(default_factory=list[str])

    def settle(self, guilds: int, channels: int, readers: int) -> None:
        """Make the servers and those who live in them."""
        world = self.server.world
        for number in range(guilds):
            guild = world.add_guild(f"Reading Group {number}")
            office = world.add_channel(guild, "office")
            guild.system_channel_id = office.id
            role = world.add_role(guild, "admins", "manage_guild")
            self.guilds.append(guild)
            self.offices[guild.id] = office
            self.admins[guild.id] = world.add_member(guild, f"admin {number}", role)
            for place in range(channels):
                self.channels.append(world.add_channel(guild, f"papers-{place}"))
            self.weekly.append(world.add_channel(guild, "best-papers"))
        members = {
            each.id: world.add_role(each, "members", "create_public_threads")
            for each in self.guilds
        }
        for number in range(readers):
            guild = self.guilds[number % guilds]
            reader = world.add_member(guild, f"reader {number}", members[guild.id])
            self.readers.append(reader)
            self.home[reader.id] = guild

    def settle_places(self) -> None:
        """Give the first server a channel of every kind: announcements, forums and a thread."""
        world, guild = self.server.world, self.guilds[0]
        news = world.add_channel(guild, "news", kind=NEWS)
        forum, posts = (world.add_channel(guild, name, kind=FORUM) for name in ("forum", "posts"))
        parent = world.add_channel(guild, "parent")
        thread = world.add_thread(parent, "papers", self.admins[guild.id])
        preprints = world.add_channel(guild, "preprints")
        self.channels += [news, forum, posts, thread, preprints]
        self.preprints = preprints
        self.options[preprints.id] = {"sources": "biorxiv"}
        self.options[news.id] = {"publish": True}
        self.options[posts.id] = {"posts": "paper"}

    async def begin(self) -> None:
        """Set up each channel's thread or roundup, and let half of the readers follow something."""
        for number, channel in enumerate(self.channels):
            guild = self.server.world.guild_of(channel)
            hour = time((7 + 5 * number) % 24, self.chance.choice((0, 30)))
            await self.slash(
                self.admins[guild.id],
                self.offices[guild.id],
                "feed add",
                channel=channel,
                time=f"{hour:%H:%M}",
                timezone=ZONES[number % len(ZONES)],
                papers=3 + number % 4,
                **({"include": "flow, robot"} if number == 1 else {}),
                **self.options.get(channel.id, {}),
            )
        for channel in self.weekly:
            guild = self.server.world.guild_of(channel)
            await self.slash(
                self.admins[guild.id],
                self.offices[guild.id],
                "feed add",
                channel=channel,
                every="week",
                time="12",
                timezone="UTC",
                papers=5,
            )
        for guild in self.guilds:
            office = self.offices[guild.id]
            weekly = {"channel": office, "day": 2, "time": "10", "timezone": "UTC"}
            await self.slash(self.admins[guild.id], office, "shelf settings", **weekly)
        for reader in self.readers[::2]:
            await self.follow(reader)

    async def act(self, *, online: bool) -> None:
        """Let one thing happen that people do; reactions also while the bot is away."""
        reader = self.chance.choice(self.readers)
        acts: list[tuple[int, Any]] = [(60, self.react), (20, self.unreact), (2, self.clear)]
        if online:
            acts += [
                (5, self.follow),
                (3, self.unfollow),
                (3, self.settings),
                (4, self.search),
                (4, self.press_save),
                (3, self.look),
                (1, self.erase),
                (1, self.close_dms),
            ]
        what = self.chance.choices([act for _, act in acts], [weight for weight, _ in acts])[0]
        self.done[what.__name__] = self.done.get(what.__name__, 0) + 1
        await what(reader)

    # -- what readers do -------------------------------------------------------------------

    async def react(self, reader: User) -> None:
        """React to a paper of the last days."""
        if (card := self.card(reader)) is not None:
            self.server.world.react(reader, card, self.chance.choice(EMOJI))

    async def unreact(self, reader: User) -> None:
        """Take a reaction back."""
        mine = [
            (message, emoji)
            for message in self._cards(reader)
            for emoji, users in message.reactions.items()
            if reader.id in users
        ]
        if mine:
            message, emoji = self.chance.choice(mine)
            self.server.world.unreact(reader, message, emoji)

    async def clear(self, reader: User) -> None:
        """Let somebody who moderates take one person's or everybody's reactions off."""
        if (card := self.card(reader)) is not None:
            for emoji, users in list(card.reactions.items()):
                for user_id in [each for each in users if each != self.server.world.bot.id]:
                    self.server.world.unreact(self.server.world.users[user_id], card, emoji)

    async def follow(self, reader: User) -> None:
        """Follow a topic: the preview, then the button."""
        every = self.chance.choice(("day", "day", "weekdays", "week"))
        topic = self.chance.choice(TOPICS)
        preview = await self.slash(
            reader, self._office(reader), "paper subscribe", topic=topic, every=every
        )
        if preview is not None and "Subscribe" in preview.message.buttons:
            await self.safely(self.server.world.click(reader, preview.message, "Subscribe"))
            self.erased.discard(reader.id)

    async def unfollow(self, reader: User) -> None:
        """End a topic, whether it is followed or not."""
        topic = self.chance.choice(TOPICS)
        await self.slash(reader, self._office(reader), "paper unsubscribe", topic=topic)

    async def settings(self, reader: User) -> None:
        """Move the digest to another hour and zone."""
        hour, zone = str(self.chance.randint(0, 23)), self.chance.choice(ZONES)
        office = self._office(reader)
        await self.slash(reader, office, "paper digest settings", hour=hour, timezone=zone)

    async def search(self, reader: User) -> None:
        """Search, and turn the page."""
        found = await self.slash(
            reader, self._office(reader), "paper search", query=self.chance.choice(SUBJECTS)
        )
        if found is not None and "Next →" in found.message.buttons:
            await self.safely(self.server.world.click(reader, found.message, "Next →"))

    async def press_save(self, reader: User) -> None:
        """Press Save on a card."""
        if (card := self.card(reader)) is not None and "🔖" in card.text + str(card.buttons):
            name = next((label for label in card.buttons if "Save" in label), None)
            if name is not None:
                await self.safely(self.server.world.click(reader, card, name))

    async def look(self, reader: User) -> None:
        """Look at one's library, one's topics, one's inbox, or how things are."""
        path = self.chance.choice(
            (
                *("library show", "paper subscriptions", "paper inbox", "paper status"),
                *("paper trending", "shelf show"),
            )
        )
        await self.slash(reader, self._office(reader), path)

    async def erase(self, reader: User) -> None:
        """Erase everything that is kept about oneself."""
        asked = await self.slash(reader, self._office(reader), "privacy delete")
        if asked is not None and "Delete everything" in asked.message.buttons:
            await self.safely(self.server.world.click(reader, asked.message, "Delete everything"))
            self.erased.add(reader.id)
            self.ever_erased.add(reader.id)

    async def close_dms(self, reader: User) -> None:
        """Refuse direct messages from now on, or take them again."""
        reader.takes_dms = not reader.takes_dms

    # -- what admins do ----------------------------------------------------------------------

    async def admin_acts(self, day: date) -> None:
        """Pause a channel, take a right away, or change something; mend what was done before."""
        channel = self.chance.choice(self.channels)
        guild = self.server.world.guild_of(channel)
        admin, office = self.admins[guild.id], self.offices[guild.id]
        if self.troubled:
            self.note_troubled(day)
            await self.make_up()
            return
        what = self.chance.choice(("feed pause", "forbid", "feed edit"))
        if what == "forbid" and channel.is_thread:
            what = "feed pause"
        self.done[what] = self.done.get(what, 0) + 1
        if what == "feed edit":
            size = self.chance.randint(3, 6)
            await self.slash(admin, office, what, channel=channel, papers=size)
            return
        self.troubled.add(channel.id)
        self.note_troubled(day)
        if what == "forbid":
            self.server.world.set_permissions(channel, deny=("send_messages",))
        else:
            await self.slash(admin, office, what, channel=channel)

    def note_troubled(self, day: date) -> None:
        """Note which channels cannot get their threads on a day."""
        self.disturbed |= {(channel_id, day) for channel_id in self.troubled}

    def note_absent(self, day: date) -> None:
        """Note that threads may be missed: the bot or its source is away at their hour."""
        self.disturbed |= {(channel.id, day) for channel in self.channels}

    async def make_up(self) -> None:
        """Give back every right and resume every channel."""
        for channel in self.channels:
            guild = self.server.world.guild_of(channel)
            if not channel.is_thread:
                self.server.world.set_permissions(channel)
            admin, office = self.admins[guild.id], self.offices[guild.id]
            await self.slash(admin, office, "feed resume", channel=channel)
            if self.options.get(channel.id, {}).get("publish") and channel.id in self.troubled:
                # Publishing is turned off where the bot may not write; the notice says so.
                await self.slash(admin, office, "feed edit", channel=channel, publish=True)
        self.troubled.clear()

    def _cards(self, reader: User) -> list[Message]:
        world = self.server.world
        guild = self.home[reader.id]
        threads = [each for each in world.channels.values() if each.guild_id == guild.id]
        recent = sorted((each for each in threads if each.is_thread), key=lambda each: each.id)[-6:]
        return [
            message
            for thread in recent
            if not thread.archived
            for message in thread.history
            if message.author is world.bot and message.buttons
        ]

    def card(self, reader: User) -> Message | None:
        """Return a card of the last days that a reader sees."""
        cards = self._cards(reader)
        return self.chance.choice(cards) if cards else None

    def _office(self, reader: User) -> Channel:
        return self.offices[self.home[reader.id].id]

    async def slash(self, user: User, where: Channel, path: str, /, **options: Any) -> Any:
        """Run a command; return its answer, `None` if none came."""
        return await self.safely(self.server.world.slash(user, where, path, **options), path)

    async def safely(self, work: Any, what: str = "a button") -> Any:
        """Wait for an answer; note where none comes."""
        with suppress(AssertionError, asyncio.TimeoutError):
            return await work
        self.unanswered.append(what)
        return None
