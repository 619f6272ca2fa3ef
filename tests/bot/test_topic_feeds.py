"""Feeds of servers as sources of a person's topics: chosen, called as there, removed, exported."""

from pathlib import Path

import discord
import simcord

from storage import guilds, personal_data, subscriptions
from tests.bot.raw_interactions import Interactions, what_is_registered
from tests.bot.test_web_feeds import DAY, Place, entry, placed, rss, sent, shown
from tests.bot.topics import answer, brought, follow
from tests.bot.world import World


async def removed(place: Place, name: str) -> None:
    """Let the admin remove a feed from the server."""
    here = place.here
    asked = await here.admin.slash(here.channel, "source remove", source=name)
    await here.admin.click(sent(asked), label="Remove")


async def neighbours(place: Place, name: str) -> tuple[simcord.ChannelHandle, simcord.MemberActor]:
    """Return the channel and the admin of another server, which has the same feed by that name."""
    env = place.here.env
    other = env.create_guild("Another Group", owner=env.create_user("boss"))
    channel = other.create_text_channel("papers")
    role = other.create_role("admins", permissions=discord.Permissions(manage_guild=True))
    linus = other.add_member(env.create_user("linus"), roles=[role])
    offered = await linus.slash(channel, "source add", url=place.url, name=name)
    await linus.click(sent(offered), label="Add")
    return channel, linus


async def listed(here: World) -> str:
    return shown(await here.member.slash(here.channel, "paper subscriptions"))


def titles_brought(here: World) -> list[str]:
    """Return the titles of the journal's papers in the member's digests."""
    text = "\n".join(brought(here.member))
    return [f"Mice {number}" for number in range(1, 9) if f"Mice {number}" in text]


async def test_a_topic_on_a_servers_feed_brings_what_matches_once(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9, "Mice 1 and cheese"), entry(9, 9, "Roots")) as place:
        here = place.here
        await place.add(name="The Journal")
        offers = await here.member.autocomplete(here.channel, "paper subscribe", "sources", "jour")
        assert ("The Journal", "web1") in [(each["name"], each["value"]) for each in offers]
        preview = await here.member.slash(
            here.channel, "paper subscribe", topic="mice", sources="biorxiv, the journal"
        )
        assert "Mice 1 and cheese" in answer(preview)
        assert "bioRxiv, The Journal" in answer(preview)
        await here.member.click(sent(preview), label="Subscribe")
        assert "bioRxiv, The Journal" in await listed(here)
        place.has(entry(2, 9, "Mice 2"), entry(1, 9, "Mice 1 and cheese"), entry(8, 9, "Roots 2"))
        for _ in range(3):
            await place.until_tomorrow()
        digests = brought(here.member)
        assert sum("Mice 2" in each for each in digests) == 1
        assert titles_brought(here) == ["Mice 2"], "what the preview showed has been seen"
        assert "Roots" not in "".join(digests)


async def test_topics_without_the_feed_as_a_source_bring_none_of_it(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9, "Mice 1")) as place:
        here = place.here
        await place.add(name="The Journal")
        await follow(here, here.member, "mice")
        place.has(entry(2, 9, "Mice 2"), entry(1, 9, "Mice 1"))
        for _ in range(3):
            await place.until_tomorrow()
        assert titles_brought(here) == []


async def test_a_feed_that_its_server_removed_is_named_so_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    async with placed(tmp_path, entry(1, 9, "Cheese")) as place:
        here = place.here
        place.journal.on("/other", rss(entry(5, 9, "Cheese of others")))
        await place.add(name="Mine")
        await place.add(name="Yours", url=f"{place.journal.url}/other")
        await neighbours(place, "Theirs")
        await follow(here, here.member, "mice", sources="mine, yours")
        await follow(here, here.member, "mice OR rats", sources="mine")
        await removed(place, "Mine")
        text = await listed(here)
        assert "a removed feed, Yours" in text
        assert text.count("⚠️ nothing comes any more") == 1
        place.has(entry(2, 9, "Mice 2"))
        place.journal.on("/other", rss(entry(3, 9, "Mice 3")))
        for _ in range(2):
            await place.until_tomorrow()
        assert titles_brought(here) == ["Mice 3"], "though another server has the feed"
        await place.add(name="Mine again")
        assert "Mine again, Yours" in await listed(here)
        place.has(entry(4, 11, "Mice 4"), entry(2, 9, "Mice 2"))
        for _ in range(2):
            await place.until_tomorrow()
        assert titles_brought(here) == ["Mice 3", "Mice 4"]


async def test_two_servers_call_the_same_feed_as_they_like(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9, "Cheese")) as place:
        here = place.here
        await place.add(name="Mine")
        channel, linus = await neighbours(place, "Theirs")
        await follow(here, here.member, "mice", sources="mine")
        preview = await linus.slash(channel, "paper subscribe", topic="mice", sources="theirs")
        await linus.click(sent(preview), label="Subscribe")
        assert "Mine" in await listed(here)
        theirs = shown(await linus.slash(channel, "paper subscriptions"))
        assert "Theirs" in theirs
        assert "Mine" not in theirs
        refused = await linus.slash(channel, "paper subscribe", topic="mice", sources="mine")
        assert "I don't know the source “mine”" in shown(refused)
        place.has(entry(2, 9, "Mice 2"), entry(1, 9, "Cheese"))
        await place.until_tomorrow()
        assert sum("Mice 2" in each for each in brought(here.member)) == 1
        assert sum("Mice 2" in each for each in brought(linus)) == 1


