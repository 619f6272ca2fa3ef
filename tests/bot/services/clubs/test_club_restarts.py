"""A club whose bot is stopped, restored, late, or slow to be answered."""

from datetime import date, time, timedelta
from pathlib import Path

import discord
import pytest

from bot import limits
from bot.ui.clubs import (
    ClubPost,
    PollPaper,
    event_name,
    poll_of,
    poll_text,
    render_post,
    thread_title,
)
from bot.ui.text import length
from papers import club_schedule, zones
from papers.club_schedule import Every
from storage import clubs, restores
from storage.clubs import ClubState
from tests.bot.clubs import (
    DECIDED,
    ENDS,
    FIRST,
    OPENS,
    POLL,
    REMINDED,
    SECOND,
    STARTS,
    WEEK,
    close_poll,
    club,
    create,
    events,
    nominate,
    open_session,
    posts,
    thread_texts,
    until,
)
from tests.bot.world import world
from tests.power import Disk

MINUTE = timedelta(minutes=1)
ALL = ("Journal club of", "Which paper", "We'll discuss", "Journal club soon", "Discussion of")


async def test_a_restart_and_another_minute_after_every_step_repeat_nothing(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND)
        for moment in (OPENS, POLL, DECIDED, REMINDED, STARTS):
            await until(here, moment, moment + MINUTE)
            await here.restart()
            await until(here, moment + 2 * MINUTE)
            if moment == POLL:
                close_poll(here)
        assert [len(posts(here, each)) for each in ALL] == [1, 1, 1, 1, 1]
        assert len(events(here)) == len(here.channel.threads) == len(thread_texts(here)) == 1


async def test_a_power_cut_after_every_step_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND)
        for number, moment in enumerate((OPENS, POLL, DECIDED, REMINDED, STARTS)):
            await here.bot.services.database.checkpoint()
            disk = Disk(monkeypatch, here.bot.services.database)
            await until(here, moment)
            url = here.bot.settings.database_url
            await here.restart(disk.after_a_power_cut(url, tmp_path / f"left-{number}.db"))
            await until(here, moment + MINUTE)
            if moment == POLL:
                close_poll(here)
        assert [len(posts(here, each)) for each in ALL] == [1, 1, 1, 1, 1]
        assert len(events(here)) == len(here.channel.threads) == len(thread_texts(here)) == 1


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        (POLL + timedelta(hours=20), [1, 1, 0, 0, 0]),  # a poll of four hours
        (DECIDED - timedelta(minutes=30), [1, 0, 0, 0, 0]),  # too late for a poll
        (REMINDED - timedelta(hours=3), [1, 0, 1, 0, 0]),
        (STARTS + timedelta(minutes=30), [1, 0, 0, 0, 1]),
        (ENDS + timedelta(days=16), [2, 0, 0, 0, 0]),
    ],
)
async def test_after_a_downtime_only_what_still_makes_sense_is_sent(
    tmp_path: Path, moment: object, there: list[int]
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND)
        await until(here, moment)  # pyright: ignore[reportArgumentType]
        assert [len(posts(here, each)) for each in ALL] == there
        if there[1]:
            close_poll(here)
            await until(here, DECIDED)
            assert len(posts(here, "We'll discuss")) == 1
        if moment == ENDS + timedelta(days=16):
            assert (await open_session(here)).day == date(2025, 7, 3)


async def test_a_restored_backup_finds_what_was_sent_since_and_sends_nothing_again(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST)
        await until(here, POLL, DECIDED, REMINDED, STARTS)
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("DELETE FROM club_steps")  # as the backup knows it
            await conn.exec_driver_sql(
                "UPDATE club_sessions SET paper_id = NULL, decided_at = NULL, event_id = NULL,"
                " thread_id = NULL, look_at = 0"
            )
            await restores.mark(conn, OPENS)
        await until(here, DECIDED, REMINDED, STARTS)
        counts = [len(posts(here, each)) for each in ALL]
        assert counts == [1, 0, 1, 1, 1]
        assert len(events(here)) == len(here.channel.threads) == len(thread_texts(here)) == 1


async def test_a_club_in_a_zone_keeps_its_local_hour_over_a_change_of_the_clocks(
    tmp_path: Path,
) -> None:
    """Summer time ends in Berlin on 26 October 2025, between two sessions."""
    berlin = zones.zone("Europe/Berlin")
    first, second = (
        club_schedule.starts_at(date(2025, 10, day), time(17), berlin) for day in (23, 30)
    )
    assert second - first == WEEK + timedelta(hours=1)
    async with world(tmp_path, now=first - timedelta(days=5)) as here:
        await here.tick(here.clock.now())
        await create(here, timezone="Europe/Berlin")
        await nominate(here, here.member, FIRST)
        for held in (first, second):
            before = held - MINUTE
            known = len(here.channel.threads)
            await until(here, held - timedelta(hours=30), held - timedelta(hours=20), before)
            assert len(here.channel.threads) == known
            await until(here, held)
            assert len(here.channel.threads) == known + 1
            await until(here, held + club_schedule.LASTS)


async def test_a_server_that_its_shard_has_not_listed_yet_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST)
        await until(here, POLL)
        with monkeypatch.context() as starting:
            starting.setattr(here.bot, "knows", set[int]().__contains__)
            await until(here, DECIDED)
            assert posts(here, "We'll discuss") == []
        await until(here, DECIDED + MINUTE)
        assert len(posts(here, "We'll discuss")) == 1


async def test_a_deleted_channel_stops_the_club(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        here.env.backend.delete_channel(here.channel.id)
        await until(here, POLL, DECIDED)
        async with here.bot.services.database.read() as conn:
            (stopped,) = await clubs.all_of(conn, here.guild.id)
        assert stopped.state is ClubState.STOPPED


LONG = "A very long title of a paper on everything that there is 🧪*_[x](y) " * 6


def test_the_longest_poll_fits_and_keeps_its_numbers() -> None:
    papers = tuple(
        PollPaper(paper_id=f"2506.{number:05}", title=LONG) for number in range(limits.POLL_ANSWERS)
    )
    post = ClubPost(title="x" * 200, lines=("-# " + "y" * 120,), papers=papers, hours=24)
    whole = poll_text(post)
    assert length(whole) <= limits.MESSAGE_CONTENT
    assert all(f"https://arxiv.org/abs/{paper.paper_id}" in whole for paper in papers)
    answers = [answer.text for answer in poll_of(post).answers]
    assert all(length(text) <= limits.POLL_ANSWER for text in answers)
    assert [text.partition(".")[0] for text in answers] == [str(n) for n in range(1, 11)]


def test_names_of_events_and_threads_fit() -> None:
    assert length(event_name(LONG)) <= limits.EVENT_NAME
    assert length(thread_title("Thursday 12 June 2025", LONG)) <= limits.THREAD_NAME


def test_the_longest_message_of_a_club_fits() -> None:
    post = ClubPost(title=LONG, lines=tuple("word " * 200 for _ in range(5)), footer=LONG)
    view = render_post(post, presenter_id=10**17)
    assert isinstance(view, discord.ui.LayoutView)
    assert view.content_length() <= limits.LAYOUT_CHARACTERS


async def test_every_rhythm_opens_the_right_next_session(tmp_path: Path) -> None:
    days = {Every.WEEK: 19, Every.FORTNIGHT: 26}
    for every, day in days.items():
        folder = tmp_path / every.value
        folder.mkdir()
        async with club(folder, every=every.value) as here:
            await until(here, POLL, DECIDED, STARTS, ENDS)
            assert (await open_session(here)).day == date(2025, 6, day)
