"""The weekly post of a shelf: once, of what is new, and never empty."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from sqlalchemy import delete, update

from papers.model import Paper, Record
from storage import papers, restores, shelves
from storage.shelves import ShelfPostState
from storage.tables import shelf_papers, shelf_posts
from tests.bot.library_fakes import FIRST, SECOND, THIRD, posted, said, slash
from tests.bot.world import TUESDAY, World, at, text_of, votes
from tests.power import Disk

WEEK = timedelta(days=7)
TITLE = "New on the shelf"


def weekly(here: World, channel: Any = None) -> list[str]:
    """Return the texts of the weekly posts in a channel, oldest first."""
    shown = map(text_of, (channel or here.channel).history())
    return [text for text in shown if TITLE in text]


async def on_tuesdays(here: World, **options: Any) -> str:
    """Let the week's additions be posted in the channel on Tuesdays at nine."""
    chosen = {"channel": here.channel, "day": 1, "time": "9", "timezone": "UTC"} | options
    return said(await here.admin.slash(here.channel, "shelf settings", **chosen))


async def test_what_was_added_in_the_week_is_posted_once_and_without_names(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        shown = await on_tuesdays(here)
        assert "09:00 (UTC), each week on: Tuesday" in shown
        await slash(here, "privacy settings", show_my_name=True)
        for paper in (FIRST, SECOND):
            await slash(here, "shelf add", paper=paper)
        await here.admin.slash(here.channel, "shelf add", paper=SECOND)
        await here.tick(at(TUESDAY, 8, 59))
        assert weekly(here) == []
        await here.tick(at(TUESDAY, 9))
        (text,) = weekly(here)
        assert "New on the shelf: Tuesday 10 June 2025" in text
        assert text.index("Paper number 901") < text.index("Paper number 900")
        assert "2 people added it" in text
        assert "1 person added it" in text
        assert str(here.member.id) not in text
        for minute in (1, 2):
            await here.tick(at(TUESDAY, 9, minute))
        await here.restart()
        await here.tick(at(TUESDAY, 10))
        assert len(weekly(here)) == 1


async def test_a_week_without_additions_has_no_post_and_the_next_has_only_what_is_new(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await on_tuesdays(here)
        await here.tick(at(TUESDAY, 9))
        assert weekly(here) == []
        await slash(here, "shelf add", paper=FIRST)
        await here.tick(at(TUESDAY, 9, 5))
        assert weekly(here) == []  # the day is over for this week
        await here.tick(at(TUESDAY, 9) + WEEK)
        assert "Paper number 900" in weekly(here)[-1]
        await slash(here, "shelf add", paper=THIRD)
        await here.tick(at(TUESDAY, 9) + 2 * WEEK)
        assert "Paper number 902" in weekly(here)[-1]
        assert "Paper number 900" not in weekly(here)[-1]
        await here.tick(at(TUESDAY, 9) + 3 * WEEK)
        assert len(weekly(here)) == 2


async def test_a_post_that_was_missed_for_a_weekend_comes_late_and_later_not_at_all(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await on_tuesdays(here)
        await slash(here, "shelf add", paper=FIRST)
        await here.tick(at(TUESDAY, 9) + shelves.GRACE)
        assert weekly(here) == []
        await here.tick(at(TUESDAY, 9) + WEEK + shelves.GRACE - timedelta(minutes=1))
        assert len(weekly(here)) == 1


async def test_more_papers_than_fit_are_counted_and_do_not_come_again(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await on_tuesdays(here)
        here.source.days[TUESDAY] = votes(TUESDAY, *range(20, 0, -1))
        await here.tick(at(TUESDAY, 8))
        async with here.bot.services.database.write() as conn:
            for number in range(20):
                paper_id = f"2506.{TUESDAY.day * 100 + number:05}"
                await shelves.pin(conn, here.guild.id, paper_id, here.clock.now())
        await here.tick(at(TUESDAY, 9))
        (text,) = weekly(here)
        assert text.count("Pinned by the admins") == 15
        assert "…and 5 more papers." in text
        await here.tick(at(TUESDAY, 9) + WEEK)
        assert len(weekly(here)) == 1


async def test_a_post_says_where_papers_are_from_and_fits_however_long_that_is(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await on_tuesdays(here)
        now = here.clock.now()
        async with here.bot.services.database.write() as conn:
            for number in range(15):
                paper = Paper(
                    f"doi:10.64898/2025.06.09.{700_000 + number}",
                    f"{number} " + "Ḷong & wide * title " * 40,
                    categories=("biorxiv/neuroscience",),
                    source="bioRxiv" if number else "A Journal of " + "Long Names & Places " * 9,
                )
                await papers.upsert(conn, [Record(paper)], now=now)
                await shelves.pin(conn, here.guild.id, paper.id, now)
        await here.tick(at(TUESDAY, 9))
        (text,) = weekly(here)
        assert text.count("bioRxiv · neuroscience · Pinned by the admins") == 14
        assert "A Journal of Long Names" in text
        assert len(text) <= 4_000


@pytest.mark.parametrize("again", ["sent and unrecorded", "not sent"])
async def test_an_answer_that_was_lost_is_looked_for_before_it_is_sent_again(
    tmp_path: Path, again: str
) -> None:
    async with posted(tmp_path) as here:
        await on_tuesdays(here)
        await slash(here, "shelf add", paper=FIRST)
        if again == "not sent":
            here.env.inject_error(
                "POST", f"/channels/{here.channel.id}/messages", status=503, code=0, times=1
            )
        await here.tick(at(TUESDAY, 9))
        if again == "sent and unrecorded":
            async with here.bot.services.database.write() as conn:
                await conn.execute(update(shelf_posts).values(state="sending", message_id=None))
                await conn.execute(update(shelf_papers).values(posted_at=None))
        await here.restart()
        await here.tick(at(TUESDAY, 10))
        assert len(weekly(here)) == 1
        async with here.bot.services.database.read() as conn:
            post = await shelves.post(conn, 1)
        assert post is not None
        assert post.state is ShelfPostState.DONE


async def test_a_post_does_not_come_again_after_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with posted(tmp_path) as here:
        await on_tuesdays(here)
        await slash(here, "shelf add", paper=FIRST)
        disk = Disk(monkeypatch, here.bot.services.database)
        await here.tick(at(TUESDAY, 9))
        assert len(weekly(here)) == 1
        url = here.bot.settings.database_url
        await here.restart(disk.after_a_power_cut(url, tmp_path / "left.db"))
        await here.tick(at(TUESDAY, 10))
        assert len(weekly(here)) == 1


async def test_admins_learn_why_the_post_stopped_and_start_it_again(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await on_tuesdays(here)
        await slash(here, "shelf add", paper=FIRST)
        here.env.inject_error(
            "POST", f"/channels/{here.channel.id}/messages", status=403, code=50013, times=1
        )
        other = here.guild.create_text_channel("staff")
        await here.env.settle()
        await here.tick(at(TUESDAY, 9))
        assert weekly(here) == []
        (notice,) = [text_of(message) for message in other.history()]
        assert "Weekly post of the shelf stopped" in notice
        assert "/shelf settings" in notice
        panel = said(await here.admin.slash(here.channel, "shelf settings"))
        assert "stopped: I don't have all the permissions" in panel
        await here.tick(at(TUESDAY, 9) + WEEK)
        assert weekly(here) == []
        await on_tuesdays(here)
        await here.tick(at(TUESDAY, 9) + 2 * WEEK)
        assert len(weekly(here)) == 1


async def test_a_channel_where_the_bot_may_not_write_is_refused_at_once(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        me = here.guild.me
        assert me is not None
        silent = discord.PermissionOverwrite(send_messages=False)
        hidden = here.guild.create_text_channel("hidden", overwrites={me: silent})
        await here.env.settle()
        assert "Send Messages" in await on_tuesdays(here, channel=hidden)


async def test_turning_the_post_off_or_moving_it_sends_nothing_to_the_old_channel(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await on_tuesdays(here)
        await slash(here, "shelf add", paper=FIRST)
        here.env.inject_error(
            "POST", f"/channels/{here.channel.id}/messages", status=503, code=0, times=1
        )
        await here.tick(at(TUESDAY, 9))
        other = here.guild.create_text_channel("other")
        await here.env.settle()
        await on_tuesdays(here, channel=other)
        await here.tick(at(TUESDAY, 10))
        assert weekly(here) == weekly(here, other) == []
        await here.tick(at(TUESDAY, 9) + WEEK)
        assert "Paper number 900" in weekly(here, other)[0]
        await here.admin.slash(here.channel, "shelf settings", no_weekly=True)
        await slash(here, "shelf add", paper=SECOND)
        await here.tick(at(TUESDAY, 9) + 2 * WEEK)
        assert len(weekly(here, other)) == 1


async def test_after_a_restore_what_was_posted_since_the_backup_is_not_posted_again(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await on_tuesdays(here)
        await slash(here, "shelf add", paper=FIRST)
        await here.tick(at(TUESDAY, 9))
        async with here.bot.services.database.write() as conn:
            await conn.execute(delete(shelf_posts))
            await conn.execute(update(shelf_papers).values(posted_at=None))
            await restores.mark(conn, at(TUESDAY, 10))
        await slash(here, "shelf add", paper=SECOND)
        await here.tick(at(TUESDAY, 10))
        assert len(weekly(here)) == 1
        await here.tick(at(TUESDAY, 9) + WEEK)
        assert "Paper number 901" in weekly(here)[-1]
        assert "Paper number 900" not in weekly(here)[-1]


async def test_a_post_is_in_the_servers_language(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        here.env.backend.get_guild(here.guild.id).preferred_locale = "de"
        await here.restart()
        await on_tuesdays(here)
        await slash(here, "shelf add", paper=FIRST)
        await here.tick(at(TUESDAY, 9))
        assert any("Neu im Regal" in text_of(message) for message in here.channel.history())
