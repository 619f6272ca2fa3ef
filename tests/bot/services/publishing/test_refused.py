"""What Discord refuses costs no more than itself, and an admin hears of it in any case."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.delivery.retry import FIRST_RETRY, LONGEST_RETRY
from storage import feeds, posts
from storage.feeds import FeedState
from tests.bot.world import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    World,
    at,
    cards,
    headers,
    text_of,
    votes,
    world,
)

WEEK = {day: votes(day, 30, 20, 10) for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)}
DENIED = discord.PermissionOverwrite(send_messages=False)


async def mornings(here: World, days: Sequence[date], refused: Sequence[date]) -> FeedState:
    """Let these days' nine o'clock pass, where Discord refuses some for no known reason."""
    for day in days:
        if day in refused:
            path = f"/channels/{here.channel.id}/messages"
            here.env.inject_error("POST", path, status=403, code=0, times=1)
        await here.tick(at(day, 9))
        here.env.backend.faults.clear()
    async with here.bot.services.database.read() as conn:
        (feed,) = await feeds.of_guild(conn, here.guild.id)
    return feed.state


async def test_an_unknown_refusal_stops_a_feed_only_after_three_threads_in_a_row(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, WEEK) as here:
        await here.add_feed()
        days = (MONDAY, TUESDAY, WEDNESDAY)
        assert await mornings(here, days[:2], refused=days) is FeedState.ACTIVE
        assert await mornings(here, days[2:], refused=days) is FeedState.DISABLED
        assert headers(here.channel) == []


async def test_a_thread_between_unknown_refusals_starts_their_count_anew(tmp_path: Path) -> None:
    async with world(tmp_path, WEEK) as here:
        await here.add_feed()
        days = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
        refused = (MONDAY, TUESDAY, THURSDAY, FRIDAY)
        assert await mornings(here, days, refused) is FeedState.ACTIVE
        assert len(headers(here.channel)) == 1


async def test_a_blocked_card_is_left_out_and_an_admin_reads_which_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, {MONDAY: votes(MONDAY, *range(60, 50, -1))}) as here:
        office = here.guild.create_text_channel("office")
        await here.add_feed()
        real = discord.abc.Messageable.send

        async def send(self: discord.abc.Messageable, *given: Any, **known: Any) -> Any:
            shown = str(known["view"].to_components())
            if "Paper number 903" in shown and "Papers of" not in shown:
                raise discord.HTTPException(_Blocked(), {"code": 200000, "message": "Blocked"})  # pyright: ignore[reportArgumentType]
            return await real(self, *given, **known)

        monkeypatch.setattr(discord.abc.Messageable, "send", send)
        guild = here.bot.get_guild(here.guild.id)
        assert guild is not None
        seen = guild.get_channel(office.id)

        def readable(*_: object) -> object:
            return seen

        monkeypatch.setattr("bot.delivery.admin_notice.readable_channel", readable)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 10))
        assert len(cards(here.channel)) == 9
        (notice,) = (text_of(each) for each in office.history())
        assert "1 paper couldn't be posted" in notice
        assert "arXiv:2506.00903" in notice
        assert "AutoMod" in notice
        async with here.bot.services.database.read() as conn:
            post = await posts.get(conn, 1)
        assert post is not None
        assert post.state == posts.DONE


class _Blocked:
    status, reason = 400, "Bad Request"


async def test_an_admin_who_could_not_be_told_is_told_in_the_next_command_once(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=403, code=50013, times=1)
        await here.tick(at(MONDAY, 9))  # the only channel is the one that takes nothing
        await here.restart()
        said = await here.member.slash(here.channel, "paper help")
        assert said.followups == []
        for told in (1, 0):
            said = await here.admin.slash(here.channel, "paper help")
            found = [str(each.components) for each in said.followups]
            assert ["Daily thread stopped" in text for text in found] == [True] * told
        assert headers(here.channel) == []


async def test_notices_land_in_no_channel_that_is_for_rules_or_announcements(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        everyone, me = here.guild.default_role, here.guild.me
        assert me is not None
        board: dict[Any, discord.PermissionOverwrite] = {
            everyone: DENIED,
            me: discord.PermissionOverwrite(send_messages=True),
        }
        boards = [
            here.guild.create_text_channel("house-rules"),
            here.guild.create_news_channel("latest"),
            here.guild.create_text_channel("notices", overwrites=board),
            here.guild.create_text_channel("📣announcements"),
        ]
        talk = here.guild.create_text_channel("talk")
        await here.add_feed()
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=403, code=50013, times=1)
        await here.tick(at(MONDAY, 9))
        assert [list(each.history()) for each in boards] == [[]] * len(boards)
        assert "Daily thread stopped" in "".join(text_of(each) for each in talk.history())


async def test_retries_double_up_to_half_an_hour_and_wait_for_their_moment(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        here.env.inject_error("POST", "/channels/*/messages", status=503, times=None)
        now = at(MONDAY, 9)
        waits: list[float] = []
        for _ in range(9):
            await here.tick(now)
            async with here.bot.services.database.read() as conn:
                post = await posts.get(conn, 1)
                assert post is not None
                assert post.next_try_at is not None
                assert await posts.unfinished(conn, post.next_try_at - timedelta(seconds=1)) == []
                assert await posts.unfinished(conn, post.next_try_at) == [1]
            waits.append((post.next_try_at - now).total_seconds())
            now = post.next_try_at
        assert waits[:6] == [FIRST_RETRY * 2**tries for tries in range(6)]
        assert waits[6:] == [LONGEST_RETRY] * 3


async def test_a_post_is_given_up_after_a_day_and_the_next_one_comes(tmp_path: Path) -> None:
    async with world(tmp_path, WEEK) as here:
        await here.add_feed()
        here.env.inject_error("POST", "/channels/*/messages", status=503, times=None)
        await here.tick(at(MONDAY, 9))
        here.env.backend.faults.clear()
        # Away until the batch's own day is over; nothing comes of what is a day old.
        await here.tick(at(TUESDAY, 9, 1))
        async with here.bot.services.database.read() as conn:
            old = await posts.get(conn, 1)
        assert old is not None
        assert (old.state, old.reason) == (posts.FAILED, "Discord did not answer")
        (header,) = headers(here.channel)
        assert "Tuesday" in header
