"""The pace of requests: who goes first, who takes turns, and what Discord's second allows."""

import asyncio
import time
from collections.abc import Hashable
from contextlib import nullcontext

import discord
import pytest

from bot import limits
from bot.delivery.rate_limiter import (
    CATCH_UP,
    LONGEST_PAUSE,
    MAX_ANSWER_SECONDS,
    Limiter,
    Slot,
)
from bot.runtime.priority import Urgency, request_priority
from bot.runtime.task_queue import TaskQueue

FAST = 10_000.0
"""Requests a second where the pace is not what is tested."""


class Asking:
    """Requests that note in which order they passed."""

    def __init__(self, limiter: Limiter) -> None:
        self.passed: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self._limiter = limiter

    async def ask(
        self, name: str, urgency: Urgency | None = Urgency.POST, share: Hashable = None
    ) -> asyncio.Task[None]:
        """Make a request; without urgency, one that nothing is said about."""

        async def waiting() -> None:
            with nullcontext() if urgency is None else request_priority(urgency, share or name):
                turn = await self._limiter.acquire()
            self.passed.append(name)
            self._limiter.release(turn)

        task = asyncio.create_task(waiting())
        self.tasks.append(task)
        await asyncio.sleep(0)
        return task

    async def order(self) -> str:
        """Return who passed, first to last, when all have."""
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return " ".join(self.passed)


@pytest.fixture
async def limiter() -> Limiter:
    return Limiter(FAST)


async def test_people_go_before_posts_and_posts_before_reactions(limiter: Limiter) -> None:
    limiter.pause(0.02)
    here = Asking(limiter)
    await here.ask("reaction", Urgency.LATER)
    await here.ask("post", Urgency.POST)
    await here.ask("person", Urgency.PERSON)
    assert await here.order() == "person post reaction"


async def test_what_nobody_marked_is_for_a_person(limiter: Limiter) -> None:
    limiter.pause(0.02)
    here = Asking(limiter)
    await here.ask("post")
    await here.ask("unmarked", urgency=None)
    assert await here.order() == "unmarked post"


async def test_servers_take_turns_however_much_one_of_them_asks(limiter: Limiter) -> None:
    limiter.pause(0.02)
    here = Asking(limiter)
    for name in ("a1", "a2", "a3", "b1", "c1", "b2"):
        await here.ask(name, share=name[0])
    assert await here.order() == "a1 b1 c1 a2 b2 a3"


async def test_who_gives_up_takes_no_turn(limiter: Limiter) -> None:
    limiter.pause(0.02)
    here = Asking(limiter)
    first = await here.ask("first")
    await here.ask("second")
    first.cancel()
    assert await here.order() == "second"


async def test_nothing_passes_while_discord_wants_nothing(limiter: Limiter) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    limiter.pause(0.1)
    limiter.release(await limiter.acquire())
    assert loop.time() - began >= 0.1


async def test_a_pause_too_long_to_wait_for_is_an_error_for_who_waits_and_who_comes(
    limiter: Limiter,
) -> None:
    limiter.pause(0.1)
    waiting = asyncio.create_task(limiter.acquire())
    await asyncio.sleep(0)
    limiter.pause(LONGEST_PAUSE * 2)
    with pytest.raises(discord.RateLimited) as raised:
        await waiting
    assert raised.value.retry_after == LONGEST_PAUSE * 2
    with pytest.raises(discord.RateLimited):
        await limiter.acquire()


async def test_the_pace_is_even_and_little_of_it_is_made_up_for() -> None:
    limiter = Limiter(50)
    loop = asyncio.get_running_loop()
    times: list[float] = []
    for _ in range(16):
        limiter.release(await limiter.acquire())
        times.append(loop.time())
    at_once = sum(time - times[0] < 0.015 for time in times)
    assert at_once <= 7  # a tenth of a second's worth, and what fits into the test's own time
    assert times[-1] - times[0] >= 15 / 50 - CATCH_UP - 0.001


