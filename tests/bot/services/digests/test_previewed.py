"""The preview of a topic is its first digest: what it showed does not come again, the rest does."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from papers.model import Record
from tests.bot.topics import about, answer, brought, digest_of, dms, follow
from tests.bot.world import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, World, at, world


def flows(day: date, numbers: Iterable[int]) -> list[Record]:
    """Make papers of a day that all match "flow matching"."""
    return about(day, *(f"Flow Matching {day.day}x{number}" for number in numbers))


def named(text: str) -> list[str]:
    """Return the papers of `flows` that a text names."""
    return list(dict.fromkeys(re.findall(r"Flow Matching (\d+x\d+)", text)))


async def digested(here: World, day: date) -> list[str]:
    """Return the papers of `flows` that the member's digest of a day brings, on all its pages."""
    digest = await digest_of(here, here.member.id, day)
    assert digest is not None
    return sorted(name for entry in digest.payload["entries"] for name in named(entry["title"]))


async def look(here: World, topic: str = "flow matching", **options: Any) -> Any:
    """Return the preview of a topic."""
    return await here.member.slash(here.channel, "paper subscribe", topic=topic, **options)


async def press(here: World, preview: Any, label: str) -> Any:
    """Press a button of a preview."""
    assert preview.response is not None
    return await here.member.click(preview.response, label=label)


async def test_what_the_preview_showed_is_not_in_the_first_digest_and_the_days_rest_is(
    tmp_path: Path,
) -> None:
    days = {
        MONDAY: flows(MONDAY, range(3)),
        TUESDAY: flows(TUESDAY, range(8)),
        WEDNESDAY: flows(WEDNESDAY, range(1)),
    }
    async with world(tmp_path, days) as here:
        await here.tick(at(MONDAY, 8))
        await here.tick(at(TUESDAY, 8))
        preview = await look(here)
        shown = named(answer(preview))
        assert len(shown) == 5
        await press(here, preview, "Subscribe")
        await here.tick(at(TUESDAY, 9))
        newest = {f"10x{number}" for number in range(8)}
        # All of the newest day's papers are seen once; what came before is not new.
        assert await digested(here, TUESDAY) == sorted(newest - set(shown))
        await here.tick(at(WEDNESDAY, 9))
        assert named(brought(here.member)[1]) == ["11x0"]


async def test_papers_that_come_between_preview_and_subscribing_are_brought(
    tmp_path: Path,
) -> None:
    days = {MONDAY: flows(MONDAY, range(2)), TUESDAY: flows(TUESDAY, range(2))}
    async with world(tmp_path, days) as here:
        await here.tick(at(MONDAY, 12))
        preview = await look(here)
        await here.tick(at(TUESDAY, 8))
        await press(here, preview, "Subscribe")
        await here.tick(at(TUESDAY, 9))
        (digest,) = brought(here.member)
        assert sorted(named(digest)) == ["10x0", "10x1"]


async def test_papers_of_an_earlier_step_of_the_preview_count_as_seen_too(tmp_path: Path) -> None:
    plain = about(MONDAY, *(f"Matching by Flow Matching 9x{number}" for number in range(7)))
    exact = about(MONDAY, *(f"Flow Matching 9x{number}" for number in range(7, 14)), first=20)
    async with world(tmp_path, {MONDAY: [*plain, *exact]}) as here:
        await here.tick(at(MONDAY, 8))
        preview = await look(here, "matching flow")
        first = set(named(answer(preview)))
        narrowed = await press(here, await press(here, preview, "Wider"), "Narrower")
        seen = first | set(named(answer(narrowed)))
        await press(here, preview, "Subscribe")
        await here.tick(at(MONDAY, 9))
        everything = {f"9x{number}" for number in range(14)}
        assert await digested(here, MONDAY) == sorted(everything - seen)


async def test_what_one_preview_showed_another_topic_does_not_bring(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: flows(MONDAY, range(3))}) as here:
        await follow(here, here.member, "matching")
        await here.tick(at(MONDAY, 8))
        await follow(here, here.member)
        await here.tick(at(MONDAY, 9))
        assert brought(here.member) == []


async def test_the_confirmation_says_how_many_papers_do_not_come_again(tmp_path: Path) -> None:
    days = {MONDAY: [*flows(MONDAY, range(2)), *about(MONDAY, "Proteins at Night", first=5)]}
    async with world(tmp_path, days, now=at(MONDAY, 1)) as here:
        await follow(here, here.member, "graphs and trees")
        assert "before subscribing" not in dms(here.member)[-1]
        await here.tick(at(MONDAY, 8))
        await follow(here, here.member)
        assert "The 2 papers you saw before subscribing don't come again." in dms(here.member)[-1]
        await follow(here, here.member, "proteins")
        assert "The 3 papers you saw before subscribing don't come again." in dms(here.member)[-1]
        assert len(dms(here.member)) == 2


@pytest.mark.parametrize("day", [WEDNESDAY, FRIDAY])
async def test_a_topic_that_takes_anothers_place_brings_what_came_since_the_last_digest(
    tmp_path: Path, day: date
) -> None:
    week = (TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
    days = {each: flows(each, range(4)) for each in week}
    async with world(tmp_path, days, now=at(MONDAY, 12)) as here:
        await follow(here, here.member, every="week")
        seen: set[str] = set()
        for each in week:
            await here.tick(at(each, 10))
            if each == day:
                preview = await look(here, min_votes=1)
                narrow = await press(here, preview, "Narrower")
                seen = {*named(answer(preview)), *named(answer(narrow))}
                await press(here, narrow, "Replace topic")
        await here.tick(at(MONDAY + timedelta(days=7), 9))
        everything = {f"{each.day}x{number}" for each in week for number in range(4)}
        assert await digested(here, MONDAY + timedelta(days=7)) == sorted(everything - seen)
