"""The recorded days that the demo ships: facts of papers, and none of their abstracts."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from papers.model import Announcement
from papers.sources import DatedSource
from papers.sources.declared import spoken
from papers.sources.recorded import RECORDED, RecordedSource
from tests.shared import SHARED, needs_shared

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("key", RECORDED)
async def test_a_recorded_day_is_a_batch_of_its_source_and_no_other_day_is(key: str) -> None:
    source = RecordedSource(key)
    assert isinstance(source, DatedSource)
    assert source.listed_days() == (source.day,)
    batch = await source.latest()
    assert batch == await source.daily(source.day)
    assert len(batch.records) >= 3
    for record in batch.records:
        paper = record.paper
        assert paper.source == source.name
        assert paper.summary and not paper.abstract
        assert paper.categories[0].startswith(f"{key}/")
        new = record.announcement is Announcement.NEW
        assert new == (paper.version == 1)
    ids = [record.paper.id for record in batch.records]
    assert await source.lookup([*ids, "2406.07496"]) == list(batch.records)
    assert not (await source.daily(source.day - timedelta(days=1))).records
    assert await source.search("brain", 5) == []


@needs_shared
def test_the_shipped_rows_are_those_that_were_recorded() -> None:
    shipped = json.loads((ROOT / "papers/sources/recorded_days.json").read_text("utf-8"))
    answers = (SHARED / "samples/beyond_arxiv/biorxiv").glob("*__details_*rxiv_20*.json")
    recorded = {
        (row["doi"], row["version"]): row
        for path in answers
        if not path.name.startswith("SYNTHETIC")
        for row in json.loads(path.read_text("utf-8"))["collection"]
    }
    for server, rows in shipped.items():
        for row in rows:
            facts = {name: value for name, value in row.items() if name != "summary"}
            original = recorded[row["doi"], row["version"]]
            assert original["server"] == server
            assert facts.items() <= original.items()
            assert "abstract" not in row
            assert row["summary"] not in original["abstract"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("medrxiv/cardiovascular-medicine", "cardiovascular medicine"),
        ("medrxiv/hiv-aids", "HIV/AIDS"),
        ("biorxiv/a-new-area", "a new area"),
        ("cs.CL", "cs.CL"),
        ("hep-th", "hep-th"),
    ],
)
def test_a_category_is_shown_in_words(code: str, said: str) -> None:
    assert spoken(code) == said
