"""What the attacks have found, each once by itself: these must not come back."""

import pytest

from papers.importing import read_ids
from tests.hostile.harness import Hostile

OUTDATED = "from an older version of Paperboy"


def test_many_cards_opened_in_a_minute_leave_no_traceback(hostile: Hostile) -> None:
    for number in range(40):
        paper = f"2506.009{number % 10:02}"
        assert "Paper number" in hostile.slash("paper show", {"id_or_link": paper}).text


def test_a_button_that_nothing_knows_is_answered_with_what_works(hostile: Hostile) -> None:
    for custom_id in ("v0:save:2506.00900", "v2:save:2506.00900", "whatever", "v1:save:nothing"):
        answer = hostile.press(custom_id)
        assert OUTDATED in answer.text
        assert "paper help" in answer.text
        assert answer.ephemeral


def test_a_form_that_nothing_knows_is_answered(hostile: Hostile) -> None:
    assert OUTDATED in hostile.submit("v9:note-form:2506.00900", {"note": "x"}).text


@pytest.mark.parametrize(
    "custom_id",
    [
        "v1:top:week:99999999999999999999:0",
        "v1:digest:99999999999999999999999999:0",
        "v1:trending:day:2025-02-30:0:0",
        "v1:trending:day:0000-00-00:0:0",
        "v1:undo-save:8999999999999999999",
        "v1:save-again:2506.00900:1:8999999999999999999",
        "v1:inbox:\u0661\u0662",
    ],
)
def test_numbers_and_days_that_cannot_be_are_answered(hostile: Hostile, custom_id: str) -> None:
    assert OUTDATED in hostile.press(custom_id).text


@pytest.mark.parametrize(
    ("custom_id", "values"),
    [
        ("v1:lists:2506.00900", ["to read"]),
        ("v1:lists:2506.00900", ["9" * 30]),
        ("v1:shelf-list:newest:", []),
        ("v1:shelf-sort:0", ["by colour"]),
        ("v1:end-topics", ["flow matching"]),
        ("v1:save-shared", []),
        ("v1:find-open:1", ["card:../../etc"]),
    ],
)
def test_choices_that_were_never_offered_are_refused(
    hostile: Hostile, custom_id: str, values: list[str]
) -> None:
    assert OUTDATED in hostile.press(custom_id, values).text


def test_a_paper_that_nobody_knows_cannot_be_marked_as_read(hostile: Hostile) -> None:
    assert "I no longer have this paper" in hostile.press("v1:mark-read:2506.99999:1").text


def test_who_manages_another_server_cannot_remove_a_feed_here(hostile: Hostile) -> None:
    feed_id, channel_id = hostile.database.rows("SELECT id, channel_id FROM feeds")[0]
    answer = hostile.press(f"v1:feed-remove:{feed_id}:{channel_id}", by=hostile.usurper)
    assert "already removed" in answer.text


def test_a_topic_that_somebody_looks_at_cannot_be_read_by_counting(hostile: Hostile) -> None:
    hostile.slash("paper subscribe", {"topic": "Zebrafish once more"}, by=hostile.target)
    for number in range(1, 20):
        assert "has expired" in hostile.press(f"v1:subscribe:{number}:0").text


def test_choices_lengths_and_ranges_hold_whoever_sends_them(hostile: Hostile) -> None:
    changed = hostile.slash("paper subscribe", {"topic": "matter", "every": "never"})
    assert "Restart Discord" in changed.text
    long = hostile.slash("paper search", {"query": "a" * 6_000})
    assert "`query` takes 1 to 1,000 characters. This has 6,000." in long.text
    few = hostile.slash("feed edit", {"papers": 2**53}, by=hostile.usurper)
    assert "`papers` takes a number from 3 to 20." in few.text


def test_six_thousand_letters_are_no_titles_to_suggest(hostile: Hostile) -> None:
    answer = hostile.slash("library note", {"paper": "a " * 3_000}, focused="paper")
    assert answer.kind == "autocomplete"


@pytest.mark.parametrize(
    ("data", "papers"),
    [
        (b"[" + b"9" * 5_000 + b"]", 0),
        (b'[{"id": "2506.00900", "issued": ' + b"9" * 5_000 + b"}]", 1),
        (b'{"items":[' * 300 + b'"2506.00900"' + b"]}" * 300, 1),
        (b"% Exported by Paperboy\n@misc{a, eprint={2506.00900}, timestamp="
         b"{0001-01-01T00:00:00+14:00}}", 1),
        (b'[{"id":"2506.00900","URL":"https://arxiv.org/abs/2506.00900","note":"\\ud800",'
         b'"custom":{"paperboy":{"lists":["\\udfff"]}}}]', 1),
    ],
)  # fmt: skip
def test_files_with_numbers_days_and_letters_that_cannot_be_are_read(
    data: bytes, papers: int
) -> None:
    report = read_ids(data)
    assert len(report.papers) == papers
    for paper in report.papers:
        "".join((paper.note or "", *paper.lists)).encode()
