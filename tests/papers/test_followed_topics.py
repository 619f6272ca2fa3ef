"""Followed topics: what is saved and dismissed decides what comes first, and what is added."""

import numpy as np
import pytest

from papers.picks import Features, FollowedTopic, Signals, TopicSignals, learn, learn_topics
from tests.papers.test_picks import BACKGROUND, Floats, papers, read

MATCHED = np.float32(0.6)
NEW = BACKGROUND.features(
    read([*papers("robots", range(50, 55)), *papers("graphs", range(50, 55))])
)
ROBOTS, GRAPHS = range(5), range(5, 10)


def alike(new: Features, score: float = 0.6) -> Floats:
    """Return the same score by the topic's text for each paper."""
    return np.full(len(new), score, dtype=np.float32)


def topic(
    saved: int, dismissed: int = 0, *, kind: str = "robots", matched: float = 0.6
) -> FollowedTopic:
    some = read([*papers(kind, range(saved)), *papers("graphs", range(dismissed))])
    signals = TopicSignals(
        np.arange(saved),
        np.full(saved, matched, dtype=np.float32),
        np.arange(saved, saved + dismissed),
    )
    (found,) = learn_topics(BACKGROUND, BACKGROUND.features(some), [signals])
    return found


@pytest.mark.parametrize(("saved", "dismissed"), [(1, 0), (3, 0), (2, 2), (10, 4)])
def test_from_the_first_paper_on_what_is_like_the_saved_ones_comes_first(
    saved: int, dismissed: int
) -> None:
    scores = topic(saved, dismissed).scores(NEW, alike(NEW))
    assert set(np.argsort(-scores)[:5].tolist()) == set(ROBOTS)


def test_a_much_better_match_by_the_topics_text_still_comes_first() -> None:
    matched = alike(NEW, 0.45)
    matched[GRAPHS[0]] = 3.0
    assert int(np.argmax(topic(5).scores(NEW, matched))) == GRAPHS[0]


@pytest.mark.parametrize("dismissed", [1, 3, 8])
def test_papers_like_those_that_were_dismissed_sink_and_none_rises(dismissed: int) -> None:
    scores = topic(0, dismissed).scores(NEW, alike(NEW)) - 12.0  # twice 6 deviations
    assert scores.max() <= 1e-4
    assert scores[list(GRAPHS)].mean() < scores[list(ROBOTS)].mean() - 0.3


@pytest.mark.parametrize(
    ("saved", "dismissed", "adds"),
    [(4, 0, False), (5, 0, True), (3, 1, False), (3, 2, True), (2, 3, False), (2, 9, False)],
)
def test_papers_are_added_after_five_signals_of_which_three_are_saves(
    saved: int, dismissed: int, adds: bool
) -> None:
    found = topic(saved, dismissed)
    assert bool(found.near(NEW, 10)) is adds
    if not adds:
        with pytest.raises(ValueError, match="too little"):
            found.margins(NEW, alike(NEW))


def test_only_papers_that_the_saves_let_through_are_near_and_the_nearest_come_first() -> None:
    found = topic(8)
    places = found.near(NEW, 10)
    assert set(places) <= set(ROBOTS)
    scores = found.interest.scores(NEW)[places]
    assert list(scores) == sorted(scores, reverse=True)
    assert found.near(NEW, 2) == places[:2]
    assert found.near(NEW.take(np.arange(0)), 10) == []


def test_what_its_text_lacks_of_a_match_a_paper_must_make_up_for() -> None:
    found = topic(8)
    nearly, hardly = (found.margins(NEW, alike(NEW, score)) for score in (0.45, 0.2))
    # A quarter of a score is two and a half deviations of the topic's text, which count twice.
    assert np.allclose(nearly - hardly, 5.0, atol=1e-4)
    # How well the words of a match fit says nothing more.
    assert np.allclose(nearly, found.margins(NEW, alike(NEW, 2.0)))
    assert np.allclose(nearly, topic(8, matched=1.5).margins(NEW, alike(NEW, 2.0)), atol=1e-4)


def test_what_a_paper_must_reach_is_measured_by_the_newest_saved_ones() -> None:
    pool = BACKGROUND.features(read(papers("robots", range(25))))
    matched = alike(pool)
    oldest = matched.copy()
    oldest[:5] = 0
    same, lower = (
        learn_topics(BACKGROUND, pool, [TopicSignals(np.arange(25), each, np.arange(0))])[0].reached
        for each in (oldest, np.flip(oldest))
    )
    assert (
        same
        == learn_topics(BACKGROUND, pool, [TopicSignals(np.arange(25), matched, np.arange(0))])[
            0
        ].reached
    )
    assert lower is not None and same is not None
    assert lower < same


def test_without_scores_by_the_text_a_paper_must_be_nearer_than_most_saved_ones() -> None:
    found = topic(8)
    held_out = found.interest.held_out
    limit = float(np.quantile(held_out, 0.75))
    assert np.allclose(found.margins(NEW, None), found.interest.scores(NEW) - limit, atol=1e-4)


def test_the_reason_is_a_paper_that_was_saved_and_never_one_that_was_dismissed() -> None:
    found = topic(3, 2)
    saved = {each.id for each in papers("robots", range(3))}
    assert {found.nearest(NEW, place).id for place in range(len(NEW))} <= saved


def test_topics_learned_together_are_as_each_alone() -> None:
    some = BACKGROUND.features(read([*papers("robots", range(6)), *papers("speech", range(6))]))
    first = TopicSignals(np.arange(5), alike(some)[:5], np.array([7]))
    second = TopicSignals(np.arange(6, 12), alike(some)[:6], np.arange(0))
    both = learn_topics(BACKGROUND, some, [first, second])
    for each, alone in zip(both, (first, second), strict=True):
        (one,) = learn_topics(BACKGROUND, some, [alone])
        assert np.allclose(each.scores(NEW, alike(NEW)), one.scores(NEW, alike(NEW)), atol=1e-3)
        assert each.reached == pytest.approx(one.reached, abs=1e-3)


def test_a_topic_without_any_signal_cannot_be_learned() -> None:
    nothing = np.arange(0)
    with pytest.raises(ValueError, match="at least one"):
        learn_topics(BACKGROUND, NEW, [TopicSignals(nothing, alike(NEW)[:0], nothing)])


def test_the_scores_of_saved_papers_by_the_others_are_kept_in_their_order() -> None:
    pool = BACKGROUND.features(read([*papers("robots", range(4)), *papers("games", range(1))]))
    (interest,) = learn(BACKGROUND, pool, [Signals(np.arange(5), np.arange(0))])
    assert len(interest.held_out) == 5
    assert int(np.argmin(interest.held_out)) == 4  # the odd one out
