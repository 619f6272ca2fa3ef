"""Which papers a digest brings first, why it says each is there, and when it is still wanted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.services.digests import DigestEntry, DigestPayload, MoreEntry, reordered, wanted
from bot.services.digests.ordering import batch_days, ordered, reason_of
from papers.model import Metrics
from storage import digests
from storage.digests import Digest
from storage.papers import StoredPaper
from storage.topic_matches import Candidate
from tests.bot.services.digests.test_digest_texts import READER
from tests.bot.world import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, at, paper


def match(
    number: int, score: float, *, votes: int | None = 0, topic: str = "flow", topic_id: int = 1
) -> Candidate:
    stored = StoredPaper(number, paper(number), Metrics(votes), at(MONDAY, 8), 1)
    return Candidate(stored, topic_id, topic, score, f"{topic} in the title", at(MONDAY, 8))


def order(candidates: list[Candidate], *, by_votes: bool) -> list[int]:
    return [group[0].paper.row for group in ordered(candidates, by_votes=by_votes)]


def test_a_better_match_comes_first_and_votes_decide_between_equals() -> None:
    found = [match(1, 0.5, votes=900), match(2, 1.0), match(3, 1.0, votes=7), match(4, 1.0)]
    assert order(found, by_votes=False) == [3, 4, 2, 1]
    # Doubling the votes is worth two hundredths of a match.
    assert order([match(1, 0.90, votes=31), match(2, 0.99)], by_votes=False) == [1, 2]
    assert order([match(1, 0.90, votes=15), match(2, 0.99)], by_votes=False) == [2, 1]


def test_a_weekly_digest_has_the_most_voted_first() -> None:
    found = [match(1, 0.2, votes=9), match(2, 1.0), match(3, 0.1, votes=10), match(4, 0.1)]
    assert order(found, by_votes=True) == [3, 1, 4, 2]
    odd = [match(1, 1.0, votes=None), match(2, 1.0, votes=-5), match(3, 1.0, votes=1)]
    assert order(odd, by_votes=True) == [3, 2, 1]
    assert order(odd, by_votes=False) == [3, 2, 1]


def test_a_paper_of_several_topics_comes_once_for_the_best_of_them() -> None:
    found = [
        match(1, 0.5, topic="b", topic_id=2),
        match(1, 0.9, topic="c", topic_id=3),
        match(1, 0.5, topic="a", topic_id=1),
    ]
    (group,) = ordered(found, by_votes=False)
    assert [each.topic for each in group] == ["c", "a", "b"]
    assert reason_of(group) == "c in the title, and 2 more of your topics"
    assert reason_of(group[:2]) == "c in the title, and your topic a"
    assert reason_of(group[:1]) == "c in the title"
    assert reason_of([group[0], group[0]]) == "c in the title"


def learned_order(candidates: list[Candidate], scores: dict[tuple[int, str], float]) -> list[int]:
    groups = reordered(ordered(candidates, by_votes=False), scores)
    return [group[0].paper.row for group in groups]


def test_papers_of_a_topic_that_learned_change_places_among_themselves_alone() -> None:
    found = [
        match(1, 0.9),
        match(2, 0.8, topic="b", topic_id=2),
        match(3, 0.7),
        match(4, 0.6, topic="b", topic_id=2),
        match(5, 0.5),
    ]
    ids = [paper(number).id for number in range(6)]
    assert learned_order(found, {}) == [1, 2, 3, 4, 5]
    scores = {(1, ids[5]): 9.0, (1, ids[3]): 4.0, (1, ids[1]): 1.0}
    assert learned_order(found, scores) == [5, 2, 3, 4, 1]
    # What came while the topic was learned has no score, and comes all the same.
    del scores[1, ids[3]]
    assert learned_order(found, scores) == [5, 2, 1, 4, 3]
    assert learned_order(found, {(2, ids[4]): 1.0}) == [1, 4, 3, 2, 5]
    # Of several topics, the one that a paper belongs to decides.
    several = [*found, match(3, 0.75, topic="b", topic_id=2)]
    assert learned_order(several, {(2, ids[3]): 5.0, (2, ids[2]): 1.0}) == [1, 3, 2, 4, 5]


def test_trending_has_one_batch_a_day_and_a_weeks_batches_a_week() -> None:
    assert batch_days(WEDNESDAY, None, weekly=False) == [WEDNESDAY]
    week = [WEDNESDAY, TUESDAY, MONDAY, FRIDAY - timedelta(7), THURSDAY - timedelta(7)]
    assert batch_days(WEDNESDAY, None, weekly=True) == week


@pytest.mark.parametrize("weekly", [True, False])
def test_trending_has_every_batch_since_the_last_one_up_to_a_months(weekly: bool) -> None:
    def days(after: date) -> list[date]:
        return batch_days(WEDNESDAY, after, weekly=weekly)

    assert days(WEDNESDAY) == []
    assert days(THURSDAY) == []
    assert days(TUESDAY) == [WEDNESDAY]
    assert days(FRIDAY - timedelta(7)) == [WEDNESDAY, TUESDAY, MONDAY]
    assert len(days(date(2024, 6, 3))) == 22


def digest(state: str = digests.PLANNED) -> Digest:
    entry = DigestEntry(paper_id="2506.00001", title="A", topic="flow", reason="r")
    more = MoreEntry(paper_id="2506.00002", topic="graphs", reason="r")
    payload = DigestPayload(day=TUESDAY, entries=(entry,), more=(more,))
    return Digest(
        id=1,
        user_id=1,
        local_date=TUESDAY,
        state=state,
        payload=payload.model_dump(mode="json"),
        message_id=None,
        planned_at=at(TUESDAY, 9),
        sent_at=None,
        finished_at=None,
        expires_at=at(WEDNESDAY, 0),
        attempts=0,
        next_try_at=None,
        reason=None,
    )


@pytest.mark.parametrize("state", [digests.PLANNED, digests.SENDING])
def test_a_waiting_digest_is_unwanted_once_its_reader_follows_nothing_or_wants_quiet(
    state: str,
) -> None:
    topics = ["flow", "graphs"]
    assert wanted(digest(state), READER, topics)
    assert not wanted(digest(state), READER, [])
    assert not wanted(digest(state), replace(READER, quiet_until=WEDNESDAY), topics)
    assert wanted(digest(state), replace(READER, quiet_until=TUESDAY), topics)


@pytest.mark.parametrize("ended", ["flow", "graphs"])
def test_only_a_digest_that_was_never_tried_is_made_anew_when_a_topic_ends(ended: str) -> None:
    left = [topic for topic in ("flow", "graphs", "other") if topic != ended]
    assert not wanted(digest(), READER, left)
    assert wanted(digest(digests.SENDING), READER, left)
    assert wanted(digest(), READER, [*left, ended])
