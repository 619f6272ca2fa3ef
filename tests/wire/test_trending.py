"""The section of what trends on Hugging Face, from the Hub's answer to Discord's message."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from papers.sources.huggingface import HuggingFaceSource
from papers.sources.responses import RetryPolicy
from storage import feeds
from tests.bot.world import MONDAY, at
from tests.discord_server import DiscordServer
from tests.papers.sources.serving import Answering, Reply, Service, html_reply, json_reply, serving
from tests.papers.sources.test_huggingface import DAILY, wire
from tests.wire.bot import Connected, connected
from tests.wire.test_posting import post_of

HEADING = "Trending on Hugging Face now"
TREND = wire(7, None, id="2412.20138", title="Trading Agents", upvotes=140, githubStars=107_465)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as running:
        yield running


def hub(service: Service) -> HuggingFaceSource:
    return HuggingFaceSource(service.url, manners=RetryPolicy(attempts=1))


def answering(trends: Reply) -> Answering:
    """Serve Monday's three papers, and this answer to what trends."""
    day = f"{MONDAY}T00:00:00.000Z"
    papers = [wire(number, day, upvotes=10 * number) for number in (1, 2, 3)]

    def answer(request: web.Request) -> Reply:
        if request.query.get("sort") == "trending":
            return trends
        return json_reply(papers if request.query.get("date") == f"{MONDAY}" else [])

    return answer


async def turn_on(here: Connected, *, trending: bool) -> None:
    await here.add_feed(time="09:00", trending=trending)


async def test_the_section_comes_in_the_header_without_one_more_request(
    discord_server: DiscordServer, service: Service, tmp_path: Path
) -> None:
    service.on(DAILY, answering(json_reply([TREND])))
    source = hub(service)
    async with connected(discord_server, tmp_path, sources=[source], save_reactions=False) as here:
        await turn_on(here, trending=True)
        before = len(discord_server.requests)
        await here.tick(at(MONDAY, 9))
        header, cards = post_of(here.world, here.channel)
        assert HEADING in header.text
        assert "Trading Agents" in header.text
        assert "140 upvotes · 107,465 stars" in header.text
        assert len(cards) == 3
        assert len(discord_server.requests) - before == 5
        assert sum(query.get("sort") == "trending" for query in service.queries) == 1


async def test_a_thread_that_does_not_want_it_asks_the_hub_nothing(
    discord_server: DiscordServer, service: Service, tmp_path: Path
) -> None:
    service.on(DAILY, answering(json_reply([TREND])))
    async with connected(discord_server, tmp_path, sources=[hub(service)]) as here:
        await turn_on(here, trending=False)
        await here.tick(at(MONDAY, 9))
        assert HEADING not in post_of(here.world, here.channel)[0].text
        assert not any("sort" in query for query in service.queries)


@pytest.mark.parametrize(
    "fault",
    [html_reply(), json_reply([]), json_reply({"rows": []}), Reply(b""), Reply(status=503)],
    ids=["a wall", "nothing", "another type", "an empty body", "an error"],
)
async def test_a_wrong_answer_leaves_the_section_out_of_a_thread_in_time(
    fault: Reply, discord_server: DiscordServer, service: Service, tmp_path: Path
) -> None:
    service.on(DAILY, answering(fault))
    async with connected(discord_server, tmp_path, sources=[hub(service)]) as here:
        await turn_on(here, trending=True)
        await here.tick(at(MONDAY, 9))
        header, cards = post_of(here.world, here.channel)
        assert HEADING not in header.text
        assert "late" not in header.text
        assert len(cards) == 3


async def test_a_lost_answer_of_discord_brings_no_second_header_and_no_other_names(
    discord_server: DiscordServer, service: Service, tmp_path: Path
) -> None:
    service.on(DAILY, answering(json_reply([TREND])))
    async with connected(discord_server, tmp_path, sources=[hub(service)]) as here:
        await turn_on(here, trending=True)
        discord_server.fail("POST /channels/*/messages", drop=True, when="before")
        await here.tick(at(MONDAY, 9))
        other = wire(8, None, id="2412.20139", title="Another One")
        service.on(DAILY, answering(json_reply([other])))
        async with here.bot.services.database.write() as conn:
            (feed,) = await feeds.of_guild(conn, here.guild.id)
            await feeds.update(conn, replace(feed, trending=False))
        await here.tick(at(MONDAY, 11))
        header, cards = post_of(here.world, here.channel)
        assert "Trading Agents" in header.text
        assert "Another One" not in header.text
        assert len(cards) == 3
