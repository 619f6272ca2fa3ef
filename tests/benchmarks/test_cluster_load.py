"""The benchmark of a cluster's load: what its figures are made of, and one small run of it."""

import argparse
import asyncio
from pathlib import Path

import pytest

from benchmarks.cluster_load import (
    DISCORD,
    KEEPER,
    KILLED,
    LIVES,
    SERVER,
    SPARE,
    Asked,
    Found,
    Plan,
    Run,
    Seen,
    Usage,
    figures,
    report,
)
from tests.postgresql import Server, program

SMALL = Plan(
    guilds=6,
    feeds=1,
    papers=1,
    latency=0.01,
    life=20,
    every=5,
    apart=False,
    identify=0,
    patience=120,
    settle=2,
)
LIVING, OTHER = 2 << 22, 3 << 22
"""Servers of the two shards."""


def request(at: float, status: int = 200, path: str = "/channels/1/messages") -> Seen:
    return Seen(at, "POST", path, status)


def found() -> Found:
    """Return a run of a hundred seconds at ten requests a second, with a gap of ten seconds."""
    moments = [at for tenths in range(1001) if not 30 < (at := tenths / 10) < 40]
    return Found(
        killed=30.05,
        taken=32.05,
        heard=38.05,
        posted_again=39.95,
        seen=[*map(request, moments), request(50, path="/webhooks/1/x")],
        asked=[
            Asked(10, OTHER, 0.2),
            Asked(31, LIVING, 0.1),
            Asked(32, OTHER, None),
            Asked(37.05, OTHER, None),
            Asked(41, OTHER, 0.3),
            Asked(60, LIVING, 0.02),
        ],
        posts=[(1, 1, 1), (1, 1, 1), (2, 1, 1), (1, 1, 0)],
        usages={
            KEEPER: Usage(100, 1),
            LIVES: Usage(160, 25),
            KILLED: Usage(150, 10),
            SPARE: Usage(170, 20),
            SERVER: Usage(50, 10),
            DISCORD: Usage(90, 30),
        },
        seconds=100,
    )


def test_the_seconds_until_the_spare_posted_count_in_one_figure_and_not_in_the_other() -> None:
    counts = figures(found(), SMALL)
    assert counts["requests"] == 902
    assert counts["requests_per_s"] == pytest.approx(9.02)
    assert counts["requests_per_s_without_the_gap"] == pytest.approx(902 / 90.1)
    assert counts["share_of_limit_without_the_gap"] == pytest.approx(902 / 90.1 / 50)
    assert counts["lease_taken_after_s"] == pytest.approx(2)
    assert counts["heard_again_after_s"] == pytest.approx(8)
    assert counts["posted_again_after_s"] == pytest.approx(9.9)


def test_what_is_read_after_the_last_post_does_not_count() -> None:
    run = found()
    run.seen += [Seen(100 + at, "GET", "/channels/1/messages", 200) for at in range(1, 9)]
    counts = figures(run, SMALL)
    assert (counts["requests"], counts["seconds"]) == (902, 100)


def test_posts_that_are_not_whole_and_requests_that_were_refused_are_counted() -> None:
    run = found()
    run.seen.append(request(99, status=429))
    run.wrong.append("a violation")
    counts = figures(run, SMALL)
    assert (counts["channels"], counts["posts_whole"]) == (4, 2)
    assert (counts["lost"], counts["doubled"]) == (1, 1)
    assert (counts["refused_429"], counts["failures"]) == (1, 1)


def test_commands_count_by_whose_process_died_and_when() -> None:
    counts = figures(found(), SMALL)
    assert (counts["commands"], counts["command_unanswered"], counts["command_max_s"]) == (
        2,
        0,
        0.1,
    )
    assert (counts["command_meanwhiles"], counts["command_meanwhile_max_s"]) == (1, 0.1)
    assert (counts["killed_befores"], counts["killed_before_max_s"]) == (1, 0.2)
    assert counts["killed_unanswered"] == 2
    assert counts["killed_unanswered_for_s"] == pytest.approx(7)
    assert (counts["killed_afters"], counts["killed_after_max_s"]) == (1, 0.3)


def test_memory_is_said_for_each_process_and_for_a_thousand_servers() -> None:
    counts = figures(found(), SMALL)
    assert counts["memory_mb: spare"] == 170
    assert counts["memory_mb_per_1000_servers"] == pytest.approx(20_000)
    assert counts["cpu_share: gateway"] == pytest.approx(0.25)


def test_the_table_has_a_line_for_each_figure() -> None:
    options = argparse.Namespace(**SMALL.model_dump())
    table = report(figures(found(), SMALL), options)
    assert "| lost, doubled | 1, 1 |" in table
    assert "| the same without the 9.9 s until the spare posted | 20.0% |" in table
    assert "| where it was killed, unanswered | 2, in 7.0 s |" in table
    assert "| processor time: the local Discord | 30% of a core |" in table


@pytest.mark.timeout(600)
async def test_a_small_run_posts_everything_once_while_a_gateway_dies(tmp_path: Path) -> None:
    postgres = await asyncio.to_thread(program)
    if isinstance(postgres, str):
        pytest.skip(postgres)
    databases = await asyncio.to_thread(Server, postgres.url)
    run = await Run(SMALL, postgres, databases, tmp_path).measure()
    assert run.wrong == []
    counts = figures(run, SMALL)
    assert counts["posts_whole"] == counts["channels"] == SMALL.guilds
    assert (counts["lost"], counts["doubled"], counts["refused_429"]) == (0, 0, 0)
    assert 0 < counts["lease_taken_after_s"] <= counts["heard_again_after_s"]
    assert counts["posted_again_after_s"] > 0
    assert all(each.memory_mb > 0 for each in run.usages.values())
