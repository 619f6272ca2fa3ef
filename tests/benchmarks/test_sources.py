"""What benchmarks.sources counts: requests in a day, and what is read of the samples."""

from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.sources import PAGE, START, live, samples_of, unread
from papers.sources.declared import DECLARED
from tests import reliability
from tests.shared import needs_shared

DAY = timedelta(days=1)
SMALL = {"bioRxiv": 65, "medRxiv": 5, "ChemRxiv": 1, "SSRN": 101}
"""Papers of a working day."""


@needs_shared
async def test_the_requests_of_a_day_are_those_that_each_source_is_owed(tmp_path: Path) -> None:
    found = await live(tmp_path, 2, SMALL)
    counts = {name: each.requests[START] for name, each in found.items()}
    assert counts["feed"] == 24
    assert counts["feed-of-a-day"] == 1
    assert counts["feed-out-of-reach"] <= 4
    assert (counts["ICML"], counts["ACL"], counts["ICLR"]) == (2, 1, 0)
    # The days before: a hundred works in a request, on Sunday a third of them.
    assert [found["SSRN"].requests[START + number * DAY] for number in range(2)] == [2, 3]
    assert 4 <= counts["bioRxiv"] <= 8
    assert found["Hugging Face"].papers == [17]
    assert found["bioRxiv"].papers == [65]


@needs_shared
@pytest.mark.parametrize(
    ("source", "file", "records", "papers", "refused"),
    [
        ("bioRxiv", "findpapers__details_biorxiv_2020-2022_cursor0.json", 14, 12, []),
        ("bioRxiv", "TRANSCRIBED__no_posts_found.json", 0, 0, ["no posts found"]),
        ("Crossref", "habanero__test_cursor.yaml", 20, 20, []),
        ("Crossref", "habanero__test_cursor_fails_cursor_value.yaml", 0, 0, ["answered 404"]),
        ("virtual sites", "SYNTHETIC__icml-2026-orals-posters.json", 3, 1, []),
        ("ACL Anthology", "acl-anthology-py__2022.naloma.xml", 5, 5, []),
        ("feeds", "SYNTHETIC__cloudflare_403.html", 0, 0, ["answered with no feed"]),
        ("feeds", "research_bot__iacr_eprint_rss2.xml", 3, 3, []),
    ],
)
def test_every_record_of_a_sample_is_counted(
    source: str, file: str, records: int, papers: int, refused: list[str]
) -> None:
    (line,) = (each for each in samples_of(source) if each["file"].endswith(f"/{file}"))
    assert (line["records"], line["papers"]) == (records, papers)
    assert list(line["refused"]) == refused
    kinds = {"SYNTHETIC": "rebuilt", "TRANSCRIBED": "transcribed"}
    assert line["is"] == kinds.get(file.partition("__")[0], "recorded")


@needs_shared
def test_no_sample_of_a_source_that_is_asked_is_left_out() -> None:
    asked = ("biorxiv/", "crossref/", "feeds/", "acl/")
    assert not [each for each in unread() if each.startswith(asked)]


def test_the_page_has_every_source() -> None:
    assert {each.name for each in DECLARED.values()} <= set(reliability.rows("days", PAGE))
