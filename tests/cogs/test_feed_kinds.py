"""`/feed …` for announcement channels, threads, forums and media channels, as an admin meets it."""

from pathlib import Path
from typing import Any

import pytest

from storage import feeds
from storage.feeds import Feed, Kind, Layout, Tags
from tests.bot.topics import answer
from tests.bot.world import MONDAY, World, at, text_of, world


async def said(here: World, command: str, **options: Any) -> str:
    """Run a command as the admin, and return what only the admin sees."""
    result = await here.admin.slash(here.channel, command, **options)
    assert result.response is not None
    assert result.response.ephemeral
    return answer(result)


async def forum_in(here: World, *tags: str) -> Any:
    forum = here.guild.create_forum_channel("papers-forum")
    model = here.env.backend.get_channel(forum.id)
    model.available_tags = [
        {"id": str(number), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}
        for number, name in enumerate(tags, 1)
    ]
    await here.env.settle()
    return forum


async def only_feed(here: World) -> Feed:
    async with here.bot.services.database.read() as conn:
        (feed,) = await feeds.of_guild(conn, here.guild.id)
    return feed


async def test_a_forum_is_set_up_with_what_its_posts_have(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        forum = await forum_in(here)
        text = await said(here, "feed add", channel=forum)
        assert "Forum: one post a day, with a card per paper." in text
        assert "Posts get the forum's tags that fit." in text
        changed = await said(here, "feed edit", channel=forum, posts="paper", tags="off")
        assert "Forum: one post per paper." in changed
        assert "Posts get the forum's tags" not in changed
        await here.tick(at(MONDAY, 9))
        assert [thread.name for thread in forum.threads[::-1]] == [
            f"Paper number 90{n}" for n in range(3)
        ]
        posted = await said(here, "feed post-now", channel=forum)
        assert f"The papers of Monday 9 June 2025 are in <#{forum.id}>." in posted


async def test_a_thread_is_set_up_and_meant_where_the_command_is_used(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        (thread,) = here.channel.threads
        result = await here.admin.slash(thread, "feed settings")
        assert f"<#{here.channel.id}>" in answer(result), "the thread's channel is meant"
        assert "Daily thread set up" in await said(here, "feed add", channel=thread)
        result = await here.admin.slash(thread, "feed settings")
        assert f"<#{thread.id}>" in answer(result)


@pytest.mark.parametrize("option", [{"posts": "paper"}, {"tags": "off"}])
async def test_options_of_forums_are_for_forums(tmp_path: Path, option: dict[str, str]) -> None:
    async with world(tmp_path) as here:
        refused = await said(here, "feed add", channel=here.channel, **option)
        assert "`posts` and `tags` are for forum and media channels." in refused
        await said(here, "feed add", channel=here.channel)
        refused = await said(here, "feed edit", channel=here.channel, **option)
        assert "`posts` and `tags` are for forum and media channels." in refused


async def test_the_form_of_a_forum_changes_its_posts_and_tags(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        forum = await forum_in(here)
        await said(here, "feed add", channel=forum)
        shown = (await here.admin.slash(here.channel, "feed settings", channel=forum)).response
        assert shown is not None
        form = await here.admin.click(shown, label="Posts and tags…")
        await here.admin.submit_modal(form, {"posts": "paper", "tags": "off"})
        feed = await only_feed(here)
        assert (feed.layout, feed.tags) == (Layout.PAPER, Tags.OFF)
        assert "Forum: one post per paper." in text_of(shown.message)


async def test_the_form_of_an_announcement_channel_turns_publishing_on(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        news = here.guild.create_news_channel("news")
        await said(here, "feed add", channel=news)
        shown = (await here.admin.slash(here.channel, "feed settings", channel=news)).response
        assert shown is not None
        form = await here.admin.click(shown, label="Publishing…")
        await here.admin.submit_modal(form, {"publish": "on"})
        assert (await only_feed(here)).publish
        assert "Publishes each overview" in text_of(shown.message)


async def test_a_text_channel_has_no_such_form(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        shown = (await here.admin.slash(here.channel, "feed settings")).response
        assert shown is not None
        components = str(shown.message.components)
        assert "Posts and tags…" not in components
        assert "Publishing…" not in components


async def test_a_preview_of_posts_per_paper_has_no_overview(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.tick(at(MONDAY, 8))
        forum = await forum_in(here)
        await said(here, "feed add", channel=forum, posts="paper")
        result = await here.admin.slash(here.channel, "feed preview", channel=forum)
        given = [each for each in (result.response, *result.followups) if each is not None]
        texts = [text_of(each.message) for each in given]
        assert len(texts) == 1
        assert "Papers 1 to 3 of 3, each in a post of its own" in texts[0]
        assert "Paper number 900" in texts[0]


async def test_copied_settings_keep_what_only_forums_have_among_forums(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        one = await forum_in(here)
        other = here.guild.create_forum_channel("other")
        await said(here, "feed add", channel=one, posts="paper", tags="off")
        copied = await said(here, "feed copy", to=other, **{"from": one})
        assert "Forum: one post per paper." in copied
        copied = await said(here, "feed copy", to=here.channel, **{"from": one})
        assert "Settings copied" in copied
        assert "Forum" not in copied


async def test_the_form_of_the_greeting_sets_up_a_forum(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        forum = await forum_in(here)
        shown = (await here.admin.slash(here.channel, "feed list")).response
        assert shown is not None
        form = await here.admin.click(shown, label="Set up a daily thread")
        await here.admin.submit_modal(
            form, {"channel": [forum], "hour": "12:00", "timezone": ["UTC"]}
        )
        feed = await only_feed(here)
        assert (feed.channel_id, feed.kind) == (forum.id, Kind.FORUM)
