import gzip
import json
import subprocess
import sys
from datetime import UTC, date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from papers import arxiv_id
from papers.calendar import begins, expected_batch, previous
from papers.sources import PaperSource
from papers.sources.sample import SampleSource
from papers.text import readable
from tests.shared import SHARED, needs_shared

PROJECT = Path(__file__).resolve().parents[2]


def as_source(source: PaperSource) -> PaperSource:
    return source


async def test_the_sample_is_sixty_papers_in_six_consecutive_batches():
    source = SampleSource()
    batches = [await as_source(source).daily(day) for day in source.days]
    ids = [record.paper.id for batch in batches for record in batch.records]
    assert len(ids) == len(set(ids)) == 60
    assert [len(batch.records) for batch in batches] == [10] * 6
    assert all(previous(later) == earlier for earlier, later in pairwise(source.days))
    assert await source.latest() == batches[-1]
    assert batches[-1].day == source.newest_day == date(2025, 12, 8)


async def test_a_batch_comes_best_voted_first_and_knows_its_day():
    source = SampleSource()
    for day in source.days:
        batch = await source.daily(day)
        votes = [record.metrics.upvotes or 0 for record in batch.records]
        assert votes == sorted(votes, reverse=True)
        assert {record.batch for record in batch.records} == {day}
        assert batch.broken == 0


async def test_any_other_day_is_confirmed_empty():
    batch = await SampleSource().daily(date(2025, 12, 6))
    assert batch.records == ()
    assert batch.broken == 0


async def test_each_paper_has_what_a_card_shows():
    source = SampleSource()
    for day in source.days:
        for record in (await source.daily(day)).records:
            paper = record.paper
            assert arxiv_id.parse(paper.id) == paper.id
            assert paper.title
            assert paper.authors
            assert paper.summary is not None
            assert 40 < len(paper.summary) < 300
            assert paper.summary.endswith(".")
            assert paper.abstract == ""
            assert paper.published_at is not None
            assert paper.published_at.tzinfo is UTC
            assert paper.published_at.date() <= day
            assert paper.repository is None or paper.repository.startswith("https://github.com/")
            assert record.metrics.stars is None or paper.repository


async def test_the_sample_has_what_renderers_must_cope_with():
    source = SampleSource()
    records = await source.lookup(
        [r.paper.id for d in source.days for r in (await source.daily(d)).records]
    )
    titles = [record.paper.title for record in records]
    assert any("^" in title for title in titles)
    assert any('"' in title for title in titles)
    assert any("&" in title for title in titles)
    assert max(len(record.paper.authors) for record in records) > 200
    assert all(readable(title) == title for title in titles if "^" not in title)
    for part in ("repository", "organization", "project_page", "keywords", "categories"):
        having = sum(bool(getattr(record.paper, part)) for record in records)
        assert having >= 15, part
    categories = {category for record in records for category in record.paper.categories}
    assert len(categories) >= 5
    assert 0 in {record.metrics.upvotes for record in records}
    assert max(record.metrics.upvotes or 0 for record in records) > 100


async def test_the_numbers_were_recorded_on_the_day_itself():
    source = SampleSource()
    for day in source.days:
        moment = source.recorded_at[day]
        assert begins(day) < moment < begins(day) + timedelta(days=1)
        assert expected_batch(moment) == day


async def test_lookup_knows_ids_in_any_form_and_only_its_own():
    source = SampleSource()
    records = await source.lookup(["arXiv:2512.02556v1", "2406.07496", "2512.02556", "nonsense"])
    assert [record.paper.id for record in records] == ["2512.02556"]


async def test_search_finds_by_words_with_titles_first():
    source = SampleSource()
    found = [record.paper.id for record in await source.search("DeepSeek V3.2", 5)]
    assert found[0] == "2512.02556"
    assert "2511.22055" in [r.paper.id for r in await source.search("dental radiologist", 3)]
    assert "2512.04797" in [r.paper.id for r in await source.search("deepmind", 3)]
    assert len(await source.search("model", 7)) == 7
    assert await source.search("zzzz", 5) == []
    assert await source.search("", 5) == []
    assert await source.search("model", 0) == []
    await source.close()


@needs_shared
def test_no_fact_in_the_sample_is_invented_and_no_sentence_is_copied():
    sample: list[dict[str, Any]] = json.loads(
        (PROJECT / "papers" / "sources" / "sample_papers.json").read_text("utf-8")
    )
    with gzip.open(SHARED / "data" / "hf_daily.jsonl.gz", "rt", encoding="utf-8") as lines:
        recorded: dict[str, dict[str, Any]] = {row["id"]: row for row in map(json.loads, lines)}
    for paper in sample:
        row = recorded[paper["id"]]
        same = {"title", "authors", "upvotes", "organization", "submitter"}
        assert {key: paper[key] for key in same} == {key: row[key] for key in same}
        assert paper["batch"] == row["date"]
        assert paper["stars"] == row["githubStars"]
        for text in (row["summary"], row["ai_summary"] or ""):
            assert not _runs(paper["summary"]) & _runs(text), paper["id"]


@needs_shared
def test_the_script_writes_the_sample_that_is_shipped(tmp_path: Path):
    (tmp_path / "papers" / "sources").mkdir(parents=True)
    (tmp_path / "scripts").mkdir()
    for name in ("extract_sample.py", "sample_summaries.json"):
        (tmp_path / "scripts" / name).write_bytes((PROJECT / "scripts" / name).read_bytes())
    data = SHARED / "data"
    subprocess.run(
        [
            *(sys.executable, str(tmp_path / "scripts" / "extract_sample.py")),
            *(str(data / "hf_daily.jsonl.gz"), "--categories", str(data / "arxiv.jsonl.gz")),
        ],
        check=True,
        capture_output=True,
    )
    written = tmp_path / "papers" / "sources" / "sample_papers.json"
    shipped = PROJECT / "papers" / "sources" / "sample_papers.json"
    assert written.read_bytes() == shipped.read_bytes()


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[at : at + 6]) for at in range(len(words) - 5)}
