"""The benchmark of a cluster: what its figures are made of, and one small run of it."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, cast

import pytest
from pydantic import TypeAdapter

from benchmarks.cluster import (
    Outcome,
    Plan,
    Processes,
    Run,
    Service,
    Takeover,
    collect,
    failures,
    figures,
    sender,
)
from storage.leases import Lease
from storage.processes import Process
from tests.postgresql import Server, program
from tests.wire.clusters import Cluster, Member


class Alive(NamedTuple):
    """A process that runs."""

    pid: int
    returncode: int | None = None


SMALL = Plan(
    channels=6,
    digests=4,
    kills=3,
    freezes=0,
    stops=0,
    cuts=1,
    life=8,
    pace=0.02,
    every=3,
    patience=240,
    settle=12,
)


def test_takeovers_count_from_the_failure_and_not_while_the_database_was_stopped() -> None:
    one = Outcome(
        1, lost=1, doubled=2, happened=Counter({"killed": 2, "killed after a request": 1})
    )
    one.takeovers = [
        Takeover("keeper", 1, began=10, taken=12, heard=12),
        Takeover("shards 0/3", 2, began=20, taken=30, heard=35),
        Takeover("shards 1/3", 3, began=20, taken=90, heard=95, stopped=True),
    ]
    other = Outcome(2, sent_after_thaw=1, happened=Counter({"frozen": 1}), wrong=["ended"])
    found = figures([one, other], SMALL)
    assert (found["runs"], found["lost"], found["doubled"], found["failures"]) == (2, 1, 2, 1)
    assert (found["kills"], found["kills_while_sending"], found["freezes"]) == (3, 1, 1)
    assert (found["takeovers"], found["takeover_max_s"], found["heard_again_max_s"]) == (2, 10, 15)
    assert found["sent_after_thaw"] == 1


def test_a_frozen_process_that_went_on_with_its_work_lost_it_when_it_was_killed() -> None:
    one = Outcome(1)
    one.takeovers = [
        Takeover("keeper", 1, began=10, taken=60, heard=60),  # frozen, and thawed
        Takeover("keeper", 1, began=40, taken=60, heard=60),
    ]
    found = figures([one], SMALL)
    assert (found["takeovers"], found["takeover_max_s"]) == (1, 20)


def test_takeovers_also_count_from_when_a_process_could_take_the_work() -> None:
    one = Outcome(1)
    one.takeovers = [
        Takeover("keeper", 1, began=10, ready=50, taken=60, heard=60),
        Takeover("keeper", 2, began=70, ready=70, taken=75, heard=75),
        Takeover("keeper", 3, began=80, taken=99, heard=99),  # of a run that did not note it
    ]
    found = figures([one], SMALL)
    assert (found["takeover_max_s"], found["takeover_ready_max_s"]) == (50, 10)
    assert (found["takeovers"], found["takeovers_ready"]) == (3, 2)


def test_a_takeover_that_is_under_way_when_the_server_stops_is_set_apart() -> None:
    processes = Processes(cast(Cluster, None), random.Random(1), {}, print)  # noqa: S311
    processes.takeovers = [Takeover("keeper", 1, began=10, taken=12), Takeover("keeper", 2, 20)]
    processes.server_stops()
    assert processes.down
    assert [each.stopped for each in processes.takeovers] == [False, True]


def test_a_process_can_take_work_over_if_it_runs_and_has_none() -> None:
    processes = Processes(cast(Cluster, None), random.Random(1), {}, print)  # noqa: S311
    keeper, own, spare = (
        Service(command, cast(Member, SimpleNamespace(running=Alive(pid))))
        for pid, command in enumerate([("keeper",), ("--shards", "1/3"), ("--shards", "auto/3")])
    )
    processes.services = [keeper, own, spare]
    assert processes.ready_for("keeper")
    assert all(map(processes.ready_for, ["shards 0/3", "shards 1/3"]))
    spare.frozen = True
    assert not processes.ready_for("shards 0/3")
    assert processes.ready_for("shards 1/3")
    holder = Process("here", "", own.pid, "")
    held = Lease(1, datetime.now(UTC), holder, valid=True, name="shards 1/3")
    processes.held = {held.name: held}
    assert not processes.ready_for("shards 1/3")


def test_a_failure_is_what_a_traceback_ends_with() -> None:
    said = """INFO: begun
Traceback (most recent call last):
  File "a.py", line 1, in a
    b()
ValueError: no

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "a.py", line 2, in b
RuntimeError: never
INFO: goes on
"""
    assert failures(said) == ["ValueError: no", "RuntimeError: never"]
    assert failures("INFO: begun") == []
    assert failures("Traceback (most recent call last):\n  File") == ["a traceback without an end"]


async def test_runs_of_earlier_calls_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    kept = Outcome(7, lost=1, happened=Counter({"killed": 3}))
    kept.takeovers = [Takeover("keeper", 1, began=10, taken=12)]
    file.write_bytes(TypeAdapter(Outcome).dump_json(kept) + b"\n")
    found = await collect(SMALL, 1, 7, minutes=1, keep=False, kept=file)
    assert found == [kept]
    assert await collect(SMALL, 0, 1, minutes=1, keep=False, kept=tmp_path / "none") == []


def test_a_request_says_which_process_it_is_of() -> None:
    assert sender("DiscordBot (https://github.com/…, 2.7) process/4711") == 4711
    assert sender("curl/8") == 0


@pytest.mark.timeout(900)
async def test_a_small_run_with_kills_loses_and_doubles_nothing(tmp_path: Path) -> None:
    postgres = await asyncio.to_thread(program)
    if isinstance(postgres, str):
        pytest.skip(postgres)
    databases = await asyncio.to_thread(Server, postgres.url)
    outcome = await Run(SMALL, 7, postgres, databases, tmp_path).measure()
    assert outcome.wrong == []
    assert (outcome.lost, outcome.doubled, outcome.sent_after_thaw) == (0, 0, 0)
    kills = [times for what, times in outcome.happened.items() if what.startswith("killed")]
    assert sum(kills) == SMALL.kills
    taken = [each for each in outcome.takeovers if each.taken is not None]
    assert all(each.ready is not None and each.ready <= each.taken for each in taken if each.taken)
    assert outcome.requests >= SMALL.channels * 5 + SMALL.digests
