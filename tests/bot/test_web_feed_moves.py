"""Feeds of the web that turn out to be at one address, as a server's people see it."""

from datetime import timedelta
from pathlib import Path

import discord

from storage import feeds
from tests.bot.test_web_feeds import DAY, channel_with, entry, placed, rss, sent, shown, titles
from tests.bot.topics import brought, follow
from tests.papers.sources.serving import Reply

HOUR = timedelta(hours=1)
MOVED = Reply(status=301, headers={"Location": "/feed"})


async def test_two_addresses_that_become_one_are_read_once_and_all_comes_once(
    tmp_path: Path,
) -> None:
    async with placed(tmp_path, entry(1, 9)) as place:
        here, journal = place.here, place.journal
        old = f"{journal.url}/old"
        journal.on("/old", rss(entry(1, 9)))
        await place.add(name="The Journal")
        await place.add(name="Its Old Address", url=old)
        await channel_with(place, "its old address")
        await here.add_feed(here.guild.create_text_channel("both"), sources=["web1", "web2"])
        await place.until_tomorrow()
        journal.on("/old", rss(entry(3, 10), entry(1, 9)))  # seen there alone, and not shown yet
        await here.tick(here.clock.now() + 2 * HOUR)
        journal.on("/old", MOVED)
        place.has(entry(2, 10), entry(1, 9))
        await place.until_tomorrow()
        await place.until_tomorrow()
        assert sorted(each.split("[")[1][:7] for each in titles(here)) == [
            f"Paper {number}" for number in (1, 2, 3)
        ]
        listed = shown(await here.admin.slash(here.channel, "source list"))
        assert "The Journal" in listed
        assert "Its Old Address" not in listed
        async with here.bot.services.database.read() as conn:
            found = await feeds.of_guild(conn, here.guild.id)
        assert [each.sources for each in found] == [("web1",), ("web1",)]
        journal.requests.clear()
        await here.tick(here.clock.now() + 2 * HOUR)
        assert [request.path for request in journal.requests] == ["/feed"]


async def test_a_topic_on_a_feed_that_moved_goes_on_with_where_it_is(tmp_path: Path) -> None:
    async with placed(tmp_path, entry(1, 9, "Cheese")) as place:
        here, journal = place.here, place.journal
        journal.on("/old", rss(entry(1, 9, "Cheese")))
        await place.add(name="The Journal")
        await place.add(name="Its Old Address", url=f"{journal.url}/old")
        await follow(here, here.member, "mice", sources="its old address")
        journal.on("/old", MOVED)
        place.has(entry(2, 10, "Mice 2"), entry(1, 9, "Cheese"))
        await place.until_tomorrow()
        await place.until_tomorrow()
        assert sum("Mice 2" in each for each in brought(here.member)) == 1
        listed = shown(await here.member.slash(here.channel, "paper subscriptions"))
        assert "The Journal" in listed


async def test_a_server_that_had_the_other_address_keeps_its_name_for_the_feed(
    tmp_path: Path,
) -> None:
    async with placed(tmp_path, entry(1, 9)) as place:
        here, journal = place.here, place.journal
        journal.on("/old", rss(entry(1, 9)))
        await place.add(name="Ours", url=f"{journal.url}/old")
        await channel_with(place, "ours")
        lab = here.env.create_guild("Lab", owner=here.env.create_user("boss"))
        desk = lab.create_text_channel("desk")
        rights = discord.Permissions(manage_guild=True)
        linus = lab.add_member(
            here.env.create_user("linus"), roles=[lab.create_role("admins", permissions=rights)]
        )
        offered = await linus.slash(desk, "source add", url=place.url, name="Theirs")
        await linus.click(sent(offered), label="Add")
        await place.until_tomorrow()
        journal.on("/old", MOVED)
        place.has(entry(2, 10), entry(1, 9))
        await place.until_tomorrow()
        await place.until_tomorrow()
        assert len(titles(here)) == 2
        assert "Ours" in shown(await here.admin.slash(here.channel, "source list"))
        assert "Theirs" in shown(await linus.slash(desk, "source list"))
        await here.bot.services.maintenance.run(here.clock.now() + 2 * DAY)
        journal.requests.clear()
        await here.tick(here.clock.now() + 2 * HOUR)
        assert [request.path for request in journal.requests] == ["/feed"]
