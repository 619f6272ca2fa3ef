"""Forums on the wire: posts that cannot be sent twice, tags, and what Discord refuses there."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from discord import ForumChannel

from papers.model import Metrics, Record
from storage import feeds
from storage.feeds import FeedState
from tests.bot.world import MONDAY, TUESDAY, at, paper, votes
from tests.discord_server import Channel, DiscordServer
from tests.discord_server.faults import When
from tests.discord_server.objects import FORUM, MEDIA, REQUIRE_TAG, SILENT, Tag
from tests.wire.bot import Connected, connected

POSTING = "POST /channels/*/threads"
DAYS = {day: votes(day, 30, 20, 10) for day in (MONDAY, TUESDAY)}


async def forum_of(
    here: Connected,
    *names: str,
    kind: int = FORUM,
    flags: int = 0,
    allow: Sequence[str] = ("view_channel",),
    moderated: Sequence[str] = (),
    **options: object,
) -> Channel:
    """Set up the posts of a forum that has these tags."""
    forum = here.world.add_channel(here.guild, "forum", kind=kind)
    forum.flags = flags
    forum.tags = [Tag(here.world.new_id(), name, name in moderated) for name in names]
    here.world.set_permissions(forum, here.world.bot, allow=allow)
    await here.server.until(
        lambda: (
            len(getattr(here.bot.get_channel(forum.id), "available_tags", [1] * 99)) == len(names)
        )
    )
    text = await here.add_feed(channel=forum, time="9", **options)
    assert "Daily thread set up" in text, text
    return forum


def shown(here: Connected, forum: Channel) -> list[Channel]:
    """Return a forum's posts as Discord shows them: the newest first."""
    return here.world.threads_of(forum)[::-1]


def tags_known(here: Connected, forum: Channel) -> list[int] | None:
    """Return the tags that the bot knows of a forum, `None` before it knows the forum."""
    found = here.bot.get_channel(forum.id)
    return [tag.id for tag in found.available_tags] if isinstance(found, ForumChannel) else None


def tags_of(forum: Channel, post: Channel) -> list[str]:
    """Return the names of a post's tags."""
    names = {tag.id: tag.name for tag in forum.tags}
    return [names[each] for each in post.applied]


def tagged(*categories: tuple[str, ...]) -> dict[date, list[Record]]:
    """Return a batch of papers in these categories."""
    records = votes(MONDAY, *range(30, 30 - len(categories), -1))
    return {
        MONDAY: [
            replace(each, paper=replace(each.paper, categories=codes))
            for each, codes in zip(records, categories, strict=True)
        ]
    }


async def saved(here: Connected) -> str:
    """Return the member's library, once something is in it."""
    for _ in range(100):
        shown = await here.world.slash(here.member, here.office, "library show")
        if "No saved papers yet" not in shown.text:
            return shown.text
        await asyncio.sleep(0.05)
    return "nothing was saved"


async def state_of(here: Connected) -> tuple[FeedState, str | None]:
    async with here.bot.services.database.read() as conn:
        (feed,) = await feeds.of_guild(conn, here.guild.id)
    return feed.state, feed.disabled_reason


@pytest.mark.parametrize("kind", [FORUM, MEDIA])
async def test_a_forum_gets_one_post_a_day_whose_replies_are_the_cards(
    discord_server: DiscordServer, tmp_path: Path, kind: int
) -> None:
    async with connected(discord_server, tmp_path, DAYS, save_reactions=False) as here:
        forum = await forum_of(here, kind=kind)
        before = len(discord_server.requests)
        await here.tick(at(MONDAY, 9))
        assert len(discord_server.requests) - before == 4, "one for the post, one for each card"
        (post,) = here.world.threads_of(forum)
        assert post.name == "Papers of Monday 9 June 2025"
        assert post.archive_minutes == 7 * 24 * 60
        header, *cards = post.history
        assert header.id == post.id
        assert "The best" in header.text or "best first" in header.text
        assert ["Paper number 900" in card.text for card in cards] == [True, False, False]
        assert [bool(message.flags & SILENT) for message in post.history] == [False, *[True] * 3]
        await here.tick(at(MONDAY, 15))
        assert header.edits == 1, "its numbers are brought up to date"
        await here.tick(at(TUESDAY, 9))
        assert len(here.world.threads_of(forum)) == 2
    assert discord_server.invalid_requests == 0


