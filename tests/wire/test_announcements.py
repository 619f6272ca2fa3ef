"""Publishing overviews on the wire: what Discord is asked, refuses and loses."""

from pathlib import Path

import pytest

from tests import reliability
from tests.bot.world import MONDAY, at
from tests.discord_server import Channel, DiscordServer
from tests.discord_server.faults import When
from tests.discord_server.objects import CROSSPOSTED, NEWS
from tests.wire.bot import Connected, connected
from tests.wire.test_killed import TOKEN, Boundary, Lab

PUBLISHING = "POST /channels/*/crosspost"
MINUTES = (0, 360, 361)
"""The post, its first refresh, and what follows it."""


async def posted_in_news(here: Connected) -> Channel:
    """Set up an announcement channel's thread, and let its overview have its first refresh."""
    news = here.world.add_channel(here.guild, "news", kind=NEWS)
    await here.server.until(lambda: here.bot.get_channel(news.id) is not None)
    assert "Publishes each overview" in await here.add_feed(channel=news, publish=True, time="9")
    await here.tick(at(MONDAY, 9))
    await here.tick(at(MONDAY, 15))
    return news


async def test_an_overview_is_published_with_one_request(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    async with connected(discord_server, tmp_path) as here:
        news = await posted_in_news(here)
        assert discord_server.count(PUBLISHING) == 0
        for minute in (1, 2, 30):
            await here.tick(at(MONDAY, 15, minute))
        assert discord_server.count(PUBLISHING) == 1
        (header,) = news.history
        assert header.flags & CROSSPOSTED
        (thread,) = here.world.threads_of(news)
        assert len(thread.history) == 3
    assert discord_server.invalid_requests == 0


@pytest.mark.timeout(180)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_overview_is_published_once_though_the_bot_is_killed(
    tmp_path: Path, when: When
) -> None:
    async with DiscordServer() as server:
        server.buckets.pace = 0.01
        server.world.token = TOKEN
        guild = server.world.add_guild("Lab")
        news = server.world.add_channel(guild, "news", kind=NEWS)
        lab = Lab(server, tmp_path, guild.id, news, {"publish": True}, MINUTES)
        assert await lab.run_bot(Boundary(1, "publishing", PUBLISHING, 1), when) == -9
        assert await lab.run_bot() == 0
        there, lost, doubled = lab.ends_with()
        carried_out = [each for each in server.requests if each.line.endswith("/crosspost")]
        published = sum(each.status == 200 for each in carried_out) + (when == "after")
        lost += published == 0
        doubled += max(0, published - 1)
        moment = "not carried out" if when == "before" else "carried out, answer lost"
        row = f"overview, request 1 (publishing it): {moment}"
        assert (lost, doubled) == (0, 0), f"{row}: {there}"
        reliability.record("kills", row, f"{there}, published", str(lost), str(doubled))
        asked = server.count(PUBLISHING)
        assert await lab.run_bot() == 0
        assert server.count(PUBLISHING) == asked, "a third start finds nothing left to publish"
    server.assert_clean()
