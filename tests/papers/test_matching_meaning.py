"""Nearness of meaning: what an archive of papers does to the ranking, and what is embedded."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from papers.matching import (
    PRECISION,
    Archive,
    Matcher,
    Rule,
    TermStatistics,
    Wanted,
    embed_papers,
)
from papers.model import Paper
from papers.topics import Strictness, parse

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


def nearness(given: Floats, archive: Floats, asked: Floats) -> list[float]:
    """Say what nearness adds to each paper's score, the slow way; the archive is its subjects."""
    mean = archive.mean(axis=0)

    def centred(row: Floats) -> Floats:
        return unit(row - mean / 2) if row.any() else row

    known = np.array([centred(row) for row in archive])
    cosines = known @ centred(asked)
    far = np.maximum(cosines - cosines.mean() - 2.5 * cosines.std(), 0)
    drawn = centred(asked) + 0.4 * unit((far @ known).astype(np.float32))
    topic = unit(drawn.astype(np.float32))
    spread = max(float(np.std(known @ topic)), 0.05)
    expected: list[float] = []
    for row in given:
        own = centred(row)
        others = [each for each in known if each @ own < 0.999]
        nearest = sorted(others, key=lambda each: -float(each @ own))[:20]
        around = unit(np.mean(nearest, axis=0)) if len(known) > 20 else own
        both = 0.03 * own + 0.04 * around - 0.07 * known.mean(axis=0)
        expected.append(float(topic @ both) / spread if row.any() else 0)
    return expected


def test_an_archive_ranks_by_a_papers_own_direction_and_its_neighbourhoods() -> None:
    rng = np.random.default_rng(2)
    archive = np.array([unit(row) for row in rng.standard_normal((60, 6)) + 0.5], np.float32)
    given = np.array([unit(row) for row in rng.standard_normal((600, 6)) + 0.5], np.float32)
    given[7] = archive[3]
    given[8] = 0
    papers = [paper(n, "Title") for n in range(600)]
    matcher = Matcher(papers, EQUAL, vectors=given, archive=Archive(archive))
    # The one is drawn to the archive's papers beside it, the other has none that are so near.
    for asked in (archive[5], -archive.mean(axis=0)):
        scores = matcher.scores(Wanted(parse("zebra"), vectors=unit(asked)[None]))
        expected = nearness(given, archive, unit(asked))
        assert scores == pytest.approx(np.array(expected), abs=1e-4)


def test_a_topic_is_drawn_to_the_papers_that_are_by_far_the_nearest() -> None:
    rng = np.random.default_rng(4)
    some = np.eye(16)[0] + 0.1 * rng.standard_normal((5, 16))
    others = rng.standard_normal((195, 16))
    archive = Archive(np.array([unit(row) for row in (*some, *others)], np.float32))
    topic = np.array([unit(np.eye(16)[0] + 0.8 * np.eye(16)[1])], np.float32)
    asked = archive.centred(topic) @ archive.axes
    drawn = archive.drawn(asked)
    near = archive.vectors[:5].mean(axis=0) @ archive.axes
    assert float((drawn @ near)[0]) > float((asked @ near)[0]) + 0.05
    assert np.linalg.norm(drawn) == pytest.approx(1)


def test_the_subjects_of_a_large_archive_are_the_means_of_its_groups() -> None:
    groups = np.eye(8, dtype=np.float32)
    rng = np.random.default_rng(5)
    near = np.repeat(groups, 200, axis=0) + rng.normal(0, 0.01, (1_600, 8)).astype(np.float32)
    archive = Archive(np.array([unit(row) for row in near], np.float32))
    topics = archive.centred(groups) @ archive.axes
    # Each is where its group is already: nothing draws it elsewhere.
    assert archive.drawn(topics) == pytest.approx(topics, abs=0.02)


def test_a_small_archive_has_no_neighbourhoods_and_a_narrow_one_no_endless_scores() -> None:
    rng = np.random.default_rng(3)
    archive = np.array([unit(row) for row in rng.standard_normal((20, 4))], np.float32)
    given = np.array([unit(row) for row in rng.standard_normal((3, 4))], np.float32)
    papers = [paper(n, "Title") for n in range(3)]
    wanted = Wanted(parse("zebra"), vectors=given[:1])
    found = Matcher(papers, EQUAL, vectors=given, archive=Archive(archive)).scores(wanted)
    assert found == pytest.approx(np.array(nearness(given, archive, given[0])), abs=1e-5)
    narrow = Archive(np.repeat(rows(1), 4, axis=0))
    (found,) = Matcher(papers[:1], EQUAL, vectors=rows(0), archive=narrow).scores(wanted_of(1))
    assert abs(found) <= 2 * 0.07 / 0.05
    with pytest.raises(ValueError, match="two papers"):
        Archive(rows(1))
    assert Archive(rows(1, 0.5)).vectors.shape == (2, 2)


