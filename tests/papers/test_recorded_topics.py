"""Topics over the batches that were recorded: acronyms bring singular and plural alike."""

import gzip
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from papers.matching import Matcher, TermStatistics, Wanted
from papers.model import Paper
from papers.topics import parse
from tests.shared import SHARED, needs_shared

LEAST = 0.95


@cache
def of_ten_batches() -> list[Paper]:
    """Return the papers of the last ten recorded batches, without authors."""
    days = sorted((SHARED / "samples" / "hf_daily").glob("*.json"))[-10:]
    rows = [row["paper"] for day in days for row in json.loads(day.read_text("utf-8"))]
    return [Paper(row["id"], row["title"], row["summary"]) for row in rows]


@cache
def of_years() -> list[Paper]:
    """Return the papers of the batches of some years."""
    return _papers(SHARED / "data" / "hf_daily.jsonl.gz", "summary")


@cache
def of_listings() -> list[Paper]:
    """Return what arXiv listed in some weeks."""
    return _papers(SHARED / "data" / "arxiv.jsonl.gz", "abstract")


def _papers(path: Path, abstract: str) -> list[Paper]:
    rows = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
    return [Paper(row["id"], row["title"], row[abstract]) for row in rows]


@needs_shared
@pytest.mark.parametrize("source", [of_ten_batches, of_years, of_listings])
@pytest.mark.parametrize("acronym", ["LLM", "GNN", "VLA", "MLLM", "GPU"])
def test_a_topic_finds_the_titles_that_hold_it_or_its_plural(
    acronym: str, source: Callable[[], list[Paper]]
) -> None:
    known = source()
    # Case counts for none of these, and "LLM-based" holds an LLM.
    holding = re.compile(rf"(?<![A-Za-z]){acronym}s?(?![A-Za-z])", re.IGNORECASE)
    wanted = [paper for paper in known if holding.search(paper.title)][:500]
    papers = list({paper.id: paper for paper in (*wanted, *known[:200])}.values())
    statistics = TermStatistics.of(papers)
    for typed in (acronym, f"{acronym}s", acronym.lower()):
        found = {
            match.paper.id for match in Matcher(papers, statistics).match([Wanted(parse(typed))])
        }
        brought = sum(paper.id in found for paper in wanted)
        print(f"{typed}: {brought} of {len(wanted)} titles ({source.__name__})")  # noqa: T201 - a figure
        assert brought >= LEAST * len(wanted)
