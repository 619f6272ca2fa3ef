"""Picks from the edge of an interest: one in ten, the same whenever they are made again."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from papers.picks import mixed

users = st.integers(1, 2**63 - 1)
days = st.dates(date(2020, 1, 1), date(2060, 1, 1))
NEAR = [f"near {number}" for number in range(60)]
EDGE = [f"edge {number}" for number in range(10)]


def explored(chosen: list[str]) -> int:
    return sum(each in EDGE for each in chosen)


@given(users, days, st.integers(1, 10), st.booleans())
def test_one_in_ten_picks_of_a_person_is_from_the_edge(
    user_id: int, first: date, count: int, tight: bool
) -> None:
    shown = [
        mixed(
            NEAR[:count],
            EDGE,
            user_id=user_id,
            day=first + timedelta(days=number),
            room=count if tight else None,
        )
        for number in range(10)
    ]
    assert sum(map(explored, shown)) == count


@given(users, days, st.none() | st.integers(0, 30))
def test_a_day_on_which_nothing_is_near_stays_silent(
    user_id: int, day: date, room: int | None
) -> None:
    assert mixed([], EDGE, user_id=user_id, day=day, room=room) == []


@given(users, days, st.integers(0, 60), st.integers(0, 10), st.integers(0, 30))
def test_there_are_never_more_picks_than_there_is_room_and_the_nearest_keep_their_order(
    user_id: int, day: date, near: int, edge: int, room: int
) -> None:
    chosen = mixed(NEAR[:near], EDGE[:edge], user_id=user_id, day=day, room=room)
    kept = [each for each in chosen if each in NEAR]
    assert len(chosen) <= room
    assert kept == NEAR[: len(kept)]
    assert len(kept) >= min(near, room) - 1 - room // 10


@given(users, days)
def test_a_pick_from_the_edge_comes_after_those_that_are_nearer(user_id: int, day: date) -> None:
    chosen = mixed(NEAR[:13], EDGE, user_id=user_id, day=day)
    places = [place for place, each in enumerate(chosen) if each in EDGE]
    assert places in ([9], [9, 14])


def test_people_take_turns_on_one_day() -> None:
    day = date(2026, 3, 2)
    shown = [mixed(NEAR[:1], EDGE, user_id=user, day=day) for user in range(100)]
    assert sum(map(explored, shown)) == 10
