"""Papers that say nearly the same stand behind the best of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.folding import AUTHORS, MOST_FOLDED, NEAR, NEAR_BY_AUTHORS, Likeness, compare, fold
from papers.model import Author, Paper

COUNT = 12


def paper(number: int, title: str | None = None, *authors: str, doi: str | None = None) -> Paper:
    known = tuple(map(Author, authors or ("Ada Lovelace",)))
    return Paper(f"2506.{number:05}", title or f"Matter {number}", authors=known, doi=doi)


def leaning(*cosines: float) -> np.ndarray:
    """Return a unit vector and others that have these cosines with it, each in its own plane."""
    rows = np.zeros((len(cosines) + 1, len(cosines) + 1), dtype=np.float32)
    rows[0, 0] = 1
    for at, cosine in enumerate(cosines, 1):
        rows[at, 0], rows[at, at] = cosine, np.sqrt(1 - cosine**2)
    return rows


def likeness_of(papers: Sequence[Paper], vectors: np.ndarray | None = None) -> Likeness:
    suspects = compare(papers, vectors)
    by_id = {each.id: [author.name for author in each.authors] for each in papers}
    return Likeness.decided(suspects, {each: by_id[each] for each in suspects.undecided})


def near(papers: Sequence[Paper], vectors: np.ndarray | None = None) -> bool:
    one, other = papers
    likeness = likeness_of(papers, vectors)
    assert (other.id in likeness.near(one.id)) == (one.id in likeness.near(other.id))
    return other.id in likeness.near(one.id)


def groups_of(
    ranked: Sequence[str], likeness: Likeness, **known: object
) -> list[tuple[str, tuple[str, ...]]]:
    found = fold(ranked, likeness, paper_id=str, **known)  # pyright: ignore[reportArgumentType]
    return [(group.leader, group.folded) for group in found]


@st.composite
def likenesses(draw: st.DrawFn) -> tuple[list[str], Likeness]:
    """Draw a ranking of papers, and which are near to which."""
    ids = [f"2506.{number:05}" for number in range(1, COUNT + 1)]
    pairs = draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=40))
    likeness = Likeness((one, other) for one, other in pairs if one != other)
    return draw(st.permutations(ids)), likeness


@given(likenesses())
def test_every_paper_is_in_one_group_behind_a_better_one_that_it_is_near_to(
    drawn: tuple[list[str], Likeness],
) -> None:
    ranked, likeness = drawn
    groups = groups_of(ranked, likeness)
    shown = [each for leader, folded in groups for each in (leader, *folded)]
    assert sorted(shown) == sorted(ranked)
    leaders = [leader for leader, _ in groups]
    assert leaders == sorted(leaders, key=ranked.index)
    for leader, folded in groups:
        assert list(folded) == sorted(folded, key=ranked.index)
        assert len(folded) <= MOST_FOLDED
        for each in folded:
            assert each in likeness.near(leader)
            assert ranked.index(leader) < ranked.index(each)
    for at, (leader, _) in enumerate(groups):
        for before, folded in groups[:at]:
            assert before not in likeness.near(leader) or len(folded) == MOST_FOLDED


@given(likenesses(), st.integers(0, COUNT))
def test_a_list_of_some_size_begins_as_the_whole_list_does(
    drawn: tuple[list[str], Likeness], size: int
) -> None:
    ranked, likeness = drawn
    assert groups_of(ranked, likeness, size=size) == groups_of(ranked, likeness)[:size]


@given(likenesses())
def test_nothing_is_folded_across_days(drawn: tuple[list[str], Likeness]) -> None:
    ranked, likeness = drawn

    def day(paper_id: str) -> int:
        return int(paper_id[-1]) % 3

    for leader, folded in groups_of(ranked, likeness, within=day):
        assert {day(each) for each in folded} <= {day(leader)}


def test_a_paper_near_to_a_folded_one_only_is_shown() -> None:
    ids = ["2506.00001", "2506.00002", "2506.00003"]
    chain = Likeness([(ids[0], ids[1]), (ids[1], ids[2])])
    assert groups_of(ids, chain) == [(ids[0], (ids[1],)), (ids[2], ())]


def test_a_paper_whose_id_no_button_can_hold_is_shown() -> None:
    likeness = Likeness([("2506.00001", "other:1")])
    assert groups_of(["2506.00001", "other:1"], likeness) == [("2506.00001", ()), ("other:1", ())]


@pytest.mark.parametrize(
    ("cosine", "authors", "expected"),
    [
        (NEAR + 0.001, ["Grace Hopper"], True),
        (NEAR - 0.001, ["Grace Hopper"], False),
        (NEAR - 0.001, ["Grace Hopper", "Ada LOVELACE"], True),
        (NEAR_BY_AUTHORS + 0.001, ["ada lovelace"], True),
        (NEAR_BY_AUTHORS + 0.001, ["Bob Lovelace"], False),
        (NEAR_BY_AUTHORS - 0.001, ["Ada Lovelace"], False),
    ],
)
def test_papers_are_near_from_a_cosine_on_that_depends_on_who_wrote_them(
    cosine: float, authors: list[str], expected: bool
) -> None:
    two = [paper(1), paper(2, None, *authors)]
    assert near(two, leaning(cosine)) is expected


def test_papers_without_authors_have_none_in_common() -> None:
    two = [Paper(f"2506.{number:05}", f"Matter {number}") for number in (1, 2)]
    assert not near(two, leaning(NEAR - 0.001))
    assert not near([replace(each, authors=(Author("."),)) for each in two], leaning(NEAR - 0.001))


def test_papers_without_vectors_are_not_near_by_meaning() -> None:
    assert not near([paper(1), paper(2)], np.zeros((2, 3), dtype=np.float32))
    assert not near([paper(1), paper(2)], None)


def test_likeness_is_found_among_many_papers() -> None:
    vectors = np.eye(1_200, dtype=np.float32)
    vectors[1_199] = vectors[3]
    likeness = likeness_of([paper(number) for number in range(1_200)], vectors)
    assert likeness.near("2506.00003") == {"2506.01199"}
    assert likeness.near("2506.01199") == {"2506.00003"}
    assert likeness.near("2506.00004") == frozenset()


def test_a_vector_is_needed_for_each_paper() -> None:
    with pytest.raises(ValueError, match="1 vectors for 2 papers"):
        compare([paper(1), paper(2)], np.zeros((1, 3), dtype=np.float32))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Robots that Walk", "robots that walk"),
        ("Robots that walk: on ice", "Robots That Walk — On Ice"),
        (r"Sorting in $\mathcal{O}(n)$ steps", "Sorting in O(n) Steps"),
        ("Robots that walk", "Robots that walk (extended version)"),
        ("Robots that walk", "Robots that walk [Technical Report]"),
        ("Robots that walk (v2)", "Robots that walk (Version 1)"),
        ("Robots that walk: Full Version", "Robots that walk - extended abstract"),
        ("Über Gaußsche Summen", "Uber Gaußsche Summen"),
    ],
)
def test_versions_of_one_work_are_near_by_their_titles(one: str, other: str) -> None:
    assert near([paper(1, one), paper(2, other)])
    assert compare([paper(1, one), paper(2, other)]).undecided == ["2506.00001", "2506.00002"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DeepThought-V2", "DeepThought-V3"),
        ("DeepThought", "DeepThought v2"),
        ("Robots that walk, part 1", "Robots that walk, part 2"),
        ("Robots that walk", "Robots that walk on ice"),
        ("Technical report", "Extended version"),
        ("?", "!"),
    ],
)
def test_other_titles_are_other_works(one: str, other: str) -> None:
    assert not near([paper(1, one), paper(2, other)])


def test_one_title_of_different_authors_is_two_works() -> None:
    title = "A survey of large language models"
    ada, grace = paper(1, title, "Ada Byron Lovelace"), paper(2, title, "Grace Hopper")
    assert not near([ada, grace])
    assert near([ada, paper(2, title, "Grace Hopper", "A. LOVELACE")])


def test_a_title_alone_is_not_enough_where_the_authors_are_unknown() -> None:
    title = "Robots that walk upstairs"
    assert not near([Paper("2506.00001", title), paper(2, title)])
    assert (
        Likeness.decided(compare([paper(1, title), paper(2, title)]), {}).near("2506.00001")
        == frozenset()
    )


def test_the_first_authors_of_thousands_are_compared() -> None:
    title, many = "Robots that walk upstairs", [f"Author Number{n}" for n in range(AUTHORS)]
    assert near([paper(1, title, *many), paper(2, title, *many[-1:])])
    assert not near([paper(1, title, *many, "Grace Hopper"), paper(2, title, "Grace Hopper")])


def test_papers_with_one_doi_are_one_work_whatever_their_titles() -> None:
    assert near([paper(1, doi="10.1000/ABC"), paper(2, doi="10.1000/abc")])
    assert not near([paper(1, doi="10.1000/abc"), paper(2, doi="10.1000/abx")])
    assert not near([paper(1), paper(2)])