async def test_in_direct_messages_the_feeds_of_ones_own_topics_are_offered(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9, "Cheese")) as place:
        here = place.here
        await place.add(name="Mine")
        key = f"web1@{here.guild.id}"
        grace = here.member.user
        for guess in ("mine", "web1", key):
            refused = await grace.slash("paper subscribe", topic="mice", sources=guess)
            assert "I don't know the source" in shown(refused)
        await follow(here, here.member, "mice", sources="mine")
        preview = await grace.slash("paper subscribe", topic="cheese", sources="mine, ssrn")
        assert "SSRN, Mine" in answer(preview)


async def test_the_form_of_a_topic_offers_feeds_and_takes_no_other(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9, "Mice 1")) as place:
        here = place.here
        await follow(here, here.member, "mice")
        await place.add(name="Mine")
        view = sent(await here.member.slash(here.channel, "paper subscriptions"))
        async with here.bot.services.database.read() as conn:
            (mine,) = await subscriptions.of_user(conn, here.member.id)
        typed = {"topic": "mice", "min_votes": "0", "sources": ["default"]}
        form = await here.member.select(view, [str(mine.topic.id)])
        preview = await here.member.submit_modal(
            form, {**typed, "feeds": [f"web1@{here.guild.id}"]}
        )
        assert "Hugging Face, arXiv, Mine" in answer(preview)
        changed = await here.member.click(sent(preview), label="Replace topic")
        assert "Hugging Face, arXiv, Mine" in shown(changed)
        async with here.bot.services.database.write() as conn:
            (mine,) = await subscriptions.of_user(conn, here.member.id)
            await guilds.left(conn, here.guild.id, here.clock.now())
            (gone,) = await subscriptions.of_user(conn, here.member.id)
        assert mine.topic.sources == ("huggingface", "arxiv", f"web1@{here.guild.id}")
        assert (mine.topic.lost, gone.topic.lost) == (frozenset(), {f"web1@{here.guild.id}"})


async def test_the_export_names_a_topics_feeds_and_deleting_leaves_nothing(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9, "Cheese")) as place:
        here = place.here
        await place.add(name="Mine")
        await follow(here, here.member, "mice", sources="mine, biorxiv")
        key = f"web1@{here.guild.id}"
        async with here.bot.services.database.write() as conn:
            found = await personal_data.export(conn, here.member.id)
            (row,) = found["subscriptions"]
            assert (row["sources"], row["feeds"]) == (["biorxiv", key], {key: "Mine"})
            await personal_data.erase(conn, here.member.id, here.clock.now())
            assert await subscriptions.source_groups(conn) == []
            assert await subscriptions.all_topics(conn) == []
        await here.tick(here.clock.now() + DAY)


async def test_a_form_that_names_a_feed_of_another_server_is_refused(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9, "Mice 1")) as place:
        here = place.here
        await follow(here, here.member, "mice")
        _channel, linus = await neighbours(place, "Theirs")
        async with here.bot.services.database.read() as conn:
            (mine,) = await subscriptions.of_user(conn, here.member.id)
        wire = Interactions(here, *await what_is_registered(here, here.admin))
        forged = {"topic": "mice", "min_votes": "0", "feeds": f"web1@{linus.guild.id}"}
        record = await wire.send(
            here.member, here.channel, wire.form(f"v1:topic-form:{mine.topic.id}", forged)
        )
        assert "I don't know the source" in wire.answer(record).text


async def test_a_word_that_all_papers_of_a_feed_have_is_found_in_all(tmp_path: Path) -> None:
    mice = [entry(number, 9, f"Mice {number}") for number in range(1, 6)]
    async with placed(tmp_path, *mice) as place:
        here = place.here
        await place.add(name="Mine")
        preview = await here.member.slash(
            here.channel, "paper subscribe", topic="mice", sources="mine"
        )
        assert "5 of 5 papers in 14 days match" in answer(preview)


def guided(title: str, guid: str, rest: str = "") -> str:
    """Return an entry that has nothing but a title, an id of the feed's own, and a day."""
    return (
        f"<item><title>{title}</title><guid {rest}>{guid}</guid>"
        "<pubDate>09 Jun 2025 08:00:00 GMT</pubDate></item>"
    )


async def test_an_entry_with_only_a_guid_leads_where_that_says_and_else_does_not_come(
    tmp_path: Path,
) -> None:
    async with placed(tmp_path, entry(9, 9, "Cheese")) as place:
        here = place.here
        await place.add(name="Mine")
        await follow(here, here.member, "mice", sources="mine")
        own = 'isPermaLink="false"'
        place.has(
            guided("Mice of a page", "https://journal.example/a/7"),
            guided("Mice of an address", "https://journal.example/a/8", own),
            guided("Mice of a work", "doi:10.1000/Mice9", own),
            guided("Mice of nowhere", "tag:journal.example,2025:10", own),
            guided("Mice of a number", "4711", own),
        )
        await place.until_tomorrow()
        (text,) = brought(here.member)
        for title, address in {
            "Mice of a page": "https://journal.example/a/7",
            "Mice of an address": "https://journal.example/a/8",
            "Mice of a work": "https://doi.org/10.1000/mice9",
        }.items():
            assert text.count(f"[{title}]({address})") == 1
        assert text.count("Journal of Tests") == 3
        assert text.count("mice: “mice” in the title") == 3
        assert "nowhere" not in text
        assert "number" not in text
        for _ in range(2):
            await place.until_tomorrow()
        assert len(brought(here.member)) == 1, "nothing comes twice"
