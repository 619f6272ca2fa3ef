"""After a restore: what is read back is what was there, and only where something can be."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from storage import posts
from tests.bot.services.publishing.test_restored import back_up, restore
from tests.bot.topics import about, brought, follower, working_days
from tests.bot.world import MONDAY, TUESDAY, WEDNESDAY, World, at, headers, votes, world

DAYS = {day: votes(day, 30, 20, 10) for day in (MONDAY, TUESDAY, WEDNESDAY)}


async def rows(here: World, sql: str) -> list[Any]:
    async with here.bot.services.database.read() as conn:
        return [tuple(row) for row in await conn.exec_driver_sql(sql)]


async def on_record(here: World) -> list[Any]:
    """Return what is known of every post and each of its cards."""
    return await rows(
        here,
        "SELECT p.batch_day, p.local_date, p.state, p.late, p.header_message_id, p.thread_id,"
        " s.position, s.paper_id, s.message_id FROM posts p LEFT JOIN post_papers s"
        " ON s.post_id = p.id ORDER BY p.batch_day, p.channel_id, s.position",
    )


async def test_a_thread_that_is_read_back_is_on_record_as_it_was(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(MONDAY, 20)) as here:
        await here.add_feed(timezone="Pacific/Auckland")
        other = here.guild.create_text_channel("other")
        await here.add_feed(other, timezone="Pacific/Auckland")
        await here.tick(at(MONDAY, 21))  # Tuesday morning there
        backup = await back_up(here)
        await here.tick(at(TUESDAY, 21))
        for number in range(3):
            await here.member.send(here.channel, f"Papers of Wednesday 11 June 2025? ({number})")
            await here.member.send(here.channel.threads[-1], "https://arxiv.org/abs/2506.01000")
        known = await on_record(here)
        await restore(here, backup)
        assert await on_record(here) != known
        await here.tick(at(TUESDAY, 21, 30))
        assert await on_record(here) == known
        async with here.bot.services.database.read() as conn:
            post = await posts.of_batch(conn, 1, TUESDAY)
        assert post is not None
        assert post.payload is None
        assert await rows(here, "SELECT count(*) FROM cards") == [(12,)]


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (503, 0)])
async def test_a_thread_that_is_gone_is_no_reason_to_post_again_but_silence_is_one_to_wait(
    tmp_path: Path, status: int, code: int
) -> None:
    async with world(tmp_path, DAYS) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        await here.tick(at(TUESDAY, 9))
        known = await on_record(here)
        thread = max(thread.id for thread in here.channel.threads)
        await restore(here, backup)
        path = f"/channels/{thread}/messages"
        here.env.inject_error("GET", path, status=status, code=code, times=None)
        await here.tick(at(TUESDAY, 9, 30))
        assert len(headers(here.channel)) == 2
        assert len(await on_record(here)) == (4 if status == 404 else 3)
        here.env.backend.faults.clear()
        await here.tick(at(TUESDAY, 9, 31))
        assert len(headers(here.channel)) == 2
        if status == 503:
            assert await on_record(here) == known


async def test_a_channel_is_read_back_once_and_a_feed_that_is_newer_never(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        await restore(here, backup)
        here.clock.at = at(MONDAY, 10)
        fresh = here.guild.create_text_channel("fresh")
        await here.add_feed(fresh)

        def read(channel_id: int) -> int:
            path = f"/channels/{channel_id}/messages"
            return sum(
                request.method == "GET" and request.path.endswith(path)
                for request in here.env.http_requests
            )

        await here.tick(at(TUESDAY, 9))
        once = read(here.channel.id)
        assert (once > 0, read(fresh.id)) == (True, 0)
        await here.tick(at(WEDNESDAY, 9))
        assert read(here.channel.id) == once
        assert len(headers(fresh)) >= 2


async def test_a_digest_that_is_read_back_is_on_record_as_it_was(tmp_path: Path) -> None:
    days: dict[date, Any] = {
        day: about(day, f"Flow Matching {day}", f"Matching Flow {day}")
        for day in working_days(MONDAY, 3)
    }
    digests = (
        "SELECT d.user_id, d.local_date, d.state, d.message_id, p.paper_id FROM digests d"
        " JOIN digest_papers p ON p.digest_id = d.id ORDER BY d.local_date, p.position"
    )
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id, "matching", timezone="Pacific/Auckland", hour=21)
        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        await here.tick(at(TUESDAY, 9))
        await here.member.user.send_dm("Your papers of Wednesday 11 June 2025")
        known = await rows(here, digests)
        await restore(here, backup)
        assert await rows(here, digests) != known
        await here.tick(at(TUESDAY, 9, 30))
        assert await rows(here, digests) == known
        assert len(brought(here.member)) == 2
        await here.tick(at(WEDNESDAY, 9))
        assert len(brought(here.member)) == 3


async def test_a_conversation_that_cannot_be_read_now_gets_no_digest_before_it_was(
    tmp_path: Path,
) -> None:
    days: dict[date, Any] = {
        day: about(day, f"Flow Matching {day}") for day in working_days(MONDAY, 3)
    }
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        await here.tick(at(TUESDAY, 9))
        await restore(here, backup)
        path = f"/channels/{here.member.user.dm_channel.id}/messages"
        here.env.inject_error("GET", path, status=503, times=None)
        await here.tick(at(TUESDAY, 9, 30))
        assert await rows(here, "SELECT count(*) FROM digests") == [(1,)]
        here.env.backend.faults.clear()
        await here.tick(at(TUESDAY, 9, 31))
        assert len(brought(here.member)) == 2
        assert await rows(here, "SELECT count(*) FROM digests") == [(2,)]
