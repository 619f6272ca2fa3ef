"""Nearness of meaning: what an archive of papers does to the ranking, and what is embedded."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from papers.matching import Archive, Matcher, TermStatistics, Wanted, embed_papers
from papers.model import Paper
from papers.topics import parse

Floats = NDArray[np.float32]

EQUAL = TermStatistics(1_000)
"""Every word weighs the same."""


def paper(number: int, title: str, abstract: str = "", **more: object) -> Paper:
    return Paper(id=f"2501.{number:05d}", title=title, abstract=abstract, **more)  # pyright: ignore[reportArgumentType]


def rows(*cosines: float) -> Floats:
    """Return a row for each cosine with `rows(1)`."""
    return np.array([[c, (1 - c * c) ** 0.5] for c in cosines], dtype=np.float32)


def unit(row: Floats) -> Floats:
    length = np.linalg.norm(row)
    return (row / length if length else row).astype(np.float32)


def test_an_archive_ranks_by_a_papers_own_direction_and_its_neighbourhoods() -> None:
    rng = np.random.default_rng(2)
    archive = np.array([unit(row) for row in rng.standard_normal((40, 6)) + 0.5], np.float32)
    given = np.array([unit(row) for row in rng.standard_normal((600, 6)) + 0.5], np.float32)
    given[7] = archive[3]
    given[8] = 0
    (asked,) = np.array([unit(row) for row in rng.standard_normal((1, 6))], np.float32)
    mean = archive.mean(axis=0)

    def centred(row: Floats) -> Floats:
        return unit(row - mean / 2) if row.any() else row

    known = [centred(row) for row in archive]
    topic = centred(asked)
    cosines = [float(row @ topic) for row in known]
    expected: list[float] = []
    for row in given:
        own = centred(row)
        others = [each for each in known if each @ own < 0.999]
        nearest = sorted(others, key=lambda each: -float(each @ own))[:10]
        around = unit(np.mean(nearest, axis=0)) if row.any() else row
        expected.append(0.11 / float(np.std(cosines)) * float(topic @ (own + around)) / 2)
    papers = [paper(n, "Title") for n in range(600)]
    matcher = Matcher(papers, EQUAL, vectors=given, archive=Archive(archive))
    scores = matcher.scores(Wanted(parse("zebra"), vectors=asked[None]))
    assert scores == pytest.approx(np.array(expected), abs=1e-4)


def test_a_small_archive_has_no_neighbourhoods_and_a_narrow_one_no_endless_scores() -> None:
    rng = np.random.default_rng(3)
    archive = np.array([unit(row) for row in rng.standard_normal((10, 4))], np.float32)
    given = np.array([unit(row) for row in rng.standard_normal((3, 4))], np.float32)
    mean = archive.mean(axis=0)
    topic = unit(given[0] - mean / 2)
    spread = np.std([float(unit(row - mean / 2) @ topic) for row in archive])
    expected = [0.11 / float(spread) * float(unit(row - mean / 2) @ topic) for row in given]
    papers = [paper(n, "Title") for n in range(3)]
    wanted = Wanted(parse("zebra"), vectors=given[:1])
    found = Matcher(papers, EQUAL, vectors=given, archive=Archive(archive)).scores(wanted)
    assert found == pytest.approx(np.array(expected), abs=1e-5)
    same = np.repeat(rows(1), 4, axis=0)
    narrow = Matcher(papers[:1], EQUAL, vectors=rows(1), archive=Archive(same))
    assert narrow.scores(Wanted(parse("zebra"), vectors=rows(1))) == pytest.approx([0.11 / 0.05])
    with pytest.raises(ValueError, match="two papers"):
        Archive(rows(1))
    assert Archive(rows(1, 0.5)).vectors.shape == (2, 2)


def test_an_archive_changes_nothing_where_papers_have_no_vectors() -> None:
    papers = [paper(1, "Robots")]
    (found,) = Matcher(papers, EQUAL, archive=Archive(rows(1, 0.5))).match(
        [Wanted(parse("robots"), vectors=rows(1))]
    )
    assert (found.similarity, found.score) == (None, pytest.approx(0.2))


def test_scores_are_those_of_the_matches_and_conditions_hold_for_them_too() -> None:
    texts = [paper(n, f"Graph {n}", categories=("cs.CV",) if n % 2 else ()) for n in range(1_030)]
    cosines = list(np.linspace(0, 0.6, 1_030))
    topic = parse("graph cat:cs.CV OR robots cat:cs.CV")
    wanted = Wanted(topic, vectors=np.repeat(rows(1), 2, axis=0))
    matcher = Matcher(texts, EQUAL, vectors=rows(*cosines))
    scores = matcher.scores(wanted)
    assert scores.shape == (1_030,)
    assert np.isneginf(scores[::2]).all()
    found = {m.paper.id: m.score for m in matcher.match([wanted])}
    assert found == pytest.approx({texts[n].id: float(scores[n]) for n in range(1, 1_030, 2)})
    assert matcher.scores(Wanted(parse("author:X"))).tolist() == [-np.inf] * 1_030
    assert Matcher(texts, EQUAL).scores(Wanted(parse("graph")))[3] == pytest.approx(0.2)
    assert len(Matcher([], EQUAL).scores(wanted)) == 0


class Letters:
    """An embedder that keeps what it embeds."""

    name, version, dimensions = "letters", "1", 2

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def release_idle(self) -> None:
        """Hold nothing that could be freed."""

    def embed(self, texts: Sequence[str]) -> Floats:
        self.embedded += texts
        return rows(*([1] * len(texts)))


@pytest.mark.parametrize(
    ("abstract", "beginning"),
    [
        ("a" * 293, "Title. " + "a" * 293),
        ("a" * 292 + " b", "Title. " + "a" * 292),
        ("a" * 293 + " b", "Title. " + "a" * 293),
        ("a" * 294, "Title."),
        ("b " + "a" * 300, "Title. b"),
        ("", "Title"),
    ],
)
def test_a_papers_beginning_is_cut_between_words(abstract: str, beginning: str) -> None:
    embedder = Letters()
    embed_papers(embedder, [paper(1, "Title", abstract)])
    assert embedder.embedded == [beginning, "Title"]


def test_a_beginning_without_blanks_is_cut_anywhere() -> None:
    embedder = Letters()
    embed_papers(embedder, [paper(1, "t" * 400)])
    assert embedder.embedded == ["t" * 300, "t" * 400]
