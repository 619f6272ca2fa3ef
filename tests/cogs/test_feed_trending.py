"""`/feed …` with what trends on Hugging Face, as an admin meets it."""

from pathlib import Path
from typing import Any

import pytest

from storage.feeds import Feed
from tests.bot.topics import answer
from tests.bot.world import World, world
from tests.cogs.test_feed_files import feeds_of
from tests.cogs.test_feed_kinds import forum_in, said

NAMES = "Below its list, each overview names what trends on Hugging Face."


async def only(here: World) -> Feed:
    (feed,) = await feeds_of(here)
    return feed


async def test_it_is_off_and_an_admin_turns_it_on_and_off(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        assert NAMES not in await said(here, "feed add", channel=here.channel)
        assert not (await only(here)).trending
        assert NAMES in await said(here, "feed edit", channel=here.channel, trending=True)
        assert NAMES in await said(here, "feed settings", channel=here.channel)
        assert NAMES not in await said(here, "feed edit", channel=here.channel, trending=False)
        assert not (await only(here)).trending


async def test_it_is_set_up_at_once_copied_and_left_out_of_the_weekly_roundup(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        assert NAMES in await said(here, "feed add", channel=here.channel, trending=True)
        other = here.guild.create_text_channel("other")
        await here.env.settle()
        await said(here, "feed copy", to=other)
        assert [feed.trending for feed in await feeds_of(here)] == [True, True]
        guild = here.bot.get_guild(here.guild.id)
        assert guild is not None
        first = (await feeds_of(here))[0]
        roundup, new = await here.bot.services.feeds.weekly(first, guild)
        assert (new, roundup.trending) == (True, False)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"sources": "bioRxiv"}, "this thread is made of bioRxiv"),
        ({"every": "week"}, "`trending` is for daily threads"),
    ],
    ids=["other sources", "roundups"],
)
async def test_it_is_refused_where_there_is_nothing_to_name_it_in(
    tmp_path: Path, options: dict[str, Any], why: str
) -> None:
    async with world(tmp_path) as here:
        text = await said(here, "feed add", channel=here.channel, trending=True, **options)
        assert why in text
        assert await feeds_of(here) == []


async def test_a_thread_that_has_it_cannot_change_to_other_sources(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await said(here, "feed add", channel=here.channel, trending=True)
        text = await said(here, "feed edit", channel=here.channel, sources="bioRxiv")
        assert "this thread is made of bioRxiv" in text
        assert (await only(here)).sources == ()
        await said(here, "feed edit", channel=here.channel, sources="bioRxiv", trending=False)
        assert (await only(here)).sources == ("biorxiv",)


async def test_a_forum_has_it_with_one_post_a_day_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        forum = await forum_in(here)
        refused = await said(here, "feed add", channel=forum, trending=True, posts="paper")
        assert "Choose one post a day with `posts`" in refused
        assert NAMES in await said(here, "feed add", channel=forum, trending=True)
        refused = await said(here, "feed edit", channel=forum, posts="paper")
        assert "Choose one post a day with `posts`" in refused


async def test_a_file_that_asks_for_it_in_the_wrong_place_is_refused_with_its_line(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        text = (
            f"server: {here.guild.id}\nfeeds:\n  - channel: {here.channel.id}\n"
            '    sources: ["biorxiv"]\n    trending: true\n'
        )
        result = await here.admin.slash(
            here.channel, "feed import", file=("feeds.yaml", text.encode())
        )
        shown = answer(result)
        assert "this thread is made of bioRxiv" in shown
        assert "5" in shown
        assert await feeds_of(here) == []
