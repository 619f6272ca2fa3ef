"""`paperboy ingest` killed at any request to a source, and started again: every batch is whole.

`pytest --full tests/wire/test_killed_ingest.py` kills at every request; otherwise at a selection.
"""

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import reliability
from tests.databases import url_in
from tests.looking import look
from tests.wire import processes
from tests.wire.sources import ANNOUNCED, Kind, Sources, papers_of, sources

DAYS = 3
"""The newest batch and the two before it, whose votes still grow."""


class Boundary(NamedTuple):
    """A request of an ingest: what it asks for, and the how-manieth it is of its kind."""

    name: str
    kind: Kind
    at: int

    @property
    def arxiv(self) -> bool:
        """Whether arXiv is asked at all: it wants three seconds between two requests."""
        return self.kind != "daily"


BOUNDARIES = [
    *(
        Boundary(f"Hugging Face, request {at} (day {day}, page {page})", "daily", at)
        for at, day, page in (
            (2 * day + page, day + 1, page) for day in range(DAYS) for page in (1, 2)
        )
    ),
    Boundary("arXiv, request 1 (the day's listing)", "listing", 1),
    Boundary("arXiv, request 2 (categories of Hugging Face's papers)", "look-up", 1),
]
SELECTED = {(2, True)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Kill at every request, or at those that stand for all."""
    if "boundary" not in metafunc.fixturenames:
        return
    full = metafunc.config.getoption("--full")
    moments = [
        (boundary, after)
        for number, boundary in enumerate(BOUNDARIES)
        for after in (False, True)
        if full or (number, after) in SELECTED
    ]
    ids = [f"{each.name}-{'after' if after else 'before'}" for each, after in moments]
    metafunc.parametrize(("boundary", "after"), moments, ids=ids)


async def ingest(
    served: Sources, folder: Path, boundary: Boundary, *, after: bool | None = None
) -> int:
    """Run the command to its end, or until it is killed; return its code."""
    settings = {"DATABASE_URL": url_in(folder), **served.settings(arxiv=boundary.arxiv)}
    process = await processes.start("bot", "ingest", folder=folder, cwd=folder, settings=settings)
    if after is not None:
        served.kill(process.pid, boundary.kind, at=boundary.at, after=after)
    said = await process.end()
    assert process.returncode in (0, -9), said
    assert "Traceback" not in said, said
    return process.returncode or 0


def found(folder: Path) -> tuple[Counter[str], list[str], int, int]:
    """Return each day's papers, every paper, how many lack categories, how many batches lack some.

    A paper that stands in a batch twice counts twice.
    """
    with closing(look(url_in(folder))) as database:
        entries = Counter(
            f"{day} {paper}"
            for day, paper in database.rows("SELECT day, paper_id FROM batch_papers")
        )
        papers = [paper for (paper,) in database.rows("SELECT id FROM papers")]
        ((bare,),) = database.rows("SELECT count(*) FROM papers WHERE categories = '[]'")
        ((partial,),) = database.rows(
            "SELECT count(*) FROM batches WHERE state != 'complete' OR papers != 3"
        )
    return entries, papers, bare, partial


@pytest.mark.timeout(180)
async def test_an_ingest_killed_at_any_request_ends_with_every_batch_whole(
    tmp_path: Path, boundary: Boundary, after: bool
) -> None:
    async with sources() as served:
        assert await ingest(served, tmp_path, boundary, after=after) == -9
        assert await ingest(served, tmp_path, boundary) == 0
    days = sorted(served.days)
    assert len(days) == DAYS
    wanted = {f"{day} {paper}" for day in days for paper in papers_of(day)}
    if boundary.arxiv:
        wanted |= {f"2026-07-29 {paper}" for paper in ANNOUNCED}
    entries, papers, bare, partial = found(tmp_path)
    lost = len(wanted - entries.keys()) + partial
    doubled = entries.total() - len(entries) + len(papers) - len(set(papers))
    assert entries.keys() == wanted
    assert len(papers) == len(wanted)
    assert bare == (0 if boundary.arxiv else len(papers))
    there = f"{DAYS} batches of 3 papers"
    if boundary.arxiv:
        there += ", 1 listing of 3 papers, everybody's categories"
    reliability.record(
        "kills",
        f"ingest, {boundary.name}: {'after' if after else 'before'} the answer",
        there,
        str(lost),
        str(doubled),
    )


def test_the_page_has_every_request_of_an_ingest_and_no_other() -> None:
    recorded = [row for row in reliability.rows("kills") if row.startswith("ingest")]
    assert len(recorded) == 2 * len(BOUNDARIES)
