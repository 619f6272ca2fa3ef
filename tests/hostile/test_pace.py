"""Clicking without end: who does it is told when to go on, and nobody else notices."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interactions.cooldowns import ANYTHING, FILES, SEARCHES, Cooldowns, RateLimit
from tests.bot.topics import answer
from tests.bot.world import World, world

NOW = datetime(2025, 6, 10, 12, tzinfo=UTC)
AGAIN = re.compile(r"You're going too fast\. Try again <t:(\d+):R>\.")


async def presses(here: World, who: object, count: int) -> list[str]:
    """Let somebody use a command so often at once."""
    return [answer(await who.slash(here.channel, "paper help")) for _ in range(count)]  # type: ignore[attr-defined]


async def test_who_clicks_without_end_is_told_when_to_go_on(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        got = await presses(here, here.member, ANYTHING.burst + 3)
        assert not any(map(AGAIN.search, got[: ANYTHING.burst]))
        waits = [match for match in map(AGAIN.search, got[ANYTHING.burst :]) if match]
        assert len(waits) == 3
        assert not AGAIN.search((await presses(here, here.admin, 1))[0])
        await here.env.advance_time(ANYTHING.every + 1)
        assert not AGAIN.search((await presses(here, here.member, 1))[0])


async def test_a_button_pressed_without_end_says_when_to_go_on(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.bot.app.cycle.ingest(here.clock.now())
        shown = await here.member.slash(here.channel, "paper show", id_or_link="2506.00900")
        assert shown.response is not None
        got = [
            answer(await here.member.click(shown.response, custom_id="v1:save:2506.00900"))
            for _ in range(ANYTHING.burst + 1)
        ]
        assert AGAIN.search(got[-1])


async def test_searching_without_end_leaves_the_rest_usable(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        got = [
            answer(await here.member.slash(here.channel, "paper search", query=f"matter {n}"))
            for n in range(SEARCHES.burst + 1)
        ]
        assert AGAIN.search(got[-1])
        assert not AGAIN.search(got[-2])
        assert not AGAIN.search((await presses(here, here.member, 1))[0])


async def test_files_are_made_at_a_slower_pace(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        got = [
            answer(await here.member.slash(here.channel, "privacy export"))
            for _ in range(FILES.burst + 1)
        ]
        assert AGAIN.search(got[-1])


@given(st.lists(st.floats(0, 5), max_size=80), st.integers(1, 10), st.floats(0.1, 3))
def test_nobody_is_served_faster_than_their_pace(
    pauses: list[float], burst: int, every: float
) -> None:
    cooldowns, pace = Cooldowns(), RateLimit("any", burst, every)
    served: list[float] = []
    at = 0.0
    for pause in pauses:
        at += pause
        again = cooldowns.take(1, pace, NOW + timedelta(seconds=at))
        if again is None:
            served.append(at)
        else:
            assert again > NOW + timedelta(seconds=at)
    for start in served:
        for span in (every, 5 * every, 30.0):
            within = sum(start <= moment <= start + span for moment in served)
            assert within <= burst + span / every + 1


@pytest.mark.parametrize("people", [20_000])
def test_what_is_known_of_people_is_forgotten_when_it_says_nothing(people: int) -> None:
    cooldowns = Cooldowns()
    for user_id in range(people):
        cooldowns.take(user_id, ANYTHING, NOW + timedelta(seconds=user_id / 100))
    assert len(cooldowns) <= 10_000
