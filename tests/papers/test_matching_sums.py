"""Where scores decide, a pass brings what the score of each pair says, one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from papers.matching import LEAST, Archive, Matcher, TermStatistics, Wanted
from papers.model import Paper
from papers.terms import Stemmer
from papers.topics import Strictness, parse

Floats = NDArray[np.float32]

NAMES = ("diffusion", "video", "graph", "robots", "fire", "zebra", "horses", "lions", "models")
STATISTICS = TermStatistics(
    10_000,
    dict(zip(Stemmer().stem(NAMES), (3_000, 900, 700, 300, 90, 3, 2, 1, 5_000), strict=True)),
)
DIMENSIONS = 16
NEAR = 0.425
"""The cosine from which a paper is looked at that lacks the words that weigh most."""

texts = st.lists(st.sampled_from((*NAMES, "other")), max_size=9).map(" ".join)
batches = st.lists(st.tuples(texts, texts), min_size=1, max_size=12)
topics = st.lists(
    st.tuples(
        st.lists(st.sampled_from((*NAMES, "unknown")), min_size=1, max_size=6, unique=True),
        st.sampled_from(Strictness),
        st.sampled_from(["", "", " -fire", " OR zebra lions", ' "video models"']),
    ),
    min_size=1,
    max_size=8,
)


def unit(rows: NDArray[np.float64]) -> Floats:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def held(paper: Paper) -> set[str]:
    return set(Stemmer().terms(f"{paper.title} {paper.abstract}"))


def heaviest(words: tuple[str, ...]) -> set[str]:
    """Return the words without which the rest weighs too little, the slow way."""
    weights = {stem: STATISTICS.idf(stem) for stem in Stemmer().stem(words)}
    found: set[str] = set()
    before = 0.0
    for stem in sorted(weights, key=lambda stem: -weights[stem]):
        if before / sum(weights.values()) <= 1 - 0.883:
            found.add(stem)
        before += weights[stem]
    return found


@settings(max_examples=60, deadline=None)
@given(batches, topics, st.integers(0, 50), st.floats(0, 4))
def test_a_pass_brings_what_scores_say_one_by_one(
    batch: list[tuple[str, str]],
    asked: list[tuple[list[str], Strictness, str]],
    seed: int,
    shared: float,
) -> None:
    rng = np.random.default_rng(seed)
    papers = [Paper(id=str(n), title=t, abstract=a) for n, (t, a) in enumerate(batch)]
    toward = shared * np.eye(DIMENSIONS)[0]
    given_rows = unit(rng.standard_normal((len(papers), DIMENSIONS)) + toward)
    given_rows[3::4] = 0
    archive = Archive(unit(rng.standard_normal((320, DIMENSIONS))))
    matcher = Matcher(papers, STATISTICS, vectors=given_rows, archive=archive)
    wanted = [
        Wanted(
            topic,
            strictness,
            unit(rng.standard_normal((len(topic.texts), DIMENSIONS)) + toward),
        )
        for words, strictness, more in asked
        for topic in [parse(" ".join(words) + more)]
    ]
    found = {(match.wanted, int(match.paper.id)) for match in matcher.match(wanted)}
    for place, item in enumerate(wanted):
        (branch, *others) = item.topic.branches
        if others or branch.conditions or item.vectors is None:
            continue  # what conditions decide is for other tests; here they stand beside the rest
        scores = matcher.scores(item)
        heavy = heaviest(item.topic.words)
        for number, paper in enumerate(papers):
            cosine = float(given_rows[number] @ item.vectors[0])
            close = abs(scores[number] - LEAST[item.strictness]) < 1e-4 or abs(cosine - NEAR) < 1e-4
            if close or not given_rows[number].any():
                continue
            possible = cosine >= NEAR or bool(heavy & held(paper))
            assert ((place, number) in found) is bool(
                possible and scores[number] >= LEAST[item.strictness]
            )
