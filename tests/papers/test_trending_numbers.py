"""The ranking's figures, computed a second time in the plainest way."""

import math
import random
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from papers.model import Author, Metrics, Paper
from papers.trending import (
    CLAMP,
    MIN_DAYS,
    RIDGE,
    Candidate,
    Filters,
    Past,
    Prior,
    Reason,
    Standing,
    rank,
)

TODAY = date(2025, 12, 30)
DICE = random.Random(7)  # noqa: S311 - made-up papers, no secret


@pytest.fixture(autouse=True)
def same_papers() -> None:
    """Make up the same papers, whichever tests run."""
    DICE.seed(7)


def a_paper(number: int) -> Paper:
    names = DICE.sample(["Ada", "ada", "Grace", "Alan", "Edsger", "Barbara"], DICE.randint(0, 4))
    return Paper(
        f"2512.{number:05}",
        "A title " * DICE.randint(1, 6),
        authors=tuple(Author(name) for name in names),
        submitter=DICE.choice([None, "ann", "bob", "cleo"]),
        repository=DICE.choice([None, "https://github.com/a/b"]),
        project_page=DICE.choice([None, "https://a.example"]),
        organization=DICE.choice([None, "Lab"]),
        published_at=DICE.choice(
            [
                None,
                datetime(2025, 11, DICE.randint(1, 28), tzinfo=UTC),
                datetime(2026, 1, 3, tzinfo=UTC),
            ]
        ),
    )


def metrics() -> Metrics:
    return Metrics(DICE.choice([0, 1, 2, 5, 9, 40]), DICE.choice([None, 0, 1, 12, 900]))


def history(days: int) -> list[Past]:
    return [
        Past(a_paper(day * 10 + place), metrics(), TODAY - timedelta(days=days - day))
        for day in range(days)
        for place in range(6)
    ]


class Reference:
    """The prior in plain loops: see the docstring of `Prior` for what it is."""

    def __init__(self, past: list[Past]) -> None:
        self.people: dict[str, list[float]] = {}
        self.submitters: dict[str, list[float]] = {}
        rows: list[list[float]] = []
        targets: list[float] = []
        for day in sorted({each.day for each in past}):
            batch = [each for each in past if each.day == day]
            votes = [math.log(1 + (each.metrics.upvotes or 0)) for each in batch]
            rows += self.features([(each.paper, each.metrics) for each in batch], day)
            for each, vote in zip(batch, votes, strict=True):
                residual = vote - sum(votes) / len(votes)
                targets.append(residual)
                for name in {author.name.lower() for author in each.paper.authors}:
                    self.people.setdefault(name, []).append(residual)
                if each.paper.submitter:
                    self.submitters.setdefault(each.paper.submitter, []).append(residual)
        table = np.array(rows)
        spread = table.std(axis=0)
        # A ridge is a least-squares fit with one more observation for each weight, which says 0.
        above, below = table / spread, math.sqrt(RIDGE) * np.eye(table.shape[1])
        solved, *_ = np.linalg.lstsq(
            np.vstack([above, below]), np.array([*targets, *[0.0] * table.shape[1]]), rcond=None
        )
        self.weights = solved / spread

    def features(self, batch: list[tuple[Paper, Metrics]], day: date) -> list[list[float]]:
        rows = [self.row(paper, numbers, day) for paper, numbers in batch]
        means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        return [[value - mean for value, mean in zip(row, means, strict=True)] for row in rows]

    def row(self, paper: Paper, numbers: Metrics, day: date) -> list[float]:
        names = list(dict.fromkeys(author.name.lower() for author in paper.authors))
        known = [sum(self.people[n]) / (len(self.people[n]) + 1) for n in names if n in self.people]
        last = self.people.get(names[-1], []) if names else []
        picks = self.submitters.get(paper.submitter or "", [])
        age = (day - paper.published_at.date()).days if paper.published_at else 0
        return [
            sum(known) / math.sqrt(len(known) + 2),
            sum(last) / (len(last) + 1),
            math.log(1 + len(known)),
            math.log(1 + len(names)),
            math.log(1 + (numbers.stars or 0)),
            1.0 if paper.repository else 0.0,
            1.0 if paper.project_page else 0.0,
            1.0 if paper.organization else 0.0,
            sum(picks) / (len(picks) + 2),
            math.log(1 + max(age, 0)),
            len(paper.title) / 100,
        ]


