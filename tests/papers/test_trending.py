"""What a reader sees of the order: see `papers.trending` for why."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.model import Author, Metrics, Paper
from papers.trending import Candidate, Filters, Past, Prior, Ranked, raised, rank

TODAY = date(2025, 12, 30)
YESTERDAY = TODAY - timedelta(days=1)


def candidate(
    paper_id: str,
    upvotes: int | None = 0,
    *,
    before: int | None = None,
    hours: float | None = 24.0,
    batch: date = TODAY,
    stars: int | None = None,
    paper: Paper | None = None,
) -> Candidate:
    return Candidate(
        paper=paper or Paper(paper_id, f"Paper {paper_id}"),
        metrics=Metrics(upvotes, stars),
        batch=batch,
        previous=None if before is None else Metrics(before),
        hours_between=None if before is None else hours,
    )


def ids(ranked: list[Ranked]) -> list[str]:
    return [each.paper.id for each in ranked]


def wrote(paper_id: str, *names: str, submitter: str | None = None) -> Paper:
    return Paper(
        paper_id,
        f"Paper {paper_id}",
        authors=tuple(Author(name) for name in names),
        submitter=submitter,
        published_at=datetime(2025, 12, 29, tzinfo=UTC),
    )


def a_past_in_which_ada_does_well() -> list[Past]:
    noise = random.Random(1)  # noqa: S311 - made-up votes, no secret
    past: list[Past] = []
    for number in range(40):
        day = TODAY - timedelta(days=number + 1)
        past.append(Past(wrote(f"a{number}", "Ada", "Alan"), Metrics(60 + number % 7), day))
        past.extend(
            Past(wrote(f"b{number}.{i}", f"Nobody {number}.{i}"), Metrics(noise.randrange(6)), day)
            for i in range(9)
        )
    return past


@pytest.fixture(scope="module")
def prior() -> Prior:
    return Prior.learn(a_past_in_which_ada_does_well(), before=TODAY)


def test_more_votes_come_first() -> None:
    ranked = rank([candidate("1", 3), candidate("2", 30), candidate("3", 9)], day=TODAY)
    assert ids(ranked) == ["2", "3", "1"]
    assert [each.position for each in ranked] == [1, 2, 3]


def test_a_growing_paper_overtakes_a_static_one() -> None:
    static, growing = candidate("1", 60, before=60), candidate("2", 45, before=10)
    assert ids(rank([static, growing], day=TODAY)) == ["2", "1"]


def test_the_same_gain_in_less_time_is_more_growth() -> None:
    slow, fast = candidate("1", 40, before=20, hours=72), candidate("2", 40, before=20, hours=12)
    assert ids(rank([slow, fast], day=TODAY)) == ["2", "1"]


def test_votes_that_were_taken_back_are_no_growth_and_not_shown() -> None:
    (shrunk,) = rank([candidate("1", 8, before=12)], day=TODAY)
    assert str(shrunk.reason) == "8 upvotes"


def test_yesterdays_winner_is_absent_today_when_it_was_shown() -> None:
    winner = candidate("1", 300, before=120, batch=YESTERDAY)
    today = [candidate("2", 12), candidate("3", 4)]
    assert ids(rank([winner, *today], day=TODAY))[0] == "1"
    assert ids(rank([winner, *today], day=TODAY, shown={"1"})) == ["2", "3"]


def test_a_batch_that_had_a_day_longer_for_votes_does_not_bury_todays() -> None:
    old = [candidate(f"old{i}", 5 * (20 - i), batch=YESTERDAY) for i in range(15)]
    new = [candidate(f"new{i}", 20 - i) for i in range(15)]
    order = ids(rank([*old, *new], day=TODAY))
    assert all(order.index(f"new{i}") < order.index(f"old{i}") for i in range(15))


def test_the_best_of_the_month_does_not_age() -> None:
    month_ago = TODAY - timedelta(days=28)
    hit = [candidate("hit", 400, batch=month_ago), candidate("rest", 4, batch=month_ago)]
    today = [candidate("good", 20), candidate("poor", 4)]
    assert ids(rank([*hit, *today], day=TODAY))[0] == "good"
    assert ids(rank([*hit, *today], day=TODAY, half_life=None))[0] == "hit"


def test_a_paper_of_two_batches_comes_once_with_its_newest_numbers() -> None:
    twice = [candidate("1", 20, batch=YESTERDAY), candidate("1", 25)]
    (only,) = rank(twice, day=TODAY)
    assert (only.metrics.upvotes, only.batch) == (25, TODAY)


def test_no_papers_is_an_empty_list() -> None:
    assert rank([], day=TODAY) == []


def test_without_votes_the_authors_who_did_well_come_first_and_it_says_so(prior: Prior) -> None:
    papers = [wrote("1", "Nobody New"), wrote("2", "Ada", "Someone"), wrote("3", "No One")]
    ranked = rank([candidate(p.id, None, paper=p) for p in papers], day=TODAY, prior=prior)
    assert ranked[0].paper.id == "2"
    assert str(ranked[0].reason) == "no upvotes yet · authors' earlier papers did well"
    assert str(ranked[1].reason) == "no upvotes yet"


def test_the_prior_breaks_ties_but_a_few_votes_outweigh_it(prior: Prior) -> None:
    ada, other = wrote("1", "Ada"), wrote("2", "Nobody New")
    tie = [candidate("1", 5, paper=ada), candidate("2", 5, paper=other)]
    assert ids(rank(tie, day=TODAY, prior=prior)) == ["1", "2"]
    voted = [candidate("1", 5, paper=ada), candidate("2", 20, paper=other)]
    assert ids(rank(voted, day=TODAY, prior=prior)) == ["2", "1"]


def test_among_many_votes_the_prior_is_not_given_as_a_reason(prior: Prior) -> None:
    ranked = rank([candidate("1", 90, paper=wrote("1", "Ada"))], day=TODAY, prior=prior)
    assert str(ranked[0].reason) == "90 upvotes"


def test_a_boost_of_one_is_worth_twice_the_interest() -> None:
    several = [candidate("1", 19), candidate("2", 10), candidate("3", 9)]
    assert ids(rank(several, day=TODAY)) == ["1", "2", "3"]
    assert ids(rank(several, day=TODAY, boosts={"3": 0.9})) == ["1", "3", "2"]
    assert ids(rank(several, day=TODAY, boosts={"3": 1.1})) == ["3", "1", "2"]


def test_only_papers_that_a_boost_moved_up_say_so() -> None:
    several = [candidate("1", 40), candidate("2", 10), candidate("3", 9), candidate("4", 1)]
    boosts = {"1": 3.0, "2": 0.1, "3": 1.0, "4": 0.1}
    before, after = rank(several, day=TODAY), rank(several, day=TODAY, boosts=boosts)
    assert [(each.paper.id, each.reason.taste) for each in raised(after, before, boosts)] == [
        ("1", False),
        ("3", True),
        ("2", False),
        ("4", False),
    ]


def test_a_boost_brings_nothing_that_the_filters_exclude() -> None:
    several = [candidate("1", 20), candidate("2", 3)]
    ranked = rank(several, day=TODAY, filters=Filters(min_votes=5), boosts={"2": 3.0})
    assert ids(ranked) == ["1"]


def test_without_votes_and_history_stars_decide() -> None:
    ranked = rank([candidate("1", None, stars=2), candidate("2", None, stars=251)], day=TODAY)
    assert [str(each.reason) for each in ranked] == [
        "no upvotes yet · 251 stars",
        "no upvotes yet · 2 stars",
    ]


def test_the_prior_learns_nothing_from_the_day_itself_or_later() -> None:
    past = a_past_in_which_ada_does_well()
    future = [
        Past(wrote(f"f{i}", "Nobody New"), Metrics(5000), TODAY + timedelta(days=i))
        for i in range(3)
    ]
    assert Prior.learn([*past, *future], before=TODAY) == Prior.learn(past, before=TODAY)


def test_the_prior_is_silent_while_it_has_seen_too_little() -> None:
    young = Prior.learn(a_past_in_which_ada_does_well(), before=TODAY - timedelta(days=35))
    assert young.scores([(wrote("1", "Ada"), Metrics())], TODAY) == [0.0]
    assert young.praise(wrote("1", "Ada")) is None


DAYS = st.integers(min_value=0, max_value=9).map(lambda n: TODAY - timedelta(days=n))
COUNTS = st.one_of(st.none(), st.integers(min_value=0, max_value=10**6))
CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.integers(min_value=0, max_value=30).map(str),
        COUNTS,
        before=COUNTS,
        hours=st.floats(min_value=0, max_value=1000),
        batch=DAYS,
        stars=COUNTS,
    ),
    max_size=40,
)


@given(CANDIDATES, st.sets(st.integers(0, 30).map(str)), st.integers(0, 20), st.randoms())
def test_the_list_is_the_same_for_any_input_order_and_holds_nothing_twice_or_shown(
    candidates: list[Candidate], shown: set[str], size: int, chance: random.Random
) -> None:
    ranked = rank(candidates, day=TODAY, shown=shown, size=size)
    assert len(ids(ranked)) == len(set(ids(ranked)))
    assert not shown & set(ids(ranked))
    assert len(ranked) == min(size, len({c.paper.id for c in candidates} - shown))
    assert [r.score for r in ranked] == sorted((r.score for r in ranked), reverse=True)
    shuffled = candidates.copy()
    chance.shuffle(shuffled)
    assert rank(shuffled, day=TODAY, shown=shown, size=size) == ranked


@given(CANDIDATES, st.integers(0, 20))
def test_a_shorter_list_is_the_beginning_of_the_longer_one(
    candidates: list[Candidate], size: int
) -> None:
    assert rank(candidates, day=TODAY, size=size) == rank(candidates, day=TODAY)[:size]
