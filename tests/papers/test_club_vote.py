"""Which paper a club reads."""

from hypothesis import given
from hypothesis import strategies as st

from papers.club_vote import Choice, Why, choose

PAPERS = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=10, unique=True)


def test_the_most_votes_win() -> None:
    assert choose(["a", "b"], {"a": 1, "b": 2}) == Choice("b", Why.VOTES, 2)


def test_of_a_tie_the_earliest_nomination_wins_and_it_is_said() -> None:
    assert choose(["a", "b", "c"], {"c": 2, "b": 2, "a": 1}) == Choice("b", Why.TIE, 2)


def test_without_votes_the_earliest_nomination_wins() -> None:
    assert choose(["a", "b"], {}) == Choice("a", Why.NO_VOTES)


@given(papers=PAPERS, data=st.data())
def test_no_paper_has_more_votes_than_the_winner_and_none_before_it_as_many(
    papers: list[str], data: st.DataObject
) -> None:
    votes = data.draw(st.dictionaries(st.sampled_from(papers), st.integers(0, 5)))
    winner = choose(papers, votes)
    best = votes.get(winner.paper_id, 0)
    assert all(votes.get(paper, 0) <= best for paper in papers)
    earlier = papers[: papers.index(winner.paper_id)]
    assert all(votes.get(paper, 0) < best for paper in earlier)
    assert (winner.why is Why.NO_VOTES) == (best == 0)