async def test_no_more_than_fifty_pass_in_a_second_whatever_the_pace(limiter: Limiter) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(limits.REQUESTS_PER_SECOND):
        limiter.release(await limiter.acquire())
    assert loop.time() - began < 1
    await limiter.acquire()
    assert loop.time() - began >= 1


async def test_a_process_that_shares_with_others_keeps_to_its_number_also_when_it_was_late(
    limiter: Limiter,
) -> None:
    limiter.set_rate(24, 25)
    loop, passed = asyncio.get_running_loop(), list[float]()

    async def ask() -> None:
        limiter.release(await limiter.acquire())
        passed.append(loop.time())

    asking = [asyncio.create_task(ask()) for _ in range(45)]
    await asyncio.sleep(0.3)
    time.sleep(0.2)  # noqa: ASYNC251 - as a loop that is busy
    await asyncio.gather(*asking)
    assert max(sum(at <= each < at + 1 for each in passed) for at in passed) <= 25


def test_a_request_held_up_on_its_way_counts_from_when_it_was_counted() -> None:
    assert (
        Slot(10.0, counted=10.0).counts_until(now=10.2, quick=0.1) == 10.0 + limits.COUNTED_SECONDS
    )
    assert (
        Slot(10.0, counted=10.5).counts_until(now=10.7, quick=0.1) == 10.5 + limits.COUNTED_SECONDS
    )
    assert (
        Slot(10.0, counted=9.98).counts_until(now=10.2, quick=0.1) == 10.0 + limits.COUNTED_SECONDS
    )


def test_a_request_without_an_answer_may_be_counted_any_time_but_not_for_ever() -> None:
    assert Slot(10.0).counts_until(now=10.5, quick=0.1) == 10.4 + limits.COUNTED_SECONDS
    assert (
        Slot(10.0).counts_until(now=99.0, quick=0.1)
        == 10.0 + MAX_ANSWER_SECONDS + limits.COUNTED_SECONDS
    )


async def test_when_requests_were_counted_is_told_by_discords_clock_however_wrong_it_is(
    limiter: Limiter,
) -> None:
    turns: list[Slot] = []
    for number in range(20):
        turn = await limiter.acquire()
        held_up = 0.3 if number == 15 else 0.0
        await asyncio.sleep(0.002)
        limiter.release(turn, there=1_700_000_000.0 + turn.sent + 0.001 + held_up)
        turns.append(turn)
    delays = [(turn.counted or 0.0) - turn.sent for turn in turns]
    # No later than the answer came, whatever the clock says.
    assert all(abs(delay) < 1e-6 for number, delay in enumerate(delays) if number != 15)
    assert 0.001 < delays[15] < 0.3


async def test_without_discords_clock_late_answers_tell(limiter: Limiter) -> None:
    for _ in range(20):
        turn = await limiter.acquire()
        await asyncio.sleep(0.001)
        limiter.release(turn)
    turn = await limiter.acquire()
    await asyncio.sleep(0.05)
    limiter.release(turn)
    assert turn.counted is not None
    assert turn.counted - turn.sent > 0.03


async def test_queued_work_of_one_server_does_not_keep_the_others_waiting() -> None:
    queue = TaskQueue(1)
    done: list[str] = []

    async def work(name: str) -> None:
        done.append(name)

    for name in ("a1", "a2", "a3", "b1", "c1"):
        assert queue.submit(name, lambda name=name: work(name), share=name[0])
    assert not queue.submit("a3", lambda: work("twice"))
    await queue.drain()
    assert done == ["a1", "b1", "c1", "a2", "a3"]


async def test_work_that_breaks_takes_nothing_along(caplog: pytest.LogCaptureFixture) -> None:
    queue = TaskQueue(1)
    done: list[str] = []

    async def work(name: str) -> None:
        if name == "broken":
            raise ValueError(name)
        done.append(name)

    for name in ("broken", "whole"):
        queue.submit(name, lambda name=name: work(name))
    await queue.drain()
    assert done == ["whole"]
    assert "key=broken" in caplog.text
    assert len(queue) == 0
