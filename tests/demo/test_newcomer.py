"""A new admin who has read nothing: from the invitation to everything, by what is offered."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import simcord

from bot.client import create_bot
from bot.demo import ADMIN, FORUM, NEWS, OTHER_CHANNEL, READER, DemoClock, Stage, staged
from bot.settings import Settings
from papers.sources.sample import SampleSource
from tests.bot.world import text_of
from tests.databases import url_in

HOUR, MINUTE = 3600.0, 60.0


@asynccontextmanager
async def invited(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Run the bot in a server that has just invited it, with the newest batch read."""
    source = SampleSource()
    clock = DemoClock(source.recorded_at[source.newest_day])
    settings = Settings(
        database_url=url_in(tmp_path, "demo.db"),
        index_dir=tmp_path,
        embedder="none",
        sync_commands="always",
        requests_per_second=50,
    )
    bot = create_bot(settings, clock=clock, sources=[source])
    async with staged(bot, clock, invited=True) as stage:
        await bot.services.ingester.read_day(source.newest_day, clock.now())
        await bot.tick(clock.now())
        yield stage


async def passed(stage: Stage, hours: float) -> None:
    """Let hours pass at once, then a minute."""
    for seconds in (hours * HOUR, MINUTE):
        stage.clock.put_forward(seconds)
        stage.env.backend.expire_due_polls()
        await stage.bot.tick(stage.clock.now())


def last(result: Any) -> Any:
    """Return the last message of an answer."""
    return [each for each in (result.response, *result.followups) if each][-1]


class Newcomer:
    """Presses what messages offer; never types a command."""

    def __init__(self, stage: Stage) -> None:
        self.ada: simcord.MemberActor = stage.people[ADMIN]
        self.stage = stage

    async def fill(self, message: Any, button: str, chosen: dict[str, Any]) -> Any:
        """Press a button and send the form that it opens; return the last message of the answer."""
        form = await self.ada.click(message, label=button)
        assert form.modal is not None, button
        return last(await self.ada.submit_modal(form, chosen))

    async def press(self, message: Any, button: str) -> Any:
        """Press a button; return the last message of the answer."""
        return last(await self.ada.click(message, label=button))


DAILY = {"hour": "09:00", "timezone": ["America/New_York"]}


async def test_an_admin_goes_from_the_welcome_to_feeds_and_a_club_by_buttons_alone(
    tmp_path: Path,
) -> None:
    async with invited(tmp_path) as stage:
        forum, news = stage.guild.channels[FORUM], stage.guild.channels[NEWS]
        reading = stage.guild.channels[OTHER_CHANNEL]
        new = Newcomer(stage)

        (welcome,) = stage.channel.history()
        assert "Hi, I'm Paperboy" in text_of(welcome)
        assert "I have every permission I need." in text_of(welcome)

        set_up = await new.fill(welcome, "Set up a daily thread", {"channel": [forum], **DAILY})
        assert "Above you see the thread" in text_of(set_up.message)
        assert "One post per paper, or other tags? Press **Posts and tags…**" in text_of(
            set_up.message
        )
        posted = await new.press(set_up, "Post the first thread now")
        (post,) = stage.forum_posts
        assert len(post.history()) == 11

        chosen = {"channel": [news], **DAILY}
        set_up = await new.fill(posted, "Set up another channel", chosen)
        hint = "To send each overview to the channels that follow this one"
        assert f"{hint}, press **Publishing…**" in text_of(set_up.message)
        published = await new.fill(set_up, "Publishing…", {"publish": "on"})
        assert "Publishes each overview" in text_of(published.message)
        posted = await new.press(published, "Post now")
        await passed(stage, 7)
        assert len(stage.published(news.id)) == 1

        started = await new.fill(
            posted,
            "Start a journal club",
            {"channel": [reading], "weekday": ["4"], "hour": "17:00", "timezone": ["UTC"]},
        )
        assert "### Journal club started" in text_of(started.message)
        assert f"Members nominate papers in <#{reading.id}>" in text_of(started.message)
        await passed(stage, 0)
        (opening,) = reading.history()
        assert "Who presents?" in text_of(opening)
        await new.ada.click(opening, label="I'll present")
        assert "Who presents?" not in text_of(reading.history()[0])
        assert f"Presenter: <@{new.ada.id}>" in text_of(reading.history()[0])
        for number in ("2512.05965", "2512.05356"):
            nominated = await new.fill(opening, "Nominate", {"paper": number})
            assert "The poll opens <t:" in text_of(nominated.message)

        session = datetime(2025, 12, 12, 17, tzinfo=UTC)
        for ahead in (47, 23.9, 1, 0):
            due = session - timedelta(hours=ahead) - stage.clock.now()
            await passed(stage, due.total_seconds() / HOUR)
        posts = [
            text_of(each) or each.content for each in reading.history() if not each.is_system()
        ]
        assert [text.splitlines()[0].partition(" Friday")[0] for text in posts] == [
            "### Journal club of",
            "### Which paper should we discuss on",
            "### We'll discuss this paper on",
            "### Journal club soon:",
            "### Discussion of",
        ]
        (discussion,) = reading.threads
        assert len(discussion.pinned_messages()) == 1
        roundup = await new.press(published, "Weekly roundup")
        assert "### Roundup set up" in text_of(roundup.message)


async def test_a_member_may_not_set_anything_up(tmp_path: Path) -> None:
    async with invited(tmp_path) as stage:
        (welcome,) = stage.channel.history()
        for label in ("Set up a daily thread", "Start a journal club"):
            refused = await stage.people[READER].click(welcome, label=label)
            assert refused.modal is None
            assert "**Manage Server**" in last(refused).message.content
