"""`/paper status` to those who manage a server: what is wrong, what is late and why, what comes."""

from datetime import timedelta
from pathlib import Path

from storage import posts
from storage.posts import DueFeed
from tests.bot.topics import answer
from tests.bot.world import MONDAY, World, at, world

HOUR = timedelta(hours=1)


async def status(here: World, *, admin: bool = True) -> str:
    actor = here.admin if admin else here.member
    result = await actor.slash(here.channel, "paper status")
    assert result.response is not None
    assert result.ephemeral
    return answer(result)


async def late(here: World) -> None:
    """Leave a thread waiting."""
    feed = await here.add_feed()
    await here.bot.app.cycle.ingest(here.clock.now())
    async with here.bot.services.database.write() as conn:
        due = DueFeed(feed.id, feed.guild_id, feed.channel_id, MONDAY, MONDAY)
        post_id = await posts.plan(
            conn,
            due,
            now=here.clock.now(),
            late=False,
            payload={},
            paper_ids=[here.source.days[MONDAY][0].paper.id],
            sources=[here.source.name],
        )
        assert post_id is not None
        again = here.clock.now() + 5 * HOUR
        await posts.mark_retry(conn, post_id, at=again, reason="Discord did not answer")


async def test_the_status_says_when_the_next_batch_begins_and_when_it_is_posted(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.tick(at(MONDAY, 9))
        text = await status(here)
        begins, settled = at(MONDAY, 1, 30) + 24 * HOUR, at(MONDAY, 5, 30) + 24 * HOUR
        assert f"**Next papers:** from <t:{begins.timestamp():.0f}:f>" in text
        assert f"<t:{settled.timestamp():.0f}:t>" in text


async def test_who_manages_the_server_reads_what_is_late_and_why(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        assert "No threads are running late." in await status(here)
        await late(here)
        text = await status(here)
        assert "**Late:** 1 thread across all servers, due" in text
        assert "Discord isn't answering." in text
        assert "**Late:**" not in await status(here, admin=False)


async def test_who_manages_the_server_reads_what_is_wrong_and_since_when(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.source.failing = True
        for hours in range(3):
            await here.tick(at(MONDAY, 8) + hours * HOUR)
        text = await status(here)
        assert "🔴 Fake has not answered for an hour: unreachable." in text
        assert f"<t:{at(MONDAY, 9).timestamp():.0f}:f>" in text
        assert "Problems" not in await status(here, admin=False)


async def test_who_manages_the_server_reads_that_sending_pauses(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for _ in range(2_000):
            here.bot.monitor.requests.invalid.add()
        assert "**Sending is paused** for about 10 minutes" in await status(here)
