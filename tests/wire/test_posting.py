"""Posting when the wire is bad: lost answers, limits, refusals, broken connections."""

from pathlib import Path

import pytest

from storage import feeds
from storage.feeds import FeedState
from tests.bot.world import MONDAY, TUESDAY, at, votes
from tests.discord_server import Channel, DiscordServer, FakeDiscord, Message
from tests.discord_server.faults import When
from tests.wire.bot import Connected, connected

SENDING = "POST /channels/*/messages"
OPENING = "POST /channels/*/threads"


def post_of(world: FakeDiscord, channel: Channel) -> tuple[Message, list[Message]]:
    """Return the channel's only header, and the cards in its only thread."""
    (header,) = channel.history
    (thread,) = world.threads_of(channel)
    assert thread.id == header.id
    return header, thread.history


async def state_of(here: Connected) -> tuple[FeedState, str | None]:
    async with here.bot.services.database.read() as conn:
        (feed,) = await feeds.of_guild(conn, here.guild.id)
    return feed.state, feed.disabled_reason


@pytest.mark.engines
async def test_a_post_is_one_header_one_thread_and_one_card_a_paper(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, save_reactions=False) as here:
        await here.add_feed(time="09:00")
        before = len(discord_server.requests)
        await here.tick(at(MONDAY, 9))
        header, cards = post_of(here.world, here.channel)
        assert "Monday 9 June 2025" in header.text
        assert ["Paper number 900" in card.text for card in cards] == [True, False, False]
        assert all("https://arxiv.org/abs/" in str(card.links) for card in cards)
        assert len(discord_server.requests) - before == 5
        assert here.world.threads_of(here.channel)[0].archive_minutes == 7 * 24 * 60
    assert discord_server.invalid_requests == 0


async def test_a_post_with_twenty_papers_keeps_to_every_rate_limit(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    days = {MONDAY: votes(MONDAY, *range(60, 30, -1))}
    async with connected(discord_server, tmp_path, days) as here:
        await here.add_feed(papers=20)
        await here.tick(at(MONDAY, 9))
        header, cards = post_of(here.world, here.channel)
        assert len(cards) == 20
        assert header.text.count("Paper number") == 20
    assert discord_server.invalid_requests == 0


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("pattern", "skip"), [(SENDING, 0), (OPENING, 0), (SENDING, 1), (SENDING, 3)]
)
async def test_a_lost_answer_repeats_and_loses_nothing(
    discord_server: DiscordServer, tmp_path: Path, pattern: str, skip: int, when: When
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        discord_server.fail(pattern, skip=skip, drop=True, when=when)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 9, 5))
        _, cards = post_of(here.world, here.channel)
        numbers = [
            number for card in cards for number in (900, 901, 902) if f"{number}" in card.text
        ]
        assert numbers == [900, 901, 902]


@pytest.mark.parametrize("skip", [0, 2])
async def test_what_was_lost_is_found_again_among_what_people_wrote_since(
    discord_server: DiscordServer, tmp_path: Path, skip: int
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        discord_server.fail("POST /channels/*", skip=skip, drop=True, when="after")
        await here.tick(at(MONDAY, 9))
        places = [here.channel, *here.world.threads_of(here.channel)]
        said = [here.world.say(here.member, place, "hm") for place in places for _ in range(450)]
        here.world.advance(3_600)  # no nonce is remembered any more
        await here.tick(at(MONDAY, 10))
        for message in said:
            here.world.delete_message(message)
        assert len(post_of(here.world, here.channel)[1]) == 3


@pytest.mark.parametrize("status", [429, 503])
async def test_what_passes_is_waited_for(
    discord_server: DiscordServer, tmp_path: Path, status: int
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        discord_server.fail("POST /channels/*", skip=2, status=status, retry_after=0.1)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 9, 5))
        _, cards = post_of(here.world, here.channel)
        assert len(cards) == 3


async def test_a_reconnect_in_the_middle_of_a_post_changes_nothing(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        discord_server.world.listeners.append(
            lambda event: discord_server.gateway.drop() if event.name == "THREAD_CREATE" else None
        )
        await here.tick(at(MONDAY, 9))
        assert len(post_of(here.world, here.channel)[1]) == 3
        await discord_server.until(lambda: discord_server.gateway.resumed)


async def test_a_lost_permission_stops_the_feed_before_discord_has_to_refuse(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    days = {MONDAY: votes(MONDAY, 3, 2), TUESDAY: votes(TUESDAY, 5, 4)}
    async with connected(discord_server, tmp_path, days) as here:
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 9))
        here.world.set_permissions(here.channel, deny=["create_public_threads"])
        await discord_server.until(lambda: not here.bot_may("create_public_threads"))
        await here.tick(at(TUESDAY, 9))
        state, reason = await state_of(here)
        assert state is FeedState.DISABLED
        assert reason is not None
        assert "Create Public Threads" in reason
        assert len(here.channel.history) == 1
    assert discord_server.invalid_requests == 0


async def test_a_refusal_that_the_bot_could_not_foresee_stops_the_feed(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        discord_server.fail(SENDING, status=403, code=50013)
        await here.tick(at(MONDAY, 9))
        assert (await state_of(here))[0] is FeedState.DISABLED


async def test_a_deleted_thread_is_left_in_peace(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        discord_server.fail(SENDING, skip=2, drop=True)
        await here.tick(at(MONDAY, 9))
        here.world.delete_channel(here.world.threads_of(here.channel)[0])
        await here.tick(at(MONDAY, 9, 5))
        await here.tick(at(MONDAY, 10))
        assert len(here.channel.history) == 1
        assert here.world.threads_of(here.channel) == []
        assert (await state_of(here))[0] is FeedState.ACTIVE


async def test_a_server_without_room_for_a_thread_still_gets_the_header(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        here.guild.active_threads = 0
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 10))
        assert len(here.channel.history) == 1


async def test_a_ping_reaches_its_role_and_nobody_else(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        readers = here.world.add_role(here.guild, "readers", mentionable=True)
        here.world.pingable.add(readers.id)
        await discord_server.until(lambda: here.knows_role(readers.id))
        await here.add_feed(time="09:00", ping=readers)
        await here.tick(at(MONDAY, 9))
        header, cards = post_of(here.world, here.channel)
        assert header.mentioned_roles == [readers.id]
        assert not any(card.mentioned_roles or card.mentioned_users for card in cards)


async def test_the_numbers_in_a_header_are_brought_up_to_date(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 9))
        header, cards = post_of(here.world, here.channel)
        here.source.days[MONDAY] = votes(MONDAY, 99, 20, 10)
        await here.tick(at(MONDAY, 15, 1))
        assert "99" in header.text
        assert header.edits == 1
        assert [card.edits for card in cards] == [0, 0, 0]