def test_the_prior_expects_what_a_plain_ridge_regression_expects() -> None:
    past = history(40)
    reference, prior = Reference(past), Prior.learn(past, before=TODAY)
    batch = [(a_paper(9_000 + number), metrics()) for number in range(12)]
    expected = np.array(reference.features(batch, TODAY)) @ reference.weights
    assert max(abs(expected)) < CLAMP
    assert prior.scores(batch, TODAY) == pytest.approx(expected.tolist(), rel=1e-4, abs=1e-6)


def test_the_prior_never_expects_more_than_its_bounds_either_way() -> None:
    prior = Prior({}, {}, (1_000.0,) * 11)
    batch = [(a_paper(number), metrics()) for number in range(8)]
    scores = prior.scores(batch, TODAY)
    assert (min(scores), max(scores)) == (-CLAMP, CLAMP)


def test_the_prior_speaks_from_the_twentieth_batch_on() -> None:
    batch = [(a_paper(1), Metrics(0)), (a_paper(2), Metrics(0, 900))]
    assert Prior.learn(history(MIN_DAYS - 1), before=TODAY) == Prior({}, {}, ())
    assert Prior.learn(history(MIN_DAYS - 1), before=TODAY).scores(batch, TODAY) == [0.0, 0.0]
    assert any(Prior.learn(history(MIN_DAYS), before=TODAY).scores(batch, TODAY))


def test_what_speaks_for_a_paper_is_said_from_the_bound_on() -> None:
    weights = (1.0,)
    paper = Paper("2512.00001", "A title", authors=(Author("Ada"), Author("Alan")), submitter="ann")
    good, half = Standing(0.70, 1), Standing(0.34, 1)
    authors = {"ada": good, "alan": half}
    assert Prior(authors, {}, weights).praise(paper) == "authors' earlier papers did well"
    assert Prior({"ada": half}, {}, weights).praise(paper) is None
    picks = {"ann": Standing(1.05, 1)}
    assert Prior({}, picks, weights).praise(paper) == "the submitter's earlier picks did well"
    assert Prior({}, picks, weights).praise(Paper("2512.00002", "None of these")) is None
    assert Prior(authors, picks, ()).praise(paper) is None


def a_candidate(number: int) -> Candidate:
    seen = DICE.choice([None, 0, 3, 30])
    return Candidate(
        paper=a_paper(number),
        metrics=Metrics(DICE.choice([None, 0, 1, 6, 50]), DICE.choice([None, 0, 1, 40])),
        batch=TODAY - timedelta(days=DICE.randint(0, 4)),
        previous=None if seen is None else Metrics(DICE.choice([None, seen])),
        hours_between=None if seen is None else DICE.choice([None, 2.0, 6.0, 24.0, 47.5]),
    )


def interest(each: Candidate) -> float:
    votes = each.metrics.upvotes or 0
    if each.previous and each.previous.upvotes is not None and each.hours_between:
        return votes + max(0, votes - each.previous.upvotes) * 24 / max(each.hours_between, 6)
    return 2 * votes if (TODAY - each.batch).days <= 1 else votes


