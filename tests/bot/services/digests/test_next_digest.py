"""When the Next digest:: found at once, however far away it is."""

import time as stopwatch
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.digests import next_digest_at
from storage import subscriptions
from storage.subscriptions import Every, Subscriber
from tests.bot.topics import answer, follower, subscriber
from tests.bot.world import MONDAY, at, world

ZONES = ("UTC", "Asia/Kolkata", "Pacific/Apia", "America/Los_Angeles", "Europe/Berlin")
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
WEEKDAYS = {Every.DAY: range(7), Every.WEEKDAYS: range(5), Every.WEEK: range(1)}


def person(every: Every, zone: str, hour: time, quiet_until: date | None = None) -> Subscriber:
    return Subscriber(
        user_id=1,
        at=hour,
        timezone=zone,
        every=every,
        quiet_until=quiet_until,
        dm_channel_id=None,
        strikes=0,
        closed_at=None,
        closed_reason=None,
        created_at=at(MONDAY, 0),
    )


def walked(
    reader: Subscriber, now: datetime, since: datetime, used: date | None, most: int = 500
) -> datetime:
    """Walk from day to day until one is right."""
    zone = ZoneInfo(reader.timezone)
    day = now.astimezone(zone).date()
    for _ in range(most):
        hour = datetime.combine(day, reader.at, zone)
        right = day.weekday() in WEEKDAYS[reader.every] and hour >= since
        loud = reader.quiet_until is None or day >= reader.quiet_until
        if right and loud and (used is None or day > used):
            return max(hour, now)
        day += timedelta(days=1)
    raise AssertionError("no day in sight")


@given(
    every=st.sampled_from(Every),
    zone=st.sampled_from(ZONES),
    hour=st.times().map(lambda t: t.replace(microsecond=0)),
    now=st.integers(0, 3 * 365 * 24 * 60).map(lambda minute: BEGIN + timedelta(minutes=minute)),
    quiet=st.none() | st.integers(-9, 400),
    since=st.integers(-3_000, 3_000),
    used=st.none() | st.integers(-9, 9),
)
def test_the_next_digest_is_the_one_that_a_walk_from_day_to_day_finds(
    every: Every,
    zone: str,
    hour: time,
    now: datetime,
    quiet: int | None,
    since: int,
    used: int | None,
) -> None:
    today = now.date()
    until = None if quiet is None else today + timedelta(days=quiet)
    last = None if used is None else today + timedelta(days=used)
    reader, begun = person(every, zone, hour, until), now + timedelta(minutes=since)
    assert next_digest_at(reader, now, since=begun, used=last) == walked(reader, now, begun, last)


@pytest.mark.parametrize("every", list(Every))
@pytest.mark.parametrize("zone", ZONES)
def test_a_reader_who_is_quiet_forever_has_an_answer_too(every: Every, zone: str) -> None:
    reader = person(every, zone, time(9), date.max)
    assert next_digest_at(reader, at(MONDAY, 9), since=at(MONDAY, 0)).year == 9999


async def test_digests_can_be_quiet_for_a_year_and_no_longer(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await follower(here, here.member.id)

        async def settings(**wanted: str) -> str:
            result = await here.member.slash(here.channel, "paper digest settings", **wanted)
            return answer(result)

        assert "Paused, resumes Wednesday 10 June 2026" in await settings(quiet_until="2026-06-10")
        for far in ("2026-06-11", "9999-12-31"):
            refused = await settings(quiet_until=far)
            assert "up to a year, until Wednesday 10 June 2026" in refused
        assert (await subscriber(here, here.member.id)).quiet_until == date(2026, 6, 10)
        assert "Quiet" not in await settings(quiet_until="-")


async def test_a_reader_whom_an_earlier_version_let_be_quiet_forever_can_do_everything(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await follower(here, here.member.id, every=Every.WEEK)
        mine = await subscriber(here, here.member.id)
        async with here.bot.services.database.write() as conn:
            await subscriptions.change_settings(conn, replace(mine, quiet_until=date.max))
        began = stopwatch.thread_time()
        for command, wanted in (
            ("paper subscriptions", {}),
            ("paper digest now", {}),
            ("paper digest settings", {"every": "day"}),
            ("paper digest settings", {"quiet_until": "-"}),
        ):
            result = await here.member.slash(here.channel, command, **wanted)
            assert "Next digest:" in answer(result)
        assert stopwatch.thread_time() - began < 2
