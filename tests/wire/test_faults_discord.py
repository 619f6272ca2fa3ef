"""What Discord refuses and forgets: nobody is left without a word, and nothing comes twice."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bot.world import MONDAY, TUESDAY, at
from tests.discord_server import DiscordServer
from tests.discord_server.state import Event
from tests.looking import rows
from tests.wire.bot import Connected, connected
from tests.wire.fault_recorder import FaultRecorder

HEADER = "POST /channels/*/messages"
THREAD = "POST /channels/*/threads"
SEED = "PUT /channels/*/reactions/*"
REFRESH = "PATCH /channels/*/messages/*"
NINE = at(MONDAY, 9)


def at_once(here: Connected, name: str, deed: Callable[[Event], object]) -> None:
    """Let something happen in the very moment in which Discord tells of an event, once."""
    told: list[str] = []

    def listen(event: Event) -> None:
        if event.name == name and not told:
            told.append(name)
            deed(event)

    here.world.listeners.append(listen)


async def resume(here: Connected) -> None:
    """Let the admin mend and resume the feed, as the notice says."""
    await here.world.slash(here.admin, here.channel, "feed resume")


REFUSED_FOR_GOOD = [
    ("header refused, 50001 the channel is not visible", HEADER, 0, 403, 50001),
    ("header refused, 50013 a permission is missing", HEADER, 0, 403, 50013),
    ("header refused, 50035 invalid form", HEADER, 0, 400, 50035),
    ("header refused, a code that nobody knows", HEADER, 0, 400, 99_999),
    ("header refused, 200000 AutoMod blocks a title", HEADER, 0, 400, 200000),
    ("header refused, 403 without a code", HEADER, 0, 403, 0),
    ("header refused, 404 without a code", HEADER, 0, 404, 0),
    ("header refused, 401 the token was reset", HEADER, 0, 401, 0),
    ("thread refused, 10008 the header was deleted", THREAD, 0, 404, 10008),
    ("thread refused, 160006 no room for threads", THREAD, 0, 400, 160006),
    ("card refused, 10003 the thread was deleted", HEADER, 2, 404, 10003),
    ("card refused, 50035 invalid form", HEADER, 2, 400, 50035),
    ("card refused, 200000 AutoMod blocks it", HEADER, 2, 400, 200000),
    ("card refused, 240000 a link is blocked", HEADER, 2, 400, 240000),
    ("card refused, a code that nobody knows", HEADER, 2, 400, 99_999),
    ("card refused, 403 with a code that nobody knows", HEADER, 2, 403, 99_999),
    ("card refused, 50083 the thread is archived", HEADER, 2, 400, 50083),
]


@pytest.mark.parametrize(
    ("name", "pattern", "skip", "status", "code"),
    REFUSED_FOR_GOOD,
    ids=[name for name, *_ in REFUSED_FOR_GOOD],
)
async def test_a_refusal_is_taken_for_what_it_is(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    pattern: str,
    skip: int,
    status: int,
    code: int,
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        discord_server.fail(pattern, skip=skip, status=status, code=code)
        await here.tick(NINE)
        await recorder.observe()
        await resume(here)
        await here.tick(at(MONDAY, 10, 1))
        await recorder.observe()
        recorder.record(f"Discord: {name}")


BUSY: list[tuple[str, dict[str, Any]]] = [
    ("500 for a minute", {"status": 500, "times": 5}),
    ("502 with a page for people", {"status": 502, "html": True, "times": 5}),
    ("503 at the third request", {"status": 503, "skip": 2}),
    ("429, wait a moment", {"status": 429, "retry_after": 0.05, "times": 3}),
    (
        "429 without Via: Cloudflare's ban",
        {"status": 429, "via": False, "skip": 2, "retry_after": 1},
    ),
    ("the connection breaks, nothing carried out", {"drop": True, "skip": 2}),
    ("the connection breaks, only the answer lost", {"drop": True, "skip": 2, "when": "after"}),
]


@pytest.mark.parametrize(("name", "fault"), BUSY, ids=[name for name, _ in BUSY])
async def test_what_passes_is_waited_for(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    quick_retries: None,
    name: str,
    fault: dict[str, Any],
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        discord_server.fail("POST /channels/*", **fault)
        await here.tick(NINE)
        await recorder.observe()
        await here.tick(at(MONDAY, 9, 2))
        await here.tick(at(MONDAY, 10, 5))
        await recorder.observe()
        assert recorder.person[-1] == "1 header, 1 thread, 3 cards"
        recorder.record(f"Discord: {name}")


async def test_an_answer_that_never_comes_holds_up_nobody_else(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        other = here.world.add_channel(here.guild, "others")
        await here.add_feed(time="09:00")
        await here.world.slash(here.admin, here.office, "feed add", channel=other, time="09:00")
        sending = f"POST /channels/{here.channel.id}/messages"
        hanging = discord_server.fail(sending, hang=60, drop=True)
        here.clock.at = NINE
        await here.bot.app.cycle.run(NINE, timeout=None)
        await discord_server.until(lambda: recorder.stored().count("post done") == 1)
        assert recorder.channel(other) == "1 header, 1 thread, 3 cards"
        await recorder.observe()
        recorder.note(person="the other channel has its thread meanwhile")
        hanging.over.set()
        await here.bot.services.queue.drain()
        await here.tick(at(MONDAY, 9, 2))
        await recorder.observe()
        recorder.record("Discord: a request hangs")


async def test_a_channel_deleted_between_claim_and_send_stops_its_feed(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        # The event that would tell the bot is still on its way when it sends.
        del here.world.channels[here.channel.id]
        await here.tick(NINE)
        await here.tick(at(MONDAY, 9, 1))
        await recorder.observe()
        assert discord_server.count(f"POST /channels/{here.channel.id}/*") == 1
        recorder.record("Discord: the channel is deleted between claim and send")


async def test_a_permission_lost_between_header_and_thread_is_mended_and_the_post_goes_on(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        world = here.world
        await here.add_feed(time="09:00")
        at_once(
            here,
            "MESSAGE_CREATE",
            lambda _: world.set_permissions(here.channel, deny=["create_public_threads"]),
        )
        await here.tick(NINE)
        await recorder.observe()
        world.set_permissions(here.channel, allow=["create_public_threads"])
        await discord_server.until(lambda: here.bot_may("create_public_threads"))
        await resume(here)
        await here.tick(at(MONDAY, 10))
        await recorder.observe()
        recorder.record("Discord: a permission is lost between header and thread")


async def test_a_thread_that_somebody_opened_first_is_used(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        at_once(
            here,
            "MESSAGE_CREATE",
            lambda event: here.world.add_thread(
                here.channel, "quicker", here.world.bot, thread_id=int(event.data["id"])
            ),
        )
        await here.tick(NINE)
        await recorder.observe()
        recorder.record("Discord: thread refused, 160004 there is one already")


async def test_a_bot_thrown_out_in_the_middle_of_a_post_ends_it(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        at_once(here, "THREAD_CREATE", lambda _: here.world.remove_bot(here.guild))
        await here.tick(NINE)
        await discord_server.until(lambda: here.bot.get_guild(here.guild.id) is None)
        await here.tick(at(MONDAY, 10))
        await recorder.observe()
        asked = discord_server.count("POST /channels/*")
        await here.tick(at(TUESDAY, 9))
        assert discord_server.count("POST /channels/*") == asked
        recorder.record("Discord: the bot is thrown out in the middle of a post")


SMALL = [
    ("first reaction refused, 90001 blocked", SEED, 403, 90001),
    ("first reaction refused, 30010 too many", SEED, 400, 30010),
    ("refresh of the header refused, 10008 it was deleted", REFRESH, 404, 10008),
]


@pytest.mark.parametrize(
    ("name", "pattern", "status", "code"), SMALL, ids=[name for name, *_ in SMALL]
)
async def test_what_is_only_nice_to_have_harms_nothing(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    pattern: str,
    status: int,
    code: int,
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        discord_server.fail(pattern, status=status, code=code, times=9)
        await here.tick(NINE)
        await here.tick(at(MONDAY, 15, 1))
        await here.tick(at(MONDAY, 15, 2))
        await recorder.observe()
        assert discord_server.invalid_requests <= 3
        recorder.record(f"Discord: {name}")


async def test_posts_go_on_while_the_gateway_is_gone_and_reactions_are_caught_up(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    quick_retries: None,
) -> None:
    gateway = discord_server.gateway
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        gateway.away = True
        gateway.drop()
        for minute in range(10):
            await here.tick(at(MONDAY, 9, minute))
        (thread,) = here.world.threads_of(here.channel)
        here.world.react(here.member, thread.history[0], "🔖")
        await discord_server.until(lambda: gateway.turned_away >= 2)
        await recorder.observe()
        gateway.sessions.clear()  # too long ago to be resumed: the reaction is told to nobody
        gateway.away = False
        await discord_server.until(lambda: gateway.identified == 2, patience=60)
        await discord_server.until(lambda: saves(here) == 1)
        await recorder.observe()
        recorder.note(person="the reaction made meanwhile is saved")
        recorder.record("gateway: gone for ten minutes, and the session with it")


async def test_a_gateway_that_wants_us_to_reconnect_changes_nothing(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        reconnecting: list[asyncio.Task[None]] = []
        await here.add_feed(time="09:00")
        at_once(
            here,
            "THREAD_CREATE",
            lambda _: reconnecting.append(asyncio.create_task(discord_server.disconnect())),
        )
        await here.tick(NINE)
        await asyncio.gather(*reconnecting)
        await discord_server.until(lambda: discord_server.gateway.resumed)
        await recorder.observe()
        recorder.record("gateway: asks for a reconnect in the middle of a post")


async def test_a_server_that_is_away_at_the_start_keeps_its_feed_and_gets_its_post(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        guild, channel = here.guild, here.channel
        office, admin, member = here.office, here.admin, here.member
    guild.available = False
    discord_server.fail(f"POST /channels/{channel.id}/messages", status=503, code=0, times=1)
    async with connected(discord_server, tmp_path) as here:
        here.guild, here.channel, here.office = guild, channel, office
        here.admin, here.member = admin, member
        recorder = FaultRecorder(here, caplog)
        await here.tick(NINE)
        await recorder.observe()
        here.world.set_available(guild, available=True)
        await discord_server.until(lambda: here.bot_may("send_messages"))
        await here.tick(at(MONDAY, 9, 5))
        await recorder.observe()
        recorder.record("gateway: a server is unavailable at the start")


async def test_two_thousand_servers_arrive_at_once(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = discord_server.world
    world.first_answer = 20.0  # a busy machine must not fail a test for its time
    for number in range(2_000):
        world.add_guild(f"Guild {number}")
    async with connected(discord_server, tmp_path) as here:
        recorder = FaultRecorder(here, caplog)
        assert len(here.bot.guilds) == 2_001
        await discord_server.until(lambda: not any(each.unavailable for each in here.bot.guilds))
        await here.add_feed(time="09:00")
        await here.tick(NINE)
        await recorder.observe()
        asked = await world.slash(here.member, here.office, "paper status")
        assert asked.messages
        recorder.note(person="commands are answered")
        recorder.record("gateway: 2,000 servers arrive at once")


def saves(here: Connected) -> int:
    """Return how many saves the database has."""
    ((count,),) = rows(here.bot.settings.database_url, "SELECT count(*) FROM saves")
    return count