def wanted_of(cosine: float, strictness: Strictness = Strictness.STRICT) -> Wanted:
    return Wanted(parse("zebra"), strictness, rows(cosine))


def calibrated(size: int) -> tuple[list[Paper], Floats, Archive]:
    """Return papers of one word each, their vectors, and an archive of some size."""
    rng = np.random.default_rng(6)
    archive = np.array([unit(row) for row in rng.standard_normal((size, 64))], np.float32)
    given = np.array(
        [
            unit(np.eye(64)[0] * 4 * share + row)
            for share, row in zip(
                np.linspace(0, 2, 400), rng.standard_normal((400, 64)), strict=True
            )
        ],
        np.float32,
    )
    return [paper(n, "Zebras") for n in range(400)], given, Archive(archive)


@pytest.mark.parametrize("strictness", Strictness)
def test_scores_decide_where_an_archive_says_how_near_is_near(strictness: Strictness) -> None:
    texts, given, archive = calibrated(300)
    matcher = Matcher(texts, EQUAL, vectors=given, archive=archive)
    # Each has one of three words in its title, which alone is too little for any strictness.
    wanted = Wanted(parse("zebra lions horses"), strictness, np.eye(64, dtype=np.float32)[:1])
    least = {"strict": 0.45, "normal": 0.33, "broad": 0.28}[strictness]
    scores = matcher.scores(wanted)
    found = list(matcher.match([wanted]))
    assert {match.paper.id for match in found} == {
        text.id for text, score in zip(texts, scores, strict=True) if score >= least
    }
    assert 0 < len(found) < 400
    assert {match.rule for match in found} == {Rule.MEANING}
    assert PRECISION[strictness] == {"strict": 0.9, "normal": 0.8, "broad": 0.7}[strictness]


def test_rules_decide_where_the_archive_is_too_small() -> None:
    texts, given, archive = calibrated(299)
    assert not archive.calibrates
    wanted = Wanted(parse("zebra lions horses"), vectors=np.eye(64, dtype=np.float32)[:1])
    found = Matcher(texts, EQUAL, vectors=given, archive=archive).match([wanted])
    without = Matcher(texts, EQUAL, vectors=given).match([wanted])
    assert {match.paper.id for match in found} == {match.paper.id for match in without}


def test_scores_decide_nothing_that_conditions_or_quotes_decide() -> None:
    texts, given, archive = calibrated(300)
    texts[0] = paper(0, "Lions and Horses", categories=("cs.CV",))
    matcher = Matcher(texts, EQUAL, vectors=given, archive=archive)
    far = -np.eye(64, dtype=np.float32)[:1]
    for source in ("cat:cs.CV", 'lions cat:cs.CV OR "and horses"', '"lions and"'):
        topic = parse(source)
        wanted = Wanted(topic, vectors=np.repeat(far, len(topic.texts), axis=0))
        assert [match.paper for match in matcher.match([wanted])] == texts[:1]
    near = Wanted(parse("robots -lions"), vectors=np.eye(64, dtype=np.float32)[:1])
    assert not list(matcher.match([near]))  # who excludes something spells out the rest, too


def test_a_paper_without_a_vector_is_matched_by_words_beside_scored_ones() -> None:
    texts, given, archive = calibrated(300)
    texts[0], given[0] = paper(0, "Lions, or Horses and Zebra"), 0
    wanted = Wanted(parse("zebra lions horses"), vectors=np.eye(64, dtype=np.float32)[:1])
    found = Matcher(texts, EQUAL, vectors=given, archive=archive).match([wanted])
    assert {match.paper.id: match.rule for match in found}[texts[0].id] is Rule.WORDS


def test_an_archive_changes_nothing_where_papers_have_no_vectors() -> None:
    papers = [paper(1, "Robots")]
    (found,) = Matcher(papers, EQUAL, archive=Archive(rows(1, 0.5))).match(
        [Wanted(parse("robots"), vectors=rows(1))]
    )
    assert (found.similarity, found.score) == (None, pytest.approx(0.54))


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
    assert Matcher(texts, EQUAL).scores(Wanted(parse("graph")))[3] == pytest.approx(0.54)
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
