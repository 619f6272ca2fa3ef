"""Digests of topics on other sources: chosen by name, every day of the week, nothing twice."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.bot.services.digests.test_subscriptions import topics_of
from tests.bot.services.publishing.test_publishing_sources import (
    DAY,
    SATURDAY,
    SUNDAY,
    FakeServer,
    preprint,
    run_days,
)
from tests.bot.topics import answer, brought
from tests.bot.world import MONDAY, at, world

FRIDAY = SATURDAY - DAY


async def test_a_topic_of_biorxiv_comes_every_day_with_where_it_is_from(tmp_path: Path) -> None:
    days = [FRIDAY - DAY, FRIDAY, SATURDAY, SUNDAY]
    server = FakeServer(
        {
            day: [preprint(day, 1, f"Neurons of {day:%A}"), preprint(day, 2, "Roots")]
            for day in days
        },
        today=at(FRIDAY, 8),
    )
    async with world(tmp_path, {}, others=[server], now=at(FRIDAY, 8)) as here:
        await here.tick(at(FRIDAY, 8))
        assert server.asked == [], "not asked while nothing uses it"
        preview = await here.member.slash(
            here.channel, "paper subscribe", topic="neurons", sources="bioRxiv"
        )
        assert "bioRxiv" in answer(preview)
        assert preview.response is not None
        await here.member.click(preview.response, label="Subscribe")
        listed = await here.member.slash(here.channel, "paper subscriptions")
        assert "bioRxiv" in answer(listed)
        await run_days(here, server, SATURDAY, 4)
        digests = brought(here.member)
        for day in days:
            assert sum(f"Neurons of {day:%A}" in each for each in digests) == 1, day
        assert len(digests) >= 3, "weekends have papers, too"
        assert all("bioRxiv · neuroscience" in each for each in digests)
        assert "Roots" not in "".join(digests)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"topic": "trending", "sources": "bioRxiv"}, "none of them is trending"),
        ({"topic": "cells", "sources": "bioRxiv, arXiv", "min_votes": 3}, "none would pass"),
        ({"topic": "cells", "sources": "bioarchive"}, "I don't know the source"),
    ],
)
async def test_sources_without_upvotes_are_refused_where_these_count(
    tmp_path: Path, options: dict[str, object], said: str
) -> None:
    async with world(tmp_path, {}, now=datetime(2025, 6, 9, 8, tzinfo=UTC)) as here:
        refused = await here.member.slash(here.channel, "paper subscribe", **options)
        assert said in answer(refused)


async def test_the_sources_of_a_topic_are_changed_in_its_form(tmp_path: Path) -> None:
    async with world(tmp_path, {}, now=at(MONDAY, 8)) as here:
        preview = await here.member.slash(here.channel, "paper subscribe", topic="neurons")
        assert preview.response is not None
        await here.member.click(preview.response, label="Subscribe")
        listed = await here.member.slash(here.channel, "paper subscriptions")
        assert listed.response is not None
        (mine,) = await topics_of(here, here.member.id)
        form = await here.member.select(listed.response, [str(mine.id)])
        typed = {"topic": "neurons", "min_votes": "0", "sources": ["default", "medrxiv"]}
        preview = await here.member.submit_modal(form, typed)
        assert "Hugging Face, arXiv, medRxiv" in answer(preview)
        assert preview.response is not None
        await here.member.click(preview.response, label="Replace topic")
        (mine,) = await topics_of(here, here.member.id)
        assert mine.sources == ("huggingface", "arxiv", "medrxiv")


async def test_a_topic_that_names_its_source_is_matched_with_that_one(tmp_path: Path) -> None:
    async with world(tmp_path, {}, now=at(MONDAY, 8)) as here:
        preview = await here.member.slash(
            here.channel, "paper subscribe", topic="neurons source:biorxiv"
        )
        assert preview.response is not None
        await here.member.click(preview.response, label="Subscribe")
        (mine,) = await topics_of(here, here.member.id)
        assert (mine.query, mine.sources) == ("neurons source:biorxiv", ("biorxiv",))
