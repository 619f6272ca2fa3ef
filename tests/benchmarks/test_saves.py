"""The benchmark of reactions under load, with few of them."""

import json
from pathlib import Path

import pytest

from benchmarks.saves import PEOPLE, measure


async def test_both_ways_take_in_every_reaction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await measure(tmp_path, 0.2, saves=PEOPLE)
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {(line["way"], line["figure"]): line["value"] for line in said}
    assert found["", "saves"] == PEOPLE
    assert found["", "queries_of_foreign"] == 0
    assert found["ours", "lost"] == found["naive", "lost"] == 0
    assert found["ours", "done_per_s"] > 0
