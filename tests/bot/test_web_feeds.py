"""Feeds of the web as sources of a server: added, read once for all, shown, removed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import discord
import simcord

from tests.bot.world import MONDAY, World, at, cards, headers, text_of, world
from tests.papers.sources.serving import Reply, Service, serving

DAY = timedelta(days=1)
HEAD = '<rss version="2.0"><channel><title>Journal of Tests - Table of Contents</title>'


def entry(number: int, day: int, title: str = "", guid: str = "") -> str:
    """Return an entry that says it is of a day in June 2025."""
    return (
        f"<item><title>{title or f'Paper {number} of the journal'}</title>"
        f"<link>https://journal.example/a/{number}</link><guid>{guid or f'g{number}'}</guid>"
        f"<description>We study matter number {number}.</description>"
        f"<pubDate>{day:02} Jun 2025 08:00:00 GMT</pubDate></item>"
    )


def rss(*entries: str) -> Reply:
    body = f"{HEAD}{''.join(entries)}</channel></rss>".encode()
    return Reply(body, headers={"Content-Type": "application/rss+xml"})


def shown(result: simcord.InteractionResult) -> str:
    """Return what an answer says."""
    return text_of(sent(result).message) or sent(result).content


def sent(result: simcord.InteractionResult) -> simcord.ResponseMessage:
    assert result.response is not None
    return result.response


@dataclass
class Place:
    """A server with the bot, and the journal's own."""

    here: World
    journal: Service

    @property
    def url(self) -> str:
        return f"{self.journal.url}/feed"

    async def offer(self, **options: str) -> simcord.InteractionResult:
        return await self.here.admin.slash(
            self.here.channel, "source add", **{"url": self.url, **options}
        )

    async def add(self, **options: str) -> str:
        """Add the feed, and return what is said."""
        offered = await self.offer(**options)
        return shown(await self.here.admin.click(sent(offered), label="Add"))

    def has(self, *entries: str) -> None:
        """Let the feed have these entries from now on."""
        self.journal.on("/feed", rss(*entries))

    async def until_tomorrow(self) -> None:
        """Let the bot live until 09:30 of the next day: threads are due at 09:00."""
        now = self.here.clock.now()
        await self.here.tick(now.replace(hour=20, minute=0))
        await self.here.tick((now + DAY).replace(hour=9, minute=30))


@asynccontextmanager
async def placed(
    folder: Path, *entries: str, private: bool = True, most: int = 25
) -> AsyncGenerator[Place]:
    async with (
        serving() as journal,
        world(
            folder, now=at(MONDAY, 12), web_feeds_private=private, web_feeds_per_server=most
        ) as here,
    ):
        place = Place(here, journal)
        place.has(*entries)
        yield place


def titles(here: World) -> list[str]:
    """Return the titles of all cards in the channel's threads."""
    found = [
        card for number in range(len(here.channel.threads)) for card in cards(here.channel, number)
    ]
    return [line for card in found for line in card.splitlines() if line.startswith("### ")]


async def test_a_feed_is_added_and_a_thread_shows_what_it_has_new(tmp_path: Path) -> None:
    old = [entry(number, 1) for number in range(1, 6)]
    first, second = entry(10, 9), entry(11, 10)
    async with placed(tmp_path, first, *old) as place:
        here = place.here
        offered = await place.offer(name="The Journal")
        text = shown(offered)
        assert "Add The Journal?" in text
        assert "6 entries" in text
        assert "Paper 10 of the journal" in text
        said = shown(await here.admin.click(sent(offered), label="Add"))
        assert "Source added" in said
        added = await here.admin.slash(
            here.channel, "feed add", channel=here.channel, sources="the journal", time="09:00"
        )
        assert "New papers of The Journal" in shown(added)
        await place.until_tomorrow()
        place.has(second, first, *old)
        for _ in range(3):
            await place.until_tomorrow()
        found = headers(here.channel)
        assert ["1 new paper of The Journal" in text for text in found] == [True, True]
        assert [each.split(" · ", 1)[1] for each in titles(here)] == [
            "[Paper 10 of the journal](https://journal.example/a/10)",
            "[Paper 11 of the journal](https://journal.example/a/11)",
        ]


async def test_a_second_server_adds_the_same_feed_without_a_request(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9)) as place:
        here = place.here
        await place.add()
        assert len(place.journal.requests) == 1
        other = here.env.create_guild("Another Group", owner=here.env.create_user("boss"))
        channel = other.create_text_channel("papers")
        rights = discord.Permissions(manage_guild=True)
        role = other.create_role("admins", permissions=rights)
        linus = other.add_member(here.env.create_user("linus"), roles=[role])
        offered = await linus.slash(
            channel, "source add", url=place.url.upper().replace("FEED", "feed")
        )
        assert "Paper 1 of the journal" in shown(offered)
        assert "Source added" in shown(await linus.click(sent(offered), label="Add"))
        assert len(place.journal.requests) == 1
        await here.tick(here.clock.now() + timedelta(hours=2))
        assert len(place.journal.requests) == 2
