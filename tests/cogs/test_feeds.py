"""`/feed …` and `/paper status`, as an admin meets them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest

from storage import feeds, guilds
from storage.feeds import FeedState
from tests.bot.world import (
    FRIDAY,
    MONDAY,
    TUESDAY,
    World,
    at,
    cards,
    headers,
    text_of,
    votes,
    world,
)


async def said(here: World, command: str, **options: Any) -> str:
    """Run a command as the admin, and return what only the admin sees."""
    result = await here.admin.slash(here.channel, command, **options)
    assert result.response is not None
    assert result.response.ephemeral
    return answer(result.response)


def answer(response: Any) -> str:
    return response.content or text_of(response.message)


async def test_a_channel_is_all_it_takes_to_get_the_thread(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        text = await said(here, "feed add", channel=here.channel)
        assert f"<#{here.channel.id}>" in text
        assert "10 papers a day at 09:00 (UTC)" in text
        await here.tick(at(MONDAY, 9))
        assert len(headers(here.channel)) == 1


async def test_a_feed_added_after_its_hour_posts_within_a_minute_and_not_as_late(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, now=at(MONDAY, 15)) as here:
        await here.tick(at(MONDAY, 15))
        assert "within a minute" in await said(here, "feed add", channel=here.channel)
        await here.tick(at(MONDAY, 15, 1))
        assert "late" not in headers(here.channel)[0]


async def test_missing_permissions_are_named_before_anything_is_set_up(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        me = here.guild.me
        assert me is not None
        closed = here.guild.create_text_channel(
            "closed",
            overwrites={
                me: discord.PermissionOverwrite(create_public_threads=False, add_reactions=False)
            },
        )
        text = await said(here, "feed add", channel=closed)
        assert "Create Public Threads and Add Reactions" in text
        assert "no daily thread yet" in await said(here, "feed list")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"time": "half past"}, "as a time. Try 09:00"),
        ({"time": "25:00"}, "as a time. Try 09:00"),
        ({"timezone": "Atlantis"}, "a time zone called"),
        ({"categories": "cs.CL; Computer"}, "arXiv has no category"),
        ({"include": "x" * 70}, "too long"),
    ],
)
async def test_bad_input_is_named_and_nothing_is_set_up(
    tmp_path: Path, options: dict[str, str], complaint: str
) -> None:
    async with world(tmp_path) as here:
        assert complaint in await said(here, "feed add", channel=here.channel, **options)
        assert "no daily thread yet" in await said(here, "feed list")


async def test_a_second_feed_in_a_channel_is_refused_with_the_way_to_change_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await said(here, "feed add", channel=here.channel)
        assert "feed edit" in await said(here, "feed add", channel=here.channel)


async def test_edit_changes_what_is_named_and_keeps_the_rest(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await said(here, "feed add", channel=here.channel, include="agents", min_votes=3)
        text = await said(here, "feed edit", time="5pm", timezone="asia/tokyo", papers=3)
        assert "3 papers a day at 17:00 (Asia/Tokyo)" in text
        assert "*agents*" in text
        assert "at least 3 upvotes" in text
        assert "*agents*" not in await said(here, "feed edit", include="-")
        assert "Nothing to update" in await said(here, "feed edit", papers=3)


async def test_time_zones_complete_from_a_citys_first_letters(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        choices = await here.admin.autocomplete(
            here.channel, "feed add", "timezone", "new y", channel=here.channel
        )
        assert choices[0]["name"] == "America/New York (04:00 now)"


async def test_a_paused_feed_is_silent_until_it_is_resumed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await said(here, "feed add", channel=here.channel)
        await said(here, "feed pause")
        await here.tick(at(MONDAY, 9))
        assert headers(here.channel) == []
        assert "Paused" in await said(here, "feed list")
        await said(here, "feed resume")
        await here.tick(at(MONDAY, 10))
        assert len(headers(here.channel)) == 1


async def test_preview_is_what_is_then_posted(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.tick(at(MONDAY, 8))
        await said(here, "feed add", channel=here.channel)
        header, page = await preview(here)
        assert headers(here.channel) == []
        await here.tick(at(MONDAY, 9))
        assert headers(here.channel) == [text_of(header.message)]
        assert cards(here.channel)
        assert all(card in text_of(page.message) for card in cards(here.channel))


async def test_a_preview_of_many_papers_has_every_card_and_the_ping_which_pings_nobody(
    tmp_path: Path,
) -> None:
    batch = votes(MONDAY, *range(30, 10, -1))
    long = [replace(r, paper=replace(r.paper, abstract="Long words here. " * 90)) for r in batch]
    async with world(tmp_path, {MONDAY: long}) as here:
        await here.tick(at(MONDAY, 8))
        role = here.guild.create_role("readers", mentionable=True)
        await said(here, "feed add", channel=here.channel, papers=20, ping=role)
        header, page = await preview(here)
        assert f"<@&{role.id}>" in text_of(header.message)
        body = next(
            dict(request.json or {})
            for request in reversed(here.env.http_requests)
            if f"<@&{role.id}>" in str(request.json)
        )
        assert body["allowed_mentions"] == {"parse": []}
        seen = [text_of(page.message)]
        while " to 20 of 20" not in seen[-1] and "Card 20 of 20" not in seen[-1]:
            assert len(seen) < 20
            await here.admin.click(page, label="Next →")
            seen.append(text_of(page.message))
        await here.tick(at(MONDAY, 9))
        posted = cards(here.channel)
        assert len(posted) == 20
        assert all(card in "\n".join(seen) for card in posted)


async def preview(here: World) -> tuple[Any, Any]:
    """Return the two messages that `/feed preview` answers with."""
    result = await here.admin.slash(here.channel, "feed preview")
    messages = [each for each in (result.response, *result.followups) if each is not None]
    assert len(messages) == 2
    assert result.ephemeral
    return messages[0], messages[1]


async def test_post_now_takes_the_place_of_the_days_post(tmp_path: Path) -> None:
    days = {MONDAY: votes(MONDAY, 9), TUESDAY: votes(TUESDAY, 8)}
    async with world(tmp_path, days) as here:
        await here.tick(at(MONDAY, 8))
        await said(here, "feed add", channel=here.channel)
        assert "The papers of Monday 9 June 2025 are in" in await said(here, "feed post-now")
        assert len(cards(here.channel)) == 1
        assert "The papers of Monday 9 June 2025 are in" in await said(here, "feed post-now")
        await here.tick(at(MONDAY, 9))
        assert len(headers(here.channel)) == 1
        await here.tick(at(TUESDAY, 9))
        assert len(headers(here.channel)) == 2


async def test_removing_a_feed_asks_first_and_the_channel_keeps_its_memory(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await said(here, "feed add", channel=here.channel)
        await here.tick(at(MONDAY, 9))
        asked = await here.admin.slash(here.channel, "feed remove")
        assert "no daily thread yet" not in await said(here, "feed list")
        assert asked.response is not None
        await here.admin.click(asked.response, label="Remove")
        assert "no daily thread yet" in await said(here, "feed list")
        await said(here, "feed add", channel=here.channel)
        await here.tick(at(MONDAY, 10))
        assert len(headers(here.channel)) == 1


async def test_members_cannot_touch_feeds(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        available = here.member.available_commands(here.channel)
        assert "paper status" in available
        assert not any(command.startswith("feed") for command in available)


async def test_status_says_which_source_fails_and_since_when(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.source.failing = True
        await here.tick(at(MONDAY, 8))
        text = await said(here, "paper status")
        assert "Fake: unreachable since" in text
        here.source.failing = False
        await here.tick(at(MONDAY, 9))
        assert "Fake: working" in await said(here, "paper status")


async def test_status_says_why_a_weekend_is_silent(tmp_path: Path) -> None:
    async with world(tmp_path, {FRIDAY: votes(FRIDAY, 3)}, now=at(FRIDAY, 9)) as here:
        await here.add_feed()
        await here.tick(at(FRIDAY, 9))
        here.clock.at = at(FRIDAY.replace(day=14), 12)
        text = await said(here, "paper status")
        assert "no new papers at weekends" in text
        assert "Next thread: Monday 16 June 2025 at 09:00 (<t:" in text


async def test_a_new_server_is_told_once_how_to_begin(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        lab = here.env.create_guild("Lab")
        lounge = lab.create_text_channel("general")  # there is somewhere to write only now
        await here.env.settle()
        for _ in range(2):
            await here.restart()
        (hello,) = lounge.history()
        assert "I have every permission I need." in text_of(hello)
        assert "Set up a daily thread" in text_of(hello)


async def test_a_server_that_removes_the_bot_gets_its_feeds_back_if_it_was_a_mistake(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        feed = await here.add_feed()
        async with here.bot.services.database.write() as conn:
            await guilds.left(conn, here.guild.id, here.clock.now())
        async with here.bot.services.database.read() as conn:
            stopped = await feeds.get(conn, feed.id)
        assert stopped is not None
        assert stopped.state is FeedState.DISABLED
        await here.restart()
        await here.tick(at(MONDAY, 9))
        assert len(headers(here.channel)) == 1


async def test_a_zone_is_set_by_the_city_that_was_typed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        text = await said(here, "feed add", channel=here.channel, timezone="San Francisco")
        assert "America/Los Angeles" in text
        text = await said(here, "feed edit", timezone="UTC+2")
        assert "(UTC+2)" in text
        assert "Kolkata, Dublin or Jerusalem" in await said(here, "feed edit", timezone="IST")


async def test_a_category_that_does_not_exist_is_refused_with_the_one_that_is_meant(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        text = await said(here, "feed add", channel=here.channel, categories="cs.ZZ")
        assert "arXiv has no category called “cs.ZZ”" in text
        text = await said(here, "feed add", channel=here.channel, categories="computer vision")
        assert "Filters: in *cs.CV*" in text


async def test_a_stored_category_that_does_not_exist_is_pointed_out(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        feed = await here.add_feed()
        async with here.bot.services.database.write() as conn:
            await feeds.update(conn, replace(feed, categories=("Computer", "cs.CL")))
        assert "arXiv has no category *Computer*" in await said(here, "feed list")


async def test_a_role_that_cannot_be_pinged_is_refused_with_the_remedy(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        me = here.guild.me
        assert me is not None
        forbidden = discord.PermissionOverwrite(mention_everyone=False)
        channel = here.guild.create_text_channel("quiet", overwrites={me: forbidden})
        quiet = here.guild.create_role("readers")
        text = await said(here, "feed add", channel=channel, ping=quiet)
        assert "Allow anyone to @mention this role" in text
        everyone = here.guild.default_role
        text = await said(here, "feed add", channel=here.channel, ping=everyone)
        assert "can't ping @everyone" in text
        loud = here.guild.create_role("fans", mentionable=True)
        text = await said(here, "feed add", channel=channel, ping=loud)
        assert f"Pings <@&{loud.id}>" in text
