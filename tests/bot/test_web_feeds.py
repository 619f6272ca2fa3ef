"""Feeds of the web as sources of a server: added, read once for all, shown, removed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import discord
import pytest
import simcord

from storage import feeds, guilds, web_feeds
from storage.feeds import FeedState
from tests.bot.world import MONDAY, World, at, cards, headers, text_of, world
from tests.papers.sources.serving import Reply, Service, html_reply, serving

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


async def said(place: Place, **options: str) -> str:
    return shown(await place.offer(**options))


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (html_reply("Just a moment..."), "no RSS or Atom feed"),
        (Reply(b""), "no RSS or Atom feed"),
        (Reply(b"<rss version='2.0'><channel><item><title>x"), "no RSS or Atom feed"),
        (Reply(status=404), "refused my request"),
        (Reply(b" " * 5_000_000), "refused my request"),
        (Reply(status=500), "has a problem"),
        (Reply(status=429, headers={"Retry-After": "7200"}), "slow down"),
        (Reply(status=410), "gone for good"),
        (Reply(drop=True), "couldn't be reached"),
    ],
    ids=["wall", "nothing", "broken", "404", "large", "500", "429", "gone", "cut off"],
)
async def test_what_is_no_feed_is_refused_with_its_reason_and_not_asked_again_at_once(
    reply: Reply, why: str, tmp_path: Path
) -> None:
    async with placed(tmp_path) as place:
        place.journal.on("/feed", reply)
        assert why in await said(place)
        assert why in await said(place)
        assert len(place.journal.requests) == 1
        text = shown(await place.here.admin.slash(place.here.channel, "source list"))
        assert "None yet" in text


async def test_addresses_of_private_networks_are_refused(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9), private=False) as place:
        for url in (place.url, place.url.replace("127.0.0.1", "localhost")):
            assert "private network" in await said(place, url=url)
        for url in ("ftp://journal.example/rss", "https://me:secret@journal.example/rss", "x"):
            assert "isn't the address of a feed" in await said(place, url=url)
        assert place.journal.requests == []


async def test_names_and_numbers_of_feeds_are_limited(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9), most=1) as place:
        assert "already means another source" in await said(place, name="bioRxiv")
        assert "already means another source" in await said(place, name="web7")
        await place.add(name="Tests & more")
        place.journal.on("/other", rss(entry(2, 9)))
        assert "No more feeds are possible" in await said(place, url=f"{place.journal.url}/other")
        assert len(place.journal.requests) == 1


async def test_a_feed_that_the_server_has_is_not_added_again(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9)) as place:
        await place.add(name="Tests & more")
        assert "already has this feed as **Tests & more**" in await said(place, name="Again")
        place.journal.on("/old", Reply(status=301, headers={"Location": "/feed"}))
        moved = await said(place, url=f"{place.journal.url}/old", name="Again")
        assert "already has this feed as **Tests & more**" in moved


async def channel_with(place: Place, sources: str) -> str:
    here = place.here
    return shown(
        await here.admin.slash(
            here.channel, "feed add", channel=here.channel, sources=sources, time="09:00"
        )
    )


async def test_a_feed_is_chosen_by_its_name_in_any_company_and_by_its_server_alone(
    tmp_path: Path,
) -> None:
    async with placed(tmp_path, entry(1, 9)) as place:
        here = place.here
        await place.add(name="Science and Tests")
        offers = await here.admin.autocomplete(here.channel, "feed add", "sources", "science")
        assert [(each["name"], each["value"]) for each in offers] == [("Science and Tests", "web1")]
        assert await here.admin.autocomplete(here.channel, "source remove", "source", "tests")
        assert "have upvotes and those of" in await channel_with(place, "arxiv, science and tests")
        text = await channel_with(place, "biorxiv and science and tests")
        assert "New papers of bioRxiv, Science and Tests" in text
        lab = here.env.create_guild("Lab", owner=here.env.create_user("boss"))
        desk = lab.create_text_channel("desk")
        rights = discord.Permissions(manage_guild=True)
        linus = lab.add_member(
            here.env.create_user("linus"), roles=[lab.create_role("admins", permissions=rights)]
        )
        refused = await linus.slash(desk, "feed add", channel=desk, sources="web1")
        assert "has no source" in shown(refused)
        async with here.bot.services.database.read() as conn:
            assert await feeds.of_guild(conn, lab.id) == []


async def test_a_removed_feed_leaves_its_threads_and_pauses_those_of_nothing_else(
    tmp_path: Path,
) -> None:
    async with placed(tmp_path, entry(1, 9)) as place:
        here = place.here
        await place.add(name="Tests")
        await channel_with(place, "tests")
        other = here.guild.create_text_channel("other")
        await here.add_feed(other, sources=["biorxiv", "web1"])
        listed = shown(await here.admin.slash(here.channel, "source list"))
        assert f"Shown in <#{here.channel.id}>, <#{other.id}>" in listed
        asked = await here.admin.slash(here.channel, "source remove", source="tests")
        assert f"Paused, because it is their only source: <#{here.channel.id}>" in shown(asked)
        assert f"No longer shown in <#{other.id}>" in shown(asked)
        removed = await here.admin.click(sent(asked), label="Remove")
        assert "Source removed" in shown(removed)
        async with here.bot.services.database.read() as conn:
            alone, both = await feeds.of_guild(conn, here.guild.id)
        assert (alone.state, both.state) == (FeedState.PAUSED, FeedState.ACTIVE)
        assert both.sources == ("biorxiv",)
        resumed = await here.admin.slash(here.channel, "feed resume", channel=here.channel)
        assert "Its source was removed" in shown(resumed)
        requests = len(place.journal.requests)
        await here.tick(here.clock.now() + timedelta(hours=3))
        assert len(place.journal.requests) == requests


async def test_nothing_comes_twice_whatever_a_feed_changes(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9), entry(2, 9)) as place:
        here = place.here
        await place.add(name="Tests")
        await channel_with(place, "tests")
        await place.until_tomorrow()
        assert len(titles(here)) == 2
        place.has(entry(1, 10, guid="another"), entry(2, 10, guid="and another"))
        await place.until_tomorrow()
        moved = entry(1, 10, guid="another").replace("/a/1", "/moved/1")
        place.has(moved, entry(2, 10, guid="and another"))
        for _ in range(10):
            await place.until_tomorrow()
        assert len(titles(here)) == 2


async def test_a_feed_that_fails_for_days_goes_on_and_its_channel_waits(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9)) as place:
        here = place.here
        await place.add(name="Tests")
        await channel_with(place, "tests")
        await place.until_tomorrow()
        place.journal.on("/feed", Reply(status=503, headers={"Retry-After": "1800"}))
        await place.until_tomorrow()
        listed = shown(await here.admin.slash(here.channel, "source list"))
        assert "has a problem" in listed
        status = shown(await here.admin.slash(here.channel, "paper status"))
        assert "🔴 Tests: The feed's server has a problem." in status
        place.has(entry(2, 11), entry(1, 9))
        for _ in range(3):
            await place.until_tomorrow()
        assert len(titles(here)) == 2
        assert "has a problem" not in shown(await here.admin.slash(here.channel, "source list"))
        status = shown(await here.admin.slash(here.channel, "paper status"))
        assert "🟢 Tests: working" in status


async def test_a_server_that_left_is_read_for_no_more_and_its_feeds_go_with_it(
    tmp_path: Path,
) -> None:
    async with placed(tmp_path, entry(1, 9)) as place:
        here = place.here
        await place.add(name="Tests")
        database = here.bot.services.database
        now = here.clock.now()
        async with database.write() as conn:
            await guilds.left(conn, here.guild.id, now)
            assert await web_feeds.due(conn, now + DAY, most=9) == []
            later = now + guilds.LEFT_KEPT + 2 * DAY
            for forget in (guilds.forget_left, web_feeds.forget):
                while await forget(conn, later):
                    pass
            assert await web_feeds.get(conn, 1) is None


async def test_a_bot_that_is_killed_between_its_steps_asks_again_an_hour_later_and_loses_nothing(
    tmp_path: Path,
) -> None:
    async with placed(tmp_path, entry(1, 9)) as place:
        here = place.here
        await place.add(name="Tests")
        await channel_with(place, "tests")
        place.has(entry(2, 9), entry(1, 9))
        database = here.bot.services.database
        now = here.clock.now() + timedelta(hours=2)
        async with database.write() as conn:  # the request was claimed, and no answer came
            assert await web_feeds.claim(conn, 1, now, now + timedelta(hours=1)) is not None
        await here.restart()
        await here.tick(now + timedelta(minutes=59))
        assert len(place.journal.requests) == 1
        await here.tick(now + timedelta(minutes=61))
        assert len(place.journal.requests) == 2
        await place.until_tomorrow()
        assert len(titles(here)) == 2