async def test_a_forum_shows_a_post_for_each_paper_best_first_and_only_that_notifies(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        forum = await forum_of(here, posts="paper")
        await here.tick(at(MONDAY, 9))
        posts = shown(here, forum)
        assert [post.name for post in posts] == [f"Paper number 90{n}" for n in range(3)]
        starters = [post.history[0] for post in posts]
        assert all(len(post.history) == 1 for post in posts)
        assert [bool(each.flags & SILENT) for each in starters] == [False, True, True]
        # The first reaction is there, and a reader's saves.
        await discord_server.until(lambda: all("🔖" in each.reactions for each in starters))
        here.world.react(here.member, starters[1], "🔖")
        assert "Paper number 901" in await saved(here)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", [None, 500, 502])
@pytest.mark.parametrize("layout", ["day", "paper"])
async def test_a_lost_answer_makes_no_second_post(
    discord_server: DiscordServer, tmp_path: Path, when: When, status: int | None, layout: str
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        forum = await forum_of(here, posts=layout)
        discord_server.fail(POSTING, when=when, status=status, drop=status is None)
        await here.tick(at(MONDAY, 9))
        for minute in range(1, 8):
            await here.tick(at(MONDAY, 9, minute))
        posts = here.world.threads_of(forum)
        assert len(posts) == (1 if layout == "day" else 3)
        assert sum(len(post.history) for post in posts) == (4 if layout == "day" else 3)


PAPERS = tagged(("cs.CL", "cs.LG"), ("cs.CV",), ("cs.CL",), ("quant-ph",))


async def test_posts_get_the_tags_of_the_forum_that_fit_by_name(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, PAPERS) as here:
        names = ("News", "machine learning", "CS.cl", "Images and video")
        forum = await forum_of(here, *names, posts="paper")
        await here.tick(at(MONDAY, 9))
        posts = shown(here, forum)
        assert [tags_of(forum, post) for post in posts] == [
            ["CS.cl", "machine learning"],
            ["Images and video"],
            ["CS.cl"],
            [],
        ]
        assert [tag.name for tag in forum.tags] == list(names), "none is created unasked"


async def test_a_post_of_the_day_has_its_most_frequent_tags_five_at_most(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    codes = ("cs.CV", "cs.LG", "cs.AI", "cs.RO", "cs.SD", "cs.CL")
    many = tagged(*(codes[: n + 1] for n in range(6)), ("cs.CL",), ("cs.CL",))
    async with connected(discord_server, tmp_path, many) as here:
        forum = await forum_of(here, *reversed(codes))
        await here.tick(at(MONDAY, 9))
        (post,) = here.world.threads_of(forum)
        assert tags_of(forum, post) == ["cs.CV", "cs.LG", "cs.AI", "cs.RO", "cs.CL"]


async def test_missing_tags_are_created_on_request_as_far_as_there_is_room(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    others = [f"Tag {number}" for number in range(18)]
    async with connected(discord_server, tmp_path, PAPERS) as here:
        may = ("view_channel", "manage_channels")
        forum = await forum_of(here, *others, allow=may, posts="paper", tags="created")
        await here.tick(at(MONDAY, 9))
        assert [tag.name for tag in forum.tags] == [*others, "cs.CL", "cs.CV"]
        posts = shown(here, forum)
        assert [tags_of(forum, post) for post in posts] == [["cs.CL"], ["cs.CV"], ["cs.CL"], []]
        assert discord_server.count("PATCH /channels/*") == 1


async def test_tags_that_cannot_be_created_any_more_are_left_out(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, PAPERS) as here:
        may = ("view_channel", "manage_channels")
        forum = await forum_of(here, "cs.CV", allow=may, posts="paper", tags="created")
        discord_server.fail("PATCH /channels/*", status=403, code=50013)
        await here.tick(at(MONDAY, 9))
        posts = shown(here, forum)
        assert [tags_of(forum, post) for post in posts] == [[], ["cs.CV"], [], []]


@pytest.mark.parametrize("layout", ["day", "paper"])
async def test_a_forum_that_requires_a_tag_gets_its_posts_with_one_that_the_bot_may_use(
    discord_server: DiscordServer, tmp_path: Path, layout: str
) -> None:
    async with connected(discord_server, tmp_path, PAPERS) as here:
        names = ("Staff", "Papers", "cs.CV")
        forum = await forum_of(here, *names, flags=REQUIRE_TAG, moderated=("Staff",), posts=layout)
        await here.tick(at(MONDAY, 9))
        found = [tags_of(forum, post) for post in shown(here, forum)]
        each = [["Papers"], ["cs.CV"], ["Papers"], ["Papers"]]
        assert found == ([["cs.CV"]] if layout == "day" else each)


async def test_a_tag_required_later_stops_the_feed_with_a_word_and_resuming_posts(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        forum = await forum_of(here)
        discord_server.fail(POSTING, status=400, code=40067)
        await here.tick(at(MONDAY, 9))
        assert await state_of(here) == (FeedState.DISABLED, "the forum requires a tag")
        assert "The forum requires a tag. Add one" in here.office.history[-1].text
        await here.world.slash(here.admin, here.office, "feed resume")
        await here.tick(at(MONDAY, 10))
        assert len(here.world.threads_of(forum)) == 1


@pytest.mark.parametrize("layout", ["day", "paper"])
async def test_no_room_for_posts_is_told(
    discord_server: DiscordServer, tmp_path: Path, layout: str
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        await forum_of(here, posts=layout)
        discord_server.fail(POSTING, status=400, code=160006)
        await here.tick(at(MONDAY, 9))
        assert "limit for active threads" in here.office.history[-1].text


async def test_a_deleted_forum_stops_its_feed(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        forum = await forum_of(here)
        here.world.delete_channel(forum)
        await discord_server.until(lambda: here.bot.get_channel(forum.id) is None)
        await here.tick(at(MONDAY, 9))
        assert await state_of(here) == (FeedState.DISABLED, "the channel no longer exists")


async def test_a_forums_first_post_pings_the_role_and_the_others_do_not(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        readers = here.world.add_role(here.guild, "readers", mentionable=True)
        here.world.pingable.add(readers.id)
        await discord_server.until(lambda: here.knows_role(readers.id))
        forum = await forum_of(here, posts="paper", ping=readers)
        await here.tick(at(MONDAY, 9))
        starters = [post.history[0] for post in shown(here, forum)]
        assert [each.mentioned_roles for each in starters] == [[readers.id], [], []]


@pytest.mark.parametrize("layout", ["day", "paper"])
async def test_posts_that_people_archived_meanwhile_are_found_again(
    discord_server: DiscordServer, tmp_path: Path, layout: str
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        forum = await forum_of(here, posts=layout)
        other = here.world.add_thread(forum, "Papers of Monday 9 June 2025", here.member)
        here.world.say(here.member, other, "Papers of Monday 9 June 2025")
        discord_server.fail(POSTING, when="after", drop=True)
        await here.tick(at(MONDAY, 9))
        (post,) = (each for each in here.world.threads_of(forum) if each is not other)
        here.world.set_archived(post)
        if layout == "paper":
            post.name = "Renamed by a moderator"
        else:
            here.world.delete_message(post.history[0])
        for minute in range(1, 8):
            await here.tick(at(MONDAY, 9, minute))
        ours = [each for each in here.world.threads_of(forum) if each is not other]
        assert len(ours) == (1 if layout == "day" else 3)
        assert post in ours


async def test_a_forum_is_not_read_back_before_discord_had_a_minute(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    reading = "GET /guilds/*/threads/active"
    async with connected(discord_server, tmp_path, DAYS) as here:
        forum = await forum_of(here)
        discord_server.fail(POSTING, when="before", drop=True)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 9) + timedelta(seconds=45))
        assert discord_server.count(reading) == 0
        assert len(here.world.threads_of(forum)) == 0
        for minute in (1, 2, 3):
            await here.tick(at(MONDAY, 9, minute))
        assert discord_server.count(reading) == 1
        assert len(here.world.threads_of(forum)) == 1


@pytest.mark.parametrize("layout", ["day", "paper"])
async def test_what_an_earlier_feed_posted_is_not_taken_for_a_lost_answer(
    discord_server: DiscordServer, tmp_path: Path, layout: str
) -> None:
    async with connected(discord_server, tmp_path, {MONDAY: votes(MONDAY, *range(30, 22, -1))}) as (
        here
    ):
        forum = await forum_of(here, posts=layout, papers=3)
        await here.tick(at(MONDAY, 9))
        earlier = len(here.world.threads_of(forum))
        async with here.bot.services.database.write() as conn:
            await feeds.remove(conn, 1)
        await here.add_feed(channel=forum, posts=layout, papers=4, time="9")
        discord_server.fail(POSTING, when="before", drop=True)
        for minute in range(1, 8):
            await here.tick(at(MONDAY, 9, minute))
        assert earlier == (1 if layout == "day" else 3)
        assert len(here.world.threads_of(forum)) == earlier + (1 if layout == "day" else 4)


async def test_new_tags_are_named_after_the_topics_of_a_feed_that_has_some(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    flow = [
        Record(paper(100, "Flow Matching for Images", categories=("cs.CV",)), Metrics(9), MONDAY),
        Record(paper(101, "More Flow Matching", categories=("cs.LG",)), Metrics(8), MONDAY),
        Record(paper(102, "Graphs", categories=("cs.LG",)), Metrics(7), MONDAY),
    ]
    async with connected(discord_server, tmp_path, {MONDAY: flow}) as here:
        may = ("view_channel", "manage_channels")
        forum = await forum_of(
            here, "cs.CV", allow=may, posts="paper", tags="created", topics="flow matching"
        )
        await here.tick(at(MONDAY, 9))
        assert [tag.name for tag in forum.tags] == ["cs.CV", "flow matching"]
        posts = here.world.threads_of(forum)
        assert sorted(tags_of(forum, post) for post in posts) == [
            ["flow matching"],
            ["flow matching", "cs.CV"],
        ]


async def test_a_required_tag_that_the_bot_lacks_is_asked_for_before_anything_is_set_up(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path, PAPERS) as here:
        forum = here.world.add_channel(here.guild, "forum", kind=FORUM)
        forum.flags = REQUIRE_TAG
        here.world.set_permissions(forum, here.world.bot, allow=["view_channel"])
        await discord_server.until(lambda: requires_tag(here, forum))
        refused = await here.add_feed(channel=forum)
        assert "requires a tag, and has none that I can use." in refused
        refused = await here.add_feed(channel=forum, tags="created")
        assert "**Manage Channels**" in refused


def requires_tag(here: Connected, forum: Channel) -> bool:
    """Tell whether the bot knows that a forum's posts need a tag."""
    found = here.bot.get_channel(forum.id)
    return isinstance(found, ForumChannel) and found.flags.require_tag
