"""What other settings would have made of past threads."""

from hypothesis import given
from hypothesis import strategies as st

from papers import what_if
from papers.what_if import Outcome, PastThread, ShownPaper


def thread(*papers: tuple[int | None, int], rest: tuple[int, ...] | None = ()) -> PastThread:
    """Make a thread of papers, each with its upvotes and saves."""
    shown = [ShownPaper(str(at), saves, votes) for at, (votes, saves) in enumerate(papers)]
    return PastThread(tuple(shown), rest)


def test_a_minimum_keeps_the_saves_of_papers_that_reach_it() -> None:
    threads = [thread((9, 3), (5, 1), (4, 0), (1, 0)), thread((8, 0), (4, 1))]
    assert what_if.with_votes(threads, 5) == Outcome(length=3 / 6, kept=4 / 5)


def test_papers_that_found_no_room_fill_the_places_that_a_minimum_frees() -> None:
    assert what_if.with_votes([thread((9, 3), (1, 0), (0, 0), rest=(6, 2))], 5) == Outcome(2 / 3, 1)
    # A thread never becomes longer.
    assert what_if.with_votes([thread((9, 3), (1, 0), rest=(6, 6))], 5) == Outcome(1, 1)


def test_threads_whose_upvotes_are_unknown_say_nothing_about_a_minimum() -> None:
    unknown = [thread((None, 5), (2, 0)), thread((3, 5), rest=None)]
    assert what_if.with_votes(unknown, 5) is None
    assert [what_if.knows_votes(each) for each in unknown] == [False, False]
    assert what_if.with_votes([*unknown, thread((9, 1), (1, 0))], 5) == Outcome(0.5, 1)


def test_fewer_papers_keep_the_first_places() -> None:
    threads = [thread((1, 0), (1, 4), (1, 1)), thread((1, 5))]
    assert what_if.with_size(threads, 2) == Outcome(3 / 4, 9 / 10)


def test_a_filter_frees_places_for_papers_of_the_batch_that_pass_it() -> None:
    past = PastThread((ShownPaper("a", 2), ShownPaper("b", 1), ShownPaper("c", 0)), None, ("d",))
    assert what_if.with_papers([past], {"a"}) == Outcome(1 / 3, 2 / 3)
    assert what_if.with_papers([past], {"a", "d", "z"}) == Outcome(2 / 3, 2 / 3)


def test_the_setting_is_proposed_that_loses_least_for_what_it_leaves_out() -> None:
    outcomes = {1: Outcome(0.8, 1.0), 2: Outcome(0.5, 0.9), 3: Outcome(0.2, 0.7), 4: None}
    assert what_if.best(outcomes) == (2, Outcome(0.5, 0.9))
    assert what_if.best({1: Outcome(0.95, 1.0)}) is None
    assert what_if.best({}) is None


def test_topics_are_proposed_that_cover_most_saves_together() -> None:
    saved = [(5, ["Agents"]), (1, ["agents", "vision"]), (3, ["vision"]), (9, ["alone"])]
    assert what_if.proposed(saved) == ("agents", "vision")
    assert what_if.proposed([]) == ()


papers = st.builds(
    ShownPaper, st.text(), st.integers(0, 5), st.one_of(st.none(), st.integers(0, 50))
)
votes = st.lists(st.integers(0, 50), max_size=8).map(tuple)
threads = st.builds(
    PastThread, st.lists(papers, min_size=1, max_size=8).map(tuple), st.one_of(st.none(), votes)
)


@given(st.lists(threads, max_size=5), st.integers(0, 60), st.integers(1, 9))
def test_no_setting_makes_threads_longer_or_keeps_more_than_there_was(
    past: list[PastThread], least: int, size: int
) -> None:
    for outcome in (what_if.with_votes(past, least), what_if.with_size(past, size)):
        if outcome is not None:
            assert 0 <= outcome.length <= 1
            assert 0 <= outcome.kept <= 1
