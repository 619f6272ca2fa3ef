"""A post's messages: what Discord is asked for, and what becomes of each when one does not come."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot import limits
from bot.ui.reasons import reason_text
from bot.ui.text import escape
from storage import feeds, posts
from storage.feeds import Feed, FeedState
from storage.posts import Post
from tests.bot.world import (
    MONDAY,
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
from tests.power import Disk

SAID = "Not *this* " + "again and again " * 20


@asynccontextmanager
async def fed(
    folder: Path, papers: int = 3, **known: Any
) -> AsyncGenerator[tuple[World, Callable[[], Any]]]:
    """A world whose first channel has a feed, and what tells how its post of Monday stands."""
    days = {day: votes(day, *range(90, 90 - papers, -1)) for day in (MONDAY, TUESDAY, WEDNESDAY)}
    async with world(folder, days) as here:
        feed = await here.add_feed(**known)

        async def now() -> tuple[Post | None, Feed | None]:
            async with here.bot.services.database.read() as conn:
                post = await posts.of_batch(conn, feed.id, MONDAY)
                return post, await feeds.get(conn, feed.id)

        yield here, now


def notices(channel: Any) -> list[str]:
    """Return what was posted for the admins."""
    return [text for text in map(text_of, channel.history()) if text.startswith("### ")]


def posted(here: World, ending: str) -> list[dict[str, Any]]:
    """Return the bodies of the requests that created something at this path."""
    return [
        dict(request.json or {})
        for request in here.env.http_requests
        if request.method == "POST" and request.path.endswith(ending)
    ]


def refusing(monkeypatch: pytest.MonkeyPatch, *papers: str, status: int, code: int) -> None:
    """Let Discord refuse these papers' cards."""
    real = discord.abc.Messageable.send

    async def send(self: discord.abc.Messageable, *given: Any, **known: Any) -> Any:
        shown = str(known["view"].to_components())
        if "Papers of" not in shown and any(f"/{paper}" in shown for paper in papers):
            answer: Any = type("Answer", (), {"status": status, "reason": "No"})()
            raise discord.HTTPException(answer, {"code": code, "message": SAID})
        return await real(self, *given, **known)

    monkeypatch.setattr(discord.abc.Messageable, "send", send)


async def test_a_thread_stays_open_for_a_week_and_every_message_has_its_own_nonce(
    tmp_path: Path,
) -> None:
    async with fed(tmp_path) as (here, _):
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=503, times=1)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 9, 1))
        (thread,) = posted(here, "/threads")
        assert thread["name"] == "Papers of Monday 9 June 2025"
        assert thread["auto_archive_duration"] == 7 * 24 * 60
        nonces = [message["nonce"] for message in posted(here, "/messages")]
        assert len(nonces) == 5  # the header came at the second try
        assert nonces[0] == nonces[1]
        assert len(set(nonces)) == 4
        assert {len(each) for each in nonces} == {limits.MESSAGE_NONCE - 1}
        assert len(cards(here.channel)) == 3


@pytest.mark.parametrize("chatter", [0, 60])
async def test_a_header_that_arrived_unrecorded_is_found_among_what_people_wrote_since(
    tmp_path: Path, chatter: int
) -> None:
    async with fed(tmp_path) as (here, now):
        real = discord.abc.Messageable.send

        async def dying(self: Any, *given: Any, **known: Any) -> Any:
            await real(self, *given, **known)
            raise asyncio.CancelledError  # Discord has it, and we never hear of it

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(discord.abc.Messageable, "send", dying)
            await here.tick(at(MONDAY, 9))
        for number in range(chatter):
            await here.member.send(here.channel, f"Papers of Monday 9 June 2025, please ({number})")
        await here.restart()
        await here.tick(at(MONDAY, 9, 10))
        ours = [text for text in headers(here.channel) if "Paper number" in text]
        assert len(ours) == 1
        assert len(cards(here.channel)) == 3
        post, _ = await now()
        assert post.state == posts.DONE


async def test_yesterdays_header_is_not_taken_for_todays(tmp_path: Path) -> None:
    async with fed(tmp_path) as (here, _):
        await here.tick(at(MONDAY, 9))
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=503, times=1)
        await here.tick(at(TUESDAY, 9))
        await here.tick(at(TUESDAY, 9, 1))
        assert ["Tuesday" in text for text in headers(here.channel)] == [False, True]
        assert [thread.name for thread in here.channel.threads] == [
            "Papers of Monday 9 June 2025",
            "Papers of Tuesday 10 June 2025",
        ]


