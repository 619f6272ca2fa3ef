"""After a restore: what was sent since the backup is known again, and sent no second time."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.client import create_bot
from papers.cadence import Every
from storage import backups, posts, server_backups
from storage.feeds import Kind, Layout
from tests.bot.library_fakes import card, change_paper, posted
from tests.bot.topics import FLOW, about, brought, follower, working_days
from tests.bot.world import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    World,
    at,
    cards,
    headers,
    thread_in,
    votes,
    world,
)

THURSDAY = WEDNESDAY + timedelta(days=1)


async def back_up(here: World) -> Path:
    await here.bot.services.maintenance.run(here.clock.now())
    return backups.scheduled(
        here.bot.services.maintenance.directory, here.bot.services.database.path.name
    )[0].path


async def restore(here: World, backup: Path) -> None:
    """Stop the bot, put the backup back and start it, as an operator does."""
    old = here.bot
    await old.services.database.close()
    settings, now = old.settings, here.clock.now()
    await server_backups.restore_at(
        backup, settings.database_url, now=now, files=settings.index_dir
    )
    here.bot = create_bot(old.settings, clock=here.clock, sources=[here.source])
    await here.env.restart_bot(here.bot)
    await old.close()


async def test_threads_since_the_backup_are_not_posted_again_and_the_next_one_comes(
    tmp_path: Path,
) -> None:
    days = {day: votes(day, 30, 20, 10) for day in working_days(MONDAY, 4)}
    async with world(tmp_path, days) as here:
        feed = await here.add_feed()
        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        for day in (TUESDAY, WEDNESDAY):
            await here.tick(at(day, 9))
        shown = [len(cards(here.channel, number)) for number in range(3)]
        await restore(here, backup)
        for minute in (30, 31, 45):
            await here.tick(at(WEDNESDAY, 9, minute))
        assert len(headers(here.channel)) == 3
        assert [len(cards(here.channel, number)) for number in range(3)] == shown
        async with here.bot.services.database.read() as conn:
            for day in (TUESDAY, WEDNESDAY):
                post = await posts.of_batch(conn, feed.id, day)
                assert post is not None
                assert post.state == posts.DONE
                assert post.thread_id is not None
        await here.tick(at(THURSDAY, 9))
        assert len(headers(here.channel)) == 4
        assert "Thursday" in headers(here.channel)[-1]


@pytest.mark.parametrize("place", ["a post a day", "a post per paper", "thread"])
async def test_what_a_forum_or_a_thread_got_since_the_backup_is_not_posted_again(
    tmp_path: Path, place: str
) -> None:
    days = {day: votes(day, 30, 20, 10) for day in working_days(MONDAY, 4)}
    async with world(tmp_path, days) as here:
        if place == "thread":
            channel = thread_in(here, "reading")
            await here.add_feed(channel, kind=Kind.THREAD)
        else:
            channel = here.guild.create_forum_channel("forum")
            layout = Layout.PAPER if place == "a post per paper" else Layout.DAY
            await here.add_feed(channel, kind=Kind.FORUM, layout=layout)
        await here.env.settle()

        def there() -> list[int]:
            threads = [channel] if place == "thread" else channel.threads
            return [message.id for each in threads for message in each.history()]

        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        for day in (TUESDAY, WEDNESDAY):
            await here.tick(at(day, 9))
        before = there()
        assert len(before) == (9 if place == "a post per paper" else 12)
        await restore(here, backup)
        for minute in (30, 31, 45):
            await here.tick(at(WEDNESDAY, 9, minute))
        assert there() == before
        async with here.bot.services.database.read() as conn:
            known = await conn.exec_driver_sql("SELECT count(*) FROM cards")
            assert known.scalar() == 9
            shown = await posts.shown(conn, channel.id)
        assert len(shown) == 9
        await here.tick(at(THURSDAY, 9))
        assert len(there()) == len(before) + (3 if place == "a post per paper" else 4)


async def test_reactions_on_cards_that_were_read_back_save_again(tmp_path: Path) -> None:
    days = {day: votes(day, 30, 20, 10) for day in working_days(MONDAY, 2)}
    async with world(tmp_path, days) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        await here.tick(at(TUESDAY, 9))
        await restore(here, backup)
        await here.tick(at(TUESDAY, 9, 30))
        thread = max(here.channel.threads, key=lambda thread: thread.id)
        card = next(message for message in thread.history() if message.components)
        await here.member.react(card, "🔖")
        await here.bot.services.library.drain()
        async with here.bot.services.database.read() as conn:
            saved = await conn.exec_driver_sql("SELECT count(*) FROM saves")
            assert saved.scalar() == 1


async def test_a_channel_that_cannot_be_read_now_gets_nothing_before_it_was(
    tmp_path: Path,
) -> None:
    days = {day: votes(day, 30, 20, 10) for day in working_days(MONDAY, 2)}
    async with world(tmp_path, days) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        await here.tick(at(TUESDAY, 9))
        await restore(here, backup)
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("GET", path, status=503, times=None)
        await here.tick(at(TUESDAY, 9, 30))
        assert len(headers(here.channel)) == 2
        here.env.backend.faults.clear()
        await here.tick(at(TUESDAY, 9, 31))
        assert len(headers(here.channel)) == 2


async def test_a_digest_since_the_backup_and_its_papers_are_not_brought_again(
    tmp_path: Path,
) -> None:
    days = {day: about(day, f"Flow Matching {day}") for day in working_days(MONDAY, 4)}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        for day in (TUESDAY, WEDNESDAY):
            await here.tick(at(day, 9))
        assert len(brought(here.member)) == 3
        await restore(here, backup)
        for minute in (30, 31):
            await here.tick(at(WEDNESDAY, 9, minute))
        assert len(brought(here.member)) == 3
        await here.tick(at(THURSDAY, 9))
        assert len(brought(here.member)) == 4
        for day in days:
            assert sum(f"Flow Matching {day}" in text for text in brought(here.member)) == 1


async def test_news_since_the_backup_is_not_brought_again(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await here.member.click(card(here), label="Save")
        here.source.days[TUESDAY] = about(TUESDAY, FLOW)
        await here.tick(at(TUESDAY, 9))
        change_paper(here, repository="https://github.com/ada/nine")
        await here.tick(at(WEDNESDAY, 8))
        backup = await back_up(here)  # with the code as news that waits
        change_paper(here, linked_models=2)
        await here.tick(at(WEDNESDAY, 8, 30))
        await here.tick(at(WEDNESDAY, 9))
        first, second = brought(here.member)
        assert FLOW in first
        assert "Code is available" in second
        assert "2 models" in second
        await restore(here, backup)
        for moment in (at(WEDNESDAY, 9, 30), at(THURSDAY, 8), at(THURSDAY, 9)):
            await here.tick(moment)
        assert brought(here.member) == [first, second]
        await here.tick(at(WEDNESDAY, 8) + timedelta(days=7))  # the source is asked again
        change_paper(here, linked_datasets=1)
        await here.tick(at(WEDNESDAY, 8) + timedelta(days=15))
        await here.tick(at(THURSDAY, 9) + timedelta(days=14))
        assert "1 dataset" in brought(here.member)[-1]
        assert len(brought(here.member)) == 3


@pytest.mark.parametrize("place", ["channel", "thread", "forum"])
async def test_a_roundup_since_the_backup_is_not_posted_again_and_counts_for_no_thread(
    tmp_path: Path, place: str
) -> None:
    week = list(working_days(MONDAY, 7))
    days = {day: votes(day, 30 + day.day, 20, 10) for day in week}
    async with world(tmp_path, days) as here:
        known: dict[str, Any] = {}
        if place == "thread":
            channel, known = thread_in(here, "reading"), {"kind": Kind.THREAD}
        elif place == "forum":
            channel = here.guild.create_forum_channel("forum")
            known = {"kind": Kind.FORUM, "layout": Layout.PAPER}
        else:
            channel = here.channel
        await here.add_feed(channel, size=2, **known)
        await here.add_feed(channel, hour=10, size=3, every=Every.WEEK, **known)
        await here.env.settle()

        def there() -> list[int]:
            rooms = [channel] if place == "thread" else [channel, *channel.threads]
            if place == "forum":
                rooms = list(channel.threads)
            return [message.id for room in rooms for message in room.history()]

        for day in week[:5]:
            await here.tick(at(day, 9))
        backup = await back_up(here)
        monday, tuesday = week[5:]
        for hour in (9, 10):
            await here.tick(at(monday, hour))
        before = there()
        await restore(here, backup)
        for minute in (30, 31, 45):
            await here.tick(at(monday, 10, minute))
        assert there() == before
        async with here.bot.services.database.read() as conn:
            (roundup,) = await conn.exec_driver_sql(
                "SELECT batch_day, state FROM posts WHERE every = 'week'"
            )
            cards_of = await conn.exec_driver_sql(
                "SELECT every, count(*) FROM posts JOIN post_papers ON post_id = posts.id"
                " WHERE every = 'week' OR batch_day = '2025-06-16' GROUP BY every"
            )
            shown = await posts.shown(conn, channel.id)
        if place != "forum":  # whose posts simcord dates by a clock of its own
            assert dict(tuple(row) for row in cards_of) == {"day": 2, "week": 3}
        assert tuple(roundup) == ("2025-06-13", "done")
        assert len(shown) == 12
        await here.tick(at(tuesday, 9))
        assert len(there()) > len(before)