@pytest.mark.parametrize("half_life", [None, 2.0, 5.0])
@pytest.mark.parametrize("with_prior", [False, True])
def test_every_score_is_interest_against_its_batch_aged(
    half_life: float | None, with_prior: bool
) -> None:
    pool = [a_candidate(number) for number in range(60)]
    prior = Prior.learn(history(40), before=TODAY) if with_prior else None
    logs = {each.paper.id: math.log2(1 + interest(each)) for each in pool}
    overall = sum(logs.values()) / len(logs)
    for ranked in rank(pool, day=TODAY, prior=prior, half_life=half_life):
        (each,) = (each for each in pool if each.paper == ranked.paper)
        batch = [other for other in pool if other.batch == each.batch]
        level = (sum(logs[other.paper.id] for other in batch) + 3 * overall) / (len(batch) + 3)
        starts = 1.0
        if prior:
            points = prior.scores([(other.paper, other.metrics) for other in batch], each.batch)
            starts = math.exp(
                dict(zip((o.paper.id for o in batch), points, strict=True))[each.paper.id]
            )
        aged = (TODAY - each.batch).days / half_life if half_life else 0
        assert ranked.score == pytest.approx(math.log2(starts + interest(each)) - level - aged)


def test_unknown_votes_and_stars_count_as_none_in_ties() -> None:
    def tied(paper_id: str, upvotes: int | None, stars: int | None = None) -> Candidate:
        return Candidate(Paper(paper_id, "A title"), Metrics(upvotes, stars), TODAY)

    order = [
        each.paper.id
        for each in rank(
            [tied("2512.00004", None), tied("2512.00001", 0), tied("2512.00003", 0, 0)], day=TODAY
        )
    ]
    assert order == ["2512.00004", "2512.00003", "2512.00001"]
    starred = rank([tied("2512.00009", 0), tied("2512.00001", None, 1)], day=TODAY)
    assert [each.paper.id for each in starred] == ["2512.00001", "2512.00009"]


def test_of_a_paper_listed_twice_on_a_day_the_higher_numbers_count() -> None:
    paper = Paper("2512.00001", "A title")
    for low, high in (
        (Metrics(None, 5), Metrics(1, 0)),
        (Metrics(3, None), Metrics(3, 1)),
        (Metrics(0, 0), Metrics(0, 2)),
    ):
        for both in ((low, high), (high, low)):
            (ranked,) = rank([Candidate(paper, each, TODAY) for each in both], day=TODAY)
            assert ranked.metrics == high


def test_a_feed_with_a_minimum_of_one_vote_shows_no_paper_whose_votes_are_unknown() -> None:
    unknown = Candidate(Paper("2512.00001", "A title"), Metrics(None), TODAY)
    assert not Filters(min_votes=1).accepts(unknown)
    assert Filters(min_votes=0).accepts(unknown)


@pytest.mark.parametrize(
    ("gained", "hours", "said"),
    [
        (3, 17.4, "9 upvotes (+3 in 17 hours)"),
        (3, 18.0, "9 upvotes (+3 since yesterday)"),
        (3, 36.4, "9 upvotes (+3 since yesterday)"),
        (1, 0.2, "9 upvotes (+1 in 1 hour)"),
        (3, 37.0, "9 upvotes (+3 in 2 days)"),
        (0, 24.0, "9 upvotes"),
        (-1, 24.0, "9 upvotes"),
        (3, None, "9 upvotes"),
    ],
)
def test_growth_is_said_in_hours_yesterday_and_days(
    gained: int, hours: float | None, said: str
) -> None:
    assert str(Reason(upvotes=9, gained=gained, since_hours=hours)) == said


def test_what_comes_from_outside_is_written_as_the_reader_asks() -> None:
    reason = Reason(topic="flow", evidence="“flow” in the title", matched=("a", "b"))
    assert str(reason) == "no upvotes yet · *flow*: “flow” in the title · matches *a*, *b*"
    loud = reason.facts(str.upper, str.upper)
    assert loud == ["no upvotes yet", "FLOW: “FLOW” IN THE TITLE", "matches A, B"]
    assert str(Reason(topic="flow")) == "no upvotes yet · *flow*"