async def test_a_thread_that_was_opened_unrecorded_gets_its_cards(tmp_path: Path) -> None:
    async with fed(tmp_path) as (here, _):
        real = discord.PartialMessage.create_thread

        async def dying(self: Any, **known: Any) -> Any:
            await real(self, **known)
            raise asyncio.CancelledError

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(discord.PartialMessage, "create_thread", dying)
            await here.tick(at(MONDAY, 9))
        await here.restart()
        await here.tick(at(MONDAY, 9, 10))
        assert len(here.channel.threads) == 1
        assert len(headers(here.channel)) == 1
        assert len(cards(here.channel)) == 3


async def test_cards_that_arrived_unrecorded_are_known_by_their_papers(tmp_path: Path) -> None:
    async with fed(tmp_path, papers=5) as (here, now):
        await here.tick(at(MONDAY, 9))
        thread = here.channel.threads[0]
        await here.member.send(thread, "https://arxiv.org/abs/2506.00900 is mine")
        shown = cards(here.channel)
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql(
                "UPDATE post_papers SET message_id = NULL WHERE position > 1"
            )
            await conn.exec_driver_sql("UPDATE posts SET state = 'sending', finished_at = NULL")
        await here.restart()
        await here.tick(at(MONDAY, 9, 10))
        assert cards(here.channel) == shown
        post, _ = await now()
        assert post.state == posts.DONE
        async with here.bot.services.database.read() as conn:
            assert all(step.message_id for step in await posts.steps(conn, post.id))


async def test_a_thread_that_is_deleted_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fed(tmp_path) as (here, now):
        refusing(monkeypatch, "2506.00901", status=404, code=10003)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 10))
        assert len(cards(here.channel)) == 1
        post, feed = await now()
        assert (post.state, post.reason) == (posts.DONE, "the thread was deleted")
        assert feed.state is FeedState.ACTIVE
        assert notices(here.channel) == []


async def test_three_cards_in_a_row_that_discord_refuses_unexplained_are_the_places_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fed(tmp_path, papers=8) as (here, now):
        refusing(monkeypatch, *(f"2506.0090{n}" for n in (0, 1, 3, 4, 5)), status=403, code=0)
        await here.tick(at(MONDAY, 9))
        assert len(cards(here.channel)) == 1
        post, feed = await now()
        reason = f"Discord refused it, without a reason we know: {SAID}"
        assert (post.state, post.reason) == (posts.FAILED, reason)
        assert post.finished_at == at(MONDAY, 9)
        assert feed.state is FeedState.ACTIVE
        (notice,) = notices(here.channel)
        assert notice == (
            "### Thread not posted\n"
            f"The thread of Monday 9 June 2025 in <#{here.channel.id}> couldn't be posted, or only"
            f" in part. Discord rejected it for unknown reasons. ({escape(SAID, 200)}) The next one"
            " comes as usual. If you report this to the people who run this bot, mention post"
            f" {post.id}."
        )


async def test_two_cards_that_are_refused_are_named_with_what_discord_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fed(tmp_path, papers=6) as (here, now):
        refusing(monkeypatch, *(f"2506.0090{n}" for n in (0, 1, 3, 4)), status=403, code=0)
        await here.tick(at(MONDAY, 9))
        assert len(cards(here.channel)) == 2
        post, _ = await now()
        assert (post.state, post.reason) == (posts.DONE, None)
        (notice,) = notices(here.channel)
        why = f"Discord rejected it for unknown reasons. ({escape(SAID, 200)})"
        assert notice == (
            "### Papers missing from a thread\n"
            "4 papers couldn't be posted in the thread of Monday 9 June 2025 in"
            f" <#{here.channel.id}>. The others are there.\n"
            + "\n".join(f"- `arXiv:2506.0090{n}`: {why}" for n in (0, 1, 3, 4))
        )


