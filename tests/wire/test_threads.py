"""Threads as the place of a feed, and channels with rules of their own."""

from pathlib import Path

import pytest

from storage import feeds
from storage.feeds import FeedState
from tests.bot.world import MONDAY, TUESDAY, at, votes
from tests.discord_server import Channel, DiscordServer
from tests.discord_server.objects import NEWS
from tests.wire.bot import Connected, connected

DAYS = {day: votes(day, 30, 20, 10) for day in (MONDAY, TUESDAY)}
SENDING = "POST /channels/*/messages"


async def thread_in(here: Connected, parent: Channel | None = None) -> Channel:
    """Open a thread that is a person's own, and let the bot know of it."""
    thread = here.world.add_thread(parent or here.channel, "reading", here.admin)
    await here.server.until(lambda: thread.id in known_threads(here))
    return thread


def known_threads(here: Connected) -> set[int]:
    guild = here.bot.get_guild(here.guild.id)
    return set() if guild is None else {thread.id for thread in guild.threads}


async def state_of(here: Connected) -> tuple[FeedState, str | None]:
    async with here.bot.services.database.read() as conn:
        (feed,) = await feeds.of_guild(conn, here.guild.id)
    return feed.state, feed.disabled_reason


def papers_in(thread: Channel, bot_id: int) -> list[str]:
    """Return the first line of each message of the bot's in a thread."""
    return [each.text.splitlines()[0] for each in thread.history if each.author.id == bot_id]


@pytest.mark.parametrize("news", [False, True])
async def test_a_threads_overview_and_cards_are_messages_there(
    discord_server: DiscordServer, tmp_path: Path, news: bool
) -> None:
    async with connected(discord_server, tmp_path, DAYS, save_reactions=False) as here:
        parent = here.world.add_channel(here.guild, "news", kind=NEWS) if news else here.channel
        await discord_server.until(lambda: here.bot.get_channel(parent.id) is not None)
        thread = await thread_in(here, parent)
        assert "Daily thread set up" in await here.add_feed(channel=thread, time="9")
        before = len(discord_server.requests)
        await here.tick(at(MONDAY, 9))
        assert len(discord_server.requests) - before == 4, "no thread is opened"
        lines = papers_in(thread, here.world.bot.id)
        assert "Papers of Monday" in lines[0]
        assert ["Paper number 90" in line for line in lines] == [False, True, True, True]
        assert not parent.history
        await here.tick(at(MONDAY, 15))
        assert thread.history[0].edits == 1
        await here.tick(at(TUESDAY, 9))
        assert len(thread.history) == 8
        assert here.world.threads_of(parent) == [thread]
    assert discord_server.invalid_requests == 0


async def test_an_archived_thread_can_be_chosen_and_wakes_up_when_the_bot_posts(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        thread = await thread_in(here)
        here.world.set_archived(thread)
        await discord_server.until(lambda: thread.id not in known_threads(here))
        assert "Daily thread set up" in await here.add_feed(channel=thread, time="9")
        await here.tick(at(MONDAY, 9))
        assert len(thread.history) == 4
        assert not thread.archived
        here.world.set_archived(thread)
        await discord_server.until(lambda: thread.id not in known_threads(here))
        await here.world.slash(here.admin, here.office, "feed pause", channel=thread)
        resumed = await here.world.slash(here.admin, here.office, "feed resume", channel=thread)
        assert "Daily thread resumed" in resumed.text
        await here.tick(at(TUESDAY, 9))
        assert len(thread.history) == 8


async def test_a_locked_thread_is_refused_with_what_to_do(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        thread = await thread_in(here)
        here.world.set_archived(thread, locked=True)
        await discord_server.until(lambda: thread.id not in known_threads(here))
        assert "is locked. Unlock it, or choose another." in await here.add_feed(channel=thread)


@pytest.mark.parametrize("archived", [False, True])
async def test_a_thread_that_is_locked_later_stops_its_feed_with_a_sentence(
    discord_server: DiscordServer, tmp_path: Path, archived: bool
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        thread = await thread_in(here)
        await here.add_feed(channel=thread, time="9")
        here.world.set_archived(thread, archived=archived, locked=True)
        await here.tick(at(MONDAY, 9))
        assert await state_of(here) == (FeedState.DISABLED, "the thread is locked")
        assert "The thread is locked. Unlock it" in here.office.history[-1].text
        here.world.set_archived(thread, archived=False)
        await here.world.slash(here.admin, here.office, "feed resume", channel=thread)
        await here.tick(at(MONDAY, 10))
        assert len(thread.history) == 4


@pytest.mark.parametrize("skip", [0, 2])
async def test_a_deleted_thread_stops_its_feed(
    discord_server: DiscordServer, tmp_path: Path, skip: int
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        thread = await thread_in(here)
        await here.add_feed(channel=thread, time="9")
        discord_server.fail(SENDING, skip=skip, status=404, code=10003)
        await here.tick(at(MONDAY, 9))
        assert await state_of(here) == (FeedState.DISABLED, "the channel no longer exists")


async def test_a_thread_needs_no_right_to_open_threads(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        thread = await thread_in(here)
        denied = ["send_messages_in_threads", "send_messages", "create_public_threads"]
        here.world.set_permissions(here.channel, deny=denied)
        await discord_server.until(lambda: not here.bot_may("send_messages_in_threads"))
        refused = await here.add_feed(channel=thread)
        assert "Send Messages in Threads" in refused
        assert "Create Public Threads" not in refused
        here.world.set_permissions(here.channel, deny=denied[1:])
        await discord_server.until(lambda: here.bot_may("send_messages_in_threads"))
        assert "Daily thread set up" in await here.add_feed(channel=thread, time="9")
        await here.tick(at(MONDAY, 9))
        assert len(thread.history) == 4


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("skip", [0, 1, 3])
async def test_a_lost_answer_in_a_thread_repeats_and_loses_nothing(
    discord_server: DiscordServer, tmp_path: Path, skip: int, when: str
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        thread = await thread_in(here)
        await here.add_feed(channel=thread, time="9")
        discord_server.fail(SENDING, skip=skip, drop=True, when=when)  # pyright: ignore[reportArgumentType]
        await here.tick(at(MONDAY, 9))
        here.world.say(here.member, thread, "Papers of Monday 9 June 2025, please")
        here.world.advance(3_600)
        await here.tick(at(MONDAY, 9, 5))
        assert len(papers_in(thread, here.world.bot.id)) == 4


async def test_slow_mode_and_an_age_restriction_keep_no_post_away(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        strict = here.world.add_channel(here.guild, "strict")
        strict.slow, strict.nsfw = 21_600, True
        here.world.set_permissions(strict, here.world.bot, allow=["view_channel"])
        await discord_server.until(lambda: here.bot.get_channel(strict.id) is not None)
        assert "Daily thread set up" in await here.add_feed(channel=strict, time="9")
        await here.tick(at(MONDAY, 9))
        (thread,) = here.world.threads_of(strict)
        assert len(thread.history) == 3
