"""Picks as a person sees them: what comes first, what never comes, and the reason given."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from papers.embedding import unit_rows
from papers.model import Paper
from papers.picks import Background, Interest, Reader, Reading, Signals, learn, scores

Floats = NDArray[np.float32]

KINDS = {
    "robots": "robot arms grasp cluttered objects with tactile policies and manipulation planning",
    "proteins": "protein folding structures from amino acid sequences with diffusion over residues",
    "speech": "speech recognition of noisy dialects from raw audio with acoustic encoders",
    "graphs": "graph neural networks classify nodes by message passing over sparse edges",
    "games": "game agents play imperfect information poker with regret minimization search",
}
FILLER = ("we", "propose", "show", "results", "improve", "datasets", "large", "training", "data")


def paper(kind: str, number: int) -> Paper:
    rng = np.random.default_rng(crc32(f"{kind}{number}".encode()))
    words = KINDS[kind].split()
    title = " ".join(rng.choice(words, 4, replace=False)).title()
    abstract = " ".join(rng.permutation([*rng.choice(words, 6), *rng.choice(FILLER, 10)]))
    return Paper(id=f"25{list(KINDS).index(kind):02d}.{number:05d}", title=title, abstract=abstract)


def papers(kind: str, numbers: Sequence[int]) -> list[Paper]:
    return [paper(kind, number) for number in numbers]


def vectors(some: Sequence[Paper]) -> Floats:
    """Return rows that share a direction by kind, one for all, and chance."""
    rows = [
        np.random.default_rng(crc32(each.id.encode())).standard_normal(24) * 0.6
        + np.eye(24)[int(each.id[2:4])] * 3
        + 1
        for each in some
    ]
    return unit_rows(np.array(rows, dtype=np.float32).reshape(len(rows), 24))


def read(some: Sequence[Paper]) -> Reading:
    return Reading.of(some, vectors(some))


RECENT = [each for kind in KINDS for each in papers(kind, range(100, 160))]
BACKGROUND = Background(read(RECENT))


def test_what_is_like_the_saved_papers_comes_first() -> None:
    interest = Interest.of(BACKGROUND, read(papers("robots", range(5))))
    new = [each for kind in KINDS for each in papers(kind, range(20, 26))]
    order = np.argsort(-interest.scores(read(new)))
    assert {new[place].id for place in map(int, order[:6])} == {
        each.id for each in papers("robots", range(20, 26))
    }


def test_one_saved_paper_is_enough() -> None:
    interest = Interest.of(BACKGROUND, read(papers("speech", [3])))
    new = [each for kind in KINDS for each in papers(kind, [30])]
    assert new[int(np.argmax(interest.scores(read(new))))].id == paper("speech", 30).id


def test_words_alone_decide_where_nothing_was_embedded() -> None:
    background = Background(Reading.of(RECENT))
    interest = Interest.of(background, Reading.of(papers("games", range(3))))
    new = [each for kind in KINDS for each in papers(kind, [40])]
    assert new[int(np.argmax(interest.scores(Reading.of(new))))].id == paper("games", 40).id


def test_a_paper_without_a_vector_still_comes_by_its_words() -> None:
    interest = Interest.of(BACKGROUND, read(papers("graphs", range(4))))
    new = [each for kind in KINDS for each in papers(kind, [50])]
    reading = Reading.of(new, np.zeros((len(new), 24), dtype=np.float32))
    assert new[int(np.argmax(interest.scores(reading)))].id == paper("graphs", 50).id


def test_a_dismissed_kind_sinks() -> None:
    saved = read(papers("robots", range(3)) + papers("proteins", range(3)))
    dismissed = read(papers("proteins", range(10, 14)))
    new = read([paper("robots", 60), paper("proteins", 60), paper("games", 60)])
    before = Interest.of(BACKGROUND, saved).scores(new)
    after = Interest.of(BACKGROUND, saved, dismissed).scores(new)
    assert after[1] < before[1]
    assert after[0] > after[1]


def test_a_day_without_anything_alike_stays_silent() -> None:
    interest = Interest.of(BACKGROUND, read(papers("robots", range(8))))
    day = read(papers("games", range(70, 90)) + papers("speech", range(70, 90)))
    assert not (interest.scores(day) >= interest.threshold).any()


def test_a_day_with_something_alike_brings_it_although_recent_papers_had_much_of_it() -> None:
    interest = Interest.of(BACKGROUND, read(papers("robots", range(8))))
    day = papers("games", range(70, 90)) + papers("robots", range(70, 73))
    passed = interest.scores(read(day)) >= interest.threshold
    assert passed[-3:].any()
    assert not passed[:-3].any()


def test_the_reason_names_a_saved_paper_and_the_words_in_common_as_they_are_written() -> None:
    near = Paper("2506.00001", "Tactile Sensing for LLM-driven Robots", "Hands that feel TextGrad.")
    far = paper("proteins", 1)
    interest = Interest.of(BACKGROUND, read([far, near]))
    new = Paper("2507.00001", "TextGrad Meets Tactile Sensing", "We feel our way through robots.")
    why = interest.why(read([paper("games", 3), new]), 1)
    assert why.paper_id == near.id
    assert "Tactile Sensing" in why.words
    assert "TextGrad" in why.words


def test_a_paper_that_is_near_by_meaning_alone_has_no_words_in_its_reason() -> None:
    saved = Paper("2500.00007", "Grippers", "Dexterous hands.")
    interest = Interest.of(BACKGROUND, read([saved]))
    why = interest.why(read([Paper("2500.00008", "Zebra", "Quagga.")]), 0)
    assert (why.paper_id, why.words) == (saved.id, ())


def test_a_topics_text_counts_most_beside_a_single_saved_paper() -> None:
    new = read([paper("robots", 90), paper("speech", 90)])
    usual = np.array([0.0, 0.2, 0.1, 0.3], dtype=np.float32)
    topic = np.array([0.15, 0.4], dtype=np.float32)

    def first(saved: int) -> int:
        interest = Interest.of(BACKGROUND, read(papers("robots", range(saved))))
        return int(np.argmax(interest.scores(new, topic=(topic, usual))))

    assert (first(1), first(50)) == (1, 0)


def test_a_topic_that_says_the_same_of_all_papers_changes_nothing() -> None:
    new = read([paper("robots", 91), paper("speech", 91)])
    interest = Interest.of(BACKGROUND, read(papers("robots", range(3))))
    same = np.zeros(2, dtype=np.float32)
    assert interest.scores(new, topic=(same, same)) == pytest.approx(interest.scores(new))


def test_the_threshold_lets_nine_of_ten_of_the_lists_own_papers_through() -> None:
    saved = papers("proteins", range(20))
    interest = Interest.of(BACKGROUND, read(saved))
    held_out = [
        Interest.of(BACKGROUND, read([each for each in saved if each is not one])).scores(
            read([one])
        )[0]
        for one in saved
    ]
    assert 17 <= sum(score >= interest.threshold - 1e-3 for score in held_out) <= 18


def test_many_lists_learned_at_once_score_as_each_alone() -> None:
    pool = papers("robots", range(6)) + papers("speech", range(6))
    new = read([each for kind in KINDS for each in papers(kind, [80, 81])])
    none = np.empty(0, dtype=np.int64)
    lists = [
        Signals(np.array([2, 0]), np.array([7])),
        Signals(np.array([6, 7, 8]), none),
        Signals(np.array([11]), none),
    ]
    interests = learn(BACKGROUND, BACKGROUND.features(read(pool)), lists)
    together = scores(interests, new)
    for signals, interest, row in zip(lists, interests, together, strict=True):
        saved = read([pool[place] for place in map(int, signals.saved)])
        dismissed = read([pool[place] for place in map(int, signals.dismissed)])
        alone = Interest.of(BACKGROUND, saved, dismissed)
        assert alone.scores(new) == pytest.approx(row, abs=1e-3)
        assert alone.threshold == pytest.approx(interest.threshold, abs=1e-3)


def test_the_first_papers_a_bot_has_are_background_enough() -> None:
    few = Background(read([paper("robots", 1), paper("speech", 2)]))
    interest = Interest.of(few, read([paper("robots", 1), paper("robots", 2)]))
    found = interest.scores(read([paper("robots", 3), paper("speech", 3), paper("games", 3)]))
    assert np.isfinite(found).all()
    assert int(np.argmax(found)) == 0


def test_nothing_can_be_learned_from_nothing() -> None:
    with pytest.raises(ValueError, match="at least one saved paper"):
        Interest.of(BACKGROUND, read([]))
    with pytest.raises(ValueError, match="at least one paper"):
        Background(read([]))
    with pytest.raises(ValueError, match="1 vectors for 2 papers"):
        Reading.of(papers("robots", [1, 2]), vectors(papers("robots", [1])))


@given(
    st.lists(st.builds(Paper, st.text(max_size=9), st.text(), st.text()), min_size=1, max_size=6),
    st.integers(1, 3),
)
@example([Paper("", "", "\ufe70")], 1)  # it folds to a space
def test_whatever_a_paper_says_it_has_a_finite_score_and_a_reason(
    some: list[Paper], saved: int
) -> None:
    rows = np.resize(vectors(papers("robots", range(6))), (len(some), 24))
    reading = Reading.of(some, rows)
    interest = Interest.of(Background(reading), reading.take(np.arange(min(saved, len(some)))))
    assert np.isfinite(interest.scores(reading)).all()
    assert np.isfinite(interest.threshold)
    for place in range(len(some)):
        assert interest.why(reading, place).paper_id in {each.id for each in some}


def same(some: Reading, other: Reading) -> bool:
    parts = zip(
        (some.terms.starts, some.terms.columns, some.terms.values, some.vectors),
        (other.terms.starts, other.terms.columns, other.terms.values, other.vectors),
        strict=True,
    )
    return some.papers == other.papers and all(np.array_equal(*each) for each in parts)


def test_a_remembered_paper_reads_as_it_did_in_any_company() -> None:
    reader = Reader(most=3)
    few, more = papers("robots", range(2)), papers("robots", [1, 0]) + papers("games", range(4))
    for some in (few, more, few, more[::-1], [few[0], few[0]]):
        read_again = reader.read(some, [each.id for each in some], vectors(some))
        assert same(read_again, read(some))


def test_a_paper_whose_text_has_changed_is_read_again() -> None:
    reader = Reader()
    old, new = papers("robots", [1])[0], papers("games", [1])[0]
    assert same(reader.read([old], [(7, 1)]), Reading.of([old]))
    assert same(reader.read([new], [(7, 2)]), Reading.of([new]))


def test_what_is_remembered_is_not_read_again() -> None:
    reader = Reader()
    some = papers("robots", range(3))
    reader.read(some, range(3))
    unreadable = [Paper(id=each.id, title="Something else") for each in some]
    again = reader.read(unreadable, range(3))
    assert np.array_equal(again.terms.columns, Reading.of(some).terms.columns)