async def test_a_title_that_is_blocked_costs_the_overview_its_titles_and_no_card(
    tmp_path: Path,
) -> None:
    async with fed(tmp_path) as (here, now):
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=400, code=200000, times=1)
        await here.tick(at(MONDAY, 9))
        (header,) = headers(here.channel)
        assert "Paper number" not in header
        assert len(cards(here.channel)) == 3
        post, _ = await now()
        assert post.state == posts.DONE


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, 50001, "the bot cannot see the channel"),
        (404, 10003, "the channel no longer exists"),
        (404, 10004, "the bot is no longer in that server"),
    ],
)
async def test_what_stops_a_feed_is_told_elsewhere_once_with_how_to_go_on(
    tmp_path: Path, status: int, code: int, reason: str
) -> None:
    async with fed(tmp_path) as (here, now):
        office = here.guild.create_text_channel("talk")
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=status, code=code, times=1)
        for minute in range(3):
            await here.tick(at(MONDAY, 9, minute))
        post, feed = await now()
        assert (feed.state, feed.disabled_reason) == (FeedState.DISABLED, reason)
        assert feed.told_at == at(MONDAY, 9)
        over = (posts.FAILED, reason, at(MONDAY, 9))
        waits = (posts.SENDING, None, None)
        kept = (post.state, post.reason, post.finished_at)
        assert kept == (waits if code == 50001 else over)
        (notice,) = notices(office)
        heading, text = notice.split("\n")
        assert heading == "### Daily thread stopped"
        said = f"<#{here.channel.id}> gets no more daily threads. {reason_text(reason)} Once"
        assert text.startswith(said)
        assert notices(here.channel) == []


async def test_a_post_waits_a_whole_day_and_no_minute_longer(tmp_path: Path) -> None:
    async with fed(tmp_path) as (here, now):
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=503, times=None)
        await here.tick(at(MONDAY, 9))
        last = at(MONDAY, 9) + timedelta(hours=24)
        here.env.backend.faults.clear()
        here.env.inject_error("POST", f"/channels/{here.channel.id}/messages/*", status=503)
        await here.bot.services.publisher.send(1, last)
        post, _ = await now()
        assert post.header_message_id is not None
        await here.bot.services.publisher.send(1, last + timedelta(minutes=1))
        post, _ = await now()
        assert post.state == posts.FAILED
        assert post.reason == "Discord did not answer"


async def test_a_feed_that_is_resumed_after_days_goes_on_with_the_newest_batch(
    tmp_path: Path,
) -> None:
    async with fed(tmp_path) as (here, now):
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=403, code=50013, times=1)
        await here.tick(at(MONDAY, 9))
        here.clock.at = at(WEDNESDAY, 8)
        await here.admin.slash(here.channel, "feed resume")
        await here.tick(at(WEDNESDAY, 9))
        post, _ = await now()
        assert (post.state, post.reason) == (posts.SKIPPED, "the feed did not post then")
        (header,) = headers(here.channel)
        assert "Wednesday" in header


async def test_a_post_of_a_feed_that_is_removed_ends(tmp_path: Path) -> None:
    async with fed(tmp_path) as (here, now):
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=503, times=None)
        await here.tick(at(MONDAY, 9))
        post, feed = await now()
        async with here.bot.services.database.write() as conn:
            await feeds.remove(conn, feed.id)
        here.env.backend.faults.clear()
        await here.tick(at(MONDAY, 10))
        async with here.bot.services.database.read() as conn:
            post = await posts.get(conn, post.id)
        assert post is not None
        assert (post.state, post.reason) == (posts.FAILED, "the feed was removed")
        assert headers(here.channel) == []


async def test_an_overview_that_discord_does_not_take_ends_its_post_and_not_its_feed(
    tmp_path: Path,
) -> None:
    async with fed(tmp_path) as (here, now):
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=400, code=50035, times=1)
        for minute in range(2):
            await here.tick(at(MONDAY, 9, minute))
        post, feed = await now()
        assert post.state == posts.FAILED
        assert post.reason.startswith("Discord refused the message's form")
        assert post.finished_at == at(MONDAY, 9)
        assert feed.state is FeedState.ACTIVE
        assert len(notices(here.channel)) == 1


async def test_a_thread_is_not_posted_again_after_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fed(tmp_path) as (here, _):
        disk = Disk(monkeypatch, here.bot.services.database)
        await here.tick(at(MONDAY, 9))
        assert len(headers(here.channel)) == 1
        left = disk.after_a_power_cut(here.bot.settings.database_url, tmp_path / "left.db")
        here.clock.at = at(MONDAY, 10)
        await here.restart(left)
        await here.tick(at(MONDAY, 10))
        assert len(headers(here.channel)) == 1
        assert len(here.channel.threads) == 1
        assert len(cards(here.channel)) == 3
