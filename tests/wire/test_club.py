"""A journal club over the wire: every request is one that Discord knows, and is sent once."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from papers.club_schedule import DECIDED_BEFORE, LASTS, POLL_BEFORE, REMINDED_BEFORE, moments
from papers.zones import zone
from storage import clubs
from tests.bot.world import MONDAY, at
from tests.discord_server import DiscordServer, Message
from tests.wire.bot import Connected, connected

FIRST, SECOND = "2506.00900", "2506.00901"
SENDING = "POST /channels/*/messages"


@asynccontextmanager
async def club(server: DiscordServer, folder: Path) -> AsyncGenerator[Connected]:
    """Start a club of volunteers by command, at the hour that it is now, with two nominations."""
    async with connected(server, folder) as here:
        await here.bot.app.cycle.ingest(at(MONDAY, 9))
        here.clock.at = now = datetime.now(UTC).replace(microsecond=0)
        options = {"weekday": (now + timedelta(days=4)).weekday(), "time": f"{now:%H:%M}"}
        asked = await here.world.slash(
            here.admin, here.channel, "club create", channel=here.channel, timezone="UTC", **options
        )
        assert "Journal club started" in asked.text
        await here.bot.services.drain()
        for paper in (FIRST, SECOND):
            said = here.world.say(here.member, here.channel, f"arXiv:{paper}")
            done = await here.world.use_menu(here.member, here.channel, "Nominate", said)
            assert "Nominated" in done.text
        yield here


async def starts(here: Connected) -> datetime:
    """Return when the session starts."""
    async with here.bot.services.database.read() as conn:
        session = await clubs.the_open_one(conn, 1)
    assert session is not None
    return moments(session.day, session.at, zone(session.timezone)).starts


async def go_to(here: Connected, moment: datetime) -> None:
    """Put both clocks forward to a moment, and let the bot do its minute's work on clubs."""
    here.world.advance((moment - here.clock.at).total_seconds())
    here.clock.at = moment
    await here.bot.services.clubs.claim(moment)
    await here.bot.services.drain()


def beginning(here: Connected, words: str) -> list[Message]:
    """Return the channel's messages whose heading begins with these words."""
    return [each for each in here.channel.history if each.text.startswith(f"### {words}")]


def poll(here: Connected) -> Message:
    """Return the message with the poll."""
    (found,) = [each for each in here.channel.history if each.poll is not None]
    return found


async def test_a_session_goes_from_its_poll_to_a_pinned_card(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with club(discord_server, tmp_path) as here:
        held = await starts(here)
        await go_to(here, held - POLL_BEFORE)
        here.world.vote(here.member, poll(here), 2)
        await go_to(here, held - DECIDED_BEFORE)
        (chosen,) = beginning(here, "We'll discuss")
        assert "Paper number 901" in chosen.text
        (event,) = here.world.events.values()
        assert event["name"] == "Journal club: Paper number 901"
        await go_to(here, held - REMINDED_BEFORE)
        assert len(beginning(here, "Journal club soon")) == 1
        await go_to(here, held)
        (thread,) = here.world.threads_of(here.channel)
        (card,) = thread.history
        assert card.pinned
        await go_to(here, held + LASTS)
        assert len(beginning(here, "Journal club of")) == 2
        discord_server.assert_clean()


async def test_a_skipped_session_ends_its_poll_and_deletes_its_event(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with club(discord_server, tmp_path) as here:
        held = await starts(here)
        await go_to(here, held - POLL_BEFORE)
        await here.world.slash(here.admin, here.channel, "club skip")
        await here.bot.services.drain()
        ended = poll(here).poll
        assert ended is not None
        assert ended.final
        del here.channel.messages[poll(here).id]
        held = await starts(here)
        await go_to(here, held - POLL_BEFORE)
        await go_to(here, held - DECIDED_BEFORE)
        assert len(here.world.events) == 1
        await here.world.slash(here.admin, here.channel, "club skip")
        await here.bot.services.drain()
        assert here.world.events == {}
        discord_server.assert_clean()


async def test_lost_answers_and_refusals_repeat_nothing_and_hold_nothing_up(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with club(discord_server, tmp_path) as here:
        held = await starts(here)
        discord_server.fail(SENDING, when="after", drop=True, times=10)
        await go_to(here, held - POLL_BEFORE)
        discord_server.heal()
        await go_to(here, held - POLL_BEFORE + timedelta(hours=1))
        assert poll(here).poll is not None
        discord_server.fail("POST /guilds/*/scheduled-events", status=403, code=50013)
        await go_to(here, held - DECIDED_BEFORE)
        assert here.world.events == {}
        discord_server.fail("PUT /channels/*/pins/*", status=403, code=50013)
        await go_to(here, held)
        (thread,) = here.world.threads_of(here.channel)
        assert len(thread.history) == 1
        await go_to(here, held + LASTS)
        assert len(beginning(here, "Journal club of")) == 2
