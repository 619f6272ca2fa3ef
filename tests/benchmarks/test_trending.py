"""That the benchmark of the order within a day measures what it says."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from benchmarks.trending import batches, measure, precision, read, spearman
from tests.shared import SHARED, needs_shared


def test_agreement_is_one_for_the_votes_themselves_and_minus_one_for_their_reverse() -> None:
    votes = [5.0, 1.0, 4.0, 2.0, 3.0, 9.0]
    assert spearman(votes, votes) == pytest.approx(1)
    assert spearman([-v for v in votes], votes) == pytest.approx(-1)
    assert spearman([0.0] * 6, votes) is None
    assert precision(votes, votes) == 1
    assert precision([0.0] * 10, [float(n) for n in range(10)]) == pytest.approx(0.5)


def test_papers_observed_twice_are_measured_early_against_late(tmp_path: Path) -> None:
    lines = [
        {"id": f"{n}", "date": "2026-02-03", "snapshot_at": at, "upvotes": votes}
        for n in range(12)
        for at, votes in (("2026-02-09T08:00:00Z", 12 - n), ("2026-02-03T08:00:00Z", n))
    ]
    recorded = tmp_path / "twice.jsonl.gz"
    recorded.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    figures = list(measure(batches(read(recorded)), [], None))
    ours = next(f for f in figures if (f["system"], f["figure"]) == ("ours", "spearman"))
    assert (ours["votes"], ours["value"]) == ("early", pytest.approx(-1))


@needs_shared
def test_before_any_vote_the_order_agrees_with_the_votes_to_come() -> None:
    observations = list(read(SHARED / "data" / "hf_daily.jsonl.gz"))
    since = date(2025, 9, 1)
    days = dict([(d, b) for d, b in batches(observations).items() if d >= since][::6])
    figures = {
        f["figure"]: f["value"]
        for f in measure(days, observations, since)
        if f["system"] == "prior"
    }
    assert float(str(figures["spearman"])) >= 0.5, figures
    assert float(str(figures["p@5"])) >= 0.45, figures
