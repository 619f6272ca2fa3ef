"""What benchmarks.picks measures, on days that a person can work out."""

from datetime import date

import numpy as np
import pytest

from benchmarks.picks import Day, centroid, nearest, replay_of, summary
from papers.embedding import unit_rows


def days(*numbers: int) -> list[date]:
    return [date(2026, 1, number) for number in numbers]


def test_a_replay_saves_the_older_half_and_brings_the_rest_by_day() -> None:
    ids = list("abcdefgh")
    dates = days(1, 1, 2, 3, 4, 4, 6, 2)
    replay = replay_of(dates, ids, {"a", "c", "e", "g"}, least=1)
    assert replay is not None
    assert [ids[at] for at in replay.saved] == ["a", "c"]
    assert [ids[at] for at in replay.known] == ["a", "b", "c", "h"]
    assert [[ids[at] for at in day] for day in replay.days] == [["d"], ["e", "f"], ["g"]]
    assert replay.wanted == {"e", "g"}


def test_a_list_is_not_replayed_if_nothing_comes_after_what_was_saved() -> None:
    assert replay_of(days(1, 2, 2), ["a", "b", "c"], {"b", "c"}, least=1) is None
    assert replay_of(days(1, 2, 3), ["a", "b", "c"], set(), least=1) is None
    assert replay_of(days(1, 2, 3), ["a", "b", "c"], {"a", "b"}, least=2) is None


def test_digests_are_summed_up() -> None:
    found = summary(
        [
            Day(["a", "b"], frozenset({"a", "c"}), alike=1),
            Day([], frozenset({"d"}), alike=0),
            Day([], frozenset(), alike=0),
            Day(["e"], frozenset({"g"}), alike=0, edge="g"),
            Day(["f"], frozenset(), alike=0, edge="h"),
        ]
    )
    assert found == {
        "shown": 0.8,
        "found": pytest.approx(1 / 4),
        "missed": pytest.approx(1 / 3),
        "precision": 0.25,
        "alike": 0.25,
        "edge": 0.5,
        "silent": 0.5,
    }


def test_shares_of_nothing_are_left_out() -> None:
    assert summary([Day([], frozenset({"a"}), alike=0)]) == {"shown": 0, "found": 0, "missed": 1}


def test_the_centroid_and_the_nearest_paper_disagree_about_what_is_between_two_saved_ones() -> None:
    vectors = unit_rows(np.array([[1, 0], [0, 1], [1, 1], [1, 0.1]], dtype=np.float32))
    saved = np.array([0, 1])
    assert int(np.argmax(centroid(vectors)(saved)[2:])) == 0
    assert int(np.argmax(nearest(vectors)(saved)[2:])) == 1
